/* The version vector: slots that stay, the ascending order, and its digest. */
#include "sync/mesh/vector.h"

#include <string.h>

#include "tests/lib/journal.h"
#include "tests/lib/prng.h"
#include "tests/lib/store_memory.h"
#include "tests/lib/test.h"

static struct vector vector;

static struct log_head head_make(uint64_t log, uint64_t seq)
{
    struct log_head head = {.log = log, .seq = seq, .signed_seq = seq};
    head.hash.bytes[0] = (uint8_t)(log + seq);
    return head;
}

static int32_t add(uint64_t log, uint64_t seq)
{
    struct log_head head = head_make(log, seq);
    int32_t slot = SLOT_NONE;
    assert_int_equal(vector_add(&vector, &head, &slot), 0);
    return slot;
}

TEST(vector, an_empty_one_finds_nothing)
{
    vector_reset(&vector);
    assert_int_equal(vector_find(&vector, 0), SLOT_NONE);
    assert_int_equal(vector_find(&vector, UINT64_MAX), SLOT_NONE);
}

TEST(vector, logs_keep_their_slots_and_stand_in_ascending_order)
{
    struct prng prng = {.state = 7};
    uint64_t logs[LOGS_MAX];
    vector_reset(&vector);
    for (uint32_t i = 0; i < LOGS_MAX; i++) {
        logs[i] = prng_next(&prng);
        assert_int_equal(add(logs[i], i + 1), i);
    }
    for (uint32_t i = 0; i < LOGS_MAX; i++) {
        assert_int_equal(vector_find(&vector, logs[i]), i);
    }
    for (uint32_t i = 1; i < LOGS_MAX; i++) {
        assert_true(vector.heads[vector.ascending[i - 1]].log <
                    vector.heads[vector.ascending[i]].log);
    }
    struct log_head more = head_make(1, 1);
    int32_t slot;
    assert_int_equal(vector_add(&vector, &more, &slot), ERR_TOO_MANY);
    assert_int_equal(vector.count, LOGS_MAX);
}

TEST(vector, the_digest_does_not_depend_on_the_order_of_arrival_nor_on_empty_logs)
{
    vector_reset(&vector);
    (void)add(30, 3);
    (void)add(10, 1);
    (void)add(20, 2);
    struct claim_digest first = vector_digest(&vector);
    struct head_claim claims[4];
    uint32_t count = 0;
    for (uint32_t i = 0; i < 3; i++) {
        claims[count++] = vector_claim(&vector, vector.ascending[i]);
    }
    claims[count++] = (struct head_claim){.log = 40};
    struct claim_digest told = claims_digest(claims, count);
    assert_memory_equal(first.bytes, told.bytes, sizeof first.bytes);
    vector_reset(&vector);
    (void)add(10, 1);
    (void)add(20, 2);
    (void)add(30, 3);
    (void)add(5, 0);
    struct claim_digest second = vector_digest(&vector);
    assert_memory_equal(first.bytes, second.bytes, sizeof first.bytes);
}

TEST(vector, the_digest_shows_a_seq_and_a_hash)
{
    vector_reset(&vector);
    int32_t slot = add(10, 1);
    struct claim_digest first = vector_digest(&vector);
    vector.heads[slot].hash.bytes[HEAD_HASH_BYTES - 1] ^= 1;
    struct claim_digest other = vector_digest(&vector);
    assert_memory_not_equal(first.bytes, other.bytes, sizeof first.bytes);
    vector.heads[slot].hash.bytes[HEAD_HASH_BYTES - 1] ^= 1;
    vector.heads[slot].seq = 2;
    other = vector_digest(&vector);
    assert_memory_not_equal(first.bytes, other.bytes, sizeof first.bytes);
}

TEST(vector, it_loads_what_is_stored_and_says_when_that_is_damaged)
{
    struct journal journal;
    static struct journal_device devices[3];
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    journal_init(&journal);
    for (uint32_t i = 0; i < 3; i++) {
        journal_device_init(&devices[i], &journal, 1 + i, ROLE_OWNER, NULL);
        journal_open(txn, &journal, &devices[i]);
    }
    assert_int_equal(vector_load(&vector, txn), 0);
    assert_int_equal(vector.count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        int32_t slot = vector_find(&vector, devices[i].head.log);
        assert_true(slot != SLOT_NONE);
        assert_int_equal(vector.heads[slot].seq, 1);
    }
    struct key key = key_head(devices[1].head.log);
    assert_int_equal(store_put(txn, TABLE_HEAD, key_bytes(&key), bytes_of_text("x")), 0);
    assert_int_equal(vector_load(&vector, txn), ERR_MALFORMED);
    store_memory_abort(txn);
    store_memory_free(store);
}
