/* archive_records.h - the kinds of record in an archive. Private to archive.c and archive_prove.c.
 *
 * Layer: node. Their fields: docs/storage.md, "Archive".
 */
#ifndef TRESTLE_NODE_ARCHIVE_ARCHIVE_RECORDS_H
#define TRESTLE_NODE_ARCHIVE_ARCHIVE_RECORDS_H

enum { ARCHIVE_VERSION = 1, ARCHIVE_CHUNK_EVENTS = 512, ARCHIVE_CHUNK_HASHES = 512 };

enum archive_record {
    RECORD_HEAD = 1,
    RECORD_EVENTS = 2,
    RECORD_HASHES = 3,
    RECORD_SIGNATURE = 4,
    RECORD_BLOB = 5,
    RECORD_END = 6,
};

#endif
