/* How full the store is, who reads in it, and readers that died. */
#include "node/store/store_lmdb_parts.h"

#include <stdlib.h>
#include <string.h>

#include <lmdb.h>

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
        return lmdb_error(store, code);
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
        return lmdb_error(store, code);
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
