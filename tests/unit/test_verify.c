/* What log_verify() says of a journal in the store: each thing that a disk, or a hand, can do to it
 * is found and named. */
#include <stdlib.h>
#include <string.h>

#include "sync/log/tables.h"
#include "tests/lib/journal.h"
#include "tests/lib/store_memory.h"
#include "tests/lib/test.h"

enum { EVENTS = 4, LAST = 1 + EVENTS };

static struct journal journal;
static struct journal_device device;
static struct store_txn *txn;
static struct log_head head;

static void write_journal(void)
{
    static const uint8_t body[] = {0x90};
    const struct entity_id entity = entity_id_derive(KIND_ORDER, 1);
    journal_init(&journal);
    journal_device_init(&device, &journal, 3, ROLE_COUNTER, NULL);
    journal_open(txn, &journal, &device);
    for (uint32_t i = 0; i < EVENTS; i++) {
        (void)journal_write(txn, &journal, &device, EVENT_LINE_ADD, &entity,
                            bytes_of(body, sizeof body));
    }
    head = device.head;
}

static void put(enum store_table table, uint64_t log, uint64_t seq, struct bytes value)
{
    const struct key key = key_event(log, seq);
    assert_int_equal(store_put(txn, table, key_bytes(&key), value), 0);
}

/* The row of event @seq, in @buffer. */
static struct bytes row_of(uint64_t seq, uint8_t buffer[512])
{
    const struct key key = key_event(head.log, seq);
    struct bytes row;
    assert_int_equal(store_get(txn, TABLE_LOG, key_bytes(&key), &row), 0);
    assert_true(row.size <= 512);
    memcpy(buffer, row.data, row.size);
    return bytes_of(buffer, row.size);
}

static void drop(enum store_table table, uint64_t seq)
{
    const struct key key = key_event(head.log, seq);
    assert_int_equal(store_del(txn, table, key_bytes(&key)), 0);
}

static void leave_it(void) {}

static void lose_first(void)
{
    drop(TABLE_LOG, 1);
}

static void lose_last(void)
{
    drop(TABLE_LOG, LAST);
}

static void cut_row(void)
{
    uint8_t buffer[512];
    const struct bytes row = row_of(2, buffer);
    put(TABLE_LOG, head.log, 2, bytes_of(row.data, HASH_BYTES - 1));
}

static void spoil_envelope(void)
{
    uint8_t buffer[512];
    const struct bytes row = row_of(2, buffer);
    buffer[HASH_BYTES] = 0xc1; /* no msgpack begins so */
    put(TABLE_LOG, head.log, 2, row);
}

static void spoil_hash(void)
{
    uint8_t buffer[512];
    const struct bytes row = row_of(3, buffer);
    buffer[0] ^= 1;
    put(TABLE_LOG, head.log, 3, row);
}

/* Another first event, chained as it should be. */
static void replace_first(enum event_type type, struct bytes body)
{
    uint8_t bytes_data[EVENT_BYTES_MAX];
    uint8_t row[512];
    const struct entity_id roster = entity_id_derive(KIND_ROSTER, 0);
    const struct bytes bytes = journal_event(bytes_data, type, &roster, body);
    const struct hash genesis = chain_genesis(&journal.popup, &head.key);
    const struct hash event_hash = chain_event_hash(bytes);
    const struct hash chained = chain_next(&genesis, &event_hash);
    assert_true(HASH_BYTES + bytes.size <= sizeof row);
    memcpy(row, chained.bytes, HASH_BYTES);
    memcpy(row + HASH_BYTES, bytes.data, bytes.size);
    put(TABLE_LOG, head.log, 1, bytes_of(row, HASH_BYTES + bytes.size));
}

static void open_with_another_type(void)
{
    uint8_t body[3 + PUBLIC_KEY_BYTES] = {0x91, 0xc4, PUBLIC_KEY_BYTES};
    memcpy(body + 3, head.key.bytes, PUBLIC_KEY_BYTES);
    replace_first(EVENT_LINE_ADD, bytes_of(body, sizeof body));
}

static void open_with_no_key(void)
{
    static const uint8_t body[] = {0x91, 0x01};
    replace_first(EVENT_LOG_OPEN, bytes_of(body, sizeof body));
}

static void open_with_another_key(void)
{
    uint8_t body[3 + PUBLIC_KEY_BYTES] = {0x91, 0xc4, PUBLIC_KEY_BYTES};
    replace_first(EVENT_LOG_OPEN, bytes_of(body, sizeof body));
}

static void lose_index(void)
{
    const struct entity_id entity = entity_id_derive(KIND_ORDER, 1);
    const struct key key = key_entity_event(&entity, head.log, 3);
    assert_int_equal(store_del(txn, TABLE_ENTITY, key_bytes(&key)), 0);
}

