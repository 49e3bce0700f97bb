/* blobs.h - the files of blobs: STATE/blobs/aa/HASH, whole or not there.
 *
 * Layer: node. What is in them the store knows (sync/domain/blob.h); here are only bytes by hash.
 * Put, read and erase may be called on any thread; parts are the core's alone. A name is put once
 * with the only bytes that fit it, so two threads that put the same cannot disturb each other.
 */
#ifndef TRESTLE_NODE_BLOB_BLOBS_H
#define TRESTLE_NODE_BLOB_BLOBS_H

#include "node/os/file.h"
#include "sync/domain/blob.h"
#include "sync/mesh/effects.h"

struct blobs;

/* @state: the state folder. ERR_NO_MEMORY, and what folder_make() says. */
MUST_CHECK int blobs_open(const char *state, struct blobs **ret_blobs);
/* Accepts NULL. */
void blobs_close(struct blobs *blobs);

/* Keep @bytes durably, 1..BLOB_BYTES_MAX of them, under their hash, also over a file of that name
 * which the disk spoilt. ERR_TOO_LARGE, ERR_MALFORMED
 * (none), ERR_FULL, ERR_FORBIDDEN, ERR_IO. */
MUST_CHECK int blobs_put(const struct blobs *blobs, struct bytes bytes, struct hash *ret_hash);

/* The whole of it; the caller frees *@ret_data. ERR_NOT_FOUND, ERR_IO, ERR_NO_MEMORY, and
 * ERR_MISMATCH when the file does not hold what its name says (it is removed then). */
MUST_CHECK int blobs_read(const struct blobs *blobs, const struct hash *hash, uint8_t **ret_data,
                          size_t *ret_size);

/* Remove it; 0 also when it is not there. ERR_FORBIDDEN, ERR_IO. */
MUST_CHECK int blobs_erase(const struct blobs *blobs, const struct hash *hash);

/* Whether there is a file of that name. */
bool blobs_has(const struct blobs *blobs, const struct hash *hash);

/* Take a part that came from a peer. @ret_is_whole: it was the last, and @ret_is_good whether the
 * whole had the right hash and is kept. Parts are held in memory, one blob at a time; one that does
 * not follow the part before makes the whole bad. */
void blobs_take_part(struct blobs *blobs, const struct effect_blob_write *part, bool *ret_is_whole,
                     bool *ret_is_good);

/* Remove every file that @keeps does not want, and what a crash left behind. ERR_IO. */
MUST_CHECK int blobs_sweep(const struct blobs *blobs,
                           bool (*keeps)(void *context, const struct hash *hash), void *context);

/* "image/jpeg", "image/png" or "image/webp" by the first bytes; NULL for anything else. */
const char *blob_image_type(struct bytes bytes);

#endif
