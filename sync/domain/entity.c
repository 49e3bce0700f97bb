#include "sync/domain/entity.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/drawer.h"
#include "sync/domain/menu.h"
#include "sync/domain/record.h"
#include "sync/domain/sheet.h"

/* --- keys --- */

static struct key *key_new(struct index_keys *keys, enum index_kind kind)
{
    check(keys->count < ENTITY_INDEX_KEYS_MAX);
    struct key *key = &keys->keys[keys->count++];
    key->data[0] = (uint8_t)kind;
    key->size = 1;
    return key;
}

static void key_put(struct key *key, const void *data, size_t size)
{
    check(size <= KEY_BYTES_MAX - key->size);
    if (size > 0) {
        memcpy(key->data + key->size, data, size);
    }
    key->size += size;
}

static void key_put_byte(struct key *key, unsigned byte)
{
    const uint8_t data = (uint8_t)byte;
    key_put(key, &data, sizeof data);
}

static void key_put_64(struct key *key, uint64_t value)
{
    uint8_t data[8];
    put_be64(data, value);
    key_put(key, data, sizeof data);
}

static void key_put_32(struct key *key, uint32_t value)
{
    uint8_t data[4];
    put_be32(data, value);
    key_put(key, data, sizeof data);
}

/* --- orders --- */

static void index_number(const struct order *order, const struct order_number *number,
                         struct index_keys *keys)
{
    struct key *key = key_new(keys, INDEX_NUMBER);
    key_put_64(key, number->day);
    key_put(key, number->lane.data, number->lane.size);
    key_put_byte(key, 0);
    key_put_32(key, number->number);
    key_put(key, order->id.bytes, ENTITY_ID_BYTES);
}

/* An order that nobody has opened yet (its order.open is on its way) is on no board. */
static void index_order(const struct history *history, struct order *order, struct index_keys *keys)
{
    order_derive(history, order);
    if (order->numbers_count == 0) {
        return;
    }
    const bool is_active = order->phase <= PHASE_READY;
    struct key *key = key_new(keys, is_active ? INDEX_ACTIVE : INDEX_SETTLED);
    key_put_64(key, order->day);
    if (is_active) {
        key_put_byte(key, order->phase);
    }
    key_put(key, order->id.bytes, ENTITY_ID_BYTES);
    for (uint32_t i = 0; i < order->numbers_count; i++) {
        index_number(order, &order->numbers[i], keys);
    }
    if ((order->flags & ORDER_FLAGS_TO_SETTLE) != 0) {
        key = key_new(keys, INDEX_FLAGGED);
        key_put_64(key, order->day);
        key_put(key, order->id.bytes, ENTITY_ID_BYTES);
    }
}

/* --- the menu --- */

static void index_item(const struct history *history, struct order *order, struct index_keys *keys)
{
    struct menu_item item;
    (void)order;
    menu_derive(history, &item);
    if (item.number == 0) {
        return;
    }
    struct key *key = key_new(keys, INDEX_MENU);
    key_put_64(key, item.number);
    key_put(key, history->entity.bytes, ENTITY_ID_BYTES);
}

/* --- records --- */

/* Reviews by their order's id, which begins with the time of opening. */
static uint64_t record_sort(const struct record *record)
{
    return record->kind->kind == KIND_REVIEW ? get_be64(record_text(record, REVIEW_ORDER).data)
                                             : record->number;
}

static void index_record(const struct history *history, struct order *order,
                         struct index_keys *keys)
{
    struct record record;
    (void)order;
    record_derive(history, &record);
    if (!record.is_known) {
        return;
    }
    struct key *key = key_new(keys, INDEX_RECORD);
    key_put_byte(key, history->kind);
    key_put_64(key, record_sort(&record));
    key_put(key, history->entity.bytes, ENTITY_ID_BYTES);
}

/* --- drawers --- */

