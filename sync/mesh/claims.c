/* claims.c - what peers say that they have: unsigned hints that start pulls, acknowledge and raise
 * suspicion, and decide nothing.
 */
#include <string.h>

#include "sync/log/damage.h"
#include "sync/mesh/mesh_internal.h"

struct unknown_log *mesh_unknown_find(struct link *link, uint64_t log)
{
    for (uint32_t i = 0; i < link->unknown_count; i++) {
        if (link->unknown[i].claim.log == log) {
            return &link->unknown[i];
        }
    }
    return NULL;
}

static void unknown_note(struct link *link, const struct head_claim *claim)
{
    struct unknown_log *unknown = mesh_unknown_find(link, claim->log);
    if (unknown != NULL) {
        unknown->claim = *claim;
    } else if (link->unknown_count < UNKNOWN_LOGS_MAX) {
        link->unknown[link->unknown_count++] = (struct unknown_log){.claim = *claim};
    }
}

/* Another hash than ours: another branch, unless it is our disk that spoilt ours, which is looked
 * into in the next turn. */
static int claim_differs(struct mesh *mesh, struct store_txn *txn, const struct log_head *head,
                         uint64_t seq, bool *ret_does)
{
    int err = damage_is_chained(txn, &mesh->popup, head, seq, ret_does);
    if (err == 0 && !*ret_does) {
        mesh->is_look_due = true;
        mesh->look_log = head->log;
        mesh->look_seq = seq;
    }
    return err;
}

/* Whether the peer's chain of @slot is ours at @claim->seq, which we have. */
static int claim_is_ours(struct mesh *mesh, struct store_txn *txn, uint32_t slot,
                         const struct head_claim *claim, bool *ret_is_ours)
{
    bool is_other = false;
    const struct log_head *head = &mesh->vector->heads[slot];
    struct hash hash = head->hash;
    struct bytes event;
    if (claim->seq < head->seq) {
        int err = event_get(txn, claim->log, claim->seq, &hash, &event);
        if (err == ERR_NOT_FOUND || err == ERR_MALFORMED) {
            *ret_is_ours = true; /* for all we know: the scrub finds what is wrong here */
            return 0;
        }
        if (err != 0) {
            return ERR_IO;
        }
    }
    *ret_is_ours = memcmp(hash.bytes, claim->hash, HEAD_HASH_BYTES) == 0;
    if (*ret_is_ours || claim->seq == head->seq) {
        return 0;
    }
    int err = claim_differs(mesh, txn, head, claim->seq, &is_other);
    *ret_is_ours = !is_other; /* for all we know */
    return err;
}

/* What the peer has of the log is another branch perhaps: the replica looks for a proof. */
void mesh_suspect_note(struct mesh *mesh, struct link *link, uint32_t slot, uint64_t seq)
{
    link->suspect_seq[slot] = seq;
    mesh->has_suspect = true;
}

bool mesh_suspect_next(struct mesh *mesh, struct suspect *ret_suspect)
{
    for (uint32_t at = 0; mesh->has_suspect && at < LINKS_MAX; at++) {
        const struct link *link = &mesh->links[at];
        for (uint32_t slot = 0; link->is_ready && slot < mesh->vector->count; slot++) {
            if (link->suspect_seq[slot] == 0) {
                continue;
            }
            *ret_suspect = (struct suspect){
                .link = at, .log = mesh->vector->heads[slot].log, .seq = link->suspect_seq[slot]};
            return true;
        }
    }
    mesh->has_suspect = false;
    return false;
}

void mesh_suspect_drop(struct mesh *mesh, uint32_t at, uint64_t log)
{
    int32_t slot = vector_find(mesh->vector, log);
    if (slot != SLOT_NONE) {
        mesh->links[at].suspect_seq[slot] = 0;
    }
}

void mesh_note_limit(struct mesh *mesh, uint32_t slot)
{
    for (uint32_t at = 0; at < LINKS_MAX; at++) {
        mesh->links[at].is_bad[slot] = false;
        mesh->links[at].suspect_seq[slot] = 0;
        mesh_hasten_status(&mesh->links[at], 0);
    }
    mesh->pulls[slot] = (struct pull){.link = LINK_NONE};
}

/* The peer holds a log as far as we have it: an acknowledgement, if it is the same log. */
static int claim_acknowledges(struct mesh *mesh, struct store_txn *txn, struct link *link,
                              uint32_t slot, const struct head_claim *claim, struct effects *out)
{
    bool is_ours;
    if (claim->seq > mesh->vector->limits[slot].seq) {
        return 0; /* it has yet to hear that nothing beyond the limit counts */
    }
    int err = claim_is_ours(mesh, txn, slot, claim, &is_ours);
    if (err != 0) {
        return err;
    }
    if (!is_ours) {
        if (!link->is_bad[slot]) { /* said once in a session, not with each status */
            effects_alarm(out, ALARM_FORK, claim->log, claim->seq, link->device);
        }
        link->is_bad[slot] = true;
        mesh_suspect_note(mesh, link, slot, claim->seq);
    } else if (acks_note(&mesh->acks, link->device, slot, claim->seq)) {
        mesh->is_mark_dirty[slot] = true;
    }
    return 0;
}

