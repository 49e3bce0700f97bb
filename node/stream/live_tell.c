/* The frames of a customer's phone: what is due, and no more than fits. */
#include "node/stream/live_parts.h"

#include <stdio.h>
#include <string.h>

#include "node/json/json_cart.h"
#include "node/json/json_guest.h"
#include "node/json/json_live.h"
#include "node/os/clock.h"
#include "node/stream/frame.h"

enum { SHARED_MS = 100 }; /* a frame for all is as new as that */

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
    follow->is_waiting = line_up_find(&lives->state->line_up, order, 0, order->opened_t, &place);
    follow->opened_t = order->opened_t;
    if (follow->is_waiting) {
        follow->place = place;
    }
}

/* An order that is another's is as none. One whose record is being repaired is told afterwards; one
 * whose review is, without it. */
static int tell_order(struct telling *telling, struct live_follow *follow)
{
    struct lives *lives = telling->lives;
    struct state *state = lives->state;
    int err = state_order_shown(state, telling->txn, &follow->order);
    follow->is_dirty = false;
    follow->is_waiting = false;
    if (err == ERR_SPOILT) {
        return 0;
    }
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    if (err == 0 && order_is_of(&state->order, telling->live->caller.principal.session)) {
        err = state_review(state, telling->txn, telling->live->caller.principal.session);
        if (err != 0 && err != ERR_SPOILT) {
            return err;
        }
        remember_place(lives, follow);
        frame_separate(telling->frame, telling->begin);
        json_print(json_purchase(state, clock_wall_ms()), telling->frame);
        return 0;
    }
    frame_separate(&lives->removed, 0);
    frame_append_id(&lives->removed, &follow->order);
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

/* Also that there is none any more; of one that another device keeps, nothing. */
static int tell_cart(struct telling *telling)
{
    struct live *live = telling->live;
    struct cart cart;
    if (live->caller.token.issuer != telling->lives->state->live.device) {
        live->has_cart = false;
    }
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
    struct live *live = telling->live;
    append_now(telling->frame);
    if (live->is_snapshot) {
        text_append_text(telling->frame, telling->is_cut ? ",\"more\":true" : ",\"more\":false");
    }
    if (!telling->is_cut) {
        live->cursor = telling->lives->scanned;
        live->is_snapshot = false;
        frame_append_cursor(telling->frame, &live->cursor);
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
        return state_read_error(lives->state, err);
    }
    if (frame->size > before) {
        live->told_ms = clock_mono_ms();
    }
    if (has_news(lives, live) || !live->is_greeted) {
        live_set_due(lives, live);
    }
    return 0;
}
