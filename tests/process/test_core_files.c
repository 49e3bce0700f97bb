/* Files that are damaged or gone come back from who has them. */
#include "tests/process/lib/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/api/blob.h"
#include "node/os/clock.h"
#include "node/os/file.h"
#include "sync/log/tables.h"
#include "tests/lib/test.h"

enum { PICTURE_BYTES = 3000 };

static struct hash keep_picture(struct desk *desk, uint8_t fill)
{
    uint8_t picture[PICTURE_BYTES];
    struct command command = {.kind = COMMAND_BLOB_ADD,
                              .principal = {.role = ROLE_OWNER},
                              .blob_size = PICTURE_BYTES,
                              .media = bytes_of_text("image/png")};
    memset(picture, fill, sizeof picture);
    assert_int_equal(
        blobs_put(core_gate(desk->core)->blobs, bytes_of(picture, sizeof picture), &command.blob),
        0);
    assert_int_equal(desk_ask(desk, &command).err, 0);
    return command.blob;
}

static void picture_path(const struct desk *desk, const struct hash *hash, char *to)
{
    char hex[2 * HASH_BYTES + 1];
    for (size_t i = 0; i < HASH_BYTES; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", hash->bytes[i]);
    }
    (void)snprintf(to, PATH_BYTES_MAX, "%s/blobs/%.2s/%s", desk->state, hex, hex);
}

static void until_picture(struct desk *desks, uint32_t at, const struct hash *hash)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (!blobs_has(core_gate(desks[at].core)->blobs, hash)) {
        desks_turn(desks, 2);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

static enum blob_state picture_state(struct desk *desk, const struct hash *hash)
{
    const struct gate *gate = core_gate(desk->core);
    struct store_txn *txn = NULL;
    enum blob_state state = BLOB_NONE;
    assert_int_equal(gate->read_begin(gate->context, &txn), 0);
    assert_int_equal(blob_state_get(txn, hash, &state), 0);
    gate->read_end(gate->context, txn);
    return state;
}

/* The file is there, and the store says so. */
static void until_kept(struct desk *desks, uint32_t at, const struct hash *hash)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (picture_state(&desks[at], hash) != BLOB_HERE) {
        desks_turn(desks, 2);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

static void until_whole(struct desk *desks, uint32_t at, const struct hash *hash)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    uint8_t *data = NULL;
    size_t size = 0;
    while (blobs_read(core_gate(desks[at].core)->blobs, hash, &data, &size) != 0) {
        desks_turn(desks, 2);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    free(data);
}

/* Both restart, where they were, then one byte of the file at @at is another. */
static void spoil_after_restarts(struct desk *desks, uint32_t at, const struct hash *hash)
{
    char path[PATH_BYTES_MAX];
    (void)snprintf(desks[0].settings.listen, sizeof desks[0].settings.listen, "%s",
                   core_endpoint(desks[0].core));
    for (uint32_t i = 0; i < 2; i++) {
        core_close(desks[i].core);
        desks[i].core = NULL;
    }
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(desk_start(&desks[i]), 0);
    }
    picture_path(&desks[at], hash, path);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fputc(0xff, file), 0xff);
    assert_int_equal(fclose(file), 0);
}

/* Whoever kept it first fetches it from the other; without a restart. */
TEST(core_files, a_damaged_file_comes_back_from_a_peer_though_nobody_looked_at_it)
{
    static struct desk desks[2];
    char path[PATH_BYTES_MAX];
    uint8_t *data = NULL;
    size_t size = 0;
    desks_open_pair(desks);
    const struct hash hash = keep_picture(&desks[0], 1);
    until_kept(desks, 1, &hash);
    spoil_after_restarts(desks, 0, &hash);
    picture_path(&desks[0], &hash, path);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    for (int first = 0xff; first == 0xff;) { /* read as nobody else does: it is left as it is */
        desks_turn(desks, 2);
        if (file_read(path, BLOB_BYTES_MAX, &data, &size) == 0) {
            first = data[0];
        }
        free(data);
        data = NULL;
        assert_true(clock_mono_ms() < deadline_ms);
    }
    desks_close_pair(desks);
}

TEST(core_files, a_damaged_file_comes_back_at_once_when_a_screen_or_a_peer_meets_it)
{
    static struct desk desks[2];
    desks_open_pair(desks);
    const struct hash hash = keep_picture(&desks[0], 1);
    until_kept(desks, 1, &hash);
    spoil_after_restarts(desks, 0, &hash);
    desks[0].core->blob_care.due_ms = UINT64_MAX; /* no look of its own */
    const struct gate *gate = core_gate(desks[0].core);
    uint8_t *data = NULL;
    size_t size = 0;
    assert_int_equal(api_blob_whole(gate, &hash, &data, &size), ERR_MISMATCH);
    until_whole(desks, 0, &hash);
    desks_close_pair(desks);
}

static void lose_picture(const struct desk *desk, const struct hash *hash)
{
    char path[PATH_BYTES_MAX];
    picture_path(desk, hash, path);
    assert_int_equal(unlink(path), 0);
}

TEST(core_files, files_that_are_gone_when_it_starts_come_from_who_has_them)
{
    enum { PICTURES = 3 };
    static struct desk desks[2];
    static struct hash hashes[PICTURES];
    desks_open_pair(desks);
    for (uint32_t i = 0; i < PICTURES; i++) {
        hashes[i] = keep_picture(&desks[0], (uint8_t)i);
    }
    for (uint32_t i = 0; i < PICTURES; i++) {
        until_picture(desks, 1, &hashes[i]);
    }
    core_close(desks[1].core);
    for (uint32_t i = 0; i < PICTURES; i++) {
        lose_picture(&desks[1], &hashes[i]);
    }
    assert_int_equal(desk_start(&desks[1]), 0);
    for (uint32_t i = 0; i < PICTURES; i++) {
        until_picture(desks, 1, &hashes[i]);
    }
    desks_close_pair(desks);
}

/* How many blobs the store of @desk wants from others. */
static uint32_t wanted_pictures(const struct desk *desk)
{
    const struct gate *gate = core_gate(desk->core);
    struct store_txn *txn = NULL;
    uint64_t bytes = 0;
    uint32_t count = 0;
    assert_int_equal(gate->read_begin(gate->context, &txn), 0);
    assert_int_equal(blob_state_count(txn, BLOB_WANTED, &count, &bytes), 0);
    gate->read_end(gate->context, txn);
    return count;
}

TEST(core_files, however_many_files_are_gone_all_are_missed_a_part_in_each_turn)
{
    enum { PICTURES = 2 * CORE_BLOB_LOOKS_MAX + 2 };
    static struct desk desk;
    static struct hash hashes[PICTURES];
    desk_open(&desk);
    for (uint32_t i = 0; i < PICTURES; i++) {
        hashes[i] = keep_picture(&desk, (uint8_t)i);
    }
    core_close(desk.core);
    for (uint32_t i = 1; i < PICTURES; i++) { /* one is there */
        lose_picture(&desk, &hashes[i]);
    }
    assert_int_equal(desk_start(&desk), 0);
    desk_turn(&desk);
    assert_in_range(wanted_pictures(&desk), CORE_BLOB_LOOKS_MAX - 1, CORE_BLOB_LOOKS_MAX);
    desk_turn(&desk);
    desk_turn(&desk);
    assert_int_equal(wanted_pictures(&desk), PICTURES - 1);
    desk_wipe(&desk);
}
