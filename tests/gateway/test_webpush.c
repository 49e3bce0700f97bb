/* test_webpush.c - messages for one browser alone: the vectors of RFC 8291 and RFC 6979, and keys
 * that are none. */
#include "gateway/notify/base64url.h"
#include "gateway/notify/vapid.h"
#include "gateway/notify/webpush.h"

#include <mbedtls/ecdsa.h>
#include <mbedtls/sha256.h>
#include <string.h>

#include "tests/lib/test.h"

static void parse(const char *text, void *to, size_t size)
{
    assert_int_equal(base64url_parse(bytes_of_text(text), to, size), 0);
}

/* RFC 8291, appendix A. */
static struct webpush_keys vector_keys(void)
{
    struct webpush_keys keys;
    parse("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
          keys.p256dh.bytes, sizeof keys.p256dh.bytes);
    parse("BTBZMqHH6r4Tts7J_aSIgg", keys.auth, sizeof keys.auth);
    return keys;
}

static struct webpush_chance vector_chance(void)
{
    struct webpush_chance chance;
    parse("DGv6ra1nlYgDCS1FRnbzlw", chance.salt, sizeof chance.salt);
    parse("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw", chance.ephemeral.bytes,
          sizeof chance.ephemeral.bytes);
    return chance;
}

TEST(webpush, the_example_of_the_rfc_comes_out_byte_for_byte)
{
    static const char expected[] =
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYW"
        "AmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgS"
        "xsj_Qulcy4a-fN";
    const struct webpush_keys keys = vector_keys();
    const struct webpush_chance chance = vector_chance();
    uint8_t buffer[WEBPUSH_BODY_BYTES_MAX];
    char text[BASE64URL_TEXT_BYTES(WEBPUSH_BODY_BYTES_MAX)];
    struct bytes body;
    assert_int_equal(webpush_seal(&keys, &chance,
                                  bytes_of_text("When I grow up, I want to be a watermelon"),
                                  buffer, &body),
                     0);
    base64url_print(body, text);
    assert_string_equal(text, expected);
}

TEST(webpush, what_is_too_long_or_has_no_key_is_not_sealed)
{
    static const uint8_t zeros[WEBPUSH_TEXT_BYTES_MAX + 1];
    struct webpush_keys keys = vector_keys();
    struct webpush_chance chance = vector_chance();
    uint8_t buffer[WEBPUSH_BODY_BYTES_MAX];
    struct bytes body;
    assert_int_equal(webpush_seal(&keys, &chance, bytes_of(zeros, sizeof zeros), buffer, &body),
                     ERR_TOO_LARGE);
    assert_int_equal(
        webpush_seal(&keys, &chance, bytes_of(zeros, WEBPUSH_TEXT_BYTES_MAX), buffer, &body), 0);
    assert_int_equal(body.size, WEBPUSH_BODY_BYTES_MAX);
    assert_int_equal(webpush_seal(&keys, &chance, bytes_of(NULL, 0), buffer, &body), 0);
    keys.p256dh.bytes[64] ^= 1;
    assert_int_equal(webpush_seal(&keys, &chance, bytes_of(NULL, 0), buffer, &body), ERR_MALFORMED);
    memset(chance.ephemeral.bytes, 0, sizeof chance.ephemeral.bytes);
    assert_int_equal(webpush_seal(&keys, &chance, bytes_of(NULL, 0), buffer, &body), ERR_MALFORMED);
}

/* --- the curve --- */

TEST(p256, what_is_no_secret_and_no_point_is_refused)
{
    struct p256_secret secret;
    struct p256_point point;
    uint8_t shared[P256_SECRET_BYTES], signature[P256_SIGNATURE_BYTES];
    memset(secret.bytes, 0xff, sizeof secret.bytes); /* above the order */
    assert_int_equal(p256_public(&secret, &point), ERR_MALFORMED);
    assert_int_equal(p256_sign(&secret, bytes_of_text("x"), signature), ERR_MALFORMED);
    memset(point.bytes, 0, sizeof point.bytes);
    assert_int_equal(p256_check(&point), ERR_MALFORMED);
    point.bytes[0] = 4; /* (0, 0) is not on it */
    assert_int_equal(p256_check(&point), ERR_MALFORMED);
    assert_int_equal(p256_shared(&secret, &point, shared), ERR_MALFORMED);
    p256_secret_make(&secret);
    assert_int_equal(p256_shared(&secret, &point, shared), ERR_MALFORMED);
    assert_int_equal(p256_public(&secret, &point), 0);
    assert_int_equal(p256_check(&point), 0);
}

TEST(p256, both_ends_share_one_secret)
{
    struct p256_secret a, b;
    struct p256_point of_a, of_b;
    uint8_t at_a[P256_SECRET_BYTES], at_b[P256_SECRET_BYTES];
    p256_secret_make(&a);
    p256_secret_make(&b);
    assert_int_equal(p256_public(&a, &of_a), 0);
    assert_int_equal(p256_public(&b, &of_b), 0);
    assert_int_equal(p256_shared(&a, &of_b, at_a), 0);
    assert_int_equal(p256_shared(&b, &of_a, at_b), 0);
    assert_memory_equal(at_a, at_b, sizeof at_a);
}

