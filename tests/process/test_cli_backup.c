/* Backups: taken while the node sells, restored where there is no store, and never a fork. */
#define _GNU_SOURCE /* memmem */

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/json/hex.h"
#include "node/os/file.h"
#include "sync/base/crypto.h"
#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

static char file[128];

static void sell(const struct node *node, int count)
{
    for (int i = 0; i < count; i++) {
        RUN_WELL("order", "add", "22x2", "--pay", "cash", "--state", node->state);
    }
}

static void backup(const struct stall *stall, const struct node *node)
{
    (void)snprintf(file, sizeof file, "%s/backup", stall->folder);
    RUN_WELL("backup", file, "--state", node->state);
}

static void remove_below(const char *state, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", state, name);
    assert_int_equal(remove(path), 0);
}

static void store_remove(const struct node *node)
{
    remove_below(node->state, "store/data.mdb");
    remove_below(node->state, "store/lock.mdb");
    remove_below(node->state, "store/trestle.lock");
    remove_below(node->state, "store");
}

static void assert_same_journals(const struct stall *stall)
{
    struct ran ran =
        RUN("verify", "--state", stall->nodes[0].state, "--state", stall->nodes[1].state);
    if (ran.status != 0) {
        fail_msg("%s%s", ran.out, ran.err);
    }
}

TEST(cli_backup, a_device_that_lost_its_store_goes_on_under_a_new_journal_and_loses_nothing)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    node_join(&stall, 1, "counter", "B");
    node_start(&stall.nodes[1]);
    until_menu(&stall.nodes[1]);
    sell(&stall.nodes[1], 2);
    until_out("\"B2\"", (const char *const[]){"order", "list", "--json", "--state",
                                              stall.nodes[0].state, NULL});
    backup(&stall, &stall.nodes[1]);
    sell(&stall.nodes[1], 1); /* what the backup does not know, the other device does */
    until_out("\"B3\"", (const char *const[]){"order", "list", "--json", "--state",
                                              stall.nodes[0].state, NULL});
    assert_int_equal(node_end(&stall.nodes[1], SIGTERM), 0);
    store_remove(&stall.nodes[1]);
    RUN_WELL("restore", file, "--state", stall.nodes[1].state);
    node_start(&stall.nodes[1]);
    until_out("\"B3\"", (const char *const[]){"order", "list", "--json", "--state",
                                              stall.nodes[1].state, NULL});
    sell(&stall.nodes[1], 1);
    until_out("\"orders_active\":4",
              (const char *const[]){"status", "--json", "--state", stall.nodes[0].state, NULL});
    assert_int_equal(node_end(&stall.nodes[1], SIGTERM), 0);
    assert_int_equal(node_end(&stall.nodes[0], SIGTERM), 0);
    assert_same_journals(&stall);
    stall_close(&stall);
}

TEST(cli_backup, a_new_device_joins_with_what_the_backup_holds)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    sell(&stall.nodes[0], 3);
    backup(&stall, &stall.nodes[0]);
    RUN_WELL("verify", file);
    struct ran ran = RUN_WELL("restore", file, "--to", stall.nodes[1].state, "--json");
    assert_non_null(strstr(ran.out, "\"keys\":false"));
    assert_int_equal(RUN("init", "--state", stall.nodes[1].state).status, 1);
    node_start(&stall.nodes[0]);
    node_join(&stall, 1, "counter", "B");
    node_start(&stall.nodes[1]);
    until_out("\"orders_active\":3",
              (const char *const[]){"status", "--json", "--state", stall.nodes[1].state, NULL});
    sell(&stall.nodes[1], 1);
    until_out("\"B1\"", (const char *const[]){"order", "list", "--json", "--state",
                                              stall.nodes[0].state, NULL});
    assert_int_equal(node_end(&stall.nodes[1], SIGTERM), 0);
    assert_int_equal(node_end(&stall.nodes[0], SIGTERM), 0);
    assert_same_journals(&stall);
    stall_close(&stall);
}

