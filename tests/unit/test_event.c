#include "sync/log/event.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/journal.h"
#include "tests/lib/prng.h"
#include "tests/lib/test.h"

/* Made by hand and by Python from docs/protocol.md. */
static const char plain_hex[] = "9620cd03e8c40ce02672c5acca0742827ef82190009301a141c0";
static const char reemitted_hex[] =
    "9720ce00010000c40ce02672c5acca0742827ef8219193c408000102030405060705c4100001020304050607"
    "08090a0b0c0d0e0f079093c408000102030405060705c410000102030405060708090a0b0c0d0e0f";

static struct event event_small(void)
{
    static const uint8_t body[] = {0x93, 0x01, 0xa1, 'A', 0xc0};
    return (struct event){.type = EVENT_ORDER_OPEN,
                          .t = 1000,
                          .entity = entity_id_derive(KIND_ORDER, 42),
                          .body = bytes_of(body, sizeof body)};
}

static struct operation operation_small(void)
{
    struct operation operation = {.log = 0x0001020304050607, .seq = 5};
    for (uint8_t i = 0; i < OPERATION_HASH_BYTES; i++) {
        operation.hash[i] = i;
    }
    return operation;
}

static int decode_hex(const char *hex, struct event *ret_event, uint8_t *buffer)
{
    return event_decode(bytes_of_hex(buffer, hex), ret_event);
}

TEST(event, is_spelled_as_the_protocol_says)
{
    uint8_t buffer[256];
    uint8_t expected[256];
    const struct event event = event_small();
    struct bytes bytes;
    assert_int_equal(event_encode(&event, buffer, sizeof buffer, &bytes), 0);
    assert_true(bytes_equal(bytes, bytes_of_hex(expected, plain_hex)));
}

TEST(event, that_re_emits_another_names_it)
{
    uint8_t buffer[256];
    uint8_t again[256];
    struct event event;
    struct bytes bytes;
    assert_int_equal(decode_hex(reemitted_hex, &event, buffer), 0);
    const struct operation operation = operation_small();
    assert_true(event.is_reemitted);
    assert_true(operation_equal(&event.was, &operation));
    assert_int_equal(event.parents_count, 1);
    assert_true(operation_equal(&event.parents[0], &operation));
    assert_int_equal(event.t, 65536);
    assert_int_equal(event.by, 7);
    assert_int_equal(event.body.size, 1);
    assert_int_equal(event_encode(&event, again, sizeof again, &bytes), 0);
    assert_memory_equal(again, buffer, bytes.size);
}

TEST(event, decoding_undoes_encoding)
{
    struct prng prng = {.state = 11};
    for (int round = 0; round < 500; round++) {
        uint8_t buffer[1024];
        uint8_t copy[1024];
        struct bytes bytes;
        struct bytes again;
        struct event decoded;
        struct event event = event_small();
        event.type = (uint32_t)prng_next(&prng) >> prng_below(&prng, 32);
        event.t = prng_next(&prng) >> prng_below(&prng, 64);
        event.by = prng_next(&prng) >> prng_below(&prng, 64);
        event.is_reemitted = prng_one_in(&prng, 2);
        event.was = operation_small();
        event.parents_count = (uint32_t)prng_below(&prng, PARENTS_MAX + 1);
        for (uint32_t i = 0; i < event.parents_count; i++) {
            event.parents[i] = operation_small();
            event.parents[i].seq = 1 + prng_below(&prng, SEQ_MAX);
        }
        assert_int_equal(event_encode(&event, buffer, sizeof buffer, &bytes), 0);
        assert_int_equal(event_decode(bytes, &decoded), 0);
        assert_int_equal(decoded.type, event.type);
        assert_int_equal(decoded.parents_count, event.parents_count);
        assert_true(bytes_equal(decoded.body, event.body));
        assert_int_equal(event_encode(&decoded, copy, sizeof copy, &again), 0);
        assert_true(bytes_equal(bytes, again));
    }
}

