/* test_introduce.c - a welcome tells a newcomer whom it may talk to: what it tells wrongly is
 * stored by nobody. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/core/introduce.h"
#include "node/os/entropy.h"
#include "node/store/store_lmdb.h"
#include "sync/log/run.h"
#include "sync/mesh/message.h"
#include "tests/lib/journal.h"
#include "tests/lib/store_memory.h"
#include "tests/lib/test.h"

static char folder[64];
static struct journal journal;
static struct journal_device device;
static struct run run; /* the device's first */
static struct welcome welcome;

/* A device's journal as its own store has it, and its first run. */
static void begin(void)
{
    struct store_memory *store = store_memory_new();
    (void)snprintf(folder, sizeof folder, "/dev/shm/trestle-introduce-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(entropy_start(), 0);
    journal_init(&journal);
    journal_device_init(&device, &journal, 1, ROLE_COUNTER, NULL);
    struct store_txn *txn = store_memory_begin(store, true);
    journal_open(txn, &journal, &device);
    static uint8_t kept[RUN_BYTES_MAX];
    size_t size = 0;
    assert_int_equal(run_read(txn, device.head.log, 1, 1, &run), 0);
    for (uint32_t i = 0; i < run.count; i++) { /* they outlive the store */
        memcpy(kept + size, run.events[i].bytes.data, run.events[i].bytes.size);
        run.events[i].bytes.data = kept + size;
        size += run.events[i].bytes.size;
    }
    run.log = device.head.log;
    store_memory_abort(txn);
    store_memory_free(store);
    memset(&welcome, 0, sizeof welcome);
    welcome.root = journal.root;
}

static void end(void)
{
    char remove_it[128];
    (void)snprintf(remove_it, sizeof remove_it, "rm -rf '%s'", folder);
    assert_int_equal(system(remove_it), 0); /* NOLINT: a path of our own making */
}

static void introduce(const struct run *told)
{
    struct writer writer;
    struct bytes frame;
    struct introduction *introduction = &welcome.introductions[0];
    writer_init(&writer, introduction->frame, sizeof introduction->frame);
    message_write_events_begin(&writer, told->log, told->first_seq, told->count);
    for (uint32_t i = 0; i < told->count; i++) {
        write_bin(&writer, told->events[i].bytes.data, told->events[i].bytes.size);
    }
    message_write_events_end(&writer, &told->signature, false);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    introduction->size = frame.size;
    welcome.introductions_count = 1;
}

static int store(void)
{
    return introductions_store(folder, &journal.popup, &welcome);
}

TEST(introduce, a_device_s_first_run_is_stored_once)
{
    begin();
    introduce(&run);
    assert_int_equal(store(), 0);
    assert_int_equal(store(), 0); /* a restored store knows it already */
    end();
}

TEST(introduce, what_was_changed_on_the_way_is_not_stored)
{
    static uint8_t event[EVENT_BYTES_MAX];
    struct run changed = run;
    begin();
    const struct run whole = run;
    changed = whole;
    changed.first_seq = 2;
    introduce(&changed);
    assert_int_equal(store(), ERR_MALFORMED);
    changed = whole;
    changed.signature.bytes[0] ^= 1;
    introduce(&changed);
    assert_int_equal(store(), ERR_BAD_SIGNATURE);
    changed = whole;
    memcpy(event, whole.events[0].bytes.data, whole.events[0].bytes.size);
    event[0] ^= 0xff;
    changed.events[0].bytes = bytes_of(event, whole.events[0].bytes.size);
    introduce(&changed);
    assert_int_not_equal(store(), 0);
    introduce(&whole);
    welcome.introductions[0].frame[0] ^= 0xff; /* no frame of ours */
    assert_int_equal(store(), ERR_MALFORMED);
    introduce(&whole);
    welcome.introductions[0].size--;
    assert_int_equal(store(), ERR_MALFORMED);
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, welcome.introductions[0].frame, INTRODUCTION_BYTES_MAX);
    message_write_bye(&writer, BYE_STOPPING); /* one of ours, and no events */
    assert_int_equal(writer_finish(&writer, &frame), 0);
    welcome.introductions[0].size = frame.size;
    assert_int_equal(store(), ERR_MALFORMED);
    introduce(&whole);
    assert_int_equal(store(), 0);
    end();
}

TEST(introduce, another_popup_s_device_is_no_acquaintance)
{
    struct popup_id other;
    struct public_key root;
    struct secret_key secret;
    begin();
    introduce(&run);
    entropy_signing_key(&secret);
    root = signing_public(&secret);
    other = popup_id_of_root(&root);
    assert_int_not_equal(introductions_store(folder, &other, &welcome), 0);
    welcome.root = root;
    assert_int_not_equal(store(), 0);
    end();
}

TEST(introduce, a_folder_that_is_none_is_told)
{
    begin();
    introduce(&run);
    assert_int_not_equal(introductions_store("/nowhere/at/all", &journal.popup, &welcome), 0);
    end();
}

/* --- collecting --- */

static struct roster roster;

/* What is collected of the devices of a store for a newcomer, while the @nth read fails (0 =
 * none). */
static int collect(uint64_t except, unsigned nth)
{
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    journal_init(&journal);
    journal_device_init(&device, &journal, 1, ROLE_COUNTER, NULL);
    journal_open(txn, &journal, &device);
    memset(&roster, 0, sizeof roster);
    roster.logs_count = 2;
    roster.logs[0].id = 4711; /* heard of, and nothing of it is here */
    roster.logs[0].device = 3;
    roster.logs[1].id = device.head.log;
    roster.logs[1].device = 2;
    memset(&welcome, 0, sizeof welcome);
    store_memory_fail(store, MEMORY_GET, nth, nth > 0 ? ERR_IO : 0);
    const int err = introductions_collect(txn, &roster, except, &welcome);
    store_memory_fail(store, MEMORY_GET, 0, 0);
    store_memory_abort(txn);
    store_memory_free(store);
    return err;
}

