/* verify_store.h - proofs about stores: each journal and the state by itself, several stores
 * against each other, and of a file: an export, an archive or a backup.
 *
 * Layer: node. Looks only.
 */
#ifndef TRESTLE_NODE_CLI_VERIFY_STORE_H
#define TRESTLE_NODE_CLI_VERIFY_STORE_H

#include "node/cli/findings.h"
#include "node/cli/journal.h"
#include "node/cli/set_aside.h"
#include "node/os/file.h"
#include "sync/log/run.h"

enum { VERIFY_STORES_MAX = 16 };

struct verified_log {
    struct log_head head;
    struct log_report report;
    uint64_t limit; /* roster_limit(); UINT64_MAX also where the state could not be audited */
    bool is_good;
};

struct verified_store {
    char name[PATH_BYTES_MAX];
    struct journal journal; /* open */
    uint32_t logs_count;
    struct verified_log logs[LOGS_MAX]; /* ascending */
    uint64_t events;
    struct hash digest;
    bool is_audited;
    bool is_remaking; /* what differs is known, and made right by the node while it runs */
    uint64_t entities, wrong;
    struct aside aside; /* what is not refolded */
};

/* Check everything in the state folder @state; what is wrong goes to @findings. EXIT_DONE, or told
 * (not a store, or the disk failed). Close @ret_store's journal afterwards. */
int verify_store(const char *state, struct findings *findings, struct verified_store *ret_store);

/* What the receipts in @store, of which the logs are known, say beside what they must; those alone
 * that count by @roster, where it is not NULL. ERR_IO, ERR_NO_MEMORY. Cost: the journal twice. */
MUST_CHECK int verify_receipts(const struct verified_store *store, const struct roster *roster,
                               struct findings *findings);

/* Compare each store with the first that has more; the states not of two of which one has set
 * something aside or makes rows right: that is told. ERR_IO. */
int verify_compare(const struct verified_store *stores, uint32_t count, struct findings *findings);

struct verified_file {
    const char *kind; /* "export", "archive", "backup" */
    uint64_t events, signatures, logs;
};

struct verify_scratch; /* verify_scratch.h */

/* What somebody wants of a file beside the proof: those events, in a store that he closes. */
struct verify_keep {
    bool (*keeps)(const struct event *event);
    struct verify_scratch *scratch; /* of what came so far, also after an error; NULL = none */
};

/* Check an export, and its receipts when nothing else is wrong with it. @keep: NULL = nothing.
 * EXIT_DONE, or told. */
int verify_export(const char *path, struct verify_keep *keep, struct findings *findings,
                  struct verified_file *ret_file);

/* The same of an archive or a backup, by its first bytes, or else of an export. EXIT_DONE, or
 * told. */
int verify_file(const char *path, struct verify_keep *keep, struct findings *findings,
                struct verified_file *ret_file);

#endif
