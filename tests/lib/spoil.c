#include "tests/lib/spoil.h"

#include <string.h>

#include "sync/base/check.h"

enum { ROW_BYTES_MAX = 1 << 20, KEY_BYTES = 512 };

static uint8_t row_data[ROW_BYTES_MAX];
static uint8_t key_data[KEY_BYTES];
static struct bytes row_key;
static struct bytes row_value;

struct walk {
    uint64_t left;
    bool is_found;
};

static void take(void *context, struct bytes key, struct bytes value)
{
    struct walk *walk = context;
    if (walk->is_found || walk->left-- > 0) {
        return;
    }
    walk->is_found = true;
    check(key.size <= sizeof key_data && value.size <= sizeof row_data);
    memcpy(key_data, key.data, key.size);
    if (value.size > 0) {
        memcpy(row_data, value.data, value.size);
    }
    row_key = bytes_of(key_data, key.size);
    row_value = bytes_of(row_data, value.size);
}

/* Copies the row. */
static void row_find(const struct store_memory *store, enum store_table table, uint64_t row)
{
    const size_t count = store_memory_count(store, table);
    check(count > 0);
    struct walk walk = {.left = row % count};
    store_memory_each(store, table, take, &walk);
    check(walk.is_found);
}

static void flip(uint8_t *data, size_t size, uint64_t bit)
{
    bit %= size * 8;
    data[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
}

static void row_lose(struct store_txn *txn, enum store_table table)
{
    int err = store_del(txn, table, row_key);
    check(err == 0);
}

static void row_put(struct store_txn *txn, enum store_table table)
{
    int err = store_put(txn, table, row_key, row_value);
    check(err == 0);
}

static void end(struct store_txn *txn)
{
    int err = store_memory_commit(txn);
    check(err == 0);
}

void spoil_flip(struct store_memory *store, enum store_table table, uint64_t row, uint64_t bit)
{
    row_find(store, table, row);
    if (row_value.size == 0) {
        spoil_flip_key(store, table, row, bit);
        return;
    }
    flip(row_data, row_value.size, bit);
    struct store_txn *txn = store_memory_begin(store, true);
    row_put(txn, table);
    end(txn);
}

void spoil_flip_key(struct store_memory *store, enum store_table table, uint64_t row, uint64_t bit)
{
    row_find(store, table, row);
    struct store_txn *txn = store_memory_begin(store, true);
    row_lose(txn, table);
    flip(key_data, row_key.size, bit);
    row_put(txn, table);
    end(txn);
}

void spoil_lose(struct store_memory *store, enum store_table table, uint64_t row)
{
    row_find(store, table, row);
    struct store_txn *txn = store_memory_begin(store, true);
    row_lose(txn, table);
    end(txn);
}

bool spoil_double(struct store_memory *store, enum store_table table, uint64_t row, uint64_t bit)
{
    struct bytes value;
    row_find(store, table, row);
    flip(key_data, row_key.size, bit);
    struct store_txn *txn = store_memory_begin(store, true);
    const bool is_new = store_get(txn, table, row_key, &value) == ERR_NOT_FOUND;
    if (is_new) {
        row_put(txn, table);
    }
    end(txn);
    return is_new;
}
