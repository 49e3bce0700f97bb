#include "node/access/rate.h"

#include <sodium.h>

#include "node/os/entropy.h"
#include "sync/base/check.h"

_Static_assert(RATE_KEY_BYTES == crypto_shorthash_KEYBYTES, "SipHash");

void rates_init(struct rates *rates)
{
    *rates = (struct rates){.key = {0}};
    entropy_bytes(rates->key, sizeof rates->key);
}

static uint64_t client_hash(const struct rates *rates, unsigned class_, struct bytes client)
{
    uint8_t hash[crypto_shorthash_BYTES];
    check(crypto_shorthash(hash, client.data, client.size, rates->key) == 0);
    return (get_be64(hash) ^ (uint64_t)class_ << 1) | 1; /* 0 is a free bucket's */
}

/* The bucket of @client: its own, or that of its set which is fullest. */
static struct rate_bucket *bucket_of(struct rates *rates, uint64_t client)
{
    struct rate_bucket *set = rates->buckets[(client >> 8) % RATE_SETS];
    struct rate_bucket *least = &set[0];
    for (size_t i = 0; i < RATE_WAYS; i++) {
        if (set[i].client == client) {
            return &set[i];
        }
        if (set[i].full_ms < least->full_ms) {
            least = &set[i];
        }
    }
    *least = (struct rate_bucket){.client = client};
    return least;
}

int rates_take(struct rates *rates, unsigned class_, struct bytes client, struct rate_limit limit,
               uint64_t now_ms, uint64_t *ret_wait_ms)
{
    check(limit.per_s > 0 && limit.per_s <= 1000 && limit.burst > 0);
    const uint64_t each_ms = 1000 / limit.per_s;
    const uint64_t most_ms = (uint64_t)limit.burst * each_ms;
    struct rate_bucket *bucket = bucket_of(rates, client_hash(rates, class_, client));
    const uint64_t full_ms = (bucket->full_ms > now_ms ? bucket->full_ms : now_ms) + each_ms;
    *ret_wait_ms = 0;
    if (full_ms > now_ms + most_ms) {
        *ret_wait_ms = full_ms - now_ms - most_ms;
        return ERR_LIMIT;
    }
    bucket->full_ms = full_ms;
    return 0;
}
