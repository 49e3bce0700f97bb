#include "sync/roster/certificate.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/journal.h"
#include "tests/lib/test.h"

/* Python: msgpack by hand, BLAKE2b and RFC 8032; root key of seed BLAKE2b-256(be32 1), device keys
 * 104 and 304. */
static const char chain_hex[] =
    "9192c46a9901c410c811767d3f0df5a28a552b03dbc65458c42071418554c2ae48dbeabc9adb047de0d11a1e21f0"
    "ff7db6076da4b6ad895e28b0c42063b7730e5c8c628f1f13bbfa44f6cbf8343aea7688ef0fe93c3a704ec24927fb"
    "01ce0011957da145a8646576696365203404c4409c790cb7da0beb641537e073312f2bbc974d0fbc6eaee683ad75"
    "ed681d29ed721fbe8b4c16defa44e847f216048c347fada22d6339a3bd971060f1fc65b15d09";

static int verify(const struct journal *journal, struct bytes chain, struct certificate *ret)
{
    return certificate_verify(chain, &journal->popup, &journal->root, ret);
}

static int issue_by_root(const struct journal *journal, const struct certificate *certificate,
                         uint8_t *buffer, struct bytes *ret_chain)
{
    return certificate_issue(certificate, &journal->root_secret, NULL, buffer, CERT_CHAIN_BYTES_MAX,
                             ret_chain);
}

TEST(certificate, is_spelled_and_signed_as_the_protocol_says)
{
    uint8_t expected[512];
    struct journal journal;
    struct journal_device device;
    journal_init(&journal);
    journal_device_init(&device, &journal, 4, ROLE_COUNTER, NULL);
    assert_true(bytes_equal(device.chain, bytes_of_hex(expected, chain_hex)));
}

TEST(certificate, by_the_root_verifies_and_gives_back_what_was_issued)
{
    struct journal journal;
    struct journal_device device;
    struct certificate found;
    journal_init(&journal);
    journal_device_init(&device, &journal, 4, ROLE_COUNTER, NULL);
    assert_int_equal(verify(&journal, device.chain, &found), 0);
    assert_true(found.is_by_root);
    found.is_by_root = false;
    assert_int_equal(certificate_compare(&found, &device.certificate), 0);
    assert_string_equal(found.lane, "E");
    assert_string_equal(found.name, "device 4");
}

TEST(certificate, by_an_admin_verifies_up_to_the_root)
{
    struct journal journal;
    struct journal_device owner;
    struct journal_device kitchen;
    struct certificate found;
    journal_init(&journal);
    journal_device_init(&owner, &journal, 1, ROLE_OWNER, NULL);
    journal_device_init(&kitchen, &journal, 2, ROLE_KITCHEN, &owner);
    assert_int_equal(verify(&journal, kitchen.chain, &found), 0);
    assert_int_equal(found.role, ROLE_KITCHEN);
    assert_false(found.is_by_root);
}

TEST(certificate, of_another_pop_up_is_refused)
{
    struct journal journal;
    struct journal_device device;
    struct certificate certificate;
    struct certificate found;
    journal_init(&journal);
    certificate = journal_certificate(&journal, 1, ROLE_COUNTER);
    certificate.popup.bytes[0] ^= 1;
    journal_device_certify(&device, &journal, &certificate, NULL);
    assert_int_equal(verify(&journal, device.chain, &found), ERR_MISMATCH);
}

TEST(certificate, by_another_root_is_refused)
{
    struct journal journal;
    struct journal_device device;
    struct certificate found;
    struct secret_key secret;
    journal_init(&journal);
    journal_device_init(&device, &journal, 1, ROLE_COUNTER, NULL);
    keys_of_number(2, &journal.root, &secret);
    assert_int_equal(verify(&journal, device.chain, &found), ERR_BAD_SIGNATURE);
}

TEST(certificate, by_a_device_that_may_not_issue_is_refused)
{
    struct journal journal;
    struct journal_device counter;
    struct journal_device friend;
    struct certificate found;
    journal_init(&journal);
    journal_device_init(&counter, &journal, 1, ROLE_COUNTER, NULL);
    journal_device_init(&friend, &journal, 2, ROLE_COUNTER, &counter);
    assert_int_equal(verify(&journal, friend.chain, &found), ERR_FORBIDDEN);
}

TEST(certificate, cannot_grant_what_its_issuer_lacks)
{
    struct journal journal;
    struct journal_device manager;
    struct journal_device gateway;
    struct certificate found;
    journal_init(&journal);
    journal_device_init(&manager, &journal, 1, ROLE_MANAGER, NULL);
    journal_device_init(&gateway, &journal, 2, ROLE_GATEWAY, &manager);
    assert_int_equal(verify(&journal, gateway.chain, &found), ERR_FORBIDDEN);
}

TEST(certificate, that_an_admin_s_admin_issued_is_not_made)
{
    struct journal journal;
    struct journal_device owner;
    struct journal_device manager;
    uint8_t buffer[CERT_CHAIN_BYTES_MAX];
    struct bytes chain;
    journal_init(&journal);
    journal_device_init(&owner, &journal, 1, ROLE_OWNER, NULL);
    journal_device_init(&manager, &journal, 2, ROLE_MANAGER, &owner);
    const struct certificate third = journal_certificate(&journal, 3, ROLE_COUNTER);
    assert_int_equal(
        certificate_issue(&third, &manager.secret, &manager.chain, buffer, sizeof buffer, &chain),
        ERR_TOO_MANY);
}

