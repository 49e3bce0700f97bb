/* Requests read. */

#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#undef ERR_STATE

#include <stdio.h>
#include <string.h>

#include "node/web/header.h"
#include "node/web/web_state.h"

enum { NAMED_HEADER_BYTES_MAX = 2048 };

static bool copy_header(struct lws *wsi, enum lws_token_indexes token, char *to, size_t capacity)
{
    to[0] = '\0';
    int size = lws_hdr_total_length(wsi, token);
    return size <= 0 || lws_hdr_copy(wsi, to, (int)capacity, token) >= 0;
}

static bool copy_key(struct lws *wsi, char *to, size_t capacity)
{
    static const char name[] = "idempotency-key:";
    to[0] = '\0';
    return lws_hdr_custom_length(wsi, name, sizeof name - 1) <= 0 ||
           lws_hdr_custom_copy(wsi, to, (int)capacity, name, sizeof name - 1) >= 0;
}

bool web_request_read_named(struct connection *connection, const char *name)
{
    char value[NAMED_HEADER_BYTES_MAX];
    struct lws *wsi = connection->wsi;
    int name_size = (int)strlen(name);
    if (lws_hdr_custom_length(wsi, name, name_size) <= 0) {
        return true;
    }
    int size = lws_hdr_custom_copy(wsi, value, sizeof value, name, name_size);
    if (size > 0) {
        text_append(&connection->exchange->header, value, (size_t)size);
    }
    return size >= 0;
}

/* Among the subprotocols: lws answers with the one of them that is its own. */
static bool copy_ticket(struct lws *wsi, char *to, size_t capacity)
{
    char listed[TEXT_HEADER_BYTES_MAX];
    to[0] = '\0';
    return copy_header(wsi, WSI_TOKEN_PROTOCOL, listed, sizeof listed) &&
           header_ticket(listed, to, capacity) == 0;
}

/* The parts of the query, joined again: lws has split and decoded them. */
static bool copy_query(struct lws *wsi, char *to, size_t capacity)
{
    size_t size = 0;
    to[0] = '\0';
    for (int part = 0;; part++) {
        char piece[API_PATH_BYTES_MAX];
        int got = lws_hdr_copy_fragment(wsi, piece, sizeof piece, WSI_TOKEN_HTTP_URI_ARGS, part);
        if (got < 0) { /* none, or one that does not fit */
            return lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, part) <= 0;
        }
        if (size + (size_t)got + 2 > capacity || memchr(piece, '&', (size_t)got) != NULL) {
            return false;
        }
        size += (size_t)snprintf(to + size, capacity - size, "%s%s", part > 0 ? "&" : "", piece);
    }
}

static const struct {
    enum lws_token_indexes token;
    const char *name;
} methods[] = {
    {WSI_TOKEN_GET_URI, "GET"},         {WSI_TOKEN_HEAD_URI, "HEAD"},
    {WSI_TOKEN_POST_URI, "POST"},       {WSI_TOKEN_PATCH_URI, "PATCH"},
    {WSI_TOKEN_PUT_URI, "PUT"},         {WSI_TOKEN_DELETE_URI, "DELETE"},
    {WSI_TOKEN_OPTIONS_URI, "OPTIONS"},
};

static bool copy_line(struct connection *connection)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        if (lws_hdr_total_length(connection->wsi, methods[i].token) <= 0) {
            continue;
        }
        (void)snprintf(connection->exchange->method, sizeof connection->exchange->method, "%s",
                       methods[i].name);
        return copy_header(connection->wsi, methods[i].token, connection->exchange->path,
                           sizeof connection->exchange->path);
    }
    return false;
}

/* Whether somebody passed it on: it is then nobody's here, whatever the address that it comes from.
 * A proxy that says nothing of itself is not noticed: docs/payments.md. */
static bool is_forwarded(struct lws *wsi)
{
    static const enum lws_token_indexes tokens[] = {WSI_TOKEN_X_FORWARDED_FOR, WSI_TOKEN_HTTP_VIA,
                                                    WSI_TOKEN_HTTP_X_REAL_IP};
    static const char *const names[] = {"forwarded:", "x-forwarded-host:", "x-forwarded-proto:"};
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
        if (lws_hdr_fragment_length(wsi, tokens[i], 0) > 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (lws_hdr_custom_length(wsi, names[i], (int)strlen(names[i])) >= 0) {
            return true;
        }
    }
    return false;
}

