#include "node/blob/blobs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/base/crypto.h"

enum { HEX_BYTES = 2 * HASH_BYTES, FOLDER_HEX_BYTES = 2 };

struct blobs {
    char folder[PATH_BYTES_MAX];
    /* The blob that is coming in parts. */
    struct hash hash;
    uint32_t size;
    bool is_broken; /* a part did not follow */
    uint8_t *data;  /* BLOB_BYTES_MAX; made for the first one */
};

/* --- names --- */

static void hex_of(const struct hash *hash, char ret_hex[HEX_BYTES + 1])
{
    for (size_t i = 0; i < HASH_BYTES; i++) {
        (void)snprintf(ret_hex + 2 * i, 3, "%02x", hash->bytes[i]);
    }
}

static bool hash_of_hex(const char *hex, struct hash *ret_hash)
{
    static const char digits[] = "0123456789abcdef";
    if (strlen(hex) != HEX_BYTES || strspn(hex, digits) != HEX_BYTES) {
        return false;
    }
    for (size_t i = 0; i < HASH_BYTES; i++) {
        const char *high = strchr(digits, hex[2 * i]);
        const char *low = strchr(digits, hex[2 * i + 1]);
        ret_hash->bytes[i] = (uint8_t)((high - digits) << 4 | (low - digits));
    }
    return true;
}

/* The folder of two digits, and the file in it. */
static int path_of(const struct blobs *blobs, const struct hash *hash, char ret_folder[],
                   char ret_path[])
{
    char hex[HEX_BYTES + 1];
    char name[FOLDER_HEX_BYTES + 1];
    hex_of(hash, hex);
    (void)snprintf(name, sizeof name, "%.2s", hex);
    int err = path_join(ret_folder, blobs->folder, name);
    return err != 0 ? err : path_join(ret_path, ret_folder, hex);
}

/* --- life --- */

int blobs_open(const char *state, struct blobs **ret_blobs)
{
    struct blobs *blobs = calloc(1, sizeof *blobs);
    if (blobs == NULL) {
        return ERR_NO_MEMORY;
    }
    int err = path_join(blobs->folder, state, "blobs");
    if (err == 0) {
        err = folder_make(blobs->folder);
    }
    if (err != 0) {
        blobs_close(blobs);
        return err;
    }
    *ret_blobs = blobs;
    return 0;
}

void blobs_close(struct blobs *blobs)
{
    if (blobs == NULL) {
        return;
    }
    free(blobs->data);
    free(blobs);
}

/* --- whole files --- */

/* Whether the file at @path holds just @bytes: a disk may have spoilt it. */
static bool holds(const char *path, struct bytes bytes)
{
    uint8_t *data = NULL;
    size_t size = 0;
    const bool is = file_read(path, BLOB_BYTES_MAX, &data, &size) == 0 &&
                    bytes_equal(bytes_of(data, size), bytes);
    free(data);
    return is;
}

int blobs_put(const struct blobs *blobs, struct bytes bytes, struct hash *ret_hash)
{
    char folder[PATH_BYTES_MAX];
    char path[PATH_BYTES_MAX];
    if (bytes.size == 0 || bytes.size > BLOB_BYTES_MAX) {
        return bytes.size == 0 ? ERR_MALFORMED : ERR_TOO_LARGE;
    }
    struct hash hash = blob_hash(bytes);
    int err = path_of(blobs, &hash, folder, path);
    if (err == 0) {
        err = folder_make(folder);
    }
    if (err == 0 && !holds(path, bytes)) {
        err = file_write(path, bytes, 0600);
    }
    if (err == 0) {
        *ret_hash = hash;
    }
    return err;
}

static bool fits(const struct hash *hash, struct bytes bytes)
{
    const struct hash found = blob_hash(bytes);
    return hash_equal(&found, hash);
}

int blobs_read(const struct blobs *blobs, const struct hash *hash, uint8_t **ret_data,
               size_t *ret_size)
{
    char folder[PATH_BYTES_MAX];
    char path[PATH_BYTES_MAX];
    uint8_t *data = NULL;
    size_t size = 0;
    int err = path_of(blobs, hash, folder, path);
    if (err != 0) {
        return err;
    }
    err = file_read(path, BLOB_BYTES_MAX, &data, &size);
    if (err == ERR_TOO_LARGE || (err == 0 && !fits(hash, bytes_of(data, size)))) {
        free(data);
        (void)unlink(path);
        return ERR_MISMATCH;
    }
    if (err != 0) {
        return err;
    }
    *ret_data = data;
    *ret_size = size;
    return 0;
}

