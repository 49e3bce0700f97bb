/* Devices with the same events write the same archive, whatever way the events came to them; and
 * what was forged of an archive or a backup is found, and restored nowhere. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "node/archive/archive.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/archive/backup.h"
#include "node/archive/prove.h"
#include "node/archive/records.h"
#include "sync/base/check.h"
#include "tests/lib/shop.h"
#include "tests/lib/test.h"

enum { MANAGER, COUNTER, NODES, SETTLE_MS = 20000, ARCHIVE_BYTES_MAX = 1024 * 1024 };

static struct cluster *cluster;
static bool is_answered;
static uint8_t written[NODES][ARCHIVE_BYTES_MAX];

static void on_answer(void *context, struct cluster_node *node, const struct effect_answer *answer)
{
    (void)context;
    (void)node;
    is_answered = true;
    assert_int_equal(answer->err, 0);
}

static void start(void)
{
    struct cluster_setup setup = {
        .seed = 3,
        .nodes = NODES,
        .devices = {{"manager", ROLE_MANAGER, "A"}, {"counter", ROLE_COUNTER, "B"}},
        .knobs = cluster_knobs_calm(),
        .hooks = {.on_answer = on_answer}};
    cluster = cluster_new();
    cluster_start(cluster, &setup);
    shop_open(cluster);
}

static void ask(uint32_t at, const struct command *command)
{
    is_answered = false;
    cluster_command(cluster, at, command, 9);
    while (!is_answered) {
        check(cluster_step(cluster, cluster->now_ms + SETTLE_MS));
    }
}

static void place(uint32_t at, uint32_t from, uint32_t to)
{
    for (uint32_t number = from; number < to; number++) {
        struct command command;
        const struct shop_key key = shop_key_make(60 + number, number);
        shop_order(&command, &key, 2);
        ask(at, &command);
    }
}

static uint64_t progress; /* as it was told last */

static void on_progress(uint64_t events)
{
    assert_true(events > progress);
    progress = events;
}

/* The size, or what archive_write() says. */
static long archive_of(uint32_t at, uint64_t day)
{
    FILE *file = tmpfile();
    struct store_txn *txn = store_memory_begin(cluster->nodes[at].store, false);
    const struct archive_head head = {
        .popup = cluster->popup, .root = cluster->root, .epoch_ms = CLUSTER_EPOCH_MS, .day = day};
    assert_non_null(file);
    progress = 0;
    const int err = archive_write(file, txn, &head, on_progress);
    const long size = ftell(file);
    rewind(file);
    assert_true(size <= ARCHIVE_BYTES_MAX);
    assert_int_equal(fread(written[at], 1, (size_t)size, file), (size_t)size);
    (void)fclose(file);
    store_memory_abort(txn);
    return err != 0 ? err : size;
}

/* Apart, so that the counter gets many runs of the manager joined in one. */
static void sell_apart(void)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1};
    start();
    assert_true(cluster_converge(cluster, SETTLE_MS));
    cluster_partition(cluster, apart);
    place(MANAGER, 1, 20);
    place(COUNTER, 20, 30);
    cluster_heal(cluster);
    assert_true(cluster_converge(cluster, SETTLE_MS));
}

static void assert_equal_archives(uint64_t day)
{
    const long size = archive_of(MANAGER, day);
    assert_true(size > 0);
    assert_int_equal(archive_of(COUNTER, day), size);
    assert_memory_equal(written[MANAGER], written[COUNTER], (size_t)size);
}

TEST(archive, equal_replicas_write_equal_bytes)
{
    sell_apart();
    assert_equal_archives(0);
    cluster_free(cluster);
}

TEST(archive, of_a_closed_day_is_equal_also_after_it)
{
    struct command command;
    sell_apart();
    assert_int_equal(archive_of(MANAGER, 1), ERR_STATE);
    shop_command(&command, COMMAND_DAY_CLOSE);
    ask(MANAGER, &command);
    place(MANAGER, 30, 35);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    assert_equal_archives(1);
    cluster_free(cluster);
}

TEST(archive, of_a_day_whose_close_was_not_heard_of_is_refused)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1};
    struct command command;
    sell_apart();
    cluster_partition(cluster, apart);
    shop_command(&command, COMMAND_DAY_CLOSE);
    ask(MANAGER, &command);
    assert_int_equal(archive_of(COUNTER, 1), ERR_STATE); /* it has not heard of the close */
    cluster_free(cluster);
}

