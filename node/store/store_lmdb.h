/* store_lmdb.h - the store on disk: one LMDB environment, one writer, many readers.
 *
 * Layer: node. Implements sync/base/store.h; tables and transaction edges: docs/storage.md.
 *
 * Every commit is durable when it returns (fdatasync; no NOSYNC, NOMETASYNC or WRITEMAP: with a
 * full disk the last one is a SIGBUS). The map is sparse and never resized while open. The write
 * side belongs to one thread; each reading thread has its own reader. A process opens a folder
 * once.
 *
 * ERR_FULL means that the map or the disk is full: nothing of the transaction happened and the
 * store goes on when there is room. LMDB reports a full disk as EIO, so EIO counts as full when
 * little is free. ERR_IO is fatal: stop, reopen, verify.
 */
#ifndef TRESTLE_NODE_STORE_STORE_LMDB_H
#define TRESTLE_NODE_STORE_STORE_LMDB_H

#include "sync/base/store.h"

struct store_lmdb;
struct store_lmdb_reader;

struct store_lmdb_options {
    const char *folder;           /* created with mode 0700 when missing; its parent must exist */
    uint64_t map_bytes;           /* 0: 4 GiB, or 512 MiB where addresses have 32 bits */
    unsigned readers_max;         /* reader slots over all processes; 0: 64 */
    uint64_t disk_free_bytes_min; /* EIO with less than this free is ERR_FULL; 0: 1 MiB */
    bool is_read_only;            /* for tools, also while a node runs; takes no lock */
};

/* Open, and create what is missing (unless read-only). Takes an advisory lock on the folder, clears
 * the slots of readers that died, and keeps nothing of @options. Errors: ERR_BUSY        another
 * instance has it open for writing ERR_STATE       the folder lies on a network filesystem, where
 * locks and maps do not hold ERR_NOT_FOUND   no store there (read-only), or no parent folder
 *   ERR_FORBIDDEN   the operating system refuses access
 *   ERR_MALFORMED   the file is not a store
 *   ERR_VERSION     the file is of another LMDB version
 *   ERR_FULL, ERR_NO_MEMORY, ERR_IO */
MUST_CHECK int store_lmdb_open(const struct store_lmdb_options *options,
                               struct store_lmdb **ret_store);

/* All transactions have ended and all readers are closed. Accepts NULL. */
void store_lmdb_close(struct store_lmdb *store);

/* Begin the one write transaction; commit or abort it on the same thread. ERR_IO, ERR_NO_MEMORY. */
MUST_CHECK int store_lmdb_begin(struct store_lmdb *store, struct store_txn **ret_txn);

/* Both end the transaction, whatever they answer. ERR_FULL, ERR_IO: nothing of it happened. */
MUST_CHECK int store_lmdb_commit(struct store_txn *base);
void store_lmdb_abort(struct store_txn *base);

/* A reader holds a slot and can be used for one read transaction after another, by one thread at a
 * time. ERR_BUSY: all slots are taken. ERR_NO_MEMORY, ERR_IO. */
MUST_CHECK int store_lmdb_reader_open(struct store_lmdb *store,
                                      struct store_lmdb_reader **ret_reader);

/* No read transaction is open. Accepts NULL. */
void store_lmdb_reader_close(struct store_lmdb_reader *reader);

/* See the last committed state until store_lmdb_read_end(). Keep it short, within a turn of the
 * loop: pages that a reader can see are not used again, and the file grows. ERR_IO. */
MUST_CHECK int store_lmdb_read(struct store_lmdb_reader *reader, struct store_txn **ret_txn);
void store_lmdb_read_end(struct store_lmdb_reader *reader);

struct store_lmdb_usage {
    uint64_t map_bytes;
    uint64_t used_bytes; /* of the map; freed pages are not counted */
    uint64_t file_bytes; /* of the map; the high-water mark */
};

/* Through @reader, which has no transaction open. O(free list). ERR_IO. */
MUST_CHECK int store_lmdb_usage(struct store_lmdb_reader *reader,
                                struct store_lmdb_usage *ret_usage);

/* Clear the slots of readers that died (kill -9): they keep pages alive, and the file grows. Every
 * few seconds is cheap. ERR_IO. */
MUST_CHECK int store_lmdb_clear_readers(struct store_lmdb *store, unsigned *ret_dead);

struct store_lmdb_readers {
    unsigned count;   /* open transactions, over all processes */
    uint64_t lag;     /* commits since the state that the oldest of them sees */
    uint64_t process; /* whose it is */
};

/* Who reads. Pages that the oldest one sees are kept, and the file grows. ERR_IO. */
MUST_CHECK int store_lmdb_readers(struct store_lmdb *store, struct store_lmdb_readers *ret_readers);

/* Whether statfs's @filesystem_type is one that store_lmdb_open() refuses. */
bool store_lmdb_is_network(uint32_t filesystem_type);

#endif
