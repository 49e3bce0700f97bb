#include "node/mesh/errand.h"

#include "sync/base/limits.h"
#include "sync/base/reader.h"
#include "sync/base/writer.h"

enum {
    MESSAGE_ERRAND = 16,
    MESSAGE_ERRAND_ANSWER = 17,
    ERRAND_FIELDS = 7,
    ANSWER_FIELDS = 5,
    STATUS_MIN = 200,
    STATUS_MAX = 599,
};

#define RETRY_MS_MAX (UINT64_C(24) * 60 * 60 * 1000)

/* The number of the message; 0: it has none. @ret_count: of its fields. */
static uint64_t kind_read(struct reader *reader, struct bytes frame, uint32_t *ret_count)
{
    reader_init(reader, frame);
    *ret_count = read_array(reader, 1, VALUE_ITEMS_MAX);
    return read_uint(reader, UINT8_MAX);
}

bool errand_is(struct bytes frame)
{
    struct reader reader;
    uint32_t count;
    const uint64_t kind = kind_read(&reader, frame, &count);
    return kind == MESSAGE_ERRAND || kind == MESSAGE_ERRAND_ANSWER;
}

/* --- writing --- */

static void write_part(struct writer *writer, struct bytes part, size_t size_max)
{
    if (part.size > size_max && writer->err == 0) {
        writer->err = ERR_TOO_LARGE;
    }
    write_bin(writer, part.data, part.size);
}

int errand_encode(const struct errand *errand, void *buffer, struct bytes *ret_frame)
{
    struct writer writer;
    writer_init(&writer, buffer, ERRAND_FRAME_BYTES_MAX);
    write_array(&writer, ERRAND_FIELDS);
    write_uint(&writer, MESSAGE_ERRAND);
    write_uint(&writer, errand->number);
    write_part(&writer, errand->method, ERRAND_METHOD_BYTES_MAX);
    write_part(&writer, errand->path, ERRAND_PATH_BYTES_MAX);
    write_part(&writer, errand->key, ERRAND_KEY_BYTES_MAX);
    write_part(&writer, errand->token, ERRAND_TOKEN_BYTES_MAX);
    write_part(&writer, errand->body, ERRAND_BODY_BYTES_MAX);
    return writer_finish(&writer, ret_frame);
}

int errand_answer_encode(const struct errand_answer *answer, void *buffer, struct bytes *ret_frame)
{
    struct writer writer;
    writer_init(&writer, buffer, ERRAND_FRAME_BYTES_MAX);
    write_array(&writer, ANSWER_FIELDS);
    write_uint(&writer, MESSAGE_ERRAND_ANSWER);
    write_uint(&writer, answer->number);
    write_uint(&writer, answer->status);
    write_uint(&writer, answer->retry_ms);
    write_part(&writer, answer->body, ERRAND_ANSWER_BYTES_MAX);
    return writer_finish(&writer, ret_frame);
}

/* --- reading --- */

/* Begins a message of @kind that has at least @fields; what is behind them is passed over. */
static int message_begin(struct reader *reader, struct bytes frame, uint64_t kind, uint32_t fields,
                         uint32_t *ret_more)
{
    uint32_t count;
    if (kind_read(reader, frame, &count) != kind) {
        return ERR_NOT_FOUND;
    }
    if (count < fields) {
        return ERR_MALFORMED;
    }
    *ret_more = count - fields;
    return 0;
}

static uint64_t read_number(struct reader *reader)
{
    const uint64_t number = read_uint(reader, UINT64_MAX);
    if (number == 0) {
        reader_fail(reader, ERR_MALFORMED);
    }
    return number;
}

static int message_end(struct reader *reader, uint32_t more)
{
    for (uint32_t i = 0; i < more && reader->err == 0; i++) {
        read_raw(reader);
    }
    return reader_finish(reader);
}

int errand_decode(struct bytes frame, struct errand *ret_errand)
{
    struct reader reader;
    uint32_t more;
    int err = message_begin(&reader, frame, MESSAGE_ERRAND, ERRAND_FIELDS, &more);
    if (err != 0) {
        return err;
    }
    struct errand errand = {.number = read_number(&reader)};
    errand.method = read_bin(&reader, 1, ERRAND_METHOD_BYTES_MAX);
    errand.path = read_bin(&reader, 1, ERRAND_PATH_BYTES_MAX);
    errand.key = read_bin(&reader, 0, ERRAND_KEY_BYTES_MAX);
    errand.token = read_bin(&reader, 0, ERRAND_TOKEN_BYTES_MAX);
    errand.body = read_bin(&reader, 0, ERRAND_BODY_BYTES_MAX);
    err = message_end(&reader, more);
    if (err == 0) {
        *ret_errand = errand;
    }
    return err;
}

int errand_answer_decode(struct bytes frame, struct errand_answer *ret_answer)
{
    struct reader reader;
    uint32_t more;
    int err = message_begin(&reader, frame, MESSAGE_ERRAND_ANSWER, ANSWER_FIELDS, &more);
    if (err != 0) {
        return err;
    }
    struct errand_answer answer = {.number = read_number(&reader)};
    answer.status = (uint32_t)read_uint(&reader, STATUS_MAX);
    answer.retry_ms = read_uint(&reader, RETRY_MS_MAX);
    answer.body = read_bin(&reader, 0, ERRAND_ANSWER_BYTES_MAX);
    if (answer.status < STATUS_MIN) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    err = message_end(&reader, more);
    if (err == 0) {
        *ret_answer = answer;
    }
    return err;
}
