/* local_hands.h - a stage's replica that sells tea, and what it keeps for itself alone: commands,
 * and rows that a disk lost or made up. One stage at a time.
 */
#ifndef TRESTLE_TESTS_LIB_LOCAL_HANDS_H
#define TRESTLE_TESTS_LIB_LOCAL_HANDS_H

#include "sync/base/check.h"
#include "tests/lib/stage_shop.h"
#include "tests/lib/stage_sick.h"
#include "tests/lib/test.h"

enum { A, PEERS, TEA = 2, PRICE = 200, HOUR = 60 * 60 * 1000 };

static struct stage stage;
static struct command command;
static struct effect_answer answer;

static inline void start(void)
{
    stage_start(&stage, PEERS, 0);
    stage.now_ms = 48 * (uint64_t)HOUR;
    stage_open_day(&stage);
    stage_set_item(&stage, TEA, "Tea", PRICE, STOCK_OFF);
}

static inline void reopen(void)
{
    stage_begin(&stage);
    stage_abort(&stage);
}

static inline void put_row(enum store_table table, struct bytes key, struct bytes row)
{
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_put(txn, table, key, row) == 0);
    check(store_memory_commit(txn) == 0);
}

static inline void lose_row(enum store_table table, struct bytes key)
{
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_del(txn, table, key) == 0);
    check(store_memory_commit(txn) == 0);
}

static inline bool has_local(const struct key *key)
{
    struct store_txn *txn = store_memory_begin(stage.store, false);
    struct bytes row;
    const int err = store_get(txn, TABLE_LOCAL, key_bytes(key), &row);
    store_memory_abort(txn);
    return err == 0;
}

static inline void begin(enum command_kind kind, uint64_t session, enum role role)
{
    stage_command_begin(&stage, &command, kind, session, role);
}

static inline void wish_tea(void)
{
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = TEA, .quantity = 1};
}

static inline int run(void)
{
    answer = *stage_run(&stage, &command);
    return answer.err;
}

/* For stage_sick(): what replica_step() says of the command. */
static inline int try_command(struct stage *at)
{
    const struct input input = {
        .kind = INPUT_COMMAND,
        .now = {.wall_ms = at->config.epoch_ms + (int64_t)at->now_ms, .mono_ms = at->now_ms},
        .command = &command,
        .request = 1};
    return replica_step(at->replica, at->txn, &input, at->effects);
}

#endif
