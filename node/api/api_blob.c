#include "node/api/blob.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/blob/words.h"
#include "node/figures/board.h"
#include "node/os/entropy.h"
#include "sync/domain/record.h"

/* --- in --- */

static int keep_image(const struct gate *gate, struct bytes body, struct command *command,
                      char *ret_where)
{
    const char *type = blob_image_type(body);
    if (type == NULL) {
        (void)snprintf(ret_where, JSON_WHERE_BYTES_MAX, "the body: a JPEG, PNG or WebP image");
        return ERR_MALFORMED;
    }
    command->media = bytes_of_text(type);
    command->blob_size = (uint32_t)body.size;
    return blobs_put(gate->blobs, body, &command->blob);
}

int api_blob_keep_salted(const struct gate *gate, struct bytes bytes, const char *media,
                         struct command *command)
{
    size_t size = BLOB_SALT_BYTES + bytes.size;
    if (gate->blobs == NULL) {
        return ERR_UNAVAILABLE;
    }
    uint8_t *salted = malloc(size);
    if (salted == NULL) {
        return ERR_NO_MEMORY;
    }
    entropy_bytes(salted, BLOB_SALT_BYTES);
    memcpy(salted + BLOB_SALT_BYTES, bytes.data, bytes.size);
    command->media = bytes_of_text(media);
    command->blob_size = (uint32_t)size;
    int err = blobs_put(gate->blobs, bytes_of(salted, size), &command->blob);
    free(salted);
    return err;
}

/* What a person typed as a name, or says of an order. */
static struct bytes words_of(const struct command *command)
{
    for (uint32_t i = 0; command->kind == COMMAND_REVIEW && i < command->fields_count; i++) {
        if (command->fields[i].field == (uint32_t)REVIEW_TEXT) {
            return command->fields[i].text;
        }
    }
    return command->kind == COMMAND_ORDER_PLACE ? command->name : bytes_of(NULL, 0);
}

int api_blob_keep_words(const struct gate *gate, struct command *command)
{
    const struct bytes words = words_of(command);
    return words.size == 0 ? 0 : api_blob_keep_salted(gate, words, WORDS_MEDIA, command);
}

int api_blob_keep(const struct gate *gate, struct bytes body, bool is_contact,
                  struct api_command *command, char *ret_where)
{
    if (gate->blobs == NULL) {
        return ERR_UNAVAILABLE;
    }
    return is_contact ? api_blob_keep_salted(gate, body, "application/json", &command->command)
                      : keep_image(gate, body, &command->command, ret_where);
}

void api_blob_settle(const struct gate *gate, struct store_txn *txn, const struct hash *hash)
{
    enum blob_state state;
    if (blob_state_get(txn, hash, &state) == 0 && state != BLOB_HERE) {
        (void)!blobs_erase(gate->blobs, hash); /* else the next start does */
    }
}

/* --- out --- */

int api_blob_find(struct history *scratch, struct store_txn *txn, const struct hash *hash,
                  struct blob *ret_blob, char *ret_media)
{
    enum blob_state state;
    const struct entity_id id = blob_entity(hash);
    int err = history_get(scratch, txn, KIND_BLOB, &id);
    if (err != 0) {
        return err;
    }
    blob_derive(scratch, ret_blob);
    (void)snprintf(ret_media, MEDIA_BYTES_MAX + 1, "%.*s", (int)ret_blob->media.size,
                   (const char *)ret_blob->media.data);
    err = blob_state_get(txn, hash, &state);
    if (err != 0) {
        return err;
    }
    if (!ret_blob->is_known || ret_blob->is_erased || state > BLOB_HERE) {
        return ERR_NOT_FOUND;
    }
    return state == BLOB_HERE ? 0 : ERR_UNAVAILABLE;
}

int api_blob_whole(const struct gate *gate, const struct hash *hash, uint8_t **ret_data,
                   size_t *ret_size)
{
    if (gate->blobs == NULL) {
        return ERR_UNAVAILABLE;
    }
    const int err = blobs_read(gate->blobs, hash, ret_data, ret_size);
    if ((err == ERR_NOT_FOUND || err == ERR_MISMATCH) && gate->blob_lost != NULL) {
        gate->blob_lost(gate->context, hash);
    }
    return err;
}

int api_blob_read(const struct gate *gate, const struct hash *hash, const struct blob *blob,
                  struct text *to)
{
    uint8_t *data = NULL;
    size_t size = 0;
    const int err = api_blob_whole(gate, hash, &data, &size);
    if (err != 0) {
        return err == ERR_IO ? ERR_IO : ERR_UNAVAILABLE;
    }
    size_t salt = blob->is_personal && size > BLOB_SALT_BYTES ? BLOB_SALT_BYTES : 0;
    text_append(to, data + salt, size - salt);
    free(data);
    return 0;
}

/* --- photos, which are anybody's --- */

static bool names(const struct state *state, const struct hash *hash)
{
    return bytes_equal(state->item.photo, bytes_of(hash->bytes, sizeof hash->bytes));
}

/* The item that it was posted for names it, or another one: somebody chose the same file twice. */
int api_blob_is_photo(struct state *state, struct store_txn *txn, const struct hash *hash,
                      const struct blob *blob)
{
    struct key key = {.size = 0};
    struct entity_id id;
    int err = blob->is_personal ? ERR_NOT_FOUND : 0;
    if (err == 0 && blob->about_kind == KIND_MENU) {
        id = blob->about;
        err = state_item(state, txn, &id);
        if (err == 0 && names(state, hash)) {
            return 0;
        }
        err = err == ERR_NOT_FOUND ? 0 : err;
    }
    while (err == 0 && (err = board_next(txn, INDEX_MENU, &key, &id)) == 0) {
        err = board_led_to(state_item(state, txn, &id));
        if (err == 0 && names(state, hash)) {
            return 0;
        }
    }
    return err;
}

int api_blob_type(struct text *body, char *ret_media)
{
    const char *type = blob_image_type(bytes_of(body->data, body->size));
    if (type == NULL) {
        text_clear(body);
        return ERR_NOT_FOUND;
    }
    (void)snprintf(ret_media, MEDIA_BYTES_MAX + 1, "%s", type);
    return 0;
}
