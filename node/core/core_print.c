/* The owner of a printer at work: it looks at what changed for slips that are due at its printers,
 * claims each by a command of the next turn, and only when the claim is durable sends the bytes.
 * What the printer did becomes a command too. A claim of ours that no printer of this run holds -
 * we died over it, or its printer was set up anew - is claimed again, as a possible copy. */
#include "node/core/core_print.h"

#include <stdlib.h>
#include <string.h>

#include "node/api/board.h"
#include "node/os/clock.h"
#include "sync/domain/change_number.h"

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

/* --- work --- */

static bool is_same_work(const struct print_work *a, const struct print_work *b)
{
    return a->is_used && a->is_done == b->is_done && a->printer == b->printer && a->log == b->log &&
           a->seq == b->seq && entity_id_equal(&a->order, &b->order) &&
           bytes_equal(bytes_of(a->station, a->station_size),
                       bytes_of(b->station, b->station_size));
}

/* In one of the first @room places. False when none is free: then it is looked for again. */
static bool work_add_within(struct core_print *print, const struct print_work *work, size_t room)
{
    struct print_work *slot = NULL;
    for (size_t i = 0; i < PRINT_WORK_MAX; i++) {
        if (is_same_work(&print->work[i], work)) {
            return true;
        }
        if (slot == NULL && i < room && !print->work[i].is_used) {
            slot = &print->work[i];
        }
    }
    if (slot != NULL) {
        *slot = *work;
        slot->is_used = true;
    }
    return slot != NULL;
}

/* What is due, as far as outcomes keep their room: claims wait for them when a printer has its
 * fill. */
static bool work_add(struct core_print *print, const struct print_work *work)
{
    return work_add_within(print, work, PRINT_WORK_MAX - PRINT_OUTCOMES_MAX);
}

static struct print_live *live_find(struct core_print *print, uint64_t log, uint64_t seq)
{
    for (size_t i = 0; i < PRINT_LIVE_MAX; i++) {
        struct print_live *live = &print->live[i];
        if (live->is_used && live->log == log && live->seq == seq) {
            return live;
        }
    }
    return NULL;
}

/* Slips that the printer has or is about to get. */
static uint32_t held_by(const struct core_print *print, uint32_t printer)
{
    uint32_t count = 0;
    for (size_t i = 0; i < PRINT_LIVE_MAX; i++) {
        count += print->live[i].is_used && print->live[i].printer == printer;
    }
    for (size_t i = 0; i < PRINT_WORK_MAX; i++) {
        const struct print_work *work = &print->work[i];
        count += work->is_used && work->is_issued && !work->is_done && work->printer == printer;
    }
    return count;
}

/* One that has its fill, out of paper perhaps, must not take the room of others: what is due there
 * is looked for again when it has printed half of that. */
static bool has_place(const struct core_print *print, struct core_printer *printer)
{
    uint32_t count = 0;
    for (size_t i = 0; i < PRINT_LIVE_MAX; i++) {
        count += print->live[i].is_used && print->live[i].printer == printer->number;
    }
    for (size_t i = 0; i < PRINT_WORK_MAX; i++) {
        const struct print_work *work = &print->work[i];
        count += work->is_used && !work->is_done && work->printer == printer->number;
    }
    if (count < SPOOL_JOBS_MAX) {
        return true;
    }
    printer->behind =
        printer->behind != 0 && printer->behind < print->at ? printer->behind : print->at;
    return false;
}

static uint32_t live_count(const struct core_print *print)
{
    uint32_t count = 0;
    for (size_t i = 0; i < PRINT_LIVE_MAX; i++) {
        count += print->live[i].is_used;
    }
    return count;
}

/* --- looking --- */

/* The printer of that number, if it is ours. */
static struct core_printer *own_find(struct core_print *print, uint32_t number)
{
    struct core_printer *printer = core_printer_find(print, number);
    return printer != NULL && printer->spool != NULL ? printer : NULL;
}

static bool look_at_slips(struct core_print *print)
{
    bool has_room = true;
    for (uint32_t i = 0; i < print->slips.count && has_room; i++) {
        const struct print_slip *slip = &print->slips.slips[i];
        struct core_printer *printer = own_find(print, slip->printer);
        if (print_slip_is_open(slip) && printer != NULL &&
            live_find(print, slip->id.log, slip->id.seq) == NULL && has_place(print, printer)) {
            has_room = work_add(print, &(struct print_work){.order = print->order.id,
                                                            .printer = slip->printer,
                                                            .log = slip->id.log,
                                                            .seq = slip->id.seq});
        }
    }
    return has_room;
}

/* Whether an earlier line has the same station. */
static bool is_station_seen(const struct order *order, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++) {
        if (bytes_equal(order->lines[i].station, order->lines[at].station)) {
            return true;
        }
    }
    return false;
}

static bool look_at_station(struct core_print *print, struct bytes station)
{
    struct print_claim claim;
    struct core_printer *printer = core_printer_of(print, station);
    if (printer == NULL || printer->spool == NULL || station.size > NAME_BYTES_MAX ||
        !print_ticket_is_due(print->history, &print->order, &print->slips, station, &claim) ||
        !has_place(print, printer)) {
        return true;
    }
    struct print_work work = {
        .order = print->order.id, .printer = printer->number, .station_size = station.size};
    if (station.size > 0) {
        memcpy(work.station, station.data, station.size);
    }
    return work_add(print, &work);
}