/* --- proofs --- */

static struct found {
    unsigned count;
    char kind[16];
} found;

static void on_finding(void *context, const char *kind, const struct proof_place *place,
                       const char *what)
{
    (void)context;
    (void)place;
    (void)what;
    if (found.count++ == 0) {
        (void)snprintf(found.kind, sizeof found.kind, "%s", kind);
    }
}

/* How much is wrong with those bytes. */
static unsigned prove(bool is_backup, uint8_t *data, size_t size, struct proof_sums *ret_sums)
{
    static const struct proof_listener listener = {.found = on_finding};
    FILE *file = fmemopen(data, size, "r");
    assert_non_null(file);
    found.count = 0;
    assert_int_equal((is_backup ? backup_prove : archive_prove)(file, &listener, ret_sums), 0);
    (void)fclose(file);
    return found.count;
}

static long backup_of(uint32_t at)
{
    FILE *file = fmemopen(written[at], sizeof written[at], "w");
    struct store_txn *txn = store_memory_begin(cluster->nodes[at].store, false);
    const struct backup_head head = {
        .popup = cluster->popup, .root = cluster->root, .epoch_ms = CLUSTER_EPOCH_MS};
    struct backup_sums sums;
    assert_non_null(file);
    assert_int_equal(backup_write(file, txn, &head, false, NULL, &sums), 0);
    const long size = ftell(file);
    (void)fclose(file);
    store_memory_abort(txn);
    return size;
}

/* --- disks that fail --- */

/* What to write of a day, 0 = all, or -1 = a backup; as archive_write() says it. */
static int write_of(FILE *file, struct store_txn *txn, int day)
{
    const struct archive_head archive = {.popup = cluster->popup,
                                         .root = cluster->root,
                                         .epoch_ms = CLUSTER_EPOCH_MS,
                                         .day = day > 0 ? (uint64_t)day : 0};
    const struct backup_head backup = {
        .popup = cluster->popup, .root = cluster->root, .epoch_ms = CLUSTER_EPOCH_MS};
    struct backup_sums sums;
    return day < 0 ? backup_write(file, txn, &backup, false, NULL, &sums)
                   : archive_write(file, txn, &archive, NULL);
}

/* To a file with room for @room bytes, while the @nth such call of the store fails (0 = none). */
static int write_sick(int day, size_t room, enum store_memory_call call, unsigned nth)
{
    struct store_memory *store = cluster->nodes[MANAGER].store;
    struct store_txn *txn = store_memory_begin(store, false);
    FILE *file = fmemopen(written[MANAGER], room, "w");
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
    struct store_memory *store = cluster->nodes[MANAGER].store;
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
    sell_apart();
    shop_command(&command, COMMAND_DAY_CLOSE);
    ask(MANAGER, &command);
    place(MANAGER, 30, 40); /* of the day after */
}

TEST(archive, a_journal_that_cannot_be_read_is_told_and_not_left_out)
{
    sell_and_close();
    for (int day = -1; day <= 1; day++) {
        assert_reads_are_told(day, MEMORY_GET);
        assert_reads_are_told(day, MEMORY_OPEN);
    }
    cluster_free(cluster);
}

TEST(archive, a_file_that_does_not_fit_is_told_wherever_it_ends)
{
    sell_and_close();
    for (int day = -1; day <= 1; day++) {
        const size_t size =
            day < 0 ? (size_t)backup_of(MANAGER) : (size_t)archive_of(MANAGER, (uint64_t)day);
        for (size_t room = 1; room < size; room += size / 16) {
            assert_int_equal(write_sick(day, room, MEMORY_GET, 0), ERR_FULL);
        }
    }
    cluster_free(cluster);
}

/* One of two bits of every seventh byte. */
static void assert_every_change_is_found(bool is_backup, uint8_t *data, size_t size)
{
    struct proof_sums sums;
    for (size_t at = 0; at < size; at += 7) {
        const uint8_t bit = at % 2 == 0 ? 0x01 : 0x40;
        data[at] ^= bit;
        if (prove(is_backup, data, size, &sums) == 0) {
            fail_msg("a flipped bit of byte %zu is not found", at);
        }
        data[at] ^= bit;
    }
    for (size_t cut = 1; cut < size; cut += 61) {
        if (prove(is_backup, data, cut, &sums) == 0) {
            fail_msg("cut to %zu bytes it holds", cut);
        }
    }
}

