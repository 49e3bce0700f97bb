#include "node/config/book.h"

#include <stdlib.h>
#include <string.h>

#include "node/os/file.h"

enum { BOOK_VERSION = 1, BOOK_BYTES_MAX = 128 * 1024 };

/* Made when it is not there; NULL: there is no room. */
static struct book_entry *entry_of(struct book *book, uint64_t device)
{
    for (uint32_t i = 0; i < book->count; i++) {
        if (book->entries[i].device == device) {
            return &book->entries[i];
        }
    }
    if (book->count == DEVICES_MAX) {
        return NULL;
    }
    struct book_entry *entry = &book->entries[book->count++];
    *entry = (struct book_entry){.device = device};
    return entry;
}

int book_put(struct book *book, const struct book_entry *entry)
{
    struct book_entry *kept = entry_of(book, entry->device);
    if (kept == NULL) {
        return ERR_TOO_MANY;
    }
    if (entry->endpoint[0] != '\0') {
        memcpy(kept->endpoint, entry->endpoint, sizeof kept->endpoint);
    }
    if (entry->chain_size > 0) {
        memcpy(kept->chain, entry->chain, entry->chain_size);
        kept->chain_size = entry->chain_size;
    }
    return 0;
}

void write_book_entry(struct writer *writer, const struct book_entry *entry)
{
    write_array(writer, 3);
    write_id64(writer, entry->device);
    write_text(writer, bytes_of_text(entry->endpoint));
    write_bin(writer, entry->chain, entry->chain_size);
}

void read_book_entry(struct reader *reader, struct book_entry *ret_entry)
{
    *ret_entry = (struct book_entry){.device = 0};
    (void)read_array(reader, 3, 3);
    ret_entry->device = read_id64(reader);
    struct bytes endpoint = read_text(reader, ENDPOINT_BYTES_MAX - 1);
    if (endpoint.size > 0) {
        memcpy(ret_entry->endpoint, endpoint.data, endpoint.size);
    }
    struct bytes chain = read_bin(reader, 0, sizeof ret_entry->chain);
    if (chain.size > 0) {
        memcpy(ret_entry->chain, chain.data, chain.size);
    }
    ret_entry->chain_size = chain.size;
}

static int book_read(struct bytes content, struct book *book)
{
    struct reader reader;
    reader_init(&reader, content);
    (void)read_array(&reader, 2, 2);
    if (read_uint(&reader, UINT32_MAX) != BOOK_VERSION) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    uint32_t count = read_array(&reader, 0, DEVICES_MAX);
    for (uint32_t i = 0; i < count && reader.err == 0; i++) {
        read_book_entry(&reader, &book->entries[i]);
    }
    book->count = count;
    return reader_finish(&reader);
}

int book_load(const char *state, struct book *ret_book)
{
    char path[PATH_BYTES_MAX];
    uint8_t *data = NULL;
    size_t size = 0;
    memset(ret_book, 0, sizeof *ret_book);
    int err = path_join(path, state, "peers");
    if (err == 0) {
        err = file_read(path, BOOK_BYTES_MAX, &data, &size);
    }
    if (err == ERR_NOT_FOUND) {
        return 0;
    }
    if (err == 0) {
        err = book_read(bytes_of(data, size), ret_book);
    }
    if (err != 0) {
        ret_book->count = 0;
    }
    free(data);
    return err;
}

int book_save(const char *state, const struct book *book)
{
    char path[PATH_BYTES_MAX];
    uint8_t *data = malloc(BOOK_BYTES_MAX);
    if (data == NULL) {
        return ERR_NO_MEMORY;
    }
    struct writer writer;
    struct bytes content;
    writer_init(&writer, data, BOOK_BYTES_MAX);
    write_array(&writer, 2);
    write_uint(&writer, BOOK_VERSION);
    write_array(&writer, book->count);
    for (uint32_t i = 0; i < book->count; i++) {
        write_book_entry(&writer, &book->entries[i]);
    }
    int err = writer_finish(&writer, &content);
    if (err == 0) {
        err = path_join(path, state, "peers");
    }
    if (err == 0) {
        err = file_write(path, content, 0600);
    }
    free(data);
    return err;
}
