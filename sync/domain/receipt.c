#include "sync/domain/receipt.h"

#include <string.h>

#include "sync/domain/body.h"

/* --- [number, total, tax, kind, lane, incarnation] --- */

void receipt_encode(const struct receipt *receipt, struct writer *writer)
{
    write_array(writer, 6);
    write_uint(writer, receipt->number);
    write_int(writer, receipt->total_minor);
    write_int(writer, receipt->tax_minor);
    write_uint(writer, receipt->kind);
    write_text(writer, receipt->lane);
    write_uint(writer, receipt->incarnation);
}

int receipt_decode(struct bytes body, struct receipt *ret_receipt)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 6);
    struct receipt receipt;
    receipt.number = (uint32_t)read_int(&reader, 1, UINT32_MAX);
    receipt.total_minor = read_int(&reader, -MONEY_MAX, MONEY_MAX);
    receipt.tax_minor = read_int(&reader, -MONEY_MAX, MONEY_MAX);
    receipt.kind = (enum receipt_kind)read_uint(&reader, RECEIPT_CORRECTION);
    receipt.lane = read_text(&reader, LANE_BYTES_MAX);
    receipt.incarnation = (uint32_t)read_uint(&reader, UINT32_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_receipt = receipt;
    }
    return err;
}

/* --- numbers --- */

static struct key key_receipt(uint64_t log)
{
    struct key key = {.size = 7 + 8};
    memcpy(key.data, "receipt", 7);
    put_be64(key.data + 7, log);
    return key;
}

/* The number in @row, a row of the table log; 0 when it is no receipt. */
static int number_of(struct bytes row, uint32_t *ret_number)
{
    struct hash hash;
    struct bytes bytes;
    struct event event;
    struct receipt receipt;
    *ret_number = 0;
    if (event_row_parse(row, &hash, &bytes) != 0 || event_decode(bytes, &event) != 0) {
        return ERR_IO; /* our own row: the store is damaged */
    }
    if (event.type == EVENT_RECEIPT && receipt_decode(event.body, &receipt) == 0) {
        *ret_number = receipt.number;
    }
    return 0;
}

/* Numbers only grow, so the newest receipt has the last. */
static int read_log(struct store_txn *txn, uint64_t log, uint32_t *ret_number)
{
    struct store_cursor cursor;
    struct key end = key_event(log, SEQ_MAX);
    struct bytes key = key_bytes(&end), row;
    uint32_t number = 0;
    int err = store_cursor_open(txn, TABLE_LOG, &cursor);
    if (err != 0) {
        return err;
    }
    while (err == 0 && number == 0 && (err = store_cursor_before(&cursor, key, &key, &row)) == 0) {
        uint64_t of = 0, seq;
        err = key_event_parse(key, &of, &seq) == 0 ? 0 : ERR_IO;
        if (err == 0) {
            err = of == log ? number_of(row, &number) : ERR_NOT_FOUND;
        }
    }
    store_cursor_close(&cursor);
    *ret_number = number;
    return err == ERR_NOT_FOUND ? 0 : err;
}

int receipt_last(struct store_txn *txn, uint64_t log, uint32_t *ret_number)
{
    const struct key key = key_receipt(log);
    struct bytes row;
    const int err = store_get(txn, TABLE_LOCAL, key_bytes(&key), &row);
    if (err == ERR_NOT_FOUND) {
        return read_log(txn, log, ret_number);
    }
    if (err == 0 && row.size == 4) {
        *ret_number = get_be32(row.data);
        return 0;
    }
    return ERR_IO;
}

int receipt_keep(struct store_txn *txn, uint64_t log, uint32_t number)
{
    const struct key key = key_receipt(log);
    uint8_t value[4];
    put_be32(value, number);
    return store_put(txn, TABLE_LOCAL, key_bytes(&key), bytes_of(value, sizeof value));
}

/* --- which counts --- */

bool receipt_is_current(const struct order *order, const struct order_receipt *receipt)
{
    return receipt->total_minor == order->owed_minor && receipt->tax_minor == order->owed_tax_minor;
}

const struct order_receipt *receipt_current(const struct order *order)
{
    for (uint32_t i = 0; i < order->receipts_count; i++) {
        if (receipt_is_current(order, &order->receipts[i])) {
            return &order->receipts[i];
        }
    }
    return NULL;
}
