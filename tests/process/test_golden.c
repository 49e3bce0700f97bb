/* Journals of every release are folded anew and come to the same state: tests/golden/README.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/archive/archive.h"
#include "node/os/file.h"
#include "sync/base/check.h"
#include "sync/domain/turn.h"
#include "sync/log/run.h"
#include "sync/log/salvage.h"
#include "sync/replica/replica.h"
#include "tests/lib/store_memory.h"
#include "tests/lib/test.h"
#include "tests/process/lib/golden.h"

enum { GOLDEN_BYTES_MAX = 4 * 1024 * 1024, RECORD_EVENTS = 2, TYPES_MAX = 256 };

#define GOLDEN TEST_SOURCE_DIR "/tests/golden/0.1.0/"

/* --- folding anew --- */

struct golden {
    struct store_txn *txn;
    struct popup_id popup;
    struct public_key root;
    struct log_head head; /* of the journal at hand */
    bool has_type[TYPES_MAX];
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
    if (event.type == EVENT_SALVAGE) {
        assert_int_equal(salvage_index(golden->txn, log, seq, bytes), 0);
    }
    if (event.type < TYPES_MAX) {
        golden->has_type[event.type] = true;
    }
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
        assert_int_equal(store_put(golden->txn, TABLE_META, bytes_of_text("popup"),
                                   bytes_of(golden->popup.bytes, sizeof golden->popup.bytes)),
                         0);
    }
    if (kind == RECORD_EVENTS) {
        const uint64_t log = read_id64(&reader);
        const uint64_t first = read_uint(&reader, SEQ_MAX);
        const uint32_t count = read_array(&reader, 1, VALUE_ITEMS_MAX);
        for (uint32_t i = 0; i < count; i++) {
            event_take(golden, log, first + i, read_bin(&reader, 1, EVENT_SALVAGE_BYTES_MAX));
        }
    }
    assert_int_equal(reader.err, 0);
}

static void load(struct golden *golden, const char *path)
{
    uint8_t *data = NULL;
    size_t size = 0;
    const size_t magic = strlen(ARCHIVE_MAGIC);
    assert_int_equal(file_read(path, GOLDEN_BYTES_MAX, &data, &size), 0);
    for (size_t at = magic; at < size; at += 4 + get_be32(data + at)) {
        record_take(golden, bytes_of(data + at + 4, get_be32(data + at)), at == magic);
    }
    free(data);
}

static void mark(const struct golden *golden, struct turn *turn, const struct entity_id *entity)
{
    uint32_t kinds = 0;
    assert_int_equal(entity_kinds(golden->txn, entity, &kinds), 0);
    for (enum kind kind = KIND_POPUP; kind <= KIND_LAST; kind++) {
        assert_true((kinds & kind_bit(kind)) == 0 || turn_mark(turn, kind, entity));
    }
}

static void fold_all(struct golden *golden)
{
    static struct roster roster;
    static struct order order;
    static struct stock stock;
    enum { ROW_CAPACITY = 2 * HISTORY_BODY_BYTES_MAX };
    struct turn *turn = calloc(1, sizeof *turn);
    struct folder folder = {.roster = &roster,
                            .history = history_new(),
                            .order = &order,
                            .stock = &stock,
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
        assert_int_equal(key_entity_event_parse(key, &id, &log, &seq), 0);
        mark(golden, turn, &id);
    }
    store_cursor_close(&cursor);
    struct entity_id carried = {{0}};
    while (salvage_entity_after(golden->txn, &carried, &carried) == 0) {
        mark(golden, turn, &carried);
    }
    assert_int_equal(turn_fold_all(turn, golden->txn, &folder), 0);
    history_free(folder.history);
    free(folder.row);
    free(turn);
}

static void digest_text(const struct hash *digest, char ret_hex[2 * HASH_BYTES + 2])
{
    for (size_t i = 0; i < HASH_BYTES; i++) {
        (void)snprintf(ret_hex + 2 * i, 3, "%02x", digest->bytes[i]);
    }
    (void)strcat(ret_hex, "\n");
}

static void digest_of(const struct golden_day *day, const char *path,
                      char ret_hex[2 * HASH_BYTES + 2])
{
    struct store_memory *store = store_memory_new();
    struct golden golden = {.txn = store_memory_begin(store, true)};
    struct hash digest;
    load(&golden, path);
    for (size_t i = 0; i < GOLDEN_TYPES_MAX && day->types[i] != 0; i++) {
        if (!golden.has_type[day->types[i]]) {
            fail_msg("%s holds no %s", path, event_info_find(day->types[i])->text);
        }
    }
    fold_all(&golden);
    assert_int_equal(replica_state_digest(golden.txn, &digest), 0);
    store_memory_abort(golden.txn);
    store_memory_free(store);
    digest_text(&digest, ret_hex);
}

/* It comes to what the device that lived it had come to. */
static void record(const struct golden_day *day, const char *archive)
{
    char lived[2 * HASH_BYTES + 2], folded[2 * HASH_BYTES + 2];
    const struct hash digest = golden_record(day, archive);
    digest_text(&digest, lived);
    digest_of(day, archive, folded);
    assert_string_equal(lived, folded);
}

static void try_day(const struct golden_day *day, bool is_update)
{
    char archive[PATH_BYTES_MAX], path[PATH_BYTES_MAX], digest[2 * HASH_BYTES + 2];
    uint8_t *data = NULL;
    size_t size = 0;
    (void)snprintf(archive, sizeof archive, GOLDEN "%s.archive", day->name);
    (void)snprintf(path, sizeof path, GOLDEN "%s.digest", day->name);
    if (is_update && !path_exists(archive)) { /* what a release wrote is not written again */
        record(day, archive);
    }
    digest_of(day, archive, digest);
    if (is_update) {
        assert_int_equal(file_write(path, bytes_of_text(digest), 0644), 0);
    }
    assert_int_equal(file_read(path, 1024, &data, &size), 0);
    if (size != strlen(digest) || memcmp(data, digest, size) != 0) {
        fail_msg("%s comes to another state: %.*s", archive, (int)strlen(digest), digest);
    }
    free(data);
}

TEST(golden, a_recorded_journal_comes_to_the_state_it_came_to)
{
    for (size_t i = 0; i < golden_days_count; i++) {
        try_day(&golden_days[i], getenv("TRESTLE_UPDATE") != NULL);
    }
}
