/* test_cli_forged.c - what trestle verify says of stores, and of files made of them, whose journals
 * hold together and say what no honest device says. */
#include <stdio.h>
#include <string.h>

#include "node/os/file.h"
#include "node/store/store_lmdb.h"
#include "sync/domain/receipt.h"
#include "sync/log/tables.h"
#include "sync/roster/statement.h"
#include "tests/lib/journal.h"
#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

static struct stall stall;

static void begin(void)
{
    stall_open(&stall);
    stall_init(&stall);
}

static void meta_put(struct store_txn *txn, const char *name, const void *data, size_t size)
{
    assert_int_equal(store_put(txn, TABLE_META, bytes_of_text(name), bytes_of(data, size)), 0);
}

/* A store of a pop-up of its own, whose devices write what a test has them write. */
struct forged {
    struct journal journal;
    struct journal_device devices[2];
    struct store_lmdb *store;
    struct store_txn *txn;
};

static struct forged *forge_begin(void)
{
    static const uint8_t epoch[8] = {0};
    static struct forged forged;
    char folder[160];
    (void)snprintf(folder, sizeof folder, "%s/store", stall.nodes[1].state);
    assert_int_equal(folder_make(stall.nodes[1].state), 0);
    const struct store_lmdb_options options = {.folder = folder, .map_bytes = 16 << 20};
    assert_int_equal(store_lmdb_open(&options, &forged.store), 0);
    assert_int_equal(store_lmdb_begin(forged.store, &forged.txn), 0);
    journal_init(&forged.journal);
    meta_put(forged.txn, "popup", forged.journal.popup.bytes, POPUP_ID_BYTES);
    meta_put(forged.txn, "root", forged.journal.root.bytes, sizeof forged.journal.root.bytes);
    meta_put(forged.txn, "epoch", epoch, sizeof epoch);
    for (uint32_t i = 0; i < 2; i++) {
        journal_device_init(&forged.devices[i], &forged.journal, i + 1, ROLE_COUNTER, NULL);
        journal_open(forged.txn, &forged.journal, &forged.devices[i]);
    }
    return &forged;
}

static void forge_end(struct forged *forged)
{
    assert_int_equal(store_lmdb_commit(forged->txn), 0);
    store_lmdb_close(forged->store);
}

/* --- duplicates --- */

/* Devices 1 and 2 say the same of one order at the same millisecond; device 1 @times times. */
static void say_the_same(uint32_t times)
{
    static const uint8_t body[] = {0x90};
    const struct entity_id order = entity_id_derive(KIND_ORDER, 1);
    struct forged *forged = forge_begin();
    for (uint32_t i = 0; i < 2; i++) {
        for (uint32_t said = 0; said < (i == 0 ? times : 1); said++) {
            (void)journal_write(forged->txn, &forged->journal, &forged->devices[i], EVENT_ACCEPT,
                                &order, bytes_of(body, sizeof body));
        }
    }
    forge_end(forged);
}

TEST(cli_forged, what_two_devices_say_at_once_is_no_duplicate_and_what_one_says_twice_is)
{
    for (uint32_t times = 1; times <= 2; times++) {
        begin();
        say_the_same(times);
        const struct ran ran = RUN("verify", "--state", stall.nodes[1].state);
        assert_int_equal(ran.status, times - 1);
        assert_int_equal(strstr(ran.out, "duplicate: ") != NULL, times > 1);
        stall_close(&stall);
    }
}

/* --- receipts --- */

static void receipt_write(struct forged *forged, uint32_t device, uint32_t number, const char *lane,
                          uint32_t incarnation)
{
    const struct entity_id order = entity_id_derive(KIND_ORDER, number);
    const struct receipt receipt = {.number = number,
                                    .total_minor = 450,
                                    .tax_minor = 29,
                                    .lane = bytes_of_text(lane),
                                    .incarnation = incarnation};
    uint8_t body[128];
    struct writer writer;
    struct bytes bytes;
    writer_init(&writer, body, sizeof body);
    receipt_encode(&receipt, &writer);
    assert_int_equal(writer_finish(&writer, &bytes), 0);
    (void)journal_write(forged->txn, &forged->journal, &forged->devices[device], EVENT_RECEIPT,
                        &order, bytes);
}