TEST(event, cut_at_any_byte_is_refused)
{
    const char *const samples[] = {plain_hex, reemitted_hex};
    for (int sample = 0; sample < 2; sample++) {
        uint8_t buffer[256];
        const struct bytes bytes = bytes_of_hex(buffer, samples[sample]);
        for (size_t size = 0; size < bytes.size; size++) {
            struct event event;
            uint8_t *copy = malloc(size + 1); /* its exact size shows a read beyond */
            assert_non_null(copy);
            memcpy(copy, buffer, size);
            assert_int_not_equal(event_decode(bytes_of(copy, size), &event), 0);
            free(copy);
        }
    }
}

TEST(event, with_something_after_it_is_refused)
{
    uint8_t buffer[256];
    struct event event;
    const struct bytes plain = bytes_of_hex(buffer, plain_hex);
    buffer[plain.size] = 0xc0;
    assert_int_equal(event_decode(bytes_of(buffer, plain.size + 1), &event), ERR_MALFORMED);
    const struct bytes reemitted = bytes_of_hex(buffer, reemitted_hex);
    buffer[reemitted.size] = 0xc0;
    assert_int_equal(event_decode(bytes_of(buffer, reemitted.size + 1), &event), ERR_MALFORMED);
}

TEST(event, whose_body_is_no_array_is_refused)
{
    uint8_t buffer[256];
    struct event event;
    assert_int_equal(decode_hex("962001c40ce02672c5acca0742827ef8219000c0", &event, buffer),
                     ERR_MALFORMED);
    assert_int_equal(decode_hex("962001c40ce02672c5acca0742827ef8219000", &event, buffer),
                     ERR_MALFORMED);
}

TEST(event, with_too_many_parents_is_refused)
{
    uint8_t buffer[512];
    struct event decoded;
    struct bytes bytes;
    struct event event = event_small();
    event.parents_count = PARENTS_MAX;
    for (uint32_t i = 0; i < PARENTS_MAX; i++) {
        event.parents[i] = operation_small();
    }
    assert_int_equal(event_encode(&event, buffer, sizeof buffer, &bytes), 0);
    const size_t head = 1 + 1 + 3 + 14;
    assert_int_equal(buffer[head], 0x98);
    buffer[head] = 0x99;
    assert_int_equal(event_decode(bytes, &decoded), ERR_TOO_MANY);
}

TEST(event, may_nest_eight_deep_and_no_deeper)
{
    uint8_t body[16];
    uint8_t buffer[256];
    struct bytes bytes;
    struct event event = event_small();
    memset(body, 0x91, sizeof body);
    body[VALUE_DEPTH_MAX - 2] = 0x90;
    event.body = bytes_of(body, VALUE_DEPTH_MAX - 1);
    assert_int_equal(event_encode(&event, buffer, sizeof buffer, &bytes), 0);
    assert_int_equal(msgpack_validate(bytes, VALUE_DEPTH_MAX), 0);
    event.is_reemitted = true;
    event.was = operation_small();
    assert_int_equal(event_encode(&event, buffer, sizeof buffer, &bytes), 0);
    body[VALUE_DEPTH_MAX - 2] = 0x91;
    body[VALUE_DEPTH_MAX - 1] = 0x90;
    event.body = bytes_of(body, VALUE_DEPTH_MAX);
    assert_int_equal(event_encode(&event, buffer, sizeof buffer, &bytes), ERR_MALFORMED);
    event.is_reemitted = false;
    assert_int_equal(event_encode(&event, buffer, sizeof buffer, &bytes), ERR_MALFORMED);
}

static int encode_of_size(uint32_t type, size_t size, uint8_t *buffer, struct bytes *ret_bytes)
{
    static uint8_t body[EVENT_SALVAGE_BYTES_MAX];
    struct event event = event_small();
    struct writer writer;
    const size_t around = 1 + 1 + 3 + 14 + 1 + 1; /* the envelope of event_small() */
    writer_init(&writer, body, sizeof body);
    write_array(&writer, 1);
    write_bin(&writer, buffer, size - around - 1 - 3);
    event.type = type;
    event.body = bytes_of(body, writer.size);
    return event_encode(&event, buffer, EVENT_SALVAGE_BYTES_MAX + 100, ret_bytes);
}

