/* Rows of recipients, and the count of the day's SMS. */
#include <string.h>

#include "gateway/notify/recipient.h"
#include "sync/base/check.h"
#include "sync/base/reader.h"
#include "sync/base/writer.h"

enum {
    ROW_VERSION = 1,
    ROW_FIELDS = 8 + 4 * CHANNEL_COUNT,
    ROW_BYTES_MAX = ENDPOINT_URL_BYTES_MAX + P256_POINT_BYTES + 256,
    COUNT_FIELDS = 3,
    PREFIX_BYTES = 1 + ENTITY_ID_BYTES, /* of all rows of an order */
    KEY_BYTES = PREFIX_BYTES + 8,
};

static const uint8_t row_mark = 'R';
static const uint8_t count_key[] = {'D'};

struct row_key {
    uint8_t bytes[KEY_BYTES];
};

static struct row_key key_of(const struct recipient_id *id)
{
    struct row_key key = {.bytes = {row_mark}};
    memcpy(key.bytes + 1, id->order.bytes, ENTITY_ID_BYTES);
    put_be64(key.bytes + PREFIX_BYTES, id->asker);
    return key;
}

static void write_outgoing(struct writer *writer, const struct outgoing *outgoing)
{
    write_uint(writer, outgoing->told);
    write_uint(writer, outgoing->news);
    write_bool(writer, outgoing->is_sending);
    write_uint(writer, outgoing->tries);
}

static void read_outgoing(struct reader *reader, struct outgoing *outgoing)
{
    outgoing->told = (uint32_t)read_uint(reader, NEWS_ALL);
    outgoing->news = (enum news)read_uint(reader, NEWS_NONE);
    outgoing->is_sending = read_bool(reader);
    outgoing->tries = (uint32_t)read_uint(reader, RECIPIENT_TRIES_MAX);
    if (outgoing->is_sending && outgoing->news == NEWS_NONE) {
        reader_fail(reader, ERR_MALFORMED);
    }
}

/* Terminated, in the @size + 1 bytes of @to, which are 0. */
static void read_word(struct reader *reader, char *to, size_t size)
{
    const struct bytes text = read_text(reader, size);
    if (text.size > 0) {
        memcpy(to, text.data, text.size);
    }
}

int recipient_put(struct store_txn *txn, const struct recipient *recipient)
{
    const struct row_key key = key_of(&recipient->id);
    const struct webpush_keys *keys = &recipient->push.keys;
    uint8_t data[ROW_BYTES_MAX];
    struct writer writer;
    struct bytes row;
    writer_init(&writer, data, sizeof data);
    write_array(&writer, ROW_FIELDS);
    write_uint(&writer, ROW_VERSION);
    write_uint(&writer, recipient->day);
    write_uint(&writer, recipient->idle_h);
    write_text(&writer, bytes_of_text(recipient->push.endpoint));
    write_bin(&writer, keys->p256dh.bytes, sizeof keys->p256dh.bytes);
    write_bin(&writer, keys->auth, sizeof keys->auth);
    write_text(&writer, bytes_of_text(recipient->phone));
    write_uint(&writer, recipient->phones);
    for (size_t i = 0; i < CHANNEL_COUNT; i++) {
        write_outgoing(&writer, &recipient->out[i]);
    }
    const int err = writer_finish(&writer, &row);
    check(err == 0); /* all have their bounds */
    return store_put(txn, TABLE_LOCAL, bytes_of(key.bytes, sizeof key.bytes), row);
}

static int row_read(struct bytes key, struct bytes row, struct recipient *ret_recipient)
{
    struct recipient *to = ret_recipient;
    struct reader reader;
    memset(to, 0, sizeof *to);
    memcpy(to->id.order.bytes, key.data + 1, ENTITY_ID_BYTES);
    to->id.asker = get_be64(key.data + PREFIX_BYTES);
    reader_init(&reader, row);
    (void)read_array(&reader, ROW_FIELDS, ROW_FIELDS);
    if (read_uint(&reader, ROW_VERSION) != ROW_VERSION) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    to->day = read_uint(&reader, UINT64_MAX);
    to->idle_h = (uint32_t)read_uint(&reader, RECIPIENT_IDLE_H);
    read_word(&reader, to->push.endpoint, ENDPOINT_URL_BYTES_MAX);
    read_fixed(&reader, to->push.keys.p256dh.bytes, P256_POINT_BYTES);
    read_fixed(&reader, to->push.keys.auth, WEBPUSH_AUTH_BYTES);
    read_word(&reader, to->phone, PHONE_TEXT_BYTES - 1);
    to->phones = (uint32_t)read_uint(&reader, RECIPIENT_PHONES_MAX);
    for (size_t i = 0; i < CHANNEL_COUNT; i++) {
        read_outgoing(&reader, &to->out[i]);
    }
    return reader_finish(&reader) == 0 ? 0 : ERR_MALFORMED;
}

