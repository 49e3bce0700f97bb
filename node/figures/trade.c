#include "node/figures/trade.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"

struct trade *trade_new(int64_t epoch_ms)
{
    struct trade *trade = calloc(1, sizeof *trade);
    if (trade != NULL) {
        trade->epoch_ms = epoch_ms;
    }
    return trade;
}

void trade_free(struct trade *trade)
{
    free(trade);
}

void trade_begin_day(struct trade *trade, uint64_t day)
{
    check(trade->days_count < TRADE_DAYS_MAX);
    trade->days[trade->days_count++].day = day;
}

static void name_set(char to[NAME_BYTES_MAX + 1], struct bytes name)
{
    const size_t size = name.size < NAME_BYTES_MAX ? name.size : NAME_BYTES_MAX;
    if (size > 0) { /* of nothing there may be no place */
        memcpy(to, name.data, size);
    }
    to[size] = '\0';
}

/* --- shares --- */

static struct trade_share *share_of(struct trade_shares *shares, struct bytes name)
{
    for (uint32_t i = 0; i < shares->count; i++) {
        if (bytes_equal(bytes_of_text(shares->shares[i].name), name)) {
            return &shares->shares[i];
        }
    }
    if (shares->count == TRADE_SHARES_MAX) {
        return &shares->shares[TRADE_SHARES_MAX - 1];
    }
    const bool is_last = shares->count == TRADE_SHARES_MAX - 1;
    struct trade_share *share = &shares->shares[shares->count++];
    name_set(share->name, is_last ? bytes_of_text("other") : name);
    return share;
}

static void add_share(struct trade_shares *shares, struct bytes name, const struct order *order)
{
    struct trade_share *share = share_of(shares, name);
    share->orders++;
    share->owed_minor += order->owed_minor;
}

/* --- time --- */

static bool is_sane(uint64_t t)
{
    return t > 0 && t < INT64_MAX / 2;
}

static int64_t wall_ms(const struct trade *trade, uint64_t t)
{
    return trade->epoch_ms + (int64_t)t;
}

/* NULL: it has no room. Orders come nearly by time, so the place is near the end. */
static struct trade_slot *slot_of(struct trade *trade, int64_t at_ms)
{
    uint32_t at = trade->slots_count;
    while (at > 0 && trade->slots[at - 1].at_ms > at_ms) {
        at--;
    }
    if (at > 0 && trade->slots[at - 1].at_ms == at_ms) {
        return &trade->slots[at - 1];
    }
    if (trade->slots_count == TRADE_SLOTS_MAX) {
        return NULL;
    }
    memmove(&trade->slots[at + 1], &trade->slots[at],
            (trade->slots_count - at) * sizeof trade->slots[0]);
    trade->slots[at] = (struct trade_slot){.at_ms = at_ms};
    trade->slots_count++;
    return &trade->slots[at];
}

static void add_slot(struct trade *trade, const struct order *order)
{
    const int64_t at_ms = is_sane(order->opened_t) ? wall_ms(trade, order->opened_t) : 0;
    struct trade_slot *slot = at_ms > 0 ? slot_of(trade, at_ms - at_ms % TRADE_SLOT_MS) : NULL;
    *(slot == NULL ? &trade->untimed : &slot->orders) += 1;
    *(slot == NULL ? &trade->untimed_minor : &slot->owed_minor) += order->owed_minor;
}

/* Of two devices' clocks the later thing may be told to come before: then nobody knows. */
static void add_wait(const struct trade *trade, struct trade_wait *wait, uint64_t from, uint64_t to)
{
    if (!is_sane(from) || !is_sane(to)) {
        return;
    }
    const int64_t seconds = wall_ms(trade, to) / 1000 - wall_ms(trade, from) / 1000;
    if (seconds >= 0) {
        check(wait->count < TRADE_ORDERS_MAX);
        wait->seconds[wait->count++] = seconds < UINT32_MAX ? (uint32_t)seconds : UINT32_MAX;
    }
}

/* --- lines --- */

static bool item_is(const struct trade_item *item, const struct order_line *line)
{
    return item->item == line->item && item->stall == line->stall &&
           (item->item != 0 || bytes_equal(bytes_of_text(item->name), line->name));
}

static struct trade_item *item_of(struct trade *trade, const struct order_line *line)
{
    for (uint32_t i = 0; i < trade->items_count; i++) {
        if (item_is(&trade->items[i], line)) {
            return &trade->items[i];
        }
    }
    struct trade_item *last = &trade->items[TRADE_ITEMS_MAX - 1];
    if (trade->items_count == TRADE_ITEMS_MAX) {
        return last;
    }
    struct trade_item *item = &trade->items[trade->items_count++];
    if (item == last) {
        name_set(item->name, bytes_of_text("other"));
        return item;
    }
    item->item = line->item;
    item->stall = line->stall;
    name_set(item->name, line->name);
    return item;
}

static void add_item(struct trade *trade, const struct order_line *line)
{
    struct trade_item *item = item_of(trade, line);
    item->lines++;
    item->units += (uint64_t)line->quantity;
    item->handed += line->handed;
    item->owed_minor += line->payable_minor;
    item->discount_minor += line->discount_minor;
}

static void add_loss(struct trade_loss *loss, const struct order_line *line, uint32_t units)
{
    loss->lines++;
    loss->units += units;
    loss->minor += report_worth(line, units);
}

/* Of an order that was cancelled what was handed over is owed all the same, and no line says how
 * much of it is its own: unless that is all, or nothing was cancelled, items do not count it. */
