/* A store opened: its folder, its one writer, its map and tables; and closed. */
#include "node/store/store_lmdb_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <lmdb.h>

#include "sync/base/check.h"

#define MAP_BYTES_DEFAULT           ((uint64_t)(sizeof(size_t) >= 8 ? 4096 : 512) << 20)
#define DISK_FREE_BYTES_MIN_DEFAULT ((uint64_t)1 << 20)

enum { READERS_MAX_DEFAULT = 64, FOLDER_MODE = 0700, FILE_MODE = 0600 };

static const char *const table_names[] = {
#define X(name, text) [name] = (text),
    STORE_TABLES(X)
#undef X
};

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
    MDB_env *env = NULL;
    int code = mdb_env_create(&env);
    store->env = env;
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
        const int err = code == CODE_NETWORK ? ERR_STATE : lmdb_error(store, code);
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
