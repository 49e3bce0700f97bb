/* replica_number.c - the numbers of orders and of receipts that this device gives out. */
#include <string.h>

#include "sync/domain/receipt.h"
#include "sync/replica_state.h"

enum { NUMBER_CALLED_MAX = 1000000 }; /* of the orders of a lane and day */

/* The highest number of (day, lane) in the index, 0 when there is none. */
static int number_highest(struct store_txn *txn, uint64_t day, struct bytes lane,
                          uint32_t *ret_number)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    uint8_t last[1 + 8 + LANE_BYTES_MAX + 1 + 4 + ENTITY_ID_BYTES];
    size_t prefix_size = 1 + 8 + lane.size + 1;
    memset(last, 0xff, sizeof last);
    last[0] = INDEX_NUMBER;
    put_be64(last + 1, day);
    memcpy(last + 9, lane.data, lane.size);
    last[9 + lane.size] = 0;
    int err = store_cursor_open(txn, TABLE_INDEX, &cursor);
    if (err != 0) {
        return err;
    }
    *ret_number = 0;
    err = store_cursor_before(&cursor, bytes_of(last, prefix_size + 4 + ENTITY_ID_BYTES), &key,
                              &value);
    if (err == 0 && key.size == prefix_size + 4 + ENTITY_ID_BYTES &&
        memcmp(key.data, last, prefix_size) == 0) {
        *ret_number = get_be32(key.data + prefix_size);
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* The row of TABLE_LOCAL that remembers the last number given out under a log: "number", be64 log,
 * be64 day, lane. The index does not do alone: an order that was opened at several devices may
 * stand there under another's day, or without our number. */
static struct key key_number(uint64_t log, uint64_t day, struct bytes lane)
{
    struct key key = {.size = 6 + 8 + 8 + lane.size};
    memcpy(key.data, "number", 6);
    put_be64(key.data + 6, log);
    put_be64(key.data + 14, day);
    memcpy(key.data + 22, lane.data, lane.size);
    return key;
}

struct bytes replica_lane(const struct replica *replica)
{
    return bytes_of(replica->certificate.lane, replica->certificate.lane_size);
}

/* The last number that the own log gave out on @day. When it gave none yet, what its first comes
 * after: a later incarnation keeps its distance, for the one before may live on in a clone. */
static int number_last(const struct replica *replica, struct store_txn *txn, uint64_t day,
                       uint32_t *ret_number)
{
    struct key key = key_number(replica->log, day, replica_lane(replica));
    struct bytes stored;
    uint32_t highest;
    int err = store_get(txn, TABLE_LOCAL, key_bytes(&key), &stored);
    if (err == 0 && stored.size != 4) {
        return ERR_IO;
    }
    uint32_t last = err == 0 ? get_be32(stored.data) : 0;
    uint32_t gap = err != 0 && replica->config.incarnation > 1 ? NUMBER_GAP : 0;
    if (err == 0 || err == ERR_NOT_FOUND) {
        err = number_highest(txn, day, replica_lane(replica), &highest);
    }
    if (err != 0) {
        return err;
    }
    if (highest > NUMBER_CALLED_MAX) {
        highest = 0; /* nobody called that out: somebody plays with our lane */
    }
    *ret_number = (last > highest ? last : highest) + gap;
    return 0;
}

int replica_number_keep(const struct replica *replica, struct store_txn *txn, uint64_t day,
                        uint32_t number)
{
    struct key key = key_number(replica->log, day, replica_lane(replica));
    uint8_t value[4];
    put_be32(value, number);
    return store_put(txn, TABLE_LOCAL, key_bytes(&key), bytes_of(value, sizeof value));
}

int replica_number_prepare(struct replica *replica, struct store_txn *txn, uint64_t day)
{
    uint32_t last;
    if (replica->number_day == day && day != TRADING_DAY_NONE) {
        return 0;
    }
    int err = number_last(replica, txn, day, &last);
    if (err != 0) {
        return err;
    }
    replica->number_day = day;
    replica->number_next = last + 1;
    return 0;
}

int replica_receipt_prepare(const struct replica *replica, struct store_txn *txn, struct till *till)
{
    uint32_t last;
    const int err = receipt_last(txn, replica->log, &last);
    if (err != 0) {
        return err;
    }
    till->receipt_next = last < UINT32_MAX ? last + 1 : 0;
    till->incarnation = replica->config.incarnation;
    return 0;
}
