/* Journals of every release are folded anew and come to the same state: tests/golden/README.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/archive/archive.h"
#include "node/os/file.h"
#include "sync/base/check.h"
#include "sync/domain/turn.h"
#include "sync/log/run.h"
#include "sync/replica.h"
#include "tests/lib/shop.h"
#include "tests/lib/test.h"

enum { GOLDEN_BYTES_MAX = 4 * 1024 * 1024, SETTLE_MS = 20000, RECORD_EVENTS = 2 };

#define GOLDEN TEST_SOURCE_DIR "/tests/golden/0.1.0/stall"

/* ---- recording ---- */

static bool is_answered;

static void on_answer(void *context, struct cluster_node *node, const struct effect_answer *answer)
{
    (void)context;
    (void)node;
    (void)answer; /* a refusal writes nothing: what was recorded is what counts */
    is_answered = true;
}

static void ask(struct cluster *cluster, uint32_t at, const struct command *command)
{
    is_answered = false;
    cluster_command(cluster, at, command, 9);
    while (!is_answered)
        check(cluster_step(cluster, cluster->now_ms + SETTLE_MS));
    assert_true(cluster_converge(cluster, SETTLE_MS));
}

static struct entity_id place(struct cluster *cluster, uint32_t at, uint32_t number)
{
    struct command command;
    const struct shop_key key = shop_key_make(60 + number, number);
    uint8_t session[8];
    shop_order(&command, &key, 2);
    ask(cluster, at, &command);
    put_be64(session, command.principal.session);
    return entity_id_mint(get_be32(key.bytes), bytes_of(session, sizeof session),
                          bytes_of(key.bytes, sizeof key.bytes));
}

static void on_order(struct cluster *cluster, uint32_t at, const struct entity_id *order,
                     enum command_kind kind)
{
    struct command command;
    shop_command(&command, kind);
    command.order = *order;
    command.reason = bytes_of_text("golden");
    if (kind == COMMAND_CONTACT) {
        char text[64];
        (void)snprintf(text, sizeof text, "salt%012x{\"name\":\"Ada\"}",
                       get_be32(order->bytes)); /* the order's seconds: another for each */
        const struct bytes bytes = bytes_of_text(text);
        command.blob = cluster_put_blob(&cluster->nodes[at], bytes);
        command.blob_size = (uint32_t)bytes.size;
        command.media = bytes_of_text("application/json");
    }
    ask(cluster, at, &command);
}

static void live_a_day(struct cluster *cluster)
{
    struct command command;
    for (uint32_t number = 1; number < 12; number++) {
        const struct entity_id order = place(cluster, number % 2, number);
        assert_true(cluster_converge(cluster, SETTLE_MS));
        on_order(cluster, 1, &order, COMMAND_ACCEPT);
        if (number % 4 == 0)
            on_order(cluster, 0, &order, COMMAND_CANCEL);
        if (number % 3 == 0)
            on_order(cluster, 0, &order, COMMAND_CONTACT);
        if (number % 6 == 0)
            on_order(cluster, 0, &order, COMMAND_ORDER_ERASE);
        if (number % 4 == 1)
            on_order(cluster, 1, &order, COMMAND_DONE);
        if (number % 8 == 1)
            on_order(cluster, 0, &order, COMMAND_HAND_OVER);
        assert_true(cluster_converge(cluster, SETTLE_MS));
    }
    shop_command(&command, COMMAND_DAY_CLOSE);
    ask(cluster, 0, &command);
}

static void record(const char *path)
{
    struct cluster_setup setup = {
        .seed = 1,
        .nodes = 2,
        .devices = {{"manager", ROLE_MANAGER, "A"}, {"kitchen", ROLE_KITCHEN, "B"}},
        .knobs = cluster_knobs_calm(),
        .hooks = {.on_answer = on_answer}};
    struct cluster *cluster = cluster_new();
    cluster_start(cluster, &setup);
    shop_open(cluster);
    live_a_day(cluster);
    const struct archive_head head = {
        .popup = cluster->popup, .root = cluster->root, .epoch_ms = CLUSTER_EPOCH_MS};
    struct store_txn *txn = store_memory_begin(cluster->nodes[0].store, false);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(archive_write(file, txn, &head, NULL), 0);
    assert_int_equal(fclose(file), 0);
    store_memory_abort(txn);
    cluster_free(cluster);
}

/* ---- folding anew ---- */

struct golden {
    struct store_txn *txn;
    struct popup_id popup;
    struct public_key root;
    struct log_head head; /* of the journal at hand */
};

