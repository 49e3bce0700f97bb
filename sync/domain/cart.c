#include "sync/domain/cart.h"

#include <string.h>

#include "sync/base/reader.h"
#include "sync/base/writer.h"
#include "sync/domain/menu_events.h"
#include "sync/domain/order_events.h"
#include "sync/domain/sheet.h"

enum {
    CART_VERSION = 3,
    TABLE_VERSION = 2,
    CART_LABEL_BYTES = 4,
    TABLE_LABEL_BYTES = 5,
    WHO_MARK_BYTES = 2, /* ": " */
};

/* Of clock readings in a row: so differences of them fit. */
#define T_MAX (UINT64_C(1) << 53)

static struct key key_of(const char *label, size_t label_size, uint64_t number)
{
    struct key key = {.size = label_size + 8};
    memcpy(key.data, label, label_size);
    put_be64(key.data + label_size, number);
    return key;
}

/* --- the row --- */

struct key cart_key(uint64_t session)
{
    return key_of("cart", CART_LABEL_BYTES, session);
}

static void write_line(struct writer *writer, const struct cart_line *line)
{
    const struct wanted_line *wanted = &line->wanted;
    write_array(writer, 6);
    write_uint(writer, line->id);
    write_text(writer, line->who);
    write_uint(writer, wanted->item);
    write_uint(writer, (uint64_t)wanted->quantity);
    write_array(writer, wanted->options_count);
    for (uint32_t i = 0; i < wanted->options_count; i++) {
        write_array(writer, 2);
        write_uint(writer, wanted->options[i].group);
        write_uint(writer, wanted->options[i].choice);
    }
    write_text(writer, wanted->note);
}

void cart_encode(const struct cart *cart, struct writer *writer)
{
    write_array(writer, 10);
    write_uint(writer, CART_VERSION);
    write_uint(writer, cart->version);
    write_uint(writer, cart->round);
    write_uint(writer, cart->begun_t);
    write_uint(writer, cart->touched_t);
    write_uint(writer, cart->line_next);
    write_array(writer, cart->edits_count);
    for (uint32_t i = 0; i < cart->edits_count; i++) {
        write_uint(writer, cart->edits[i]);
    }
    write_array(writer, cart->lines_count);
    for (uint32_t i = 0; i < cart->lines_count; i++) {
        write_line(writer, &cart->lines[i]);
    }
    write_array(writer, cart->has_placed ? 2 : 0);
    if (cart->has_placed) {
        write_uint(writer, cart->placed_round);
        write_bin(writer, cart->placed.bytes, sizeof cart->placed.bytes);
    }
    write_uint(writer, cart->table);
}

static void read_line(struct reader *reader, struct cart_line *line)
{
    struct wanted_line *wanted = &line->wanted;
    (void)read_array(reader, 6, 6);
    line->id = (uint32_t)read_uint(reader, UINT32_MAX);
    line->who = read_text(reader, NAME_BYTES_MAX);
    wanted->item = read_uint(reader, MENU_NUMBER_MAX);
    wanted->quantity = (int32_t)read_uint(reader, ORDER_QUANTITY_MAX);
    wanted->options_count = read_array(reader, 0, LINE_OPTIONS_MAX);
    for (uint32_t i = 0; i < wanted->options_count; i++) {
        (void)read_array(reader, 2, 2);
        wanted->options[i].group = (uint8_t)read_uint(reader, UINT8_MAX);
        wanted->options[i].choice = (uint8_t)read_uint(reader, UINT8_MAX);
    }
    wanted->note = read_text(reader, NOTE_BYTES_MAX);
}

static void read_placed(struct reader *reader, struct cart *cart)
{
    const uint32_t count = read_array(reader, 0, 2);
    cart->has_placed = count > 0;
    if (cart->has_placed) {
        cart->placed_round = (uint32_t)read_uint(reader, UINT32_MAX);
        read_fixed(reader, cart->placed.bytes, sizeof cart->placed.bytes);
    }
    if (count == 1) {
        reader_fail(reader, ERR_MALFORMED);
    }
}

int cart_decode(struct bytes row, struct cart *ret_cart)
{
    struct reader reader;
    reader_init(&reader, row);
    (void)read_array(&reader, 10, 10);
    if (read_uint(&reader, UINT64_MAX) != CART_VERSION) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    ret_cart->version = read_uint(&reader, UINT64_MAX);
    ret_cart->round = (uint32_t)read_uint(&reader, UINT32_MAX);
    ret_cart->begun_t = read_uint(&reader, T_MAX);
    ret_cart->touched_t = read_uint(&reader, T_MAX);
    ret_cart->line_next = (uint32_t)read_uint(&reader, UINT32_MAX);
    ret_cart->edits_count = read_array(&reader, 0, CART_EDITS_MAX);
    for (uint32_t i = 0; i < ret_cart->edits_count; i++) {
        ret_cart->edits[i] = read_uint(&reader, UINT64_MAX);
    }
    ret_cart->lines_count = read_array(&reader, 0, CART_LINES_MAX);
    for (uint32_t i = 0; i < ret_cart->lines_count; i++) {
        read_line(&reader, &ret_cart->lines[i]);
    }
    read_placed(&reader, ret_cart);
    ret_cart->table = (uint32_t)read_uint(&reader, TABLE_NUMBER_MAX);
    return reader_finish(&reader);
}

