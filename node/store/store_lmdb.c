/* The only file that knows LMDB.
 *
 * In the folder: data.mdb and lock.mdb, which are LMDB's (0600), and trestle.lock, which is empty
 * and flock()ed by the instance that may write.
 */
#include "node/store/store_lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <lmdb.h>

#include "sync/base/check.h"

#define MAP_BYTES_DEFAULT           ((uint64_t)(sizeof(size_t) >= 8 ? 4096 : 512) << 20)
#define DISK_FREE_BYTES_MIN_DEFAULT ((uint64_t)1 << 20)

enum { READERS_MAX_DEFAULT = 64, PATH_BYTES_MAX = 4096, FOLDER_MODE = 0700, FILE_MODE = 0600 };

struct lmdb_txn {
    struct store_txn head; /* first: the two are cast into each other */
    struct store_lmdb *store;
    MDB_txn *txn;
    unsigned cursors_open;
    unsigned writes[TABLE_COUNT]; /* by which a cursor knows that it has to seek again */
    int err;                      /* of the call that failed */
};

struct store_lmdb {
    MDB_env *env;
    MDB_dbi tables[TABLE_COUNT];
    struct lmdb_txn writer; /* txn is NULL while none is open */
    int folder_fd;
    int lock_fd; /* -1 when read-only */
    uint64_t disk_free_bytes_min;
    bool is_read_only;
};

struct store_lmdb_reader {
    struct lmdb_txn base; /* its txn stays, reset, between two transactions */
    bool is_open;
};

struct lmdb_cursor {
    MDB_cursor *cursor;
    unsigned writes;
    enum { CURSOR_NEW, CURSOR_AT, CURSOR_END } state;
};

static const char *const table_names[] = {
#define X(name, text) [name] = (text),
    STORE_TABLES(X)
#undef X
};

/* --- errors --- */

static bool is_disk_full(const struct store_lmdb *store)
{
    struct statvfs disk;
    if (fstatvfs(store->folder_fd, &disk) != 0) {
        return false;
    }
    return (uint64_t)disk.f_bavail * disk.f_frsize < store->disk_free_bytes_min;
}

/* LMDB's and the system's answers that are not simply ERR_IO. */
static const struct {
    int code;
    int err;
} translations[] = {
    {0, 0},
    {MDB_NOTFOUND, ERR_NOT_FOUND},
    {MDB_MAP_FULL, ERR_FULL},
    {MDB_TXN_FULL, ERR_FULL}, /* more pages than a transaction holds; in pieces it may fit */
    {ENOSPC, ERR_FULL},
    {EDQUOT, ERR_FULL},
    {EFBIG, ERR_FULL},
    {MDB_READERS_FULL, ERR_BUSY},
    {EWOULDBLOCK, ERR_BUSY},
    {ENOENT, ERR_NOT_FOUND},
    {ENOTDIR, ERR_NOT_FOUND},
    {EACCES, ERR_FORBIDDEN},
    {EPERM, ERR_FORBIDDEN},
    {EROFS, ERR_FORBIDDEN},
    {MDB_INVALID, ERR_MALFORMED},
    {MDB_CORRUPTED, ERR_MALFORMED},
    {MDB_PAGE_NOTFOUND, ERR_MALFORMED},
    {MDB_VERSION_MISMATCH, ERR_VERSION},
    {ENOMEM, ERR_NO_MEMORY},
};

static int translate(const struct store_lmdb *store, int code)
{
    if (code == EIO && is_disk_full(store)) {
        return ERR_FULL;
    }
    for (size_t i = 0; i < sizeof translations / sizeof translations[0]; i++) {
        if (translations[i].code == code) {
            return translations[i].err;
        }
    }
    return ERR_IO;
}

/* Within a transaction there are only four answers; the serious two stick. */
static int txn_result(struct lmdb_txn *txn, int code)
{
    const int err = translate(txn->store, code);
    if (err == 0 || err == ERR_NOT_FOUND) {
        return err;
    }
    txn->err = err == ERR_FULL ? ERR_FULL : ERR_IO;
    return txn->err;
}