/* ERR_FULL: no room for what it needs. ERR_NOT_FOUND. */
static int look_at_order(struct core_print *print, struct store_txn *txn,
                         const struct entity_id *id)
{
    int err = history_get(print->history, txn, KIND_ORDER, id);
    if (err == 0) {
        err = change_number_of(txn, KIND_ORDER, id, &print->at);
    }
    if (err != 0) {
        return err;
    }
    order_derive(print->history, &print->order);
    print_slips_find(print->history, &print->slips);
    bool has_room = look_at_slips(print);
    for (uint32_t i = 0; i < print->order.lines_count && has_room; i++) {
        if (!is_station_seen(&print->order, i)) {
            has_room = look_at_station(print, print->order.lines[i].station);
        }
    }
    return has_room ? 0 : ERR_FULL;
}

/* A row that leads to no order keeps none of the others waiting. */
static int look_at_row(struct core *core, struct store_txn *txn, const struct entity_id *id)
{
    const int err = look_at_order(core->print, txn, id);
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    core_care_row(core);
    return 0;
}

static int look_at_board(struct core *core, struct store_txn *txn, bool is_settled)
{
    const struct board_query query = {.is_settled = is_settled,
                                      .is_any_day = true,
                                      .phases = BOARD_PHASES_ALL,
                                      .count_max = BOARD_ORDERS_MAX};
    struct board *board = calloc(1, sizeof *board);
    int err = board == NULL ? ERR_NO_MEMORY : board_find(txn, &query, board);
    for (uint32_t i = 0; err == 0 && i < board->count; i++) {
        err = look_at_row(core, txn, &board->orders[board->count - 1 - i]); /* oldest first */
    }
    free(board);
    return err;
}

static bool has_own(const struct core_print *print)
{
    for (uint32_t i = 0; i < print->printers_count; i++) {
        if (print->printers[i].spool != NULL) {
            return true;
        }
    }
    return false;
}

/* Every order that may have something due: at the start, and when the printers changed. */
static int look_again(struct core *core, struct store_txn *txn)
{
    struct core_print *print = core->print;
    uint64_t change = 0;
    int err = change_number_get(txn, &change);
    if (err == 0) {
        err = core_printers_load(core, txn);
    }
    if (err == 0 && has_own(print)) {
        err = look_at_board(core, txn, false);
    }
    if (err == 0 && has_own(print)) {
        err = look_at_board(core, txn, true);
    }
    if (err == 0) {
        print->change = change;
    }
    print->is_again = err != 0;
    return err;
}

static int look_at_change(struct core *core, struct store_txn *txn, struct bytes row)
{
    enum kind kind;
    struct entity_id id;
    const int err = key_state_parse(row, &kind, &id);
    if (err != 0) {
        return err;
    }
    core->print->is_again = core->print->is_again || kind == KIND_PRINTER;
    if (kind != KIND_ORDER || !has_own(core->print)) {
        return 0;
    }
    const int looked = look_at_order(core->print, txn, &id);
    return looked == ERR_NOT_FOUND ? 0 : looked; /* a change whose state is gone says nothing */
}

/* Back to what a printer was passed over for, when it has room again. */
static void look_back(struct core_print *print)
{
    for (uint32_t i = 0; i < print->printers_count; i++) {
        struct core_printer *printer = &print->printers[i];
        if (printer->spool == NULL || printer->behind == 0 ||
            held_by(print, printer->number) > SPOOL_JOBS_MAX / 2) {
            continue;
        }
        print->change = printer->behind <= print->change ? printer->behind - 1 : print->change;
        printer->behind = 0;
    }
}

static int look_at_changes(struct core *core, struct store_txn *txn)
{
    struct core_print *print = core->print;
    struct store_cursor cursor;
    struct bytes key, row;
    look_back(print);
    const struct key from = key_change(print->change + 1);
    int err = store_cursor_open(txn, TABLE_CHANGE, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &row);
    while (err == 0) {
        err = key.size == 8 ? look_at_change(core, txn, row) : ERR_MALFORMED;
        if (err == 0) {
            print->change = get_be64(key.data);
            err = store_cursor_next(&cursor, &key, &row);
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- turns --- */

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
    (void)work_add_within(print, &work, PRINT_WORK_MAX);
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

static void take_outcomes(struct core_print *print)
{
    for (uint32_t i = 0; i < print->printers_count; i++) {
        const struct core_printer *printer = &print->printers[i];
        uint64_t live = 0;
        enum spool_outcome outcome = SPOOL_UNSURE;
        while (printer->spool != NULL && work_is_roomy(print) &&
               spool_take(printer->spool, &live, &outcome)) {
            outcome_add(print, printer, &print->live[live], outcome);
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
    const uint32_t own = work->seq != 0 && live_find(print, work->log, work->seq) != NULL ? 1 : 0;
    return work->is_used && !work->is_issued &&
           (work->is_done || (held_by(print, work->printer) < SPOOL_JOBS_MAX + own &&
                              live_count(print) + PRINT_TURN_MAX < PRINT_LIVE_MAX));
}

int core_print_step(struct core *core, struct store_txn *txn)
{
    struct core_print *print = core->print;
    int err = 0;
    uint32_t issued = 0;
    take_outcomes(print);
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
    struct print_live *before = live_find(print, work->log, work->seq);
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
    const int err = print->is_again ? look_again(core, txn) : look_at_changes(core, txn);
    look_end(core, err);
    return err == 0 && print->is_again;
}

void core_print_release(struct core *core)
{
    struct core_print *print = core->print;
    struct store_txn *txn = NULL;
    if (core->is_alone || (!print->is_again && !core->effects->is_changed && !has_own(print))) {
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
}

void core_print_forget(struct core *core)
{
    for (size_t i = 0; i < PRINT_WORK_MAX; i++) {
        core->print->work[i].is_issued = false;
    }
}
