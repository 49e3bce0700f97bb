/* The bytes, in docs/protocol.md's words:
 *
 *   drawer.open   [number, float, day]
 *   drawer.move   [id, amount, reason]
 *   drawer.count  [id, counted, note, through]
 */
#include "sync/domain/body.h"
#include "sync/domain/drawer.h"
#include "sync/domain/order_events.h"

void drawer_open_encode(const struct drawer_open *open, struct writer *writer)
{
    write_array(writer, 3);
    write_uint(writer, open->number);
    write_int(writer, open->float_minor);
    write_uint(writer, open->day);
}

int drawer_open_decode(struct bytes body, struct drawer_open *ret_open)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 3);
    struct drawer_open open;
    open.number = (uint64_t)read_int(&reader, 1, DRAWER_NUMBER_MAX);
    open.float_minor = read_int(&reader, 0, MONEY_MAX);
    open.day = (uint64_t)read_int(&reader, 1, ORDER_DAY_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_open = open;
    }
    return err;
}

void drawer_move_encode(const struct drawer_move *move, struct writer *writer)
{
    write_array(writer, 3);
    write_bin(writer, move->id.bytes, sizeof move->id.bytes);
    write_int(writer, move->amount_minor);
    write_text(writer, move->reason);
}

int drawer_move_decode(struct bytes body, struct drawer_move *ret_move)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 3);
    struct drawer_move move;
    read_fixed(&reader, move.id.bytes, sizeof move.id.bytes);
    move.amount_minor = read_int(&reader, -MONEY_MAX, MONEY_MAX);
    move.reason = read_text(&reader, REASON_BYTES_MAX);
    if (move.amount_minor == 0) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_move = move;
    }
    return err;
}

void drawer_count_encode(const struct drawer_count *count, struct writer *writer)
{
    write_array(writer, 4);
    write_bin(writer, count->id.bytes, sizeof count->id.bytes);
    write_int(writer, count->counted_minor);
    write_text(writer, count->note);
    write_uint(writer, count->through);
}

int drawer_count_decode(struct bytes body, struct drawer_count *ret_count)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 4);
    struct drawer_count count;
    read_fixed(&reader, count.id.bytes, sizeof count.id.bytes);
    count.counted_minor = read_int(&reader, 0, MONEY_MAX);
    count.note = read_text(&reader, NOTE_BYTES_MAX);
    count.through = (uint64_t)read_int(&reader, 1, SEQ_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_count = count;
    }
    return err;
}
