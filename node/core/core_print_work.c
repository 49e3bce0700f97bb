/* Slips on their way: the commands about them, and those that printers have. */
#include "node/core/core_print.h"

static bool is_same_work(const struct print_work *a, const struct print_work *b)
{
    return a->is_used && a->is_done == b->is_done && a->printer == b->printer && a->log == b->log &&
           a->seq == b->seq && entity_id_equal(&a->order, &b->order) &&
           bytes_equal(bytes_of(a->station, a->station_size),
                       bytes_of(b->station, b->station_size));
}

bool print_work_add(struct core_print *print, const struct print_work *work, size_t room)
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

struct print_live *print_live_find(struct core_print *print, uint64_t log, uint64_t seq)
{
    for (size_t i = 0; i < PRINT_LIVE_MAX; i++) {
        struct print_live *live = &print->live[i];
        if (live->is_used && live->log == log && live->seq == seq) {
            return live;
        }
    }
    return NULL;
}

static bool is_testing(const struct core_print *print, uint32_t number)
{
    for (uint32_t i = 0; i < print->printers_count; i++) {
        if (print->printers[i].number == number) {
            return print->printers[i].test == GATE_TEST_WAITS;
        }
    }
    return false;
}

uint32_t print_held_by(const struct core_print *print, uint32_t printer)
{
    uint32_t count = is_testing(print, printer) ? 1 : 0;
    for (size_t i = 0; i < PRINT_LIVE_MAX; i++) {
        count += print->live[i].is_used && print->live[i].printer == printer;
    }
    for (size_t i = 0; i < PRINT_WORK_MAX; i++) {
        const struct print_work *work = &print->work[i];
        count += work->is_used && work->is_issued && !work->is_done && work->printer == printer;
    }
    return count;
}

bool print_has_place(const struct core_print *print, struct core_printer *printer)
{
    uint32_t count = printer->test == GATE_TEST_WAITS ? 1 : 0;
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

uint32_t print_live_count(const struct core_print *print)
{
    uint32_t count = 0;
    for (size_t i = 0; i < PRINT_LIVE_MAX; i++) {
        count += print->live[i].is_used;
    }
    return count;
}
