#include "node/api/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/api/json_build.h"
#include "node/api/json_cart.h"
#include "node/api/json_guest.h"
#include "node/api/json_live.h"
#include "node/api/live_follow.h"
#include "node/api/live_menu.h"
#include "node/os/clock.h"
#include "sync/base/check.h"

enum {
    RANGE_MS = 15 * 1000, /* a range that moved by less is not told again */
    SHARED_MS = 100,      /* a frame for all is as new as that */
};

/* What a frame that says nothing of somebody's own was made of. */
struct shared_key {
    uint64_t items_change, session_change, queue_version; /* that they knew who are told it */
    uint64_t scanned, queue_told;                         /* that it tells */
};

struct lives {
    struct api *api;
    struct state *state;
    void (*on_due)(void *context, struct live *live);
    void *context;
    struct live *opened;
    uint32_t opened_count;
    bool is_begun;         /* changes are looked at, since somebody opened */
    uint64_t looked_ms;    /* of the line-up that places are told by */
    struct cursor scanned; /* up to which they are in the connections' marks */
    uint64_t session_change;
    uint64_t queue_version;
    struct line_place queue; /* told: how many wait, and a range from now on */
    struct live_index index;
    struct live_menu menu;
    struct text removed; /* scratch of one frame */
    struct shared_key shared_key;
    uint64_t shared_ms;
    struct text shared;
};

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

uint32_t lives_count(const struct lives *lives)
{
    return lives->opened_count;
}

static void set_due(struct lives *lives, struct live *live)
{
    if (live->is_due) {
        return;
    }
    live->is_due = true;
    lives->on_due(lives->context, live);
}

static void set_all_due(struct lives *lives)
{
    for (struct live *at = lives->opened; at != NULL; at = at->next) {
        set_due(lives, at);
    }
}

static void set_dirty(struct lives *lives, struct live_follow *follow)
{
    follow->is_dirty = true;
    set_due(lives, follow->live);
}

/* --- what changed --- */

/* What one look at the changes found. */
struct scan {
    struct lives *lives;
    struct store_txn *txn;
    bool has_orders, concerns_all;
};

static void scan_order(struct scan *scan, const struct entity_id *id)
{
    struct live_follow *at = live_index_first(&scan->lives->index, id);
    for (; at != NULL; at = live_index_next(at)) {
        set_dirty(scan->lives, at);
    }
    scan->has_orders = true;
}

static void scan_item(struct scan *scan, const struct entity_id *id, uint64_t change)
{
    live_menu_note(&scan->lives->menu, id, change);
    scan->concerns_all = true;
}

