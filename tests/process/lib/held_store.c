#include "tests/process/lib/held_store.h"

#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/test.h"

struct held_store {
    MDB_env *env;
    MDB_txn *txn;
};

struct held_store *held_store_open(const char *state)
{
    char folder[256];
    struct held_store *held = calloc(1, sizeof *held);
    assert_non_null(held);
    assert_in_range(snprintf(folder, sizeof folder, "%s/store", state), 1, sizeof folder - 1);
    assert_int_equal(mdb_env_create(&held->env), 0);
    assert_int_equal(mdb_env_open(held->env, folder, 0, 0600), 0);
    assert_int_equal(mdb_txn_begin(held->env, NULL, 0, &held->txn), 0);
    return held;
}

void held_store_close(struct held_store *held)
{
    mdb_txn_abort(held->txn);
    mdb_env_close(held->env);
    free(held);
}