static void cut_signature(void)
{
    put(TABLE_SIG, head.log, 2, bytes_of(head.key.bytes, PUBLIC_KEY_BYTES));
}

static void swap_signature(void)
{
    static const uint8_t zeros[SIGNATURE_BYTES];
    put(TABLE_SIG, head.log, 2, bytes_of(zeros, sizeof zeros));
}

static void lose_signature(void)
{
    drop(TABLE_SIG, LAST);
}

static void sign_beyond(void)
{
    static const uint8_t zeros[SIGNATURE_BYTES];
    put(TABLE_SIG, head.log, LAST + 1, bytes_of(zeros, sizeof zeros));
}

static void lower_head(void)
{
    head.seq--;
}

static void spoil_head(void)
{
    head.hash.bytes[5] ^= 1;
}

static void miscount_head(void)
{
    head.bytes++;
}

static void rename_head(void)
{
    head.key.bytes[0] ^= 1;
}

static void spoil_key(void)
{
    uint8_t key[14];
    put_be64(key, head.log);
    memset(key + 8, 0, sizeof key - 8);
    assert_int_equal(store_put(txn, TABLE_LOG, bytes_of(key, sizeof key), bytes_of(key, 1)), 0);
}

static void add_another_log(void)
{
    static struct journal_device other;
    for (uint32_t number = 4; number < 12; number++) {
        journal_device_init(&other, &journal, number, ROLE_COUNTER, NULL);
        journal_open(txn, &journal, &other);
    }
}

TEST(verify, each_damage_of_a_journal_is_found_and_named)
{
    static const struct {
        void (*harm)(void);
        int err;
        const char *problem;
    } cases[] = {{leave_it, 0, NULL},
                 {add_another_log, 0, NULL},
                 {lose_first, ERR_GAP, "an event is missing"},
                 {lose_last, ERR_GAP, "events are missing at the end"},
                 {cut_row, ERR_MALFORMED, "the event is not well-formed"},
                 {spoil_envelope, ERR_MALFORMED, "the event is not well-formed"},
                 {spoil_hash, ERR_BAD_CHAIN, "the event is not the one that was chained here"},
                 {open_with_another_type, ERR_MALFORMED, "the log does not begin with log.open"},
                 {open_with_no_key, ERR_MALFORMED, "the log does not begin with log.open"},
                 {open_with_another_key, ERR_BAD_CHAIN, "log.open names another key than the head"},
                 {lose_index, ERR_MALFORMED, "the event is missing in its entity's index"},
                 {cut_signature, ERR_MALFORMED, "the signature has a wrong size"},
                 {swap_signature, ERR_BAD_SIGNATURE, "the signature is wrong"},
                 {lose_signature, ERR_BAD_SIGNATURE, "the last events are not signed"},
                 {sign_beyond, ERR_BAD_CHAIN, "there is a signature beyond the head"},
                 {lower_head, ERR_BAD_CHAIN, "there are events beyond the head"},
                 {spoil_head, ERR_BAD_CHAIN, "the head names another last event"},
                 {miscount_head, ERR_BAD_CHAIN, "the head counts other bytes than there are"},
                 {rename_head, ERR_BAD_CHAIN, "the head's key is not that of the log"},
                 {spoil_key, ERR_MALFORMED, "a key of the journal is not well-formed"}};
    struct store_memory *store = store_memory_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct log_report report;
        txn = store_memory_begin(store, true);
        write_journal();
        cases[i].harm();
        assert_int_equal(log_verify(txn, &journal.popup, &head, &report), cases[i].err);
        if (cases[i].problem == NULL) {
            assert_null(report.problem);
        } else {
            assert_string_equal(report.problem, cases[i].problem);
        }
        store_memory_abort(txn);
    }
    store_memory_free(store);
}

/* How many such calls there are, each of which failed once. */
static unsigned verify_where_it_fails(struct store_memory *store, enum store_memory_call call)
{
    struct log_report report;
    int err = ERR_IO;
    unsigned nth = 0;
    while (err == ERR_IO) {
        txn = store_memory_begin(store, false);
        store_memory_fail(store, call, ++nth, ERR_IO);
        err = log_verify(txn, &journal.popup, &head, &report);
        store_memory_fail(store, call, 0, 0);
        store_memory_abort(txn);
    }
    assert_int_equal(err, 0);
    return nth - 1;
}

TEST(verify, a_disk_that_fails_is_told_and_never_taken_for_a_sound_journal)
{
    struct store_memory *store = store_memory_new();
    txn = store_memory_begin(store, true);
    write_journal();
    assert_int_equal(store_memory_commit(txn), 0);
    assert_true(verify_where_it_fails(store, MEMORY_GET) >= 3 * EVENTS);
    assert_true(verify_where_it_fails(store, MEMORY_OPEN) >= 2);
    store_memory_free(store);
}
