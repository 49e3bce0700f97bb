/* records.h - a file of records that proves itself whole: archives and backups.
 *
 * Layer: node. Bytes:
 *
 *   file   = magic ‖ (be32 size ‖ record)…      a record is one msgpack array [kind, ...]
 *   last   = [kind, uint records before, bin32 digest]
 *   digest(0) = 0…0, digest(n) = BLAKE2b-256(digest(n−1) ‖ record n)
 *
 * A `struct record_file` is large, made once by whoever reads or writes.
 */
#ifndef TRESTLE_NODE_ARCHIVE_RECORDS_H
#define TRESTLE_NODE_ARCHIVE_RECORDS_H

#include <stdio.h>

#include "sync/base/id.h"
#include "sync/base/limits.h"
#include "sync/base/reader.h"
#include "sync/base/writer.h"

enum { RECORD_BYTES_MAX = 2 * EVENT_SALVAGE_BYTES_MAX };

struct record_file {
    FILE *file;         /* borrowed */
    uint64_t count;     /* records so far */
    struct hash digest; /* over them */
    struct hash before; /* over all but the newest */
    uint8_t data[RECORD_BYTES_MAX];
};

/* Write the magic. ERR_FULL. */
MUST_CHECK int records_begin(struct record_file *records, FILE *file, const char *magic);

/* A record of @fields fields, the kind among them: begin it, write the others, end it. ERR_FULL
 * (the file), ERR_TOO_LARGE. */
void record_begin(struct record_file *records, struct writer *writer, uint32_t kind,
                  uint32_t fields);
MUST_CHECK int record_end(struct record_file *records, const struct writer *writer);

/* The last record. As record_end(). */
MUST_CHECK int records_end(struct record_file *records, uint32_t kind);

/* Read the magic. ERR_MALFORMED: it is another. ERR_IO. */
MUST_CHECK int records_open(struct record_file *records, FILE *file, const char *magic);

/* The next record, borrowed until the one after it. ERR_NOT_FOUND: the file ends here.
 * ERR_MALFORMED: it ends within a record, or says that one is too large. ERR_IO. */
MUST_CHECK int record_next(struct record_file *records, struct bytes *ret_record);

/* Read the fields of the last record, behind its kind. ERR_MALFORMED: they do not fit what was
 * read. */
MUST_CHECK int records_check_end(const struct record_file *records, struct reader *reader);

#endif
