/* fuzz_entity.c - any bodies in any order of events of the pop-up, the menu, blobs, drawers and
 * every kind of record, tables' sheets: a state can be derived, it keeps its limits, and neither a
 * stored row nor pruning changes what it says.
 *
 * Input: 1 byte of kind, then events, as fuzz_events.h says.
 */
#include <stdlib.h>

#include "sync/base/check.h"
#include "sync/domain/blob.h"
#include "sync/domain/day.h"
#include "sync/domain/drawer.h"
#include "sync/domain/entity.h"
#include "sync/domain/menu.h"
#include "sync/domain/record.h"
#include "sync/domain/sheet.h"
#include "tests/lib/fuzz_events.h"
#include "tests/lib/fuzz_mutate.h"

enum { SHOWN_BYTES_MAX = 256 * 1024, TABLE = 7, DAY = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_EVENT_INPUTS(1)

/* --- what a state says, as one value --- */

static void show_popup(const struct history *history, struct writer *writer)
{
    static struct day day;
    struct popup popup;
    popup_derive(history, &popup);
    day_derive(history, popup.day, &day);
    check(popup.copies <= DEVICES_MAX && popup.currency_digits <= 4 && popup.cash_step_minor > 0);
    check(day.frontier.count <= LOGS_MAX && day.is_closed == (day.closes_count > 0));
    for (uint32_t i = 0; i < day.frontier.count; i++) {
        const struct frontier_entry *entry = &day.frontier.entries[i];
        check(i == 0 || entry[-1].log < entry->log);
        check(!day_is_late(&day, entry->log, entry->seq));
        check(entry->seq == SEQ_MAX || day_is_late(&day, entry->log, entry->seq + 1));
        write_uint(writer, entry->seq);
    }
    write_text(writer, popup.name);
    write_text(writer, popup.currency);
    write_uint(writer, popup.copies);
    write_uint(writer, popup.day);
    write_bool(writer, popup.has_conflict);
}

static void show_menu(const struct history *history, struct writer *writer)
{
    struct menu_item item;
    menu_derive(history, &item);
    check(item.price_minor >= -MONEY_MAX && item.price_minor <= MONEY_MAX);
    check(item.groups_count <= MENU_OPTION_GROUPS_MAX);
    for (uint32_t i = 0; i < item.groups_count; i++) {
        check(item.groups[i].choices_count <= MENU_CHOICES_MAX);
    }
    write_uint(writer, item.number);
    write_text(writer, item.name);
    write_text(writer, item.description);
    write_int(writer, item.price_minor);
    write_bool(writer, item.is_available);
    write_bool(writer, item.has_price_conflict);
    write_bool(writer, item.has_conflict);
}

static void show_blob(const struct history *history, struct writer *writer)
{
    struct blob blob;
    blob_derive(history, &blob);
    check(!blob.is_known || (blob.size >= 1 && blob.size <= BLOB_BYTES_MAX && blob.media.size > 0));
    write_bool(writer, blob.is_known);
    write_bool(writer, blob.is_erased);
    write_bool(writer, blob.is_personal);
    write_text(writer, blob.media);
}

static void show_drawer(const struct history *history, struct writer *writer)
{
    static struct drawer drawer;
    drawer_derive(history, &drawer);
    check(drawer.moves_count <= DRAWER_MOVES_MAX && drawer.counts_count <= DRAWER_COUNTS_MAX);
    check(drawer.is_counted_twice == (drawer.counts_count > 1));
    for (uint32_t i = 0; i < drawer.moves_count; i++) {
        check(drawer.moves[i].amount_minor != 0 && drawer_has_move(&drawer, &drawer.moves[i].id));
        write_int(writer, drawer.moves[i].amount_minor);
    }
    for (uint32_t i = 0; i < drawer.counts_count; i++) {
        check(drawer_has_count(&drawer, &drawer.counts[i].id));
        write_int(writer, drawer.counts[i].counted_minor);
    }
    write_bool(writer, drawer.is_open);
    write_int(writer, drawer.float_minor);
    write_int(writer, drawer.moves_minor);
}

static void show_record(const struct history *history, struct writer *writer)
{
    struct record record;
    record_derive(history, &record);
    check(record.kind->kind == history->kind);
    check(record.number <= RECORD_NUMBER_MAX);
    for (uint32_t i = 0; i < RECORD_FIELDS_MAX; i++) {
        write_bin(writer, record.values[i].text.data, record.values[i].text.size);
        write_int(writer, record.values[i].number);
        write_bool(writer, record.values[i].truth);
    }
    write_bool(writer, record.is_known);
    write_bool(writer, record.is_hidden);
    write_bool(writer, record.has_conflict);
}

static void show_sheet(const struct history *history, struct writer *writer)
{
    struct sheet sheet;
    sheet_derive(history, &sheet);
    check(sheet.table == (sheet.codes > 0 ? TABLE : 0) && sheet.codes <= SHEET_COUNT_MAX);
    check(sheet_cleared(history) <= SHEET_COUNT_MAX);
    check(sheet.codes == 0 || sheet_cleared(history) == 0); /* an entity counts one thing */
    write_uint(writer, sheet.codes);
    write_uint(writer, sheet_cleared(history));
    write_bool(writer, sheet.is_opaque);
}

static const struct {
    enum kind kind;
    void (*show)(const struct history *history, struct writer *writer);
} kinds[] = {
    {KIND_POPUP, show_popup},
    {KIND_MENU, show_menu},
    {KIND_BLOB, show_blob},
    {KIND_DRAWER, show_drawer},
    {KIND_STALL, show_record},
    {KIND_STATION, show_record},
    {KIND_STAFF, show_record},
    {KIND_TAX, show_record},
    {KIND_OFFER, show_record},
    {KIND_PRINTER, show_record},
    {KIND_REVIEW, show_record},
    {KIND_SHEET, show_sheet},
    {KIND_SHEET, show_sheet} /* and a day */,
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

/* What an event says of another table or day than its entity's counts for nothing. */
static struct history *history_at(size_t at)
{
    const struct entity_id sheet =
        at == KINDS - 1 ? sheet_day_entity(TABLE, DAY) : sheet_entity(TABLE);
    return kinds[at].kind == KIND_SHEET ? fuzz_history_of(KIND_SHEET, &sheet)
                                        : fuzz_history(kinds[at].kind);
}

static struct bytes show(size_t at, const struct history *history, uint8_t buffer[SHOWN_BYTES_MAX])
{
    static struct order scratch;
    struct index_keys keys;
    struct writer writer;
    struct bytes shown;
    writer_init(&writer, buffer, SHOWN_BYTES_MAX);
    kinds[at].show(history, &writer);
    entity_index(history, &scratch, &keys);
    for (uint32_t i = 0; i < keys.count; i++) {
        write_bin(&writer, keys.keys[i].data, keys.keys[i].size);
    }
    check(writer_finish(&writer, &shown) == 0);
    return shown;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t before[SHOWN_BYTES_MAX], after[SHOWN_BYTES_MAX];
    if (size == 0) {
        return 0;
    }
    const size_t at = data[0] % KINDS;
    struct history *history = history_at(at);
    fuzz_events_read(history, bytes_of(data + 1, size - 1));
    const struct bytes shown = show(at, history, before);
    fuzz_history_reread(history);
    check(bytes_equal(shown, show(at, history, after)));
    entity_prune(history);
    check(bytes_equal(shown, show(at, history, after)));
    fuzz_history_reread(history);
    check(bytes_equal(shown, show(at, history, after)));
    return 0;
}
