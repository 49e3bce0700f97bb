/* sick.h - what uses the store, at a disk of which one call after the other fails.
 *
 * Whoever sells, cooks or counts must be told when the store could not be read: an answer that was
 * put together from half of it would be written and signed. Each of these ends the process when
 * something else than ERR_IO is said.
 */
#ifndef TRESTLE_TESTS_LIB_SICK_H
#define TRESTLE_TESTS_LIB_SICK_H

#include "sync/domain/till.h"
#include "tests/lib/cluster.h"

/* Do @work, each time in a transaction that is undone: once for each get, put, del and opening of a
 * cursor in it, which fails, and once whole, of which it must say 0. */
void sick_work(struct store_memory *store, int (*work)(struct store_txn *txn));

/* Give @command to @till over what @store has committed, once for each read that it makes, which
 * fails (of many the later ones here and there). @till's transaction is not used; nothing is
 * written. No fault of @store's is pending. */
void sick_till(struct store_memory *store, const struct till *till, const struct command *command);

/* The same at the till of @replica, whose store that is, as it was when the turn began. */
void sick_till_of_replica(struct store_memory *store, const struct replica *replica,
                          const struct replica_config *config, const struct command *command,
                          struct moment now);

/* For cluster_hooks.on_input: does so with every command of a cluster. */
void sick_till_on_input(void *context, struct cluster_node *node, const struct input *input);

/* Fold every entity that @node has anew, once for each @stride-th read that this takes (of many
 * the later ones here and there), which fails. */
void sick_audit(struct cluster_node *node, unsigned stride);

#endif
