/* proof.h - what the proofs of an archive and of a backup share. Private to node/archive.
 *
 * Layer: node. A `struct proof` is large, made once for a file.
 */
#ifndef TRESTLE_NODE_ARCHIVE_PROOF_H
#define TRESTLE_NODE_ARCHIVE_PROOF_H

#include "node/archive/prove.h"
#include "node/archive/records.h"

struct proof {
    const struct proof_listener *listener;
    struct proof_sums sums;
    struct log_head head; /* of the journal that is read; its seq is how far it came */
    bool is_broken;       /* said already; the rest of that journal proves nothing */
    bool is_over;         /* the records prove nothing any more, or the last one was read */
    struct record_file records;
};

struct proof_kinds {
    const char *magic;
    uint32_t count; /* of kinds; the greatest is that of the last record */
    /* By kind: takes the fields behind it. [0] is not used. */
    void (*const *take)(struct proof *proof, struct reader *reader);
};

/* Read the records up to the last, and see that nothing follows. ERR_IO. */
MUST_CHECK int proof_run(struct proof *proof, FILE *file, const struct proof_kinds *kinds);

/* Something is wrong with the journal that is read, or with the records. */
void proof_break(struct proof *proof, const char *kind, const char *what);
void proof_stop(struct proof *proof, const char *kind, const char *what);

/* Event @seq of the journal that is read goes on its chain, which is @hash there. */
void proof_tell_event(const struct proof *proof, uint64_t seq, const struct hash *hash,
                      struct bytes bytes);

/* Version, pop-up, root and epoch, which must fit each other. */
void proof_take_head(struct proof *proof, struct reader *reader, uint32_t version);

/* The last record. */
void proof_take_end(struct proof *proof, struct reader *reader);

/* Begin the journal @log with its first event, which says whose it is and leads to the root. */
void proof_open_log(struct proof *proof, uint64_t log, struct bytes bytes);

#endif
