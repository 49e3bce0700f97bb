#include "sync/domain/ledger.h"

#include <string.h>

#include "sync/base/check.h"

/* --- rows by id --- */

/* Every row begins with its id. */
static struct bytes id_of(const void *row)
{
    struct bytes id;
    memcpy(&id, row, sizeof id);
    return id;
}

/* Rows of one kind: @capacity of @stride bytes. */
struct rows {
    void *data;
    size_t stride;
    uint32_t capacity;
    uint32_t *count;
};

#define ROWS(ledger, name)                                                                         \
    ((struct rows){(ledger)->name, sizeof(ledger)->name[0],                                        \
                   sizeof(ledger)->name / sizeof(ledger)->name[0], &(ledger)->name##_count})

static uint8_t *row_at(const struct rows *rows, uint32_t at)
{
    return (uint8_t *)rows->data + at * rows->stride;
}

static uint32_t rows_lower(const struct rows *rows, struct bytes id)
{
    uint32_t at = 0;
    while (at < *rows->count && bytes_compare(id_of(row_at(rows, at)), id) < 0) {
        at++;
    }
    return at;
}

/* The row of @id, a new one when there is none. Of too many the lowest ids stay, so that every
 * replica keeps the same; NULL when this is none of them. */
static void *row_get(struct rows rows, struct bytes id, uint32_t *problems)
{
    const uint32_t at = rows_lower(&rows, id);
    uint8_t *row = row_at(&rows, at);
    if (at < *rows.count && bytes_equal(id_of(row), id)) {
        return row;
    }
    if (*rows.count == rows.capacity) {
        *problems |= LEDGER_CUT_SHORT;
        if (at == rows.capacity) {
            return NULL;
        }
        --*rows.count;
    }
    memmove(row + rows.stride, row, (*rows.count - at) * rows.stride);
    memset(row, 0, rows.stride);
    memcpy(row, &id, sizeof id);
    ++*rows.count;
    return row;
}

/* --- joins: each only adds --- */

static void raise_to(int64_t *to, int64_t value)
{
    *to = value > *to ? value : *to;
}

/* 0 says nothing. */
static void lower_to(int64_t *to, int64_t value)
{
    *to = value > 0 && (*to == 0 || value < *to) ? value : *to;
}

/* The first in order of bytes, of those that say anything. Whether they disagree. */
static bool join_text(struct bytes *to, struct bytes value)
{
    if (value.size == 0 || bytes_equal(*to, value)) {
        return false;
    }
    const bool is_first = to->size == 0;
    if (is_first || bytes_compare(value, *to) < 0) {
        *to = value;
    }
    return !is_first;
}

void ledger_reset(struct ledger *ledger)
{
    ledger->intents_count = 0;
    ledger->refunds_count = 0;
    ledger->disputes_count = 0;
    ledger->wishes_count = 0;
    ledger->problems = 0;
}

void ledger_add_intent(struct ledger *ledger, const struct pay_intent *intent)
{
    struct ledger_intent *row = row_get(ROWS(ledger, intents), intent->id, &ledger->problems);
    if (row == NULL) {
        return;
    }
    row->states |= UINT32_C(1) << intent->state;
    raise_to(&row->amount_minor, intent->amount_minor);
    raise_to(&row->capturable_minor, intent->capturable_minor);
    raise_to(&row->received_minor, intent->received_minor);
    if (intent->state == INTENT_HELD) {
        raise_to(&row->ends_s, intent->ends_s);
    } else if (intent->state == INTENT_CANCELED) {
        raise_to(&row->lapsed_s, intent->ends_s);
    }
    row->is_at_odds |= join_text(&row->currency, intent->currency);
}

void ledger_add_refund(struct ledger *ledger, const struct pay_refund *refund)
{
    struct ledger_refund *row = row_get(ROWS(ledger, refunds), refund->id, &ledger->problems);
    if (row == NULL) {
        return;
    }
    row->status = refund->status > row->status ? refund->status : row->status;
    raise_to(&row->amount_minor, refund->amount_minor);
    row->is_at_odds |= join_text(&row->intent, refund->intent);
    row->is_at_odds |= join_text(&row->wish, refund->wish);
}

void ledger_add_dispute(struct ledger *ledger, const struct pay_dispute *dispute)
{
    struct ledger_dispute *row = row_get(ROWS(ledger, disputes), dispute->id, &ledger->problems);
    if (row == NULL) {
        return;
    }
    row->status = dispute->status > row->status ? dispute->status : row->status;
    raise_to(&row->amount_minor, dispute->amount_minor);
    row->is_at_odds |= join_text(&row->intent, dispute->intent);
}

static bool same_units(const struct refund_wish *a, const struct refund_wish *b)
{
    return a->units_count == b->units_count &&
           memcmp(a->units, b->units, a->units_count * sizeof a->units[0]) == 0;
}

/* Two that wish the same make one wish. Where they say different amounts the lower stands until a
 * person has wished the rest: money that went out does not come back. */
static void join_wish(struct ledger_wish *row, const struct refund_wish *wish, struct bytes body)
{
    struct refund_wish before;
    check(refund_wish_decode(row->body, &before) == 0); /* as it was when it was added */
    row->has_rival |= before.amount_minor != wish->amount_minor || !same_units(&before, wish);
    if (wish->amount_minor < before.amount_minor ||
        (wish->amount_minor == before.amount_minor && bytes_compare(body, row->body) < 0)) {
        row->body = body;
        row->amount_minor = wish->amount_minor;
        row->reason = wish->reason;
    }
}

void ledger_add_wish(struct ledger *ledger, const struct refund_wish *wish, struct bytes body,
                     bool is_a_persons)
{
    struct ledger_wish *row = row_get(ROWS(ledger, wishes), wish->id, &ledger->problems);
    if (row == NULL) {
        return;
    }
    row->is_a_persons |= is_a_persons;
    if (row->body.size > 0) {
        join_wish(row, wish, body);
        return;
    }
    row->body = body;
    row->amount_minor = wish->amount_minor;
    row->reason = wish->reason;
}

/* --- what it comes to --- */

static bool was(const struct ledger_intent *intent, enum intent_state state)
{
    return (intent->states >> state & 1) != 0;
}

/* Succeeded and canceled exclude each other at the provider. Told both, we take the money for
 * taken: then it is accounted for and given back, and not lost from sight. */
static enum intent_state state_of(const struct ledger_intent *intent)
{
    for (int state = INTENT_STATE_COUNT - 1; state > 0; state--) {
        if (was(intent, (enum intent_state)state)) {
            return (enum intent_state)state;
        }
    }
    return INTENT_CREATED;
}

static void settle_intent(struct ledger *ledger, struct ledger_intent *intent)
{
    const bool was_held = was(intent, INTENT_HELD) || intent->capturable_minor > 0;
    intent->state = intent->received_minor > 0 ? INTENT_SUCCEEDED : state_of(intent);
    intent->refunded_minor = 0;
    ledger->received_minor += intent->received_minor;
    if (intent->state == INTENT_HELD) {
        ledger->held_minor += intent->capturable_minor;
        lower_to(&ledger->hold_ends_s, intent->ends_s);
    } else if (intent->state == INTENT_CANCELED && was_held) {
        raise_to(&ledger->lapsed_s, intent->lapsed_s);
        ledger->problems |= LEDGER_HOLD_LOST;
    }
    if (intent->is_at_odds || (was(intent, INTENT_CANCELED) && intent->state == INTENT_SUCCEEDED)) {
        ledger->problems |= LEDGER_AT_ODDS;
    }
}

static const struct ledger_intent *find_intent(const struct ledger *ledger, struct bytes id)
{
    for (uint32_t i = 0; i < ledger->intents_count; i++) {
        if (bytes_equal(ledger->intents[i].id, id)) {
            return &ledger->intents[i];
        }
    }
    return NULL;
}

static bool is_live(const struct ledger_refund *refund)
{
    return refund->status <= REFUND_SUCCEEDED;
}

/* How much of @refund its intent still has. */
static int64_t refund_counted(struct ledger *ledger, const struct ledger_refund *refund)
{
    for (uint32_t i = 0; i < ledger->intents_count; i++) {
        struct ledger_intent *intent = &ledger->intents[i];
        if (bytes_equal(intent->id, refund->intent)) {
            const int64_t left = intent->received_minor - intent->refunded_minor;
            const int64_t counted = refund->amount_minor < left ? refund->amount_minor : left;
            intent->refunded_minor += counted;
            return counted;
        }
    }
    return 0;
}

static void settle_refund(struct ledger *ledger, struct ledger_refund *refund)
{
    refund->counted_minor = is_live(refund) ? refund_counted(ledger, refund) : 0;
    ledger->refunded_minor += refund->counted_minor;
    ledger->problems |= refund->is_at_odds ? LEDGER_AT_ODDS : 0;
    if (is_live(refund) && refund->counted_minor < refund->amount_minor) {
        ledger->problems |= LEDGER_OVER_REFUNDED;
    }
}

static void settle_dispute(struct ledger *ledger, const struct ledger_dispute *dispute)
{
    ledger->problems |= dispute->is_at_odds ? LEDGER_AT_ODDS : 0;
    if (dispute->status != DISPUTE_WON) {
        ledger->disputed_minor += dispute->amount_minor;
        ledger->problems |= LEDGER_DISPUTED;
    }
}

/* --- wishes --- */

static bool is_unit_in(const struct refund_wish *wish, struct wish_unit unit)
{
    for (uint32_t i = 0; i < wish->units_count; i++) {
        if (wish->units[i].line == unit.line && wish->units[i].unit == unit.unit) {
            return true;
        }
    }
    return false;
}

bool ledger_wishes_overlap(const struct ledger_wish *a, const struct refund_wish *b)
{
    struct refund_wish of_a;
    check(refund_wish_decode(a->body, &of_a) == 0);
    for (uint32_t i = 0; i < of_a.units_count; i++) {
        if (is_unit_in(b, of_a.units[i])) {
            return true;
        }
    }
    return false;
}

/* What the refunds that name one wish say together. */
struct outcome {
    bool is_pending, has_failed;
    bool is_last; /* one of them left something on its intent: it was the last of them */
    int64_t given_minor;
};

static bool is_spent(const struct ledger *ledger, struct bytes id)
{
    const struct ledger_intent *intent = find_intent(ledger, id);
    return intent != NULL && intent->refunded_minor == intent->received_minor;
}

static struct outcome outcome_of(const struct ledger *ledger, const struct ledger_wish *wish)
{
    struct outcome outcome = {.given_minor = 0};
    for (uint32_t i = 0; i < ledger->refunds_count; i++) {
        const struct ledger_refund *refund = &ledger->refunds[i];
        if (!bytes_equal(refund->wish, wish->id)) {
            continue;
        }
        if (!is_live(refund)) {
            outcome.has_failed = true;
            continue;
        }
        outcome.is_pending |= refund->status != REFUND_SUCCEEDED;
        outcome.is_last |= !is_spent(ledger, refund->intent);
        outcome.given_minor += refund->amount_minor;
    }
    return outcome;
}

/* A wish that one intent does not suffice for goes on with the next. @left_minor: of all intents
 * together. */
static enum wish_state state_of_wish(const struct outcome *outcome, int64_t amount_minor,
                                     int64_t left_minor)
{
    const bool is_met = outcome->given_minor >= amount_minor || outcome->is_last || left_minor == 0;
    if (outcome->given_minor == 0 || !is_met) {
        return outcome->has_failed ? WISH_FAILED : WISH_OPEN;
    }
    return outcome->is_pending ? WISH_PENDING : WISH_REFUNDED;
}

/* Another wish for one of these units: one that was carried out, or is so far the lower id. */
static bool is_overlapped(const struct ledger *ledger, const struct ledger_wish *wish)
{
    struct refund_wish own;
    check(refund_wish_decode(wish->body, &own) == 0);
    for (uint32_t i = 0; i < ledger->wishes_count; i++) {
        const struct ledger_wish *other = &ledger->wishes[i];
        const bool is_ahead = other->given_minor > 0 || (other->state == WISH_OPEN && other < wish);
        if (other != wish && is_ahead && ledger_wishes_overlap(other, &own)) {
            return true;
        }
    }
    return false;
}

static void settle_outcome(struct ledger *ledger, struct ledger_wish *wish, int64_t left_minor)
{
    const struct outcome outcome = outcome_of(ledger, wish);
    const bool is_excess = outcome.given_minor > wish->amount_minor;
    wish->state = state_of_wish(&outcome, wish->amount_minor, left_minor);
    wish->given_minor = outcome.given_minor;
    wish->open_minor = 0;
    ledger->problems |= is_excess || wish->has_rival ? LEDGER_WISH_AT_ODDS : 0;
    ledger->problems |= wish->state == WISH_FAILED ? LEDGER_REFUND_FAILED : 0;
}

static int64_t given_by_persons(const struct ledger *ledger)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < ledger->refunds_count; i++) {
        const struct ledger_wish *wish = ledger_find_wish(ledger, ledger->refunds[i].wish);
        if (wish != NULL && wish->is_a_persons) {
            sum += ledger->refunds[i].counted_minor;
        }
    }
    return sum;
}

