#include "node/stream/live_parts.h"

#include <stdlib.h>
#include <string.h>

#include "node/json/json_live.h"
#include "sync/base/check.h"

struct lives *lives_new(struct api *api, void (*on_due)(void *context, struct live *live),
                        void *context)
{
    struct lives *lives = calloc(1, sizeof *lives);
    if (lives == NULL) {
        return NULL;
    }
    lives->api = api;
    lives->state = api->state;
    lives->on_due = on_due;
    lives->context = context;
    live_index_init(&lives->index);
    return lives;
}

void lives_free(struct lives *lives)
{
    if (lives == NULL) {
        return;
    }
    check(lives->opened == NULL);
    live_index_close(&lives->index);
    live_menu_close(&lives->menu);
    text_close(&lives->removed);
    text_close(&lives->shared);
    free(lives);
}

void live_set_due(struct lives *lives, struct live *live)
{
    if (live->is_due) {
        return;
    }
    live->is_due = true;
    lives->on_due(lives->context, live);
}

static int begin(struct lives *lives)
{
    const struct gate *gate = lives->state->gate;
    struct store_txn *txn = NULL;
    int err = lives->is_begun ? 0 : gate->read_begin(gate->context, &txn);
    if (err != 0 || lives->is_begun) {
        return err;
    }
    err = state_read_error(lives->state, cursor_now(txn, &lives->scanned));
    gate->read_end(gate->context, txn);
    if (err != 0) {
        return err;
    }
    live_menu_begin(&lives->menu, lives->scanned.change);
    lives->session_change = lives->scanned.change;
    lives->queue_version = 1;
    lives->is_begun = true;
    return 0;
}

static int find_customer(const struct lives *lives, enum entrance entrance, const char *token,
                         struct caller *ret_caller)
{
    static const char scheme[] = "Bearer ";
    char header[sizeof scheme + TOKEN_TEXT_MAX];
    const struct state *state = lives->state;
    const size_t size = strlen(token);
    memcpy(header, scheme, sizeof scheme);
    memcpy(header + sizeof scheme - 1, token, size + 1);
    const struct access_request request = {
        .entrance = entrance, .authorization = bytes_of(header, sizeof scheme - 1 + size)};
    int err = access_caller(state->gate->access, &state->live, &request, ret_caller);
    return err == 0 && ret_caller->kind == CALLER_CUSTOMER ? 0 : ERR_UNAUTHENTICATED;
}

/* As many as one customer may have, with the one that comes. */
static void replace_oldest(struct lives *lives, const struct token *token)
{
    struct live *oldest = NULL;
    uint32_t count = 0;
    for (struct live *at = lives->opened; at != NULL; at = at->next) {
        if (memcmp(at->caller.token.number, token->number, sizeof token->number) == 0 &&
            !at->is_replaced) {
            oldest = at;
            count++;
        }
    }
    if (count < LIVE_OF_CUSTOMER_MAX) {
        return;
    }
    oldest->is_replaced = true;
    live_set_due(lives, oldest);
}

static int live_open(struct lives *lives, struct live *live, enum entrance entrance,
                     const struct live_message *message)
{
    state_refresh(lives->state);
    int err = find_customer(lives, entrance, message->token, &live->caller);
    if (err == 0) {
        err = begin(lives);
    }
    if (err != 0) {
        return err;
    }
    lives_refresh(lives);
    replace_oldest(lives, &live->caller.token);
    live->has_cursor = cursor_parse(message->cursor, &live->cursor) == 0;
    live->has_menu = message->has_menu;
    live->is_open = true;
    live->has_cart = true;
    live->before = NULL;
    live->next = lives->opened;
    if (live->next != NULL) {
        live->next->before = live;
    }
    lives->opened = live;
    lives->opened_count++;
    return 0;
}

/* A message costs the thread that serves the stall's screens, too. The first of a connection was
 * counted with its handshake, by the address; the token is not known before it was read. */
static int admit(const struct lives *lives, const struct live *live, struct bytes address)
{
    struct access *access = lives->state->gate->access;
    const struct access_request from = {.address = address};
    uint64_t wait_ms;
    if (!live->is_open) {
        return 0;
    }
    int err = access_admit_address(access, &from, RATE_READ, &wait_ms);
    return err != 0 ? err : access_admit_caller(access, &live->caller, RATE_READ, &wait_ms);
}

int live_hear(struct lives *lives, struct live *live, enum entrance entrance, struct bytes address,
              struct bytes message)
{
    struct live_message said;
    int err = admit(lives, live, address);
    if (err == 0) {
        err = json_live_read(message, !live->is_open, &said);
    }
    if (err == 0 && !live->is_open) {
        err = live_open(lives, live, entrance, &said);
    }
    if (err != 0) {
        return err;
    }
    live_index_set(&lives->index, live, said.orders, said.orders_count);
    live_set_due(lives, live);
    return 0;
}

void lives_touch_cart(struct lives *lives, uint64_t session)
{
    for (struct live *at = lives->opened; at != NULL; at = at->next) {
        if (at->caller.principal.session != session) {
            continue;
        }
        at->has_cart = true;
        live_set_due(lives, at);
    }
}

bool live_may_go_on(const struct lives *lives, const struct live *live)
{
    const struct state *state = lives->state;
    return access_stands(state->gate->access, &state->live, &live->caller);
}

void live_close(struct lives *lives, struct live *live)
{
    if (!live->is_open) {
        return;
    }
    live_index_set(&lives->index, live, NULL, 0);
    if (live->before != NULL) {
        live->before->next = live->next;
    } else {
        lives->opened = live->next;
    }
    if (live->next != NULL) {
        live->next->before = live->before;
    }
    lives->opened_count--;
    live->is_open = false;
}
