#include "sync/log/chain.h"

#include <string.h>

#include "sync/base/check.h"

static struct hash hash_of(const struct bytes *parts, size_t count)
{
    struct hash hash;
    hash_parts(hash.bytes, HASH_BYTES, parts, count);
    return hash;
}

struct hash chain_genesis(const struct popup_id *popup, const struct public_key *log_key)
{
    const struct bytes parts[] = {bytes_of_text("trestle/log/1"),
                                  bytes_of(popup->bytes, POPUP_ID_BYTES),
                                  bytes_of(log_key->bytes, PUBLIC_KEY_BYTES)};
    return hash_of(parts, 3);
}

struct hash chain_event_hash(struct bytes event)
{
    uint8_t size[4];
    check(event.size <= UINT32_MAX);
    put_be32(size, (uint32_t)event.size);
    const struct bytes parts[] = {bytes_of(size, sizeof size), event};
    return hash_of(parts, 2);
}

struct hash chain_next(const struct hash *previous, const struct hash *event_hash)
{
    const struct bytes parts[] = {bytes_of(previous->bytes, HASH_BYTES),
                                  bytes_of(event_hash->bytes, HASH_BYTES)};
    return hash_of(parts, 2);
}

static const char label[] = "trestle/head/1";

enum {
    LABEL_BYTES = sizeof label - 1,
    MESSAGE_BYTES = LABEL_BYTES + POPUP_ID_BYTES + 8 + 8 + HASH_BYTES
};

/* What is signed: label, popup16, be64 log, be64 seq, hash32. */
static struct bytes head_message(uint8_t to[MESSAGE_BYTES], const struct popup_id *popup,
                                 uint64_t log, uint64_t seq, const struct hash *hash)
{
    uint8_t *at = to;
    memcpy(at, label, LABEL_BYTES);
    at += LABEL_BYTES;
    memcpy(at, popup->bytes, POPUP_ID_BYTES);
    at += POPUP_ID_BYTES;
    put_be64(at, log);
    put_be64(at + 8, seq);
    memcpy(at + 16, hash->bytes, HASH_BYTES);
    return bytes_of(to, MESSAGE_BYTES);
}

void head_sign(struct signature *to, const struct popup_id *popup, uint64_t log, uint64_t seq,
               const struct hash *hash, const struct secret_key *log_secret)
{
    uint8_t message[MESSAGE_BYTES];
    sign_bytes(to, head_message(message, popup, log, seq, hash), log_secret);
}

int head_verify(const struct signature *signature, const struct popup_id *popup, uint64_t log,
                uint64_t seq, const struct hash *hash, const struct public_key *log_key)
{
    uint8_t message[MESSAGE_BYTES];
    return verify_bytes(signature, head_message(message, popup, log, seq, hash), log_key);
}
