/* The menu, the pop-up's settings, the trading day, devices. A field that already has the value
 * wanted is left out: a form saved twice writes once. */
#include "sync/base/check.h"
#include "sync/domain/till_task.h"
#include "sync/domain/tip.h"

/* One field of an item as it is now. */
static struct field_value item_value(const struct menu_item *item, uint32_t field)
{
    struct field_value value = {.field = field};
    switch ((enum menu_field)field) {
    case MENU_NAME:
        value.text = item->name;
        break;
    case MENU_CATEGORY:
        value.text = item->category;
        break;
    case MENU_STATION:
        value.text = item->station;
        break;
    case MENU_DESCRIPTION:
        value.text = item->description;
        break;
    case MENU_POSITION:
        value.number = (int64_t)item->position;
        break;
    case MENU_PRICE:
        value.number = item->price_minor;
        break;
    case MENU_TAX_EAT_IN:
        value.number = item->tax_eat_in_bp;
        break;
    case MENU_TAX_TAKE_AWAY:
        value.number = item->tax_take_away_bp;
        break;
    case MENU_ALLERGENS:
        value.number = item->allergens;
        break;
    case MENU_DIET:
        value.number = item->diet;
        break;
    case MENU_STALL:
        value.number = (int64_t)item->stall;
        break;
    case MENU_TAX:
        value.number = (int64_t)item->tax;
        break;
    case MENU_STOCK:
        value.number = (int64_t)item->stock;
        break;
    case MENU_HIDDEN:
        value.truth = item->is_hidden;
        break;
    case MENU_NUMBER:
        value.number = (int64_t)item->number;
        break;
    case MENU_PHOTO:
        value.text = item->photo;
        break;
    case MENU_OPTIONS: /* see has_options() */
        break;
    }
    return value;
}

static struct field_value popup_value(const struct popup *popup, uint32_t field)
{
    struct field_value value = {.field = field};
    switch ((enum popup_field)field) {
    case POPUP_NAME:
        value.text = popup->name;
        break;
    case POPUP_CURRENCY:
        value.text = popup->currency;
        break;
    case POPUP_CURRENCY_DIGITS:
        value.number = popup->currency_digits;
        break;
    case POPUP_PRICES_INCLUDE_TAX:
        value.truth = popup->prices_include_tax;
        break;
    case POPUP_CASH_STEP:
        value.number = popup->cash_step_minor;
        break;
    case POPUP_PAY_FIRST:
        value.truth = popup->is_pay_first;
        break;
    case POPUP_COPIES:
        value.number = popup->copies;
        break;
    case POPUP_LATE_AFTER:
        value.number = popup->late_after_s;
        break;
    case POPUP_ESCALATE_AFTER:
        value.number = popup->escalate_after_s;
        break;
    case POPUP_ADDRESS:
        value.text = popup->address;
        break;
    case POPUP_TIPS:
        value.text = popup->tips;
        break;
    }
    return value;
}

/* The options of @item, encoded as they were written: the spelling is unique. */
static bool has_options(const struct menu_item *item, struct bytes wanted)
{
    uint8_t data[EVENT_BYTES_MAX];
    struct writer writer;
    struct bytes now;
    struct menu_options options = {.count = item->groups_count};
    for (uint32_t i = 0; i < item->groups_count; i++) {
        options.groups[i] = item->groups[i];
    }
    writer_init(&writer, data, sizeof data);
    menu_options_encode(&options, &writer);
    check(writer_finish(&writer, &now) == 0);
    return bytes_equal(now, wanted);
}

/* --- the menu --- */

/* The item as it is; without a number it does not exist. */
static int load_item(struct task *task, struct menu_item *ret_item)
{
    struct history *history = task->till->history;
    const struct entity_id *id = &task->result->entity;
    const int err = task_history_get(task, history, KIND_MENU, id);
    if (err == ERR_NOT_FOUND) {
        history_reset(history, KIND_MENU, id);
    } else if (err != 0) {
        return err;
    }
    menu_derive(history, ret_item);
    if (ret_item->is_opaque) {
        return ERR_VERSION;
    }
    return task_has_room(task, history) ? 0 : ERR_TOO_MANY;
}

