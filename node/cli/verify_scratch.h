/* verify_scratch.h - the journals of a file in a store that is gone again afterwards, so that what
 * judges a store judges a file.
 *
 * Layer: node. The store is never committed: it lies in memory, and beyond some hundred megabytes
 * in files without a name in $TMPDIR or /tmp.
 */
#ifndef TRESTLE_NODE_CLI_VERIFY_SCRATCH_H
#define TRESTLE_NODE_CLI_VERIFY_SCRATCH_H

#include "node/cli/verify_store.h"

struct verify_scratch;

/* For the file @name. @keeps says which events are wanted in it besides those that the judging
 * needs; NULL = none. EXIT_DONE, or told (no store can be made in that folder). The caller closes
 * it. */
int verify_scratch_open(const char *name, bool (*keeps)(const struct event *event),
                        struct verify_scratch **ret_scratch);

/* The next event of a journal, which @head says whose it is, of @seq, chain hash @hash and @bytes.
 * A failure is kept for the judging. */
void verify_scratch_add(struct verify_scratch *scratch, const struct log_head *head, uint64_t seq,
                        const struct hash *hash, struct bytes bytes);

/* Judge the receipts of what was added, which are of @popup under @root. ERR_FULL, ERR_IO,
 * ERR_MALFORMED, ERR_NO_MEMORY. */
MUST_CHECK int verify_scratch_judge(struct verify_scratch *scratch, const struct popup_id *popup,
                                    const struct public_key *root, struct findings *findings);

/* What was judged, with the events that were kept: borrowed. */
const struct journal *verify_scratch_journal(const struct verify_scratch *scratch);

/* Close it, or leave it to who wants to keep it. @keep: NULL = nobody. */
void verify_scratch_hand_over(struct verify_scratch *scratch, struct verify_keep *keep);

/* Accepts NULL. */
void verify_scratch_close(struct verify_scratch *scratch);

#endif
