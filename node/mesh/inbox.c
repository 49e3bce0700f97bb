/* Receiving: one frame at a time without copying it, what lies about it (its sender, its
 * connection), and nothing of messages that none of ours sends. What of it is heard, others decide.
 */
#include "node/mesh/inbox.h"

#include <stdlib.h>
#include <string.h>

#include <zmq.h>

struct inbox {
    bool has_message; /* @message is open */
    zmq_msg_t message;
};

struct inbox *inbox_new(void)
{
    return calloc(1, sizeof(struct inbox));
}

void inbox_free(struct inbox *inbox)
{
    if (inbox == NULL) {
        return;
    }
    inbox_clear(inbox);
    entropy_wipe(inbox, sizeof *inbox);
    free(inbox);
}

void inbox_clear(struct inbox *inbox)
{
    if (inbox->has_message) {
        (void)zmq_msg_close(&inbox->message);
    }
    inbox->has_message = false;
}

bool inbox_receive(struct inbox *inbox, void *socket)
{
    inbox_clear(inbox);
    (void)zmq_msg_init(&inbox->message);
    inbox->has_message = true;
    return zmq_msg_recv(&inbox->message, socket, ZMQ_DONTWAIT) >= 0;
}

bool inbox_skip_rest(struct inbox *inbox, void *socket)
{
    bool was_odd = false;
    while (zmq_msg_more(&inbox->message)) {
        was_odd = true;
        if (!inbox_receive(inbox, socket)) {
            break;
        }
    }
    return was_odd;
}

bool inbox_receive_routed(struct inbox *inbox, void *router, struct routing *ret_routing)
{
    ret_routing->size = 0;
    if (!inbox_receive(inbox, router)) {
        return false;
    }
    size_t size = zmq_msg_size(&inbox->message);
    ret_routing->size = size < ROUTING_BYTES ? size : ROUTING_BYTES;
    memcpy(ret_routing->bytes, zmq_msg_data(&inbox->message), ret_routing->size);
    /* Those that the ROUTER gives begin with a zero; no other was given, so its sender chose it. */
    bool is_ours = size == ROUTING_BYTES && ret_routing->bytes[0] == 0;
    if (!zmq_msg_more(&inbox->message) || !inbox_receive(inbox, router)) {
        return false;
    }
    return !inbox_skip_rest(inbox, router) && is_ours;
}

struct bytes inbox_bytes(struct inbox *inbox)
{
    return bytes_of(zmq_msg_data(&inbox->message), zmq_msg_size(&inbox->message));
}

const char *inbox_user_id(const struct inbox *inbox)
{
    return zmq_msg_gets(&inbox->message, "User-Id");
}

int inbox_fd(struct inbox *inbox)
{
    return zmq_msg_get(&inbox->message, ZMQ_SRCFD);
}
