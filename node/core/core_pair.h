/* core_pair.h - a newcomer without an invitation, at the node that takes it in: what was said so
 * far, whose digits are shown, and what people decided.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_CORE_CORE_PAIR_H
#define TRESTLE_NODE_CORE_CORE_PAIR_H

#include "node/mesh/pairing.h"

enum { PAIR_CALLERS_MAX = 8 };

/* Somebody who committed to a part and got an offer. */
struct pair_caller {
    bool is_used;
    struct routing routing;
    struct hash commitment;
    struct pair_part offer;
};

struct pairing {
    uint32_t next; /* caller to give way when all are used */
    struct pair_caller callers[PAIR_CALLERS_MAX];
    bool is_shown; /* its digits are: nobody else gets to that until people decided */
    bool is_agreed;
    struct routing shown; /* who that is */
    struct paired paired;
};

/* Whether @a and @b are one connection. */
bool routing_equal(const struct routing *a, const struct routing *b);

/* Who says something, and the key that its connection proved. */
struct pair_speaker {
    struct routing routing;
    struct public_key key;
};

/* What the node pairs for: the pop-up, and its own transport key. */
struct pair_host {
    struct popup_id popup;
    const struct transport_secret *secret; /* borrowed */
};

/* A frame of @speaker. True when there is something to answer, in @buffer (PAIR_FRAME_BYTES_MAX).
 * What makes no sense is passed over: it tells nobody anything. */
bool pairing_hear(struct pairing *pairing, const struct pair_host *host,
                  const struct pair_speaker *speaker, struct bytes frame, void *buffer,
                  struct bytes *ret_answer);

/* People say that the digits differ. */
void pairing_refuse(struct pairing *pairing);

#endif
