/* What is planned for an order becomes attempts. */
#include "gateway/settle/outbox.h"

/* The planned attempts of an order, read whole: rows change while we go through them. Creating is
 * asked for by a customer and not by a plan. */
struct rows {
    uint32_t count;
    struct attempt attempts[OUTBOX_ORDER_MAX];
    uint8_t bytes[OUTBOX_ORDER_MAX][PROVIDER_CALL_BYTES_MAX];
};

static int rows_add(struct rows *rows, const struct attempt *attempt)
{
    if (rows->count == OUTBOX_ORDER_MAX) {
        return ERR_LIMIT;
    }
    rows->attempts[rows->count] = *attempt;
    provider_call_keep(&rows->attempts[rows->count].call, rows->bytes[rows->count]);
    rows->count++;
    return 0;
}

static int rows_load(struct store_txn *txn, const struct entity_id *order, struct rows *ret_rows)
{
    struct outbox_walk walk;
    struct attempt attempt;
    ret_rows->count = 0;
    int err = outbox_walk_open(txn, order, &walk);
    if (err != 0) {
        return err;
    }
    while (err == 0 && (err = outbox_walk_next(&walk, &attempt)) == 0) {
        if (attempt.call.kind != CALL_CREATE) {
            err = rows_add(ret_rows, &attempt);
        }
    }
    outbox_walk_close(&walk);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static const struct attempt *attempt_find(const struct rows *rows, const struct provider_call *call)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        if (provider_call_is(&rows->attempts[i].call, call)) {
            return &rows->attempts[i];
        }
    }
    return NULL;
}

static int put_changed(struct store_txn *txn, const struct attempt *attempt, bool *is_changed)
{
    *is_changed = true;
    return outbox_put(txn, attempt);
}

static bool was_sent(const struct attempt *attempt)
{
    return attempt->tries > 0 || attempt->keys > 0;
}

/* What came of an ended attempt is a fact by now. If the plan asks again the facts say otherwise:
 * the provider's state is read. */
static int call_take(struct store_txn *txn, const struct entity_id *order, const struct rows *rows,
                     const struct provider_call *call, bool *is_changed)
{
    const struct attempt *known = attempt_find(rows, call);
    struct attempt attempt = known != NULL ? *known : attempt_of(order, call);
    if (known == NULL) {
        return rows->count < OUTBOX_ORDER_MAX ? put_changed(txn, &attempt, is_changed) : ERR_LIMIT;
    }
    attempt_ask(&attempt, call->amount_minor);
    if (attempt_is_over(known)) {
        attempt.state = was_sent(known) ? ATTEMPT_LOOK : attempt_of(order, call).state;
        attempt_renew(&attempt);
    } else if (attempt_is_stuck_cancel(known)) {
        attempt_revive(&attempt);
    }
    const bool is_same =
        attempt.state == known->state && attempt.call.amount_minor == known->call.amount_minor;
    return is_same ? 0 : put_changed(txn, &attempt, is_changed);
}

/* Nobody asks for it any more. What was sent may have been done, and must not be sent again without
 * a look. */
static enum attempt_state unplanned_state(const struct attempt *attempt)
{
    const bool is_waiting = attempt->state == ATTEMPT_SEND || attempt->state == ATTEMPT_LOOK;
    if (is_waiting && was_sent(attempt)) {
        return ATTEMPT_LOOK;
    }
    return is_waiting || attempt->state == ATTEMPT_STUCK ? ATTEMPT_VOID : attempt->state;
}

static bool is_planned(const struct plan *plan, const struct attempt *attempt)
{
    return attempt->is_firm || plan_find(plan, &attempt->call) != NULL;
}

static int unplanned_end(struct store_txn *txn, const struct plan *plan, const struct rows *rows,
                         bool *is_changed)
{
    int err = 0;
    for (uint32_t i = 0; i < rows->count && err == 0; i++) {
        struct attempt attempt = rows->attempts[i];
        const enum attempt_state state = unplanned_state(&attempt);
        if (state != attempt.state && !is_planned(plan, &attempt)) {
            attempt.state = state;
            err = put_changed(txn, &attempt, is_changed);
        }
    }
    return err;
}

int outbox_take(struct store_txn *txn, const struct entity_id *order, const struct plan *plan,
                bool *ret_is_changed)
{
    struct rows rows;
    *ret_is_changed = false;
    int err = rows_load(txn, order, &rows);
    for (uint32_t i = 0; i < plan->calls_count && err == 0; i++) {
        err = call_take(txn, order, &rows, &plan->calls[i], ret_is_changed);
    }
    return err == 0 ? unplanned_end(txn, plan, &rows, ret_is_changed) : err;
}
