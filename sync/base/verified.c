#include "sync/base/verified.h"

#include <string.h>

/* Fixed sizes first, so that no two triples are one text. */
static struct hash triple_hash(const struct signature *signature, struct bytes message,
                               const struct public_key *key)
{
    const struct bytes parts[] = {bytes_of(key->bytes, PUBLIC_KEY_BYTES),
                                  bytes_of(signature->bytes, SIGNATURE_BYTES), message};
    struct hash hash;
    hash_parts(hash.bytes, sizeof hash.bytes, parts, 3);
    return hash;
}

/* hash_equal takes as long whatever differs, for the sake of secrets. These are none, and a roster
 * that is read compares sixteen for each of its signatures. */
static bool is_same(const struct hash *a, const struct hash *b)
{
    return memcmp(a->bytes, b->bytes, HASH_BYTES) == 0;
}

/* Where @hash is, or where it shall be: an empty place of its set, else one by its own bits. */
static struct hash *place_of(struct verified *verified, const struct hash *hash)
{
    static const struct hash empty;
    struct hash *set = verified->found[get_be32(hash->bytes) % VERIFIED_SETS];
    struct hash *place = &set[hash->bytes[4] % VERIFIED_WAYS];
    for (uint32_t i = 0; i < VERIFIED_WAYS; i++) {
        if (is_same(&set[i], hash)) {
            return &set[i];
        }
        if (is_same(&set[i], &empty)) {
            place = &set[i];
        }
    }
    return place;
}

int verified_bytes(struct verified *verified, const struct signature *signature,
                   struct bytes message, const struct public_key *key)
{
    if (verified == NULL) {
        return verify_bytes(signature, message, key);
    }
    const struct hash hash = triple_hash(signature, message, key);
    struct hash *found = place_of(verified, &hash);
    if (is_same(found, &hash)) {
        return 0;
    }
    verified->verifications++;
    const int err = verify_bytes(signature, message, key);
    if (err == 0) {
        *found = hash;
    }
    return err;
}
