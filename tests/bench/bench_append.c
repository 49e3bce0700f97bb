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

/* One run of a side. */
struct sample {
    double per_s;
    double cpu_us; /* of this process, for each order */
};

static struct sample sample_since(const struct load *load, double start_s, double start_cpu_s)
{
    double orders = (double)load->orders;
    return (struct sample){.per_s = orders / (bench_now_s() - start_s),
                           .cpu_us = 1e6 * (bench_cpu_s() - start_cpu_s) / orders};
}

static struct sample ours(const struct load *load)
{
    char *folder = bench_folder_make();
    struct bench_device *device = bench_device_open(folder, 0);
    double start_s = bench_now_s();
    double start_cpu_s = bench_cpu_s();
    bench_orders_place(device, load->orders, load->batch);
    struct sample sample = sample_since(load, start_s, start_cpu_s);
    bench_device_close(device);
    bench_folder_remove(folder);
    return sample;
}

/* The turns of ours(), remembered; they are the same each time. */
static struct recorder *record(const struct load *load)
{
    char *folder = bench_folder_make();
    struct bench_device *device = bench_device_open(folder, 0);
    struct recorder *recorder = recorder_new();
    for (uint64_t placed = 0; placed < load->orders;) {
        struct store_txn *below = bench_turn_begin(device);
        struct store_txn *txn = recorder_begin(recorder, below);
        for (unsigned i = 0; i < load->batch && placed < load->orders; i++, placed++) {
            bench_order_place(device, txn);
        }
        bench_must(replica_seal(device->replica, txn, device->now, device->effects), "seal");
        bench_must(store_lmdb_commit(below), "commit");
        recorder_end(recorder);
    }
    bench_device_close(device);
    bench_folder_remove(folder);
    return recorder;
}

static struct sample raw(const struct load *load, const struct recorder *recorder)
{
    char *folder = bench_folder_make();
    struct bench_device *device = bench_device_open(folder, 0); /* the same rows to begin with */
    double start_s = bench_now_s();
    double start_cpu_s = bench_cpu_s();
    for (size_t turn = 0; turn < recorder_turns(recorder); turn++) {
        struct store_txn *txn;
        bench_must(store_lmdb_begin(device->store, &txn), "begin");
        bench_must(recorder_replay(recorder, turn, txn), "replay");
        bench_must(store_lmdb_commit(txn), "commit");
    }
    struct sample sample = sample_since(load, start_s, start_cpu_s);
    bench_device_close(device);
    bench_folder_remove(folder);
    return sample;
}

static void compare(const struct load *load)
{
    struct bench_series rates[2] = {0};
    struct bench_series cpus[2] = {0};
    struct recorder *recorder = record(load);
    for (size_t round = 0; round < bench_rounds(); round++) {
        const struct sample samples[2] = {ours(load), raw(load, recorder)};
        for (size_t side = 0; side < 2; side++) {
            bench_add(&rates[side], samples[side].per_s);
            bench_add(&cpus[side], samples[side].cpu_us);
        }
    }
    bench_compare(load->name, "orders/s", &rates[0], &rates[1], load->aim, true);
    bench_compare("  CPU of an order", "us", &cpus[0], &cpus[1], 0, false);
    recorder_free(recorder);
}

int main(void)
{
    static const struct load loads[] = {
        {"durable orders, one at a time", 1, 1500, 0.9},
        {"durable orders, 64 waiting", 64, 32000, 0.6},
    };
    puts("Durable appends. Raw: LMDB with synchronous commits writes the same keys and values.");
    for (size_t i = 0; i < sizeof loads / sizeof *loads; i++) {
        compare(&loads[i]);
    }
    return 0;
}