/* A conflict is settled by saying the value again, so then nothing is left out. */
static bool is_field_so(const struct menu_item *item, const struct field_value *wanted)
{
    const bool is_disputed =
        wanted->field == (uint32_t)MENU_PRICE ? item->has_price_conflict : item->has_conflict;
    if (item->number == 0 || is_disputed) {
        return false;
    }
    const struct field_value now = item_value(item, wanted->field);
    return wanted->field == (uint32_t)MENU_OPTIONS
               ? has_options(item, wanted->text)
               : field_is_same(menu_field_rule(wanted->field).form, &now, wanted);
}

/* A new item needs a name and a price; its number is the one it is addressed by. */
static int check_item(const struct command *command, const struct menu_item *item)
{
    const struct wanted_field *number = task_find_field(command, MENU_NUMBER);
    if (number != NULL && number->number != (int64_t)command->item) {
        return ERR_MISMATCH;
    }
    const bool is_complete =
        task_find_field(command, MENU_NAME) != NULL && task_find_field(command, MENU_PRICE) != NULL;
    return item->number != 0 || is_complete ? 0 : ERR_NOT_FOUND;
}

/* An item that names a tax nobody has heard of could not be sold. */
static int check_tax(struct task *task)
{
    const struct wanted_field *tax = task_find_field(task->command, MENU_TAX);
    struct record record;
    if (tax == NULL || tax->number == 0) {
        return 0;
    }
    const int err = task_load_tax(task, (uint64_t)tax->number, &record);
    return err == ERR_UNAVAILABLE ? ERR_NOT_FOUND : err;
}

int till_menu_set(struct task *task)
{
    const struct command *command = task->command;
    struct menu_item item;
    struct field_values set = {0};
    int err = task_check_fields(command, menu_field_rule);
    if (err == 0) {
        err = load_item(task, &item);
    }
    if (err == 0) {
        err = check_item(command, &item);
    }
    if (err == 0) {
        err = check_tax(task);
    }
    if (err != 0) {
        return err;
    }
    if (item.number == 0) {
        set.values[set.count++] =
            (struct field_value){.field = MENU_NUMBER, .number = (int64_t)command->item};
    }
    for (uint32_t i = 0; i < command->fields_count; i++) {
        const struct field_value wanted = task_field_value(&command->fields[i]);
        if (!is_field_so(&item, &wanted) && wanted.field != (uint32_t)MENU_NUMBER) {
            set.values[set.count++] = wanted;
        }
    }
    if (set.count > 0) {
        menu_set_encode(&set, task_body(task));
        task_emit(task, EVENT_MENU_SET);
    }
    return 0;
}

/* The bytes are told of before the item names them. */
int till_menu_photo(struct task *task)
{
    const struct hash *hash = &task->command->blob;
    const struct field_values set = {
        .count = 1,
        .values = {{.field = MENU_PHOTO, .text = bytes_of(hash->bytes, sizeof hash->bytes)}}};
    struct menu_item item;
    int err = load_item(task, &item);
    if (err == 0 && item.number == 0) {
        err = ERR_NOT_FOUND;
    }
    if (err == 0) {
        err = task_add_photo(task, &task->result->entity);
    }
    if (err == 0 && !is_field_so(&item, &set.values[0])) {
        menu_set_encode(&set, task_body(task));
        task_emit(task, EVENT_MENU_SET);
    }
    return err;
}

int till_menu_available(struct task *task)
{
    const struct menu_available available = {.is_available = task->command->truth};
    struct menu_item item;
    const int err = load_item(task, &item);
    if (err != 0) {
        return err;
    }
    if (item.number == 0) {
        return ERR_NOT_FOUND;
    }
    if (item.is_available != available.is_available) {
        menu_available_encode(&available, task_body(task));
        task_emit(task, EVENT_MENU_AVAILABLE);
    }
    return 0;
}

/* Whether a choice of these names is so already, and nobody says otherwise; several of one name are
 * one. */
static int find_choice(const struct menu_item *item, const struct command *command, bool *ret_is_so)
{
    for (uint32_t i = 0; i < item->groups_count; i++) {
        const struct menu_group *group = &item->groups[i];
        for (uint32_t k = 0; k < group->choices_count; k++) {
            if (bytes_equal(group->name, command->group) &&
                bytes_equal(group->choices[k].name, command->choice)) {
                *ret_is_so = group->is_out[k] != command->truth && !group->is_disputed[k];
                return 0;
            }
        }
    }
    return ERR_NOT_FOUND;
}

