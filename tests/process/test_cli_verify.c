/* test_cli_verify.c - what trestle verify says of files that somebody changed and of stores that
 * do not agree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/json/text.h"
#include "node/os/file.h"
#include "node/store/store_lmdb.h"
#include "sync/log/tables.h"
#include "sync/replica/replica.h"
#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

static struct stall stall;
static char export_path[128];

static void begin(void)
{
    stall_open(&stall);
    stall_init(&stall);
    (void)snprintf(export_path, sizeof export_path, "%s/export.jsonl", stall.folder);
}

/* --- exports --- */

/* The export @original with the first @part after line @line exchanged; what verify says. */
static struct ran verify_with(const char *original, int line, const char *part, const char *by)
{
    struct text changed = {0};
    const char *from = original;
    for (int i = 1; i < line; i++) {
        from = strchr(from, '\n') + 1;
    }
    const char *at = strstr(from, part);
    assert_non_null(at);
    text_append(&changed, original, (size_t)(at - original));
    text_append_text(&changed, by);
    text_append_text(&changed, at + strlen(part));
    text_append(&changed, "", 1);
    write_file(export_path, changed.data);
    text_close(&changed);
    return RUN("verify", export_path);
}

TEST(cli_verify, an_export_of_which_anything_was_changed_says_what)
{
    static const struct {
        int line;
        const char *part, *by, *says;
    } changes[] = {
        {2, "\"event\":\"", "\"event\":\"!", "edited: "},
        {2, "\"event\":\"", "\"event\":\"AAAA", "edited: "},
        {2, "\"log\":\"", "\"log\":\"zz", "this is no line of an export"},
        {2, "\"log\":\"", "\"gol\":\"", "this is no line of an export"},
        {3, "\"log\":\"", "\"log\":\"0", "this is no line of an export"},
        {3, "{", "", "this is no line of an export"},
        {2, "\"seq\":1,", "\"seq\":2,", "the numbers have a hole"},
        {4, "\"seq\":3,", "\"seq\":2,", "duplicate: "},
        {4, "\"seq\":3,", "\"seq\":9,", "lost: "},
        {2, "\"sig\":\"", "\"sig\":\"!", "the signature is wrong"},
        {2, "\"sig\":\"", "\"sig\":\"AAAA", "the signature is wrong"},
    };
    static const struct {
        const char *part, *by;
    } heads[] = {{"\"trestle\":1", "\"trestle\":2"},
                 {"\"popup\":\"", "\"popup\":\"0"},
                 {"\"popup\":\"", "\"popup\":\"zz"},
                 {"\"root\":\"", "\"toor\":\""},
                 {"{", ""}};
    begin();
    char *original = strdup(RUN_WELL("export", "--state", stall.nodes[0].state).out);
    assert_non_null(original);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const struct ran ran =
            verify_with(original, changes[i].line, changes[i].part, changes[i].by);
        if (ran.status != 1 || strstr(ran.out, changes[i].says) == NULL) {
            print_error("%s -> %s: %d %s\n", changes[i].part, changes[i].by, ran.status, ran.out);
        }
        assert_int_equal(ran.status, 1);
        assert_non_null(strstr(ran.out, changes[i].says));
    }
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        const struct ran ran = verify_with(original, 1, heads[i].part, heads[i].by);
        assert_int_equal(ran.status, 1);
        assert_non_null(strstr(ran.err, "is no export of a pop-up"));
    }
    write_file(export_path, "");
    assert_non_null(strstr(RUN("verify", export_path).err, "is no export of a pop-up"));
    free(original);
    stall_close(&stall);
}

TEST(cli_verify, the_root_of_another_popup_vouches_for_nothing)
{
    char root[80], other_root[80];
    begin();
    RUN_WELL("init", "--state", stall.nodes[1].state);
    const char *at = strstr(RUN_WELL("export", "--state", stall.nodes[1].state).out, "\"root\":");
    assert_non_null(at);
    (void)snprintf(other_root, sizeof other_root, "%.73s", at);
    char *original = strdup(RUN_WELL("export", "--state", stall.nodes[0].state).out);
    assert_non_null(original);
    (void)snprintf(root, sizeof root, "%.73s", strstr(original, "\"root\":"));
    const struct ran ran = verify_with(original, 1, root, other_root);
    assert_non_null(strstr(ran.err, "is no export of a pop-up"));
    free(original);
    stall_close(&stall);
}

