/* Known answers: RFC 7693 (BLAKE2b), RFC 8032 section 7.1 (Ed25519); BLAKE2b's other sizes as
 * Python's hashlib computes them. */
#include "sync/base/crypto.h"

#include <stdlib.h>
#include <string.h>

#include <sodium/crypto_sign_ed25519.h>

#include "tests/lib/check_trap.h"
#include "tests/lib/test.h"

static void from_hex(uint8_t *to, const char *hex)
{
    for (; hex[0] != '\0'; hex += 2) {
        const char digits[] = {hex[0], hex[1], '\0'};
        *to++ = (uint8_t)strtoul(digits, NULL, 16);
    }
}

static void assert_hash(const char *message, size_t size, const char *expected)
{
    const struct bytes part = bytes_of_text(message);
    uint8_t hash[HASH_BYTES];
    uint8_t wanted[HASH_BYTES];
    hash_parts(hash, size, &part, 1);
    from_hex(wanted, expected);
    assert_memory_equal(hash, wanted, size);
}

TEST(crypto, blake2b_gives_the_known_answers)
{
    assert_hash("", 32, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    assert_hash("abc", 32, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    assert_hash("abc", 16, "cf4ab791c62b8d2b2109c90275287816");
    assert_hash("abc", 12, "48b4f1f9042a2d5033b382b5");
    assert_hash("abc", 8, "d8bb14d833d59559");
}

TEST(crypto, hash_of_parts_is_the_hash_of_what_they_join_to)
{
    const struct bytes whole = bytes_of_text("trestle/head/1, and more");
    struct hash expected;
    hash_parts(expected.bytes, HASH_BYTES, &whole, 1);
    for (size_t cut = 0; cut <= whole.size; cut++) {
        const struct bytes parts[] = {
            bytes_of(whole.data, cut), {0}, bytes_of(whole.data + cut, whole.size - cut)};
        struct hash hash;
        hash_parts(hash.bytes, HASH_BYTES, parts, 3);
        assert_true(hash_equal(&hash, &expected));
    }
}

TEST(crypto, hash_of_no_parts_is_the_hash_of_nothing)
{
    const struct bytes nothing = {0};
    struct hash a;
    struct hash b;
    hash_parts(a.bytes, HASH_BYTES, NULL, 0);
    hash_parts(b.bytes, HASH_BYTES, &nothing, 1);
    assert_true(hash_equal(&a, &b));
    b.bytes[31] ^= 1;
    assert_false(hash_equal(&a, &b));
}

static int hash_of_size(size_t size)
{
    uint8_t hash[64];
    hash_parts(hash, size, NULL, 0);
    return 0;
}

TEST(crypto, sizes_beyond_ours_are_our_mistake)
{
    expect_failed_check(hash_of_size(0));
    expect_failed_check(hash_of_size(33));
}

static const struct {
    const char *seed;
    const char *key;
    const char *message;
    const char *signature;
} known[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6594a7c15e9716ed28dc027beceea1ec40a"},
};

enum { KNOWN = sizeof known / sizeof known[0] };

struct signer {
    struct secret_key secret;
    struct public_key key;
    uint8_t message[8];
    size_t size;
    struct signature signature;
};

/* The signer of a known answer, and what it signed by our own function. */
static struct signer signer_of(size_t i)
{
    struct signer signer;
    uint8_t seed[32];
    from_hex(seed, known[i].seed);
    from_hex(signer.message, known[i].message);
    signer.size = strlen(known[i].message) / 2;
    (void)crypto_sign_ed25519_seed_keypair(signer.key.bytes, signer.secret.bytes, seed);
    sign_bytes(&signer.signature, bytes_of(signer.message, signer.size), &signer.secret);
    return signer;
}

static int verify(const struct signer *signer)
{
    return verify_bytes(&signer->signature, bytes_of(signer->message, signer->size), &signer->key);
}

TEST(crypto, ed25519_gives_the_known_answers)
{
    for (size_t i = 0; i < KNOWN; i++) {
        const struct signer signer = signer_of(i);
        uint8_t expected[SIGNATURE_BYTES];
        from_hex(expected, known[i].key);
        assert_memory_equal(signer.key.bytes, expected, PUBLIC_KEY_BYTES);
        from_hex(expected, known[i].signature);
        assert_memory_equal(signer.signature.bytes, expected, SIGNATURE_BYTES);
        assert_int_equal(verify(&signer), 0);
    }
}

TEST(crypto, every_flipped_bit_spoils_a_signature)
{
    struct signer signer = signer_of(2);
    for (size_t bit = 0; bit < SIGNATURE_BYTES * 8; bit++) {
        signer.signature.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(verify(&signer), ERR_BAD_SIGNATURE);
        signer.signature.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    signer.message[0] ^= 1;
    assert_int_equal(verify(&signer), ERR_BAD_SIGNATURE);
    signer.message[0] ^= 1;
    signer.key.bytes[5] ^= 1;
    assert_int_equal(verify(&signer), ERR_BAD_SIGNATURE);
}

/* s + L is the same number to the equation, and another signature to whoever compares bytes. */
TEST(crypto, second_form_of_a_signature_is_refused)
{
    struct signer signer = signer_of(1);
    uint8_t order[32];
    unsigned carry = 0;
    from_hex(order, "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    for (size_t i = 0; i < 32; i++) {
        carry += signer.signature.bytes[32 + i] + order[i];
        signer.signature.bytes[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    assert_int_equal(carry, 0);
    assert_int_equal(verify(&signer), ERR_BAD_SIGNATURE);
}

/* With the neutral element as key, R = S = identity and 0 "signs" everything. */
TEST(crypto, small_order_key_is_refused)
{
    const struct public_key neutral = {{1}};
    const struct signature signature = {{1}};
    assert_int_equal(verify_bytes(&signature, bytes_of_text("anything"), &neutral),
                     ERR_BAD_SIGNATURE);
}
