/* prove.h - an archive or a backup, checked from its bytes alone, from the root key down.
 *
 * Layer: node. Bytes: docs/storage.md, "Archive" and "Backup". Nothing is stored. What is wrong
 * with one journal ends the proof of that journal; what is wrong with the records ends the reading.
 */
#ifndef TRESTLE_NODE_ARCHIVE_PROVE_H
#define TRESTLE_NODE_ARCHIVE_PROVE_H

#include <stdio.h>

#include "sync/log/run.h"

struct proof_sums {
    uint64_t logs, events, signatures;
    struct popup_id popup; /* whose they are, and its root key */
    struct public_key root;
};

/* Where something is wrong: @log and @seq are 0 when it is no journal's. */
struct proof_place {
    uint64_t record; /* from 1; 0 = before the first */
    uint64_t log, seq;
};

/* Who is told what was found, @kind as in verify_store.h: "edited", "lost" or "duplicate"; and each
 * event that goes on its journal, of which @head says whose it is, with its number, its chain hash
 * and its bytes, which are borrowed. The signature over it may come later. */
struct proof_listener {
    void (*found)(void *context, const char *kind, const struct proof_place *place,
                  const char *what);
    /* NULL: nobody is told of events. */
    void (*event)(void *context, const struct log_head *head, uint64_t seq, const struct hash *hash,
                  struct bytes bytes);
    void *context;
};

/* Check @file from its first byte on. 0 also when something was found; ERR_NO_MEMORY, ERR_IO. */
MUST_CHECK int archive_prove(FILE *file, const struct proof_listener *listener,
                             struct proof_sums *ret_sums);
MUST_CHECK int backup_prove(FILE *file, const struct proof_listener *listener,
                            struct proof_sums *ret_sums);

#endif
