/* The bytes, in docs/protocol.md's words:
 *
 *   stock.add    [item, units, holder, issuer]
 *   stock.give   [item, units, to, issuer]
 *   stock.take   [item, units, order, line, is forced, issuer, is change]
 *   stock.undo   [item, operation, order, units]
 *   stock.count  [item, units]
 */
#include "sync/domain/stock_events.h"

#include "sync/domain/body.h"
#include "sync/domain/menu_events.h"

static uint64_t read_item(struct reader *reader)
{
    const uint64_t item = read_uint(reader, MENU_NUMBER_MAX);
    if (item == 0) {
        reader_fail(reader, ERR_MALFORMED);
    }
    return item;
}

static uint64_t read_units(struct reader *reader)
{
    const uint64_t units = read_uint(reader, STOCK_UNITS_MAX);
    if (units == 0) {
        reader_fail(reader, ERR_MALFORMED);
    }
    return units;
}

static struct entity_id read_order(struct reader *reader)
{
    struct entity_id order = {{0}};
    read_fixed(reader, order.bytes, sizeof order.bytes);
    return order;
}

void stock_add_encode(const struct stock_add *add, struct writer *writer)
{
    write_array(writer, 4);
    write_uint(writer, add->item);
    write_int(writer, add->units);
    write_id64(writer, add->holder);
    write_id64(writer, add->issuer);
}

int stock_add_decode(struct bytes body, struct stock_add *ret_add)
{
    struct reader reader;
    struct stock_add add;
    const uint32_t unknown = body_begin(&reader, body, 4);
    add.item = read_item(&reader);
    add.units = read_int(&reader, -STOCK_UNITS_MAX, STOCK_UNITS_MAX);
    if (add.units == 0) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    add.holder = read_id64(&reader);
    add.issuer = read_id64(&reader);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_add = add;
    }
    return err;
}

void stock_give_encode(const struct stock_give *give, struct writer *writer)
{
    write_array(writer, 4);
    write_uint(writer, give->item);
    write_uint(writer, give->units);
    write_id64(writer, give->to);
    write_id64(writer, give->issuer);
}

int stock_give_decode(struct bytes body, struct stock_give *ret_give)
{
    struct reader reader;
    struct stock_give give;
    const uint32_t unknown = body_begin(&reader, body, 4);
    give.item = read_item(&reader);
    give.units = read_units(&reader);
    give.to = read_id64(&reader);
    give.issuer = read_id64(&reader);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_give = give;
    }
    return err;
}

void stock_take_encode(const struct stock_take *take, struct writer *writer)
{
    write_array(writer, 7);
    write_uint(writer, take->item);
    write_uint(writer, take->units);
    write_bin(writer, take->order.bytes, sizeof take->order.bytes);
    write_uint(writer, take->line);
    write_bool(writer, take->is_forced);
    write_id64(writer, take->issuer);
    write_bool(writer, take->is_change);
}

int stock_take_decode(struct bytes body, struct stock_take *ret_take)
{
    struct reader reader;
    struct stock_take take;
    const uint32_t unknown = body_begin(&reader, body, 7);
    take.item = read_item(&reader);
    take.units = read_units(&reader);
    take.order = read_order(&reader);
    take.line = (uint32_t)read_uint(&reader, UINT32_MAX);
    take.is_forced = read_bool(&reader);
    take.issuer = read_id64(&reader);
    take.is_change = read_bool(&reader);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_take = take;
    }
    return err;
}

void stock_undo_encode(const struct stock_undo *undo, struct writer *writer)
{
    write_array(writer, 4);
    write_uint(writer, undo->item);
    write_operation(writer, &undo->take);
    write_bin(writer, undo->order.bytes, sizeof undo->order.bytes);
    write_uint(writer, undo->units);
}

int stock_undo_decode(struct bytes body, struct stock_undo *ret_undo)
{
    struct reader reader;
    struct stock_undo undo;
    const uint32_t unknown = body_begin(&reader, body, 4);
    undo.item = read_item(&reader);
    undo.take = read_operation(&reader);
    undo.order = read_order(&reader);
    undo.units = read_units(&reader);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_undo = undo;
    }
    return err;
}

void stock_count_encode(const struct stock_count *count, struct writer *writer)
{
    write_array(writer, 2);
    write_uint(writer, count->item);
    write_uint(writer, count->units);
}

int stock_count_decode(struct bytes body, struct stock_count *ret_count)
{
    struct reader reader;
    struct stock_count count;
    const uint32_t unknown = body_begin(&reader, body, 2);
    count.item = read_item(&reader);
    count.units = read_uint(&reader, STOCK_UNITS_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_count = count;
    }
    return err;
}
