/* What a manager does with tables' codes, and who serves with tables. A code that the
 * device made before is made again without a word: further sheets of it are good as well. */
#include "sync/domain/till_sheet.h"

/* Each day since they came is read; nobody sits for so long, unless days were opened by mistake. */
enum { TABLE_DAYS_MAX = 7 };

static const struct history_room one_more = {.events = 1, .bytes = SHEET_BODY_BYTES_MAX};

/* --- reading --- */

int till_sheet_load(struct task *task, uint64_t number, struct sheet *ret_sheet)
{
    const struct entity_id id = sheet_entity(number);
    if (number == 0 || number > TABLE_NUMBER_MAX) {
        return ERR_NOT_FOUND;
    }
    const int err = task_load_scratch(task, KIND_SHEET, &id);
    if (err != 0) {
        return err;
    }
    sheet_derive(task->till->scratch, ret_sheet);
    return ret_sheet->is_opaque ? ERR_VERSION : 0;
}

static int load_day(struct task *task, uint64_t table, uint64_t day, uint32_t *ret_cleared)
{
    const struct entity_id id = sheet_day_entity(table, day);
    const int err = task_load_scratch(task, KIND_SHEET, &id);
    if (err != 0) {
        return err;
    }
    *ret_cleared = sheet_cleared(task->till->scratch);
    return task->till->scratch->is_opaque ? ERR_VERSION : 0;
}

int till_sheet_today(struct task *task, uint64_t table, uint64_t *ret_day, uint32_t *ret_cleared)
{
    struct popup popup;
    const int err = task_load_popup(task, &popup);
    if (err != 0) {
        return err;
    }
    *ret_day = popup.day;
    return load_day(task, table, popup.day, ret_cleared);
}

/* A count that fell back, or a day, was of a device that was revoked since: whoever sits there is
 * asked to come again, rather than that the next clearing is not noticed. */
int till_sheet_is_left(struct task *task, const struct sheet *sheet, const struct table *table,
                       bool *ret_is_left)
{
    struct popup popup;
    int err = task_load_popup(task, &popup);
    if (err != 0) {
        return err;
    }
    const uint64_t today = popup.day;
    bool is_left = table->session == 0 || table->generation != sheet_generation(sheet) ||
                   table->day > today || today - table->day > TABLE_DAYS_MAX;
    for (uint64_t day = table->day; err == 0 && !is_left && day <= today; day++) {
        uint32_t cleared = 0;
        err = load_day(task, sheet->table, day, &cleared);
        is_left = cleared != (day == table->day ? table->cleared : 0);
    }
    *ret_is_left = is_left;
    return err;
}

/* --- writing --- */

/* @count one further, where an event of ours on what was loaded last would count. */
static int count_on(const struct task *task, uint32_t *count)
{
    const struct till *till = task->till;
    if (*count >= SHEET_COUNT_MAX || !history_has_room(till->scratch, till->own_log, &one_more)) {
        return ERR_TOO_MANY;
    }
    (*count)++;
    return 0;
}

/* One more of its codes, which is made or revoked. */
static int count_codes(struct task *task, const struct sheet *sheet)
{
    struct sheet_set set = {.table = (uint32_t)task->command->item, .codes = sheet->codes};
    const int err = count_on(task, &set.codes);
    if (err == 0) {
        sheet_set_encode(&set, task_body(task));
        task_emit(task, EVENT_SHEET_SET);
    }
    return err;
}

/* What this device makes from now on is of the generation that there is. */
static int join_makers(struct task *task, const struct sheet *sheet)
{
    const struct till *till = task->till;
    const struct sheet_set set = {.table = sheet->table, .codes = sheet->codes};
    if (sheet_is_made_by(sheet, till->own_log)) {
        return 0;
    }
    if (!history_has_room(till->scratch, till->own_log, &one_more)) {
        return ERR_TOO_MANY;
    }
    sheet_set_encode(&set, task_body(task));
    task_emit(task, EVENT_SHEET_SET);
    return 0;
}

int till_table_code(struct task *task)
{
    struct sheet sheet;
    uint32_t count = 0;
    int err = till_sheet_load(task, task->command->item, &sheet);
    if (err == 0 && sheet.table == 0) {
        err = task_count_records(task, KIND_SHEET, &count);
    }
    if (err == 0 && count >= SHEETS_MAX) {
        err = ERR_TOO_MANY;
    }
    if (err != 0) {
        return err;
    }
    return sheet_generation(&sheet) != 0 ? join_makers(task, &sheet) : count_codes(task, &sheet);
}

/* The codes that were printed open it no more, and whoever came by them shares nothing with whoever
 * comes by the next. */
int till_table_revoke(struct task *task)
{
    struct sheet sheet;
    const int err = till_sheet_load(task, task->command->item, &sheet);
    return err != 0 || sheet_generation(&sheet) == 0 ? err : count_codes(task, &sheet);
}

/* Whoever come next are others. Without a sheet nobody sits there. */
int till_table_clear(struct task *task)
{
    struct sheet sheet;
    struct sheet_clear clear = {.count = 0};
    int err = till_sheet_load(task, task->command->item, &sheet);
    if (err != 0 || sheet.table == 0) {
        return err;
    }
    clear.table = sheet.table;
    err = till_sheet_today(task, sheet.table, &clear.day, &clear.count);
    if (err == 0) {
        err = count_on(task, &clear.count);
    }
    if (err == 0) {
        const struct entity_id id = sheet_day_entity(clear.table, clear.day);
        sheet_clear_encode(&clear, task_body(task));
        task_emit_on(task, EVENT_SHEET_CLEAR, &id);
    }
    return err;
}