TEST(cli_backup, nothing_is_overwritten)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    backup(&stall, &stall.nodes[0]);
    assert_int_equal(RUN("backup", file, "--state", stall.nodes[0].state).status, 1);
    RUN_WELL("backup", file, "--yes", "--state", stall.nodes[0].state);
    struct ran ran = RUN("restore", file, "--state", stall.nodes[0].state);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "--to"));
    stall_close(&stall);
}

/* The hash of the only file that @node keeps: that of an order's name, which names it after it. */
static void only_hash(const struct node *node, uint8_t ret_hash[HASH_BYTES])
{
    char pattern[160];
    glob_t found;
    (void)snprintf(pattern, sizeof pattern, "%s/blobs/*/*", node->state);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 1);
    const struct bytes digits = bytes_of_text(strrchr(found.gl_pathv[0], '/') + 1);
    assert_int_equal(digits.size, 2 * HASH_BYTES);
    assert_true(hex_read(digits, ret_hash, HASH_BYTES));
    globfree(&found);
}

/* Change the last byte of the name's hash wherever it lies in the store of @node. */
static void spoil(const struct node *node)
{
    char path[160];
    uint8_t hash[HASH_BYTES];
    uint8_t *data = NULL;
    size_t size = 0, found = 0;
    only_hash(node, hash);
    (void)snprintf(path, sizeof path, "%s/store/data.mdb", node->state);
    assert_int_equal(file_read(path, 1 << 30, &data, &size), 0);
    for (uint8_t *at = data;
         (at = memmem(at, size - (size_t)(at - data), hash, sizeof hash)) != NULL; found++) {
        at[sizeof hash - 1] ^= 1;
    }
    assert_true(found > 0);
    FILE *store = fopen(path, "r+b");
    assert_non_null(store);
    assert_int_equal(fwrite(data, 1, size, store), size);
    assert_int_equal(fclose(store), 0);
    free(data);
}

TEST(cli_backup, what_only_a_store_kept_aside_has_comes_back_through_a_new_device)
{
    struct stall stall;
    char store[160];
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    node_join(&stall, 1, "counter", "B");
    node_start(&stall.nodes[1]);
    until_menu(&stall.nodes[1]);
    assert_int_equal(node_end(&stall.nodes[1], SIGTERM), 0);
    const char *alone = stall.nodes[1].state;
    RUN_WELL("order", "add", "22", "--state", alone);
    RUN_WELL("order", "add", "22", "--name", "Quagga", "--state", alone);
    spoil(&stall.nodes[1]);
    (void)snprintf(file, sizeof file, "%s/backup", stall.folder);
    (void)snprintf(store, sizeof store, "%s/store", alone);
    struct ran ran = RUN("backup", file, "--state", alone);
    assert_int_equal(ran.status, 1); /* nothing could be restored of it */
    assert_non_null(strstr(ran.err, "--damaged"));
    ran = RUN_WELL("backup", file, "--damaged", store);
    assert_non_null(strstr(ran.err, "events are not in it"));
    RUN_WELL("restore", file, "--to", stall.nodes[2].state);
    node_join(&stall, 2, "counter", "C");
    node_start(&stall.nodes[2]);
    until_out("B1", (const char *const[]){"order", "list", "--state", stall.nodes[0].state, NULL});
    stall_close(&stall);
}

TEST(cli_backup, an_archive_is_replaced_only_when_that_is_said)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    backup(&stall, &stall.nodes[0]);
    const char *state = stall.nodes[0].state;
    struct ran ran = RUN("archive", file, "--state", state);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "--yes"));
    RUN_WELL("restore", file, "--to", stall.nodes[1].state); /* it is the backup still */
    struct ran waits = RUN("run", "--state", stall.nodes[1].state, "--http", "none");
    assert_int_equal(waits.status, 69);
    assert_non_null(strstr(waits.err, "holds a restored store"));
    assert_non_null(strstr(RUN("status", "--state", stall.nodes[1].state).err, "trestle join"));
    RUN_WELL("archive", file, "--yes", "--state", state);
    assert_int_equal(RUN("restore", file, "--to", stall.nodes[2].state).status, 1);
    RUN_WELL("verify", file);
    stall_close(&stall);
}

