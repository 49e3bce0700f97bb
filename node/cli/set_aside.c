#include "node/cli/set_aside.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/api/state.h"
#include "node/cli/cli.h"

static const char *const kind_words[] = {
    [KIND_NONE] = "record",     [KIND_ROSTER] = "roster", [KIND_POPUP] = "pop-up",
    [KIND_MENU] = "item",       [KIND_ORDER] = "order",   [KIND_STOCK] = "stock",
    [KIND_BLOB] = "file",       [KIND_STALL] = "stall",   [KIND_STATION] = "station",
    [KIND_STAFF] = "person",    [KIND_TAX] = "tax",       [KIND_OFFER] = "discount",
    [KIND_PRINTER] = "printer", [KIND_REVIEW] = "review", [KIND_DRAWER] = "cash drawer",
    [KIND_SHEET] = "table",
};

_Static_assert(sizeof kind_words / sizeof kind_words[0] == KIND_LAST + 1, "a word for each kind");

void set_aside_load(const char *state, struct aside *ret_aside)
{
    const int err = aside_load(state, ret_aside);
    if (err != 0) {
        *ret_aside = (struct aside){.count = 0};
        tell("%s/aside, which lists what is set aside: %s", state, err_text(err));
    }
}

/* By its row, which was made before the software died of what came after. */
static bool order_name(struct store_txn *txn, const struct entity_id *entity,
                       struct history *history, struct order *order,
                       char ret_name[SET_ASIDE_NAME_BYTES_MAX])
{
    char number[NUMBER_TEXT_BYTES_MAX];
    if (history_get(history, txn, KIND_ORDER, entity) != 0) {
        return false;
    }
    order_derive(history, order);
    if (order->numbers_count == 0) {
        return false;
    }
    number_print(order->numbers[0].lane, order->numbers[0].number, number);
    (void)snprintf(ret_name, SET_ASIDE_NAME_BYTES_MAX, "order %s of day %llu", number,
                   (unsigned long long)order->day);
    return true;
}

static enum kind kind_of(struct store_txn *txn, const struct entity_id *entity)
{
    uint32_t kinds = 0;
    const int err = entity_kinds(txn, entity, &kinds);
    for (enum kind kind = KIND_ROSTER; kind <= KIND_LAST && err == 0; kind++) {
        if ((kinds & kind_bit(kind)) != 0) {
            return kind;
        }
    }
    return KIND_NONE;
}

void set_aside_name(struct store_txn *txn, const struct entity_id *entity,
                    char ret_name[SET_ASIDE_NAME_BYTES_MAX])
{
    struct history *history = history_new();
    struct order *order = calloc(1, sizeof *order);
    if (history == NULL || order == NULL || !order_name(txn, entity, history, order, ret_name)) {
        (void)snprintf(ret_name, SET_ASIDE_NAME_BYTES_MAX, "%s %016llx%08x",
                       kind_words[kind_of(txn, entity)],
                       (unsigned long long)get_be64(entity->bytes), get_be32(entity->bytes + 8));
    }
    history_free(history);
    free(order);
}