static void settle_wishes(struct ledger *ledger)
{
    int64_t left = ledger->received_minor - ledger->refunded_minor;
    for (uint32_t i = 0; i < ledger->wishes_count; i++) {
        settle_outcome(ledger, &ledger->wishes[i], left);
    }
    for (uint32_t i = 0; i < ledger->wishes_count; i++) {
        struct ledger_wish *wish = &ledger->wishes[i];
        if (wish->state != WISH_OPEN) {
            continue;
        }
        if (is_overlapped(ledger, wish)) {
            wish->state = WISH_OVERLAPS;
            ledger->problems |= LEDGER_WISH_AT_ODDS;
            continue;
        }
        const int64_t rest_minor = wish->amount_minor - wish->given_minor;
        wish->open_minor = rest_minor < left ? rest_minor : left;
        ledger->problems |= wish->open_minor < rest_minor ? LEDGER_OVER_REFUNDED : 0;
        left -= wish->open_minor;
    }
}

void ledger_settle(struct ledger *ledger)
{
    ledger->received_minor = 0;
    ledger->held_minor = 0;
    ledger->hold_ends_s = 0;
    ledger->lapsed_s = 0;
    ledger->refunded_minor = 0;
    ledger->disputed_minor = 0;
    ledger->problems &= LEDGER_CUT_SHORT;
    for (uint32_t i = 0; i < ledger->intents_count; i++) {
        settle_intent(ledger, &ledger->intents[i]);
    }
    for (uint32_t i = 0; i < ledger->refunds_count; i++) {
        settle_refund(ledger, &ledger->refunds[i]);
    }
    for (uint32_t i = 0; i < ledger->disputes_count; i++) {
        settle_dispute(ledger, &ledger->disputes[i]);
    }
    settle_wishes(ledger);
    ledger->forgivable_minor = given_by_persons(ledger);
}