static void add_lines(struct trade *trade, const struct order *order)
{
    const bool is_whole = report_payable(order) == order->owed_minor;
    trade->kept_minor += is_whole ? 0 : order->owed_minor;
    for (uint32_t i = 0; i < order->lines_count; i++) {
        const struct order_line *line = &order->lines[i];
        if (line->uncollected > 0) {
            add_loss(&trade->uncollected, line, line->uncollected);
        }
        if (line->is_void) {
            add_loss(&trade->voided, line, (uint32_t)line->quantity);
        } else if (line->is_refused) {
            add_loss(&trade->refused, line, (uint32_t)line->quantity);
        } else if (line->is_active && is_whole) {
            add_item(trade, line);
        }
    }
}

/* --- whose word took something off --- */

static int person_compare(const struct trade_person *person, const struct deduction *deduction)
{
    if (person->source != deduction->source) {
        return person->source < deduction->source ? -1 : 1;
    }
    return person->staff < deduction->hand.by ? -1 : person->staff > deduction->hand.by;
}

/* Where it stands among the people, who are in order, or would. */
static uint32_t person_place(const struct trade *trade, const struct deduction *deduction)
{
    uint32_t at = 0;
    while (at < trade->people_count && person_compare(&trade->people[at], deduction) < 0) {
        at++;
    }
    return at;
}

static struct trade_person *person_find(struct trade *trade, const struct deduction *deduction)
{
    const uint32_t at = person_place(trade, deduction);
    const bool is_known =
        at < trade->people_count && person_compare(&trade->people[at], deduction) == 0;
    return is_known ? &trade->people[at] : NULL;
}

static struct trade_person *person_add(struct trade *trade, const struct deduction *deduction)
{
    const uint32_t at = person_place(trade, deduction);
    memmove(&trade->people[at + 1], &trade->people[at],
            (trade->people_count - at) * sizeof trade->people[0]);
    trade->people[at] =
        (struct trade_person){.source = deduction->source, .staff = deduction->hand.by};
    trade->people_count++;
    return &trade->people[at];
}

/* Room is kept for who is no person: only people can be too many. */
static struct trade_person *person_of(struct trade *trade, const struct deduction *deduction)
{
    static const struct deduction nobody = {.source = DEDUCTION_BY_NOBODY};
    struct trade_person *person = person_find(trade, deduction);
    if (person == NULL && deduction->source == DEDUCTION_BY_PERSON &&
        trade->people_count >= ROSTER_PEOPLE_MAX) {
        deduction = &nobody;
        person = person_find(trade, deduction);
    }
    return person != NULL ? person : person_add(trade, deduction);
}

static void add_people(struct trade *trade, const struct order *order)
{
    struct deduction deductions[DEDUCTIONS_MAX];
    const uint32_t count = deductions_of(order, deductions);
    for (uint32_t i = 0; i < count; i++) {
        struct trade_person *person = person_of(trade, &deductions[i]);
        person->sums[deductions[i].kind].count++;
        person->sums[deductions[i].kind].minor += deductions[i].minor;
    }
}

/* --- the whole --- */

void trade_add(struct trade *trade, const struct order *order)
{
    check(trade->days_count > 0);
    const struct bytes lane = order->numbers_count > 0 ? order->numbers[0].lane : bytes_of(NULL, 0);
    report_add(&trade->report, order);
    trade->days[trade->days_count - 1].orders++;
    trade->days[trade->days_count - 1].owed_minor += order->owed_minor;
    add_share(&trade->channels, order->channel, order);
    add_share(&trade->modes, order->mode, order);
    add_share(&trade->lanes, lane, order);
    add_slot(trade, order);
    add_lines(trade, order);
    add_people(trade, order);
    add_wait(trade, &trade->cooking, order->accepted_t, order->ready_t);
    add_wait(trade, &trade->waiting, order->opened_t, order->ready_t);
    add_wait(trade, &trade->handing, order->ready_t, order->handed_t);
    trade->cancelled_minor += order->phase == PHASE_CANCELLED ? report_payable(order) : 0;
    trade->discounted += order->owed_discount_minor > 0;
}

/* What brought most comes first; of equal ones by what tells them apart, so that every device
 * shows the same. */
static int item_compare(const void *left, const void *right)
{
    const struct trade_item *a = left, *b = right;
    if (a->owed_minor != b->owed_minor) {
        return a->owed_minor > b->owed_minor ? -1 : 1;
    }
    if (a->item != b->item) {
        return a->item < b->item ? -1 : 1;
    }
    return a->stall != b->stall ? (a->stall < b->stall ? -1 : 1) : strcmp(a->name, b->name);
}

static int share_compare(const void *left, const void *right)
{
    const struct trade_share *a = left, *b = right;
    if (a->owed_minor != b->owed_minor) {
        return a->owed_minor > b->owed_minor ? -1 : 1;
    }
    return strcmp(a->name, b->name);
}

static int seconds_compare(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static void shares_sort(struct trade_shares *shares)
{
    qsort(shares->shares, shares->count, sizeof shares->shares[0], share_compare);
}

static void wait_sort(struct trade_wait *wait)
{
    qsort(wait->seconds, wait->count, sizeof wait->seconds[0], seconds_compare);
}

void trade_finish(struct trade *trade)
{
    qsort(trade->items, trade->items_count, sizeof trade->items[0], item_compare);
    shares_sort(&trade->channels);
    shares_sort(&trade->modes);
    shares_sort(&trade->lanes);
    wait_sort(&trade->cooking);
    wait_sort(&trade->waiting);
    wait_sort(&trade->handing);
}

uint32_t trade_quantile(const struct trade_wait *wait, uint32_t percent)
{
    check(percent >= 1 && percent <= 100);
    const uint64_t rank = ((uint64_t)wait->count * percent + 99) / 100;
    return wait->count == 0 ? 0 : wait->seconds[rank - 1];
}
