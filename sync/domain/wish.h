/* wish.h - wishes for a refund: what names one, and what units are worth.
 *
 * Layer: sync/domain (pure). The id of a wish is the hash of what it is about, so that two people
 * or two gateways who wish the same make one wish; the provider's idempotency key derives from it.
 *
 *   units     BLAKE2b-128("trestle/wish/units/1" || order || be32 line || be32 unit || ...)
 *   goodwill  BLAKE2b-128("trestle/wish/slot/1" || order || be32 slot)
 *   cause     BLAKE2b-128("trestle/wish/cause/1" || order || be64 log || be64 seq || hash16)
 */
#ifndef TRESTLE_SYNC_DOMAIN_WISH_H
#define TRESTLE_SYNC_DOMAIN_WISH_H

#include "sync/domain/order.h"

struct wish_id {
    uint8_t bytes[WISH_ID_BYTES];
};

/* @units ascending. */
struct wish_id wish_id_of_units(const struct entity_id *order, const struct wish_unit *units,
                                uint32_t count);
struct wish_id wish_id_of_slot(const struct entity_id *order, uint32_t slot);
/* @cause is the operation because of which money goes back: the cancel, the refusal, the lapse. */
struct wish_id wish_id_of_cause(const struct entity_id *order, const struct operation *cause);

/* Ascending, each once. False when one is there twice. */
bool wish_units_sort(struct wish_unit *units, uint32_t count);

/* The shares of @units in their lines, tax included. 0, ERR_NOT_FOUND (no such line, or not so many
 * units of it), ERR_STATE (the line is not active: nothing was charged for it). */
MUST_CHECK int wish_units_amount(const struct order *order, const struct wish_unit *units,
                                 uint32_t count, int64_t *ret_amount);

#endif
