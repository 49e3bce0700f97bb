/* recorder.h - what a turn writes, so that the raw limit can write the very same keys and values
 * without our code. */
#ifndef TRESTLE_TESTS_BENCH_RECORDER_H
#define TRESTLE_TESTS_BENCH_RECORDER_H

#include "sync/base/store.h"

struct recorder;

struct recorder *recorder_new(void);
void recorder_free(struct recorder *recorder);

/* A transaction that hands everything on to @txn and remembers what is written. One at a time. */
struct store_txn *recorder_begin(struct recorder *recorder, struct store_txn *txn);

/* The turn is over: what was remembered since recorder_begin() is one transaction. */
void recorder_end(struct recorder *recorder);

size_t recorder_turns(const struct recorder *recorder);

/* Write turn @turn again. ERR_FULL, ERR_IO. */
MUST_CHECK int recorder_replay(const struct recorder *recorder, size_t turn, struct store_txn *txn);

#endif