/* --- what sync calls --- */

static struct lmdb_txn *lmdb_txn_of(struct store_txn *txn)
{
    return (struct lmdb_txn *)txn;
}

/* LMDB's values are not const, but it only reads what it is given. */
static MDB_val value_of(struct bytes bytes)
{
    static uint8_t nothing[1];
    MDB_val value = {.mv_size = bytes.size, .mv_data = nothing};
    if (bytes.size > 0) {
        memcpy(&value.mv_data, &bytes.data, sizeof value.mv_data);
    }
    return value;
}

static int lmdb_get(struct store_txn *base, enum store_table table, struct bytes key,
                    struct bytes *ret_value)
{
    struct lmdb_txn *txn = lmdb_txn_of(base);
    MDB_val k = value_of(key);
    MDB_val v;
    if (txn->err != 0) {
        return txn->err;
    }
    const int err = txn_result(txn, mdb_get(txn->txn, txn->store->tables[table], &k, &v));
    if (err == 0) {
        *ret_value = bytes_of(v.mv_data, v.mv_size);
    }
    return err;
}

static int lmdb_put(struct store_txn *base, enum store_table table, struct bytes key,
                    struct bytes value, bool append)
{
    struct lmdb_txn *txn = lmdb_txn_of(base);
    const MDB_dbi dbi = txn->store->tables[table];
    MDB_val k = value_of(key);
    MDB_val v = value_of(value);
    if (txn->err != 0) {
        return txn->err;
    }
    txn->writes[table]++;
    int code = append ? mdb_put(txn->txn, dbi, &k, &v, MDB_APPEND) : MDB_KEYEXIST;
    if (code == MDB_KEYEXIST) { /* not the last key: the caller's promise is only a hint */
        code = mdb_put(txn->txn, dbi, &k, &v, 0);
    }
    return txn_result(txn, code);
}

static int lmdb_del(struct store_txn *base, enum store_table table, struct bytes key)
{
    struct lmdb_txn *txn = lmdb_txn_of(base);
    MDB_val k = value_of(key);
    if (txn->err != 0) {
        return txn->err;
    }
    txn->writes[table]++;
    return txn_result(txn, mdb_del(txn->txn, txn->store->tables[table], &k, NULL));
}

static int lmdb_cursor_open(struct store_txn *base, enum store_table table,
                            struct store_cursor *ret_cursor)
{
    struct lmdb_txn *txn = lmdb_txn_of(base);
    if (txn->err != 0) {
        return txn->err;
    }
    struct lmdb_cursor *position = malloc(sizeof *position);
    if (position == NULL) {
        return txn_result(txn, ENOMEM);
    }
    const int code = mdb_cursor_open(txn->txn, txn->store->tables[table], &position->cursor);
    if (code != 0) {
        free(position);
        return txn_result(txn, code);
    }
    position->writes = txn->writes[table];
    position->state = CURSOR_NEW;
    txn->cursors_open++;
    *ret_cursor = (struct store_cursor){.txn = base, .table = table, .position = position};
    return 0;
}

/* Remember where the cursor now stands and give what is there. */
static int give_entry(struct store_cursor *cursor, int code, const MDB_val *key,
                      const MDB_val *value, struct bytes *ret_key, struct bytes *ret_value)
{
    struct lmdb_txn *txn = lmdb_txn_of(cursor->txn);
    struct lmdb_cursor *position = cursor->position;
    const int err = txn_result(txn, code);
    position->state = err == 0 ? CURSOR_AT : CURSOR_END;
    position->writes = txn->writes[cursor->table];
    if (err == 0) {
        *ret_key = bytes_of(key->mv_data, key->mv_size);
        *ret_value = bytes_of(value->mv_data, value->mv_size);
    }
    return err;
}