TEST(introduce, each_device_but_the_newcomer_is_introduced_as_far_as_it_is_known)
{
    assert_int_equal(entropy_start(), 0);
    assert_int_equal(collect(0, 0), 0);
    assert_int_equal(welcome.introductions_count, 1);
    assert_int_equal(collect(2, 0), 0);
    assert_int_equal(welcome.introductions_count, 0);
}

TEST(introduce, a_journal_that_cannot_be_read_is_told)
{
    assert_int_equal(entropy_start(), 0);
    assert_int_equal(collect(0, 1), ERR_IO);
    assert_int_equal(collect(0, 2), ERR_IO);
}

TEST(introduce, a_restored_store_of_another_popup_takes_nobody_in)
{
    struct store_lmdb *restored = NULL;
    struct store_txn *txn = NULL;
    char path[128];
    const struct store_lmdb_options options = {.folder = path};
    begin();
    introduce(&run);
    (void)snprintf(path, sizeof path, "%s/store", folder);
    assert_int_equal(store_lmdb_open(&options, &restored), 0);
    assert_int_equal(store_lmdb_begin(restored, &txn), 0);
    assert_int_equal(store_put(txn, TABLE_META, bytes_of_text("popup"), bytes_of_text("another")),
                     0);
    assert_int_equal(store_lmdb_commit(txn), 0);
    store_lmdb_close(restored);
    assert_int_equal(store(), ERR_MISMATCH);
    end();
}

TEST(introduce, a_run_of_something_else_than_who_opens_a_journal_introduces_nobody)
{
    struct run other;
    begin();
    other = run;
    other.count = 0;
    introduce(&other);
    assert_int_equal(store(), ERR_MALFORMED);
    other = run;
    other.log ^= 1; /* of another journal than it opens */
    introduce(&other);
    assert_int_not_equal(store(), 0);
    end();
}

/* The device's first run as it would be with an order in it, and its store, whose transaction is
 * open. */
static struct store_txn *begin_with_order(struct store_memory **ret_store, struct run *ret_run)
{
    static uint8_t buffer[EVENT_BYTES_MAX];
    const struct entity_id order = entity_id_derive(KIND_ORDER, 1);
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    struct journal_device again;
    journal_device_init(&again, &journal, 1, ROLE_COUNTER, NULL);
    assert_int_equal(log_append(txn, &again.head, run.events[0].bytes), 0);
    assert_int_equal(log_append(txn, &again.head,
                                journal_event(buffer, EVENT_ACCEPT, &order, bytes_of("\x90", 1))),
                     0);
    assert_int_equal(log_sign(txn, &again.head, &journal.popup, &again.log_secret), 0);
    assert_int_equal(run_read(txn, again.head.log, 1, 2, ret_run), 0);
    ret_run->log = again.head.log;
    assert_int_equal(ret_run->count, 2);
    *ret_store = store;
    return txn;
}

/* An introduction brings in who opened a journal, and nothing that people did. */
TEST(introduce, a_first_run_with_more_than_papers_in_it_introduces_nobody)
{
    static struct run mixed;
    struct store_memory *store_of_it = NULL;
    begin();
    struct store_txn *txn = begin_with_order(&store_of_it, &mixed);
    introduce(&mixed);
    assert_int_equal(store(), ERR_MALFORMED);
    memset(&roster, 0, sizeof roster);
    roster.logs_count = 1;
    roster.logs[0].id = mixed.log;
    roster.logs[0].device = 2;
    memset(&welcome, 0, sizeof welcome);
    assert_int_equal(introductions_collect(txn, &roster, 0, &welcome), 0);
    assert_int_equal(welcome.introductions_count, 0);
    store_memory_abort(txn);
    store_memory_free(store_of_it);
    end();
}

TEST(introduce, a_run_that_begins_with_another_event_introduces_nobody)
{
    static struct run mixed;
    struct store_memory *store_of_it = NULL;
    begin();
    struct store_txn *txn = begin_with_order(&store_of_it, &mixed);
    struct run other = mixed;
    other.count = 1;
    other.events[0] = mixed.events[1];
    introduce(&other);
    assert_int_equal(store(), ERR_MALFORMED);
    store_memory_abort(txn);
    store_memory_free(store_of_it);
    end();
}

TEST(introduce, of_more_devices_than_a_welcome_holds_as_many_are_introduced)
{
    struct store_memory *store_of_it = store_memory_new();
    struct store_txn *txn = store_memory_begin(store_of_it, true);
    assert_int_equal(entropy_start(), 0);
    journal_init(&journal);
    journal_device_init(&device, &journal, 1, ROLE_COUNTER, NULL);
    journal_open(txn, &journal, &device);
    memset(&roster, 0, sizeof roster);
    roster.logs_count = 1;
    roster.logs[0].id = device.head.log;
    roster.logs[0].device = 2;
    welcome.introductions_count = DEVICES_MAX;
    assert_int_equal(introductions_collect(txn, &roster, 0, &welcome), 0);
    assert_int_equal(welcome.introductions_count, DEVICES_MAX);
    store_memory_abort(txn);
    store_memory_free(store_of_it);
}
