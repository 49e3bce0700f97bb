/* The bytes of what becomes of an order, in docs/protocol.md's words:
 *
 *   accept      [station, [[line, revision], ...], total]
 *   refuse      [[line, ...], reason]
 *   start, done [[line, ...]]
 *   recall      [[operation, ...]]
 *   handed      [[[line, units], ...], is uncollected or missing]
 *   unhand      [[operation, ...]]
 *   cancel      [reason]
 *   reinstate   []
 *   amend       [[operation, ...], yes]
 *   seen        [station, operation]
 *   order.drop  [operation, reason]
 */
#include "sync/domain/order_events.h"

#include "sync/domain/body.h"
#include "sync/domain/order_parts.h"

/* --- the kitchen --- */

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
    write_line_ids(writer, &refuse->lines);
    write_text(writer, refuse->reason);
}

int order_refuse_decode(struct bytes body, struct order_refuse *ret_refuse)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 2);
    struct order_refuse refuse = {0};
    read_line_ids(&reader, &refuse.lines);
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
    write_line_ids(writer, &progress->lines);
}

int order_progress_decode(struct bytes body, struct order_progress *ret_progress)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 1);
    struct order_progress progress = {0};
    read_line_ids(&reader, &progress.lines);
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
    write_array(writer, handed->is_uncollected ? 2 : 1);
    write_array(writer, handed->lines_count);
    for (uint32_t i = 0; i < handed->lines_count; i++) {
        write_array(writer, 2);
        write_uint(writer, handed->lines[i].line);
        write_uint(writer, handed->lines[i].units);
    }
    if (handed->is_uncollected) {
        write_bool(writer, true);
    }
}

/* What is no bool makes no hand-over void: the food is gone. */
static bool read_uncollected(struct reader *reader, uint32_t *unknown)
{
    if (*unknown == 0) {
        return false;
    }
    (*unknown)--;
    if (reader_peek(reader) != READER_BOOL) {
        (void)read_raw(reader);
        return false;
    }
    return read_bool(reader);
}

int order_handed_decode(struct bytes body, struct order_handed *ret_handed)
{
    struct reader reader;
    uint32_t unknown = body_begin(&reader, body, 1);
    struct order_handed handed = {0};
    handed.lines_count = read_array(&reader, 1, ORDER_LINES_MAX);
    for (uint32_t i = 0; i < handed.lines_count; i++) {
        (void)read_array(&reader, 2, 2);
        handed.lines[i].line = read_line_once(&reader, handed.lines, sizeof handed.lines[0], i);
        handed.lines[i].units = read_positive(&reader, ORDER_QUANTITY_MAX);
    }
    handed.is_uncollected = read_uncollected(&reader, &unknown);
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
