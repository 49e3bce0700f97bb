/* bell.h - what a thread waits at, until it is rung, it is time, or all is over.
 *
 * Layer: node. Rung while nobody waits, it stays so: the next who waits goes on at once. How often
 * does not count. The lock is the owner's too, for what he shares between threads beside it.
 */
#ifndef TRESTLE_NODE_OS_BELL_H
#define TRESTLE_NODE_OS_BELL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct bell {
    pthread_mutex_t lock; /* guards: */
    bool is_rung, is_over;
    pthread_cond_t changed;
};

void bell_open(struct bell *bell);
/* Nobody waits at it, and nobody will. */
void bell_close(struct bell *bell);

void bell_lock(struct bell *bell);
void bell_unlock(struct bell *bell);

/* From any thread, without the lock. */
void bell_ring(struct bell *bell);
/* ... and for good: nobody waits at it any more. */
void bell_end(struct bell *bell);

/* Until it is rung, or at @until_ms of clock_mono_ms(); UINT64_MAX: however long it takes. False:
 * it is over. Without the lock; one thread at a time. */
bool bell_wait(struct bell *bell, uint64_t until_ms);

#endif
