/* salvage_rows.h - the keys of TABLE_SALVAGE, for the files that write, read and check it.
 */
#ifndef TRESTLE_SYNC_LOG_SALVAGE_ROWS_H
#define TRESTLE_SYNC_LOG_SALVAGE_ROWS_H

#include <string.h>

#include "sync/log/salvage.h"

enum {
    SALVAGE_ROW_BY_ENTITY = 1,
    SALVAGE_ROW_BY_IDENTITY = 2,
    SALVAGE_ROW_BY_CARRIER = 3,
    SALVAGE_ROW_SIZE = 4,
    SALVAGE_LOG_SEQ_BYTES = 8 + 5,
    SALVAGE_IDENTITY_BYTES = SALVAGE_LOG_SEQ_BYTES + OPERATION_HASH_BYTES,
    SALVAGE_ENTITY_KEY_BYTES = 1 + ENTITY_ID_BYTES + SALVAGE_IDENTITY_BYTES + SALVAGE_LOG_SEQ_BYTES,
    SALVAGE_IDENTITY_KEY_BYTES = 1 + SALVAGE_IDENTITY_BYTES + SALVAGE_LOG_SEQ_BYTES,
    SALVAGE_CARRIER_KEY_BYTES = 1 + SALVAGE_LOG_SEQ_BYTES,
    SALVAGE_IDENTITY_VALUE_BYTES = 2 + 5 + OPERATION_HASH_BYTES + 4 + ENTITY_ID_BYTES,
    SALVAGE_SIZE_KEY_BYTES = 1 + 8,
    SALVAGE_SIZE_VALUE_BYTES = 8,
};

static inline uint8_t *salvage_put_place(uint8_t *to, uint64_t log, uint64_t seq)
{
    put_be64(to, log);
    put_be40(to + 8, seq);
    return to + SALVAGE_LOG_SEQ_BYTES;
}

static inline uint8_t *salvage_put_identity(uint8_t *to, const struct operation *id)
{
    to = salvage_put_place(to, id->log, id->seq);
    memcpy(to, id->hash, OPERATION_HASH_BYTES);
    return to + OPERATION_HASH_BYTES;
}

/* A row by entity or by identity, whichever its key begins with. ERR_MALFORMED. */
MUST_CHECK int salvage_row_parse(struct bytes key, struct bytes value,
                                 struct salvaged_row *ret_row);

/* The salvage in the event @bytes, or ERR_MISMATCH when it is void; ERR_IO. */
MUST_CHECK int salvage_of_event(struct store_txn *txn, struct bytes bytes,
                                struct salvage *ret_salvage);

#endif
