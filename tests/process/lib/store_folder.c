#include "tests/process/lib/store_folder.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/test.h"

char store_base[STORE_PATH_BYTES];
char store_folder[STORE_PATH_BYTES];

void store_folder_make(void)
{
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(store_base, sizeof store_base, "%s/trestle-store-XXXXXX",
                   tmp != NULL ? tmp : "/tmp");
    assert_non_null(mkdtemp(store_base));
    assert_true(snprintf(store_folder, sizeof store_folder, "%s/db", store_base) <
                (int)sizeof store_folder);
}

void store_path(char path[STORE_PATH_BYTES], const char *where, const char *name)
{
    assert_true(snprintf(path, STORE_PATH_BYTES, "%s/%s", where, name) < STORE_PATH_BYTES);
}

void store_folder_remove(void)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "trestle.lock"};
    char path[STORE_PATH_BYTES];
    for (size_t i = 0; i < 3; i++) {
        store_path(path, store_folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(store_folder);
    assert_int_equal(rmdir(store_base), 0);
}

struct store_lmdb *store_open_with(const struct store_lmdb_options *options)
{
    struct store_lmdb *store = NULL;
    assert_int_equal(store_lmdb_open(options, &store), 0);
    return store;
}

struct store_lmdb *store_open_small(void)
{
    return store_open_with(
        &(struct store_lmdb_options){.folder = store_folder, .map_bytes = 16 * MIB});
}

int store_open_result(const struct store_lmdb_options *options)
{
    struct store_lmdb *store = NULL;
    const int err = store_lmdb_open(options, &store);
    store_lmdb_close(store);
    return err;
}

int put_number(struct store_lmdb *store, const char *key, uint64_t number)
{
    uint8_t value[8];
    struct store_txn *txn;
    put_be64(value, number);
    int err = store_lmdb_begin(store, &txn);
    if (err != 0) {
        return err;
    }
    err = store_put(txn, TABLE_META, bytes_of_text(key), bytes_of(value, sizeof value));
    if (err != 0) {
        store_lmdb_abort(txn);
        return err;
    }
    return store_lmdb_commit(txn);
}

int get_number(struct store_lmdb *store, const char *key, uint64_t *ret_number)
{
    struct store_lmdb_reader *reader;
    struct store_txn *txn;
    struct bytes value;
    int err = store_lmdb_reader_open(store, &reader);
    if (err != 0) {
        return err;
    }
    err = store_lmdb_read(reader, &txn);
    if (err == 0) {
        err = store_get(txn, TABLE_META, bytes_of_text(key), &value);
        if (err == 0) {
            *ret_number = get_be64(value.data);
        }
        store_lmdb_read_end(reader);
    }
    store_lmdb_reader_close(reader);
    return err;
}

void assert_number(struct store_lmdb *store, const char *key, uint64_t expected)
{
    uint64_t number = 0;
    assert_int_equal(get_number(store, key, &number), 0);
    assert_int_equal(number, expected);
}

int put_bulk(struct store_lmdb *store, uint32_t count)
{
    static const uint8_t page[4096] = {7};
    struct store_txn *txn;
    uint8_t key[4];
    int err = store_lmdb_begin(store, &txn);
    if (err != 0) {
        return err;
    }
    for (uint32_t i = 0; i < count && err == 0; i++) {
        put_be32(key, i);
        err = store_append(txn, TABLE_LOG, bytes_of(key, 4), bytes_of(page, sizeof page));
    }
    const int commit_err = store_lmdb_commit(txn);
    return err != 0 && commit_err != err ? ERR_INTERNAL : commit_err;
}

int in_child(int (*body)(void))
{
    int status;
    (void)fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(-body());
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return -WEXITSTATUS(status);
}

void kill_in_child(void (*body)(int ready_fd))
{
    int ends[2];
    int status;
    char byte;
    (void)fflush(NULL);
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        body(ends[1]);
        for (;;) {
            (void)pause();
        }
    }
    assert_int_equal(close(ends[1]), 0);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(byte, 'r');
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(close(ends[0]), 0);
}

void tell_parent(int fd, bool is_ready)
{
    if (write(fd, is_ready ? "r" : "x", 1) != 1) {
        _exit(1);
    }
}
