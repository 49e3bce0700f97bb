/* catchup.h - an empty device fetches a journal over CURVE into LMDB on the disk; and the same
 * bytes moved without our code.
 *
 * Raw: the same events in frames of 48 KiB over a CURVE socket, BLAKE2b of each, and the rows that
 * the replica wrote, about 4,096 events to a synchronous commit. Both are timed from the moment the
 * link is up to the last commit; the sender runs in a thread of its own.
 */
#ifndef TRESTLE_TESTS_BENCH_CATCHUP_H
#define TRESTLE_TESTS_BENCH_CATCHUP_H

#include "tests/bench/popup.h"
#include "tests/bench/recorder.h"

enum { CATCHUP_EVENTS_PER_ORDER = 4 }; /* opening, two lines, payment */

/* What there is to fetch, and what fetching it writes. */
struct catchup {
    struct bench_device *sender;
    uint64_t events;
    struct recorder *recorder; /* NULL = nothing for the raw side was remembered */
    uint64_t *reached;         /* events held after each turn of the recorder */
};

/* A journal with @orders in @folder. */
void catchup_make(struct catchup *journal, const char *folder, uint64_t orders);
/* Fetch it once and keep what that writes in memory, for the raw side to write again. */
void catchup_record(struct catchup *journal);
void catchup_free(struct catchup *journal);

/* What the events take by themselves. */
uint64_t catchup_bytes(const struct catchup *journal);

/* What one fetch took. The threads of ZeroMQ, which decrypt, are in no cpu_s. */
struct catchup_cost {
    double seconds;
    double cpu_s;          /* of the thread that fetches and writes */
    uint64_t heard_bytes;  /* in frames; ours only */
    uint64_t memory_bytes; /* the most that this process, with both sides, had; ours only */
    uint64_t store_bytes;  /* of what was fetched, with all that is made of it; ours only */
};

void catchup_ours(struct catchup *journal, struct catchup_cost *ret_cost);
void catchup_raw(struct catchup *journal, struct catchup_cost *ret_cost);

#endif
