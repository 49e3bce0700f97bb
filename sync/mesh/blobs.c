/* blobs.c - the bytes behind the hashes: asked for on demand, given on demand, after all else.
 *
 * Nothing here touches a file: the host reads, writes and checks, as effects; what it found comes
 * back as INPUT_BLOB. A peer that does not have a blob, or sends something else under its hash,
 * loses nothing but its turn: the next one is asked.
 */
#include <string.h>

#include "sync/domain/blob.h"
#include "sync/mesh/mesh_internal.h"

/* --- giving --- */

static void say_absent(uint32_t at, const struct blob_part *part, struct effects *out)
{
    struct writer writer;
    if (!effects_frame_begin(out, &writer)) {
        return;
    }
    message_write_blob(&writer, &part->hash, 0, 0, bytes_of(NULL, 0));
    effects_send(out, at, effects_frame_end(out, &writer));
}

int mesh_take_blobq(struct mesh *mesh, struct store_txn *txn, uint32_t at, struct effects *out)
{
    const struct blob_part *part = &mesh->message.blob;
    struct link *link = &mesh->links[at];
    enum blob_state state;
    if (link->is_blob_served || part->length == 0) {
        return 0; /* nobody needs two parts in a turn: one is asked for at a time */
    }
    link->is_blob_served = true;
    int err = blob_state_get(txn, &part->hash, &state);
    if (err != 0) {
        return err;
    }
    if (state != BLOB_HERE || out->blob_reads_count == EFFECT_BLOB_READS_MAX) {
        say_absent(at, part, out);
        return 0;
    }
    out->blob_reads[out->blob_reads_count++] = (struct effect_blob_read){
        .link = at, .hash = part->hash, .offset = part->offset, .length = part->length};
    return 0;
}

/* --- fetching --- */

void fetch_leave(struct fetch *fetch)
{
    fetch->link = LINK_NONE;
    fetch->is_asked = fetch->is_checking = false;
    fetch->offset = fetch->total = 0;
}

/* The peer was no use. */
static void fetch_fail(struct fetch *fetch)
{
    fetch->is_tried[fetch->link] = true;
    fetch_leave(fetch);
}

static bool is_useful(const struct fetch *fetch, const struct blob_part *part)
{
    bool is_same = fetch->offset == 0 || part->total == fetch->total;
    return part->total > 0 && part->bytes.size > 0 && part->offset == fetch->offset && is_same;
}

void mesh_take_blob(struct mesh *mesh, uint32_t at, struct effects *out)
{
    struct fetch *fetch = &mesh->fetch;
    const struct blob_part *part = &mesh->message.blob;
    if (fetch->link != (int32_t)at || !fetch->is_asked || !hash_equal(&fetch->hash, &part->hash)) {
        return; /* too late, or nobody asked */
    }
    struct effect_blob_write write = {
        .hash = part->hash, .offset = part->offset, .total = part->total, .bytes = part->bytes};
    if (!is_useful(fetch, part) || !effects_blob_write(out, &write)) {
        fetch_fail(fetch);
        return;
    }
    fetch->is_asked = false;
    fetch->total = part->total;
    fetch->offset += (uint32_t)part->bytes.size;
    fetch->is_checking = fetch->offset == fetch->total;
}

/* It came too late: it has been erased meanwhile. */
static int drop_erased(struct store_txn *txn, const struct hash *hash, struct effects *out)
{
    enum blob_state state;
    int err = blob_state_get(txn, hash, &state);
    if (err == 0 && state == BLOB_ERASED && out->blob_erases_count < EFFECT_BLOB_ERASES_MAX) {
        out->blob_erases[out->blob_erases_count++] = *hash;
    }
    return err;
}

int mesh_note_blob(struct mesh *mesh, struct store_txn *txn, const struct hash *hash, uint32_t size,
                   bool is_good, struct effects *out)
{
    struct fetch *fetch = &mesh->fetch;
    enum blob_state state;
    bool is_fetched = fetch->is_checking && hash_equal(&fetch->hash, hash);
    int err = blob_state_get(txn, hash, &state);
    if (err != 0) {
        return err;
    }
    if (is_fetched && !is_good) {
        fetch_fail(fetch);
    } else if (is_fetched) {
        fetch_leave(fetch);
    }
    if (is_good) {
        err = state == BLOB_WANTED ? blob_state_set(txn, hash, BLOB_HERE, size)
                                   : drop_erased(txn, hash, out);
    } else if (state == BLOB_HERE) {
        err = blob_state_set(txn, hash, BLOB_WANTED, size);
    }
    fetch->is_idle = false;
    return err;
}

static bool is_pulling(const struct mesh *mesh)
{
    for (uint32_t slot = 0; slot < mesh->vector->count; slot++) {
        if (mesh->pulls[slot].link != LINK_NONE) {
            return true;
        }
    }
    return false;
}

static bool has_links(const struct mesh *mesh)
{
    for (uint32_t at = 0; at < LINKS_MAX; at++) {
        if (mesh->links[at].is_ready) {
            return true;
        }
    }
    return false;
}