TEST(cli_verify, an_export_without_its_last_signature_proves_nothing_of_its_end)
{
    begin();
    char *original = strdup(RUN_WELL("export", "--state", stall.nodes[0].state).out);
    assert_non_null(original);
    char *last = strrchr(original, ',');
    while (strncmp(last, ",\"sig\":\"", 8) != 0) {
        while (*--last != ',') {
            continue;
        }
    }
    *last = '\0';
    struct text cut = {0};
    text_append_text(&cut, original);
    text_append_text(&cut, "}\n");
    text_append(&cut, "", 1);
    write_file(export_path, cut.data);
    const struct ran ran = RUN("verify", export_path);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.out, "the journal does not end on a signature"));
    text_close(&cut);
    free(original);
    stall_close(&stall);
}

/* --- stores --- */

static void copy_node(int from, int to)
{
    char copy_it[256];
    (void)snprintf(copy_it, sizeof copy_it, "cp -r '%s' '%s'", stall.nodes[from].state,
                   stall.nodes[to].state);
    assert_int_equal(system(copy_it), 0); /* NOLINT: a path of our own making */
}

static struct ran verify_both(const char *flag)
{
    return RUN("verify", "--state", stall.nodes[0].state, "--state", stall.nodes[1].state, flag);
}

TEST(cli_verify, of_two_stores_the_one_that_lacks_events_is_named)
{
    char lacks[160];
    begin();
    copy_node(0, 1);
    assert_int_equal(verify_both(NULL).status, 0);
    RUN_WELL("order", "add", "22", "--state", stall.nodes[0].state);
    struct ran ran = verify_both(NULL);
    assert_int_equal(ran.status, 1);
    (void)snprintf(lacks, sizeof lacks, "lost: %s lacks events", stall.nodes[1].state);
    assert_non_null(strstr(ran.out, lacks));
    ran = RUN("verify", "--state", stall.nodes[1].state, "--state", stall.nodes[0].state);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.out, lacks));
    ran = verify_both("--json");
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.out, "\"ok\":false"));
    assert_non_null(strstr(ran.out, "\"kind\":\"lost\""));
    stall_close(&stall);
}

TEST(cli_verify, two_versions_of_one_journal_are_a_fork)
{
    char fence[160];
    begin();
    copy_node(0, 1);
    (void)snprintf(fence, sizeof fence, "%s/fence", stall.nodes[1].state);
    assert_int_equal(remove(fence), 0); /* by which the copy would know that it is one */
    RUN_WELL("order", "add", "22", "--name", "Ada", "--state", stall.nodes[0].state);
    RUN_WELL("order", "add", "22", "--name", "Ben", "--state", stall.nodes[1].state);
    const struct ran ran = verify_both(NULL);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.out, "forked: "));
    assert_non_null(strstr(ran.out, "different versions of journal"));
    stall_close(&stall);
}

TEST(cli_verify, stores_of_two_popups_are_not_compared)
{
    begin();
    RUN_WELL("init", "--state", stall.nodes[1].state);
    const struct ran ran = verify_both(NULL);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.out, "belong to different pop-ups"));
    assert_null(strstr(ran.out, "lost:"));
    stall_close(&stall);
}

