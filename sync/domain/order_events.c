/* The bytes, in docs/protocol.md's words:
 *
 *   order.open  [day, lane, number, channel, mode, name, pay first, prices include tax, owner]
 *                                      the owner may be missing
 *   line.add    [line, item, name, quantity, unit price, [[option, price], ...], tax bp, station,
 *                note, stall]           the stall may be missing
 *   line.set    [line, quantity delta, options or nil, note or nil]
 *   line.void   [[line, ...], reason]
 *   accept      [station, [[line, revision], ...], total]
 *   refuse      [[line, ...], reason]
 *   start, done [[line, ...]]
 *   recall      [[operation, ...]]
 *   handed      [[[line, units], ...]]
 *   unhand      [[operation, ...]]
 *   cancel      [reason]
 *   reinstate   []
 *   amend       [[operation, ...], yes]
 *   discount    [reason, [[line, amount], ...]]
 *   seen        [station, operation]
 *   order.drop  [operation, reason]
 *   pay         [id, method, amount, tendered, rounding, reference]
 *   refund      [id, method, amount, reference, reason]
 */
#include "sync/domain/order_events.h"

#include <string.h>

#include "sync/domain/body.h"
#include "sync/domain/record.h"

/* --- parts that several bodies share --- */

static uint32_t read_positive(struct reader *reader, uint32_t max)
{
    return (uint32_t)read_int(reader, 1, max);
}

static int64_t read_money(struct reader *reader)
{
    return read_int(reader, -MONEY_MAX, MONEY_MAX);
}

static void read_entity_id(struct reader *reader, struct entity_id *to)
{
    read_fixed(reader, to->bytes, sizeof to->bytes);
}

static void write_entity_id(struct writer *writer, const struct entity_id *id)
{
    write_bin(writer, id->bytes, sizeof id->bytes);
}

/* The line that a list names next; one that was there before makes the list malformed. @stride
 * bytes apart, each entry begins with its line. */
static uint32_t read_line_once(struct reader *reader, const void *entries, size_t stride,
                               uint32_t count)
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

static void write_lines(struct writer *writer, const struct line_ids *lines)
{
    write_array(writer, lines->count);
    for (uint32_t i = 0; i < lines->count; i++) {
        write_uint(writer, lines->ids[i]);
    }
}

static void read_lines(struct reader *reader, struct line_ids *lines)
{
    const uint32_t count = read_array(reader, 1, ORDER_LINES_MAX);
    for (uint32_t i = 0; i < count; i++) {
        lines->ids[i] = read_line_once(reader, lines->ids, sizeof lines->ids[0], i);
    }
    lines->count = count;
}

static void write_operations(struct writer *writer, const struct operation_list *list)
{
    write_array(writer, list->count);
    for (uint32_t i = 0; i < list->count; i++) {
        write_operation(writer, &list->operations[i]);
    }
}

static void read_operations(struct reader *reader, struct operation_list *list)
{
    const uint32_t count = read_array(reader, 1, ORDER_OPERATIONS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        list->operations[i] = read_operation(reader);
    }
    list->count = count;
}

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

/* --- opening and lines --- */

void order_open_encode(const struct order_open *open, struct writer *writer)
{
    const bool has_table = open->table != 0;
    write_array(writer, has_table ? 10 : open->has_owner ? 9 : 8);
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
    } else if (has_table) {
        write_nil(writer);
    }
    if (has_table) {
        write_uint(writer, open->table);
    }
}

/* As with read_stall(): what is no owner makes no opening void. */
static bool read_owner(struct reader *reader, uint32_t *unknown, struct order_owner *ret_owner)
{
    if (*unknown == 0) {
        return false;
    }
    (*unknown)--;
    if (reader_peek(reader) != READER_BIN) {
        (void)read_raw(reader);
        return false;
    }
    const struct bytes owner = read_bin(reader, 0, EVENT_SALVAGE_BYTES_MAX);
    if (owner.size != sizeof ret_owner->bytes) {
        return false;
    }
    memcpy(ret_owner->bytes, owner.data, sizeof ret_owner->bytes);
    return true;
}

/* Nor what is no table. */
static uint32_t read_table(struct reader *reader, uint32_t *unknown)
{
    if (*unknown == 0 || reader_peek(reader) != READER_UINT) {
        return 0;
    }
    (*unknown)--;
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
    open.has_owner = read_owner(&reader, &unknown, &open.owner);
    open.table = read_table(&reader, &unknown);
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
    write_lines(writer, &gone->lines);
    write_text(writer, gone->reason);
}