static int lmdb_cursor_seek(struct store_cursor *cursor, struct bytes key, struct bytes *ret_key,
                            struct bytes *ret_value)
{
    const struct lmdb_txn *txn = lmdb_txn_of(cursor->txn);
    const struct lmdb_cursor *position = cursor->position;
    MDB_val k = value_of(key);
    MDB_val v;
    if (txn->err != 0) {
        return txn->err;
    }
    const int code = mdb_cursor_get(position->cursor, &k, &v, MDB_SET_RANGE);
    return give_entry(cursor, code, &k, &v, ret_key, ret_value);
}

static int lmdb_cursor_before(struct store_cursor *cursor, struct bytes key, struct bytes *ret_key,
                              struct bytes *ret_value)
{
    const struct lmdb_txn *txn = lmdb_txn_of(cursor->txn);
    const struct lmdb_cursor *position = cursor->position;
    MDB_val k = value_of(key);
    MDB_val v;
    if (txn->err != 0) {
        return txn->err;
    }
    int code = mdb_cursor_get(position->cursor, &k, &v, MDB_SET_RANGE);
    if (code == 0 || code == MDB_NOTFOUND) {
        const MDB_cursor_op op = code == 0 ? MDB_PREV : MDB_LAST;
        code = mdb_cursor_get(position->cursor, &k, &v, op);
    }
    return give_entry(cursor, code, &k, &v, ret_key, ret_value);
}

static int lmdb_cursor_next(struct store_cursor *cursor, struct bytes *ret_key,
                            struct bytes *ret_value)
{
    const struct lmdb_txn *txn = lmdb_txn_of(cursor->txn);
    const struct lmdb_cursor *position = cursor->position;
    MDB_val k;
    MDB_val v;
    check(position->writes == txn->writes[cursor->table]);
    if (txn->err != 0) {
        return txn->err;
    }
    if (position->state == CURSOR_END) { /* LMDB's own would start again from the first key */
        return ERR_NOT_FOUND;
    }
    const MDB_cursor_op op = position->state == CURSOR_NEW ? MDB_FIRST : MDB_NEXT;
    const int code = mdb_cursor_get(position->cursor, &k, &v, op);
    return give_entry(cursor, code, &k, &v, ret_key, ret_value);
}

static void lmdb_cursor_close(struct store_cursor *cursor)
{
    struct lmdb_cursor *position = cursor->position;
    check(position != NULL);
    mdb_cursor_close(position->cursor);
    free(position);
    lmdb_txn_of(cursor->txn)->cursors_open--;
    cursor->position = NULL;
}

static const struct store_ops lmdb_ops = {
    .get = lmdb_get,
    .put = lmdb_put,
    .del = lmdb_del,
    .cursor_open = lmdb_cursor_open,
    .cursor_seek = lmdb_cursor_seek,
    .cursor_before = lmdb_cursor_before,
    .cursor_next = lmdb_cursor_next,
    .cursor_close = lmdb_cursor_close,
};

/* --- transactions --- */

static struct lmdb_txn txn_of(struct store_lmdb *store, MDB_txn *txn, bool is_writable)
{
    return (struct lmdb_txn){
        .head = {.ops = &lmdb_ops, .is_writable = is_writable}, .store = store, .txn = txn};
}

int store_lmdb_begin(struct store_lmdb *store, struct store_txn **ret_txn)
{
    check(!store->is_read_only && store->writer.txn == NULL);
    MDB_txn *txn;
    const int code = mdb_txn_begin(store->env, NULL, 0, &txn);
    if (code != 0) {
        return translate(store, code);
    }
    store->writer = txn_of(store, txn, true);
    *ret_txn = &store->writer.head;
    return 0;
}

int store_lmdb_commit(struct store_txn *base)
{
    struct lmdb_txn *txn = lmdb_txn_of(base);
    check(txn == &txn->store->writer && txn->txn != NULL && txn->cursors_open == 0);
    if (txn->err != 0) {
        store_lmdb_abort(base);
        return txn->err;
    }
    const int code = mdb_txn_commit(txn->txn);
    txn->txn = NULL;
    return txn_result(txn, code);
}

