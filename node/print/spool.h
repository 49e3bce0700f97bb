/* spool.h - one printer's own thread, and the bounded queue to it.
 *
 * Layer: node. The core pushes what it has claimed; the thread asks the printer how it is, waits
 * while it cannot print, writes, asks again, and hands the outcome back. It never sends a job's
 * bytes twice: when some may have come out and the rest perhaps not, the outcome is unsure, and it
 * is the core that prints it once more, marked.
 */
#ifndef TRESTLE_NODE_PRINT_SPOOL_H
#define TRESTLE_NODE_PRINT_SPOOL_H

#include "node/os/file.h"
#include "node/print/device.h"

enum { SPOOL_JOBS_MAX = 32, SPOOL_RETRY_MS = 2000, SPOOL_GIVE_UP_TRIES = 5 };

enum spool_outcome {
    SPOOL_PRINTED,
    SPOOL_FAILED, /* surely nothing came out; only where there is a backup to go to */
    SPOOL_UNSURE  /* a part may have come out */
};

struct spool_config {
    char address[DEVICE_ADDRESS_BYTES_MAX]; /* a file's path when is_file */
    bool is_file;
    bool gives_up;     /* there is a backup: fail after SPOOL_GIVE_UP_TRIES instead of waiting on */
    uint32_t retry_ms; /* between tries */
    void (*wake)(void *context); /* on the spool's thread: an outcome or another trouble */
    void *context;
};

struct spool;

/* ERR_NO_MEMORY. @config is copied. */
MUST_CHECK int spool_start(const struct spool_config *config, struct spool **ret_spool);

/* Ends the thread, which finishes a write under way but begins none. What it had not printed is
 * forgotten here: its claims say so. Accepts NULL. */
void spool_stop(struct spool *spool);

/* As spool_stop(), but waits for nothing: the thread ends by itself and wakes nobody any more. */
void spool_leave(struct spool *spool);

/* @bytes are copied. ERR_FULL: too many wait; ERR_NO_MEMORY. */
MUST_CHECK int spool_push(struct spool *spool, uint64_t job, const uint8_t *bytes, size_t size);

/* The next outcome; false when there is none. */
bool spool_take(struct spool *spool, uint64_t *ret_job, enum spool_outcome *ret_outcome);

/* What is in the way now (enum printer_trouble), and how many jobs wait. */
void spool_look(struct spool *spool, unsigned *ret_troubles, uint32_t *ret_waiting);

#endif
