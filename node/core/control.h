/* control.h - how the commands of this program ask the running node: one packet each way, over a
 * unix socket in the state folder (SOCK_SEQPACKET, so that a packet is a message).
 *
 * Layer: node. Who may open the state folder (0700) may ask. A packet is a msgpack array: the
 * request [text verb, text, ...], the answer [int err, text].
 */
#ifndef TRESTLE_NODE_CORE_CONTROL_H
#define TRESTLE_NODE_CORE_CONTROL_H

#include "sync/base/bytes.h"
#include "sync/base/err.h"

enum {
    CONTROL_CLIENTS_MAX = 4,
    CONTROL_WORDS_MAX = 8,
    CONTROL_WORD_BYTES_MAX = 128,
    CONTROL_PACKET_BYTES_MAX = 2048,
};

struct control_request {
    uint32_t count;
    char words[CONTROL_WORDS_MAX][CONTROL_WORD_BYTES_MAX]; /* terminated; the first is the verb */
};

/* --- the packets, in @buffer of CONTROL_PACKET_BYTES_MAX: control_packet.c --- */

/* ERR_TOO_LARGE. */
MUST_CHECK int control_request_write(const struct control_request *request, void *buffer,
                                     struct bytes *ret_packet);
/* As reader_finish() says; @ret_request is of no use then. */
MUST_CHECK int control_request_read(struct bytes packet, struct control_request *ret_request);

/* ERR_TOO_LARGE. */
MUST_CHECK int control_answer_write(int err, const char *text, void *buffer,
                                    struct bytes *ret_packet);
/* The node's own 0 or error, with its text, cut to @capacity. ERR_MALFORMED: no answer. */
MUST_CHECK int control_answer_read(struct bytes packet, char *ret_text, size_t capacity);

/* --- the node's end: never blocks --- */

struct control {
    int listener;                     /* -1 = closed */
    int clients[CONTROL_CLIENTS_MAX]; /* -1 = free; those who have not asked yet */
};

/* ERR_EXISTS: a node listens there. ERR_TOO_LARGE: the path. ERR_IO. */
MUST_CHECK int control_open(struct control *control, const char *state);
void control_close(struct control *control, const char *state);

/* The descriptors to wait for, at most 1 + CONTROL_CLIENTS_MAX; how many. */
size_t control_fds(const struct control *control, int *ret_fds);

/* The next request; its client in @ret_client until control_answer(). False when there is none. */
bool control_next(struct control *control, struct control_request *ret_request, int *ret_client);
void control_answer(int client, int err, const char *text);

/* --- the command's end --- */

/* Ask, and wait up to @timeout_ms. 0 with the answer's text, or ERR_NOT_FOUND (no node runs here),
 * ERR_BUSY (no answer in time), ERR_IO, or the node's own error with its text. */
MUST_CHECK int control_ask(const char *state, const struct control_request *request,
                           unsigned timeout_ms, char *ret_text, size_t capacity);

/* Whether a node runs on this state folder. */
bool control_is_running(const char *state);

#endif