/* RFC 6979, A.2.5: SHA-256 of "sample". */
TEST(p256, the_signature_of_the_rfc_comes_out)
{
    static const uint8_t secret_bytes[] = {0xC9, 0xAF, 0xA9, 0xD8, 0x45, 0xBA, 0x75, 0x16,
                                           0x6B, 0x5C, 0x21, 0x57, 0x67, 0xB1, 0xD6, 0x93,
                                           0x4E, 0x50, 0xC3, 0xDB, 0x36, 0xE8, 0x9B, 0x12,
                                           0x7B, 0x8A, 0x62, 0x2B, 0x12, 0x0F, 0x67, 0x21};
    static const uint8_t begins[] = {0xEF, 0xD4, 0x8B, 0x2A, 0xAC, 0xB6, 0xA8, 0xFD};
    struct p256_secret secret;
    uint8_t signature[P256_SIGNATURE_BYTES], again[P256_SIGNATURE_BYTES];
    memcpy(secret.bytes, secret_bytes, sizeof secret.bytes);
    assert_int_equal(p256_sign(&secret, bytes_of_text("sample"), signature), 0);
    assert_memory_equal(signature, begins, sizeof begins);
    assert_int_equal(p256_sign(&secret, bytes_of_text("sample"), again), 0);
    assert_memory_equal(signature, again, sizeof again);
}

/* --- who sends --- */

/* Whether the signature over @text is @key's, by mbedtls's own verifier. */
static bool is_signed(const struct vapid_key *key, struct bytes text,
                      const uint8_t signature[P256_SIGNATURE_BYTES])
{
    uint8_t digest[32];
    mbedtls_ecp_group group;
    mbedtls_ecp_point point;
    mbedtls_mpi r, s;
    mbedtls_ecp_group_init(&group);
    mbedtls_ecp_point_init(&point);
    mbedtls_mpi_init(&r);
    mbedtls_mpi_init(&s);
    assert_int_equal(mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1), 0);
    assert_int_equal(
        mbedtls_ecp_point_read_binary(&group, &point, key->point.bytes, sizeof key->point.bytes),
        0);
    assert_int_equal(mbedtls_mpi_read_binary(&r, signature, 32), 0);
    assert_int_equal(mbedtls_mpi_read_binary(&s, signature + 32, 32), 0);
    assert_int_equal(mbedtls_sha256_ret(text.data, text.size, digest, 0), 0);
    const bool is_right = mbedtls_ecdsa_verify(&group, digest, sizeof digest, &point, &r, &s) == 0;
    mbedtls_ecp_group_free(&group);
    mbedtls_ecp_point_free(&point);
    mbedtls_mpi_free(&r);
    mbedtls_mpi_free(&s);
    return is_right;
}

TEST(vapid, the_token_names_the_push_service_its_end_and_the_contact_and_is_signed)
{
    static const char claims[] =
        "{\"aud\":\"https://push.example.net\",\"exp\":1700043200,\"sub\":\"mailto:a@b.example\"}";
    static const char head[] = "Authorization: vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.";
    struct p256_secret secret;
    struct vapid_key key;
    char header[VAPID_HEADER_BYTES_MAX], expected[BASE64URL_TEXT_BYTES(sizeof claims - 1)];
    uint8_t signature[P256_SIGNATURE_BYTES];
    p256_secret_make(&secret);
    assert_int_equal(vapid_key_of(&secret, &key), 0);
    vapid_header(&key, "https://push.example.net", "mailto:a@b.example", 1700000000, header);
    assert_memory_equal(header, head, sizeof head - 1);
    base64url_print(bytes_of_text(claims), expected);
    assert_memory_equal(header + sizeof head - 1, expected, strlen(expected));
    const char *text = strstr(header, "t=") + 2;
    const char *dot = strrchr(header, '.');
    assert_int_equal(
        base64url_parse(bytes_of(dot + 1, strcspn(dot + 1, ",")), signature, sizeof signature), 0);
    assert_true(is_signed(&key, bytes_of(text, (size_t)(dot - text)), signature));
    assert_string_equal(strstr(header, ", k=") + 4, key.text);
    memset(secret.bytes, 0, sizeof secret.bytes);
    assert_int_equal(vapid_key_of(&secret, &key), ERR_MALFORMED);
}

/* --- base64url --- */

TEST(base64url, only_the_one_spelling_of_so_many_bytes_is_read)
{
    static const char *const wrong[] = {"",     "AQI",    "AQID=", "AQIDBA", "AQ ID",
                                        "AQI+", "AQID\n", "AQI/",  "A"};
    uint8_t bytes[3];
    parse("AQID", bytes, sizeof bytes);
    assert_memory_equal(bytes, "\x01\x02\x03", 3);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(base64url_parse(bytes_of_text(wrong[i]), bytes, sizeof bytes),
                         ERR_MALFORMED);
    }
    assert_int_equal(base64url_parse(bytes_of_text("AQJ"), bytes, 2), ERR_MALFORMED);
    assert_int_equal(base64url_parse(bytes_of_text("AQI"), bytes, 2), 0);
}