static void index_drawer(const struct history *history, struct order *order,
                         struct index_keys *keys)
{
    struct drawer drawer;
    (void)order;
    drawer_derive(history, &drawer);
    if (!drawer.is_open) {
        return;
    }
    struct key *key = key_new(keys, INDEX_DRAWER);
    key_put_byte(key, drawer.counts_count == 0 ? DRAWER_ROW_OPEN : DRAWER_ROW_COUNTED);
    key_put_64(key, drawer.day);
    key_put(key, drawer.id.bytes, ENTITY_ID_BYTES);
}

/* --- tables' sheets --- */

static void index_sheet(const struct history *history, struct order *order, struct index_keys *keys)
{
    struct sheet sheet;
    (void)order;
    sheet_derive(history, &sheet);
    if (sheet.table == 0) {
        return;
    }
    struct key *key = key_new(keys, INDEX_RECORD);
    key_put_byte(key, history->kind);
    key_put_64(key, sheet.table);
    key_put(key, history->entity.bytes, ENTITY_ID_BYTES);
}

/* --- by kind --- */

/* What is particular to a kind; NULL = nothing. Every event of an order is evidence (who said what,
 * and when), so orders are not pruned. */
static const struct {
    void (*index)(const struct history *history, struct order *order, struct index_keys *keys);
    void (*prune)(struct history *history);
    bool is_tally;
} kinds[KIND_LAST + 1] = {
    [KIND_ORDER] = {.index = index_order},
    [KIND_MENU] = {.index = index_item, .prune = menu_prune},
    [KIND_POPUP] = {.prune = popup_prune},
    [KIND_STOCK] = {.is_tally = true},
    [KIND_STALL] = {.index = index_record, .prune = record_prune},
    [KIND_STATION] = {.index = index_record, .prune = record_prune},
    [KIND_STAFF] = {.index = index_record, .prune = record_prune},
    [KIND_TAX] = {.index = index_record, .prune = record_prune},
    [KIND_OFFER] = {.index = index_record, .prune = record_prune},
    [KIND_PRINTER] = {.index = index_record, .prune = record_prune},
    [KIND_REVIEW] = {.index = index_record, .prune = record_prune},
    [KIND_DRAWER] = {.index = index_drawer},
    [KIND_SHEET] = {.index = index_sheet, .prune = sheet_prune},
};

bool entity_is_tally(enum kind kind)
{
    return kinds[kind].is_tally;
}

void entity_index(const struct history *history, struct order *order, struct index_keys *ret_keys)
{
    ret_keys->count = 0;
    if (kinds[history->kind].index != NULL) {
        kinds[history->kind].index(history, order, ret_keys);
    }
}

struct entity_id index_entity(struct bytes key)
{
    struct entity_id id;
    check(key.size > ENTITY_ID_BYTES);
    memcpy(id.bytes, key.data + key.size - ENTITY_ID_BYTES, ENTITY_ID_BYTES);
    return id;
}

bool index_kind(struct bytes key, enum kind *ret_kind)
{
    static const enum kind by_index[] = {
        [INDEX_ACTIVE] = KIND_ORDER, [INDEX_SETTLED] = KIND_ORDER, [INDEX_NUMBER] = KIND_ORDER,
        [INDEX_MENU] = KIND_MENU,    [INDEX_FLAGGED] = KIND_ORDER, [INDEX_TAKE] = KIND_STOCK,
        [INDEX_UNDO] = KIND_STOCK,   [INDEX_DRAWER] = KIND_DRAWER,
    };
    if (key.size <= 1 + ENTITY_ID_BYTES) {
        return false;
    }
    const uint8_t index = key.data[0];
    *ret_kind = index < sizeof by_index / sizeof by_index[0] ? by_index[index] : KIND_NONE;
    if (index == INDEX_RECORD && key.data[1] <= KIND_LAST &&
        (kinds[key.data[1]].index == index_record || kinds[key.data[1]].index == index_sheet)) {
        *ret_kind = (enum kind)key.data[1];
    }
    return *ret_kind != KIND_NONE;
}

void entity_prune(struct history *history)
{
    if (kinds[history->kind].prune != NULL) {
        kinds[history->kind].prune(history);
    }
}
