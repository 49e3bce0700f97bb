/* The files of blobs in a cluster: what node/blob does, in memory. */
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/blob.h"
#include "tests/lib/cluster_internal.h"

struct cluster_blob {
    struct cluster_blob *next;
    struct hash hash;
    uint32_t size;
    uint8_t data[];
};

static struct cluster_blob **blob_at(struct cluster_node *node, const struct hash *hash)
{
    struct cluster_blob **at = &node->blobs;
    while (*at != NULL && !hash_equal(&(*at)->hash, hash)) {
        at = &(*at)->next;
    }
    return at;
}

static void blob_drop(struct cluster_node *node, const struct hash *hash)
{
    struct cluster_blob **at = blob_at(node, hash);
    struct cluster_blob *gone = *at;
    if (gone != NULL) {
        *at = gone->next;
        free(gone);
    }
}

void cluster_blobs_free(struct cluster_node *node)
{
    while (node->blobs != NULL) {
        const struct hash first = node->blobs->hash;
        blob_drop(node, &first);
    }
    free(node->blob_part);
    node->blob_part = NULL;
}

void cluster_blobs_sweep(struct cluster_node *node)
{
    struct store_txn *txn = store_memory_begin(node->store, false);
    struct cluster_blob **at = &node->blobs;
    while (*at != NULL) {
        struct cluster_blob *blob = *at;
        enum blob_state state = BLOB_NONE;
        const int err = blob_state_get(txn, &blob->hash, &state);
        if (err == 0 && state != BLOB_HERE) {
            *at = blob->next;
            free(blob);
        } else {
            at = &blob->next;
        }
    }
    store_memory_abort(txn);
}

bool cluster_has_blob(struct cluster_node *node, const struct hash *hash)
{
    return *blob_at(node, hash) != NULL;
}

struct hash cluster_put_blob(struct cluster_node *node, struct bytes bytes)
{
    const struct hash hash = blob_hash(bytes);
    struct cluster_blob *blob = cluster_allocate(sizeof *blob + bytes.size);
    blob_drop(node, &hash);
    blob->hash = hash;
    blob->size = (uint32_t)bytes.size;
    memcpy(blob->data, bytes.data, bytes.size);
    blob->next = node->blobs;
    node->blobs = blob;
    return hash;
}

void cluster_spoil_blob(struct cluster_node *node, const struct hash *hash)
{
    struct cluster_blob *blob = *blob_at(node, hash);
    check(blob != NULL);
    blob->data[0] ^= 1;
}

static void tell(struct cluster *cluster, struct cluster_node *node, const struct hash *hash,
                 uint32_t size, bool is_good)
{
    struct cluster_input *input =
        cluster_deliver(cluster, node, INPUT_BLOB, LINKS_MAX, bytes_of(NULL, 0));
    input->input.blob = *hash;
    input->input.blob_size = size;
    input->input.is_good = is_good;
}

void cluster_lose_blob(struct cluster *cluster, struct cluster_node *node, const struct hash *hash)
{
    blob_drop(node, hash);
    tell(cluster, node, hash, 0, false);
}

static void release_read(struct cluster *cluster, struct cluster_node *node,
                         const struct effect_blob_read *wanted)
{
    static uint8_t frame_data[BLOB_CHUNK_BYTES_MAX + 128];
    const struct cluster_blob *blob = *blob_at(node, &wanted->hash);
    struct writer writer;
    struct bytes frame;
    if (blob == NULL) {
        tell(cluster, node, &wanted->hash, 0, false);
        return;
    }
    const uint32_t offset = wanted->offset < blob->size ? wanted->offset : blob->size;
    const uint32_t left = blob->size - offset;
    writer_init(&writer, frame_data, sizeof frame_data);
    message_write_blob(
        &writer, &wanted->hash, offset, blob->size,
        bytes_of(blob->data + offset, left < wanted->length ? left : wanted->length));
    check(writer_finish(&writer, &frame) == 0);
    cluster_net_send_one(cluster, node, wanted->link, frame);
}

static void release_write(struct cluster *cluster, struct cluster_node *node,
                          const struct effect_blob_write *part)
{
    check(part->offset + part->bytes.size <= BLOB_BYTES_MAX);
    if (node->blob_part == NULL) {
        node->blob_part = cluster_allocate(BLOB_BYTES_MAX);
    }
    memcpy(node->blob_part + part->offset, part->bytes.data, part->bytes.size);
    if (part->offset + part->bytes.size < part->total) {
        (void)cluster_deliver(cluster, node, INPUT_TIME, LINKS_MAX, bytes_of(NULL, 0));
        return;
    }
    const struct bytes whole = bytes_of(node->blob_part, part->total);
    const struct hash hash = blob_hash(whole);
    const bool is_good = hash_equal(&hash, &part->hash);
    if (is_good) {
        (void)cluster_put_blob(node, whole);
    }
    tell(cluster, node, &part->hash, part->total, is_good);
}

void cluster_blobs_release(struct cluster *cluster, struct cluster_node *node,
                           const struct effects *effects)
{
    for (uint32_t i = 0; i < effects->blob_reads_count; i++) {
        release_read(cluster, node, &effects->blob_reads[i]);
    }
    for (uint32_t i = 0; i < effects->blob_writes_count; i++) {
        release_write(cluster, node, &effects->blob_writes[i]);
    }
    for (uint32_t i = 0; i < effects->blob_erases_count; i++) {
        blob_drop(node, &effects->blob_erases[i]);
    }
}