int till_menu_choice(struct task *task)
{
    const struct command *command = task->command;
    const struct menu_choice_said said = {
        .group = command->group, .choice = command->choice, .is_available = command->truth};
    struct menu_item item;
    bool is_so = false;
    int err = load_item(task, &item);
    if (err == 0) {
        err = find_choice(&item, command, &is_so);
    }
    if (err == 0 && !is_so) {
        menu_choice_encode(&said, task_body(task));
        task_emit(task, EVENT_MENU_CHOICE);
    }
    return err;
}

/* --- the pop-up --- */

static bool is_currency_code(struct bytes text)
{
    bool is_code = text.size == CURRENCY_BYTES;
    for (size_t i = 0; i < text.size && is_code; i++) {
        is_code = text.data[i] >= 'A' && text.data[i] <= 'Z';
    }
    return is_code;
}

/* Amounts say nothing of their currency: once there may be some, it stays. What counts already may
 * be said again, as that settles a conflict. */
static int check_setting(const struct popup *popup, const struct field_value *wanted, bool is_so)
{
    const bool is_currency = wanted->field == (uint32_t)POPUP_CURRENCY;
    if (is_currency && !is_currency_code(wanted->text)) {
        return ERR_MALFORMED;
    }
    if (wanted->field == (uint32_t)POPUP_ADDRESS && wanted->text.size > 0 &&
        !popup_address_is_sound(wanted->text)) {
        return ERR_MALFORMED;
    }
    if (wanted->field == (uint32_t)POPUP_TIPS && !tip_shares_are_sound(wanted->text)) {
        return ERR_MALFORMED;
    }
    const bool is_money = is_currency || wanted->field == (uint32_t)POPUP_CURRENCY_DIGITS;
    return is_money && !is_so && popup->day > 0 ? ERR_STATE : 0;
}

/* Add what differs from @popup to @set; all of it when nothing was ever set, so that a default of
 * another version changes nothing here. */
static int collect_settings(struct task *task, const struct popup *popup, struct field_values *set)
{
    const struct command *command = task->command;
    const bool is_first = task->till->scratch->count == 0;
    int err = 0;
    for (uint32_t i = 0; i < command->fields_count && err == 0; i++) {
        const struct field_value wanted = task_field_value(&command->fields[i]);
        const struct field_value now = popup_value(popup, wanted.field);
        const bool is_so = field_is_same(popup_field_rule(wanted.field).form, &now, &wanted);
        if (is_first || popup->has_conflict || !is_so) {
            err = check_setting(popup, &wanted, is_so);
            set->values[set->count++] = wanted;
        }
    }
    return err;
}

/* Whether one more event of this device on the pop-up would: days are opened for as long as that.
 */
static bool would_count(const struct task *task)
{
    const struct history_room more = {.events = 1, .bytes = EVENT_BYTES_MAX};
    return history_has_room(task->till->scratch, task->till->own_log, &more);
}

int till_popup_set(struct task *task)
{
    struct popup popup;
    struct field_values set = {0};
    int err = task_check_fields(task->command, popup_field_rule);
    if (err == 0) {
        err = task_load_popup(task, &popup);
    }
    if (err == 0 && task->till->scratch->is_opaque) {
        err = ERR_VERSION;
    }
    if (err == 0) {
        err = collect_settings(task, &popup, &set);
    }
    if (err == 0 && set.count > 0 && !would_count(task)) {
        err = ERR_TOO_MANY;
    }
    if (err == 0 && set.count > 0) {
        popup_set_encode(&set, task_body(task));
        task_emit(task, EVENT_POPUP_SET);
    }
    return err;
}

/* Days are counted, not dated: two devices that open "the next" day apart open the same one. */
int till_day_open(struct task *task)
{
    struct popup popup;
    const struct day_open open = {.n = task->command->day};
    const int err = task_load_popup(task, &popup);
    if (err != 0) {
        return err;
    }
    if (open.n == 0) {
        return ERR_MALFORMED;
    }
    task->result->day = open.n;
    if (open.n == popup.day) {
        return 0;
    }
    if (open.n != popup.day + 1) {
        return ERR_STATE;
    }
    if (!would_count(task)) {
        return ERR_TOO_MANY;
    }
    day_open_encode(&open, task_body(task));
    task_emit(task, EVENT_DAY_OPEN);
    return 0;
}
