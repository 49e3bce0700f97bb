#include "node/api/day_report.h"

#include <string.h>

#include "sync/remaking.h"

/* A row below the day's first: keys are the index, the day, then what differs. */
static struct key key_before(enum index_kind index, uint64_t day)
{
    struct key key = {.size = 9};
    key.data[0] = (uint8_t)index;
    put_be64(key.data + 1, day);
    return key;
}

static int add_index(struct state *state, struct store_txn *txn, enum index_kind index,
                     uint64_t day, struct report *report)
{
    struct key key = key_before(index, day);
    struct entity_id id;
    while (report->orders < DAY_REPORT_ORDERS_MAX) {
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
        report_add(report, &state->order);
    }
    return 0;
}

int day_report(struct state *state, struct store_txn *txn, uint64_t day, struct report *ret_report,
               struct report_extent *ret_extent)
{
    report_reset(ret_report);
    int err = remaking_look(txn, &ret_extent->is_remaking);
    if (err == 0) {
        err = add_index(state, txn, INDEX_ACTIVE, day, ret_report);
    }
    if (err == 0) {
        err = add_index(state, txn, INDEX_SETTLED, day, ret_report);
    }
    ret_extent->is_complete = ret_report->orders < DAY_REPORT_ORDERS_MAX;
    return err;
}