const struct ledger_wish *ledger_find_wish(const struct ledger *ledger, struct bytes id)
{
    for (uint32_t i = 0; i < ledger->wishes_count; i++) {
        if (bytes_equal(ledger->wishes[i].id, id)) {
            return &ledger->wishes[i];
        }
    }
    return NULL;
}

/* --- what is known already --- */

static bool knows_end(const struct ledger_intent *row, const struct pay_intent *intent)
{
    return intent->state == INTENT_HELD       ? row->ends_s >= intent->ends_s
           : intent->state == INTENT_CANCELED ? row->lapsed_s >= intent->ends_s
                                              : true;
}

bool ledger_knows_intent(const struct ledger *ledger, const struct pay_intent *intent)
{
    const struct ledger_intent *row = find_intent(ledger, intent->id);
    return row != NULL && was(row, intent->state) && row->amount_minor >= intent->amount_minor &&
           row->capturable_minor >= intent->capturable_minor &&
           row->received_minor >= intent->received_minor && knows_end(row, intent) &&
           (intent->currency.size == 0 || bytes_equal(row->currency, intent->currency));
}

bool ledger_knows_refund(const struct ledger *ledger, const struct pay_refund *refund)
{
    for (uint32_t i = 0; i < ledger->refunds_count; i++) {
        const struct ledger_refund *row = &ledger->refunds[i];
        if (bytes_equal(row->id, refund->id)) {
            return row->status >= refund->status && row->amount_minor >= refund->amount_minor &&
                   bytes_equal(row->intent, refund->intent) &&
                   (refund->wish.size == 0 || bytes_equal(row->wish, refund->wish));
        }
    }
    return false;
}

bool ledger_knows_dispute(const struct ledger *ledger, const struct pay_dispute *dispute)
{
    for (uint32_t i = 0; i < ledger->disputes_count; i++) {
        const struct ledger_dispute *row = &ledger->disputes[i];
        if (bytes_equal(row->id, dispute->id)) {
            return row->status >= dispute->status && row->amount_minor >= dispute->amount_minor &&
                   bytes_equal(row->intent, dispute->intent);
        }
    }
    return false;
}

const char *wish_state_text(enum wish_state state)
{
    static const char *const texts[] = {
#define X(name, number, text) [name] = (text),
        WISH_STATES(X)
#undef X
    };
    return (unsigned)state < WISH_STATE_COUNT ? texts[state] : "unknown";
}
