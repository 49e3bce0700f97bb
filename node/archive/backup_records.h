/* backup_records.h - the kinds of record in a backup. Private to backup_read.c and backup_write.c.
 *
 * Layer: node.
 *   head [1, 1, bin16 popup, bin32 root key, int epoch ms]
 *   run  [2, bin8 log, uint first seq, [bin event, …], bin64 signature]
 *   last [3, uint records before, bin32 digest]
 */
#ifndef TRESTLE_NODE_ARCHIVE_BACKUP_RECORDS_H
#define TRESTLE_NODE_ARCHIVE_BACKUP_RECORDS_H

enum { BACKUP_VERSION = 1, BACKUP_PROGRESS_EVENTS = 10000 };

enum backup_record { BACKUP_HEAD = 1, BACKUP_RUN = 2, BACKUP_END = 3 };

#endif
