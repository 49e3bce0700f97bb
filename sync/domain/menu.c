#include "sync/domain/menu.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/fields.h"
#include "sync/domain/menu_choices.h"
#include "sync/domain/menu_events.h"

/* menu.available is a register like the fields, written by an event of its own: field 0. */
enum { FIELD_AVAILABLE = 0, FIELD_LAST = MENU_PHOTO };

static int available_decode(struct bytes body, struct field_values *ret_values)
{
    struct menu_available available;
    const int err = menu_available_decode(body, &available);
    if (err == 0) {
        ret_values->count = 1;
        ret_values->values[0] =
            (struct field_value){.field = FIELD_AVAILABLE, .truth = available.is_available};
    }
    return err;
}

static const enum field_merge merges[FIELD_LAST + 1] = {
    [MENU_NAME] = MERGE_LATEST,       [MENU_CATEGORY] = MERGE_LATEST,
    [MENU_POSITION] = MERGE_LATEST,   [MENU_PRICE] = MERGE_LOWEST,
    [MENU_TAX_EAT_IN] = MERGE_LOWEST, [MENU_TAX_TAKE_AWAY] = MERGE_LOWEST,
    [MENU_STATION] = MERGE_LATEST,    [MENU_ALLERGENS] = MERGE_UNION,
    [MENU_DIET] = MERGE_INTERSECT,    [MENU_DESCRIPTION] = MERGE_LATEST,
    [MENU_OPTIONS] = MERGE_IDENTITY,  [MENU_HIDDEN] = MERGE_TRUE,
    [MENU_STOCK] = MERGE_HIGHEST,     [MENU_NUMBER] = MERGE_LOWEST,
    [MENU_STALL] = MERGE_IDENTITY,    [MENU_TAX] = MERGE_IDENTITY,
    [MENU_PHOTO] = MERGE_LATEST,
};

static void take_options(struct menu_item *item, struct bytes value)
{
    struct menu_options options;
    check(menu_options_decode(value, &options) == 0); /* as when the field was read */
    item->groups_count = options.count;
    memcpy(item->groups, options.groups, options.count * sizeof options.groups[0]);
}

static void take_field(struct menu_item *item, const struct field_value *value)
{
    switch ((enum menu_field)value->field) {
    case MENU_NAME:
        item->name = value->text;
        break;
    case MENU_CATEGORY:
        item->category = value->text;
        break;
    case MENU_POSITION:
        item->position = (uint64_t)value->number;
        break;
    case MENU_PRICE:
        item->price_minor = value->number;
        break;
    case MENU_TAX_EAT_IN:
        item->tax_eat_in_bp = (uint32_t)value->number;
        break;
    case MENU_TAX_TAKE_AWAY:
        item->tax_take_away_bp = (uint32_t)value->number;
        break;
    case MENU_STATION:
        item->station = value->text;
        break;
    case MENU_ALLERGENS:
        item->allergens = (uint32_t)value->number;
        break;
    case MENU_DIET:
        item->diet = (uint32_t)value->number;
        break;
    case MENU_DESCRIPTION:
        item->description = value->text;
        break;
    case MENU_OPTIONS:
        take_options(item, value->text);
        break;
    case MENU_STOCK:
        item->stock = (enum stock_policy)value->number;
        break;
    case MENU_HIDDEN:
        item->is_hidden = value->truth;
        break;
    case MENU_NUMBER:
        item->number = (uint64_t)value->number;
        break;
    case MENU_STALL:
        item->stall = (uint64_t)value->number;
        break;
    case MENU_TAX:
        item->tax = (uint64_t)value->number;
        break;
    case MENU_PHOTO:
        item->photo = value->text;
        break;
    }
}

static void fill_fields(const struct history *history, struct menu_item *item)
{
    struct field_registers registers;
    struct field_value value;
    field_registers_fill(&registers, history, EVENT_MENU_SET, menu_set_decode);
    for (uint32_t field = MENU_NAME; field <= FIELD_LAST; field++) {
        bool *conflict = field == MENU_PRICE ? &item->has_price_conflict : &item->has_conflict;
        if (field_get(&registers, field, merges[field], &value, conflict)) {
            take_field(item, &value);
        }
    }
}

/* Sold out wins over a "there is more" that had not seen it: nobody sells what is not there. */
static void fill_available(const struct history *history, struct menu_item *item)
{
    struct field_registers registers;
    struct field_value value;
    field_registers_fill(&registers, history, EVENT_MENU_AVAILABLE, available_decode);
    item->is_available = true;
    if (field_get(&registers, FIELD_AVAILABLE, MERGE_FALSE, &value, &item->has_conflict)) {
        item->is_available = value.truth;
    }
}

/* An item is what its id says: a number written by mistake or malice does not rename it. */
static bool is_own_number(const struct history *history, uint64_t number)
{
    const struct entity_id id = entity_id_derive(KIND_MENU, number);
    return entity_id_equal(&id, &history->entity);
}

/* Everything but the groups, which are written before they are counted: most items have none. */
static void item_reset(struct menu_item *item)
{
    const size_t groups_end = offsetof(struct menu_item, groups) + sizeof item->groups;
    memset(item, 0, offsetof(struct menu_item, groups));
    memset((uint8_t *)item + groups_end, 0, sizeof *item - groups_end);
}

void menu_derive(const struct history *history, struct menu_item *ret_item)
{
    item_reset(ret_item);
    fill_fields(history, ret_item);
    fill_available(history, ret_item);
    menu_choices_fill(history, ret_item);
    if (ret_item->number != 0 && !is_own_number(history, ret_item->number)) {
        ret_item->number = 0;
    }
    ret_item->is_opaque = history->is_opaque;
}

static uint32_t choices_left(const struct menu_group *group)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < group->choices_count; i++) {
        left += !group->is_out[i];
    }
    return left;
}

const struct menu_group *menu_lacking(const struct menu_item *item)
{
    for (uint32_t i = 0; i < item->groups_count; i++) {
        if (choices_left(&item->groups[i]) < item->groups[i].choices_min) {
            return &item->groups[i];
        }
    }
    return NULL;
}

static bool is_register(uint32_t type)
{
    return type == EVENT_MENU_SET || type == EVENT_MENU_AVAILABLE || type == EVENT_MENU_CHOICE;
}

void menu_prune(struct history *history)
{
    bool keep[HISTORY_EVENTS_MAX];
    struct field_registers registers;
    for (uint32_t i = 0; i < history->count; i++) {
        keep[i] = !is_register(history->events[i].type);
    }
    field_registers_fill(&registers, history, EVENT_MENU_SET, menu_set_decode);
    for (uint32_t field = MENU_NAME; field <= FIELD_LAST; field++) {
        field_keep(&registers, field, keep);
    }
    field_registers_fill(&registers, history, EVENT_MENU_AVAILABLE, available_decode);
    field_keep(&registers, FIELD_AVAILABLE, keep);
    menu_choices_keep(history, keep);
    history_prune(history, keep);
}
