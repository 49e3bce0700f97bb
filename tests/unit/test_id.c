/* The expected bytes are from Python: hashlib.blake2b(b"..." + ..., digest_size=n). */
#include "sync/base/id.h"

#include <string.h>

#include "sync/base/limits.h"
#include "tests/lib/check_trap.h"
#include "tests/lib/test.h"

static struct public_key counting_key(void)
{
    struct public_key key;
    for (size_t i = 0; i < PUBLIC_KEY_BYTES; i++) {
        key.bytes[i] = (uint8_t)i;
    }
    return key;
}

TEST(id, of_a_key_is_its_blake2b)
{
    const struct public_key key = counting_key();
    const struct popup_id popup = popup_id_of_root(&key);
    assert_true(id64_of_key(&key) == UINT64_C(0x40f68f4ad24e575b));
    assert_memory_equal(popup.bytes,
                        "\xf3\x9a\x2c\xad\x58\x41\x1c\xd4\x9f\x57\x7e\x50\x86\xb8\x03\x1f", 16);
}

TEST(id, derived_by_kind_and_number)
{
    const struct entity_id menu = entity_id_derive(KIND_MENU, 42);
    const struct entity_id order = entity_id_derive(KIND_ORDER, 42);
    const struct entity_id next = entity_id_derive(KIND_MENU, 43);
    assert_memory_equal(menu.bytes, "\x47\xf4\xfa\x97\xfe\x8e\x91\x14\x58\xdb\xe6\x09", 12);
    assert_false(entity_id_equal(&menu, &order));
    assert_false(entity_id_equal(&menu, &next));
    assert_true(entity_id_equal(&menu, &menu));
}

static int derive(int kind)
{
    (void)entity_id_derive((enum kind)kind, 1);
    return 0;
}

TEST(id, of_no_kind_is_our_mistake)
{
    expect_failed_check(derive(KIND_NONE));
    expect_failed_check(derive(KIND_LAST + 1));
}

TEST(id, minted_begins_with_its_seconds)
{
    const struct bytes session = bytes_of_text("session");
    const struct bytes key = bytes_of_text("key0key1key2");
    const struct entity_id early = entity_id_mint(7, session, key);
    const struct entity_id late = entity_id_mint(UINT32_C(0x01020304), session, key);
    assert_memory_equal(early.bytes, "\x00\x00\x00\x07\xbf\xb2\xd5\x25\x74\x98\x3d\x9d", 12);
    assert_memory_equal(late.bytes, "\x01\x02\x03\x04\xbf\xb2\xd5\x25\x74\x98\x3d\x9d", 12);
}

TEST(id, minted_keeps_session_and_key_apart)
{
    const struct entity_id a = entity_id_mint(7, bytes_of_text("ab"), bytes_of_text("c"));
    const struct entity_id b = entity_id_mint(7, bytes_of_text("a"), bytes_of_text("bc"));
    assert_false(entity_id_equal(&a, &b));
}

static const struct operation example = {.log = 0x0102030405060708, .seq = 300, .hash = {9, 8, 7}};

TEST(operation, order_is_log_then_seq_then_hash)
{
    struct operation other = example;
    assert_true(operation_equal(&example, &other));
    other.hash[15] = 1;
    assert_true(operation_compare(&example, &other) < 0);
    other.seq--;
    assert_true(operation_compare(&example, &other) > 0);
    other.log++;
    assert_true(operation_compare(&example, &other) < 0);
    assert_true(operation_compare(&other, &example) > 0);
    assert_false(operation_equal(&example, &other));
}

TEST(operation, has_these_bytes)
{
    static const char expected[] =
        "\x93\xc4\x08\x01\x02\x03\x04\x05\x06\x07\x08\xcd\x01\x2c\xc4\x10"
        "\x09\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\0";
    uint8_t buffer[64];
    struct writer writer;
    struct bytes bytes;
    struct reader reader;
    writer_init(&writer, buffer, sizeof buffer);
    write_operation(&writer, &example);
    assert_int_equal(writer_finish(&writer, &bytes), 0);
    assert_true(bytes_equal(bytes, bytes_of(expected, sizeof expected - 1)));
    reader_init(&reader, bytes);
    const struct operation back = read_operation(&reader);
    assert_int_equal(reader_finish(&reader), 0);
    assert_true(operation_equal(&back, &example));
}

static int read_with_seq(uint64_t seq)
{
    static const uint8_t hash[OPERATION_HASH_BYTES] = {1};
    static const struct operation nothing = {0};
    uint8_t buffer[64];
    struct writer writer;
    struct bytes bytes;
    struct reader reader;
    writer_init(&writer, buffer, sizeof buffer);
    write_array(&writer, 3);
    write_id64(&writer, 5);
    write_uint(&writer, seq);
    write_bin(&writer, hash, sizeof hash);
    assert_int_equal(writer_finish(&writer, &bytes), 0);
    reader_init(&reader, bytes);
    const struct operation operation = read_operation(&reader);
    const int err = reader_finish(&reader);
    assert_true(err == 0 || operation_equal(&operation, &nothing));
    return err;
}

TEST(operation, seq_lies_between_one_and_its_limit)
{
    assert_int_equal(read_with_seq(0), ERR_MALFORMED);
    assert_int_equal(read_with_seq(1), 0);
    assert_int_equal(read_with_seq(SEQ_MAX), 0);
    assert_int_equal(read_with_seq(SEQ_MAX + 1), ERR_TOO_LARGE);
}
