/* Customers' phones on /ws: how many there may be, when each is written to, why one is closed. */

#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#undef ERR_STATE

#include <stdlib.h>
#include <string.h>

#include "node/os/clock.h"
#include "node/web/web_state.h"

enum {
    CHECK_MS = 8000,   /* whether a token still stands is looked at again after that */
    WAVE_GUESTS = 128, /* written to before others have their turn: about a millisecond */
};

/* What the phone is told when it is closed; see docs/api.md. */
struct guest_end {
    int status;
    const char *reason;
};
static const struct guest_end end_foreign = {LWS_CLOSE_STATUS_POLICY_VIOLATION,
                                             "not a frame of ours"};
static const struct guest_end end_sick = {LWS_CLOSE_STATUS_UNEXPECTED_CONDITION,
                                          "the store cannot be read"};
static const struct guest_end end_unknown = {4401, "no customer's token"};
static const struct guest_end end_silent = {4408, "say who you are"};
static const struct guest_end end_hasty = {4429, "too many messages"};
static const struct guest_end end_replaced = {4409, "another page took its place"};

static struct guest *guest_of(struct live *live)
{
    return (struct guest *)(void *)live;
}

/* --- how many --- */

static bool is_neighbour(const struct connection *a, const struct connection *b)
{
    return a->network == b->network && (a->network != 0 || strcmp(a->client, b->client) == 0);
}

/* Of one address, half: a fair has one. This machine's own is a proxy that says nothing, or a test.
 */
static bool address_has_room(const struct web *web, const struct connection *connection)
{
    unsigned count = 0;
    if (connection->client[0] == '\0') {
        return true;
    }
    for (const struct connection *at = web->guests; at != NULL; at = at->next) {
        count += is_neighbour(at, connection);
    }
    return count < (web->guests_max + 1) / 2;
}

int web_guest_new(struct web *web, struct connection *connection)
{
    if (web->guests_count >= web->guests_max || !address_has_room(web, connection)) {
        return ERR_BUSY;
    }
    struct guest *guest = calloc(1, sizeof *guest);
    if (guest == NULL) {
        return ERR_NO_MEMORY;
    }
    guest->connection = connection;
    guest->opened_ms = clock_mono_ms();
    connection->guest = guest;
    return 0;
}

/* --- when --- */

static void wave_leave(struct web *web, struct guest *guest)
{
    if (!guest->is_queued) {
        return;
    }
    if (guest->before != NULL) {
        guest->before->next = guest->next;
    } else {
        web->wave = guest->next;
    }
    if (guest->next != NULL) {
        guest->next->before = guest->before;
    } else {
        web->wave_last = guest->before;
    }
    guest->next = guest->before = NULL;
    guest->is_queued = false;
}

static void wave_join(struct web *web, struct guest *guest)
{
    if (guest->is_queued) {
        return;
    }
    guest->is_queued = true;
    guest->before = web->wave_last;
    if (guest->before != NULL) {
        guest->before->next = guest;
    } else {
        web->wave = guest;
    }
    web->wave_last = guest;
    web_wave_later(web);
}

void web_guest_is_due(void *context, struct live *live)
{
    wave_join(context, guest_of(live));
}

bool web_guest_wave(struct web *web)
{
    for (unsigned i = 0; i < WAVE_GUESTS && web->wave != NULL; i++) {
        struct guest *guest = web->wave;
        wave_leave(web, guest);
        guest->is_awaited = true;
        lws_callback_on_writable(guest->connection->wsi);
    }
    return web->wave != NULL;
}

/* --- what it says --- */

/* For a message that was not taken. It is said when the socket can take it: lws drops the reason of
 * who hangs up while more of what came waits. */
static const struct guest_end *end_for(int err)
{
    switch (err) {
    case ERR_MALFORMED:
        return &end_foreign;
    case ERR_UNAUTHENTICATED:
        return &end_unknown;
    case ERR_LIMIT:
        return &end_hasty;
    default:
        return &end_sick;
    }
}

int web_guest_on_message(struct web *web, struct connection *connection, struct bytes message)
{
    struct guest *guest = connection->guest;
    if (guest->end != NULL) {
        return 0;
    }
    const int err = live_hear(web->lives, &guest->live, connection->entrance,
                              bytes_of_text(connection->client), message);
    if (err != 0) {
        guest->end = end_for(err);
        wave_join(web, guest);
    }
    return 0;
}

/* --- its end --- */

bool web_guest_takes(struct connection *connection)
{
    struct guest *guest = connection->guest;
    guest->is_awaited = false;
    if (guest->live.is_replaced) {
        guest->end = &end_replaced;
    }
    return guest->end == NULL;
}

int web_guest_hang_up(struct connection *connection)
{
    const struct guest_end *end = connection->guest->end;
    return web_socket_hang_up(connection, end->status, end->reason);
}

static const struct guest_end *end_of(const struct web *web, struct guest *guest, uint64_t now_ms)
{
    if (!guest->live.is_open) {
        return now_ms >= guest->opened_ms + web->request_ms ? &end_silent : NULL;
    }
    if (now_ms < guest->checked_ms + CHECK_MS) {
        return NULL;
    }
    guest->checked_ms = now_ms;
    return live_may_go_on(web->lives, &guest->live) ? NULL : &end_unknown;
}

void web_guest_sweep(struct web *web, struct connection *connection, uint64_t now_ms)
{
    struct guest *guest = connection->guest;
    if (guest->is_awaited && web_is_stalled(web, connection, now_ms)) {
        web_cut(web, connection, "a phone took nothing for too long and was disconnected");
        return;
    }
    if (guest->end == NULL) {
        guest->end = end_of(web, guest, now_ms);
    }
    if (guest->end != NULL || live_wants_beat(&guest->live, now_ms)) {
        wave_join(web, guest);
    }
}

void web_guest_free(struct web *web, struct guest *guest)
{
    if (guest == NULL) {
        return;
    }
    live_close(web->lives, &guest->live);
    wave_leave(web, guest);
    free(guest);
}
