/* marked_rows.h - rows of the gateway's own store whose key is a letter, what they are of, and ids.
 *
 * Layer: gateway (pure: over sync/base/store.h, TABLE_LOCAL). What events.h and notes.h share.
 */
#ifndef TRESTLE_GATEWAY_SETTLE_MARKED_ROWS_H
#define TRESTLE_GATEWAY_SETTLE_MARKED_ROWS_H

#include "sync/base/store.h"
#include "sync/domain/ledger_events.h"

struct marked_key {
    size_t size;
    uint8_t bytes[1 + PROVIDER_ID_BYTES_MAX];
};

/* Together @first and @second, which may be empty, have PROVIDER_ID_BYTES_MAX at most. */
struct marked_key marked_key(char mark, struct bytes first, struct bytes second);
struct marked_key marked_key_of_one(char mark, struct bytes id);

/* As long as @key lives. */
struct bytes marked_key_bytes(const struct marked_key *key);

/* Whether a row is one of those that are deleted. */
typedef bool marked_fits(struct bytes key, struct bytes row, int64_t before_s);

/* Delete up to @count rows with @mark that @fits; *@done grows by how many, also on an error. A key
 * that nobody here can have written ends the search. ERR_FULL, ERR_IO. */
MUST_CHECK int marked_delete(struct store_txn *txn, char mark, marked_fits *fits, int64_t before_s,
                             uint32_t count, uint32_t *done);

#endif