int line_void_decode(struct bytes body, struct line_void *ret_void)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 2);
    struct line_void gone = {0};
    read_lines(&reader, &gone.lines);
    gone.reason = read_text(&reader, REASON_BYTES_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_void = gone;
    }
    return err;
}

/* --- the kitchen --- */

void order_accept_encode(const struct order_accept *accept, struct writer *writer)
{
    write_array(writer, 3);
    write_text(writer, accept->station);
    write_array(writer, accept->lines_count);
    for (uint32_t i = 0; i < accept->lines_count; i++) {
        write_array(writer, 2);
        write_uint(writer, accept->lines[i].line);
        write_uint(writer, accept->lines[i].revision);
    }
    write_int(writer, accept->total_minor);
}

int order_accept_decode(struct bytes body, struct order_accept *ret_accept)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 3);
    struct order_accept accept = {0};
    accept.station = read_text(&reader, NAME_BYTES_MAX);
    accept.lines_count = read_array(&reader, 1, ORDER_LINES_MAX);
    for (uint32_t i = 0; i < accept.lines_count; i++) {
        (void)read_array(&reader, 2, 2);
        accept.lines[i].line = read_line_once(&reader, accept.lines, sizeof accept.lines[0], i);
        accept.lines[i].revision = (uint32_t)read_uint(&reader, UINT32_MAX);
    }
    accept.total_minor = read_money(&reader);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_accept = accept;
    }
    return err;
}

void order_refuse_encode(const struct order_refuse *refuse, struct writer *writer)
{
    write_array(writer, 2);
    write_lines(writer, &refuse->lines);
    write_text(writer, refuse->reason);
}

int order_refuse_decode(struct bytes body, struct order_refuse *ret_refuse)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 2);
    struct order_refuse refuse = {0};
    read_lines(&reader, &refuse.lines);
    refuse.reason = read_text(&reader, REASON_BYTES_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_refuse = refuse;
    }
    return err;
}

void order_progress_encode(const struct order_progress *progress, struct writer *writer)
{
    write_array(writer, 1);
    write_lines(writer, &progress->lines);
}

int order_progress_decode(struct bytes body, struct order_progress *ret_progress)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 1);
    struct order_progress progress = {0};
    read_lines(&reader, &progress.lines);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_progress = progress;
    }
    return err;
}

void order_undo_encode(const struct order_undo *undo, struct writer *writer)
{
    write_array(writer, 1);
    write_operations(writer, &undo->operations);
}

int order_undo_decode(struct bytes body, struct order_undo *ret_undo)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 1);
    struct order_undo undo = {0};
    read_operations(&reader, &undo.operations);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_undo = undo;
    }
    return err;
}

void order_amend_encode(const struct order_amend *amend, struct writer *writer)
{
    write_array(writer, 2);
    write_operations(writer, &amend->operations);
    write_bool(writer, amend->is_yes);
}

int order_amend_decode(struct bytes body, struct order_amend *ret_amend)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 2);
    struct order_amend amend = {0};
    read_operations(&reader, &amend.operations);
    amend.is_yes = read_bool(&reader);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_amend = amend;
    }
    return err;
}

void order_seen_encode(const struct order_seen *seen, struct writer *writer)
{
    write_array(writer, 2);
    write_text(writer, seen->station);
    write_operation(writer, &seen->changed);
}

int order_seen_decode(struct bytes body, struct order_seen *ret_seen)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 2);
    struct order_seen seen = {0};
    seen.station = read_text(&reader, NAME_BYTES_MAX);
    seen.changed = read_operation(&reader);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_seen = seen;
    }
    return err;
}

void order_drop_encode(const struct order_drop *drop, struct writer *writer)
{
    write_array(writer, 2);
    write_operation(writer, &drop->newest);
    write_text(writer, drop->reason);
}

int order_drop_decode(struct bytes body, struct order_drop *ret_drop)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 2);
    struct order_drop drop = {0};
    drop.newest = read_operation(&reader);
    drop.reason = read_text(&reader, REASON_BYTES_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_drop = drop;
    }
    return err;
}

/* --- handing over, cancelling --- */

