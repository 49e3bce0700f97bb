/* fuzz_rows.c - rows of the store as a failing disk may give them back: each reader says that it is
 * damaged, or gives something within the limits.
 *
 * Input: 1 byte, which row; then its value.
 */
#include "sync/base/check.h"
#include "sync/base/writer.h"
#include "sync/domain/blob.h"
#include "sync/domain/cart.h"
#include "sync/domain/history.h"
#include "sync/domain/quote.h"
#include "sync/domain/receipt.h"
#include "sync/domain/request.h"
#include "sync/log/run.h"
#include "tests/lib/fuzz_mutate.h"
#include "tests/lib/store_memory.h"

enum { LOG = 7, DAY = 1, QUOTE_BYTES = 64 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(1)

static void put(struct store_txn *txn, enum store_table table, struct key key, struct bytes value)
{
    check(store_put(txn, table, key_bytes(&key), value) == 0);
}

static void try_head(struct store_txn *txn, struct bytes value)
{
    struct log_head head;
    put(txn, TABLE_HEAD, key_head(LOG), value);
    if (log_head_get(txn, LOG, &head) == 0) {
        check(head.log == LOG && head.seq <= SEQ_MAX && head.signed_seq == head.seq);
    }
}

static void try_event(struct store_txn *txn, struct bytes value)
{
    static struct run run;
    struct hash hash;
    struct bytes event;
    uint32_t number;
    put(txn, TABLE_LOG, key_event(LOG, 1), value);
    if (event_get(txn, LOG, 1, &hash, &event) == 0) {
        check(event.size + HASH_BYTES == value.size);
    }
    check(run_read(txn, LOG, 1, RUN_BYTES_MAX, &run) != 0); /* there is no signature */
    (void)!receipt_last(txn, LOG, &number);
}

static void try_answer(struct store_txn *txn, struct bytes value)
{
    static struct command command;
    struct answer answer = {.events = 0};
    struct store_cursor cursor;
    struct bytes key, ignored;
    uint8_t copy[KEY_BYTES_MAX];
    command.key = bytes_of_text("once");
    check(request_keep(txn, &command, DAY, &answer) == 0);
    check(store_cursor_open(txn, TABLE_REQUEST, &cursor) == 0);
    check(store_cursor_next(&cursor, &key, &ignored) == 0 && key.size <= sizeof copy);
    for (size_t i = 0; i < key.size; i++) {
        copy[i] = key.data[i];
    }
    const struct bytes place = bytes_of(copy, key.size);
    store_cursor_close(&cursor);
    check(store_put(txn, TABLE_REQUEST, place, value) == 0);
    (void)!request_find(txn, &command, DAY, &answer);
}

static void try_receipt_number(struct store_txn *txn, struct bytes value)
{
    struct key key = {.size = 15, .data = "receipt"};
    uint32_t number;
    put_be64(key.data + 7, LOG);
    put(txn, TABLE_LOCAL, key, value);
    check((receipt_last(txn, LOG, &number) == 0) == (value.size == 4));
}

/* What is read is written the same again. */
static void try_cart(struct store_txn *txn, struct bytes value)
{
    static struct cart cart;
    static uint8_t data[CART_ROW_BYTES_MAX];
    struct writer writer;
    struct bytes again;
    put(txn, TABLE_LOCAL, cart_key(LOG), value);
    check(cart_get(txn, LOG, &cart) == 0);
    if (cart_decode(value, &cart) != 0) {
        return;
    }
    check(cart.lines_count <= CART_LINES_MAX && cart.edits_count <= CART_EDITS_MAX);
    writer_init(&writer, data, sizeof data);
    cart_encode(&cart, &writer);
    check(writer_finish(&writer, &again) == 0 && bytes_equal(again, value));
}

static void try_table(struct store_txn *txn, struct bytes value)
{
    struct table table;
    uint8_t data[TABLE_ROW_BYTES_MAX];
    struct writer writer;
    struct bytes again;
    put(txn, TABLE_LOCAL, table_key(LOG), value);
    check(table_get(txn, LOG, &table) == 0);
    if (table_decode(value, &table) != 0) {
        return;
    }
    writer_init(&writer, data, sizeof data);
    table_encode(&table, &writer);
    check(writer_finish(&writer, &again) == 0 && bytes_equal(again, value));
}

static struct bytes quote_written(const struct quote *quote, uint8_t data[QUOTE_BYTES])
{
    struct writer writer;
    struct bytes bytes;
    writer_init(&writer, data, QUOTE_BYTES);
    quote_write_head(quote, quote->entries_count, &writer);
    for (uint32_t i = 0; i < quote->entries_count; i++) {
        quote_write_entry(&quote->entries[i], &writer);
    }
    check(writer_finish(&writer, &bytes) == 0);
    return bytes;
}

/* Written without what newer software said of its lines it is read, and written the same again. */
static void try_quote(struct store_txn *txn, struct bytes value)
{
    static struct quote quote;
    static uint8_t data[QUOTE_BYTES], data_again[QUOTE_BYTES];
    struct bill bill;
    put(txn, TABLE_LOCAL, quote_key(LOG), value);
    const int err = quote_get(txn, LOG, &quote);
    check((err == 0) == (quote_decode(value, &quote) == 0));
    if (err != 0) {
        return;
    }
    check(quote.entries_count <= ORDER_LINES_MAX);
    (void)!quote_bill(&quote, &bill);
    const struct bytes written = quote_written(&quote, data);
    check(written.size <= value.size && quote_decode(written, &quote) == 0);
    check(bytes_equal(quote_written(&quote, data_again), written));
}

static void try_keys(struct store_txn *txn, struct bytes key)
{
    struct entity_id entity;
    enum kind kind;
    uint64_t log, seq;
    (void)txn;
    if (key_event_parse(key, &log, &seq) == 0) {
        const struct key again = key_event(log, seq);
        check(bytes_equal(key_bytes(&again), key));
    }
    if (key_entity_event_parse(key, &entity, &log, &seq) == 0) {
        const struct key again = key_entity_event(&entity, log, seq);
        check(bytes_equal(key_bytes(&again), key));
    }
    if (key_state_parse(key, &kind, &entity) == 0) {
        const struct key again = key_state(kind, &entity);
        check(kind <= KIND_LAST && bytes_equal(key_bytes(&again), key));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const tries[])(struct store_txn *, struct bytes) = {
        try_head, try_event, try_answer, try_receipt_number,
        try_keys, try_cart,  try_table,  try_quote};
    static struct store_memory *store;
    if (store == NULL) {
        store = store_memory_new();
    }
    if (size > 0) {
        struct store_txn *txn = store_memory_begin(store, true);
        tries[data[0] % (sizeof tries / sizeof tries[0])](txn, bytes_of(data + 1, size - 1));
        store_memory_abort(txn);
    }
    return 0;
}
