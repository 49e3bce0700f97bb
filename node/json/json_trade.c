#include "node/json/json_trade.h"

#include "node/json/json_build.h"

static struct json_value *days_of(const struct trade *trade)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < trade->days_count; i++) {
        struct json_value *object = json_new_object();
        json_put_count(object, "day", trade->days[i].day);
        json_put_count(object, "orders", trade->days[i].orders);
        json_put_int(object, "owed", trade->days[i].owed_minor);
        json_append(list, object);
    }
    return list;
}

static struct json_value *slots_of(const struct trade *trade)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < trade->slots_count; i++) {
        struct json_value *object = json_new_object();
        json_put_int(object, "at", trade->slots[i].at_ms);
        json_put_count(object, "orders", trade->slots[i].orders);
        json_put_int(object, "owed", trade->slots[i].owed_minor);
        json_append(list, object);
    }
    return list;
}

static struct json_value *shares_of(const struct trade_shares *shares)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < shares->count; i++) {
        struct json_value *object = json_new_object();
        json_put_text(object, "name", bytes_of_text(shares->shares[i].name));
        json_put_count(object, "orders", shares->shares[i].orders);
        json_put_int(object, "owed", shares->shares[i].owed_minor);
        json_append(list, object);
    }
    return list;
}

static struct json_value *item_of(const struct trade_item *item)
{
    struct json_value *object = json_new_object();
    json_put_count(object, "item", item->item);
    json_put_count(object, "stall", item->stall);
    json_put_text(object, "name", bytes_of_text(item->name));
    json_put_count(object, "lines", item->lines);
    json_put_count(object, "units", item->units);
    json_put_count(object, "handed", item->handed);
    json_put_int(object, "owed", item->owed_minor);
    json_put_int(object, "discount", item->discount_minor);
    return object;
}

static struct json_value *items_of(const struct trade *trade)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < trade->items_count; i++) {
        json_append(list, item_of(&trade->items[i]));
    }
    return list;
}

static struct json_value *loss_of(const struct trade_loss *loss)
{
    struct json_value *object = json_new_object();
    json_put_count(object, "lines", loss->lines);
    json_put_count(object, "units", loss->units);
    json_put_int(object, "amount", loss->minor);
    return object;
}

static struct json_value *person_of(const struct trade_person *person)
{
    static const char *const names[] = {[DEDUCTION_VOID] = "voids",
                                        [DEDUCTION_CANCEL] = "cancels",
                                        [DEDUCTION_DISCOUNT] = "discounts",
                                        [DEDUCTION_REFUND] = "refunds"};
    struct json_value *object = json_new_object();
    json_put_string(object, "by", deduction_source_text(person->source));
    json_put_count(object, "staff", person->staff);
    for (size_t i = 0; i < DEDUCTION_KIND_COUNT; i++) {
        struct json_value *sum = json_new_object();
        json_put_count(sum, "count", person->sums[i].count);
        json_put_int(sum, "amount", person->sums[i].minor);
        json_put(object, names[i], sum);
    }
    return object;
}

static struct json_value *people_of(const struct trade *trade)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < trade->people_count; i++) {
        json_append(list, person_of(&trade->people[i]));
    }
    return list;
}

static struct json_value *wait_of(const struct trade_wait *wait)
{
    struct json_value *object = json_new_object();
    json_put_count(object, "orders", wait->count);
    json_put_count(object, "half", trade_quantile(wait, 50));
    json_put_count(object, "most", trade_quantile(wait, 90));
    json_put_count(object, "nearly_all", trade_quantile(wait, 99));
    return object;
}

struct json_value *json_trade(const struct trade *trade, uint64_t day,
                              const struct report_extent *extent, const struct gate_live *live)
{
    struct json_value *object = json_new_object();
    json_put_count(object, "day", day);
    json_put(object, "report", json_report(&trade->report, day, extent, live));
    json_put(object, "days", days_of(trade));
    json_put(object, "slots", slots_of(trade));
    json_put_count(object, "untimed", trade->untimed);
    json_put_int(object, "untimed_owed", trade->untimed_minor);
    json_put(object, "channels", shares_of(&trade->channels));
    json_put(object, "modes", shares_of(&trade->modes));
    json_put(object, "lanes", shares_of(&trade->lanes));
    json_put(object, "items", items_of(trade));
    json_put_int(object, "kept", trade->kept_minor);
    json_put(object, "voided", loss_of(&trade->voided));
    json_put(object, "refused", loss_of(&trade->refused));
    json_put(object, "uncollected", loss_of(&trade->uncollected));
    json_put_int(object, "cancelled_owed", trade->cancelled_minor);
    json_put_count(object, "discounted", trade->discounted);
    json_put(object, "people", people_of(trade));
    json_put(object, "cooking", wait_of(&trade->cooking));
    json_put(object, "waiting", wait_of(&trade->waiting));
    json_put(object, "handing", wait_of(&trade->handing));
    return object;
}
