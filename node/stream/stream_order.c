/* An order as every screen gets it: its JSON is made once for all of them. */
#include "node/stream/stream_parts.h"

#include "node/json/json_guest.h"

enum { CACHE_BYTES_MAX = 4 * 1024 * 1024 };

void stream_orders_clear(struct streams *streams)
{
    for (size_t i = 0; i < CACHE_SLOTS; i++) {
        text_close(&streams->cache[i].json);
        streams->cache[i].change = 0;
    }
    streams->cache_bytes = 0;
}

static int cache_fill(struct streams *streams, struct store_txn *txn, uint64_t change,
                      const struct entity_id *id, struct cached *cached)
{
    int err = state_order_shown(streams->state, txn, id);
    if (err != 0) {
        return err;
    }
    if (streams->cache_bytes > CACHE_BYTES_MAX) {
        stream_orders_clear(streams);
    }
    streams->cache_bytes -= cached->json.size;
    text_clear(&cached->json);
    cached->change = change;
    cached->phase = streams->state->order.phase;
    cached->day = streams->state->order.day;
    cached->counts_down = json_has_ends(streams->state);
    json_print(state_json_order(streams->state), &cached->json);
    streams->cache_bytes += cached->json.size;
    return 0;
}

int stream_order_at(struct streams *streams, struct store_txn *txn, uint64_t change,
                    const struct entity_id *id, const struct cached **ret_order)
{
    struct cached *cached = &streams->cache[change % CACHE_SLOTS];
    const bool is_there = cached->change == change && !cached->counts_down;
    int err = is_there ? 0 : cache_fill(streams, txn, change, id, cached);
    *ret_order = cached;
    return err;
}

int stream_order_newest(struct streams *streams, struct store_txn *txn, const struct entity_id *id,
                        const struct cached **ret_order)
{
    struct bytes number;
    struct key key = key_state(KIND_ORDER, id);
    int err = store_get(txn, TABLE_MARK, key_bytes(&key), &number);
    if (err == 0 && number.size != 8) {
        err = ERR_MALFORMED;
    }
    return err != 0 ? err : stream_order_at(streams, txn, get_be64(number.data), id, ret_order);
}