int blobs_erase(const struct blobs *blobs, const struct hash *hash)
{
    char folder[PATH_BYTES_MAX];
    char path[PATH_BYTES_MAX];
    int err = path_of(blobs, hash, folder, path);
    if (err == 0 && unlink(path) != 0 && errno != ENOENT) {
        err = errno == EACCES || errno == EPERM ? ERR_FORBIDDEN : ERR_IO;
    }
    return err;
}

bool blobs_has(const struct blobs *blobs, const struct hash *hash)
{
    char folder[PATH_BYTES_MAX];
    char path[PATH_BYTES_MAX];
    return path_of(blobs, hash, folder, path) == 0 && path_exists(path);
}

/* --- parts --- */

static void part_append(struct blobs *blobs, const struct effect_blob_write *part)
{
    if (part->offset == 0) {
        blobs->hash = part->hash;
        blobs->size = 0;
        blobs->is_broken = false;
    }
    if (blobs->data == NULL) {
        blobs->data = malloc(BLOB_BYTES_MAX);
    }
    if (blobs->data == NULL || !hash_equal(&blobs->hash, &part->hash) ||
        part->offset != blobs->size || part->bytes.size > BLOB_BYTES_MAX - blobs->size) {
        blobs->is_broken = true;
        return;
    }
    memcpy(blobs->data + blobs->size, part->bytes.data, part->bytes.size);
    blobs->size += (uint32_t)part->bytes.size;
}

void blobs_take_part(struct blobs *blobs, const struct effect_blob_write *part, bool *ret_is_whole,
                     bool *ret_is_good)
{
    struct hash hash;
    part_append(blobs, part);
    *ret_is_whole = part->offset + part->bytes.size == part->total;
    *ret_is_good = false;
    if (!*ret_is_whole || blobs->is_broken) {
        return;
    }
    hash = blob_hash(bytes_of(blobs->data, blobs->size));
    *ret_is_good = hash_equal(&hash, &part->hash) &&
                   blobs_put(blobs, bytes_of(blobs->data, blobs->size), &hash) == 0;
    blobs->is_broken = true; /* nothing follows the last part */
}

/* --- sweeping --- */

static int sweep_folder(const char *folder, bool (*keeps)(void *context, const struct hash *hash),
                        void *context)
{
    struct dirent *entry;
    int err = 0;
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        return ERR_IO;
    }
    while (err == 0 && (entry = readdir(dir)) != NULL) {
        struct hash hash;
        char path[PATH_BYTES_MAX];
        if (entry->d_name[0] == '.' ||
            (hash_of_hex(entry->d_name, &hash) && keeps(context, &hash))) {
            continue;
        }
        err = path_join(path, folder, entry->d_name);
        if (err == 0 && unlink(path) != 0) {
            err = ERR_IO;
        }
    }
    (void)closedir(dir);
    return err;
}

int blobs_sweep(const struct blobs *blobs, bool (*keeps)(void *context, const struct hash *hash),
                void *context)
{
    struct dirent *entry;
    int err = 0;
    DIR *dir = opendir(blobs->folder);
    if (dir == NULL) {
        return ERR_IO;
    }
    while (err == 0 && (entry = readdir(dir)) != NULL) {
        char folder[PATH_BYTES_MAX];
        if (strlen(entry->d_name) != FOLDER_HEX_BYTES || entry->d_name[0] == '.') {
            continue;
        }
        err = path_join(folder, blobs->folder, entry->d_name);
        if (err == 0) {
            err = sweep_folder(folder, keeps, context);
        }
    }
    (void)closedir(dir);
    return err;
}

/* --- what it is --- */

const char *blob_image_type(struct bytes bytes)
{
    static const struct {
        const char *type;
        size_t offset, size;
        const char *signature;
    } rows[] = {{"image/jpeg", 0, 3, "\xff\xd8\xff"},
                {"image/png", 0, 8, "\x89PNG\r\n\x1a\n"},
                {"image/webp", 8, 4, "WEBP"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (bytes.size >= rows[i].offset + rows[i].size &&
            memcmp(bytes.data + rows[i].offset, rows[i].signature, rows[i].size) == 0) {
            return rows[i].type;
        }
    }
    return NULL;
}