static int32_t link_untried(const struct mesh *mesh)
{
    for (int32_t at = 0; at < LINKS_MAX; at++) {
        if (mesh->links[at].is_ready && !mesh->fetch.is_tried[at]) {
            return at;
        }
    }
    return LINK_NONE;
}

/* Whether a blob of @size more bytes would still fit. */
static int has_room(struct store_txn *txn, uint32_t size, bool *ret_has)
{
    uint32_t count;
    uint64_t bytes;
    int err = blob_state_count(txn, BLOB_HERE, &count, &bytes);
    if (err == 0) {
        *ret_has = count < BLOBS_MAX && bytes + size <= (uint64_t)BLOBS_BYTES_MAX;
    }
    return err;
}

/* On to the next blob that is missing; after the last, a pause. */
static int fetch_next(struct mesh *mesh, struct store_txn *txn, struct moment now)
{
    struct fetch *fetch = &mesh->fetch;
    uint32_t size;
    bool is_first = !fetch->has_hash;
    bool fits = false;
    memset(fetch->is_tried, 0, sizeof fetch->is_tried);
    int err =
        blob_state_next(txn, BLOB_WANTED, is_first ? NULL : &fetch->hash, &fetch->hash, &size);
    if (err == 0) {
        err = has_room(txn, size, &fits);
    }
    fetch->has_hash = err == 0;
    if (err == 0 && !fits) {
        err = ERR_NOT_FOUND;
    }
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    fetch->has_hash = false;
    fetch->is_idle = is_first;
    fetch->not_before_ms = now.mono_ms + BLOB_RETRY_MS;
    return ERR_NOT_FOUND;
}

/* A blob and a peer to ask for it. ERR_NOT_FOUND: not now. */
static int fetch_choose(struct mesh *mesh, struct store_txn *txn, struct moment now)
{
    struct fetch *fetch = &mesh->fetch;
    enum blob_state state = BLOB_NONE;
    if (fetch->is_idle || now.mono_ms < fetch->not_before_ms || !has_links(mesh) ||
        is_pulling(mesh)) {
        return ERR_NOT_FOUND;
    }
    int err = fetch->has_hash ? blob_state_get(txn, &fetch->hash, &state) : 0;
    if (err == 0 && (state != BLOB_WANTED || link_untried(mesh) == LINK_NONE)) {
        err = fetch_next(mesh, txn, now);
    }
    if (err == 0) {
        fetch->link = link_untried(mesh);
    }
    return err;
}

static void fetch_ask(struct mesh *mesh, struct moment now, struct effects *out)
{
    struct fetch *fetch = &mesh->fetch;
    struct writer writer;
    if (!effects_frame_begin(out, &writer)) {
        return;
    }
    message_write_blobq(&writer, &fetch->hash, fetch->offset, BLOB_CHUNK_BYTES_MAX);
    effects_send(out, (uint32_t)fetch->link, effects_frame_end(out, &writer));
    fetch->is_asked = true;
    fetch->asked_ms = now.mono_ms;
}

static int fetch_seal(struct mesh *mesh, struct store_txn *txn, struct moment now,
                      struct effects *out)
{
    struct fetch *fetch = &mesh->fetch;
    if (fetch->is_asked && fetch->asked_ms + BLOB_TIMEOUT_MS <= now.mono_ms) {
        fetch_fail(fetch);
    }
    int err = fetch->link == LINK_NONE ? fetch_choose(mesh, txn, now) : 0;
    if (err == 0 && fetch->link != LINK_NONE && !fetch->is_asked && !fetch->is_checking) {
        fetch_ask(mesh, now, out);
    }
    if (fetch->is_asked) {
        effects_wake(out, fetch->asked_ms + BLOB_TIMEOUT_MS);
    } else if (!fetch->is_idle && fetch->not_before_ms > now.mono_ms) {
        effects_wake(out, fetch->not_before_ms);
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- erasing --- */

static int erase_all(struct store_txn *txn, struct effects *out, bool *ret_is_written)
{
    struct hash hash;
    uint32_t size;
    int err = 0;
    while (err == 0 && out->blob_erases_count < EFFECT_BLOB_ERASES_MAX) {
        err = blob_state_next(txn, BLOB_ERASING, NULL, &hash, &size);
        if (err == 0) {
            err = blob_state_set(txn, &hash, BLOB_ERASED, 0);
        }
        if (err != 0) {
            break;
        }
        out->blob_erases[out->blob_erases_count++] = hash;
        *ret_is_written = true;
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

int mesh_seal_blobs(struct mesh *mesh, struct store_txn *txn, bool is_news, struct moment now,
                    struct effects *out, bool *ret_is_written)
{
    struct fetch *fetch = &mesh->fetch;
    for (uint32_t i = 0; i < LINKS_MAX; i++) {
        mesh->links[i].is_blob_served = false;
    }
    if (is_news) {
        fetch->is_idle = false;
        fetch->not_before_ms = 0;
    }
    int err = fetch->is_idle ? 0 : erase_all(txn, out, ret_is_written);
    if (out->blob_erases_count == EFFECT_BLOB_ERASES_MAX) {
        fetch->is_idle = false; /* there may be more of them */
    }
    return err != 0 ? err : fetch_seal(mesh, txn, now, out);
}