void store_lmdb_abort(struct store_txn *base)
{
    struct lmdb_txn *txn = lmdb_txn_of(base);
    check(txn == &txn->store->writer && txn->txn != NULL && txn->cursors_open == 0);
    mdb_txn_abort(txn->txn);
    txn->txn = NULL;
}

int store_lmdb_reader_open(struct store_lmdb *store, struct store_lmdb_reader **ret_reader)
{
    struct store_lmdb_reader *reader = malloc(sizeof *reader);
    if (reader == NULL) {
        return ERR_NO_MEMORY;
    }
    MDB_txn *txn;
    const int code = mdb_txn_begin(store->env, NULL, MDB_RDONLY, &txn);
    if (code != 0) {
        free(reader);
        return translate(store, code);
    }
    mdb_txn_reset(txn);
    *reader = (struct store_lmdb_reader){.base = txn_of(store, txn, false)};
    *ret_reader = reader;
    return 0;
}

void store_lmdb_reader_close(struct store_lmdb_reader *reader)
{
    if (reader == NULL) {
        return;
    }
    check(!reader->is_open);
    mdb_txn_abort(reader->base.txn);
    free(reader);
}

/* LMDB keeps its newest two states in two slots by turns. A reader that is held up between choosing
 * state n and copying slot n mod 2 may find n + 2 there, written but perhaps not yet flushed: more
 * than it should show, and the next reader may be told n + 1. Unless n + 2 is there now, it was not
 * there then. Seen in one of eight runs of 200 commits on a busy machine. */
static bool is_overtaken(const struct lmdb_txn *txn)
{
    MDB_envinfo info;
    (void)mdb_env_info(txn->store->env, &info); /* fails only without an environment */
    return info.me_last_txnid > mdb_txn_id(txn->txn) + 1;
}

int store_lmdb_read(struct store_lmdb_reader *reader, struct store_txn **ret_txn)
{
    check(!reader->is_open);
    int code = mdb_txn_renew(reader->base.txn);
    while (code == 0 && is_overtaken(&reader->base)) {
        mdb_txn_reset(reader->base.txn);
        code = mdb_txn_renew(reader->base.txn);
    }
    if (code != 0) {
        return translate(reader->base.store, code);
    }
    reader->base.err = 0;
    reader->is_open = true;
    *ret_txn = &reader->base.head;
    return 0;
}

void store_lmdb_read_end(struct store_lmdb_reader *reader)
{
    check(reader->is_open && reader->base.cursors_open == 0);
    mdb_txn_reset(reader->base.txn);
    reader->is_open = false;
}

/* --- figures and care --- */

