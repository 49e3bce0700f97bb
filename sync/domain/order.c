#include "sync/domain/order.h"

#include <string.h>

#include "sync/base/crypto.h"
#include "sync/domain/blob.h"
#include "sync/domain/order_events.h"
#include "sync/domain/order_fold.h"
#include "sync/domain/print.h"

const char *order_phase_text(enum order_phase phase)
{
    static const char *const texts[] = {
#define X(name, number, text) [name] = (text),
        ORDER_PHASES(X)
#undef X
    };
    return (unsigned)phase < PHASE_COUNT ? texts[phase] : "unknown";
}

/* --- the opening --- */

static int number_compare(const struct order_number *a, const struct order_number *b)
{
    const int lanes = bytes_compare(a->lane, b->lane);
    if (lanes != 0) {
        return lanes;
    }
    if (a->number != b->number) {
        return a->number < b->number ? -1 : 1;
    }
    return a->day < b->day ? -1 : a->day > b->day;
}

/* A number that was called stays valid: whoever retried at another device may hold either slip. */
static void number_add(struct order *order, struct order_number number)
{
    uint32_t at = 0;
    while (at < order->numbers_count && number_compare(&order->numbers[at], &number) < 0) {
        at++;
    }
    if (at == ORDER_NUMBERS_MAX ||
        (at < order->numbers_count && number_compare(&order->numbers[at], &number) == 0)) {
        return;
    }
    order->numbers_count -= order->numbers_count == ORDER_NUMBERS_MAX;
    memmove(&order->numbers[at + 1], &order->numbers[at],
            (order->numbers_count - at) * sizeof order->numbers[0]);
    order->numbers[at] = number;
    order->numbers_count++;
    order->flags |= order->numbers_count > 1 ? FLAG_TWO_NUMBERS : 0;
}

struct order_owner order_owner_of(uint64_t session, const struct entity_id *order)
{
    struct order_owner owner;
    uint8_t number[8];
    put_be64(number, session);
    const struct bytes parts[] = {bytes_of_text("trestle/owner/1"), bytes_of(number, sizeof number),
                                  bytes_of(order->bytes, sizeof order->bytes)};
    hash_parts(owner.bytes, sizeof owner.bytes, parts, sizeof parts / sizeof parts[0]);
    return owner;
}

bool order_is_of(const struct order *order, uint64_t session)
{
    const struct order_owner owner = order_owner_of(session, &order->id);
    return order->has_owner && memcmp(owner.bytes, order->owner.bytes, sizeof owner.bytes) == 0;
}

static void take_opening(struct order *order, const struct history_event *event,
                         const struct order_open *open)
{
    order->day = open->day;
    order->opened_t = event->t;
    order->channel = open->channel;
    order->mode = open->mode;
    order->name = open->name;
    order->is_pay_first = open->is_pay_first;
    order->prices_include_tax = open->prices_include_tax;
    order->has_owner = open->has_owner;
    order->owner = open->owner;
    order->table = open->table;
    order->has_name_blob = open->has_name_blob;
    order->name_blob = open->name_blob;
    order->opened_log = event->id.log;
    order->opened_seq = event->id.seq;
}

/* Of several openings (a retry at another device) the smallest operation's says what the order is:
 * no clock may decide money. */
static void fill_opening(const struct fold *fold, struct order *order)
{
    const struct history *history = fold->history;
    bool is_first = true;
    struct order_open open;
    for (uint32_t i = 0; i < history->count; i++) {
        if (!fold_has(fold, i, EVENT_ORDER_OPEN) ||
            order_open_decode(history->events[i].body, &open) != 0) {
            continue;
        }
        number_add(order, (struct order_number){
                              .day = open.day, .lane = open.lane, .number = open.number});
        if (is_first) {
            take_opening(order, &history->events[i], &open);
        }
        is_first = false;
    }
}

/* --- the phase --- */

/* What the ladder looks at. */
struct sight {
    uint32_t active, refused, started, done;
    bool is_open; /* an active line has units that were not handed over */
};

bool order_is_handed(const struct order *order)
{
    for (uint32_t i = 0; i < order->lines_count; i++) {
        if (order->lines[i].handed > 0) {
            return true;
        }
    }
    return false;
}

static struct sight look_at(const struct order *order)
{
    struct sight sight = {.active = 0};
    for (uint32_t i = 0; i < order->lines_count; i++) {
        const struct order_line *line = &order->lines[i];
        sight.refused += line->is_refused;
        if (line->is_active) {
            sight.active++;
            sight.started += line->progress >= LINE_STARTED;
            sight.done += line->progress == LINE_DONE;
            sight.is_open |= line->handed < (uint32_t)line->quantity;
        }
    }
    return sight;
}

/* From the strongest fact down. An unpaid order that the kitchen has begun does not vanish from its
 * board, it is flagged. */
static enum order_phase phase_of(const struct order *order)
{
    const struct sight sight = look_at(order);
    if (order_is_handed(order) && (order->is_cancelled || !sight.is_open)) {
        return PHASE_COMPLETED;
    }
    if (order->is_cancelled) {
        return PHASE_CANCELLED;
    }
    if (order->lines_count == 0) {
        return PHASE_DRAFT;
    }
    if (sight.active == 0) {
        return sight.refused > 0 ? PHASE_REFUSED : PHASE_CANCELLED;
    }
    if (sight.done == sight.active) {
        return PHASE_READY;
    }
    if (sight.started > 0) {
        return PHASE_COOKING;
    }
    if (order->claimed_by != 0) {
        return PHASE_ACCEPTED;
    }
    /* What a bank holds for us is as good as money for the kitchen, but it is not paid. */
    const bool is_settled = order->paid_minor + order->ledger.held_minor >= order->total_minor;
    return order->is_pay_first && !is_settled ? PHASE_DRAFT : PHASE_PLACED;
}