TEST(event, is_bounded_and_only_a_salvage_may_be_larger)
{
    static uint8_t buffer[EVENT_SALVAGE_BYTES_MAX + 100];
    struct bytes bytes;
    assert_int_equal(encode_of_size(EVENT_ORDER_OPEN, EVENT_BYTES_MAX, buffer, &bytes), 0);
    assert_int_equal(bytes.size, EVENT_BYTES_MAX);
    assert_int_equal(encode_of_size(EVENT_ORDER_OPEN, EVENT_BYTES_MAX + 1, buffer, &bytes),
                     ERR_TOO_LARGE);
    assert_int_equal(encode_of_size(EVENT_SALVAGE, EVENT_SALVAGE_BYTES_MAX, buffer, &bytes), 0);
    assert_int_equal(bytes.size, EVENT_SALVAGE_BYTES_MAX);
}

TEST(event, that_does_not_fit_the_buffer_is_not_written)
{
    uint8_t buffer[256];
    const struct event event = event_small();
    struct bytes bytes = {0};
    for (size_t capacity = 0; capacity < (sizeof plain_hex - 1) / 2; capacity++) {
        assert_int_equal(event_encode(&event, buffer, capacity, &bytes), ERR_TOO_LARGE);
    }
    assert_int_equal(bytes.size, 0);
}

TEST(event, every_type_is_found_by_its_number)
{
    int count = 0;
#define X(name, number, text_, kind_, capability_, order)                                          \
    {                                                                                              \
        const struct event_info *info = event_info_find(name);                                     \
        assert_non_null(info);                                                                     \
        assert_string_equal(info->text, text_);                                                    \
        assert_int_equal(info->type, number);                                                      \
        assert_int_equal(info->kind, kind_);                                                       \
        assert_int_equal(info->capability, capability_);                                           \
        assert_int_equal(event_type_is_critical(name), (number) % 2 == 0);                         \
        count++;                                                                                   \
    }
#include "sync/log/event.def"
#undef X
    assert_true(count > 20);
    assert_true(event_info_find(EVENT_LINE_ADD)->is_causal);
    assert_false(event_info_find(EVENT_PAY)->is_causal);
}

TEST(event, of_an_unknown_type_has_no_info_and_still_decodes)
{
    uint8_t buffer[256];
    struct bytes bytes;
    struct event decoded;
    struct event event = event_small();
    event.type = UINT32_MAX;
    assert_int_equal(event_encode(&event, buffer, sizeof buffer, &bytes), 0);
    assert_int_equal(event_decode(bytes, &decoded), 0);
    assert_null(event_info_find(decoded.type));
    assert_null(event_info_find(0));
    assert_null(event_info_find(33));
}

TEST(event, whose_body_is_a_long_array_is_one)
{
    enum { ITEMS = 16, HEADER_BYTES = 3 };
    uint8_t body[HEADER_BYTES + ITEMS] = {0xdc, 0, ITEMS};
    uint8_t buffer[256];
    struct bytes bytes;
    struct event decoded;
    struct event event = event_small();
    event.body = bytes_of(body, sizeof body);
    assert_int_equal(event_encode(&event, buffer, sizeof buffer, &bytes), 0);
    assert_int_equal(event_decode(bytes, &decoded), 0);
    assert_true(bytes_equal(decoded.body, event.body));
    const struct bytes cut = bytes_of(bytes.data, bytes.size - 1);
    assert_int_not_equal(event_decode(cut, &decoded), 0);
}

TEST(event, that_is_larger_than_any_may_be_is_not_looked_into)
{
    static uint8_t data[EVENT_SALVAGE_BYTES_MAX + 1];
    struct event decoded;
    assert_int_equal(event_decode(bytes_of(data, sizeof data), &decoded), ERR_TOO_LARGE);
}