/* Pages on the free list, LMDB's table 0: each value is a count and so many page numbers. */
static int count_free_pages(MDB_txn *txn, uint64_t *ret_pages)
{
    MDB_cursor *cursor;
    MDB_val k;
    MDB_val v;
    uint64_t pages = 0;
    int code = mdb_cursor_open(txn, 0, &cursor);
    if (code != 0) {
        return code;
    }
    while ((code = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == 0) {
        size_t count;
        memcpy(&count, v.mv_data, sizeof count);
        pages += count;
    }
    mdb_cursor_close(cursor);
    *ret_pages = pages;
    return code == MDB_NOTFOUND ? 0 : code;
}

int store_lmdb_usage(struct store_lmdb_reader *reader, struct store_lmdb_usage *ret_usage)
{
    struct store_lmdb *store = reader->base.store;
    struct store_txn *txn;
    MDB_envinfo info;
    MDB_stat stat;
    uint64_t free_pages = 0;
    const int err = store_lmdb_read(reader, &txn);
    if (err != 0) {
        return err;
    }
    const int code = count_free_pages(reader->base.txn, &free_pages);
    store_lmdb_read_end(reader);
    (void)mdb_env_info(store->env, &info); /* these two fail only without an environment */
    (void)mdb_env_stat(store->env, &stat);
    if (code != 0) {
        return translate(store, code);
    }
    const uint64_t pages = (uint64_t)info.me_last_pgno + 1;
    *ret_usage = (struct store_lmdb_usage){
        .map_bytes = info.me_mapsize,
        .used_bytes = (pages > free_pages ? pages - free_pages : 0) * stat.ms_psize,
        .file_bytes = pages * stat.ms_psize,
    };
    return 0;
}

int store_lmdb_clear_readers(struct store_lmdb *store, unsigned *ret_dead)
{
    int dead = 0;
    const int code = mdb_reader_check(store->env, &dead);
    if (code != 0) {
        return translate(store, code);
    }
    *ret_dead = (unsigned)dead;
    return 0;
}

/* LMDB tells of readers in lines of text: process, thread, transaction or "-". */
struct reader_lines {
    uint64_t newest; /* the last commit */
    struct store_lmdb_readers readers;
};

static int reader_line(const char *line, void *context)
{
    struct reader_lines *lines = context;
    char *end = NULL;
    const unsigned long long process = strtoull(line, &end, 10);
    const char *thread = end;
    (void)strtoull(thread, &end, 16);
    const char *number = end;
    const unsigned long long txn = strtoull(number, &end, 10);
    if (thread == line || number == thread || end == number) {
        return 0; /* the heading, or a slot without a transaction */
    }
    const uint64_t lag = lines->newest > txn ? lines->newest - txn : 0;
    if (lines->readers.count++ == 0 || lag > lines->readers.lag) {
        lines->readers.lag = lag;
        lines->readers.process = process;
    }
    return 0;
}

int store_lmdb_readers(struct store_lmdb *store, struct store_lmdb_readers *ret_readers)
{
    MDB_envinfo info;
    (void)mdb_env_info(store->env, &info); /* fails only without an environment */
    struct reader_lines lines = {.newest = info.me_last_txnid};
    if (mdb_reader_list(store->env, reader_line, &lines) < 0) {
        return ERR_IO;
    }
    *ret_readers = lines.readers;
    return 0;
}

/* --- open and close --- */

bool store_lmdb_is_network(uint32_t filesystem_type)
{
    /* NFS, SMB 1, CIFS, SMB 2, 9P, AFS (twice), Ceph, Coda, NCP, OCFS2, GFS2, Lustre. */
    static const uint32_t refused[] = {0x6969,     0x517b,     0xff534d42, 0xfe534d42, 0x01021997,
                                       0x5346414f, 0x6b414653, 0x00c36400, 0x73757245, 0x564c,
                                       0x7461636f, 0x01161970, 0x0bd00bd0};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (refused[i] == filesystem_type) {
            return true;
        }
    }
    return false;
}

/* The codes below are LMDB's and errno's; -1 stands for "a network filesystem". */
enum { CODE_NETWORK = -1 };

static int open_folder(struct store_lmdb *store, const struct store_lmdb_options *options)
{
    struct statfs about;
    if (!options->is_read_only && mkdir(options->folder, FOLDER_MODE) != 0 && errno != EEXIST) {
        return errno;
    }
    store->folder_fd = open(options->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->folder_fd < 0 || fstatfs(store->folder_fd, &about) != 0) {
        return errno;
    }
    return store_lmdb_is_network((uint32_t)about.f_type) ? CODE_NETWORK : 0;
}