TEST(archive, one_proves_itself_and_every_flipped_bit_and_cut_is_found)
{
    struct proof_sums sums;
    struct command command;
    sell_apart();
    shop_command(&command, COMMAND_DAY_CLOSE);
    ask(MANAGER, &command);
    place(MANAGER, 30, 31); /* of the day after: its hashes alone */
    const size_t size = (size_t)archive_of(MANAGER, 1);
    assert_int_equal(prove(false, written[MANAGER], size, &sums), 0);
    assert_int_equal(sums.logs, NODES);
    assert_int_equal(sums.signatures, NODES);
    assert_true(sums.events > 30);
    assert_every_change_is_found(false, written[MANAGER], size);
    cluster_free(cluster);
}

/* More than one record holds, of events before the close and of hashes after it. */
TEST(archive, of_a_long_journal_stands_in_several_records_and_proves_itself)
{
    struct proof_sums sums;
    struct command command;
    start();
    place(MANAGER, 1, 200);
    shop_command(&command, COMMAND_DAY_CLOSE);
    ask(MANAGER, &command);
    place(MANAGER, 200, 400);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    assert_equal_archives(1);
    const size_t size = (size_t)archive_of(MANAGER, 1);
    assert_int_equal(prove(false, written[MANAGER], size, &sums), 0);
    assert_true(sums.events > 512);
    cluster_free(cluster);
}

TEST(archive, a_backup_proves_itself_and_every_flipped_bit_and_cut_is_found)
{
    struct proof_sums sums;
    start();
    place(MANAGER, 1, 3);
    const size_t size = (size_t)backup_of(MANAGER);
    assert_int_equal(prove(true, written[MANAGER], size, &sums), 0);
    assert_int_equal(sums.logs, NODES);
    assert_true(sums.signatures >= sums.logs && sums.events > sums.signatures);
    assert_every_change_is_found(true, written[MANAGER], size);
    cluster_free(cluster);
}

/* --- forged: changed, and the digest made to fit again --- */

enum { FORGED_RECORDS_MAX = 4096 };

struct forgery {
    uint32_t count;
    struct bytes records[FORGED_RECORDS_MAX]; /* but for the last */
};

static void forgery_read(struct forgery *forgery, const char *magic, const uint8_t *data,
                         size_t size)
{
    forgery->count = 0;
    for (size_t at = strlen(magic); at < size; at += 4 + get_be32(data + at)) {
        check(forgery->count < FORGED_RECORDS_MAX);
        forgery->records[forgery->count++] = bytes_of(data + at + 4, get_be32(data + at));
    }
    forgery->count--;
}

/* The first record of @kind at or after @from. */
static uint32_t forgery_find(const struct forgery *forgery, uint32_t from, uint8_t kind)
{
    while (forgery->records[from].data[1] != kind) {
        from++;
        check(from < forgery->count);
    }
    return from;
}

static uint8_t forged_bytes[ARCHIVE_BYTES_MAX];

/* With a last record of kind @end that fits; its size. */
static size_t forge(const struct forgery *forgery, const char *magic, uint32_t end)
{
    static struct record_file records;
    FILE *file = fmemopen(forged_bytes, sizeof forged_bytes, "w");
    assert_non_null(file);
    assert_int_equal(records_begin(&records, file, magic), 0);
    for (uint32_t i = 0; i < forgery->count; i++) {
        struct writer writer;
        writer_init(&writer, records.data, sizeof records.data);
        write_raw(&writer, forgery->records[i]);
        assert_int_equal(record_end(&records, &writer), 0);
    }
    assert_int_equal(records_end(&records, end), 0);
    const long size = ftell(file);
    (void)fclose(file);
    return (size_t)size;
}

static const char *forged(const struct forgery *forgery)
{
    struct proof_sums sums;
    const size_t size = forge(forgery, ARCHIVE_MAGIC, 6);
    return prove(false, forged_bytes, size, &sums) == 0 ? "" : found.kind;
}