TEST(cli_verify, a_journal_that_one_store_has_and_the_other_not_is_lost_there)
{
    begin();
    node_start(&stall.nodes[0]);
    node_join(&stall, 1, "counter", "B");
    node_start(&stall.nodes[1]);
    until_menu(&stall.nodes[1]);
    RUN_WELL("order", "add", "22", "--state", stall.nodes[1].state);
    assert_int_equal(node_end(&stall.nodes[0], 9), 1009);
    copy_node(1, 2);
    RUN_WELL("order", "add", "22", "--state", stall.nodes[1].state);
    assert_int_equal(node_end(&stall.nodes[1], 15), 0);
    for (int first = 0; first < 2; first++) {
        const struct ran ran = RUN("verify", "--state", stall.nodes[first].state, "--state",
                                   stall.nodes[1 - first].state);
        assert_int_equal(ran.status, 1);
        assert_non_null(strstr(ran.out, "lost: "));
    }
    stall_close(&stall);
}

TEST(cli_verify, more_stores_than_it_can_hold_are_refused)
{
    const char *words[48] = {"verify"};
    begin();
    for (size_t i = 0; i < 17; i++) {
        words[1 + 2 * i] = "--state";
        words[2 + 2 * i] = stall.nodes[0].state;
    }
    const struct ran ran = run(words);
    assert_int_equal(ran.status, 2);
    assert_non_null(strstr(ran.err, "at most 16 stores"));
    assert_int_not_equal(RUN("verify", "--state", stall.nodes[2].state).status, 0);
    stall_close(&stall);
}

/* --- what is set aside --- */

/* @node's software died of its one order, and of what came of an item's units. */
static void set_aside(const struct node *node)
{
    struct entity_id entities[2];
    uint8_t data[4 + sizeof entities];
    char path[160];
    const char *order = RUN_WELL("export", "--what", "orders", "--state", node->state).out;
    order = strstr(order, ":\"") + 2; /* the first column */
    for (size_t i = 0; i < ENTITY_ID_BYTES; i++) {
        const char hex[] = {order[2 * i], order[2 * i + 1], '\0'};
        entities[0].bytes[i] = (uint8_t)strtoul(hex, NULL, 16);
    }
    entities[1] = entity_id_derive(KIND_STOCK, 22);
    put_be32(data, FOLD_VERSION);
    memcpy(data + 4, entities, sizeof entities);
    (void)snprintf(path, sizeof path, "%s/aside", node->state);
    assert_int_equal(file_write(path, bytes_of(data, sizeof data), 0600), 0);
}

/* An order, and units of which the node could not fold the last: both are set aside. */
static void begin_with_aside(void)
{
    begin();
    const char *state = stall.nodes[0].state;
    RUN_WELL("order", "add", "22", "--state", state);
    RUN_WELL("stock", "count", "22", "8", "--state", state);
    set_aside(&stall.nodes[0]);
    RUN_WELL("stock", "add", "22", "3", "--state", state);
}

static void aside_remove(const struct node *node)
{
    char path[160];
    (void)snprintf(path, sizeof path, "%s/aside", node->state);
    assert_int_equal(remove(path), 0);
}

TEST(cli_verify, what_a_device_set_aside_is_named_and_not_refolded)
{
    begin_with_aside();
    const char *state = stall.nodes[0].state;
    struct ran ran = RUN_WELL("verify", "--state", state);
    assert_non_null(strstr(ran.out, "  set aside, not refolded: order A1 of day 1\n"));
    assert_non_null(strstr(ran.out, "  set aside, not refolded: stock "));
    assert_non_null(strstr(ran.err, "everything holds"));
    assert_non_null(strstr(ran.err, ": 2 set aside, as this version dies of what came after"));
    assert_non_null(strstr(ran.err, "look at it on another device, and report it"));
    ran = RUN_WELL("verify", "--json", "--state", state);
    assert_non_null(strstr(ran.out, "{\"ok\":true,"));
    assert_non_null(strstr(ran.out, ",\"aside\":[{\"entity\":\""));
    assert_non_null(strstr(ran.out, "\"name\":\"order A1 of day 1\"}"));
    assert_non_null(strstr(ran.err, "2 set aside"));
    /* The same rows where nothing is set aside are wrong. */
    aside_remove(&stall.nodes[0]);
    ran = RUN("verify", "--state", state);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.out, "state: "));
    assert_null(strstr(ran.out, "set aside"));
    stall_close(&stall);
}

