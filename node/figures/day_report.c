#include "node/figures/day_report.h"

#include <string.h>

#include "sync/replica/remaking.h"

/* A row below the day's first: keys are the index, the day, then what differs. */
static struct key key_before(enum index_kind index, uint64_t day)
{
    struct key key = {.size = 9};
    key.data[0] = (uint8_t)index;
    put_be64(key.data + 1, day);
    return key;
}

/* Who is given each order, and how many more they take. */
struct adding {
    void (*add)(void *to, const struct order *order);
    void *to;
    uint32_t room;
};

static int add_index(struct state *state, struct store_txn *txn, enum index_kind index,
                     uint64_t day, struct adding *adding)
{
    struct key key = key_before(index, day);
    struct entity_id id;
    while (adding->room > 0) {
        int err = board_next(txn, index, &key, &id);
        if (err == ERR_NOT_FOUND || (err == 0 && get_be64(key.data + 1) != day)) {
            return 0;
        }
        if (err == 0) {
            err = board_led_to(state_order(state, txn, &id));
        }
        if (err != 0) {
            return err;
        }
        adding->add(adding->to, &state->order);
        adding->room--;
    }
    return 0;
}

static int add_day(struct state *state, struct store_txn *txn, uint64_t day, struct adding *adding)
{
    int err = add_index(state, txn, INDEX_ACTIVE, day, adding);
    return err == 0 ? add_index(state, txn, INDEX_SETTLED, day, adding) : err;
}

static void add_to_report(void *to, const struct order *order)
{
    report_add(to, order);
}

int day_report(struct state *state, struct store_txn *txn, uint64_t day, struct report *ret_report,
               struct report_extent *ret_extent)
{
    struct adding adding = {add_to_report, ret_report, DAY_REPORT_ORDERS_MAX};
    report_reset(ret_report);
    int err = remaking_look(txn, &ret_extent->is_remaking);
    if (err == 0) {
        err = add_day(state, txn, day, &adding);
    }
    ret_extent->is_complete = adding.room > 0;
    return err;
}

static void add_to_trade(void *to, const struct order *order)
{
    trade_add(to, order);
}

int days_trade(struct state *state, struct store_txn *txn, uint64_t first, uint64_t last,
               struct trade **ret_trade, struct report_extent *ret_extent)
{
    struct trade *trade = trade_new(state->live.epoch_ms);
    struct adding adding = {add_to_trade, trade, TRADE_ORDERS_MAX};
    int err = trade == NULL ? ERR_NO_MEMORY : remaking_look(txn, &ret_extent->is_remaking);
    for (uint64_t day = first; day <= last && err == 0; day++) {
        trade_begin_day(trade, day);
        err = add_day(state, txn, day, &adding);
    }
    if (err != 0) {
        trade_free(trade);
        return err;
    }
    trade_finish(trade);
    ret_extent->is_complete = adding.room > 0;
    *ret_trade = trade;
    return 0;
}
