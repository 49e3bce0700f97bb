/* errand.h - what one device asks of another for a phone: a request about a cart that is kept
 * there, and the answer.
 *
 * Layer: node; bytes in, bytes out. Both are messages of a link between devices of the pop-up, in
 * one frame each:
 *
 *   errand  [16, uint number, bin method, bin path, bin key, bin token, bin body, ...]
 *   answer  [17, uint number, uint status, uint retry ms, bin body, ...]
 *
 * number: of the asker, at least 1; the answer repeats it. key and token: empty = none was brought.
 * status: as of HTTP, 200 to 599. Which requests are taken, and from whom, is decided as if the
 * phone had asked there itself: node/api/api_errand.h.
 */
#ifndef TRESTLE_NODE_MESH_ERRAND_H
#define TRESTLE_NODE_MESH_ERRAND_H

#include "sync/base/bytes.h"
#include "sync/base/err.h"

enum {
    ERRAND_METHOD_BYTES_MAX = 7,
    ERRAND_PATH_BYTES_MAX = 63,
    ERRAND_KEY_BYTES_MAX = 128,
    ERRAND_TOKEN_BYTES_MAX = 639,
    ERRAND_BODY_BYTES_MAX = 64 * 1024,
    ERRAND_ANSWER_BYTES_MAX = 192 * 1024, /* of its body: a cart or a price with all its lines */
    ERRAND_FRAME_BYTES_MAX = ERRAND_ANSWER_BYTES_MAX + 64,
};

/* Decoded, the bytes are in the frame. */
struct errand {
    uint64_t number;
    struct bytes method, path, key, token, body;
};

struct errand_answer {
    uint64_t number;
    uint32_t status;
    uint64_t retry_ms; /* of 429; 0 = not said */
    struct bytes body;
};

/* Whether @frame is one of the two, sound or not. */
bool errand_is(struct bytes frame);

/* Written to @buffer (ERRAND_FRAME_BYTES_MAX). ERR_TOO_LARGE: a part is larger than is allowed. */
MUST_CHECK int errand_encode(const struct errand *errand, void *buffer, struct bytes *ret_frame);
MUST_CHECK int errand_answer_encode(const struct errand_answer *answer, void *buffer,
                                    struct bytes *ret_frame);

/* What reader_finish() says; ERR_NOT_FOUND: it is the other of the two, or neither. */
MUST_CHECK int errand_decode(struct bytes frame, struct errand *ret_errand);
MUST_CHECK int errand_answer_decode(struct bytes frame, struct errand_answer *ret_answer);

#endif
