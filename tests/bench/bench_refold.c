/* bench_refold.c - what is made of the journal is made anew, with 1,000 to 100,000 orders, or as
 * many as TRESTLE_BENCH_ORDERS says: by other software at its start, and by a device that sells on
 * when a scrub finds a row that the disk spoilt, or a person's role changes by which every order is
 * judged. How long that takes, and for how long at most nothing else is done.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sync/base/err.h"
#include "sync/log/tables.h"
#include "tests/bench/bench.h"
#include "tests/bench/popup.h"

enum {
    ORDERS_LEAST = 1000,
    ORDERS_USUAL = 100000,
    ORDERS_PER_TURN = 250,
    REFOLD_ENTITIES = 2000, /* as in node/core */
    SCRUB_RECORDS = 128,    /* the same */
};

struct times {
    double all_s, longest_s, begun_s;
};

static void begin(struct times *times)
{
    times->begun_s = bench_thread_cpu_s();
}

static void end(struct times *times)
{
    const double seconds = bench_thread_cpu_s() - times->begun_s;
    times->all_s += seconds;
    times->longest_s = seconds > times->longest_s ? seconds : times->longest_s;
}

static uint64_t orders_most(void)
{
    const char *text = getenv("TRESTLE_BENCH_ORDERS");
    return text != NULL ? strtoull(text, NULL, 10) : ORDERS_USUAL;
}

/* --- by other software --- */

static void version_change(struct bench_device *device)
{
    static const uint8_t other[4] = {0xff};
    struct store_txn *txn = bench_turn_begin(device);
    bench_must(store_put(txn, TABLE_META, bytes_of_text("fold"), bytes_of(other, sizeof other)),
               "put");
    bench_must(store_lmdb_commit(txn), "commit");
}

static struct times refold(struct bench_device *device)
{
    struct times times = {0};
    uint64_t entities = 0;
    bool is_done = false;
    version_change(device);
    struct store_txn *txn = bench_turn_begin(device);
    const int err =
        replica_open(device->replica, txn, &device->config, device->now, device->effects);
    bench_must(err == ERR_VERSION ? 0 : ERR_INTERNAL, "open what others folded");
    store_lmdb_abort(txn);
    while (!is_done) {
        begin(&times);
        txn = bench_turn_begin(device);
        bench_must(replica_rebuild_part(device->replica, txn, REFOLD_ENTITIES, &entities, &is_done),
                   "fold");
        bench_must(store_lmdb_commit(txn), "commit");
        end(&times);
    }
    txn = bench_turn_begin(device);
    bench_must(replica_open(device->replica, txn, &device->config, device->now, device->effects),
               "open");
    bench_turn_end(device, txn);
    return times;
}

/* --- by who sells on --- */

static void spoil(struct bench_device *device)
{
    struct store_txn *txn = bench_turn_begin(device);
    struct store_cursor cursor;
    struct bytes key, value;
    bench_must(store_cursor_open(txn, TABLE_STATE, &cursor), "look");
    bench_must(store_cursor_next(&cursor, &key, &value), "look");
    struct key copy = {.size = key.size};
    for (size_t i = 0; i < key.size; i++) {
        copy.data[i] = key.data[i];
    }
    store_cursor_close(&cursor);
    bench_must(store_put(txn, TABLE_STATE, key_bytes(&copy), bytes_of_text("spoilt")), "spoil");
    bench_must(store_lmdb_commit(txn), "commit");
}

static bool is_whole(struct bench_device *device)
{
    struct store_txn *txn = bench_turn_begin(device);
    struct store_cursor cursor;
    struct bytes key, value;
    bench_must(store_cursor_open(txn, TABLE_STATE, &cursor), "look");
    bench_must(store_cursor_next(&cursor, &key, &value), "look");
    const bool is = !bytes_equal(value, bytes_of_text("spoilt"));
    store_cursor_close(&cursor);
    store_lmdb_abort(txn);
    return is;
}

static void scrub(struct bench_device *device, struct times *times)
{
    const struct input input = {
        .kind = INPUT_SCRUB, .now = device->now, .records_max = SCRUB_RECORDS};
    begin(times);
    struct store_txn *txn = bench_turn_begin(device);
    bench_must(replica_step(device->replica, txn, &input, device->effects), "scrub");
    bench_turn_end(device, txn);
    end(times);
}

static struct times mend(struct bench_device *device)
{
    struct times times = {0};
    spoil(device);
    for (uint64_t entities = 0;
         !is_whole(device) || replica_is_remaking(device->replica, &entities);) {
        scrub(device, &times);
    }
    return times;
}

/* --- by who hears of a role --- */

static struct times judge(struct bench_device *device, enum role role)
{
    struct times times = {0};
    uint64_t entities;
    begin(&times);
    struct store_txn *txn = bench_turn_begin(device);
    bench_role_give(device, txn, role);
    bench_turn_end(device, txn);
    end(&times);
    while (replica_is_remaking(device->replica, &entities)) {
        scrub(device, &times);
    }
    return times;
}

static void measure(uint64_t orders)
{
    char *folder = bench_folder_make();
    struct bench_device *device = bench_device_open(folder, 0);
    bench_orders_place(device, orders, ORDERS_PER_TURN);
    const struct times refolded = refold(device);
    const struct times mended = mend(device);
    (void)judge(device, ROLE_COUNTER); /* nobody was heard of yet who could have written anything */
    const struct times judged = judge(device, ROLE_KITCHEN);
    printf("refold\t%" PRIu64 "\t%.3f\t%.1f\t%.3f\t%.1f\t%.3f\t%.1f\n", orders, refolded.all_s,
           1000 * refolded.longest_s, mended.all_s, 1000 * mended.longest_s, judged.all_s,
           1000 * judged.longest_s);
    (void)fflush(stdout);
    bench_device_close(device);
    bench_folder_remove(folder);
}

int main(void)
{
    puts("#\torders\tCPU s of a refold\tms of its longest part\tCPU s of a scrub that mends\t"
         "ms of its longest turn\tCPU s of a role that changes\tms of its longest turn");
    for (uint64_t orders = ORDERS_LEAST; orders <= orders_most(); orders *= 10) {
        measure(orders);
    }
    return 0;
}
