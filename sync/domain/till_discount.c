/* Discounts: what an offer of Set-up takes off, or by hand. What that comes to of each line is
 * worked out once, here, and carried by the event, so no offer that changes later changes it.
 *
 * An offer that needs a manager is given by whoever may write offers. Anybody else does not give so
 * much by hand either, or the offer would be only a name for it.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/base/money.h"
#include "sync/domain/bill.h"
#include "sync/domain/entity.h"
#include "sync/domain/till_task.h"

enum { NUMBERED_BYTES = 2 + 8 }; /* the beginning of a record's index key that says its number */

/* What is taken off which lines of the order. */
struct taking {
    struct selection selection;
    struct bill_line lines[ORDER_LINES_MAX];
    int64_t shares[ORDER_LINES_MAX];
    struct bytes reason; /* of the command, or of the offer in till->scratch */
};

/* What the discount is shared by: deposits (less than nothing) take no share. */
static int bill_lines_of(const struct task *task, const struct selection *selection,
                         struct bill_line *lines)
{
    int err = 0;
    for (uint32_t i = 0; i < selection->count && err == 0; i++) {
        const struct order_line *line = task_line(task, selection, i);
        int64_t price = line->unit_price_minor;
        for (uint32_t k = 0; k < line->options_count && err == 0; k++) {
            err = money_add(price, line->options[k].price_minor, &price);
        }
        lines[i] = (struct bill_line){
            .quantity = line->is_active ? (uint32_t)line->quantity : 0,
            .tax_bp = line->tax_bp,
            .unit_price_minor = price,
            .discount_minor = line->discount_minor,
            .takes_share = price > 0,
        };
    }
    return err;
}

/* --- an offer --- */

static struct bill_discount discount_of(const struct record *offer)
{
    const int64_t percent_bp = record_number(offer, OFFER_PERCENT);
    return (struct bill_discount){
        .kind = percent_bp > 0 ? BILL_DISCOUNT_PERCENT : BILL_DISCOUNT_FIXED,
        .value = percent_bp > 0 ? percent_bp : record_number(offer, OFFER_AMOUNT),
    };
}

static bool is_manager(const struct task *task)
{
    return principal_may(&task->command->principal, CAP_POPUP);
}

/* Says as little on the receipt as whoever set the offer up. */
static struct bytes reason_of(const struct task *task, const struct record *offer)
{
    const struct bytes reason = record_text(offer, OFFER_REASON);
    const struct bytes otherwise = reason.size > 0 ? reason : record_text(offer, RECORD_NAME);
    return task->command->reason.size > 0 ? task->command->reason : otherwise;
}

static int read_offer(struct task *task, struct taking *taking, struct bill_discount *ret_discount)
{
    const struct command *command = task->command;
    const struct entity_id id = entity_id_derive(KIND_OFFER, command->offer);
    struct record offer;
    if (command->discount_bp != 0 || command->amount_minor != 0) {
        return ERR_MALFORMED;
    }
    const int err = task_load_scratch(task, KIND_OFFER, &id);
    if (err != 0) {
        return err;
    }
    record_derive(task->till->scratch, &offer);
    if (!offer.is_known || offer.is_hidden) {
        return ERR_UNAVAILABLE;
    }
    if (record_truth(&offer, OFFER_MANAGER) && !is_manager(task)) {
        return ERR_NEEDS_MANAGER;
    }
    taking->reason = reason_of(task, &offer);
    *ret_discount = discount_of(&offer);
    return 0;
}

/* --- by hand --- */

static int read_by_hand(const struct task *task, struct taking *taking,
                        struct bill_discount *ret_discount)
{
    const struct command *command = task->command;
    const bool is_percentage = command->discount_bp > 0;
    if (is_percentage == (command->amount_minor != 0) || command->amount_minor < 0 ||
        command->discount_bp > BILL_RATE_BP_MAX) {
        return ERR_MALFORMED;
    }
    taking->reason = command->reason;
    *ret_discount = (struct bill_discount){
        .kind = is_percentage ? BILL_DISCOUNT_PERCENT : BILL_DISCOUNT_FIXED,
        .value = is_percentage ? (int64_t)command->discount_bp : command->amount_minor,
    };
    return 0;
}

static int64_t sum_of(const int64_t *shares, uint32_t count)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += shares[i]; /* never more than the lines, which were added up */
    }
    return sum;
}

/* Whether the offer in till->scratch needs a manager and takes no more off than @taking does. */
static int check_offer(const struct task *task, const struct taking *taking)
{
    const uint32_t count = taking->selection.count;
    struct record offer;
    int64_t shares[ORDER_LINES_MAX];
    record_derive(task->till->scratch, &offer);
    if (!offer.is_known || offer.is_hidden || !record_truth(&offer, OFFER_MANAGER)) {
        return 0;
    }
    /* Of these very lines @taking has shares, and no event of an offer says more than its fields
     * may. */
    check(bill_discount_shares(taking->lines, count, discount_of(&offer), shares) == 0);
    const int64_t limit = sum_of(shares, count);
    return limit > 0 && sum_of(taking->shares, count) >= limit ? ERR_NEEDS_MANAGER : 0;
}

static int check_by_hand(struct task *task, const struct taking *taking)
{
    const uint8_t first[] = {INDEX_RECORD, KIND_OFFER};
    struct store_cursor cursor;
    struct bytes key, value;
    struct entity_id id;
    if (is_manager(task)) {
        return 0;
    }
    int err = store_cursor_open(task->till->txn, TABLE_INDEX, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(first, sizeof first), &key, &value);
    while (err == 0 && key.size >= NUMBERED_BYTES && memcmp(key.data, first, sizeof first) == 0) {
        id = entity_id_derive(KIND_OFFER, get_be64(key.data + sizeof first));
        err = task_load_scratch(task, KIND_OFFER, &id);
        err = err == 0 ? check_offer(task, taking) : err;
        err = err == 0 ? store_cursor_next(&cursor, &key, &value) : err;
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- the command --- */

static void emit_shares(struct task *task, const struct taking *taking)
{
    struct order_discount discount = {.reason = taking->reason};
    for (uint32_t i = 0; i < taking->selection.count; i++) {
        if (taking->shares[i] > 0) {
            const uint32_t at = discount.lines_count++;
            discount.lines[at].line = task_line(task, &taking->selection, i)->id;
            discount.lines[at].amount_minor = taking->shares[i];
        }
    }
    if (discount.lines_count > 0) {
        order_discount_encode(&discount, task_body(task));
        task_emit(task, EVENT_DISCOUNT);
    }
}

int till_discount(struct task *task)
{
    const bool is_by_hand = task->command->offer == 0;
    struct taking taking;
    struct bill_discount wanted;
    int err =
        is_by_hand ? read_by_hand(task, &taking, &wanted) : read_offer(task, &taking, &wanted);
    if (err == 0) {
        err = task_select(task, &taking.selection);
    }
    if (err == 0) {
        err = bill_lines_of(task, &taking.selection, taking.lines);
    }
    if (err == 0) {
        err = bill_discount_shares(taking.lines, taking.selection.count, wanted, taking.shares);
    }
    if (err == 0 && is_by_hand) {
        err = check_by_hand(task, &taking);
    }
    if (err == 0) {
        emit_shares(task, &taking);
        err = task->result->events_count > 0 ? 0 : ERR_STATE; /* nothing is left to take off */
    }
    return err;
}
