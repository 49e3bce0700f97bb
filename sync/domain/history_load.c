#include "sync/domain/history_load.h"

#include <stdlib.h>
#include <string.h>

#include "sync/roster/salvage_memo.h"

struct history_item *history_items_new(void)
{
    return malloc(HISTORY_EVENTS_MAX * sizeof(struct history_item));
}

uint16_t *history_order_new(void)
{
    return malloc(2 * (size_t)HISTORY_EVENTS_MAX * sizeof(uint16_t));
}

static void give_item(struct history *history, const struct history_item *item)
{
    memcpy(history->saw[history->count], item->saw, sizeof item->saw);
    history->events[history->count++] = (struct history_event){
        .id = item->id,
        .branch = item->branch,
        .type = item->type,
        .t = item->t,
        .by = item->by,
        .body = item->body,
        .is_causal = item->is_causal,
    };
}

static void give_branch(struct load *load, uint32_t branch, uint32_t from)
{
    const bool is_own = load->history->branches[branch].via == 0;
    for (uint32_t o = from; o < load->sequences[branch].end; o++) {
        const struct history_item *item = &load->items[load->order[o]];
        if (is_own && item->is_reemitted) {
            continue;
        }
        /* A fact that commutes counts also behind an event that waits. */
        if (load_is_firm(item)) {
            give_item(load->history, item);
        } else {
            load->history->pending_count++;
        }
    }
}

static void give_all(struct load *load)
{
    uint32_t from = 0;
    for (uint32_t b = 0; b < load->history->branches_count; b++) {
        give_branch(load, b, from);
        from = load->sequences[b].end;
    }
}

static int collect_once(struct load *load)
{
    const int err = load_collect(load);
    return err == 0 ? load_salvaged(load) : err;
}

/* What a gateway wrote takes no room on what is not a customer's order: it is left out before the
 * limits are counted. Whose it is shows only when all was read, so that is done twice then. */
static int collect(struct load *load)
{
    struct history *history = load->history;
    int err = collect_once(load);
    if (err == 0 && load->has_gateways && load->whose != WHOSE_CUSTOMERS) {
        const struct entity_id entity = history->entity;
        history_reset(history, history->kind, &entity);
        load->count = 0;
        load->taken = (struct history_room){0};
        load->is_barred = true;
        err = collect_once(load);
    }
    return err;
}

int history_load(struct history *history, struct store_txn *txn, const struct roster *roster,
                 enum kind kind, const struct entity_id *entity)
{
    struct load load = {.history = history,
                        .items = history->items,
                        .order = history->order,
                        .txn = txn,
                        .roster = roster};
    history_reset(history, kind, entity);
    if (!history->is_memo_kept) {
        salvage_memo_reset(history->memo);
    }
    int err = collect(&load);
    if (err == 0) {
        load_identify(&load);
        err = load_connect(&load);
    }
    if (err != 0) {
        history_reset(history, kind, entity);
        return err == ERR_IO ? ERR_IO : ERR_MALFORMED;
    }
    load_settle(&load);
    give_all(&load);
    return 0;
}