int recipient_get(struct store_txn *txn, const struct recipient_id *id,
                  struct recipient *ret_recipient)
{
    const struct row_key key = key_of(id);
    const struct bytes key_bytes = bytes_of(key.bytes, sizeof key.bytes);
    struct bytes row;
    const int err = store_get(txn, TABLE_LOCAL, key_bytes, &row);
    return err == 0 ? row_read(key_bytes, row, ret_recipient) : err;
}

int recipient_del(struct store_txn *txn, const struct recipient_id *id)
{
    const struct row_key key = key_of(id);
    const int err = store_del(txn, TABLE_LOCAL, bytes_of(key.bytes, sizeof key.bytes));
    return err == ERR_NOT_FOUND ? 0 : err;
}

int recipient_next(struct store_txn *txn, const struct recipient_id *after,
                   struct recipient *ret_recipient)
{
    static const struct recipient_id nobody = {.asker = 0};
    const struct row_key from = key_of(after != NULL ? after : &nobody);
    const struct bytes from_bytes = bytes_of(from.bytes, sizeof from.bytes);
    struct store_cursor cursor;
    struct bytes key, row;
    int err = store_cursor_open(txn, TABLE_LOCAL, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, from_bytes, &key, &row);
    if (err == 0 && after != NULL && bytes_equal(key, from_bytes)) {
        err = store_cursor_next(&cursor, &key, &row);
    }
    if (err == 0) {
        err = key.size == KEY_BYTES && key.data[0] == row_mark ? row_read(key, row, ret_recipient)
                                                               : ERR_NOT_FOUND;
    }
    store_cursor_close(&cursor);
    return err;
}

int recipients_count(struct store_txn *txn, const struct entity_id *order, uint32_t *ret_recipients,
                     uint32_t *ret_phones)
{
    const struct recipient_id first = {.order = *order};
    const struct row_key from = key_of(&first);
    struct recipient recipient;
    struct store_cursor cursor;
    struct bytes key, row;
    *ret_recipients = *ret_phones = 0;
    int err = store_cursor_open(txn, TABLE_LOCAL, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(from.bytes, sizeof from.bytes), &key, &row);
    while (err == 0 && key.size == KEY_BYTES && memcmp(key.data, from.bytes, PREFIX_BYTES) == 0) {
        ++*ret_recipients;
        *ret_phones += row_read(key, row, &recipient) == 0 ? recipient.phones : 0;
        err = store_cursor_next(&cursor, &key, &row);
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- the day's SMS --- */

int sms_count_get(struct store_txn *txn, uint64_t day, uint32_t *ret_count)
{
    struct reader reader;
    struct bytes row;
    const int err = store_get(txn, TABLE_LOCAL, bytes_of(count_key, sizeof count_key), &row);
    *ret_count = 0;
    if (err != 0) {
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    reader_init(&reader, row);
    (void)read_array(&reader, COUNT_FIELDS, COUNT_FIELDS);
    const uint64_t version = read_uint(&reader, ROW_VERSION);
    const uint64_t counted_day = read_uint(&reader, UINT64_MAX);
    const uint64_t count = read_uint(&reader, UINT32_MAX);
    const bool is_row = reader_finish(&reader) == 0 && version == ROW_VERSION;
    *ret_count = is_row && counted_day == day ? (uint32_t)count : 0;
    return 0;
}

int sms_count_put(struct store_txn *txn, uint64_t day, uint32_t count)
{
    uint8_t data[32];
    struct writer writer;
    struct bytes row;
    writer_init(&writer, data, sizeof data);
    write_array(&writer, COUNT_FIELDS);
    write_uint(&writer, ROW_VERSION);
    write_uint(&writer, day);
    write_uint(&writer, count);
    const int err = writer_finish(&writer, &row);
    check(err == 0);
    return store_put(txn, TABLE_LOCAL, bytes_of(count_key, sizeof count_key), row);
}
