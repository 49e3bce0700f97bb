/* inbox.h - the one message that is being read, off whichever socket it came.
 *
 * Layer: node. Receiving takes the place of the message before; what was borrowed from that is gone
 * then. Nothing here waits. A socket is a pointer that only ZeroMQ looks into.
 */
#ifndef TRESTLE_NODE_MESH_INBOX_H
#define TRESTLE_NODE_MESH_INBOX_H

#include "node/mesh/transport.h"

struct inbox;

struct inbox *inbox_new(void);        /* NULL when there is no memory */
void inbox_free(struct inbox *inbox); /* accepts NULL */
void inbox_clear(struct inbox *inbox);

/* The next frame; false when there is none. */
bool inbox_receive(struct inbox *inbox, void *socket);

/* The rest of a message of several frames, which nobody of ours sends. Whether there was one. */
bool inbox_skip_rest(struct inbox *inbox, void *socket);

/* A message from a ROUTER: its sender, and one frame. False when there is none; then @ret_routing
 * has size 0. An odd one gives false and a sender. */
bool inbox_receive_routed(struct inbox *inbox, void *router, struct routing *ret_routing);

/* Of the last frame: its bytes, borrowed; what our authenticator called its sender (NULL =
 * nothing), borrowed; its connection, as a monitor names it. */
struct bytes inbox_bytes(struct inbox *inbox);
const char *inbox_user_id(const struct inbox *inbox);
int inbox_fd(struct inbox *inbox);

#endif
