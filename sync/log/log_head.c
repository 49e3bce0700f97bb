/* Where a log ends: its row, and what it was at an earlier event. */
#include <string.h>

#include "sync/base/check.h"
#include "sync/log/run.h"

enum { HEAD_BYTES_MAX = 128 };

void log_head_init(struct log_head *head, const struct popup_id *popup,
                   const struct public_key *key, uint64_t device, uint32_t incarnation)
{
    *head = (struct log_head){.log = id64_of_key(key),
                              .hash = chain_genesis(popup, key),
                              .key = *key,
                              .device = device,
                              .incarnation = incarnation};
}

struct operation log_head_operation(const struct log_head *head)
{
    struct operation operation = {.log = head->log, .seq = head->seq};
    check(head->seq > 0);
    memcpy(operation.hash, head->hash.bytes, OPERATION_HASH_BYTES);
    return operation;
}

int log_head_put(struct store_txn *txn, const struct log_head *head)
{
    uint8_t buffer[HEAD_BYTES_MAX];
    struct writer writer;
    struct bytes value;
    check(head->seq == head->signed_seq);
    writer_init(&writer, buffer, sizeof buffer);
    write_array(&writer, 6);
    write_uint(&writer, head->seq);
    write_bin(&writer, head->hash.bytes, HASH_BYTES);
    write_bin(&writer, head->key.bytes, PUBLIC_KEY_BYTES);
    write_id64(&writer, head->device);
    write_uint(&writer, head->incarnation);
    write_uint(&writer, head->bytes);
    const int err = writer_finish(&writer, &value);
    check(err == 0);
    const struct key key = key_head(head->log);
    return store_put(txn, TABLE_HEAD, key_bytes(&key), value);
}

static int head_decode(struct bytes value, uint64_t log, struct log_head *ret_head)
{
    struct log_head head = {.log = log};
    struct reader reader;
    reader_init(&reader, value);
    read_array(&reader, 6, 6);
    head.seq = read_uint(&reader, SEQ_MAX - 1); /* there is a next one */
    read_fixed(&reader, head.hash.bytes, HASH_BYTES);
    read_fixed(&reader, head.key.bytes, PUBLIC_KEY_BYTES);
    head.device = read_id64(&reader);
    head.incarnation = (uint32_t)read_uint(&reader, UINT32_MAX);
    head.bytes = read_uint(&reader, UINT64_MAX);
    head.signed_seq = head.seq;
    if (reader_finish(&reader) != 0) {
        return ERR_MALFORMED;
    }
    *ret_head = head;
    return 0;
}

int log_head_get(struct store_txn *txn, uint64_t log, struct log_head *ret_head)
{
    const struct key key = key_head(log);
    struct bytes value;
    const int err = store_get(txn, TABLE_HEAD, key_bytes(&key), &value);
    return err != 0 ? err : head_decode(value, log, ret_head);
}

int log_head_next(struct store_cursor *cursor, struct log_head *ret_head)
{
    struct bytes key;
    struct bytes value;
    const int err = store_cursor_next(cursor, &key, &value);
    if (err != 0) {
        return err;
    }
    return key.size == 8 ? head_decode(value, get_be64(key.data), ret_head) : ERR_MALFORMED;
}

int log_head_at(struct store_txn *txn, const struct popup_id *popup, const struct log_head *head,
                uint64_t seq, struct log_head *ret_head)
{
    struct log_head earlier = *head;
    struct bytes event;
    int err = 0;
    check(seq <= head->seq);
    if (seq == 0) {
        earlier.hash = chain_genesis(popup, &head->key);
    } else {
        err = event_get(txn, head->log, seq, &earlier.hash, &event);
    }
    if (err != 0) {
        return err;
    }
    earlier.seq = seq;
    earlier.signed_seq = seq;
    earlier.open_bytes = 0;
    *ret_head = earlier;
    return 0;
}
