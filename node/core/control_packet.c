/* The packets of control.h. */
#include <stdio.h>
#include <string.h>

#include "node/core/control.h"
#include "sync/base/reader.h"
#include "sync/base/writer.h"

int control_request_read(struct bytes packet, struct control_request *ret_request)
{
    struct reader reader;
    reader_init(&reader, packet);
    ret_request->count = read_array(&reader, 1, CONTROL_WORDS_MAX);
    for (uint32_t i = 0; i < ret_request->count; i++) {
        struct bytes word = read_text(&reader, CONTROL_WORD_BYTES_MAX - 1);
        if (word.size > 0) {
            memcpy(ret_request->words[i], word.data, word.size);
        }
        ret_request->words[i][word.size] = '\0';
    }
    return reader_finish(&reader);
}

int control_request_write(const struct control_request *request, void *buffer,
                          struct bytes *ret_packet)
{
    struct writer writer;
    writer_init(&writer, buffer, CONTROL_PACKET_BYTES_MAX);
    write_array(&writer, request->count);
    for (uint32_t i = 0; i < request->count; i++) {
        write_text(&writer, bytes_of_text(request->words[i]));
    }
    return writer_finish(&writer, ret_packet);
}

int control_answer_write(int err, const char *text, void *buffer, struct bytes *ret_packet)
{
    struct writer writer;
    writer_init(&writer, buffer, CONTROL_PACKET_BYTES_MAX);
    write_array(&writer, 2);
    write_int(&writer, err);
    write_text(&writer, bytes_of_text(text));
    return writer_finish(&writer, ret_packet);
}

int control_answer_read(struct bytes packet, char *ret_text, size_t capacity)
{
    struct reader reader;
    reader_init(&reader, packet);
    (void)read_array(&reader, 2, 2);
    int err = (int)read_int(&reader, -1000, 0);
    struct bytes answer = read_text(&reader, CONTROL_PACKET_BYTES_MAX);
    if (reader_finish(&reader) != 0) {
        return ERR_MALFORMED;
    }
    (void)snprintf(ret_text, capacity, "%.*s", (int)answer.size,
                   answer.data == NULL ? "" : (const char *)answer.data);
    return err;
}
