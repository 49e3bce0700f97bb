#include "sync/base/verified.h"

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

/* Where @hash is, or where it shall be: an empty place of its set, else one by its own bits. */
static struct hash *place_of(struct verified *verified, const struct hash *hash)
{
    static const struct hash empty;
    struct hash *set = verified->found[get_be32(hash->bytes) % VERIFIED_SETS];
    struct hash *place = &set[hash->bytes[4] % VERIFIED_WAYS];
    for (uint32_t i = 0; i < VERIFIED_WAYS; i++) {
        if (hash_equal(&set[i], hash)) {
            return &set[i];
        }
        if (hash_equal(&set[i], &empty)) {
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
    if (hash_equal(found, &hash)) {
        return 0;
    }
    verified->verifications++;
    const int err = verify_bytes(signature, message, key);
    if (err == 0) {
        *found = hash;
    }
    return err;
}