int cart_get(struct store_txn *txn, uint64_t session, struct cart *ret_cart)
{
    const struct key key = cart_key(session);
    struct bytes row;
    int err = store_get(txn, TABLE_LOCAL, key_bytes(&key), &row);
    if (err == 0 && cart_decode(row, ret_cart) != 0) {
        err = ERR_NOT_FOUND;
    }
    if (err == ERR_NOT_FOUND) {
        *ret_cart = (struct cart){.version = 0};
        err = 0;
    }
    return err;
}

/* --- edits --- */

uint64_t cart_edit_of(struct bytes key)
{
    uint8_t number[8];
    const struct bytes parts[] = {bytes_of_text("trestle/cart-edit/1"), key};
    hash_parts(number, sizeof number, parts, sizeof parts / sizeof parts[0]);
    return get_be64(number);
}

bool cart_has_edit(const struct cart *cart, uint64_t edit)
{
    for (uint32_t i = 0; i < cart->edits_count; i++) {
        if (cart->edits[i] == edit) {
            return true;
        }
    }
    return false;
}

static void remember(struct cart *cart, uint64_t edit)
{
    if (cart->edits_count == CART_EDITS_MAX) {
        cart->edits_count--;
        memmove(cart->edits, cart->edits + 1, cart->edits_count * sizeof *cart->edits);
    }
    cart->edits[cart->edits_count++] = edit;
    cart->version++;
}

size_t cart_note_size(struct bytes who, struct bytes note)
{
    const bool has_both = who.size > 0 && note.size > 0;
    return who.size + (has_both ? WHO_MARK_BYTES : 0) + note.size;
}

int cart_add(struct cart *cart, uint64_t edit, struct bytes who, const struct wanted_line *wanted)
{
    if (cart_note_size(who, wanted->note) > NOTE_BYTES_MAX) {
        return ERR_TOO_LARGE;
    }
    if (cart->lines_count == CART_LINES_MAX || cart->line_next == UINT32_MAX) {
        return ERR_TOO_MANY;
    }
    cart->lines[cart->lines_count++] =
        (struct cart_line){.id = ++cart->line_next, .who = who, .wanted = *wanted};
    remember(cart, edit);
    return 0;
}

static struct cart_line *line_find(struct cart *cart, uint32_t id)
{
    for (uint32_t i = 0; i < cart->lines_count; i++) {
        if (cart->lines[i].id == id) {
            return &cart->lines[i];
        }
    }
    return NULL;
}

int cart_change(struct cart *cart, uint64_t edit, uint32_t id, int32_t delta,
                const struct bytes *note)
{
    struct cart_line *line = line_find(cart, id);
    if (line == NULL) {
        return ERR_NOT_FOUND;
    }
    if (delta > ORDER_QUANTITY_MAX - line->wanted.quantity) {
        return ERR_TOO_MANY;
    }
    if (note != NULL && cart_note_size(line->who, *note) > NOTE_BYTES_MAX) {
        return ERR_TOO_LARGE;
    }
    line->wanted.quantity += delta;
    if (note != NULL) {
        line->wanted.note = *note;
    }
    if (line->wanted.quantity <= 0) {
        const struct cart_line *end = cart->lines + cart->lines_count--;
        memmove(line, line + 1, (size_t)(end - line - 1) * sizeof *line);
    }
    remember(cart, edit);
    return 0;
}

void cart_end_round(struct cart *cart, const struct entity_id *order)
{
    cart->has_placed = true;
    cart->placed_round = cart->round;
    cart->placed = *order;
    cart->round++;
    cart->lines_count = 0;
    cart->version++;
}

void cart_order_key(uint64_t session, uint64_t begun_t, uint32_t round,
                    uint8_t ret_key[CART_KEY_BYTES])
{
    uint8_t numbers[8 + 8 + 4];
    put_be64(numbers, session);
    put_be64(numbers + 8, begun_t);
    put_be32(numbers + 16, round);
    const struct bytes parts[] = {bytes_of_text("trestle/cart-order/1"),
                                  bytes_of(numbers, sizeof numbers)};
    hash_parts(ret_key, CART_KEY_BYTES, parts, sizeof parts / sizeof parts[0]);
}

/* --- tables --- */

struct key table_key(uint64_t number)
{
    return key_of("table", TABLE_LABEL_BYTES, number);
}

void table_encode(const struct table *table, struct writer *writer)
{
    write_array(writer, 5);
    write_uint(writer, TABLE_VERSION);
    write_uint(writer, table->session);
    write_uint(writer, table->generation);
    write_uint(writer, table->day);
    write_uint(writer, table->cleared);
}

int table_decode(struct bytes row, struct table *ret_table)
{
    struct reader reader;
    reader_init(&reader, row);
    (void)read_array(&reader, 5, 5);
    if (read_uint(&reader, UINT64_MAX) != TABLE_VERSION) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    ret_table->session = read_uint(&reader, UINT64_MAX);
    ret_table->generation = (uint32_t)read_uint(&reader, SHEET_COUNT_MAX);
    ret_table->day = read_uint(&reader, ORDER_DAY_MAX);
    ret_table->cleared = (uint32_t)read_uint(&reader, SHEET_COUNT_MAX);
    return reader_finish(&reader);
}

int table_get(struct store_txn *txn, uint64_t number, struct table *ret_table)
{
    const struct key key = table_key(number);
    struct bytes row;
    int err = store_get(txn, TABLE_LOCAL, key_bytes(&key), &row);
    if (err == 0 && table_decode(row, ret_table) != 0) {
        err = ERR_NOT_FOUND;
    }
    if (err == ERR_NOT_FOUND) {
        *ret_table = (struct table){.session = 0};
        err = 0;
    }
    return err;
}
