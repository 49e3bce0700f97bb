/* The bytes, in docs/protocol.md's words:
 *
 *   sheet.set    [table, codes]
 *   sheet.clear  [table, day, count]
 */
#include "sync/domain/sheet.h"

#include "sync/domain/body.h"
#include "sync/domain/order_events.h"

void sheet_set_encode(const struct sheet_set *set, struct writer *writer)
{
    write_array(writer, 2);
    write_uint(writer, set->table);
    write_uint(writer, set->codes);
}

int sheet_set_decode(struct bytes body, struct sheet_set *ret_set)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 2);
    struct sheet_set set;
    set.table = (uint32_t)read_int(&reader, 1, TABLE_NUMBER_MAX);
    set.codes = (uint32_t)read_int(&reader, 1, SHEET_COUNT_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_set = set;
    }
    return err;
}

void sheet_clear_encode(const struct sheet_clear *clear, struct writer *writer)
{
    write_array(writer, 3);
    write_uint(writer, clear->table);
    write_uint(writer, clear->day);
    write_uint(writer, clear->count);
}

int sheet_clear_decode(struct bytes body, struct sheet_clear *ret_clear)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 3);
    struct sheet_clear clear;
    clear.table = (uint32_t)read_int(&reader, 1, TABLE_NUMBER_MAX);
    clear.day = read_uint(&reader, ORDER_DAY_MAX);
    clear.count = (uint32_t)read_int(&reader, 1, SHEET_COUNT_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_clear = clear;
    }
    return err;
}

/* --- entities --- */

struct entity_id sheet_entity(uint64_t table)
{
    return entity_id_derive(KIND_SHEET, table);
}

/* Day 0 has one as well, which is not the table's. */
struct entity_id sheet_day_entity(uint64_t table, uint64_t day)
{
    return entity_id_derive(KIND_SHEET, (day + 1) << 32 | table);
}

/* --- counting --- */

/* What an event says of the counter of its entity. */
struct said {
    uint32_t table, count;
};

/* One that names another entity than its own says nothing. */
static bool says_codes(const struct history *history, uint32_t i, struct said *ret_said)
{
    struct sheet_set set;
    if (history->events[i].type != EVENT_SHEET_SET ||
        sheet_set_decode(history->events[i].body, &set) != 0) {
        return false;
    }
    const struct entity_id own = sheet_entity(set.table);
    *ret_said = (struct said){.table = set.table, .count = set.codes};
    return entity_id_equal(&own, &history->entity);
}

static bool says_cleared(const struct history *history, uint32_t i, struct said *ret_said)
{
    struct sheet_clear clear;
    if (history->events[i].type != EVENT_SHEET_CLEAR ||
        sheet_clear_decode(history->events[i].body, &clear) != 0) {
        return false;
    }
    const struct entity_id own = sheet_day_entity(clear.table, clear.day);
    *ret_said = (struct said){.table = clear.table, .count = clear.count};
    return entity_id_equal(&own, &history->entity);
}

/* Where the counter is highest, in the order of the history; -1 = nowhere, @ret_said is zeroed. */
static int32_t find_highest(const struct history *history,
                            bool (*says)(const struct history *, uint32_t, struct said *),
                            struct said *ret_said)
{
    struct said said;
    int32_t at = -1;
    *ret_said = (struct said){.count = 0};
    for (uint32_t i = 0; i < history->count; i++) {
        if (says(history, i, &said) && said.count > ret_said->count) {
            *ret_said = said;
            at = (int32_t)i;
        }
    }
    return at;
}

static uint64_t log_of(const struct history *history, uint32_t i)
{
    return history->branches[history->events[i].branch].log;
}

bool sheet_is_made_by(const struct sheet *sheet, uint64_t log)
{
    for (uint32_t i = 0; i < sheet->makers_count; i++) {
        if (sheet->makers[i] == log) {
            return true;
        }
    }
    return false;
}

/* Event @i, if it says of another log than those before that it made the newest codes. */
static bool add_maker(const struct history *history, uint32_t i, struct sheet *sheet)
{
    struct said said;
    const bool is_newest = says_codes(history, i, &said) && said.count == sheet->codes;
    if (!is_newest || sheet_is_made_by(sheet, log_of(history, i))) {
        return false;
    }
    sheet->makers[sheet->makers_count++] = log_of(history, i);
    return true;
}

void sheet_derive(const struct history *history, struct sheet *ret_sheet)
{
    struct said said;
    (void)find_highest(history, says_codes, &said);
    *ret_sheet =
        (struct sheet){.table = said.table, .codes = said.count, .is_opaque = history->is_opaque};
    for (uint32_t i = 0; i < history->count; i++) {
        (void)add_maker(history, i, ret_sheet);
    }
}

uint32_t sheet_cleared(const struct history *history)
{
    struct said said;
    (void)find_highest(history, says_cleared, &said);
    return said.count;
}

void sheet_prune(struct history *history)
{
    bool keep[HISTORY_EVENTS_MAX];
    struct said said;
    (void)find_highest(history, says_codes, &said);
    struct sheet sheet = {.codes = said.count};
    const int32_t cleared_at = find_highest(history, says_cleared, &said);
    for (uint32_t i = 0; i < history->count; i++) {
        const uint32_t type = history->events[i].type;
        keep[i] = (type != EVENT_SHEET_SET && type != EVENT_SHEET_CLEAR) ||
                  (int32_t)i == cleared_at || add_maker(history, i, &sheet);
    }
    history_prune(history, keep);
}
