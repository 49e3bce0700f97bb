/* The bytes of how an order begins and what its lines are, in docs/protocol.md's words; the rest is
 * in order_kitchen_events.c and order_money_events.c:
 *
 *   order.open  [day, lane, number, channel, mode, name, pay first, prices include tax, owner]
 *                                      the owner may be missing
 *   line.add    [line, item, name, quantity, unit price, [[option, price], ...], tax bp, station,
 *                note, stall]           the stall may be missing
 *   line.set    [line, quantity delta, options or nil, note or nil]
 *   line.void   [[line, ...], reason]
 */
#include "sync/domain/order_events.h"

#include <string.h>

#include "sync/domain/body.h"
#include "sync/domain/order_parts.h"
#include "sync/domain/record.h"

/* --- parts that several bodies share --- */

uint32_t read_line_once(struct reader *reader, const void *entries, size_t stride, uint32_t count)
{
    const uint32_t line = read_positive(reader, UINT32_MAX);
    const uint8_t *entry = entries;
    for (uint32_t i = 0; i < count; i++, entry += stride) {
        uint32_t other;
        memcpy(&other, entry, sizeof other);
        if (other == line) {
            reader_fail(reader, ERR_MALFORMED);
        }
    }
    return line;
}

void write_line_ids(struct writer *writer, const struct line_ids *lines)
{
    write_array(writer, lines->count);
    for (uint32_t i = 0; i < lines->count; i++) {
        write_uint(writer, lines->ids[i]);
    }
}

void read_line_ids(struct reader *reader, struct line_ids *lines)
{
    const uint32_t count = read_array(reader, 1, ORDER_LINES_MAX);
    for (uint32_t i = 0; i < count; i++) {
        lines->ids[i] = read_line_once(reader, lines->ids, sizeof lines->ids[0], i);
    }
    lines->count = count;
}

/* --- opening and lines --- */

static void write_options(struct writer *writer, const struct line_options *options)
{
    write_array(writer, options->count);
    for (uint32_t i = 0; i < options->count; i++) {
        write_array(writer, 2);
        write_text(writer, options->options[i].name);
        write_int(writer, options->options[i].price_minor);
    }
}

static void read_options(struct reader *reader, struct line_options *options)
{
    const uint32_t count = read_array(reader, 0, LINE_OPTIONS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        (void)read_array(reader, 2, 2);
        options->options[i].name = read_text(reader, NAME_BYTES_MAX);
        options->options[i].price_minor = read_money(reader);
    }
    options->count = count;
}

void order_open_encode(const struct order_open *open, struct writer *writer)
{
    const bool has_table = open->table != 0;
    write_array(writer, open->has_name_blob ? 11 : has_table ? 10 : open->has_owner ? 9 : 8);
    write_uint(writer, open->day);
    write_text(writer, open->lane);
    write_uint(writer, open->number);
    write_text(writer, open->channel);
    write_text(writer, open->mode);
    write_text(writer, open->name);
    write_bool(writer, open->is_pay_first);
    write_bool(writer, open->prices_include_tax);
    if (open->has_owner) {
        write_bin(writer, open->owner.bytes, sizeof open->owner.bytes);
    } else if (has_table || open->has_name_blob) {
        write_nil(writer);
    }
    if (has_table) {
        write_uint(writer, open->table);
    } else if (open->has_name_blob) {
        write_nil(writer);
    }
    if (open->has_name_blob) {
        write_bin(writer, open->name_blob.bytes, sizeof open->name_blob.bytes);
    }
}

/* As with read_stall(): what is no owner, and no hash, makes no opening void. */
static bool read_later_bin(struct reader *reader, uint32_t *unknown, void *to, size_t size)
{
    if (*unknown == 0) {
        return false;
    }
    (*unknown)--;
    if (reader_peek(reader) != READER_BIN) {
        (void)read_raw(reader);
        return false;
    }
    const struct bytes found = read_bin(reader, 0, EVENT_SALVAGE_BYTES_MAX);
    if (found.size != size) {
        return false;
    }
    memcpy(to, found.data, size);
    return true;
}

/* Nor what is no table. */
static uint32_t read_table(struct reader *reader, uint32_t *unknown)
{
    if (*unknown == 0) {
        return 0;
    }
    (*unknown)--;
    if (reader_peek(reader) != READER_UINT) {
        (void)read_raw(reader);
        return 0;
    }
    const uint64_t table = read_uint(reader, UINT64_MAX);
    return table <= TABLE_NUMBER_MAX ? (uint32_t)table : 0;
}

