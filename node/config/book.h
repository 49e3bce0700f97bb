/* book.h - the address book: where other devices were found, and who introduced them.
 *
 * Layer: node. One file in the state folder, written by the program: [1, [[bin8 device, text
 * endpoint, bin chain], ...]]. An endpoint is a hint; a chain lets a newcomer know its first peers
 * before it has the roster, which then decides alone.
 */
#ifndef TRESTLE_NODE_CONFIG_BOOK_H
#define TRESTLE_NODE_CONFIG_BOOK_H

#include "node/mesh/transport.h"
#include "sync/roster/certificate.h"

struct book_entry {
    uint64_t device;
    char endpoint[ENDPOINT_BYTES_MAX]; /* "" = unknown */
    size_t chain_size;                 /* 0 = none */
    uint8_t chain[CERT_CHAIN_BYTES_MAX];
};

struct book {
    uint32_t count;
    struct book_entry entries[DEVICES_MAX];
};

/* Add or replace by device; an empty endpoint or chain leaves what is there. ERR_TOO_MANY. */
MUST_CHECK int book_put(struct book *book, const struct book_entry *entry);

/* A missing file is an empty book. As file_read() and ERR_MALFORMED. */
MUST_CHECK int book_load(const char *state, struct book *ret_book);

/* As file_write(). */
MUST_CHECK int book_save(const char *state, const struct book *book);

/* [bin8 device, text endpoint, bin chain]; the same in the file and in a welcome. */
void write_book_entry(struct writer *writer, const struct book_entry *entry);
void read_book_entry(struct reader *reader, struct book_entry *ret_entry);

#endif
