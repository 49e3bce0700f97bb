#include "sync/mesh/vector.h"

#include <string.h>

#include "sync/base/check.h"

void vector_reset(struct vector *vector)
{
    vector->count = 0;
}

/* Where @log stands, or would stand, in the ascending list. */
static uint32_t place_of(const struct vector *vector, uint64_t log)
{
    uint32_t low = 0;
    uint32_t high = vector->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (vector->heads[vector->ascending[middle]].log < log) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

int32_t vector_find(const struct vector *vector, uint64_t log)
{
    uint32_t place = place_of(vector, log);
    if (place == vector->count) {
        return SLOT_NONE;
    }
    uint32_t slot = vector->ascending[place];
    return vector->heads[slot].log == log ? (int32_t)slot : SLOT_NONE;
}

int vector_add(struct vector *vector, const struct log_head *head, int32_t *ret_slot)
{
    if (vector->count == LOGS_MAX) {
        return ERR_TOO_MANY;
    }
    uint32_t place = place_of(vector, head->log);
    uint32_t slot = vector->count;
    check(place == slot || vector->heads[vector->ascending[place]].log != head->log);
    memmove(&vector->ascending[place + 1], &vector->ascending[place],
            (slot - place) * sizeof vector->ascending[0]);
    vector->ascending[place] = (uint16_t)slot;
    vector->heads[slot] = *head;
    vector->limits[slot] = (struct log_limit){.seq = UINT64_MAX};
    vector->count++;
    *ret_slot = (int32_t)slot;
    return 0;
}

int vector_load(struct vector *vector, struct store_txn *txn)
{
    struct store_cursor cursor;
    struct log_head head;
    int32_t slot;
    vector_reset(vector);
    int err = store_cursor_open(txn, TABLE_HEAD, &cursor);
    if (err != 0) {
        return err;
    }
    while ((err = log_head_next(&cursor, &head)) == 0 &&
           (err = vector_add(vector, &head, &slot)) == 0) {
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

uint64_t vector_device_bytes(const struct vector *vector, uint64_t device)
{
    uint64_t bytes = 0;
    for (uint32_t slot = 0; slot < vector->count; slot++) {
        const struct log_head *head = &vector->heads[slot];
        bytes += head->device == device ? head->bytes + head->seq * EVENT_STORED_BYTES : 0;
    }
    return bytes;
}

uint64_t vector_seq(const struct vector *vector, uint32_t slot)
{
    uint64_t seq = vector->heads[slot].seq;
    return seq < vector->limits[slot].seq ? seq : vector->limits[slot].seq;
}

struct head_claim vector_claim(const struct vector *vector, uint32_t slot)
{
    const struct log_head *head = &vector->heads[slot];
    const struct log_limit *limit = &vector->limits[slot];
    if (head->seq > limit->seq) {
        struct head_claim cut = {.log = head->log, .seq = limit->seq};
        memcpy(cut.hash, limit->hash.bytes, sizeof cut.hash);
        return cut;
    }
    struct head_claim claim = {.log = head->log, .seq = head->seq};
    memcpy(claim.hash, head->hash.bytes, sizeof claim.hash);
    return claim;
}

enum { CLAIM_BYTES = 8 + 8 + HEAD_HASH_BYTES };

static size_t put_claim(uint8_t *to, const struct head_claim *claim)
{
    if (claim->seq == 0) {
        return 0;
    }
    put_be64(to, claim->log);
    put_be64(to + 8, claim->seq);
    memcpy(to + 16, claim->hash, HEAD_HASH_BYTES);
    return CLAIM_BYTES;
}

static struct claim_digest digest_of(const uint8_t *data, size_t size)
{
    struct claim_digest digest;
    const struct bytes all = bytes_of(data, size);
    hash_parts(digest.bytes, sizeof digest.bytes, &all, 1);
    return digest;
}

struct claim_digest claims_digest(const struct head_claim *claims, uint32_t count)
{
    uint8_t data[2 * LOGS_MAX * CLAIM_BYTES];
    size_t size = 0;
    check(count <= 2 * LOGS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        size += put_claim(data + size, &claims[i]);
    }
    return digest_of(data, size);
}

struct claim_digest vector_digest(const struct vector *vector)
{
    uint8_t data[LOGS_MAX * CLAIM_BYTES];
    size_t size = 0;
    for (uint32_t i = 0; i < vector->count; i++) {
        struct head_claim claim = vector_claim(vector, vector->ascending[i]);
        size += put_claim(data + size, &claim);
    }
    return digest_of(data, size);
}
