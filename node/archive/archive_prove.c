/* The proof of an archive: each journal up to what the head says of it, and on, by the hashes of
 * its later events, to the one signature that covers all. */
#include <stdlib.h>

#include "node/archive/archive.h"
#include "node/archive/archive_records.h"
#include "node/archive/proof.h"
#include "sync/domain/blob.h"
#include "sync/domain/day.h"

struct archive_proof {
    struct proof proof; /* first: the takers are given it */
    struct frontier frontier;
    uint32_t at; /* the entry whose journal is read */
};

static struct archive_proof *archive_of(struct proof *proof)
{
    return (struct archive_proof *)proof;
}

static void take_entry(struct proof *proof, struct reader *reader)
{
    if (!frontier_read_entry(reader, &archive_of(proof)->frontier)) {
        proof_stop(proof, "edited", "the head names a journal out of place");
    }
}

static void take_head(struct proof *proof, struct reader *reader)
{
    proof_take_head(proof, reader, ARCHIVE_VERSION);
    (void)read_uint(reader, UINT64_MAX);
    const uint32_t count = read_array(reader, 0, LOGS_MAX);
    for (uint32_t i = 0; i < count && !proof->is_over; i++) {
        take_entry(proof, reader);
    }
}

/* The entry of the journal that a record is of; NULL: it is not that journal's turn. */
static const struct frontier_entry *entry_of(struct proof *proof, uint64_t log)
{
    const struct archive_proof *archive = archive_of(proof);
    const struct frontier_entry *entry = &archive->frontier.entries[archive->at];
    if (archive->at < archive->frontier.count && entry->log == log) {
        return entry;
    }
    const bool is_known = frontier_find(&archive->frontier, log) != NULL;
    proof_stop(proof, is_known ? "lost" : "edited",
               is_known ? "records of a journal are missing or out of place"
                        : "a journal that the head does not name");
    return NULL;
}

static void add_hash(struct proof *proof, const struct hash *event_hash)
{
    proof->head.hash = chain_next(&proof->head.hash, event_hash);
    proof->head.seq++;
}

static void add_event(struct proof *proof, struct bytes bytes)
{
    struct event event;
    if (proof->head.seq == 0) {
        proof_open_log(proof, proof->head.log, bytes);
    }
    const struct hash hash = chain_event_hash(bytes);
    if (!proof->is_broken && event_decode(bytes, &event) != 0) {
        proof_break(proof, "edited", "the one after it is no event");
    } else if (!proof->is_broken) {
        add_hash(proof, &hash);
        proof_tell_event(proof, proof->head.seq, &proof->head.hash, bytes);
    }
}

/* Whether a record that begins at @first goes on where its journal is. */
static bool is_next(struct proof *proof, uint64_t first)
{
    if (!proof->is_broken && first != proof->head.seq + 1) {
        proof_break(proof, first <= proof->head.seq ? "duplicate" : "lost",
                    "the numbers have a hole after it");
    }
    return !proof->is_broken;
}

static void take_events(struct proof *proof, struct reader *reader)
{
    const uint64_t log = read_id64(reader), first = read_uint(reader, SEQ_MAX);
    const uint32_t count = read_array(reader, 1, ARCHIVE_CHUNK_EVENTS);
    const struct frontier_entry *entry = entry_of(proof, log);
    if (entry == NULL) {
        return;
    }
    if (proof->head.log != log || proof->sums.logs == 0) {
        proof->head = (struct log_head){.log = log};
        proof->sums.logs++;
    }
    const bool is_read = is_next(proof, first);
    proof->sums.events += count;
    for (uint32_t i = 0; i < count; i++) {
        const struct bytes event = read_bin(reader, 1, EVENT_SALVAGE_BYTES_MAX);
        if (is_read && !proof->is_broken && event.size > 0) {
            add_event(proof, event);
        }
    }
    if (!proof->is_broken && proof->head.seq > entry->seq) {
        proof_break(proof, "edited", "it lies beyond what the head names");
    }
    if (!proof->is_broken && proof->head.seq == entry->seq &&
        !hash_equal(&proof->head.hash, &entry->hash)) {
        proof_break(proof, "edited", "the chain is not the one that the head names");
    }
}

static void take_hashes(struct proof *proof, struct reader *reader)
{
    const uint64_t log = read_id64(reader), first = read_uint(reader, SEQ_MAX);
    const uint32_t count = read_array(reader, 1, ARCHIVE_CHUNK_HASHES);
    const struct frontier_entry *entry = entry_of(proof, log);
    if (entry == NULL) {
        return;
    }
    if (!proof->is_broken && proof->head.seq < entry->seq) {
        proof_break(proof, "lost", "events after it are missing");
    }
    const bool is_read = is_next(proof, first);
    for (uint32_t i = 0; i < count; i++) {
        struct hash hash;
        read_fixed(reader, hash.bytes, sizeof hash.bytes);
        if (is_read) {
            add_hash(proof, &hash);
        }
    }
}

/* The end of a journal. */
static void check_signature(struct proof *proof, const struct frontier_entry *entry, uint64_t seq,
                            const struct signature *signature)
{
    const struct log_head *head = &proof->head;
    if (head->seq < entry->seq) {
        proof_break(proof, "lost", "events after it are missing");
    } else if (seq != head->seq) {
        proof_break(proof, "lost", "the signature is of another event");
    } else if (head_verify(signature, &proof->sums.popup, head->log, seq, &head->hash,
                           &head->key) != 0) {
        proof_break(proof, "edited", "the signature is wrong: an event up to here was changed");
    } else {
        proof->sums.signatures++;
    }
}

static void take_signature(struct proof *proof, struct reader *reader)
{
    struct signature signature;
    const uint64_t log = read_id64(reader), seq = read_uint(reader, SEQ_MAX);
    read_fixed(reader, signature.bytes, sizeof signature.bytes);
    const struct frontier_entry *entry = entry_of(proof, log);
    if (entry == NULL) {
        return;
    }
    if (proof->head.log != log) {
        proof_stop(proof, "lost", "a journal without events");
    } else if (!proof->is_broken) {
        check_signature(proof, entry, seq, &signature);
    }
    proof->is_broken = false;
    archive_of(proof)->at++;
}

static void take_blob(struct proof *proof, struct reader *reader)
{
    struct hash hash;
    (void)proof;
    read_fixed(reader, hash.bytes, sizeof hash.bytes);
    (void)read_uint(reader, UINT64_MAX);
    (void)read_text(reader, MEDIA_BYTES_MAX);
    (void)read_bool(reader);
    (void)read_bool(reader);
}

static void take_end(struct proof *proof, struct reader *reader)
{
    if (archive_of(proof)->at < archive_of(proof)->frontier.count) {
        proof_stop(proof, "lost", "journals that the head names are missing");
    }
    proof_take_end(proof, reader);
}

int archive_prove(FILE *file, const struct proof_listener *listener, struct proof_sums *ret_sums)
{
    static void (*const take[])(struct proof *, struct reader *) = {
        NULL, take_head, take_events, take_hashes, take_signature, take_blob, take_end};
    static const struct proof_kinds kinds = {
        .magic = ARCHIVE_MAGIC, .count = RECORD_END, .take = take};
    struct archive_proof *archive = calloc(1, sizeof *archive);
    *ret_sums = (struct proof_sums){.logs = 0};
    if (archive == NULL) {
        return ERR_NO_MEMORY;
    }
    archive->proof.listener = listener;
    const int err = proof_run(&archive->proof, file, &kinds);
    *ret_sums = archive->proof.sums;
    free(archive);
    return err;
}
