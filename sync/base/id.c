#include "sync/base/id.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/base/limits.h"

enum { MINT_SECONDS_BYTES = 4, MINT_HASH_BYTES = ENTITY_ID_BYTES - MINT_SECONDS_BYTES };

bool entity_id_equal(const struct entity_id *a, const struct entity_id *b)
{
    return memcmp(a->bytes, b->bytes, ENTITY_ID_BYTES) == 0;
}

struct entity_id entity_id_derive(enum kind kind, uint64_t number)
{
    check(kind > KIND_NONE && kind <= KIND_LAST);
    uint8_t tail[1 + 8] = {(uint8_t)kind};
    put_be64(tail + 1, number);
    const struct bytes parts[] = {bytes_of_text("trestle/entity/1"), bytes_of(tail, sizeof tail)};
    struct entity_id id;
    hash_parts(id.bytes, ENTITY_ID_BYTES, parts, 2);
    return id;
}

struct entity_id entity_id_mint(uint32_t seconds, struct bytes session, struct bytes key)
{
    check(session.size <= UINT32_MAX);
    uint8_t session_size[4];
    put_be32(session_size, (uint32_t)session.size);
    const struct bytes parts[] = {bytes_of_text("trestle/order/1"),
                                  bytes_of(session_size, sizeof session_size), session, key};
    struct entity_id id;
    put_be32(id.bytes, seconds);
    hash_parts(id.bytes + MINT_SECONDS_BYTES, MINT_HASH_BYTES, parts, 4);
    return id;
}

uint64_t id64_of_key(const struct public_key *key)
{
    const struct bytes part = bytes_of(key->bytes, PUBLIC_KEY_BYTES);
    uint8_t id[8];
    hash_parts(id, sizeof id, &part, 1);
    return get_be64(id);
}

struct popup_id popup_id_of_root(const struct public_key *root)
{
    const struct bytes part = bytes_of(root->bytes, PUBLIC_KEY_BYTES);
    struct popup_id id;
    hash_parts(id.bytes, POPUP_ID_BYTES, &part, 1);
    return id;
}

bool operation_equal(const struct operation *a, const struct operation *b)
{
    return operation_compare(a, b) == 0;
}

int operation_compare(const struct operation *a, const struct operation *b)
{
    if (a->log != b->log) {
        return a->log < b->log ? -1 : 1;
    }
    if (a->seq != b->seq) {
        return a->seq < b->seq ? -1 : 1;
    }
    return memcmp(a->hash, b->hash, OPERATION_HASH_BYTES);
}

void write_operation(struct writer *writer, const struct operation *operation)
{
    check(operation->seq >= 1 && operation->seq <= SEQ_MAX);
    write_array(writer, 3);
    write_id64(writer, operation->log);
    write_uint(writer, operation->seq);
    write_bin(writer, operation->hash, OPERATION_HASH_BYTES);
}

struct operation read_operation(struct reader *reader)
{
    struct operation operation;
    read_array(reader, 3, 3);
    operation.log = read_id64(reader);
    operation.seq = read_uint(reader, SEQ_MAX);
    read_fixed(reader, operation.hash, OPERATION_HASH_BYTES);
    if (operation.seq == 0) {
        reader_fail(reader, ERR_MALFORMED);
    }
    return reader->err == 0 ? operation : (struct operation){0};
}
