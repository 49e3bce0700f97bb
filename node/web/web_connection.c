/* Who is connected, and for whom there is room. */

#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#undef ERR_STATE

#include <stdlib.h>

#include "node/web/web_state.h"

static enum entrance door_of(const struct web *web, struct lws *wsi)
{
    const void *vhost = lws_get_vhost(wsi);
    if (vhost == web->https_vhost) {
        return ENTRANCE_SECURE;
    }
    if (vhost == web->guests_vhost) {
        return ENTRANCE_PLAIN;
    }
    return vhost == web->vhost ? ENTRANCE_LOOPBACK : ENTRANCE_CONTROL;
}

unsigned web_connections_room(const struct web *web)
{
    return web->connections_max + web->guests_max / 2;
}

/* Strangers leave room for the screens of this machine. */
static unsigned strangers_room(const struct web *web)
{
    return web_connections_room(web) - (web->connections_max + 3) / 4;
}

static unsigned neighbours_in(const struct connection *list, const struct connection *connection,
                              uint64_t network)
{
    unsigned count = 0;
    for (const struct connection *at = list; at != NULL; at = at->next) {
        count += at != connection && at->is_stranger && at->network == network;
    }
    return count;
}

/* One network leaves half of it to others. */
static bool has_room(const struct web *web, const struct connection *connection, uint64_t network)
{
    if (!connection->is_stranger && web->strangers_count >= strangers_room(web)) {
        return false;
    }
    return network == 0 || neighbours_in(web->connections, connection, network) +
                                   neighbours_in(web->screens, connection, network) <
                               (strangers_room(web) + 1) / 2;
}

bool web_admit_stranger(struct web *web, struct connection *connection, uint64_t network)
{
    if (connection->is_stranger && connection->network == network) {
        return true;
    }
    if (!has_room(web, connection, network)) {
        return false;
    }
    web->strangers_count += !connection->is_stranger;
    connection->is_stranger = true;
    connection->network = network;
    return true;
}

/* Who is behind a proxy of ours its requests tell. */
static uint64_t network_of(const struct web *web, struct lws *wsi)
{
    char peer[PEER_TEXT_BYTES_MAX] = "", text[PEER_TEXT_BYTES_MAX];
    (void)lws_get_peer_simple(wsi, peer, sizeof peer);
    if (peer_text(peer, text) && proxies_have(&web->proxies, text)) {
        return 0;
    }
    return peer_network(bytes_of_text(peer));
}

static void list_add(struct connection **list, struct connection *connection)
{
    connection->list = list;
    connection->before = NULL;
    connection->next = *list;
    if (connection->next != NULL) {
        connection->next->before = connection;
    }
    *list = connection;
}

static void list_remove(struct connection *connection)
{
    if (connection->before != NULL) {
        connection->before->next = connection->next;
    } else {
        *connection->list = connection->next;
    }
    if (connection->next != NULL) {
        connection->next->before = connection->before;
    }
}

struct connection *web_connection_open(struct web *web, void *wsi)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) {
        return NULL;
    }
    connection->wsi = wsi;
    connection->door = door_of(web, wsi);
    if (!door_is_own(connection->door) &&
        !web_admit_stranger(web, connection, network_of(web, wsi))) {
        web_say(web, "too many connections of strangers: one was refused");
        free(connection);
        return NULL;
    }
    connection->entrance = connection->door;
    list_add(&web->connections, connection);
    web->connections_count++;
    lws_set_opaque_user_data(wsi, connection);
    return connection;
}

/* It is not one of those that are counted together any more. */
static void uncount(struct web *web, const struct connection *connection)
{
    if (connection->list == &web->guests) {
        web->guests_count--;
        return;
    }
    web->connections_count--;
    web->strangers_count -= connection->is_stranger;
}

void web_connection_upgraded(struct web *web, struct connection *connection)
{
    const bool is_guest = connection->guest != NULL;
    if (is_guest) {
        uncount(web, connection);
        web->guests_count++;
    }
    list_remove(connection);
    list_add(is_guest ? &web->guests : &web->screens, connection);
}

void web_connection_close(struct web *web, struct connection *connection)
{
    uncount(web, connection);
    list_remove(connection);
    web_exchange_end(web, connection);
    text_close(&connection->message);
    web_guest_free(web, connection->guest);
    free(connection->stream);
    free(connection);
}
