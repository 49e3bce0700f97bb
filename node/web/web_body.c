/* Bodies of requests, on their way in: for whose there is room, and what becomes of one that nobody
 * wants. */

#include <stdlib.h>
#include <string.h>

#include "node/os/entropy.h"
#include "node/web/web_state.h"

enum {
    /* Of all whom nobody vouches for, together: as announced, so that what is promised a place has
     * one. A customer's order is a KiB, an event of the card provider a few. */
    STRANGERS_BODY_BYTES_MAX = 8 * 1024 * 1024,
    SKIPPED_BYTES_MAX = API_BODY_BYTES_MAX, /* so much is heard out before it is refused */
};

/* What strangers of @network have on its way. */
static size_t neighbours_bytes(const struct web *web, uint64_t network)
{
    size_t bytes = 0;
    for (const struct connection *at = web->connections; at != NULL; at = at->next) {
        bytes += at->exchange != NULL && at->network == network ? at->exchange->stranger_bytes : 0;
    }
    return bytes;
}

/* One network leaves half of it to others, as of connections. */
static bool strangers_have_room(const struct web *web, const struct connection *connection,
                                size_t size)
{
    const size_t half = STRANGERS_BODY_BYTES_MAX / 2;
    if (web->strangers_bytes + size <= half) {
        return true;
    }
    return web->strangers_bytes + size <= STRANGERS_BODY_BYTES_MAX &&
           (connection->network == 0 || neighbours_bytes(web, connection->network) + size <= half);
}

int web_body_begin(struct web *web, struct connection *connection, size_t size)
{
    struct exchange *exchange = connection->exchange;
    const bool is_strangers = !api_is_vouched_for(&exchange->response.reply);
    if (is_strangers && !strangers_have_room(web, connection, size)) {
        return ERR_BUSY;
    }
    exchange->body.data = malloc(size);
    if (exchange->body.data == NULL) {
        return ERR_BUSY; /* for this one; the stall goes on */
    }
    exchange->body.capacity = size;
    exchange->stranger_bytes = is_strangers ? size : 0;
    web->strangers_bytes += exchange->stranger_bytes;
    return 0;
}

bool web_body_skip(struct exchange *exchange, size_t size)
{
    exchange->skips_body = size <= SKIPPED_BYTES_MAX;
    return exchange->skips_body;
}

int web_body_take(struct exchange *exchange, const void *in, size_t size)
{
    if (exchange->skips_body) {
        return 0;
    }
    if (size > exchange->body.capacity - exchange->body.size) {
        return -1;
    }
    memcpy(exchange->body.data + exchange->body.size, in, size);
    exchange->body.size += size;
    return 0;
}

void web_body_end(struct web *web, struct exchange *exchange)
{
    entropy_wipe(exchange->body.data, exchange->body.size); /* it may have been a PIN */
    text_close(&exchange->body);
    web->strangers_bytes -= exchange->stranger_bytes;
    exchange->stranger_bytes = 0;
}
