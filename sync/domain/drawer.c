#include "sync/domain/drawer.h"

#include "sync/base/money.h"
#include "sync/domain/order_events.h"

/* --- the fold --- */

/* Events come by (log, seq): the first opening is that of the smallest operation. */
static void fold_open(struct drawer *drawer, const struct history_event *event)
{
    struct drawer_open open;
    if (drawer_open_decode(event->body, &open) != 0) {
        return;
    }
    if (drawer->is_open) {
        drawer->is_opened_twice |= drawer->log != event->id.log;
        return;
    }
    drawer->is_open = true;
    drawer->number = open.number;
    drawer->day = open.day;
    drawer->float_minor = open.float_minor;
    drawer->log = event->id.log;
    drawer->opened_seq = event->id.seq;
    drawer->opened_t = event->t;
    drawer->opened_by = event->by;
}

bool drawer_has_move(const struct drawer *drawer, const struct entity_id *id)
{
    for (uint32_t i = 0; i < drawer->moves_count; i++) {
        if (entity_id_equal(&drawer->moves[i].id, id)) {
            return true;
        }
    }
    return false;
}

static void fold_move(struct drawer *drawer, const struct history_event *event)
{
    struct drawer_move move;
    if (drawer_move_decode(event->body, &move) != 0 || drawer_has_move(drawer, &move.id)) {
        return;
    }
    if (drawer->moves_count == DRAWER_MOVES_MAX) {
        drawer->is_cut_short = true;
        return;
    }
    drawer->moves[drawer->moves_count++] = move;
    if (money_add(drawer->moves_minor, move.amount_minor, &drawer->moves_minor) != 0) {
        drawer->has_overflow = true;
    }
}

bool drawer_has_count(const struct drawer *drawer, const struct entity_id *id)
{
    for (uint32_t i = 0; i < drawer->counts_count; i++) {
        if (entity_id_equal(&drawer->counts[i].id, id)) {
            return true;
        }
    }
    return false;
}

static void fold_count(struct drawer *drawer, const struct history_event *event)
{
    struct drawer_count count;
    if (drawer_count_decode(event->body, &count) != 0 || drawer_has_count(drawer, &count.id)) {
        return;
    }
    if (drawer->counts_count == DRAWER_COUNTS_MAX) {
        drawer->is_cut_short = true;
        return;
    }
    drawer->is_counted_twice = drawer->counts_count > 0;
    drawer->counts[drawer->counts_count++] = count;
}

/* Everything but the lists, which are written before they are counted. */
static void drawer_reset(struct drawer *drawer, const struct history *history)
{
    drawer->id = history->entity;
    drawer->is_open = false;
    drawer->number = drawer->day = 0;
    drawer->float_minor = drawer->moves_minor = 0;
    drawer->log = drawer->opened_seq = drawer->opened_t = drawer->opened_by = 0;
    drawer->moves_count = drawer->counts_count = 0;
    drawer->is_opened_twice = drawer->is_counted_twice = drawer->has_overflow = false;
    drawer->is_cut_short = history->is_cut_short;
    drawer->is_opaque = history->is_opaque;
}

void drawer_derive(const struct history *history, struct drawer *ret_drawer)
{
    drawer_reset(ret_drawer, history);
    for (uint32_t i = 0; i < history->count; i++) {
        const struct history_event *event = &history->events[i];
        if (event->type == (uint32_t)EVENT_DRAWER_OPEN) {
            fold_open(ret_drawer, event);
        } else if (event->type == (uint32_t)EVENT_DRAWER_MOVE) {
            fold_move(ret_drawer, event);
        } else if (event->type == (uint32_t)EVENT_DRAWER_COUNT) {
            fold_count(ret_drawer, event);
        }
    }
}

/* --- figures --- */

int log_newest(struct store_txn *txn, uint64_t log, uint64_t *ret_seq)
{
    const struct key beyond = key_event(log, SEQ_MAX);
    struct store_cursor cursor;
    struct bytes key, value;
    uint64_t found = 0, seq = 0;
    *ret_seq = 0;
    int err = store_cursor_open(txn, TABLE_LOG, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_before(&cursor, key_bytes(&beyond), &key, &value);
    if (err == 0) {
        err = key_event_parse(key, &found, &seq);
    }
    store_cursor_close(&cursor);
    if (found == log) {
        *ret_seq = seq;
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

static bool is_cash(struct bytes method)
{
    return bytes_equal(method, bytes_of_text("cash"));
}

/* Adds the cash that changed hands by an event; nothing for any other. */
static void add_cash_of(const struct event *event, struct drawer_figures *figures)
{
    struct order_pay pay;
    struct order_refund refund;
    int64_t *sum = &figures->paid_minor;
    int64_t amount = 0;
    if (event->type == (uint32_t)EVENT_PAY && order_pay_decode(event->body, &pay) == 0 &&
        is_cash(pay.method)) {
        amount = pay.amount_minor + pay.rounding_minor;
    } else if (event->type == (uint32_t)EVENT_REFUND &&
               order_refund_decode(event->body, &refund) == 0 && is_cash(refund.method)) {
        amount = refund.amount_minor;
        sum = &figures->refunded_minor;
    }
    if (money_add(*sum, amount, sum) != 0) {
        figures->has_overflow = true;
    }
}

static int add_cash(struct store_txn *txn, uint64_t log, uint64_t seq,
                    struct drawer_figures *figures)
{
    struct operation id;
    struct event event;
    const int err = event_read(txn, log, seq, &id, &event);
    if (err == 0) {
        add_cash_of(&event, figures);
    }
    return err;
}

static void add_up(const struct drawer *drawer, struct drawer_figures *figures)
{
    const int64_t cash = figures->paid_minor - figures->refunded_minor; /* of two that fit */
    int64_t sum = 0;
    const bool is_too_large = figures->has_overflow || drawer->has_overflow ||
                              money_add(drawer->float_minor, drawer->moves_minor, &sum) != 0 ||
                              money_add(sum, cash, &sum) != 0;
    if (is_too_large) {
        *figures = (struct drawer_figures){.missing = figures->missing, .has_overflow = true};
    } else {
        figures->cash_minor = cash;
        figures->expected_minor = sum;
    }
}

int drawer_figures(const struct drawer *drawer, struct store_txn *txn, uint64_t through,
                   struct drawer_figures *ret_figures)
{
    struct drawer_figures figures = {0};
    uint64_t newest;
    int err = log_newest(txn, drawer->log, &newest);
    const uint64_t last = through == 0 || through > newest ? newest : through;
    for (uint64_t seq = drawer->opened_seq; seq <= last && err == 0; seq++) {
        err = add_cash(txn, drawer->log, seq, &figures);
    }
    if (err != 0) {
        return err;
    }
    figures.missing = through > newest ? through - newest : 0;
    add_up(drawer, &figures);
    *ret_figures = figures;
    return 0;
}