/* --- cancels, reasons, waste --- */

static bool refuses_a_line(const struct fold *fold, const struct order_refuse *refuse,
                           const struct order *order)
{
    for (uint32_t i = 0; i < refuse->lines.count; i++) {
        const int32_t at = fold_line_find(fold, refuse->lines.ids[i]);
        if (at != FOLD_NONE && order->lines[at].is_refused) {
            return true;
        }
    }
    return false;
}

/* The reason in event @index, when it is a cancel or refused a line. */
static bool reason_get(const struct fold *fold, uint32_t index, const struct order *order,
                       struct bytes *ret_reason)
{
    const struct bytes body = fold->history->events[index].body;
    struct order_cancel cancel;
    struct order_refuse refuse;
    if (fold_has(fold, index, EVENT_CANCEL) && order_cancel_decode(body, &cancel) == 0) {
        *ret_reason = cancel.reason;
        return true;
    }
    if (!order->is_cancelled && fold_refusal_get(fold, index, &refuse) &&
        refuses_a_line(fold, &refuse, order)) {
        *ret_reason = refuse.reason;
        return true;
    }
    return false;
}

static void fill_cancel(const struct fold *fold, struct order *order)
{
    struct order_cancel cancel;
    for (uint32_t i = 0; i < fold->history->count; i++) {
        if (!order->is_cancelled && fold_has(fold, i, EVENT_CANCEL) &&
            order_cancel_decode(fold->history->events[i].body, &cancel) == 0) {
            order->is_cancelled = true;
            order->cancel = fold_hand(fold, i, cancel.reason);
        }
    }
}

/* A later contact replaces those it had seen; of several the one that claims the later clock: who
 * is called first decides nothing. */
static void fill_contact(const struct fold *fold, struct order *order)
{
    int32_t latest = FOLD_NONE;
    struct contact contact;
    for (uint32_t i = 0; i < fold->history->count; i++) {
        if (!fold_has(fold, i, EVENT_CONTACT) ||
            contact_decode(fold->history->events[i].body, &contact) != 0) {
            continue;
        }
        const uint32_t at = (uint32_t)latest;
        if (latest == FOLD_NONE || history_saw(fold->history, i, at) ||
            (!history_saw(fold->history, at, i) &&
             history_compare_time(fold->history, i, at) > 0)) {
            latest = (int32_t)i;
            order->contact = contact.hash;
            order->has_contact = true;
        }
    }
}

/* The latest cancel's; without one, the latest refusal's. */
static void fill_reason(const struct fold *fold, struct order *order)
{
    int32_t latest = FOLD_NONE;
    struct bytes reason;
    for (uint32_t i = 0; i < fold->history->count; i++) {
        if (reason_get(fold, i, order, &reason) &&
            (latest == FOLD_NONE || history_compare_time(fold->history, i, (uint32_t)latest) > 0)) {
            latest = (int32_t)i;
            order->reason = reason;
        }
    }
}

static bool is_wasted(const struct order *order, const struct order_line *line)
{
    if (line->uncollected > 0) {
        return true;
    }
    const bool is_wanted = line->is_active && !order->is_cancelled;
    return !is_wanted && line->progress != LINE_WAITING &&
           (line->handed == 0 || line->handed < (uint32_t)line->quantity);
}

static void flag_outcome(const struct fold *fold, struct order *order)
{
    for (uint32_t i = 0; i < order->lines_count; i++) {
        order->flags |= is_wasted(order, &order->lines[i]) ? FLAG_WASTE : 0;
    }
    if (order->is_cancelled && order_is_handed(order)) {
        order->flags |= FLAG_HANDED_AND_CANCELLED;
    }
    if (order->phase == PHASE_CANCELLED || order->phase == PHASE_REFUSED) {
        order->flags &= ~(uint32_t)(FLAG_LATE_EDIT | FLAG_NEEDS_ACCEPT);
    }
    order->flags |= print_is_doubled(fold->history) ? FLAG_PRINTED_TWICE : 0;
    order->flags |= fold->history->is_opaque ? FLAG_OPAQUE : 0;
    order->flags |= fold->history->pending_count > 0 ? FLAG_PENDING : 0;
    order->flags |= fold->is_cut_short ? FLAG_CUT_SHORT : 0;
    order->flags |= fold->history->is_outdated ? FLAG_ROLE_OUTDATED : 0;
}

void order_derive(const struct history *history, struct order *ret_order)
{
    struct order *order = ret_order;
    struct fold fold;
    memset(order, 0, offsetof(struct order, lines));
    memset(&order->payments_count, 0, sizeof *order - offsetof(struct order, payments_count));
    order->id = history->entity;
    fold_begin(&fold, history, FOLD_ALL);
    fold_lines(&fold);
    fold_facts(&fold);
    fold_edits(&fold);
    fill_opening(&fold, order);
    order_fill_lines(&fold, order);
    order_fill_kitchen(&fold, order);
    order_fill_newest(&fold, order);
    order_fill_payments(&fold, order);
    order_fill_ledger(&fold, order);
    order_fill_receipts(&fold, order);
    fill_cancel(&fold, order);
    fill_reason(&fold, order);
    fill_contact(&fold, order);
    order_fill_bill(&fold, order);
    order_fill_tip(&fold, order);
    order->phase = phase_of(order);
    order_fill_due(order);
    flag_outcome(&fold, order);
}