/* What verify says of a store, and of each file that is made of it: the same. */
static void all_say(int status, const char *says)
{
    static const char *const makers[] = {NULL, "export", "archive", "backup"};
    char path[160];
    const char *state = stall.nodes[1].state;
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", stall.folder,
                       makers[i] == NULL ? "" : makers[i]);
        if (makers[i] != NULL) {
            RUN_WELL(makers[i], path, "--state", state);
        }
        const struct ran ran =
            makers[i] == NULL ? RUN("verify", "--state", state) : RUN("verify", path);
        assert_int_equal(ran.status, status);
        assert_int_equal(strstr(ran.out, "receipt: ") != NULL, says != NULL);
        assert_true(says == NULL || strstr(ran.out, says) != NULL);
    }
}

/* The other device sells, too, under its own numbers. */
TEST(cli_forged, receipts_of_a_journal_are_dense_and_its_own)
{
    static const struct {
        uint32_t number;
        const char *lane;
        uint32_t incarnation;
        const char *says; /* NULL = that it holds */
    } thirds[] = {{3, NULL, 1, NULL},
                  {4, NULL, 1, "receipt 4 comes after receipt 2"},
                  {2, NULL, 1, "receipt 2 comes after receipt 2"},
                  {1, NULL, 1, "receipt 1 comes after receipt 2"},
                  {3, "ZZ", 1, "receipt 3 names lane ZZ, which no certificate of its device has"},
                  {3, NULL, 2, "receipt 3 names incarnation 2, the journal is 1"}};
    for (size_t i = 0; i < sizeof thirds / sizeof thirds[0]; i++) {
        begin();
        struct forged *forged = forge_begin();
        const char *lane = forged->devices[0].certificate.lane;
        receipt_write(forged, 0, 1, lane, 1);
        receipt_write(forged, 1, 1, forged->devices[1].certificate.lane, 1);
        receipt_write(forged, 0, 2, lane, 1);
        receipt_write(forged, 0, thirds[i].number, thirds[i].lane == NULL ? lane : thirds[i].lane,
                      thirds[i].incarnation);
        forge_end(forged);
        all_say(thirds[i].says != NULL, thirds[i].says);
        stall_close(&stall);
    }
}

/* A new lane comes with new papers, from an admin who says so in a journal of his own. */
TEST(cli_forged, a_lane_that_any_certificate_of_the_device_has_is_its_own)
{
    static struct journal_device admin, renewed;
    uint8_t buffer[CERT_CHAIN_BYTES_MAX + 8];
    struct bytes body;
    for (int told = 0; told < 2; told++) {
        begin();
        struct forged *forged = forge_begin();
        journal_device_init(&admin, &forged->journal, 3, ROLE_OWNER, NULL);
        journal_open(forged->txn, &forged->journal, &admin);
        struct certificate papers = journal_certificate(&forged->journal, 1, ROLE_COUNTER);
        (void)snprintf(papers.lane, sizeof papers.lane, "Q");
        papers.lane_size = 1;
        papers.issued++;
        journal_device_certify(&renewed, &forged->journal, &papers, &admin);
        assert_int_equal(chain_body_encode(renewed.chain, buffer, sizeof buffer, &body), 0);
        if (told == 1) {
            (void)journal_state(forged->txn, &forged->journal, &admin, EVENT_DEVICE_ADD, body);
        }
        receipt_write(forged, 0, 1, "Q", 1);
        forge_end(forged);
        all_say(1 - told, told == 1 ? NULL : "receipt 1 names lane Q");
        stall_close(&stall);
    }
}

/* A thief's numbers spoil no file. */
TEST(cli_forged, a_receipt_of_a_file_behind_a_revocation_is_void_and_not_looked_at)
{
    static struct journal_device admin;
    uint8_t buffer[64];
    struct bytes body;
    char path[160];
    for (uint64_t last = 2; last <= 3; last++) {
        begin();
        struct forged *forged = forge_begin();
        journal_device_init(&admin, &forged->journal, 3, ROLE_OWNER, NULL);
        journal_open(forged->txn, &forged->journal, &admin);
        const struct journal_device *thief = &forged->devices[0];
        struct log_cut cut = {.log = thief->head.log, .seq = last};
        for (uint32_t number = 1; number <= 3; number += 2) {
            receipt_write(forged, 0, number, thief->certificate.lane, 1);
            cut.hash = thief->head.seq == last ? thief->head.hash : cut.hash;
        }
        assert_int_equal(log_cut_encode(&cut, buffer, sizeof buffer, &body), 0);
        (void)journal_state(forged->txn, &forged->journal, &admin, EVENT_LOG_REVOKE, body);
        forge_end(forged);
        (void)snprintf(path, sizeof path, "%s/export", stall.folder);
        RUN_WELL("export", path, "--state", stall.nodes[1].state);
        assert_int_equal(RUN("verify", path).status, last == 3);
        stall_close(&stall);
    }
}
