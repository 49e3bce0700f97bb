/* The owner of a printer at work: it looks at what changed for slips that are due at its printers,
 * claims each by a command of the next turn, and only when the claim is durable sends the bytes.
 * What the printer did becomes a command too. A claim of ours that no printer of this run holds -
 * we died over it, or its printer was set up anew - is claimed again, as a possible copy. */
#include "node/core/core_print.h"

#include <stdlib.h>
#include <string.h>

#include "node/os/clock.h"

enum { REST_MS = 1000 }; /* after the orders could not be read */

int core_print_open(struct core *core)
{
    struct core_print *print = calloc(1, sizeof *print);
    core->print = print;
    if (print == NULL) {
        return ERR_NO_MEMORY;
    }
    print->history = history_new();
    print->scratch = history_new();
    print->is_again = true;
    return print->history != NULL && print->scratch != NULL ? 0 : ERR_NO_MEMORY;
}

void core_print_close(struct core *core)
{
    struct core_print *print = core->print;
    if (print == NULL) {
        return;
    }
    core_printers_close(print);
    history_free(print->history);
    history_free(print->scratch);
    free(print);
}

static void outcome_add(struct core_print *print, const struct core_printer *printer,
                        const struct print_live *live, enum spool_outcome outcome)
{
    /* There is room: work_is_roomy() was asked. */
    const struct print_work work = {.is_done = outcome != SPOOL_UNSURE,
                                    .is_printed = outcome == SPOOL_PRINTED,
                                    .order = live->order,
                                    .printer = live->printer,
                                    .backup = outcome == SPOOL_FAILED ? printer->backup : 0,
                                    .log = live->log,
                                    .seq = live->seq};
    (void)print_work_add(print, &work, PRINT_WORK_MAX);
}

static bool work_is_roomy(const struct core_print *print)
{
    for (size_t i = 0; i < PRINT_WORK_MAX; i++) {
        if (!print->work[i].is_used) {
            return true;
        }
    }
    return false;
}

static void take_outcomes(struct core *core)
{
    struct core_print *print = core->print;
    for (uint32_t i = 0; i < print->printers_count; i++) {
        struct core_printer *printer = &print->printers[i];
        uint64_t live = 0;
        enum spool_outcome outcome = SPOOL_UNSURE;
        while (printer->spool != NULL && work_is_roomy(print) &&
               spool_take(printer->spool, &live, &outcome)) {
            if (live == PRINT_JOB_TEST) {
                core_print_test_ended(core, printer, outcome);
            } else {
                outcome_add(print, printer, &print->live[live], outcome);
            }
        }
    }
}

static void command_fill(const struct print_work *work, struct command *command)
{
    memset(command, 0, sizeof *command);
    command->kind = work->is_done ? COMMAND_PRINT_DONE : COMMAND_PRINT_CLAIM;
    command->principal.role = ROLE_MANAGER; /* the device itself; its certificate is judged */
    command->order = work->order;
    command->printer = work->is_done ? work->backup : work->printer;
    command->truth = work->is_printed;
    command->changed_log = work->log;
    command->changed_seq = work->seq;
    command->station = bytes_of(work->station, work->station_size);
}

/* A claim in place of one that the printer had takes no more room than that. */
static bool may_issue(struct core_print *print, const struct print_work *work)
{
    const uint32_t own =
        work->seq != 0 && print_live_find(print, work->log, work->seq) != NULL ? 1 : 0;
    return work->is_used && !work->is_issued &&
           (work->is_done || (print_held_by(print, work->printer) < SPOOL_JOBS_MAX + own &&
                              print_live_count(print) + PRINT_TURN_MAX < PRINT_LIVE_MAX));
}

int core_print_step(struct core *core, struct store_txn *txn)
{
    struct core_print *print = core->print;
    int err = 0;
    uint32_t issued = 0;
    take_outcomes(core);
    core_print_test_step(core);
    core_printers_tell(print);
    for (size_t i = 0; i < PRINT_WORK_MAX && err == 0 && issued < PRINT_TURN_MAX; i++) {
        struct print_work *work = &print->work[i];
        if (!may_issue(print, work)) {
            continue;
        }
        command_fill(work, &print->command);
        work->is_issued = true;
        issued++;
        const struct input input = {.kind = INPUT_COMMAND,
                                    .now = clock_now(),
                                    .command = &print->command,
                                    .request = REQUEST_PRINT + i};
        err = replica_step(core->replica, txn, &input, core->effects);
    }
    return err;
}

