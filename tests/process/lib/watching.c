#include "tests/process/lib/watching.h"

#include <stdio.h>

#include "tests/lib/test.h"
#include "tests/process/lib/locked.h"
#include "tests/process/lib/phone.h"

enum { GUEST_LET_IN = 101, GUEST_REFUSED = 4401 };

int view_begin(int port, const char *view, const char *token)
{
    char path[64], more[256];
    struct client *client = client_new(port);
    (void)snprintf(path, sizeof path, "/ws?view=%s", view);
    (void)snprintf(more, sizeof more,
                   "Origin: http://127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
                   port);
    const struct client_request request = {
        .method = "GET", .path = path, .token = token, .more = more};
    const int status = client_ask(client, &request);
    client_close(client);
    return status;
}

/* A guest says who it is in the first frame: 101 when it is told something then. */
static int guest_begin(int port, const char *token)
{
    char message[TOKEN_TEXT_MAX + 64];
    struct phone *phone = phone_new(port);
    (void)snprintf(message, sizeof message, "{\"type\":\"open\",\"token\":\"%s\",\"orders\":[]}",
                   token);
    phone_say(phone, message);
    const int status = phone_hear_or_end(phone) != NULL ? GUEST_LET_IN : phone_end(phone);
    phone_close(phone);
    return status;
}

static void expect(const struct route_view *view, const char *who, int status, int wanted)
{
    if (status != wanted) {
        fail_msg("/ws?view=%s with %s: %d, not %d", view->name, who, status, wanted);
    }
}

static bool is_of_people(unsigned role)
{
    return role != ROLE_NONE && role != ROLE_GATEWAY;
}

static void try_role(int port, const struct identity *identity, const struct route_view *view,
                     enum role role)
{
    const bool may = (route_view_roles(view) >> role & 1) != 0;
    const char *token = role_token(identity, role);
    if (view->is_guests) {
        expect(view, role_text(role), guest_begin(port, token), may ? GUEST_LET_IN : GUEST_REFUSED);
    } else {
        expect(view, role_text(role), view_begin(port, view->name, token), may ? 101 : 403);
    }
}

void views_walk(int port, const struct identity *identity)
{
    for (size_t i = 0; i < route_views_count; i++) {
        const struct route_view *view = &route_views[i];
        expect(view, "no token", view_begin(port, view->name, NULL), view->is_guests ? 101 : 401);
        for (unsigned role = 0; role < ROLE_COUNT; role++) {
            if (is_of_people(role)) {
                try_role(port, identity, view, (enum role)role);
            }
        }
    }
}

static void try_trick(int port, const struct route_view *view, const char *token, const char *who)
{
    if (view->is_guests) {
        expect(view, who, guest_begin(port, token), GUEST_REFUSED);
    } else {
        expect(view, who, view_begin(port, view->name, token), 401);
    }
}

void views_try_tricks(int port, const struct identity *identity)
{
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        const uint64_t staff = role == ROLE_CUSTOMER ? 0 : role;
        const struct token good = token_now(identity, (enum role)role, staff);
        for (int trick = 0; is_of_people(role) && trick < TRICK_COUNT; trick++) {
            char text[TOKEN_TEXT_MAX], who[64];
            token_tricked(identity, &good, (enum token_trick)trick, text);
            (void)snprintf(who, sizeof who, "trick %d on %s", trick, role_text((enum role)role));
            for (size_t i = 0; i < route_views_count; i++) {
                try_trick(port, &route_views[i], text, who);
            }
        }
    }
}