TEST(cli_verify, a_list_of_what_is_set_aside_that_is_none_is_told)
{
    char path[160];
    begin();
    (void)snprintf(path, sizeof path, "%s/aside", stall.nodes[0].state);
    write_file(path, "x");
    const struct ran ran = RUN_WELL("verify", "--state", stall.nodes[0].state);
    assert_non_null(strstr(ran.err, "/aside, which lists what is set aside: "));
    assert_null(strstr(ran.out, "set aside"));
    stall_close(&stall);
}

TEST(cli_verify, rows_that_a_device_shows_as_they_were_are_told_by_export_and_doctor)
{
    begin_with_aside();
    const char *state = stall.nodes[0].state;
    struct ran ran = RUN_WELL("export", "--what", "stock", "--state", state);
    assert_non_null(strstr(ran.err, "2 orders or records are written as they were"));
    assert_null(strstr(RUN_WELL("export", "--state", state).err, "as they were"));
    assert_null(
        strstr(RUN_WELL("export", "--what", "events", "--state", state).err, "as they were"));
    ran = RUN("doctor", "--state", state);
    assert_non_null(strstr(ran.out, "warn  aside     order A1 of day 1 is shown as it was"));
    stall_close(&stall);
}

/* --- what is being made right --- */

/* Item 22's units are lost among the rows; the replica knows it, or does not. */
static void row_lose(const struct node *node, bool is_known)
{
    char folder[160];
    const uint8_t begun[1 + ENTITY_ID_BYTES] = {1};
    const struct entity_id units = entity_id_derive(KIND_STOCK, 22);
    const struct key row = key_state(KIND_STOCK, &units);
    struct store_txn *txn = NULL;
    struct store_lmdb *store = NULL;
    (void)snprintf(folder, sizeof folder, "%s/store", node->state);
    const struct store_lmdb_options options = {.folder = folder, .map_bytes = UINT64_C(1) << 30};
    assert_int_equal(store_lmdb_open(&options, &store), 0);
    assert_int_equal(store_lmdb_begin(store, &txn), 0);
    assert_int_equal(store_del(txn, TABLE_STATE, key_bytes(&row)), is_known ? ERR_NOT_FOUND : 0);
    if (is_known) {
        assert_int_equal(
            store_put(txn, TABLE_LOCAL, bytes_of_text("remake"), bytes_of(begun, sizeof begun)), 0);
    }
    assert_int_equal(store_lmdb_commit(txn), 0);
    store_lmdb_close(store);
}

TEST(cli_verify, what_the_node_makes_right_is_no_finding_once_it_began)
{
    begin();
    RUN_WELL("stock", "count", "22", "8", "--state", stall.nodes[0].state);
    row_lose(&stall.nodes[0], false);
    struct ran ran = RUN("verify", "--state", stall.nodes[0].state);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.out, "state: "));
    assert_null(strstr(ran.err, "makes what differs right"));
    row_lose(&stall.nodes[0], true);
    ran = RUN("verify", "--json", "--state", stall.nodes[0].state);
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "\"wrong\":1,\"remaking\":true"));
    assert_non_null(strstr(ran.err, "the node makes what differs right while it runs"));
    stall_close(&stall);
}

TEST(cli_verify, the_state_of_who_set_something_aside_is_not_that_of_who_folds_it)
{
    begin();
    RUN_WELL("order", "add", "22", "--state", stall.nodes[0].state);
    RUN_WELL("stock", "count", "22", "8", "--state", stall.nodes[0].state);
    copy_node(0, 1);
    set_aside(&stall.nodes[0]);
    row_lose(&stall.nodes[0], false); /* it never could fold the units */
    struct ran ran = verify_both(NULL);
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.err, "are not compared: each is refolded by itself"));
    aside_remove(&stall.nodes[0]);
    ran = verify_both(NULL);
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.out, "hold the same events and another state"));
    assert_null(strstr(ran.err, "are not compared"));
    stall_close(&stall);
}