TEST(archive, what_was_forged_is_found_although_its_digest_fits)
{
    static struct forgery forgery, changed;
    static uint8_t copy[RECORD_BYTES_MAX];
    sell_apart();
    forgery_read(&forgery, ARCHIVE_MAGIC, written[MANAGER], (size_t)archive_of(MANAGER, 0));
    assert_string_equal(forged(&forgery), "");
    const uint32_t events = forgery_find(&forgery, 0, 2);

    changed = forgery; /* a bit of an event */
    const struct bytes record = forgery.records[events];
    memcpy(copy, record.data, record.size);
    copy[record.size - 2] ^= 1;
    changed.records[events] = bytes_of(copy, record.size);
    assert_string_equal(forged(&changed), "edited");

    changed = forgery; /* a record of events dropped */
    memmove(&changed.records[events], &changed.records[events + 1],
            (changed.count - events - 1) * sizeof changed.records[0]);
    changed.count--;
    assert_string_equal(forged(&changed), "lost");

    changed = forgery; /* one twice */
    memmove(&changed.records[events + 1], &changed.records[events],
            (changed.count - events) * sizeof changed.records[0]);
    changed.count++;
    assert_string_equal(forged(&changed), "duplicate");

    changed = forgery; /* two journals swapped */
    const uint32_t other = forgery_find(&forgery, forgery_find(&forgery, events, 4), 2);
    changed.records[events] = forgery.records[other];
    changed.records[other] = forgery.records[events];
    assert_string_equal(forged(&changed), "lost");

    changed = forgery; /* truncated after the first journal */
    changed.count = other;
    assert_string_equal(forged(&changed), "lost");
    cluster_free(cluster);
}

/* --- forged backups --- */

static void drop(struct forgery *forgery, uint32_t at)
{
    memmove(&forgery->records[at], &forgery->records[at + 1],
            (forgery->count - at - 1) * sizeof forgery->records[0]);
    forgery->count--;
}

static void repeat(struct forgery *forgery, uint32_t at)
{
    memmove(&forgery->records[at + 1], &forgery->records[at],
            (forgery->count - at) * sizeof forgery->records[0]);
    forgery->count++;
}

/* Restore what was forged, @more bytes behind it; what backup_read() says. */
static int restore(size_t size, size_t more)
{
    char folder[] = "/dev/shm/trestle-restore-XXXXXX", store_folder[64], remove_it[64];
    struct store_lmdb *store = NULL;
    struct backup_head head;
    struct backup_sums sums;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(store_folder, sizeof store_folder, "%s/store", folder);
    const struct store_lmdb_options options = {.folder = store_folder,
                                               .map_bytes = 64 * 1024 * 1024};
    assert_int_equal(store_lmdb_open(&options, &store), 0);
    FILE *file = fmemopen(forged_bytes, size + more, "r");
    assert_non_null(file);
    progress = 0;
    const int err = backup_read(file, store, on_progress, &head, &sums);
    (void)fclose(file);
    store_lmdb_close(store);
    (void)snprintf(remove_it, sizeof remove_it, "rm -rf '%s'", folder);
    assert_int_equal(system(remove_it), 0); /* NOLINT: a path of our own making */
    return err;
}

/* What the proof calls it, and that it is not restored. */
static void assert_forged(const struct forgery *forgery, const char *kind, int err)
{
    struct proof_sums sums;
    const size_t size = forge(forgery, BACKUP_MAGIC, 3);
    assert_true(prove(true, forged_bytes, size, &sums) > 0);
    assert_string_equal(found.kind, kind);
    assert_int_equal(restore(size, 0), err);
}

/* A head that says so. */
static struct bytes head_of(uint64_t version, const struct popup_id *popup, uint8_t *buffer)
{
    struct writer writer;
    struct bytes bytes;
    writer_init(&writer, buffer, RECORD_BYTES_MAX);
    write_array(&writer, 5);
    write_uint(&writer, 1);
    write_uint(&writer, version);
    write_bin(&writer, popup->bytes, sizeof popup->bytes);
    write_bin(&writer, cluster->root.bytes, sizeof cluster->root.bytes);
    write_int(&writer, CLUSTER_EPOCH_MS);
    assert_int_equal(writer_finish(&writer, &bytes), 0);
    return bytes;
}

