/* An order's tip: a register. A later one replaces those that its writer had seen; of several that
 * knew nothing of each other the one that leaves least counts: nobody pays what is in dispute. */
#include <string.h>

#include "sync/domain/order_fold.h"
#include "sync/domain/tip.h"

/* How far the tips of an order had seen each branch. */
struct tips_saw {
    uint64_t newest[ENTITY_LOGS_MAX]; /* the last tip that the branch itself wrote; 0 = none */
    uint64_t others[ENTITY_LOGS_MAX]; /* how far the tips of other branches had seen it */
};

static bool tip_get(const struct fold *fold, uint32_t index, struct tip *ret_tip)
{
    return fold_has(fold, index, EVENT_TIP_SET) &&
           tip_decode(fold->history->events[index].body, ret_tip) == 0;
}

static void note_seen(struct tips_saw *saw, const struct history *history, uint32_t index)
{
    const struct history_event *event = &history->events[index];
    for (uint32_t b = 0; b < history->branches_count; b++) {
        uint64_t *far = b == event->branch ? &saw->newest[b] : &saw->others[b];
        const uint64_t seq = history->saw[index][b];
        *far = seq > *far ? seq : *far;
    }
}

/* Whether no other tip had seen event @index. */
static bool is_maximal(const struct tips_saw *saw, const struct history_event *event)
{
    return saw->newest[event->branch] == event->id.seq &&
           saw->others[event->branch] < event->id.seq;
}

void order_fill_tip(const struct fold *fold, struct order *order)
{
    const struct history *history = fold->history;
    struct tips_saw saw;
    struct tip tip;
    bool is_first = true;
    memset(&saw, 0, sizeof saw);
    for (uint32_t i = 0; i < history->count; i++) {
        if (tip_get(fold, i, &tip)) {
            note_seen(&saw, history, i);
        }
    }
    for (uint32_t i = 0; i < history->count; i++) {
        if (!tip_get(fold, i, &tip) || !is_maximal(&saw, &history->events[i])) {
            continue;
        }
        const int64_t left_minor = tip_in_effect(&tip, order->owed_minor);
        if (is_first || left_minor < order->tip_minor) {
            order->tip = tip;
            order->tip_minor = left_minor;
            order->tip_by = history->events[i].by;
        }
        is_first = false;
    }
}