/* One writing instance: flock() also holds between two opens in one process. */
static int take_lock(struct store_lmdb *store)
{
    if (store->is_read_only) {
        return 0;
    }
    store->lock_fd =
        openat(store->folder_fd, "trestle.lock", O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
    if (store->lock_fd < 0 || flock(store->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        return errno;
    }
    return 0;
}

static int configure_env(struct store_lmdb *store, const struct store_lmdb_options *options)
{
    const unsigned readers = options->readers_max > 0 ? options->readers_max : READERS_MAX_DEFAULT;
    const uint64_t map = options->map_bytes > 0 ? options->map_bytes : MAP_BYTES_DEFAULT;
    int code = mdb_env_create(&store->env);
    if (code == 0) {
        code = mdb_env_set_maxreaders(store->env, readers);
    }
    if (code == 0) {
        code = mdb_env_set_maxdbs(store->env, TABLE_COUNT);
    }
    if (code == 0 && !store->is_read_only) { /* a reader takes the size from the file */
        code = mdb_env_set_mapsize(store->env, (size_t)map);
    }
    return code;
}

static int open_env(struct store_lmdb *store, const struct store_lmdb_options *options)
{
    const unsigned flags = MDB_NOTLS | (store->is_read_only ? MDB_RDONLY : 0u);
    int dead;
    int code = configure_env(store, options);
    if (code == 0) {
        code = mdb_env_open(store->env, options->folder, flags, FILE_MODE);
    }
    return code == 0 ? mdb_reader_check(store->env, &dead) : code;
}

static int open_tables(struct store_lmdb *store)
{
    const unsigned create = store->is_read_only ? 0 : MDB_CREATE;
    MDB_txn *txn;
    int code = mdb_txn_begin(store->env, NULL, store->is_read_only ? MDB_RDONLY : 0, &txn);
    if (code != 0) {
        return code;
    }
    for (int i = 0; i < TABLE_COUNT && code == 0; i++) {
        code = mdb_dbi_open(txn, table_names[i], create, &store->tables[i]);
    }
    if (code != 0) {
        mdb_txn_abort(txn);
        return code;
    }
    return mdb_txn_commit(txn);
}

/* A file that was just made is safe only when its folder and that one's own entry are. */
static int sync_folder(const struct store_lmdb *store)
{
    if (store->is_read_only) {
        return 0;
    }
    if (fsync(store->folder_fd) != 0) {
        return errno;
    }
    const int parent_fd = openat(store->folder_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent_fd < 0) { /* not ours to read; whoever made it a while ago saw to it */
        return errno == EACCES ? 0 : errno;
    }
    const int code = fsync(parent_fd) == 0 ? 0 : errno;
    (void)close(parent_fd);
    return code;
}

static int open_all(struct store_lmdb *store, const struct store_lmdb_options *options)
{
    int code = open_folder(store, options);
    if (code == 0) {
        code = take_lock(store);
    }
    if (code == 0) {
        code = open_env(store, options);
    }
    if (code == 0) {
        code = open_tables(store);
    }
    return code == 0 ? sync_folder(store) : code;
}

int store_lmdb_open(const struct store_lmdb_options *options, struct store_lmdb **ret_store)
{
    struct store_lmdb *store = malloc(sizeof *store);
    if (store == NULL) {
        return ERR_NO_MEMORY;
    }
    *store = (struct store_lmdb){
        .folder_fd = -1,
        .lock_fd = -1,
        .disk_free_bytes_min = options->disk_free_bytes_min > 0 ? options->disk_free_bytes_min
                                                                : DISK_FREE_BYTES_MIN_DEFAULT,
        .is_read_only = options->is_read_only,
    };
    const int code = open_all(store, options);
    if (code != 0) {
        const int err = code == CODE_NETWORK ? ERR_STATE : translate(store, code);
        store_lmdb_close(store);
        return err;
    }
    *ret_store = store;
    return 0;
}

void store_lmdb_close(struct store_lmdb *store)
{
    if (store == NULL) {
        return;
    }
    check(store->writer.txn == NULL);
    mdb_env_close(store->env); /* accepts NULL */
    if (store->lock_fd >= 0) {
        (void)close(store->lock_fd); /* and with it the lock */
    }
    if (store->folder_fd >= 0) {
        (void)close(store->folder_fd);
    }
    free(store);
}
