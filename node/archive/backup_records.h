/* backup_records.h - the kinds of record in a backup. Private to backup_*.c.
 *
 * Layer: node.
 *   head [1, 1, bin16 popup, bin32 root key, int epoch ms]
 *   run  [2, bin8 log, uint first seq, [bin event, …], bin64 signature]
 *   last [3, uint records before, bin32 digest]
 */
#ifndef TRESTLE_NODE_ARCHIVE_BACKUP_RECORDS_H
#define TRESTLE_NODE_ARCHIVE_BACKUP_RECORDS_H

#include "sync/base/reader.h"
#include "sync/log/run.h"

enum { BACKUP_VERSION = 1, BACKUP_PROGRESS_EVENTS = 10000 };

enum backup_record { BACKUP_HEAD = 1, BACKUP_RUN = 2, BACKUP_END = 3 };

/* The fields of a run behind its kind; its bytes are borrowed from @reader. ERR_MALFORMED. */
MUST_CHECK int backup_run_read(struct reader *reader, struct run *ret_run);

#endif
