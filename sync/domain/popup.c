/* The pop-up's own settings and its trading day; declared in menu.h. */
#include <string.h>

#include "sync/domain/fields.h"
#include "sync/domain/menu_events.h"
#include "sync/domain/tip.h"

enum { FIELD_FIRST = POPUP_NAME, FIELD_LAST = POPUP_TIPS };

static const enum field_merge merges[FIELD_LAST + 1] = {
    [POPUP_NAME] = MERGE_LATEST,
    [POPUP_CURRENCY] = MERGE_IDENTITY,
    [POPUP_CURRENCY_DIGITS] = MERGE_IDENTITY,
    [POPUP_PRICES_INCLUDE_TAX] = MERGE_IDENTITY,
    [POPUP_CASH_STEP] = MERGE_LOWEST,
    [POPUP_PAY_FIRST] = MERGE_TRUE,
    [POPUP_COPIES] = MERGE_HIGHEST,
    [POPUP_LATE_AFTER] = MERGE_LOWEST,
    [POPUP_ESCALATE_AFTER] = MERGE_HIGHEST, /* off only where nobody wants it */
    [POPUP_ADDRESS] = MERGE_IDENTITY,       /* where people are sent follows no clock */
    [POPUP_TIPS] = MERGE_IDENTITY,          /* nor what they are asked for */
};

static void take_field(struct popup *popup, const struct field_value *value)
{
    switch ((enum popup_field)value->field) {
    case POPUP_NAME:
        popup->name = value->text;
        break;
    case POPUP_CURRENCY:
        popup->currency = value->text;
        break;
    case POPUP_CURRENCY_DIGITS:
        popup->currency_digits = (uint32_t)value->number;
        break;
    case POPUP_PRICES_INCLUDE_TAX:
        popup->prices_include_tax = value->truth;
        break;
    case POPUP_CASH_STEP:
        popup->cash_step_minor = (uint32_t)value->number;
        break;
    case POPUP_PAY_FIRST:
        popup->is_pay_first = value->truth;
        break;
    case POPUP_COPIES:
        popup->copies = (uint32_t)value->number;
        break;
    case POPUP_LATE_AFTER:
        popup->late_after_s = (uint32_t)value->number;
        break;
    case POPUP_ESCALATE_AFTER:
        popup->escalate_after_s = (uint32_t)value->number;
        break;
    case POPUP_ADDRESS: /* what another device made of it stands on no poster of ours */
        popup->address = popup_address_is_sound(value->text) ? value->text : bytes_of_text("");
        break;
    case POPUP_TIPS:
        popup->tips = tip_shares_are_sound(value->text) ? value->text : bytes_of_text("");
        break;
    }
}

/* By number, the first day.open of it, as index + 1; 0 = nobody opened that day, as nobody did the
 * last one. Higher ones than TRADING_DAYS_MAX are not looked at. */
struct days {
    uint32_t first[TRADING_DAYS_MAX + 2];
};

static void days_collect(struct days *days, const struct history *history)
{
    struct day_open open;
    memset(days, 0, sizeof *days);
    for (uint32_t i = 0; i < history->count; i++) {
        if (history->events[i].type == EVENT_DAY_OPEN &&
            day_open_decode(history->events[i].body, &open) == 0 && open.n <= TRADING_DAYS_MAX &&
            days->first[open.n] == 0) {
            days->first[open.n] = i + 1;
        }
    }
}

/* The last of the days that follow each other from the first on. Each needs an event of its own, so
 * nobody jumps to the last day there can be, which ends the counting and resets orders' numbers. */
static uint64_t day_reached(const struct days *days)
{
    uint64_t day = 0;
    while (days->first[day + 1] != 0) {
        day++;
    }
    return day;
}

void popup_derive(const struct history *history, struct popup *ret_popup)
{
    struct field_registers registers;
    struct field_value value;
    struct days days;
    *ret_popup = (struct popup){
        .name = bytes_of_text(""),
        .currency = bytes_of_text("EUR"),
        .address = bytes_of_text(""),
        .tips = bytes_of_text(""),
        .currency_digits = 2,
        .prices_include_tax = true,
        .cash_step_minor = 1,
        .copies = 2,
        .late_after_s = 300,
        .escalate_after_s = 20,
    };
    field_registers_fill(&registers, history, EVENT_POPUP_SET, popup_set_decode);
    for (uint32_t field = FIELD_FIRST; field <= FIELD_LAST; field++) {
        if (field_get(&registers, field, merges[field], &value, &ret_popup->has_conflict)) {
            take_field(ret_popup, &value);
        }
    }
    days_collect(&days, history);
    ret_popup->day = day_reached(&days);
}

void popup_prune(struct history *history)
{
    bool keep[HISTORY_EVENTS_MAX];
    struct field_registers registers;
    struct days days;
    for (uint32_t i = 0; i < history->count; i++) {
        const uint32_t type = history->events[i].type;
        keep[i] = type != EVENT_POPUP_SET && type != EVENT_DAY_OPEN;
    }
    field_registers_fill(&registers, history, EVENT_POPUP_SET, popup_set_decode);
    for (uint32_t field = FIELD_FIRST; field <= FIELD_LAST; field++) {
        field_keep(&registers, field, keep);
    }
    days_collect(&days, history);
    for (uint32_t n = 1; n <= TRADING_DAYS_MAX; n++) {
        if (days.first[n] != 0) { /* also beyond a gap: somebody may close it */
            keep[days.first[n] - 1] = true;
        }
    }
    history_prune(history, keep);
}
