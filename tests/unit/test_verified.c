/* Signatures that verified before are known again, to the bit; others never are. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "sync/base/verified.h"
#include "tests/lib/test.h"

struct scene {
    struct verified *verified;
    struct secret_key secret;
    struct public_key key;
    struct signature signature;
    uint8_t message[100];
};

static struct bytes message_of(const struct scene *scene)
{
    return bytes_of(scene->message, sizeof scene->message);
}

static int verify(struct scene *scene)
{
    return verified_bytes(scene->verified, &scene->signature, message_of(scene), &scene->key);
}

static struct scene scene_begin(void)
{
    struct scene scene = {.verified = calloc(1, sizeof *scene.verified), .message = "an event"};
    uint8_t seed[crypto_sign_SEEDBYTES] = {7};
    assert_non_null(scene.verified);
    (void)crypto_sign_seed_keypair(scene.key.bytes, scene.secret.bytes, seed);
    sign_bytes(&scene.signature, message_of(&scene), &scene.secret);
    return scene;
}

TEST(verified, a_good_signature_is_verified_once)
{
    struct scene scene = scene_begin();
    for (int i = 0; i < 3; i++) {
        assert_int_equal(verify(&scene), 0);
    }
    assert_int_equal(scene.verified->verifications, 1);
    free(scene.verified);
}

TEST(verified, another_bit_anywhere_is_not_known_again)
{
    struct scene scene = scene_begin();
    uint8_t *const parts[] = {scene.key.bytes, scene.signature.bytes, scene.message};
    const size_t sizes[] = {PUBLIC_KEY_BYTES, SIGNATURE_BYTES, sizeof scene.message};
    assert_int_equal(verify(&scene), 0);
    for (size_t part = 0; part < 3; part++) {
        for (size_t at = 0; at < sizes[part]; at++) {
            parts[part][at] ^= 1;
            assert_int_equal(verify(&scene), ERR_BAD_SIGNATURE);
            assert_int_equal(verify(&scene), ERR_BAD_SIGNATURE); /* nor was that remembered */
            parts[part][at] ^= 1;
        }
    }
    assert_int_equal(verify(&scene), 0);
    free(scene.verified);
}

TEST(verified, more_than_it_remembers_are_verified_again_and_still_good)
{
    struct scene scene = scene_begin();
    for (uint32_t i = 0; i < 2 * VERIFIED_MAX; i++) {
        put_be32(scene.message, i);
        sign_bytes(&scene.signature, message_of(&scene), &scene.secret);
        assert_int_equal(verify(&scene), 0);
    }
    put_be32(scene.message, 0);
    sign_bytes(&scene.signature, message_of(&scene), &scene.secret);
    assert_int_equal(verify(&scene), 0);
    scene.signature.bytes[0] ^= 1;
    assert_int_equal(verify(&scene), ERR_BAD_SIGNATURE);
    free(scene.verified);
}
