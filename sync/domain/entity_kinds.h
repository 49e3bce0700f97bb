/* entity_kinds.h - what an entity is, its events tell, and a hostile device may write events of
 * several kinds under one id: it has a row for each.
 *
 * Layer: sync/domain (pure).
 */
#ifndef TRESTLE_SYNC_DOMAIN_ENTITY_KINDS_H
#define TRESTLE_SYNC_DOMAIN_ENTITY_KINDS_H

#include "sync/base/id.h"
#include "sync/base/store.h"

static inline uint32_t kind_bit(enum kind kind)
{
    return UINT32_C(1) << kind;
}

/* That events of @type are about; KIND_NONE: it is unknown. */
enum kind kind_of_type(uint32_t type);

/* Of which kinds the store holds events of @entity, whether they count or not; unknown types belong
 * to every kind. ERR_IO, ERR_MALFORMED (damaged store). */
MUST_CHECK int entity_kinds(struct store_txn *txn, const struct entity_id *entity,
                            uint32_t *ret_kinds);

/* Whether it holds events of that kind: no more of them are read than it takes to find one. ERR_IO,
 * ERR_MALFORMED. */
MUST_CHECK int entity_has_kind(struct store_txn *txn, const struct entity_id *entity,
                               enum kind kind, bool *ret_has);

#endif
