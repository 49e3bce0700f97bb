/* id.h - what names things: logs, devices, entities, operations.
 *
 * Layer: sync/base (pure).
 *
 * log, device   uint64_t: BLAKE2b-64 of the log's or the device's public key; 8 bytes big-endian in
 *               keys and on the wire (4 bytes could be ground by somebody who holds a device key)
 * entity        12 bytes: minted = 4 bytes of seconds since the pop-up's epoch, then 8 bytes
 *               derived from the client's key, so that rows of one evening lie together in the
 *               store; or derived = a domain-separated BLAKE2b-96
 * operation     (log, seq, first 16 bytes of the chain hash at seq): a dot alone is not unique
 *               across a fork
 */
#ifndef TRESTLE_SYNC_BASE_ID_H
#define TRESTLE_SYNC_BASE_ID_H

#include "sync/base/bytes.h"
#include "sync/base/crypto.h"
#include "sync/base/reader.h"
#include "sync/base/writer.h"

enum { ENTITY_ID_BYTES = 12, OPERATION_HASH_BYTES = 16, POPUP_ID_BYTES = 16 };

struct popup_id {
    uint8_t bytes[POPUP_ID_BYTES];
};

struct entity_id {
    uint8_t bytes[ENTITY_ID_BYTES];
};

struct operation {
    uint64_t log;
    uint64_t seq; /* from 1, at most SEQ_MAX */
    uint8_t hash[OPERATION_HASH_BYTES];
};

/* What an entity is; part of its key in the store, never on the wire (the event's type tells it).
 * Values are on disk. */
enum kind {
    KIND_NONE = 0,
    KIND_ROSTER = 1, /* one: certificates, logs, registers */
    KIND_POPUP = 2,  /* one: name, currency, taxes, the trading day */
    KIND_MENU = 3,   /* one per item, by number */
    KIND_ORDER = 4,
    KIND_STOCK = 5,   /* one per item, by its number: rights to sell it */
    KIND_BLOB = 6,    /* one per hash: what stands for bytes that can be erased */
    KIND_STALL = 7,   /* records, by number: a vendor inside the pop-up */
    KIND_STATION = 8, /* where lines are routed */
    KIND_STAFF = 9,   /* a person; what he may do is the roster's */
    KIND_TAX = 10,    /* a rate with its name */
    KIND_OFFER = 11,  /* a discount that can be tapped */
    KIND_PRINTER = 12,
    KIND_REVIEW = 13, /* one per (order, customer) */
    KIND_DRAWER = 14, /* a cash session: float, moves, count */
    KIND_SHEET = 15,  /* a table's codes, by its number; by day, how often it was cleared */
    KIND_LAST = KIND_SHEET,
};

bool entity_id_equal(const struct entity_id *a, const struct entity_id *b);

/* By number: BLAKE2b-96("trestle/entity/1" || kind, one byte || be64 number). */
struct entity_id entity_id_derive(enum kind kind, uint64_t number);

/* An order's id from the client's key: @seconds since the pop-up's epoch (the key's own first four
 * bytes), then BLAKE2b-64("trestle/order/1" || be32 size of session || session || key). The same
 * key at another node gives the same order. */
struct entity_id entity_id_mint(uint32_t seconds, struct bytes session, struct bytes key);

uint64_t id64_of_key(const struct public_key *key);              /* log or device: BLAKE2b-64 */
struct popup_id popup_id_of_root(const struct public_key *root); /* BLAKE2b-128 */

bool operation_equal(const struct operation *a, const struct operation *b);

/* Total order by (log, seq, hash): canonical, meaningless in time. */
int operation_compare(const struct operation *a, const struct operation *b);

/* [bin8 log, uint seq, bin16 hash]; all zero when the reader failed. */
void write_operation(struct writer *writer, const struct operation *operation);
struct operation read_operation(struct reader *reader);

#endif