TEST(certificate, with_an_unclean_lane_name_or_role_is_not_made)
{
    struct journal journal;
    uint8_t buffer[CERT_CHAIN_BYTES_MAX];
    struct bytes chain;
    journal_init(&journal);
    struct certificate certificate = journal_certificate(&journal, 1, ROLE_COUNTER);
    assert_int_equal(issue_by_root(&journal, &certificate, buffer, &chain), 0);
    certificate.lane[0] = 'a';
    assert_int_equal(issue_by_root(&journal, &certificate, buffer, &chain), ERR_MALFORMED);
    certificate.lane_size = 0; /* no lane: it mints no numbers */
    assert_int_equal(issue_by_root(&journal, &certificate, buffer, &chain), 0);
    certificate.name[0] = '\n';
    assert_int_equal(issue_by_root(&journal, &certificate, buffer, &chain), ERR_MALFORMED);
    certificate = journal_certificate(&journal, 1, ROLE_NONE);
    assert_int_equal(issue_by_root(&journal, &certificate, buffer, &chain), ERR_MALFORMED);
    certificate.role = ROLE_COUNT;
    assert_int_equal(issue_by_root(&journal, &certificate, buffer, &chain), ERR_MALFORMED);
}

TEST(certificate, with_a_longer_lane_or_name_than_allowed_is_not_made_nor_one_under_a_broken_chain)
{
    struct journal journal;
    uint8_t buffer[CERT_CHAIN_BYTES_MAX];
    struct bytes chain;
    journal_init(&journal);
    struct certificate certificate = journal_certificate(&journal, 2, ROLE_COUNTER);
    const struct bytes broken = bytes_of_text("broken");
    assert_int_equal(certificate_issue(&certificate, &journal.root_secret, &broken, buffer,
                                       sizeof buffer, &chain),
                     ERR_MALFORMED);
    certificate.name_size = NAME_BYTES_MAX + 1;
    assert_int_equal(issue_by_root(&journal, &certificate, buffer, &chain), ERR_MALFORMED);
    certificate = journal_certificate(&journal, 2, ROLE_COUNTER);
    certificate.lane_size = LANE_BYTES_MAX + 1;
    assert_int_equal(issue_by_root(&journal, &certificate, buffer, &chain), ERR_MALFORMED);
}

TEST(certificate, that_does_not_fit_the_buffer_is_not_written)
{
    struct journal journal;
    struct journal_device owner;
    uint8_t buffer[CERT_CHAIN_BYTES_MAX];
    struct bytes chain;
    journal_init(&journal);
    journal_device_init(&owner, &journal, 1, ROLE_OWNER, NULL);
    const struct certificate second = journal_certificate(&journal, 2, ROLE_COUNTER);
    assert_int_equal(
        certificate_issue(&second, &owner.secret, &owner.chain, buffer, sizeof buffer, &chain), 0);
    const size_t needed = chain.size;
    for (size_t capacity = 0; capacity < needed; capacity++) {
        assert_int_equal(
            certificate_issue(&second, &owner.secret, &owner.chain, buffer, capacity, &chain),
            ERR_TOO_LARGE);
    }
}

TEST(certificate, cut_at_any_byte_is_refused)
{
    struct journal journal;
    struct journal_device owner;
    struct journal_device kitchen;
    struct certificate found;
    journal_init(&journal);
    journal_device_init(&owner, &journal, 1, ROLE_OWNER, NULL);
    journal_device_init(&kitchen, &journal, 2, ROLE_KITCHEN, &owner);
    for (size_t size = 0; size < kitchen.chain.size; size++) {
        uint8_t *copy = malloc(size + 1);
        assert_non_null(copy);
        memcpy(copy, kitchen.chain.data, size);
        assert_int_equal(verify(&journal, bytes_of(copy, size), &found), ERR_MALFORMED);
        free(copy);
    }
}

TEST(certificate, with_any_bit_changed_is_refused)
{
    struct journal journal;
    struct journal_device owner;
    struct journal_device kitchen;
    struct certificate found;
    journal_init(&journal);
    journal_device_init(&owner, &journal, 1, ROLE_OWNER, NULL);
    journal_device_init(&kitchen, &journal, 2, ROLE_KITCHEN, &owner);
    for (size_t bit = 0; bit < kitchen.chain.size * 8; bit++) {
        kitchen.chain_data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_not_equal(verify(&journal, kitchen.chain, &found), 0);
        kitchen.chain_data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_int_equal(verify(&journal, kitchen.chain, &found), 0);
}

TEST(certificate, of_a_device_the_root_s_then_the_newest_counts)
{
    struct journal journal;
    journal_init(&journal);
    struct certificate old = journal_certificate(&journal, 5, ROLE_COUNTER);
    struct certificate new = old;
    struct certificate twin = old;
    new.issued++;
    twin.lane[0] = 'Z';
    assert_true(certificate_compare(&old, &new) < 0);
    assert_true(certificate_compare(&new, &old) > 0);
    assert_int_equal(certificate_compare(&old, &old), 0);
    assert_true(certificate_compare(&old, &twin) < 0);
    assert_true(certificate_compare(&twin, &old) > 0);
    old.is_by_root = true;
    assert_true(certificate_compare(&old, &new) > 0);
}
