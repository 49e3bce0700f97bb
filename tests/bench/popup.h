/* popup.h - a pop-up for benchmarks: devices with a replica over a store on disk, driven without a
 * network.
 *
 * Everything is derived from small numbers, so that two runs write the same bytes.
 */
#ifndef TRESTLE_TESTS_BENCH_POPUP_H
#define TRESTLE_TESTS_BENCH_POPUP_H

#include "node/store/store_lmdb.h"
#include "sync/replica/replica.h"

struct bench_device {
    struct secret_key device_secret, log_secret;
    uint8_t chain_data[CERT_CHAIN_BYTES_MAX];
    struct replica_config config;
    struct store_lmdb *store;
    struct replica *replica;
    struct effects *effects;
    struct command *command;
    struct moment now;
    uint64_t orders; /* placed by it: the next request key */
};

/* Open (create) device @number, from 0, with its store in @folder/N. The first also writes settings
 * and a menu. */
struct bench_device *bench_device_open(const char *folder, unsigned number);

/* Open the store of a node that does not run, as its device. The menu of number 0 is what
 * bench_menu_write() writes. */
struct bench_device *bench_device_of(const char *state);
void bench_menu_write(struct bench_device *device);

void bench_device_close(struct bench_device *device);

/* In a turn: somebody has @role from now on, and every journal is judged by that anew. */
void bench_role_give(struct bench_device *device, struct store_txn *txn, enum role role);

/* Take @other onto the roster, in a turn of its own. */
void bench_device_admit(struct bench_device *device, const struct bench_device *other);

/* Begin a turn; effects are empty. */
struct store_txn *bench_turn_begin(struct bench_device *device);
/* Seal and commit (or end the empty transaction). */
void bench_turn_end(struct bench_device *device, struct store_txn *txn);
/* The latter half of it. */
void bench_turn_close(struct bench_device *device, struct store_txn *txn);

/* One order of two lines, paid in cash, in the turn that is open. */
void bench_order_place(struct bench_device *device, struct store_txn *txn);

/* @count orders, @batch a turn. */
void bench_orders_place(struct bench_device *device, uint64_t count, unsigned batch);

#endif
