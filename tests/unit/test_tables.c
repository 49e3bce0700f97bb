#include "sync/log/tables.h"

#include <string.h>

#include "tests/lib/check_trap.h"
#include "tests/lib/store_memory.h"
#include "tests/lib/test.h"

static struct entity_id entity_of(uint8_t byte)
{
    struct entity_id entity;
    memset(entity.bytes, byte, sizeof entity.bytes);
    return entity;
}

static int compare_keys(struct key a, struct key b)
{
    return bytes_compare(key_bytes(&a), key_bytes(&b));
}

TEST(tables, an_event_s_key_is_log_and_seq_big_endian)
{
    const uint8_t expected[] = {1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1, 0};
    const struct key key = key_event(0x0102030405060708, 256);
    assert_int_equal(key.size, sizeof expected);
    assert_memory_equal(key.data, expected, sizeof expected);
}

TEST(tables, keys_sort_as_their_numbers)
{
    const struct entity_id entity = entity_of(7);
    assert_true(compare_keys(key_event(1, SEQ_MAX), key_event(2, 0)) < 0);
    assert_true(compare_keys(key_event(2, 255), key_event(2, 256)) < 0);
    assert_true(compare_keys(key_head(255), key_head(256)) < 0);
    assert_true(compare_keys(key_change(255), key_change(256)) < 0);
    assert_true(compare_keys(key_entity(&entity), key_entity_event(&entity, 0, 0)) < 0);
    assert_true(compare_keys(key_entity_event(&entity, 9, 255), key_entity_event(&entity, 9, 256)) <
                0);
}

TEST(tables, keys_are_taken_apart_again)
{
    const struct entity_id entity = entity_of(7);
    struct entity_id found;
    enum kind kind;
    uint64_t log;
    uint64_t seq;
    const struct key event = key_event(UINT64_MAX, SEQ_MAX);
    assert_int_equal(key_event_parse(key_bytes(&event), &log, &seq), 0);
    assert_true(log == UINT64_MAX && seq == SEQ_MAX);
    const struct key row = key_entity_event(&entity, 12, 34);
    assert_int_equal(key_entity_event_parse(key_bytes(&row), &found, &log, &seq), 0);
    assert_true(entity_id_equal(&found, &entity) && log == 12 && seq == 34);
    const struct key state = key_state(KIND_ORDER, &entity);
    assert_int_equal(key_state_parse(key_bytes(&state), &kind, &found), 0);
    assert_true(entity_id_equal(&found, &entity) && kind == KIND_ORDER);
}

TEST(tables, what_is_no_key_is_refused)
{
    uint8_t data[KEY_BYTES_MAX] = {99};
    struct entity_id entity;
    enum kind kind;
    uint64_t log;
    uint64_t seq;
    for (size_t size = 0; size < sizeof data; size++) {
        const struct bytes key = bytes_of(data, size);
        assert_int_equal(key_event_parse(key, &log, &seq), size == 13 ? 0 : ERR_MALFORMED);
        assert_int_equal(key_entity_event_parse(key, &entity, &log, &seq),
                         size == 25 ? 0 : ERR_MALFORMED);
        assert_int_equal(key_state_parse(key, &kind, &entity), ERR_MALFORMED);
    }
}

TEST(tables, a_row_of_state_is_of_a_kind_that_there_is)
{
    const struct entity_id entity = entity_of(7);
    struct key key = key_state(KIND_LAST, &entity);
    struct entity_id found;
    enum kind kind;
    assert_int_equal(key_state_parse(key_bytes(&key), &kind, &found), 0);
    key.data[0] = KIND_LAST + 1;
    assert_int_equal(key_state_parse(key_bytes(&key), &kind, &found), ERR_MALFORMED);
    key.data[0] = KIND_NONE;
    assert_int_equal(key_state_parse(key_bytes(&key), &kind, &found), ERR_MALFORMED);
}

TEST(tables, a_seq_that_does_not_fit_is_our_mistake)
{
    expect_failed_check((int)key_event(1, SEQ_MAX + 1).size);
}

TEST(tables, a_stored_event_is_its_chain_hash_and_its_bytes)
{
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    uint8_t row[HASH_BYTES + 3];
    const struct key key = key_event(5, 6);
    const struct key damaged = key_event(5, 7);
    struct hash hash;
    struct bytes event;
    memset(row, 0xab, sizeof row);
    assert_int_equal(store_put(txn, TABLE_LOG, key_bytes(&key), bytes_of(row, sizeof row)), 0);
    assert_int_equal(store_put(txn, TABLE_LOG, key_bytes(&damaged), bytes_of(row, HASH_BYTES)), 0);
    assert_int_equal(event_get(txn, 5, 6, &hash, &event), 0);
    assert_memory_equal(hash.bytes, row, HASH_BYTES);
    assert_true(bytes_equal(event, bytes_of(row, 3)));
    assert_int_equal(event_get(txn, 5, 7, &hash, &event), ERR_MALFORMED);
    assert_int_equal(event_get(txn, 5, 8, &hash, &event), ERR_NOT_FOUND);
    store_memory_abort(txn);
    store_memory_free(store);
}
