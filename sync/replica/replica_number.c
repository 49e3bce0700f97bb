/* replica_number.c - the numbers of orders and of receipts that this device gives out. */
#include <string.h>

#include "sync/domain/order_events.h"
#include "sync/domain/receipt.h"
#include "sync/replica/replica_state.h"

enum {
    NUMBER_CALLED_MAX = 1000000, /* of the orders of a lane and day: nobody calls out more */
    NUMBERS_LOOK_MAX = 4096,     /* that others claim to have given in our lane, on a day */
};

static bool is_log_here(const struct replica *replica, uint64_t log)
{
    const struct roster_log *found = roster_log_find(&replica->roster, log);
    return found != NULL && found->device == replica->device;
}

/* Whether a log of this device gave the order in replica->history that number: whoever may open
 * orders can write any lane and number into his, and what he says moves no other device's count. */
static bool is_given_here(const struct replica *replica, uint64_t day, uint32_t number)
{
    const struct history *history = replica->history;
    struct order_open open;
    for (uint32_t i = 0; i < history->count; i++) {
        const struct history_event *event = &history->events[i];
        if (event->type == (uint32_t)EVENT_ORDER_OPEN && is_log_here(replica, event->id.log) &&
            order_open_decode(event->body, &open) == 0 && open.day == day &&
            open.number == number && bytes_equal(open.lane, replica_lane(replica))) {
            return true;
        }
    }
    return false;
}

/* What the row of the index with @tail after its day and lane says, when that is a number that this
 * device gave; else 0. */
static int number_here(const struct replica *replica, struct store_txn *txn, uint64_t day,
                       const uint8_t *tail, uint32_t *ret_number)
{
    struct entity_id order;
    const uint32_t number = get_be32(tail);
    memcpy(order.bytes, tail + 4, sizeof order.bytes);
    const int err = history_get(replica->history, txn, KIND_ORDER, &order);
    *ret_number = err == 0 && is_given_here(replica, day, number) ? number : 0;
    return err == ERR_IO ? err : 0;
}

/* The highest number of (day, lane) in the index that this device gave, 0 when there is none. Of a
 * flood of others' it looks at the highest; when none of these is its own it goes on from the last
 * of them: a number that is too high can be called out, one that was given before cannot. */
static int number_highest(const struct replica *replica, struct store_txn *txn, uint64_t day,
                          uint32_t *ret_number)
{
    const struct bytes lane = replica_lane(replica);
    const size_t prefix_size = 1 + 8 + lane.size + 1;
    uint8_t at[1 + 8 + LANE_BYTES_MAX + 1 + 4 + ENTITY_ID_BYTES] = {INDEX_NUMBER};
    uint8_t *const tail = at + prefix_size; /* number, entity */
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    uint32_t looked = 0;
    put_be64(at + 1, day);
    memcpy(at + 9, lane.data, lane.size);
    put_be32(tail, NUMBER_CALLED_MAX + 1);
    int err = store_cursor_open(txn, TABLE_INDEX, &cursor);
    if (err != 0) {
        return err;
    }
    *ret_number = 0;
    while (*ret_number == 0) {
        err = store_cursor_before(&cursor, bytes_of(at, prefix_size + 4 + ENTITY_ID_BYTES), &key,
                                  &value);
        if (err != 0 || key.size != prefix_size + 4 + ENTITY_ID_BYTES ||
            memcmp(key.data, at, prefix_size) != 0) {
            break;
        }
        memcpy(tail, key.data + prefix_size, 4 + ENTITY_ID_BYTES);
        err = number_here(replica, txn, day, tail, ret_number);
        if (err != 0) {
            break;
        }
        if (++looked == NUMBERS_LOOK_MAX) {
            *ret_number = get_be32(tail);
        }
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
        err = number_highest(replica, txn, day, &highest);
    }
    if (err != 0) {
        return err;
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

/* Whether some order is called that already: of what others wrote into the lane no number is given
 * out a second time, as long as it is known here. */
static int number_is_taken(const struct replica *replica, struct store_txn *txn, uint64_t day,
                           uint32_t number, bool *ret_is)
{
    const struct bytes lane = replica_lane(replica);
    const size_t size = 1 + 8 + lane.size + 1 + 4;
    uint8_t wanted[1 + 8 + LANE_BYTES_MAX + 1 + 4] = {INDEX_NUMBER};
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    put_be64(wanted + 1, day);
    memcpy(wanted + 9, lane.data, lane.size);
    put_be32(wanted + size - 4, number);
    int err = store_cursor_open(txn, TABLE_INDEX, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, bytes_of(wanted, size), &key, &value);
    *ret_is = err == 0 && key.size >= size && memcmp(key.data, wanted, size) == 0;
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

int replica_number_prepare(struct replica *replica, struct store_txn *txn, uint64_t day)
{
    uint32_t last;
    bool is_taken = true;
    int err = 0;
    if (replica->number_day != day || day == TRADING_DAY_NONE) {
        err = number_last(replica, txn, day, &last);
        if (err != 0) {
            return err;
        }
        replica->number_day = day;
        replica->number_next = last + 1;
    }
    for (unsigned i = 0; i < NUMBERS_LOOK_MAX && err == 0 && is_taken; i++) {
        err = number_is_taken(replica, txn, day, replica->number_next, &is_taken);
        replica->number_next += err == 0 && is_taken ? 1 : 0;
    }
    return err;
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
