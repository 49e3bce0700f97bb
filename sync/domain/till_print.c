/* Paper: who asks for it, which printer claims it, what became of it. What a slip must say of
 * itself is decided here, once, from all that this device knows, and is in the claim's reason. */
#include "sync/domain/print.h"
#include "sync/domain/receipt.h"
#include "sync/domain/till_task.h"

static void emit_claim(struct task *task, const struct print_claim *claim)
{
    print_claim_encode(claim, task_body(task));
    task_emit(task, EVENT_PRINT_CLAIM);
}

/* What a slip of that purpose says now; of a receipt only that it is one. */
static void want(const struct task *task, enum print_purpose purpose, struct bytes station,
                 struct print_claim *ret_claim)
{
    if (purpose == PRINT_RECEIPT) {
        *ret_claim = (struct print_claim){.purpose = PRINT_RECEIPT};
    } else {
        print_ticket_want(task->till->history, task->order, station, ret_claim);
    }
}

/* Whether the job may lie on paper already. */
static bool may_exist(const struct print_slips *slips, const struct print_job *job)
{
    for (uint32_t i = 0; i < slips->count; i++) {
        if (print_job_equal(&slips->slips[i].job, job) && print_slip_may_exist(&slips->slips[i])) {
            return true;
        }
    }
    return false;
}

static const struct print_slip *find_open(const struct print_slips *slips,
                                          const struct print_job *job)
{
    for (uint32_t i = 0; i < slips->count; i++) {
        if (print_job_equal(&slips->slips[i].job, job) && print_slip_is_open(&slips->slips[i])) {
            return &slips->slips[i];
        }
    }
    return NULL;
}

/* --- a person asks --- */

/* A ticket that nobody is known to have printed may still be coming out of its own printer: who
 * orders it elsewhere takes over without consent. A receipt is nobody's before it is asked for. */
static enum print_reason reason_of_asking(const struct print_slips *slips,
                                          const struct print_claim *claim,
                                          const struct print_slip *open)
{
    if (open != NULL && !open->is_asked) {
        return PRINT_TAKEOVER;
    }
    if (may_exist(slips, &claim->job)) {
        return PRINT_REPRINT;
    }
    return claim->purpose == PRINT_TICKET ? PRINT_TAKEOVER : PRINT_FIRST;
}

/* A paid order's receipt gets its number with the wish to print it; that is for those who take
 * money. Of an unpaid one the bill is printed. */
static int want_receipt(struct task *task, struct print_claim *ret_claim)
{
    struct order_receipt receipt;
    if (!till_receipt_is_due(task->order)) {
        print_receipt_want(task->order, NULL, ret_claim);
        return 0;
    }
    if (receipt_current(task->order) == NULL &&
        !principal_may(&task->command->principal, CAP_TAKE_MONEY)) {
        return ERR_FORBIDDEN;
    }
    const int err = till_receipt_give(task, &receipt);
    if (err == 0) {
        print_receipt_want(task->order, &receipt, ret_claim);
    }
    return err;
}

static int want_ticket(struct task *task, struct print_claim *ret_claim)
{
    print_ticket_want(task->till->history, task->order, task->command->station, ret_claim);
    return ret_claim->lines_count > 0 ? 0 : ERR_NOT_FOUND; /* nothing for that station */
}

static void claim_replaces(struct print_claim *claim, const struct print_slip *slip)
{
    if (slip != NULL) {
        claim->has_of = true;
        claim->of = slip->id;
    }
}

int till_print(struct task *task)
{
    const struct command *command = task->command;
    struct print_slips slips;
    struct print_claim claim;
    if (command->printer == 0 || command->purpose == 0) {
        return ERR_MALFORMED;
    }
    print_slips_find(task->till->history, &slips);
    if (slips.count == PRINT_SLIPS_MAX) {
        return ERR_TOO_MANY;
    }
    const int err =
        command->purpose == PRINT_RECEIPT ? want_receipt(task, &claim) : want_ticket(task, &claim);
    if (err != 0) {
        return err;
    }
    const struct print_slip *open = find_open(&slips, &claim.job);
    if (open != NULL && open->is_asked && open->printer == command->printer) {
        return 0; /* a repeated tap */
    }
    claim.printer = command->printer;
    claim.is_asked = true;
    claim.reason = reason_of_asking(&slips, &claim, open);
    claim_replaces(&claim, open);
    emit_claim(task, &claim);
    return 0;
}

/* --- the owner of the printer claims --- */

static int claim_first(struct task *task, const struct print_slips *slips)
{
    struct print_claim claim;
    if (print_ticket_is_due(task->till->history, task->order, slips, task->command->station,
                            &claim)) {
        claim.printer = task->command->printer;
        emit_claim(task, &claim);
    }
    return 0;
}

/* A wish keeps its reason, unless the job came to paper meanwhile; what was claimed before may have
 * been printed. */
static enum print_reason reason_of_claiming(const struct print_slips *slips,
                                            const struct print_slip *slip)
{
    if (!slip->is_asked) {
        return PRINT_AGAIN;
    }
    return slip->reason == PRINT_FIRST && may_exist(slips, &slip->job) ? PRINT_REPRINT
                                                                       : slip->reason;
}

static int claim_of(struct task *task, const struct print_slips *slips,
                    const struct print_slip *slip)
{
    struct print_claim claim;
    if (slip->printer != task->command->printer) {
        return ERR_MISMATCH;
    }
    if (!print_slip_is_open(slip)) {
        return 0; /* settled meanwhile */
    }
    want(task, slip->purpose, slip->station, &claim);
    claim.job = slip->job;
    claim.printer = slip->printer;
    claim.reason = reason_of_claiming(slips, slip);
    claim_replaces(&claim, slip);
    emit_claim(task, &claim);
    return 0;
}

int till_print_claim(struct task *task)
{
    const struct command *command = task->command;
    struct print_slips slips;
    print_slips_find(task->till->history, &slips);
    if (slips.count == PRINT_SLIPS_MAX) {
        return ERR_TOO_MANY;
    }
    if (command->changed_seq == 0) {
        return claim_first(task, &slips);
    }
    const struct print_slip *slip =
        print_slip_at(&slips, command->changed_log, command->changed_seq);
    return slip == NULL ? ERR_NOT_FOUND : claim_of(task, &slips, slip);
}

/* --- and says what became of it --- */

/* With the owner's consent another printer takes it: nothing came out here. */
static void hand_to(struct task *task, const struct print_slip *slip, uint32_t printer)
{
    struct print_claim claim;
    want(task, slip->purpose, slip->station, &claim);
    claim.job = slip->job;
    claim.printer = printer;
    claim.is_asked = true;
    claim.reason = slip->reason;
    claim_replaces(&claim, slip);
    emit_claim(task, &claim);
}

int till_print_done(struct task *task)
{
    const struct command *command = task->command;
    struct print_slips slips;
    print_slips_find(task->till->history, &slips);
    const struct print_slip *slip =
        print_slip_at(&slips, command->changed_log, command->changed_seq);
    if (slip == NULL) {
        return ERR_NOT_FOUND;
    }
    if (slip->is_done) {
        return 0;
    }
    const struct print_done done = {.claim = slip->id,
                                    .result = command->truth ? PRINT_DONE : PRINT_FAILED};
    print_done_encode(&done, task_body(task));
    task_emit(task, EVENT_PRINT_DONE);
    if (!command->truth && command->printer != 0 && !slip->is_replaced) {
        hand_to(task, slip, command->printer);
    }
    return 0;
}
