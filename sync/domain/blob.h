/* blob.h - bytes that can be erased: what the log says of them, and what this device has of them.
 *
 * Layer: sync/domain (pure). The log holds a hash; the bytes lie in files that only the host
 * touches (node/blob/blobs.h). Personal bytes begin with BLOB_SALT_BYTES random ones, so that the
 * hash proves nothing about them once they are gone.
 *
 *   blob.add    [bin32 hash, uint size, text media type, bool personal, ?uint kind, bin12 entity]
 *   blob.erase  [bin32 hash, text reason]
 *   contact     [bin32 hash]   on an order: how to reach its guest, in a personal blob
 *
 * An order's name, and what a review says, are personal blobs too; their blob.adds say what they
 * are shown with, so that it is shown anew when the bytes come and when they go.
 *
 * Laws: both blob events commute; one valid blob.erase erases for ever, whatever is added before
 * or after. An event whose hash is not its entity's is void. Of several blob.adds the smallest
 * operation's says what the bytes are; personal is who says so.
 *
 * What this device has of a blob stands in TABLE_LOCAL, never replicated:
 *   "blob" state1 hash32 -> be32 size
 *   "blobs" state1       -> be32 how many of these, be64 their bytes; missing, they are counted
 * ERASED stays even when the erasure itself is voided later: bytes that were wiped do not return.
 */
#ifndef TRESTLE_SYNC_DOMAIN_BLOB_H
#define TRESTLE_SYNC_DOMAIN_BLOB_H

#include "sync/domain/history.h"

enum {
    BLOB_SALT_BYTES = 16,
    MEDIA_BYTES_MAX = 64,
};

struct blob_add {
    struct hash hash;
    uint32_t size;      /* 1..BLOB_BYTES_MAX, the salt included */
    struct bytes media; /* 1..MEDIA_BYTES_MAX: "image/png" */
    bool is_personal;
    enum kind about_kind;   /* what it is shown with; KIND_NONE = with nothing, ... */
    struct entity_id about; /* ... and then neither is in the body */
};

struct blob_erase {
    struct hash hash;
    struct bytes reason; /* REASON_BYTES_MAX */
};

struct contact {
    struct hash hash;
};

void blob_add_encode(const struct blob_add *add, struct writer *writer);
void blob_erase_encode(const struct blob_erase *erase, struct writer *writer);
void contact_encode(const struct contact *contact, struct writer *writer);

/* As the decoders of order_events.h. */
MUST_CHECK int blob_add_decode(struct bytes body, struct blob_add *ret_add);
MUST_CHECK int blob_erase_decode(struct bytes body, struct blob_erase *ret_erase);
MUST_CHECK int contact_decode(struct bytes body, struct contact *ret_contact);

/* Where messages of an order go is a gateway's own, in no blob and no log. Still its erasure must
 * reach that gateway: it is a blob.erase of this hash, which no bytes have.
 * BLAKE2b-256("trestle/messages/1" || order). */
struct hash blob_hash_of_messages(const struct entity_id *order);

/* BLAKE2b-256("trestle/blob/1" || bytes), the salt included. */
struct hash blob_hash(struct bytes bytes);

/* The entity that stands for it: BLAKE2b-96("trestle/blob/id/1" || hash). */
struct entity_id blob_entity(const struct hash *hash);

/* Texts are borrowed from the history. */
struct blob {
    bool is_known; /* somebody added it */
    bool is_erased;
    bool is_personal;
    bool is_opaque;   /* needs newer software */
    struct hash hash; /* when it is known or erased */
    uint32_t size;
    struct bytes media;
    enum kind about_kind; /* as the blob.add that stands says */
    struct entity_id about;
};
void blob_derive(const struct history *history, struct blob *ret_blob);

/* --- what this device has --- */

enum blob_state {
    BLOB_NONE = 0,
    BLOB_WANTED = 1,  /* to be fetched from a peer */
    BLOB_HERE = 2,    /* its file is whole */
    BLOB_ERASING = 3, /* its file is to be removed once this is durable */
    BLOB_ERASED = 4,
};

/* BLOB_NONE when there is no row. ERR_IO. */
MUST_CHECK int blob_state_get(struct store_txn *txn, const struct hash *hash,
                              enum blob_state *ret_state);

/* Move it to @state. What was erased stays so. ERR_FULL, ERR_IO. */
MUST_CHECK int blob_state_set(struct store_txn *txn, const struct hash *hash, enum blob_state state,
                              uint32_t size);

/* The first blob in @state whose hash is above @after (NULL = the first of all). ERR_NOT_FOUND,
 * ERR_IO. */
MUST_CHECK int blob_state_next(struct store_txn *txn, enum blob_state state,
                               const struct hash *after, struct hash *ret_hash, uint32_t *ret_size);

/* How many blobs are in @state, and their bytes. O(n) where older software counted none. ERR_IO. */
MUST_CHECK int blob_state_count(struct store_txn *txn, enum blob_state state, uint32_t *ret_count,
                                uint64_t *ret_bytes);

/* After a fold: want what is new, erase what is to be erased. ERR_FULL, ERR_IO. */
MUST_CHECK int blob_note(struct store_txn *txn, const struct blob *blob);

#endif
