/* Devices with the same events write the same archive, whatever way the events came to them; it
 * proves itself, and whatever of a file is changed is found. */
#include "node/archive/archive.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/archive/backup.h"
#include "node/archive/records.h"
#include "tests/lib/shop.h"
#include "tests/lib/test.h"
#include "tests/process/lib/archives.h"

static void assert_equal_archives(uint64_t day)
{
    const long size = archives_write(MANAGER, day);
    assert_true(size > 0);
    assert_int_equal(archives_write(COUNTER, day), size);
    assert_memory_equal(archives_written[MANAGER], archives_written[COUNTER], (size_t)size);
}

TEST(archive, equal_replicas_write_equal_bytes)
{
    archives_sell_apart();
    assert_equal_archives(0);
    cluster_free(archives_cluster);
}

TEST(archive, of_a_closed_day_is_equal_also_after_it)
{
    struct command command;
    archives_sell_apart();
    assert_int_equal(archives_write(MANAGER, 1), ERR_STATE);
    shop_command(&command, COMMAND_DAY_CLOSE);
    archives_ask(MANAGER, &command);
    archives_place(MANAGER, 30, 35);
    assert_true(cluster_converge(archives_cluster, SETTLE_MS));
    assert_equal_archives(1);
    cluster_free(archives_cluster);
}

TEST(archive, of_a_day_whose_close_was_not_heard_of_is_refused)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1};
    struct command command;
    archives_sell_apart();
    cluster_partition(archives_cluster, apart);
    shop_command(&command, COMMAND_DAY_CLOSE);
    archives_ask(MANAGER, &command);
    assert_int_equal(archives_write(COUNTER, 1), ERR_STATE); /* it has not heard of the close */
    cluster_free(archives_cluster);
}

/* --- disks that fail --- */

/* What to write of a day, 0 = all, or -1 = a backup; as archive_write() says it. */
static int write_of(FILE *file, struct store_txn *txn, int day)
{
    const struct archive_head archive = {.popup = archives_cluster->popup,
                                         .root = archives_cluster->root,
                                         .epoch_ms = CLUSTER_EPOCH_MS,
                                         .day = day > 0 ? (uint64_t)day : 0};
    const struct backup_head backup = {.popup = archives_cluster->popup,
                                       .root = archives_cluster->root,
                                       .epoch_ms = CLUSTER_EPOCH_MS};
    struct backup_sums sums;
    return day < 0 ? backup_write(file, txn, &backup, false, NULL, &sums)
                   : archive_write(file, txn, &archive, NULL);
}

/* To a file with room for @room bytes, while the @nth such call of the store fails (0 = none). */
static int write_sick(int day, size_t room, enum store_memory_call call, unsigned nth)
{
    struct store_memory *store = archives_cluster->nodes[MANAGER].store;
    struct store_txn *txn = store_memory_begin(store, false);
    FILE *file = fmemopen(archives_written[MANAGER], room, "w");
    assert_non_null(file);
    (void)setvbuf(file, NULL, _IONBF, 0); /* it is full when it is, not at its end */
    store_memory_fail(store, call, nth, nth > 0 ? ERR_IO : 0);
    const int err = write_of(file, txn, day);
    store_memory_fail(store, call, 0, 0);
    (void)fclose(file);
    store_memory_abort(txn);
    return err;
}

/* Whether each read that fails is told; of many the later ones here and there. */
static void assert_reads_are_told(int day, enum store_memory_call call)
{
    struct store_memory *store = archives_cluster->nodes[MANAGER].store;
    const uint64_t before = store_memory_calls(store, call);
    assert_int_equal(write_sick(day, ARCHIVE_BYTES_MAX, call, 0), 0);
    const uint64_t calls = store_memory_calls(store, call) - before;
    for (unsigned nth = 1; nth <= calls; nth += 1 + nth / 16) {
        assert_int_equal(write_sick(day, ARCHIVE_BYTES_MAX, call, nth), ERR_IO);
    }
}

static void sell_and_close(void)
{
    struct command command;
    archives_sell_apart();
    shop_command(&command, COMMAND_DAY_CLOSE);
    archives_ask(MANAGER, &command);
    archives_place(MANAGER, 30, 40); /* of the day after */
}

TEST(archive, a_journal_that_cannot_be_read_is_told_and_not_left_out)
{
    sell_and_close();
    for (int day = -1; day <= 1; day++) {
        assert_reads_are_told(day, MEMORY_GET);
        assert_reads_are_told(day, MEMORY_OPEN);
    }
    cluster_free(archives_cluster);
}

TEST(archive, a_file_that_does_not_fit_is_told_wherever_it_ends)
{
    sell_and_close();
    for (int day = -1; day <= 1; day++) {
        const size_t size = day < 0 ? (size_t)archives_backup(MANAGER)
                                    : (size_t)archives_write(MANAGER, (uint64_t)day);
        for (size_t room = 1; room < size; room += size / 16) {
            assert_int_equal(write_sick(day, room, MEMORY_GET, 0), ERR_FULL);
        }
    }
    cluster_free(archives_cluster);
}

/* --- proofs --- */