int order_open_decode(struct bytes body, struct order_open *ret_open)
{
    struct reader reader;
    uint32_t unknown = body_begin(&reader, body, 8);
    struct order_open open = {0};
    open.day = read_uint(&reader, ORDER_DAY_MAX);
    open.lane = read_text(&reader, LANE_BYTES_MAX);
    open.number = (uint32_t)read_uint(&reader, UINT32_MAX);
    open.channel = read_text(&reader, NAME_BYTES_MAX);
    open.mode = read_text(&reader, NAME_BYTES_MAX);
    open.name = read_text(&reader, NAME_BYTES_MAX);
    open.is_pay_first = read_bool(&reader);
    open.prices_include_tax = read_bool(&reader);
    open.has_owner = read_later_bin(&reader, &unknown, open.owner.bytes, sizeof open.owner.bytes);
    open.table = read_table(&reader, &unknown);
    open.has_name_blob =
        read_later_bin(&reader, &unknown, open.name_blob.bytes, sizeof open.name_blob.bytes);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_open = open;
    }
    return err;
}

void line_add_encode(const struct line_add *add, struct writer *writer)
{
    write_array(writer, add->stall != 0 ? 10 : 9);
    write_uint(writer, add->line);
    write_uint(writer, add->item);
    write_text(writer, add->name);
    write_uint(writer, add->quantity);
    write_int(writer, add->unit_price_minor);
    write_options(writer, &add->options);
    write_uint(writer, add->tax_bp);
    write_text(writer, add->station);
    write_text(writer, add->note);
    if (add->stall != 0) {
        write_uint(writer, add->stall);
    }
}

/* Older software ignores whatever stands here, so nothing that stands here makes a line void. */
static uint64_t read_stall(struct reader *reader, uint32_t *unknown)
{
    if (*unknown == 0 || reader_peek(reader) != READER_UINT) {
        return 0;
    }
    (*unknown)--;
    const uint64_t stall = read_uint(reader, UINT64_MAX);
    return stall <= RECORD_NUMBER_MAX ? stall : 0;
}

int line_add_decode(struct bytes body, struct line_add *ret_add)
{
    struct reader reader;
    uint32_t unknown = body_begin(&reader, body, 9);
    struct line_add add = {0};
    add.line = read_positive(&reader, UINT32_MAX);
    add.item = read_uint(&reader, UINT32_MAX);
    add.name = read_text(&reader, NAME_BYTES_MAX);
    add.quantity = read_positive(&reader, ORDER_QUANTITY_MAX);
    add.unit_price_minor = read_money(&reader);
    read_options(&reader, &add.options);
    add.tax_bp = (uint32_t)read_uint(&reader, TAX_BP_MAX);
    add.station = read_text(&reader, NAME_BYTES_MAX);
    add.note = read_text(&reader, NOTE_BYTES_MAX);
    add.stall = read_stall(&reader, &unknown);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_add = add;
    }
    return err;
}

void line_set_encode(const struct line_set *set, struct writer *writer)
{
    write_array(writer, 4);
    write_uint(writer, set->line);
    write_int(writer, set->quantity_delta);
    if (set->has_options) {
        write_options(writer, &set->options);
    } else {
        write_nil(writer);
    }
    if (set->has_note) {
        write_text(writer, set->note);
    } else {
        write_nil(writer);
    }
}

int line_set_decode(struct bytes body, struct line_set *ret_set)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 4);
    struct line_set set = {0};
    set.line = read_positive(&reader, UINT32_MAX);
    set.quantity_delta = (int32_t)read_int(&reader, -ORDER_QUANTITY_MAX, ORDER_QUANTITY_MAX);
    set.has_options = !read_nil(&reader);
    if (set.has_options) {
        read_options(&reader, &set.options);
    }
    set.has_note = !read_nil(&reader);
    if (set.has_note) {
        set.note = read_text(&reader, NOTE_BYTES_MAX);
    }
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_set = set;
    }
    return err;
}

void line_void_encode(const struct line_void *gone, struct writer *writer)
{
    write_array(writer, 2);
    write_line_ids(writer, &gone->lines);
    write_text(writer, gone->reason);
}

int line_void_decode(struct bytes body, struct line_void *ret_void)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 2);
    struct line_void gone = {0};
    read_line_ids(&reader, &gone.lines);
    gone.reason = read_text(&reader, REASON_BYTES_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_void = gone;
    }
    return err;
}