/* --- what is not as it was written --- */

static uint8_t bytes[OUTPUT_BYTES_MAX];

static size_t bytes_read(void)
{
    FILE *from = fopen(file, "r");
    assert_non_null(from);
    size_t size = fread(bytes, 1, sizeof bytes, from);
    assert_int_equal(fclose(from), 0);
    return size;
}

static void bytes_write(size_t size)
{
    FILE *to = fopen(file, "w");
    assert_non_null(to);
    assert_int_equal(fwrite(bytes, 1, size, to), size);
    assert_int_equal(fclose(to), 0);
}

static void assert_refused(const struct stall *stall)
{
    struct stat about;
    char store[256];
    struct ran ran = RUN("restore", file, "--to", stall->nodes[1].state);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "nothing was restored"));
    (void)snprintf(store, sizeof store, "%s/store", stall->nodes[1].state);
    assert_int_not_equal(stat(store, &about), 0);
    (void)snprintf(store, sizeof store, "%s/store.restore", stall->nodes[1].state);
    assert_int_not_equal(stat(store, &about), 0);
}

TEST(cli_backup, a_changed_or_cut_file_restores_nothing)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    backup(&stall, &stall.nodes[0]);
    size_t size = bytes_read();
    const size_t places[] = {0, 20, 80, size / 2, size - 1};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        bytes[places[i]] ^= 1;
        bytes_write(size);
        assert_refused(&stall);
        bytes[places[i]] ^= 1;
    }
    bytes_write(size - 40);
    assert_refused(&stall);
    bytes_write(0);
    assert_refused(&stall);
    bytes_write(size);
    RUN_WELL("restore", file, "--to", stall.nodes[1].state);
    stall_close(&stall);
}

TEST(cli_backup, where_to_is_enough_for_who_has_no_home)
{
    static const char *const names[] = {"HOME", "XDG_STATE_HOME", "STATE_DIRECTORY"};
    char *was[sizeof names / sizeof names[0]];
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    backup(&stall, &stall.nodes[0]);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *set = getenv(names[i]);
        was[i] = set == NULL ? NULL : strdup(set);
        assert_int_equal(unsetenv(names[i]), 0);
    }
    RUN_WELL("restore", file, "--to", stall.nodes[1].state);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(was[i] == NULL ? 0 : setenv(names[i], was[i], 1), 0);
        free(was[i]);
    }
    stall_close(&stall);
}

TEST(cli_backup, keys_of_another_popup_take_no_backup)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    backup(&stall, &stall.nodes[0]);
    RUN_WELL("init", "--state", stall.nodes[1].state);
    store_remove(&stall.nodes[1]);
    struct ran ran = RUN("restore", file, "--state", stall.nodes[1].state);
    assert_int_equal(ran.status, 78);
    assert_non_null(strstr(ran.err, "another pop-up"));
    stall_close(&stall);
}

TEST(cli_backup, no_key_is_in_it)
{
    char path[256];
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    backup(&stall, &stall.nodes[0]);
    size_t size = bytes_read();
    static uint8_t secret[4096];
    (void)snprintf(path, sizeof path, "%s/log.key", stall.nodes[0].state);
    FILE *from = fopen(path, "r");
    assert_non_null(from);
    size_t secret_size = fread(secret, 1, sizeof secret, from);
    assert_int_equal(fclose(from), 0);
    assert_true(secret_size > 64);
    /* The seed is the first half of the 64 bytes that the file ends with. */
    assert_null(memmem(bytes, size, secret + secret_size - 64, 32));
    assert_non_null(memmem(bytes, size, secret + secret_size - 32, 32)); /* the public half */
    stall_close(&stall);
}