/* One of two bits of every seventh byte. */
static void assert_every_change_is_found(bool is_backup, uint8_t *data, size_t size)
{
    struct proof_sums sums;
    for (size_t at = 0; at < size; at += 7) {
        const uint8_t bit = at % 2 == 0 ? 0x01 : 0x40;
        data[at] ^= bit;
        if (archives_prove(is_backup, data, size, &sums) == 0) {
            fail_msg("a flipped bit of byte %zu is not found", at);
        }
        data[at] ^= bit;
    }
    for (size_t cut = 1; cut < size; cut += 61) {
        if (archives_prove(is_backup, data, cut, &sums) == 0) {
            fail_msg("cut to %zu bytes it holds", cut);
        }
    }
}

TEST(archive, one_proves_itself_and_every_flipped_bit_and_cut_is_found)
{
    struct proof_sums sums;
    struct command command;
    archives_sell_apart();
    shop_command(&command, COMMAND_DAY_CLOSE);
    archives_ask(MANAGER, &command);
    archives_place(MANAGER, 30, 31); /* of the day after: its hashes alone */
    const size_t size = (size_t)archives_write(MANAGER, 1);
    assert_int_equal(archives_prove(false, archives_written[MANAGER], size, &sums), 0);
    assert_int_equal(sums.logs, NODES);
    assert_int_equal(sums.signatures, NODES);
    assert_true(sums.events > 30);
    assert_every_change_is_found(false, archives_written[MANAGER], size);
    cluster_free(archives_cluster);
}

/* More than one record holds, of events before the close and of hashes after it. */
TEST(archive, of_a_long_journal_stands_in_several_records_and_proves_itself)
{
    struct proof_sums sums;
    struct command command;
    archives_start();
    archives_place(MANAGER, 1, 200);
    shop_command(&command, COMMAND_DAY_CLOSE);
    archives_ask(MANAGER, &command);
    archives_place(MANAGER, 200, 400);
    assert_true(cluster_converge(archives_cluster, SETTLE_MS));
    assert_equal_archives(1);
    const size_t size = (size_t)archives_write(MANAGER, 1);
    assert_int_equal(archives_prove(false, archives_written[MANAGER], size, &sums), 0);
    assert_true(sums.events > 512);
    cluster_free(archives_cluster);
}

TEST(archive, a_backup_proves_itself_and_every_flipped_bit_and_cut_is_found)
{
    struct proof_sums sums;
    archives_start();
    archives_place(MANAGER, 1, 3);
    const size_t size = (size_t)archives_backup(MANAGER);
    assert_int_equal(archives_prove(true, archives_written[MANAGER], size, &sums), 0);
    assert_int_equal(sums.logs, NODES);
    assert_true(sums.signatures >= sums.logs && sums.events > sums.signatures);
    assert_every_change_is_found(true, archives_written[MANAGER], size);
    cluster_free(archives_cluster);
}

/* --- blobs --- */

static struct hash add_picture(const char *bytes)
{
    struct command command;
    shop_command(&command, COMMAND_BLOB_ADD);
    command.blob = cluster_put_blob(&archives_cluster->nodes[MANAGER], bytes_of_text(bytes));
    command.blob_size = (uint32_t)strlen(bytes);
    command.media = bytes_of_text("image/png");
    archives_ask(MANAGER, &command);
    return command.blob;
}

TEST(archive, names_every_picture_and_says_which_were_erased)
{
    struct proof_sums sums;
    struct command command;
    archives_start();
    const size_t size_before = (size_t)archives_write(MANAGER, 0);
    (void)add_picture("soup");
    const struct hash tea = add_picture("tea");
    const size_t size = (size_t)archives_write(MANAGER, 0);
    assert_true(size > size_before);
    assert_int_equal(archives_prove(false, archives_written[MANAGER], size, &sums), 0);
    shop_command(&command, COMMAND_BLOB_ERASE);
    command.blob = tea;
    command.reason = bytes_of_text("asked for");
    archives_ask(MANAGER, &command);
    assert_true(archives_write(MANAGER, 0) > 0);
    assert_int_equal(
        archives_prove(false, archives_written[MANAGER], (size_t)archives_write(MANAGER, 0), &sums),
        0);
    cluster_free(archives_cluster);
}

/* --- records --- */

/* What is said of a file that is @magic and then a record of so many bytes. */
static int record_of(const char *magic, uint32_t size)
{
    static struct record_file records;
    static uint8_t data[128];
    struct bytes record;
    const size_t begin = strlen(magic);
    memcpy(data, magic, begin);
    put_be32(data + begin, size);
    FILE *file = fmemopen(data, begin + 8, "r");
    assert_non_null(file);
    int err = records_open(&records, file, magic);
    if (err == 0) {
        err = record_next(&records, &record);
    }
    (void)fclose(file);
    return err;
}

TEST(archive, a_record_of_nothing_or_of_more_than_there_may_be_is_none)
{
    char long_magic[80];
    memset(long_magic, 'x', sizeof long_magic);
    long_magic[sizeof long_magic - 1] = '\0';
    assert_int_equal(record_of("m\n", 4), 0);
    assert_int_equal(record_of("m\n", 0), ERR_MALFORMED);
    assert_int_equal(record_of("m\n", 5), ERR_MALFORMED); /* of which four are there */
    assert_int_equal(record_of("m\n", RECORD_BYTES_MAX + 1), ERR_MALFORMED);
    assert_int_equal(record_of(long_magic, 4), ERR_MALFORMED);
}
