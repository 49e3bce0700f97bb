#include "node/api/json_build.h"
#include "node/api/json_state.h"
#include "node/api/state.h"

static struct json_value *choices(const struct menu_group *group)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < group->choices_count; i++) {
        struct json_value *choice = json_new_object();
        json_put_text(choice, "name", group->choices[i].name);
        json_put_int(choice, "price", group->choices[i].price_minor);
        json_append(list, choice);
    }
    return list;
}

static struct json_value *groups(const struct menu_item *item)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < item->groups_count; i++) {
        struct json_value *group = json_new_object();
        json_put_text(group, "name", item->groups[i].name);
        json_put_int(group, "min", item->groups[i].choices_min);
        json_put_int(group, "max", item->groups[i].choices_max);
        json_put(group, "choices", choices(&item->groups[i]));
        json_append(list, group);
    }
    return list;
}

static struct json_value *stock_of(const struct state *state)
{
    struct json_value *object = json_new_object();
    json_put_int(object, "here", state->item_stock.here);
    json_put_int(object, "all", state->item_stock.all);
    json_put_int(object, "oversold", state->item_stock.oversold);
    return object;
}

/* Sold out by itself, when nobody has a right left. */
static bool is_available(const struct state *state)
{
    const bool is_gone = state->item.stock == STOCK_STRICT && state->item_stock.all <= 0;
    return state->item.is_available && !is_gone;
}

struct json_value *state_json_item(const struct state *state)
{
    const struct menu_item *item = &state->item;
    struct json_value *object = json_new_object();
    json_put_count(object, "number", item->number);
    json_put_text(object, "name", item->name);
    json_put_int(object, "price", item->price_minor);
    json_put_text(object, "category", item->category);
    json_put_count(object, "position", item->position);
    json_put_count(object, "stall", item->stall);
    json_put_count(object, "tax", item->tax);
    json_put_int(object, "tax_eat_in", item->tax_eat_in_bp);
    json_put_int(object, "tax_take_away", item->tax_take_away_bp);
    json_put_text(object, "station", item->station);
    json_put_words(object, &schema_menu_item, "allergens", item->allergens);
    json_put_words(object, &schema_menu_item, "diet", item->diet);
    json_put_text(object, "description", item->description);
    json_put(object, "groups", groups(item));
    json_put_bool(object, "hidden", item->is_hidden);
    json_put_text(
        object, "stock_policy",
        bytes_of_text(
            schema_field_find(&schema_menu_item, "stock_policy")->words->words[item->stock]));
    json_put_bool(object, "available", is_available(state));
    json_put(object, "stock", stock_of(state));
    json_put_bool(object, "price_conflict", item->has_price_conflict);
    json_put_bool(object, "conflict", item->has_conflict);
    return object;
}

int state_json_menu(struct state *state, struct store_txn *txn, struct json_value **ret_value)
{
    struct cursor cursor;
    struct key key = {.size = 0};
    struct entity_id id;
    int err = cursor_now(txn, &cursor);
    if (err != 0)
        return err;
    struct json_value *items = json_new_array();
    while (err == 0 && json_count(items) < MENU_ITEMS_MAX &&
           (err = board_next(txn, INDEX_MENU, &key, &id)) == 0) {
        err = state_item(state, txn, &id);
        if (err == 0)
            json_append(items, state_json_item(state));
    }
    if (err != 0 && err != ERR_NOT_FOUND) {
        json_free(items);
        return err;
    }
    struct json_value *menu = json_new_object();
    json_put_cursor(menu, &cursor);
    json_put(menu, "items", items);
    *ret_value = menu;
    return 0;
}
