#include "node/api/annex.h"
#include "node/api/state.h"
#include "node/json/json_build.h"
#include "node/json/json_guest.h"
#include "node/json/json_state.h"

static struct json_value *choices(const struct menu_group *group)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < group->choices_count; i++) {
        struct json_value *choice = json_new_object();
        json_put_text(choice, "name", group->choices[i].name);
        json_put_int(choice, "price", group->choices[i].price_minor);
        if (group->is_out[i]) {
            json_put_bool(choice, "out", true);
        }
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

/* Sold out by itself, when nobody has a right left, or too few choices of a group are. */
static bool is_available(const struct state *state)
{
    const bool is_gone = state->item.stock == STOCK_STRICT && state->item_stock.all <= 0;
    return state->item.is_available && !is_gone && !state->is_stall_closed &&
           menu_lacking(&state->item) == NULL;
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
    json_put_hex(object, "photo", state->has_photo ? item->photo : bytes_of(NULL, 0));
    json_put_bool(object, "price_conflict", item->has_price_conflict);
    json_put_bool(object, "conflict", item->has_conflict);
    return object;
}

/* What @encode makes of each item; NULL = it is left out. */
static int list_items(struct state *state, struct store_txn *txn,
                      struct json_value *(*encode)(const struct state *state),
                      struct json_value **ret_items)
{
    struct key key = {.size = 0};
    struct entity_id id;
    int err = 0;
    struct json_value *items = json_new_array();
    while (err == 0 && json_count(items) < MENU_ITEMS_MAX &&
           (err = board_next(txn, INDEX_MENU, &key, &id)) == 0) {
        err = board_led_to(state_item(state, txn, &id));
        struct json_value *item = err == 0 ? encode(state) : NULL;
        if (item != NULL) {
            json_append(items, item);
        }
    }
    if (err != 0 && err != ERR_NOT_FOUND) {
        json_free(items);
        return err;
    }
    *ret_items = items;
    return 0;
}

int state_json_menu(struct state *state, struct store_txn *txn, struct json_value **ret_value)
{
    struct cursor cursor;
    struct json_value *items = NULL;
    int err = cursor_now(txn, &cursor);
    if (err == 0) {
        err = list_items(state, txn, state_json_item, &items);
    }
    if (err != 0) {
        return err;
    }
    struct json_value *menu = json_new_object();
    json_put_cursor(menu, &cursor);
    json_put(menu, "items", items);
    *ret_value = menu;
    return 0;
}

/* --- as customers see it --- */

static struct json_value *page_item(const struct state *state)
{
    const struct menu_item *item = &state->item;
    if (item->is_hidden || state->is_stall_closed) {
        return NULL;
    }
    struct json_value *object = json_new_object();
    json_put_count(object, "number", item->number);
    json_put_text(object, "name", item->name);
    json_put_text(object, "category", item->category);
    json_put_count(object, "position", item->position);
    json_put_int(object, "price", item->price_minor);
    json_put_words(object, &schema_page_item, "allergens", item->allergens);
    json_put_words(object, &schema_page_item, "diet", item->diet);
    json_put_text(object, "description", item->description);
    json_put(object, "groups", groups(item));
    json_put_bool(object, "available", is_available(state));
    if (state->is_photo_here) {
        json_put_hex(object, "photo", item->photo);
    }
    if (item->stock != STOCK_OFF && state->item_stock.all > 0) {
        json_put_int(object, "left", state->item_stock.all);
    }
    return object;
}

static struct json_value *page_card(const struct annex_card *card)
{
    struct json_value *object = json_new_object();
    json_put_string(object, "script", card->script);
    json_put_bool(object, "practice", card->is_practice);
    return object;
}

static struct json_value *page_messages(const struct annex_messages *messages)
{
    struct json_value *object = json_new_object();
    if (messages->push_key != NULL) {
        json_put_string(object, "push_key", messages->push_key);
    }
    if (messages->has_sms) {
        json_put_bool(object, "sms", true);
    }
    return object;
}

static void put_annexed(struct json_value *object, const struct annex *annex)
{
    if (annex != NULL && annex->card != NULL) {
        json_put(object, "card", page_card(annex->card));
    }
    if (annex != NULL && annex->messages != NULL) {
        json_put(object, "messages", page_messages(annex->messages));
    }
}

int json_order_page(struct state *state, struct store_txn *txn, const struct annex *annex,
                    struct json_value **ret_value)
{
    struct json_value *items = NULL;
    const struct popup *popup = &state->popup;
    int err = state_popup(state, txn);
    if (err != 0) {
        return err;
    }
    struct json_value *object = json_new_object();
    json_put_text(object, "popup", popup->name);
    json_put_int(object, "epoch", state->live.epoch_ms);
    json_put_text(object, "currency", popup->currency);
    json_put_int(object, "digits", popup->currency_digits);
    json_put_bool(object, "prices_include_tax", popup->prices_include_tax);
    if (popup->tips.size > 0) {
        json_put_text(object, "tips", popup->tips);
    }
    err = list_items(state, txn, page_item, &items);
    if (err != 0) {
        json_free(object);
        return err;
    }
    json_put(object, "items", items);
    put_annexed(object, annex);
    if (state_pauses(state) != NULL) {
        json_put_string(object, "paused", state_pauses(state));
    }
    *ret_value = object;
    return 0;
}