static int scan_stock(struct scan *scan, const struct entity_id *id, uint64_t change)
{
    struct stock *stock = &scan->lives->state->stock;
    int err = stock_get(stock, scan->txn, id);
    const struct entity_id item = entity_id_derive(KIND_MENU, stock->item);
    if (err == 0) {
        scan_item(scan, &item, change);
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int scan_entity(struct scan *scan, uint64_t change, struct bytes row)
{
    enum kind kind = KIND_NONE;
    struct entity_id id;
    int err = key_state_parse(row, &kind, &id);
    if (err == 0 && kind == KIND_ORDER) {
        scan_order(scan, &id);
    } else if (err == 0 && kind == KIND_MENU) {
        scan_item(scan, &id, change);
    } else if (err == 0 && kind == KIND_STOCK) {
        err = scan_stock(scan, &id, change);
    } else if (err == 0 && kind == KIND_POPUP) {
        scan->lives->session_change = change;
        scan->concerns_all = true;
    }
    return err;
}

/* Each entity stands under its newest change only, so this is the set of what changed. */
static int scan_changes(struct scan *scan)
{
    struct lives *lives = scan->lives;
    struct store_cursor cursor;
    struct bytes key;
    struct bytes row;
    const struct key from = key_change(lives->scanned.change + 1);
    int err = store_cursor_open(scan->txn, TABLE_CHANGE, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &row);
    while (err == 0) {
        const uint64_t change = key.size == 8 ? get_be64(key.data) : 0;
        err = change == 0 ? ERR_SPOILT : scan_entity(scan, change, row);
        if (change != 0 && err != ERR_IO) { /* what cannot be read now is looked at again */
            lives->scanned.change = change;
        }
        if (err == 0) {
            err = store_cursor_next(&cursor, &key, &row);
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- the queue --- */

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

static bool place_differs(const struct line_place *a, const struct line_place *b)
{
    return a->ahead != b->ahead || a->has_range != b->has_range ||
           distance(a->low_ms, b->low_ms) >= RANGE_MS ||
           distance(a->high_ms, b->high_ms) >= RANGE_MS;
}

/* Those who wait and follow it: their place, where it is not what they were told. */
static void look_at_places(struct lives *lives)
{
    const struct line_up *line_up = &lives->state->line_up;
    for (uint32_t i = 0; i < line_up->waiting_count; i++) {
        struct live_follow *at = live_index_first(&lives->index, &line_up->waiting[i]);
        for (; at != NULL; at = live_index_next(at)) {
            struct line_place place;
            if (!at->is_waiting || at->is_dirty) {
                continue;
            }
            line_up_place(line_up, &at->order, at->opened_t, &place);
            if (place_differs(&place, &at->place)) {
                set_dirty(lives, at);
            }
        }
    }
}

static void look_at_queue(struct scan *scan)
{
    struct lives *lives = scan->lives;
    const struct line_up *line_up = &lives->state->line_up;
    struct line_place queue = {.ahead = line_up->waiting_count, .has_range = line_up->has_model};
    if (queue.has_range) {
        wait_range(&line_up->model, queue.ahead, &queue.low_ms, &queue.high_ms);
    }
    if (!place_differs(&queue, &lives->queue)) {
        return;
    }
    lives->queue = queue;
    lives->queue_version++;
    scan->concerns_all = true;
}

static int look_at_line_up(struct scan *scan)
{
    struct lives *lives = scan->lives;
    int err = line_up_look(lives->state, scan->txn, clock_mono_ms());
    const bool is_new = lives->state->line_up.looked_ms != lives->looked_ms;
    if (err == 0 && scan->has_orders && !is_new) {
        err = line_up_count(lives->state, scan->txn);
    }
    if (err != 0 || (!is_new && !scan->has_orders)) {
        return err;
    }
    lives->looked_ms = lives->state->line_up.looked_ms;
    look_at_places(lives);
    look_at_queue(scan);
    return 0;
}

void lives_refresh(struct lives *lives)
{
    const struct gate *gate = lives->state->gate;
    struct scan scan = {.lives = lives};
    if (!lives->is_begun || gate->read_begin(gate->context, &scan.txn) != 0) {
        return;
    }
    if (scan_changes(&scan) == 0 && lives->opened_count > 0) {
        (void)!look_at_line_up(&scan);
    }
    gate->read_end(gate->context, scan.txn);
    if (scan.concerns_all) {
        set_all_due(lives);
    }
}

/* --- what phones say --- */

static int begin(struct lives *lives)
{
    const struct gate *gate = lives->state->gate;
    struct store_txn *txn = NULL;
    int err = lives->is_begun ? 0 : gate->read_begin(gate->context, &txn);
    if (err != 0 || lives->is_begun) {
        return err;
    }
    err = cursor_now(txn, &lives->scanned);
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
    set_due(lives, oldest);
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
    set_due(lives, live);
    return 0;
}

void lives_touch_cart(struct lives *lives, uint64_t session)
{
    for (struct live *at = lives->opened; at != NULL; at = at->next) {
        if (at->caller.principal.session != session) {
            continue;
        }
        at->has_cart = true;
        set_due(lives, at);
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

/* --- frames --- */

static int hello(struct lives *lives, struct live *live, struct store_txn *txn, struct text *frame)
{
    const struct cursor *now = &lives->scanned;
    int err = state_popup(lives->state, txn);
    if (err != 0) {
        return err;
    }
    const bool is_resumed = live->has_cursor && cursor_fits(&live->cursor, now) &&
                            now->change - live->cursor.change <= LIVE_GAP_MAX &&
                            live_menu_has(&lives->menu, live->cursor.change);
    if (!is_resumed) {
        live->cursor = *now;
    }
    live->is_snapshot = !is_resumed;
    live->has_whole = !is_resumed && !live->has_menu;
    live->items_change = live->cursor.change;
    live->session_change = lives->session_change;
    live->is_greeted = true;
    json_print(state_json_hello(lives->state, &live->caller, clock_wall_ms(), is_resumed), frame);
    return 0;
}

/* What a connection is told in one frame. */
struct telling {
    struct lives *lives;
    struct live *live;
    struct store_txn *txn;
    struct text *frame;
    size_t begin; /* of the orders in @frame */
    bool is_cut;  /* there is more for another frame */
};

static void remember_place(const struct lives *lives, struct live_follow *follow)
{
    const struct order *order = &lives->state->order;
    struct line_place place;
    follow->is_waiting = line_up_find(&lives->state->line_up, order, order->opened_t, &place);
    follow->opened_t = order->opened_t;
    if (follow->is_waiting) {
        follow->place = place;
    }
}

static void append_separated(struct text *to, size_t begin)
{
    if (to->size > begin) {
        text_append(to, ",", 1);
    }
}

static void append_quoted_id(struct text *to, const struct entity_id *id)
{
    static const char digits[] = "0123456789abcdef";
    char quoted[2 * ENTITY_ID_BYTES + 2] = {'"'};
    for (size_t i = 0; i < ENTITY_ID_BYTES; i++) {
        quoted[1 + 2 * i] = digits[id->bytes[i] >> 4];
        quoted[2 + 2 * i] = digits[id->bytes[i] & 15];
    }
    quoted[sizeof quoted - 1] = '"';
    text_append(to, quoted, sizeof quoted);
}

/* An order that is another's is as none. One whose record is being repaired is told afterwards. */
static int tell_order(struct telling *telling, struct live_follow *follow)
{
    struct lives *lives = telling->lives;
    struct state *state = lives->state;
    int err = state_order(state, telling->txn, &follow->order);
    follow->is_dirty = false;
    follow->is_waiting = false;
    if (err == ERR_SPOILT) {
        return 0;
    }
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    if (err == 0 && order_is_of(&state->order, telling->live->caller.principal.session)) {
        remember_place(lives, follow);
        append_separated(telling->frame, telling->begin);
        json_print(json_purchase(state, clock_wall_ms()), telling->frame);
        return 0;
    }
    append_separated(&lives->removed, 0);
    append_quoted_id(&lives->removed, &follow->order);
    return 0;
}

static int tell_orders(struct telling *telling)
{
    struct live *live = telling->live;
    int err = line_up_look(telling->lives->state, telling->txn, clock_mono_ms());
    for (uint32_t i = 0; i < live->follows_count && err == 0; i++) {
        if (!live->follows[i].is_dirty) {
            continue;
        }
        telling->is_cut = telling->frame->size - telling->begin > LIVE_FRAME_BYTES;
        if (telling->is_cut) {
            break;
        }
        err = tell_order(telling, &live->follows[i]);
    }
    return err;
}

static int tell_whole_menu(struct telling *telling)
{
    struct lives *lives = telling->lives;
    struct live *live = telling->live;
    bool is_end = false;
    int err = live_menu_whole(&lives->menu, lives->state, telling->txn, LIVE_FRAME_BYTES,
                              &live->whole_at, telling->frame, &is_end);
    live->has_whole = !is_end;
    telling->is_cut = !is_end;
    return err;
}

static int tell_items(struct telling *telling)
{
    struct lives *lives = telling->lives;
    struct live *live = telling->live;
    const uint64_t known = live->items_change;
    if (telling->is_cut) {
        return 0;
    }
    if (!live->has_whole && known < lives->menu.change && !live_menu_has(&lives->menu, known)) {
        live->has_whole = true;
        live->whole_at = 0;
        live->items_change = lives->menu.change;
    }
    if (live->has_whole) {
        return tell_whole_menu(telling);
    }
    if (known >= lives->menu.change) {
        return 0;
    }
    live->items_change = lives->menu.change;
    return live_menu_delta(&lives->menu, lives->state, telling->txn, known, telling->frame);
}

static int tell_session(struct telling *telling)
{
    struct lives *lives = telling->lives;
    if (telling->live->session_change == lives->session_change) {
        return 0;
    }
    int err = state_popup(lives->state, telling->txn);
    if (err != 0) {
        return err;
    }
    telling->live->session_change = lives->session_change;
    text_append_text(telling->frame, ",\"session\":");
    json_print(state_json_session(lives->state, &telling->live->caller), telling->frame);
    return 0;
}

static void tell_queue(struct telling *telling)
{
    struct lives *lives = telling->lives;
    if (telling->live->queue_version == lives->queue_version) {
        return;
    }
    telling->live->queue_version = lives->queue_version;
    text_append_text(telling->frame, ",\"queue\":");
    json_print(json_live_queue(&lives->state->line_up), telling->frame);
}

/* Also that there is none any more. */
static int tell_cart(struct telling *telling)
{
    struct live *live = telling->live;
    struct cart cart;
    if (!live->has_cart) {
        return 0;
    }
    int err = cart_get(telling->txn, live->caller.principal.session, &cart);
    live->has_cart = false;
    if (err != 0) {
        return err;
    }
    text_append_text(telling->frame, ",\"cart\":");
    json_print(json_cart(&cart), telling->frame);
    return 0;
}

static void append_now(struct text *frame)
{
    char printed[32];
    (void)snprintf(printed, sizeof printed, ",\"now\":%lld", (long long)clock_wall_ms());
    text_append_text(frame, printed);
}

/* All that there was is told: it may come back with a cursor. */
static void tell_end(struct telling *telling)
{
    char cursor[CURSOR_BYTES_MAX];
    struct live *live = telling->live;
    append_now(telling->frame);
    if (live->is_snapshot) {
        text_append_text(telling->frame, telling->is_cut ? ",\"more\":true" : ",\"more\":false");
    }
    if (!telling->is_cut) {
        live->cursor = telling->lives->scanned;
        live->is_snapshot = false;
        cursor_print(&live->cursor, cursor);
        text_append_text(telling->frame, ",\"cursor\":\"");
        text_append_text(telling->frame, cursor);
        text_append_text(telling->frame, "\"");
    }
    text_append_text(telling->frame, "}");
}

static int tell(struct telling *telling)
{
    struct lives *lives = telling->lives;
    text_clear(&lives->removed);
    text_append_text(telling->frame, telling->live->is_snapshot
                                         ? "{\"type\":\"snapshot\",\"orders\":["
                                         : "{\"type\":\"delta\",\"orders\":[");
    telling->begin = telling->frame->size;
    int err = tell_orders(telling);
    text_append_text(telling->frame, "],\"removed\":[");
    text_append(telling->frame, lives->removed.data, lives->removed.size);
    text_append_text(telling->frame, "],\"items\":[");
    if (err == 0) {
        err = tell_items(telling);
    }
    text_append_text(telling->frame, "]");
    if (err == 0) {
        err = tell_session(telling);
    }
    if (err == 0) {
        err = tell_cart(telling);
    }
    if (err == 0) {
        tell_queue(telling);
        tell_end(telling);
    }
    return err;
}

/* What is this customer's alone. */
static bool has_dirty(const struct live *live)
{
    if (live->has_cart) {
        return true;
    }
    for (uint32_t i = 0; i < live->follows_count; i++) {
        if (live->follows[i].is_dirty) {
            return true;
        }
    }
    return false;
}

static bool has_news(const struct lives *lives, const struct live *live)
{
    return live->is_snapshot || live->has_whole || live->items_change < lives->menu.change ||
           live->session_change != lives->session_change ||
           live->queue_version != lives->queue_version || has_dirty(live);
}

/* What all are told alike is made once for all of them. */
static int tell_shared(struct telling *telling)
{
    struct lives *lives = telling->lives;
    struct live *live = telling->live;
    const struct shared_key key = {live->items_change, live->session_change, live->queue_version,
                                   lives->scanned.change, lives->queue_version};
    const uint64_t now_ms = clock_mono_ms();
    if (memcmp(&key, &lives->shared_key, sizeof key) == 0 && lives->shared.size > 0 &&
        now_ms - lives->shared_ms <= SHARED_MS) {
        live->items_change = lives->menu.change;
        live->session_change = lives->session_change;
        live->queue_version = lives->queue_version;
        live->cursor = lives->scanned;
        text_append(telling->frame, lives->shared.data, lives->shared.size);
        return 0;
    }
    const size_t before = telling->frame->size;
    int err = tell(telling);
    if (err != 0 || telling->is_cut) {
        return err;
    }
    lives->shared_key = key;
    lives->shared_ms = now_ms;
    text_clear(&lives->shared);
    text_append(&lives->shared, telling->frame->data + before, telling->frame->size - before);
    return 0;
}

bool live_wants_beat(const struct live *live, uint64_t now_mono_ms)
{
    return live->is_open && now_mono_ms >= live->told_ms + LIVE_BEAT_MS;
}

static int next_frame(struct telling *telling)
{
    struct lives *lives = telling->lives;
    struct live *live = telling->live;
    if (!live->is_greeted) {
        return hello(lives, live, telling->txn, telling->frame);
    }
    if (!has_news(lives, live)) {
        if (live_wants_beat(live, clock_mono_ms())) {
            json_print(json_live_beat(clock_wall_ms()), telling->frame);
        }
        return 0;
    }
    return live->is_snapshot || live->has_whole || has_dirty(live) ? tell(telling)
                                                                   : tell_shared(telling);
}

int live_next(struct lives *lives, struct live *live, struct store_txn *txn, struct text *frame)
{
    struct telling telling = {.lives = lives, .live = live, .txn = txn, .frame = frame};
    const size_t before = frame->size;
    live->is_due = false;
    if (!live->is_open) {
        return 0;
    }
    int err = next_frame(&telling);
    if (err != 0) {
        frame->size = before;
        return err;
    }
    if (frame->size > before) {
        live->told_ms = clock_mono_ms();
    }
    if (has_news(lives, live) || !live->is_greeted) {
        set_due(lives, live);
    }
    return 0;
}