TEST(archive, a_forged_backup_is_found_and_restored_nowhere)
{
    static struct forgery whole, changed;
    static uint8_t buffer[RECORD_BYTES_MAX];
    struct popup_id other_popup;
    sell_apart();
    const long written_size = backup_of(MANAGER);
    forgery_read(&whole, BACKUP_MAGIC, written[MANAGER], (size_t)written_size);
    assert_int_equal(restore(forge(&whole, BACKUP_MAGIC, 3), 0), 0);
    assert_int_equal(restore(forge(&whole, BACKUP_MAGIC, 3), 4), ERR_MALFORMED); /* and more */

    enum { FIRST_SEQ_AT = 12 }; /* [2, bin8 journal, first, ...] */
    changed = whole;
    memcpy(buffer, whole.records[1].data, whole.records[1].size);
    assert_int_equal(buffer[FIRST_SEQ_AT], 1);
    buffer[FIRST_SEQ_AT] = 2; /* a journal without its first event */
    changed.records[1] = bytes_of(buffer, whole.records[1].size);
    assert_forged(&changed, "lost", ERR_GAP);
    changed = whole;
    repeat(&changed, 1);
    buffer[FIRST_SEQ_AT] = 127; /* and one with a hole */
    changed.records[2] = bytes_of(buffer, whole.records[1].size);
    assert_forged(&changed, "lost", ERR_GAP);
    changed = whole;
    repeat(&changed, 1);
    assert_forged(&changed, "duplicate", ERR_MALFORMED);
    changed = whole;
    repeat(&changed, 0); /* two heads */
    assert_forged(&changed, "edited", ERR_MALFORMED);
    changed = whole;
    drop(&changed, 0); /* none */
    assert_forged(&changed, "edited", ERR_MALFORMED);
    changed = whole;
    memcpy(buffer, whole.records[1].data, whole.records[1].size);
    buffer[whole.records[1].size - 1] ^= 1; /* of the signature */
    changed.records[1] = bytes_of(buffer, whole.records[1].size);
    assert_forged(&changed, "edited", ERR_BAD_SIGNATURE);
    changed.records[1] = bytes_of(buffer, whole.records[1].size - 1); /* a record cut short */
    assert_forged(&changed, "edited", ERR_MALFORMED);
    changed = whole;
    changed.count = 0; /* only an end */
    assert_forged(&changed, "edited", ERR_MALFORMED);

    changed = whole;
    changed.records[0] = head_of(2, &cluster->popup, buffer);
    assert_forged(&changed, "edited", ERR_VERSION);
    changed.records[0] = head_of(0, &cluster->popup, buffer);
    assert_forged(&changed, "edited", ERR_MALFORMED);
    other_popup = cluster->popup;
    other_popup.bytes[0] ^= 1;
    changed.records[0] = head_of(1, &other_popup, buffer);
    assert_forged(&changed, "edited", ERR_MALFORMED);
    changed.records[0] = bytes_of("\x95\x01\x01\x01\x01\x01", 6);
    assert_forged(&changed, "edited", ERR_MALFORMED);
    cluster_free(cluster);
}

TEST(archive, the_journals_of_a_backup_stand_in_their_order)
{
    static struct forgery whole, changed;
    struct proof_sums sums;
    sell_apart();
    const long written_size = backup_of(MANAGER);
    forgery_read(&whole, BACKUP_MAGIC, written[MANAGER], (size_t)written_size);
    changed = whole;
    changed.records[1] = whole.records[whole.count - 1]; /* an event of the other journal first */
    const size_t size = forge(&changed, BACKUP_MAGIC, 3);
    assert_true(prove(true, forged_bytes, size, &sums) > 0);
    assert_true(restore(size, 0) != 0);
    cluster_free(cluster);
}

/* --- blobs --- */

static struct hash add_picture(const char *bytes)
{
    struct command command;
    shop_command(&command, COMMAND_BLOB_ADD);
    command.blob = cluster_put_blob(&cluster->nodes[MANAGER], bytes_of_text(bytes));
    command.blob_size = (uint32_t)strlen(bytes);
    command.media = bytes_of_text("image/png");
    ask(MANAGER, &command);
    return command.blob;
}

TEST(archive, names_every_picture_and_says_which_were_erased)
{
    struct proof_sums sums;
    struct command command;
    start();
    const size_t size_before = (size_t)archive_of(MANAGER, 0);
    (void)add_picture("soup");
    const struct hash tea = add_picture("tea");
    const size_t size = (size_t)archive_of(MANAGER, 0);
    assert_true(size > size_before);
    assert_int_equal(prove(false, written[MANAGER], size, &sums), 0);
    shop_command(&command, COMMAND_BLOB_ERASE);
    command.blob = tea;
    command.reason = bytes_of_text("asked for");
    ask(MANAGER, &command);
    assert_true(archive_of(MANAGER, 0) > 0);
    assert_int_equal(prove(false, written[MANAGER], (size_t)archive_of(MANAGER, 0), &sums), 0);
    cluster_free(cluster);
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