/* A proxy that is not ours is one client, whoever comes through it: it has no bound of its own. */
static uint64_t network_passed_on(const struct connection *connection, const char *peer)
{
    char own[PEER_TEXT_BYTES_MAX];
    const bool is_told = !peer_text(peer, own) || strcmp(own, connection->client) != 0;
    return is_told ? peer_network(bytes_of_text(connection->client)) : 0;
}

/* Who asks, and whether there is a place for him. 0; ERR_TOO_LARGE: a header; ERR_BUSY. */
static int copy_client(struct web *web, struct connection *connection)
{
    char list[TEXT_HEADER_BYTES_MAX], peer[PEER_TEXT_BYTES_MAX] = "";
    struct lws *wsi = connection->wsi;
    const bool is_passed_on = is_forwarded(wsi);
    connection->entrance = is_passed_on ? ENTRANCE_PLAIN : connection->door;
    connection->client[0] = '\0';
    if (!is_passed_on && door_is_own(connection->door)) {
        return 0;
    }
    if (!copy_header(wsi, WSI_TOKEN_X_FORWARDED_FOR, list, sizeof list)) {
        return ERR_TOO_LARGE;
    }
    (void)lws_get_peer_simple(wsi, peer, sizeof peer);
    forwarded_client(&web->proxies, peer, list, connection->client);
    const bool has_room =
        !is_passed_on || web_admit_stranger(web, connection, network_passed_on(connection, peer));
    return has_room ? 0 : ERR_BUSY;
}

int web_request_read(struct web *web, struct connection *connection)
{
    char encodings[TEXT_HEADER_BYTES_MAX];
    struct lws *wsi = connection->wsi;
    bool is_whole =
        copy_line(connection) &&
        copy_query(wsi, connection->exchange->query, sizeof connection->exchange->query) &&
        copy_header(wsi, WSI_TOKEN_HOST, connection->exchange->host,
                    sizeof connection->exchange->host) &&
        copy_header(wsi, WSI_TOKEN_ORIGIN, connection->exchange->origin,
                    sizeof connection->exchange->origin) &&
        copy_header(wsi, WSI_TOKEN_HTTP_IF_NONE_MATCH, connection->exchange->none_match,
                    sizeof connection->exchange->none_match) &&
        copy_key(wsi, connection->exchange->key, sizeof connection->exchange->key) &&
        copy_header(wsi, WSI_TOKEN_HTTP_AUTHORIZATION, connection->exchange->authorization,
                    sizeof connection->exchange->authorization) &&
        copy_ticket(wsi, connection->exchange->ticket, sizeof connection->exchange->ticket);
    connection->exchange->takes_gzip =
        copy_header(wsi, WSI_TOKEN_HTTP_ACCEPT_ENCODING, encodings, sizeof encodings) &&
        strstr(encodings, "gzip") != NULL;
    return is_whole ? copy_client(web, connection) : ERR_TOO_LARGE;
}

struct site_request web_request_of(const struct connection *connection)
{
    return (struct site_request){
        .entrance = connection->entrance,
        .is_guest_door = connection->door == ENTRANCE_PLAIN,
        .client = connection->client,
        .method = connection->exchange->method,
        .path = connection->exchange->path,
        .query = connection->exchange->query,
        .host = connection->exchange->host,
        .origin = connection->exchange->origin,
        .authorization = connection->exchange->authorization,
        .ticket = connection->exchange->ticket,
        .none_match = connection->exchange->none_match,
        .takes_gzip = connection->exchange->takes_gzip,
        .key = bytes_of_text(connection->exchange->key),
        .header = bytes_of(connection->exchange->header.data, connection->exchange->header.size),
        .body = bytes_of(connection->exchange->body.data, connection->exchange->body.size),
    };
}

int web_request_body_size(const struct connection *connection, size_t size_max, size_t *ret_size)
{
    struct lws *wsi = connection->wsi;
    char digits[24];
    *ret_size = 0;
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0) {
        return ERR_MALFORMED;
    }
    if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) <= 0) {
        return 0;
    }
    if (!copy_header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, digits, sizeof digits)) {
        return ERR_MALFORMED;
    }
    return header_length(digits, size_max, ret_size);
}