/* How long a gap that @teller tells of waits before it is asked for: what the log's own device or a
 * forwarder pushes is on its way, and of one peer what it pushes comes before what it tells. */
static uint64_t claim_grace_ms(const struct mesh *mesh, uint32_t slot, const struct link *teller)
{
    uint64_t origin = mesh->vector->heads[slot].device;
    uint64_t grace_ms = 0;
    for (uint32_t i = 0; i < LINKS_MAX && origin != teller->device; i++) {
        const struct link *link = &mesh->links[i];
        if (!link->is_ready || link == teller) {
            continue;
        }
        if (link->device == origin) {
            return PULL_GRACE_MS;
        }
        if (mesh_may_forward(mesh, link, teller)) {
            grace_ms = FORWARD_GRACE_MS;
        }
    }
    return grace_ms;
}

/* Whether the peer, which had the log of @slot up to @before, now has something that the disk
 * spoilt here, and can be asked for it. ERR_IO. */
static int damage_claim(struct mesh *mesh, struct store_txn *txn, uint32_t slot, uint64_t before,
                        uint64_t seq)
{
    bool is = false;
    int err = 0;
    if (mesh->is_damaged[slot] && seq > before) {
        err = damage_within(txn, mesh->vector->heads[slot].log, before + 1, seq, &is);
    }
    mesh->is_damage_claimed |= is;
    return err;
}

static int claim_take(struct mesh *mesh, struct store_txn *txn, struct link *link,
                      const struct head_claim *claim, bool is_hello, struct moment now,
                      struct effects *out)
{
    int32_t found = vector_find(mesh->vector, claim->log);
    if (claim->seq == 0) {
        return 0;
    }
    if (found == SLOT_NONE) {
        unknown_note(link, claim);
        return 0;
    }
    uint32_t slot = (uint32_t)found;
    int err = damage_claim(mesh, txn, slot, link->claim_seq[slot], claim->seq);
    if (err != 0) {
        return err;
    }
    link->claim_seq[slot] = claim->seq;
    memcpy(link->claim_hash[slot], claim->hash, HEAD_HASH_BYTES);
    if (claim->seq <= mesh->vector->heads[slot].seq) {
        return claim_acknowledges(mesh, txn, link, slot, claim, out);
    }
    struct pull *pull = &mesh->pulls[slot];
    uint64_t from_ms = now.mono_ms + (is_hello ? 0 : claim_grace_ms(mesh, slot, link));
    if (pull->link == LINK_NONE && (pull->not_before_ms == 0 || from_ms < pull->not_before_ms)) {
        pull->not_before_ms = from_ms; /* grace counts from the first who told, not the last */
    }
    return 0;
}

int mesh_take_claims(struct mesh *mesh, struct store_txn *txn, struct link *link, bool is_hello,
                     struct moment now, struct effects *out)
{
    int err = 0;
    for (uint32_t i = 0; i < mesh->message.heads_count && err == 0; i++) {
        err = claim_take(mesh, txn, link, &mesh->message.heads[i], is_hello, now, out);
    }
    return err;
}

void mesh_note_slot(struct mesh *mesh, uint32_t slot)
{
    uint64_t log = mesh->vector->heads[slot].log;
    mesh->pulls[slot] = (struct pull){.link = LINK_NONE};
    for (uint32_t at = 0; at < LINKS_MAX; at++) {
        struct link *link = &mesh->links[at];
        struct unknown_log *unknown = mesh_unknown_find(link, log);
        if (log == mesh->own_log && link->is_ready) {
            link->next_seq[slot] = 1; /* nobody has anything of a new log of ours */
        }
        if (unknown == NULL) {
            continue;
        }
        link->claim_seq[slot] = unknown->claim.seq;
        memcpy(link->claim_hash[slot], unknown->claim.hash, HEAD_HASH_BYTES);
        *unknown = link->unknown[--link->unknown_count];
    }
}

/* Insert @claim into the ascending @claims, which have room. */
static void claim_insert(struct head_claim *claims, uint32_t count, const struct head_claim *claim)
{
    uint32_t at = count;
    for (; at > 0 && claims[at - 1].log > claim->log; at--) {
        claims[at] = claims[at - 1];
    }
    claims[at] = *claim;
}

/* Whether the peer's digest fits what we believe it has. */
bool mesh_digest_fits(const struct mesh *mesh, const struct link *link, const uint8_t *digest)
{
    struct head_claim claims[LOGS_MAX + UNKNOWN_LOGS_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < mesh->vector->count; i++) {
        uint32_t slot = mesh->vector->ascending[i];
        claims[count].log = mesh->vector->heads[slot].log;
        claims[count].seq = link->claim_seq[slot];
        memcpy(claims[count++].hash, link->claim_hash[slot], HEAD_HASH_BYTES);
    }
    for (uint32_t i = 0; i < link->unknown_count; i++) {
        claim_insert(claims, count++, &link->unknown[i].claim);
    }
    struct claim_digest ours = claims_digest(claims, count);
    return memcmp(ours.bytes, digest, HEAD_HASH_BYTES) == 0;
}