static void event_take(struct golden *golden, uint64_t log, uint64_t seq, struct bytes bytes)
{
    static uint8_t row[HASH_BYTES + EVENT_SALVAGE_BYTES_MAX];
    struct event event;
    struct log_open open;
    assert_int_equal(event_decode(bytes, &event), 0);
    if (seq == 1) {
        assert_int_equal(log_open_verify(event.body, &golden->popup, &golden->root, &open), 0);
        log_head_init(&golden->head, &golden->popup, &open.log_key,
                      id64_of_key(&open.certificate.device_key), open.incarnation);
    }
    const struct hash eh = chain_event_hash(bytes);
    golden->head.hash = chain_next(&golden->head.hash, &eh);
    golden->head.seq = golden->head.signed_seq = seq;
    memcpy(row, golden->head.hash.bytes, HASH_BYTES);
    memcpy(row + HASH_BYTES, bytes.data, bytes.size);
    const struct key at = key_event(log, seq);
    const struct key of = key_entity_event(&event.entity, log, seq);
    assert_int_equal(
        store_put(golden->txn, TABLE_LOG, key_bytes(&at), bytes_of(row, HASH_BYTES + bytes.size)),
        0);
    assert_int_equal(store_put(golden->txn, TABLE_ENTITY, key_bytes(&of), bytes_of(NULL, 0)), 0);
    assert_int_equal(log_head_put(golden->txn, &golden->head), 0);
}

static void record_take(struct golden *golden, struct bytes record, bool is_first)
{
    struct reader reader;
    reader_init(&reader, record);
    (void)read_array(&reader, 1, 16);
    const uint64_t kind = read_uint(&reader, 100);
    if (is_first) {
        assert_int_equal(read_uint(&reader, 100), 1);
        read_fixed(&reader, golden->popup.bytes, sizeof golden->popup.bytes);
        read_fixed(&reader, golden->root.bytes, sizeof golden->root.bytes);
    }
    if (kind == RECORD_EVENTS) {
        const uint64_t log = read_id64(&reader);
        const uint64_t first = read_uint(&reader, SEQ_MAX);
        const uint32_t count = read_array(&reader, 1, VALUE_ITEMS_MAX);
        for (uint32_t i = 0; i < count; i++)
            event_take(golden, log, first + i, read_bin(&reader, 1, EVENT_SALVAGE_BYTES_MAX));
    }
    assert_int_equal(reader.err, 0);
}

static void load(struct golden *golden, const char *path)
{
    uint8_t *data = NULL;
    size_t size = 0;
    const size_t magic = strlen(ARCHIVE_MAGIC);
    assert_int_equal(file_read(path, GOLDEN_BYTES_MAX, &data, &size), 0);
    for (size_t at = magic; at < size; at += 4 + get_be32(data + at))
        record_take(golden, bytes_of(data + at + 4, get_be32(data + at)), at == magic);
    free(data);
}

static void fold_all(struct golden *golden)
{
    static struct roster roster;
    static struct order order;
    enum { ROW_CAPACITY = 2 * HISTORY_BODY_BYTES_MAX };
    struct turn *turn = calloc(1, sizeof *turn);
    struct folder folder = {.roster = &roster,
                            .history = history_new(),
                            .order = &order,
                            .row = malloc(ROW_CAPACITY),
                            .row_capacity = ROW_CAPACITY};
    struct store_cursor cursor;
    struct bytes key, value;
    assert_int_equal(roster_load(&roster, golden->txn, &golden->popup, &golden->root), 0);
    turn_reset(turn);
    assert_int_equal(store_cursor_open(golden->txn, TABLE_ENTITY, &cursor), 0);
    while (store_cursor_next(&cursor, &key, &value) == 0) {
        struct entity_id id;
        uint64_t log, seq;
        uint32_t kinds = 0;
        assert_int_equal(key_entity_event_parse(key, &id, &log, &seq), 0);
        assert_int_equal(entity_kinds(golden->txn, &id, &kinds), 0);
        for (enum kind kind = KIND_POPUP; kind <= KIND_LAST; kind++)
            assert_true((kinds & kind_bit(kind)) == 0 || turn_mark(turn, kind, &id));
    }
    store_cursor_close(&cursor);
    assert_int_equal(turn_fold_all(turn, golden->txn, &folder), 0);
    history_free(folder.history);
    free(folder.row);
    free(turn);
}

static void digest_of(const char *path, char ret_hex[2 * HASH_BYTES + 2])
{
    struct store_memory *store = store_memory_new();
    struct golden golden = {.txn = store_memory_begin(store, true)};
    struct hash digest;
    load(&golden, path);
    fold_all(&golden);
    assert_int_equal(replica_state_digest(golden.txn, &digest), 0);
    store_memory_abort(golden.txn);
    store_memory_free(store);
    for (size_t i = 0; i < HASH_BYTES; i++)
        (void)snprintf(ret_hex + 2 * i, 3, "%02x", digest.bytes[i]);
    (void)strcat(ret_hex, "\n");
}

TEST(golden, a_recorded_journal_comes_to_the_state_it_came_to)
{
    char digest[2 * HASH_BYTES + 2];
    uint8_t *data = NULL;
    size_t size = 0;
    const bool is_update = getenv("TRESTLE_UPDATE") != NULL;
    if (is_update)
        record(GOLDEN ".archive");
    digest_of(GOLDEN ".archive", digest);
    if (is_update)
        assert_int_equal(file_write(GOLDEN ".digest", bytes_of_text(digest), 0644), 0);
    assert_int_equal(file_read(GOLDEN ".digest", 1024, &data, &size), 0);
    assert_string_equal((const char *)data, digest);
    free(data);
}