void order_handed_encode(const struct order_handed *handed, struct writer *writer)
{
    write_array(writer, 1);
    write_array(writer, handed->lines_count);
    for (uint32_t i = 0; i < handed->lines_count; i++) {
        write_array(writer, 2);
        write_uint(writer, handed->lines[i].line);
        write_uint(writer, handed->lines[i].units);
    }
}

int order_handed_decode(struct bytes body, struct order_handed *ret_handed)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 1);
    struct order_handed handed = {0};
    handed.lines_count = read_array(&reader, 1, ORDER_LINES_MAX);
    for (uint32_t i = 0; i < handed.lines_count; i++) {
        (void)read_array(&reader, 2, 2);
        handed.lines[i].line = read_line_once(&reader, handed.lines, sizeof handed.lines[0], i);
        handed.lines[i].units = read_positive(&reader, ORDER_QUANTITY_MAX);
    }
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_handed = handed;
    }
    return err;
}

void order_cancel_encode(const struct order_cancel *cancel, struct writer *writer)
{
    write_array(writer, 1);
    write_text(writer, cancel->reason);
}

int order_cancel_decode(struct bytes body, struct order_cancel *ret_cancel)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 1);
    const struct order_cancel cancel = {.reason = read_text(&reader, REASON_BYTES_MAX)};
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_cancel = cancel;
    }
    return err;
}

void order_reinstate_encode(struct writer *writer)
{
    write_array(writer, 0);
}

int order_reinstate_decode(struct bytes body)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 0);
    return body_end(&reader, unknown);
}

/* --- money --- */

void order_discount_encode(const struct order_discount *discount, struct writer *writer)
{
    write_array(writer, 2);
    write_text(writer, discount->reason);
    write_array(writer, discount->lines_count);
    for (uint32_t i = 0; i < discount->lines_count; i++) {
        write_array(writer, 2);
        write_uint(writer, discount->lines[i].line);
        write_int(writer, discount->lines[i].amount_minor);
    }
}

int order_discount_decode(struct bytes body, struct order_discount *ret_discount)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 2);
    struct order_discount discount = {0};
    discount.reason = read_text(&reader, REASON_BYTES_MAX);
    discount.lines_count = read_array(&reader, 1, ORDER_LINES_MAX);
    for (uint32_t i = 0; i < discount.lines_count; i++) {
        (void)read_array(&reader, 2, 2);
        discount.lines[i].line =
            read_line_once(&reader, discount.lines, sizeof discount.lines[0], i);
        discount.lines[i].amount_minor = read_int(&reader, 0, MONEY_MAX);
    }
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_discount = discount;
    }
    return err;
}

void order_pay_encode(const struct order_pay *pay, struct writer *writer)
{
    write_array(writer, 6);
    write_entity_id(writer, &pay->id);
    write_text(writer, pay->method);
    write_int(writer, pay->amount_minor);
    write_int(writer, pay->tendered_minor);
    write_int(writer, pay->rounding_minor);
    write_text(writer, pay->reference);
}

int order_pay_decode(struct bytes body, struct order_pay *ret_pay)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 6);
    struct order_pay pay = {0};
    read_entity_id(&reader, &pay.id);
    pay.method = read_text(&reader, NAME_BYTES_MAX);
    pay.amount_minor = read_int(&reader, 1, MONEY_MAX);
    pay.tendered_minor = read_int(&reader, 0, MONEY_MAX);
    pay.rounding_minor = read_money(&reader);
    pay.reference = read_text(&reader, REFERENCE_BYTES_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_pay = pay;
    }
    return err;
}

void order_refund_encode(const struct order_refund *refund, struct writer *writer)
{
    write_array(writer, 5);
    write_entity_id(writer, &refund->id);
    write_text(writer, refund->method);
    write_int(writer, refund->amount_minor);
    write_text(writer, refund->reference);
    write_text(writer, refund->reason);
}

int order_refund_decode(struct bytes body, struct order_refund *ret_refund)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 5);
    struct order_refund refund = {0};
    read_entity_id(&reader, &refund.id);
    refund.method = read_text(&reader, NAME_BYTES_MAX);
    refund.amount_minor = read_int(&reader, 1, MONEY_MAX);
    refund.reference = read_text(&reader, REFERENCE_BYTES_MAX);
    refund.reason = read_text(&reader, REASON_BYTES_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_refund = refund;
    }
    return err;
}
