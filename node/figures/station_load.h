/* station_load.h - what the stations still have to make that have a throttle, or of which a cook
 * says that they are busy, and what customers are told of it.
 *
 * Layer: node. The judgement is sync/domain/busy.h; here the store is read for it. Looked at again
 * after STATION_LOAD_MS at the earliest, whoever asks: customers ask often.
 */
#ifndef TRESTLE_NODE_API_STATION_LOAD_H
#define TRESTLE_NODE_API_STATION_LOAD_H

#include "sync/base/limits.h"
#include "sync/base/store.h"
#include "sync/domain/busy.h"
#include "sync/domain/quote.h"
#include "sync/domain/request.h"

enum { STATION_LOAD_MS = 2000 };

/* Those in use that have a throttle, or are said to be busy. */
struct station_load {
    uint64_t looked_ms; /* 0 = never */
    uint64_t said_hash; /* of what cooks say, and of which stations: another when that is another */
    uint32_t count;
    struct station_load_at {
        uint32_t name_size;
        uint8_t name[NAME_BYTES_MAX];
        uint32_t throttle, units;
        uint32_t said; /* by a cook: busy_said() */
    } stations[STATIONS_MAX];
};

struct state;

/* Into @state->station_load. Uses the board, the record and the order of @state. ERR_IO,
 * ERR_MALFORMED, ERR_SPOILT. */
MUST_CHECK int station_load_look(struct state *state, struct store_txn *txn, uint64_t now_mono_ms);

/* What takes longest of something that is ordered now. */
struct station_wait {
    enum busy busy;
    struct bytes station; /* of the load's memory */
    uint64_t low_ms, high_ms;
};

/* Of the lines of @quote that count. BUSY_NOT: the rest is not written. */
enum busy station_load_quote(const struct station_load *load, const struct quote *quote,
                             struct station_wait *ret_wait);

/* How much longer than usual the kitchen takes for what @order still lacks, in ms, as cooks say: of
 * its stations the one that is longest. One that takes nothing from phones says no time: 0. */
uint64_t station_load_said_ms(const struct station_load *load, const struct order *order);

/* Whether a customer's @command is for what a full station makes: *ret_station, of the load's
 * memory, empty where not. That is a quote, or an order without one: what was quoted stands, and so
 * does what was answered before. Looks first; uses the item and the pop-up of @state, too. ERR_IO,
 * ERR_MALFORMED, ERR_SPOILT. */
MUST_CHECK int station_load_full(struct state *state, struct store_txn *txn,
                                 const struct command *command, uint64_t now_mono_ms,
                                 struct bytes *ret_station);

#endif
