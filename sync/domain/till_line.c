/* Names, prices, taxes and stations come from the menu and are frozen in the line; the browser says
 * only which item, how many and which options. */
#include "sync/domain/till_line.h"

struct choices {
    bool is_chosen[MENU_OPTION_GROUPS_MAX][MENU_CHOICES_MAX];
};

static int choices_mark(const struct menu_item *item, const struct wanted_line *wanted,
                        struct choices *choices)
{
    if (wanted->options_count > LINE_OPTIONS_MAX) {
        return ERR_TOO_MANY;
    }
    for (uint32_t i = 0; i < wanted->options_count; i++) {
        const struct wanted_option *option = &wanted->options[i];
        if (option->group >= item->groups_count ||
            option->choice >= item->groups[option->group].choices_count) {
            return ERR_MISMATCH;
        }
        bool *is_chosen = &choices->is_chosen[option->group][option->choice];
        if (*is_chosen) {
            return ERR_MISMATCH;
        }
        *is_chosen = true;
    }
    return 0;
}

/* In the menu's order, whatever the order of taps: equal dishes read equal. */
static int group_options(const struct menu_group *group, const bool *is_chosen,
                         struct line_options *options)
{
    const uint32_t before = options->count;
    for (uint32_t i = 0; i < group->choices_count; i++) {
        if (is_chosen[i]) {
            options->options[options->count++] = (struct line_option){
                .name = group->choices[i].name, .price_minor = group->choices[i].price_minor};
        }
    }
    const uint32_t chosen = options->count - before;
    return chosen >= group->choices_min && chosen <= group->choices_max ? 0 : ERR_MISMATCH;
}

/* Nobody makes what is not there: the first choice that is out, in the menu's order. */
static int check_choices(struct task *task, const struct menu_item *item,
                         const struct choices *choices)
{
    for (uint32_t i = 0; i < item->groups_count; i++) {
        for (uint32_t k = 0; k < item->groups[i].choices_count; k++) {
            if (choices->is_chosen[i][k] && item->groups[i].is_out[k]) {
                task->result->refused_choice = (struct choice_place){
                    .is_one = true, .group = (uint8_t)i, .choice = (uint8_t)k};
                return ERR_UNAVAILABLE;
            }
        }
    }
    return 0;
}

static uint32_t count_named(const struct line_options *options, struct bytes name)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < options->count; i++) {
        count += bytes_equal(options->options[i].name, name);
    }
    return count;
}

/* Choices of this name that are not out, in all groups. */
static uint32_t count_to_be_had(const struct menu_item *item, struct bytes name)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < item->groups_count; i++) {
        const struct menu_group *group = &item->groups[i];
        for (uint32_t k = 0; k < group->choices_count; k++) {
            count += !group->is_out[k] && bytes_equal(group->choices[k].name, name);
        }
    }
    return count;
}

int till_line_still(struct task *task, const struct menu_item *item,
                    const struct line_options *options)
{
    /* A line has names alone, no groups, and prices of a while ago. */
    struct choices choices = {0};
    for (uint32_t i = 0; i < item->groups_count; i++) {
        const struct menu_group *group = &item->groups[i];
        for (uint32_t k = 0; k < group->choices_count; k++) {
            const struct bytes name = group->choices[k].name;
            choices.is_chosen[i][k] = count_named(options, name) > count_to_be_had(item, name);
        }
    }
    return check_choices(task, item, &choices);
}

int till_line_options(struct task *task, const struct menu_item *item,
                      const struct wanted_line *wanted, struct line_options *ret_options)
{
    struct choices choices = {0};
    struct line_options options = {0};
    int err = choices_mark(item, wanted, &choices);
    for (uint32_t i = 0; i < item->groups_count && err == 0; i++) {
        err = group_options(&item->groups[i], choices.is_chosen[i], &options);
    }
    if (err == 0) {
        err = check_choices(task, item, &choices);
    }
    if (err == 0) {
        *ret_options = options;
    }
    return err;
}

static int tax_of(uint32_t eat_in_bp, uint32_t take_away_bp, struct bytes mode,
                  uint32_t *ret_tax_bp)
{
    if (bytes_equal(mode, bytes_of_text("eat-in"))) {
        *ret_tax_bp = eat_in_bp;
        return 0;
    }
    if (bytes_equal(mode, bytes_of_text("take-away"))) {
        *ret_tax_bp = take_away_bp;
        return 0;
    }
    return ERR_MALFORMED;
}

/* The item with the rate that counts: its tax's when it names one, else its own. The scratch holds
 * one entity, so the item is read again after its tax. */
static int load_item_taxed(struct task *task, uint64_t number, struct bytes mode,
                           struct menu_item *ret_item, uint32_t *ret_tax_bp)
{
    struct record tax;
    int err = task_load_item(task, number, ret_item);
    if (err != 0 || ret_item->tax == 0) {
        return err != 0
                   ? err
                   : tax_of(ret_item->tax_eat_in_bp, ret_item->tax_take_away_bp, mode, ret_tax_bp);
    }
    err = task_load_tax(task, ret_item->tax, &tax);
    if (err == 0) {
        err = tax_of((uint32_t)record_number(&tax, TAX_EAT_IN),
                     (uint32_t)record_number(&tax, TAX_TAKE_AWAY), mode, ret_tax_bp);
    }
    return err != 0 ? err : task_load_item(task, number, ret_item);
}

int till_line_of(struct task *task, const struct wanted_line *wanted, struct bytes mode,
                 struct line_add *ret_add, enum stock_policy *ret_stock)
{
    struct menu_item item;
    struct line_add add = {.item = wanted->item, .note = wanted->note};
    if (wanted->quantity < 1) {
        return ERR_MALFORMED;
    }
    int err = load_item_taxed(task, wanted->item, mode, &item, &add.tax_bp);
    if (err == 0) {
        err = till_line_options(task, &item, wanted, &add.options);
    }
    if (err != 0) {
        return task_refused(task, wanted->item, err);
    }
    add.name = item.name;
    add.quantity = (uint32_t)wanted->quantity;
    add.unit_price_minor = item.price_minor;
    add.station = item.station;
    add.stall = item.stall;
    *ret_stock = item.stock;
    *ret_add = add;
    return 0;
}

int till_check_lines(const struct task *task, uint32_t present)
{
    const uint32_t count = task->command->lines_count;
    if (count == 0) {
        return ERR_MALFORMED;
    }
    return count <= ORDER_LINES_MAX - present ? 0 : ERR_TOO_MANY;
}
