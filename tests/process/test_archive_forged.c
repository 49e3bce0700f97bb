/* What was forged of an archive or a backup, so that its digest fits again, is found, and restored
 * nowhere. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/archive/backup.h"
#include "node/archive/records.h"
#include "sync/base/check.h"
#include "tests/lib/test.h"
#include "tests/process/lib/archives.h"

/* --- changed, and the digest made to fit again --- */

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
    return archives_prove(false, forged_bytes, size, &sums) == 0 ? "" : archives_found;
}

TEST(archive_forged, what_was_forged_is_found_although_its_digest_fits)
{
    static struct forgery forgery, changed;
    static uint8_t copy[RECORD_BYTES_MAX];
    archives_sell_apart();
    forgery_read(&forgery, ARCHIVE_MAGIC, archives_written[MANAGER],
                 (size_t)archives_write(MANAGER, 0));
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
    cluster_free(archives_cluster);
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
    archives_progress = 0;
    const int err = backup_read(file, store, archives_on_progress, &head, &sums);
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
    assert_true(archives_prove(true, forged_bytes, size, &sums) > 0);
    assert_string_equal(archives_found, kind);
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
    write_bin(&writer, archives_cluster->root.bytes, sizeof archives_cluster->root.bytes);
    write_int(&writer, CLUSTER_EPOCH_MS);
    assert_int_equal(writer_finish(&writer, &bytes), 0);
    return bytes;
}

TEST(archive_forged, a_forged_backup_is_found_and_restored_nowhere)
{
    static struct forgery whole, changed;
    static uint8_t buffer[RECORD_BYTES_MAX];
    struct popup_id other_popup;
    archives_sell_apart();
    const long written_size = archives_backup(MANAGER);
    forgery_read(&whole, BACKUP_MAGIC, archives_written[MANAGER], (size_t)written_size);
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
    changed.records[0] = head_of(2, &archives_cluster->popup, buffer);
    assert_forged(&changed, "edited", ERR_VERSION);
    changed.records[0] = head_of(0, &archives_cluster->popup, buffer);
    assert_forged(&changed, "edited", ERR_MALFORMED);
    other_popup = archives_cluster->popup;
    other_popup.bytes[0] ^= 1;
    changed.records[0] = head_of(1, &other_popup, buffer);
    assert_forged(&changed, "edited", ERR_MALFORMED);
    changed.records[0] = bytes_of("\x95\x01\x01\x01\x01\x01", 6);
    assert_forged(&changed, "edited", ERR_MALFORMED);
    cluster_free(archives_cluster);
}

TEST(archive_forged, the_journals_of_a_backup_stand_in_their_order)
{
    static struct forgery whole, changed;
    struct proof_sums sums;
    archives_sell_apart();
    const long written_size = archives_backup(MANAGER);
    forgery_read(&whole, BACKUP_MAGIC, archives_written[MANAGER], (size_t)written_size);
    changed = whole;
    changed.records[1] = whole.records[whole.count - 1]; /* an event of the other journal first */
    const size_t size = forge(&changed, BACKUP_MAGIC, 3);
    assert_true(archives_prove(true, forged_bytes, size, &sums) > 0);
    assert_true(restore(size, 0) != 0);
    cluster_free(archives_cluster);
}
