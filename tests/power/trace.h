/* trace.h - what a process did to the files of one folder, in order: written by disk.c, read by
 * powercut.c.
 *
 * The trace is a file of records, each a struct trace_record and then `size` bytes. Numbers are of
 * this machine: a trace is replayed where it was made.
 *
 *   TRACE_FILE      bytes = path below the folder; gives `file` its name
 *   TRACE_WRITE     bytes went to `file` at `offset`; is_flushed: through an O_DSYNC descriptor
 *   TRACE_FLUSH     fsync or fdatasync of `file` returned
 *   TRACE_TRUNCATE  `file` was given the size `offset`
 *   TRACE_RENAME    bytes = the new path of `file`
 *   TRACE_UNLINK    `file` is gone
 *   TRACE_FOLDER    a folder's entries were flushed: renames and new files before it are durable
 *
 * A write is recorded before it is made and a flush after it returned, so that a cut between two
 * records never credits the disk with more than it had promised.
 */
#ifndef TRESTLE_TESTS_POWER_TRACE_H
#define TRESTLE_TESTS_POWER_TRACE_H

#include <stdint.h>

enum trace_kind {
    TRACE_FILE = 1,
    TRACE_WRITE,
    TRACE_FLUSH,
    TRACE_TRUNCATE,
    TRACE_RENAME,
    TRACE_UNLINK,
    TRACE_FOLDER,
};

struct trace_record {
    uint32_t kind;
    uint32_t file;
    uint64_t offset;
    uint32_t size;
    uint32_t is_flushed;
};

#endif
