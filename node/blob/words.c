#include "node/blob/words.h"

#include <stdlib.h>
#include <string.h>

static int keep(struct bytes salted, size_t bytes_max, struct words *ret_words)
{
    if (salted.size <= BLOB_SALT_BYTES || salted.size - BLOB_SALT_BYTES > bytes_max) {
        return ERR_MALFORMED;
    }
    const struct bytes text =
        bytes_of(salted.data + BLOB_SALT_BYTES, salted.size - BLOB_SALT_BYTES);
    if (!text_is_clean(text)) {
        return ERR_MALFORMED;
    }
    ret_words->size = text.size;
    memcpy(ret_words->data, text.data, text.size);
    return 0;
}

int words_read(const struct blobs *blobs, struct store_txn *txn, const struct hash *hash,
               size_t bytes_max, struct words *ret_words)
{
    enum blob_state state;
    uint8_t *data = NULL;
    size_t size = 0;
    int err = blob_state_get(txn, hash, &state);
    if (err == 0 && state != BLOB_HERE) {
        err = ERR_NOT_FOUND;
    }
    if (err != 0) {
        return err;
    }
    err = blobs_read(blobs, hash, &data, &size);
    if (err == 0) {
        err = keep(bytes_of(data, size), bytes_max, ret_words);
    } else if (err == ERR_NOT_FOUND || err == ERR_MISMATCH) {
        err = ERR_UNAVAILABLE;
    }
    free(data);
    return err;
}

struct bytes words_shown(const struct blobs *blobs, struct store_txn *txn, const struct hash *hash,
                         size_t bytes_max, struct words *words)
{
    if (blobs == NULL || words_read(blobs, txn, hash, bytes_max, words) != 0) {
        return bytes_of(NULL, 0);
    }
    return bytes_of(words->data, words->size);
}