/* A claim was written: its slip may go to the printer. */
static void live_add(struct core_print *print, const struct print_work *work,
                     const struct answer *answer)
{
    for (size_t i = 0; i < PRINT_LIVE_MAX; i++) {
        if (!print->live[i].is_used) {
            print->live[i] = (struct print_live){.is_used = true,
                                                 .order = work->order,
                                                 .log = answer->log,
                                                 .seq = answer->seq,
                                                 .printer = work->printer};
            return;
        }
    }
}

void core_print_answered(struct core *core, const struct effect_answer *answer)
{
    struct core_print *print = core->print;
    struct print_work *work = &print->work[answer->request - REQUEST_PRINT];
    struct print_live *before = print_live_find(print, work->log, work->seq);
    if (work->seq != 0 && before != NULL) {
        before->is_used = false;
    }
    if (answer->err != 0) {
        logger_say(LEVEL_WARNING, "print", "a slip for printer %u is not written down: %s",
                   (unsigned)work->printer, err_text(answer->err));
    } else if (!work->is_done && answer->answer.events > 0) {
        live_add(print, work, &answer->answer);
    }
    work->is_used = false;
}

static void push_claimed(struct core *core, struct store_txn *txn)
{
    struct core_print *print = core->print;
    for (uint32_t i = 0; i < PRINT_LIVE_MAX; i++) {
        if (!print->live[i].is_used || print->live[i].is_pushed) {
            continue;
        }
        print->live[i].is_pushed = true;
        const int err = core_printer_push(core, txn, i);
        if (err != 0) { /* its claim stays open: found again, as a possible copy */
            print->live[i].is_used = false;
            logger_say(LEVEL_ERROR, "print", "a slip for printer %u is not printed: %s",
                       (unsigned)print->live[i].printer, err_text(err));
        }
    }
}

static bool has_work(struct core_print *print)
{
    for (size_t i = 0; i < PRINT_WORK_MAX; i++) {
        if (may_issue(print, &print->work[i])) {
            return true;
        }
    }
    return false;
}

/* What becomes of a look at the orders that ended with @err: full is no failure, as outcomes make
 * room. */
static void look_end(struct core *core, int err)
{
    struct core_print *print = core->print;
    const bool is_blind = err != 0 && err != ERR_FULL;
    if (err == ERR_MALFORMED) {
        core_care_row(core);
    }
    if (is_blind && !print->is_blind) {
        logger_say(LEVEL_ERROR, "print", "the orders cannot be read: %s", err_text(err));
    }
    print->is_blind = is_blind;
    print->rest_until_ms = is_blind ? clock_mono_ms() + REST_MS : 0;
}

/* True: the printers changed, and every order is to be looked at, at once. */
static bool look(struct core *core, struct store_txn *txn)
{
    struct core_print *print = core->print;
    if (clock_mono_ms() < print->rest_until_ms) {
        return false;
    }
    const int err = core_print_look(core, txn);
    look_end(core, err);
    return err == 0 && print->is_again;
}

void core_print_release(struct core *core)
{
    struct core_print *print = core->print;
    struct store_txn *txn = NULL;
    if (core->is_alone ||
        (!print->is_again && !core->effects->is_changed && !core_print_has_own(print))) {
        return;
    }
    int err = store_lmdb_read(core->usage_reader, &txn);
    if (err != 0) {
        return; /* the next turn looks again */
    }
    push_claimed(core, txn);
    const bool is_due = look(core, txn);
    store_lmdb_read_end(core->usage_reader);
    if (is_due || has_work(print)) {
        core->wake_ms = clock_mono_ms();
    }
    const uint64_t until_ms = core_print_waits_until(core->print);
    core->wake_ms = until_ms < core->wake_ms ? until_ms : core->wake_ms;
}

void core_print_forget(struct core *core)
{
    for (size_t i = 0; i < PRINT_WORK_MAX; i++) {
        core->print->work[i].is_issued = false;
    }
}
