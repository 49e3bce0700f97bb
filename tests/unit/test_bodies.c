/* test_bodies.c - the bodies of all events of the domain: their bytes, and that nothing else is
 * taken for one.
 */
#include "sync/domain/order_events.h"
#include "tests/lib/body_hands.h"

TEST(bodies, what_is_decoded_is_written_as_the_same_bytes)
{
    for (size_t i = 0; i < body_samples_count; i++) {
        uint8_t data[BODY_BYTES_MAX];
        struct writer writer;
        struct bytes written;
        const struct bytes body = sample(&body_samples[i]);
        writer_init(&writer, data, sizeof data);
        assert_int_equal(body_recode(body_samples[i].type, body, &writer), 0);
        assert_int_equal(writer_finish(&writer, &written), 0);
        assert_int_equal(written.size, body.size);
        assert_memory_equal(written.data, body.data, body.size);
    }
}

TEST(bodies, every_type_of_the_domain_has_a_sample_and_a_decoder)
{
    static const enum event_type types[] = {
#define X(name, number, text, kind, capability, order) name,
#include "sync/log/event.def"
#undef X
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const bool is_domain = types[i] >= EVENT_ORDER_OPEN;
        bool has_sample = false;
        for (size_t k = 0; k < body_samples_count; k++) {
            has_sample = has_sample || body_samples[k].type == types[i];
        }
        assert_int_equal(has_sample, is_domain);
        assert_int_equal(body_check(types[i], bytes_of(NULL, 0)) == ERR_NOT_FOUND, !is_domain);
    }
}

TEST(bodies, cut_at_any_byte_none_makes_sense)
{
    for (size_t i = 0; i < body_samples_count; i++) {
        const struct bytes body = sample(&body_samples[i]);
        for (size_t cut = 0; cut < body.size; cut++) {
            assert_int_not_equal(check_exact(body_samples[i].type, bytes_of(body.data, cut)), 0);
        }
    }
}

TEST(bodies, with_a_byte_too_many_none_makes_sense)
{
    for (size_t i = 0; i < body_samples_count; i++) {
        const struct bytes body = sample(&body_samples[i]);
        sample_data[body.size] = 0xc0;
        assert_int_equal(check_exact(body_samples[i].type, bytes_of(body.data, body.size + 1)),
                         ERR_MALFORMED);
    }
}

TEST(bodies, fields_added_by_newer_software_are_ignored)
{
    static const uint8_t more[] = {0x92, 0x01, 0xa1, 'x', 0xc0};
    for (size_t i = 0; i < body_samples_count; i++) {
        const struct bytes body = sample(&body_samples[i]);
        memcpy(sample_data + body.size, more, sizeof more);
        sample_data[0] = (uint8_t)(sample_data[0] + 2); /* all have fewer than 14 fields */
        assert_int_equal(
            check_exact(body_samples[i].type, bytes_of(body.data, body.size + sizeof more)), 0);
    }
}

TEST(bodies, a_flipped_bit_is_refused_or_understood_but_never_half)
{
    for (size_t i = 0; i < body_samples_count; i++) {
        const struct bytes body = sample(&body_samples[i]);
        for (size_t bit = 0; bit < 8 * body.size; bit++) {
            uint8_t data[BODY_BYTES_MAX];
            struct writer writer;
            sample_data[bit / 8] = (uint8_t)(sample_data[bit / 8] ^ 1u << bit % 8);
            writer_init(&writer, data, sizeof data);
            const int err = check_exact(body_samples[i].type, body);
            assert_int_equal(body_recode(body_samples[i].type, body, &writer), err);
            sample_data[bit / 8] = (uint8_t)(sample_data[bit / 8] ^ 1u << bit % 8);
        }
    }
}

TEST(bodies, a_failed_decode_writes_nothing)
{
    struct order_pay pay;
    memset(&pay, 0x5a, sizeof pay);
    const struct order_pay before = pay;
    assert_int_equal(order_pay_decode(bytes_of("\x90", 1), &pay), ERR_MALFORMED);
    assert_memory_equal(&pay, &before, sizeof pay);
}
