/* archives.h - two devices of a cluster that sell, what they write of it to archives and backups,
 * and what the proof says of that. One pop-up at a time. */
#ifndef TRESTLE_TESTS_PROCESS_LIB_ARCHIVES_H
#define TRESTLE_TESTS_PROCESS_LIB_ARCHIVES_H

#include "node/archive/archive.h"
#include "node/archive/prove.h"
#include "tests/lib/cluster.h"

enum { MANAGER, COUNTER, NODES, SETTLE_MS = 20000, ARCHIVE_BYTES_MAX = 1024 * 1024 };

extern struct cluster *archives_cluster; /* by archives_start(); cluster_free() ends it */
extern uint8_t archives_written[NODES][ARCHIVE_BYTES_MAX]; /* by each device, last */

void archives_start(void);
/* Until it is answered, which is good. */
void archives_ask(uint32_t at, const struct command *command);
/* Orders with those numbers, without @to. */
void archives_place(uint32_t at, uint32_t from, uint32_t to);
/* Started; apart, so that the counter gets many runs of the manager joined in one. */
void archives_sell_apart(void);

/* Of @day (0 = all), to archives_written: the size, or what archive_write() says. */
long archives_write(uint32_t at, uint64_t day);
long archives_backup(uint32_t at);

/* For what tells its progress: it goes up from what this is set to. */
extern uint64_t archives_progress;
void archives_on_progress(uint64_t events);

/* How much is wrong with those bytes; of what kind the first was is archives_found. */
unsigned archives_prove(bool is_backup, uint8_t *data, size_t size, struct proof_sums *ret_sums);
extern char archives_found[16];

#endif
