/* bench_append.c - durable orders per second, one at a time and 64 waiting, beside LMDB writing the
 * same rows. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "tests/bench/popup.h"
#include "tests/bench/recorder.h"

struct load {
    const char *name;
    unsigned batch;
    uint64_t orders;
    double aim;
};

static double ours_per_s(const struct load *load)
{
    char *folder = bench_folder_make();
    struct bench_device *device = bench_device_open(folder, 0);
    double start = bench_now_s();
    bench_orders_place(device, load->orders, load->batch);
    double seconds = bench_now_s() - start;
    bench_device_close(device);
    bench_folder_remove(folder);
    return (double)load->orders / seconds;
}

/* The turns of ours_per_s(), remembered; they are the same each time. */
static struct recorder *record(const struct load *load)
{
    char *folder = bench_folder_make();
    struct bench_device *device = bench_device_open(folder, 0);
    struct recorder *recorder = recorder_new();
    for (uint64_t placed = 0; placed < load->orders;) {
        struct store_txn *below = bench_turn_begin(device);
        struct store_txn *txn = recorder_begin(recorder, below);
        for (unsigned i = 0; i < load->batch && placed < load->orders; i++, placed++)
            bench_order_place(device, txn);
        bench_must(replica_seal(device->replica, txn, device->now, device->effects), "seal");
        bench_must(store_lmdb_commit(below), "commit");
        recorder_end(recorder);
    }
    bench_device_close(device);
    bench_folder_remove(folder);
    return recorder;
}

static double raw_per_s(const struct load *load, const struct recorder *recorder)
{
    char *folder = bench_folder_make();
    struct bench_device *device = bench_device_open(folder, 0); /* the same rows to begin with */
    double start = bench_now_s();
    for (size_t turn = 0; turn < recorder_turns(recorder); turn++) {
        struct store_txn *txn;
        bench_must(store_lmdb_begin(device->store, &txn), "begin");
        bench_must(recorder_replay(recorder, turn, txn), "replay");
        bench_must(store_lmdb_commit(txn), "commit");
    }
    double seconds = bench_now_s() - start;
    bench_device_close(device);
    bench_folder_remove(folder);
    return (double)load->orders / seconds;
}

static void compare(const struct load *load)
{
    struct bench_series ours = {0};
    struct bench_series raw = {0};
    struct recorder *recorder = record(load);
    for (size_t round = 0; round < bench_rounds(); round++) {
        bench_add(&ours, ours_per_s(load));
        bench_add(&raw, raw_per_s(load, recorder));
    }
    bench_compare(load->name, "orders/s", &ours, &raw, load->aim, true);
    recorder_free(recorder);
}

int main(void)
{
    static const struct load loads[] = {
        {"durable orders, one at a time", 1, 1500, 0.9},
        {"durable orders, 64 waiting", 64, 32000, 0.6},
    };
    puts("Durable appends. Raw: LMDB with synchronous commits writes the same keys and values.");
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++)
        compare(&loads[i]);
    return 0;
}
