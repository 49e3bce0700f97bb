#include "sync/domain/request.h"

#include <string.h>

#include "sync/base/check.h"

enum {
    REQUEST_HASH_BYTES = 16,
    REQUEST_KEY_SIZE = 8 + REQUEST_HASH_BYTES,
    REQUEST_ROW_BYTES_MAX = 160
};

struct request_key {
    uint8_t bytes[REQUEST_KEY_SIZE];
};

static struct request_key request_key_of(const struct command *command, uint64_t day)
{
    struct request_key key;
    uint8_t session[8];
    put_be64(session, command->principal.session);
    const struct bytes parts[] = {bytes_of_text("trestle/request/1"),
                                  bytes_of(session, sizeof session), command->key};
    put_be64(key.bytes, day);
    hash_parts(key.bytes + 8, REQUEST_HASH_BYTES, parts, 3);
    return key;
}

static int answer_decode(struct bytes row, struct hash *ret_body, struct answer *ret_answer)
{
    struct reader reader;
    struct answer answer = {.carts_changed = {0}};
    reader_init(&reader, row);
    (void)read_array(&reader, 10, 10);
    read_fixed(&reader, ret_body->bytes, sizeof ret_body->bytes);
    answer.kind = (enum kind)read_uint(&reader, 255);
    read_fixed(&reader, answer.entity.bytes, sizeof answer.entity.bytes);
    answer.log = read_id64(&reader);
    answer.seq = read_uint(&reader, SEQ_MAX);
    answer.events = (uint32_t)read_uint(&reader, UINT32_MAX);
    answer.number = (uint32_t)read_uint(&reader, UINT32_MAX);
    answer.day = read_uint(&reader, UINT64_MAX);
    answer.total_minor = read_int(&reader, INT64_MIN, INT64_MAX);
    answer.change_minor = read_int(&reader, INT64_MIN, INT64_MAX);
    if (reader_finish(&reader) != 0) {
        return ERR_IO; /* our own row: the store is damaged */
    }
    *ret_answer = answer;
    return 0;
}

static int find_at(struct store_txn *txn, const struct command *command,
                   const struct request_key *key, struct answer *ret_answer)
{
    struct hash body;
    struct answer answer;
    struct bytes row;
    int err = store_get(txn, TABLE_REQUEST, bytes_of(key->bytes, sizeof key->bytes), &row);
    if (err == 0) {
        err = answer_decode(row, &body, &answer);
    }
    if (err != 0) {
        return err;
    }
    if (!hash_equal(&body, &command->body_hash)) {
        return ERR_CONFLICT;
    }
    *ret_answer = answer;
    return 0;
}

int request_find(struct store_txn *txn, const struct command *command, uint64_t day,
                 struct answer *ret_answer)
{
    struct request_key key = request_key_of(command, day);
    int err = find_at(txn, command, &key, ret_answer);
    if (err != ERR_NOT_FOUND || day == 0) {
        return err;
    }
    put_be64(key.bytes, day - 1);
    return find_at(txn, command, &key, ret_answer);
}

int request_keep(struct store_txn *txn, const struct command *command, uint64_t day,
                 const struct answer *answer)
{
    struct request_key key = request_key_of(command, day);
    uint8_t data[REQUEST_ROW_BYTES_MAX];
    struct writer writer;
    struct bytes row;
    writer_init(&writer, data, sizeof data);
    write_array(&writer, 10);
    write_bin(&writer, command->body_hash.bytes, sizeof command->body_hash.bytes);
    write_uint(&writer, answer->kind);
    write_bin(&writer, answer->entity.bytes, sizeof answer->entity.bytes);
    write_id64(&writer, answer->log);
    write_uint(&writer, answer->seq);
    write_uint(&writer, answer->events);
    write_uint(&writer, answer->number);
    write_uint(&writer, answer->day);
    write_int(&writer, answer->total_minor);
    write_int(&writer, answer->change_minor);
    check(writer_finish(&writer, &row) == 0);
    return store_put(txn, TABLE_REQUEST, bytes_of(key.bytes, sizeof key.bytes), row);
}

/* The oldest record's key, if it is older than @day. */
static int oldest_find(struct store_txn *txn, uint64_t day, struct request_key *ret_key)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    static const uint8_t first[1] = {0};
    int err = store_cursor_open(txn, TABLE_REQUEST, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(first, sizeof first), &key, &value);
    if (err == 0 && key.size != sizeof ret_key->bytes) {
        err = ERR_IO;
    }
    if (err == 0 && get_be64(key.data) >= day) {
        err = ERR_NOT_FOUND;
    }
    if (err == 0) {
        memcpy(ret_key->bytes, key.data, sizeof ret_key->bytes);
    }
    store_cursor_close(&cursor);
    return err;
}

int request_forget(struct store_txn *txn, uint64_t day, uint32_t count)
{
    int err = 0;
    for (uint32_t i = 0; i < count && err == 0 && day > 1; i++) {
        struct request_key key;
        err = oldest_find(txn, day - 1, &key);
        if (err == 0) {
            err = store_del(txn, TABLE_REQUEST, bytes_of(key.bytes, sizeof key.bytes));
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}
