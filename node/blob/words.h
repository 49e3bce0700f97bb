/* words.h - what a person typed that names somebody, or may: an order's name, what a review says.
 * The journal holds its hash, a personal blob the text (sync/domain/blob.h), so that it can be
 * erased.
 *
 * Layer: node. Whoever shows such words - JSON, paper, an export - reads them here.
 */
#ifndef TRESTLE_NODE_BLOB_WORDS_H
#define TRESTLE_NODE_BLOB_WORDS_H

#include "node/blob/blobs.h"
#include "sync/base/limits.h"

enum { WORDS_BYTES_MAX = REVIEW_BYTES_MAX }; /* the longest of them */

#define WORDS_MEDIA "text/plain"

struct words {
    size_t size;
    uint8_t data[WORDS_BYTES_MAX];
};

/* The words of @hash, without their salt. Another device wrote them: what is more than @bytes_max
 * (at most WORDS_BYTES_MAX) or no clean text is not shown.
 *
 *   ERR_NOT_FOUND    they were erased, or are not here yet
 *   ERR_UNAVAILABLE  they should be here, and the disk lost or spoilt them
 *   ERR_MALFORMED    they are none
 *   ERR_IO, ERR_NO_MEMORY
 */
MUST_CHECK int words_read(const struct blobs *blobs, struct store_txn *txn, const struct hash *hash,
                          size_t bytes_max, struct words *ret_words);

/* On top of that, what a screen or paper shows: nothing where they cannot be read. @blobs may be
 * NULL: this host keeps none. Borrows from @words. */
struct bytes words_shown(const struct blobs *blobs, struct store_txn *txn, const struct hash *hash,
                         size_t bytes_max, struct words *words);

#endif
