/* What is due at the printers of this device: of the orders that changed, or, at the start and when
 * the printers changed, of all. */
#include <stdlib.h>
#include <string.h>

#include "node/core/core_print.h"
#include "node/figures/board.h"
#include "node/os/clock.h"
#include "sync/domain/change_number.h"

enum { NAME_WAIT_MS = 2000 }; /* a linked device gives it in a fraction of that */

/* What is due, as far as outcomes keep their room: claims wait for them when a printer has its
 * fill. */
static bool work_add(struct core_print *print, const struct print_work *work)
{
    return print_work_add(print, work, PRINT_WORK_MAX - PRINT_OUTCOMES_MAX);
}

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
            print_live_find(print, slip->id.log, slip->id.seq) == NULL &&
            print_has_place(print, printer)) {
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
        !print_has_place(print, printer)) {
        return true;
    }
    struct print_work work = {
        .order = print->order.id, .printer = printer->number, .station_size = station.size};
    if (station.size > 0) {
        memcpy(work.station, station.data, station.size);
    }
    return work_add(print, &work);
}

/* --- names on their way --- */

static struct print_wait *wait_find(struct core_print *print, const struct entity_id *order)
{
    for (uint32_t i = 0; i < PRINT_WAITS_MAX; i++) {
        struct print_wait *wait = &print->waits[i];
        if (wait->is_used && entity_id_equal(&wait->order, order)) {
            return wait;
        }
    }
    return NULL;
}

/* NULL when too many wait: then this one does not. */
static struct print_wait *wait_begin(struct core_print *print)
{
    for (uint32_t i = 0; i < PRINT_WAITS_MAX; i++) {
        struct print_wait *wait = &print->waits[i];
        if (!wait->is_used) {
            *wait = (struct print_wait){.is_used = true,
                                        .order = print->order.id,
                                        .until_ms = clock_mono_ms() + NAME_WAIT_MS};
            return wait;
        }
    }
    return NULL;
}

/* A name comes right behind its order: the first ticket waits for it, a moment. Number and lines
 * are what the kitchen works by. */
static int waits_for_name(struct core_print *print, struct store_txn *txn, bool *ret_waits)
{
    enum blob_state state = BLOB_NONE;
    struct print_wait *wait = wait_find(print, &print->order.id);
    const bool is_first = print->order.has_name_blob && print->slips.count == 0;
    const int err = is_first ? blob_state_get(txn, &print->order.name_blob, &state) : 0;
    *ret_waits = err == 0 && state == BLOB_WANTED;
    if (*ret_waits && wait == NULL) {
        wait = wait_begin(print);
    }
    *ret_waits = *ret_waits && wait != NULL && clock_mono_ms() < wait->until_ms;
    if (wait != NULL) {
        wait->is_used = *ret_waits;
    }
    return err;
}

uint64_t core_print_waits_until(const struct core_print *print)
{
    uint64_t until_ms = UINT64_MAX;
    for (uint32_t i = 0; i < PRINT_WAITS_MAX; i++) {
        const struct print_wait *wait = &print->waits[i];
        until_ms = wait->is_used && wait->until_ms < until_ms ? wait->until_ms : until_ms;
    }
    return until_ms;
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
    bool waits = false;
    err = waits_for_name(print, txn, &waits);
    if (err != 0 || waits) {
        return err;
    }
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

bool core_print_has_own(const struct core_print *print)
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
    if (err == 0 && core_print_has_own(print)) {
        err = look_at_board(core, txn, false);
    }
    if (err == 0 && core_print_has_own(print)) {
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
    if (kind != KIND_ORDER || !core_print_has_own(core->print)) {
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
            print_held_by(print, printer->number) > SPOOL_JOBS_MAX / 2) {
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

/* Those whose names did not come in time. */
static int look_at_waits(struct core_print *print, struct store_txn *txn)
{
    const uint64_t now_ms = clock_mono_ms();
    int err = 0;
    for (uint32_t i = 0; i < PRINT_WAITS_MAX && err == 0; i++) {
        const struct print_wait wait = print->waits[i];
        if (!wait.is_used || now_ms < wait.until_ms) {
            continue;
        }
        err = look_at_order(print, txn, &wait.order);
        print->waits[i].is_used = err == ERR_FULL;
        err = err == ERR_NOT_FOUND ? 0 : err;
    }
    return err;
}

int core_print_look(struct core *core, struct store_txn *txn)
{
    const int err = core->print->is_again ? look_again(core, txn) : look_at_changes(core, txn);
    return err != 0 ? err : look_at_waits(core->print, txn);
}
