/* blob.h - bytes through the API: into a file before the command that speaks of them, and out of it
 * only while the store says that they are here.
 *
 * Layer: node. Used by api.c alone.
 */
#ifndef TRESTLE_NODE_API_BLOB_H
#define TRESTLE_NODE_API_BLOB_H

#include "node/api/api.h"
#include "node/api/queue.h"
#include "node/api/state.h"

/* For the commands that bring bytes: keep @body's in a file and name them in @command; @contact:
 * salted, and personal. What is wrong goes to @ret_where. ERR_MALFORMED (no image), ERR_UNAVAILABLE
 * (nothing is kept here), and what blobs_put() says. */
MUST_CHECK int api_blob_keep(const struct gate *gate, struct bytes body, bool is_contact,
                             struct api_command *command, char *ret_where);

/* For the commands that bring words, of an order's name or a review: keep them likewise, if there
 * are any. ERR_UNAVAILABLE, and what blobs_put() says. */
MUST_CHECK int api_blob_keep_words(const struct gate *gate, struct command *command);

/* The same for personal bytes of another kind. */
MUST_CHECK int api_blob_keep_salted(const struct gate *gate, struct bytes bytes, const char *media,
                                    struct command *command);

/* The command is answered: a file that it did not need after all goes. */
void api_blob_settle(const struct gate *gate, struct store_txn *txn, const struct hash *hash);

/* What the store knows of it, in @ret_media (MEDIA_BYTES_MAX + 1). ERR_NOT_FOUND: never heard of,
 * or erased. ERR_UNAVAILABLE: its bytes are not here yet. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int api_blob_find(struct history *scratch, struct store_txn *txn,
                             const struct hash *hash, struct blob *ret_blob, char *ret_media);

/* All bytes of the file, as blobs_read(); of one that is lost the host is told. ERR_UNAVAILABLE
 * also when this host keeps none. */
MUST_CHECK int api_blob_whole(const struct gate *gate, const struct hash *hash, uint8_t **ret_data,
                              size_t *ret_size);

/* Whether an item of the menu names @blob, which was found: then anybody may see it. Uses what
 * state_item() does. ERR_NOT_FOUND: none does. ERR_SPOILT, ERR_IO. */
MUST_CHECK int api_blob_is_photo(struct state *state, struct store_txn *txn,
                                 const struct hash *hash, const struct blob *blob);

/* What an image in @body is, by its bytes, into @ret_media (MEDIA_BYTES_MAX + 1): another device
 * may have said anything of it. ERR_NOT_FOUND: no image, and @body is empty. */
MUST_CHECK int api_blob_type(struct text *body, char *ret_media);

/* Its bytes, without the salt, appended to @to. ERR_UNAVAILABLE, ERR_IO. */
MUST_CHECK int api_blob_read(const struct gate *gate, const struct hash *hash,
                             const struct blob *blob, struct text *to);

#endif
