/* worker.h - a thread of its own that turns whenever there is news or it is time, and what others
 * ask of it.
 *
 * Layer: gateway. What was asked waits for the next turn; what the turn says to it is shown when
 * the turn is durable. Who uses it lends the memory: as many places as may be asked and not heard
 * at one time, so that neither side ever waits for the other.
 */
#ifndef TRESTLE_GATEWAY_WORKER_WORKER_H
#define TRESTLE_GATEWAY_WORKER_WORKER_H

#include "node/api/annex.h"
#include "node/os/bell.h"

/* Borrowed for the worker's life. */
struct worker_config {
    void *asks; /* @places of them, each of: */
    size_t ask_bytes;
    struct annex_answer *answers; /* as many */
    uint32_t places;
    uint64_t request_bit;            /* in all names of its requests */
    void (*answered)(void *context); /* on its thread: worker_answered() has something */
    void *context;
};

struct worker {
    struct worker_config config;
    uint64_t (*turn)(void *subject);
    void *subject;
    pthread_t thread;
    struct bell bell; /* rung, it turns once more; its lock guards how many there were of each: */
    uint64_t asked, taken, said, shown, heard;
};

void worker_open(struct worker *worker, const struct worker_config *config);
/* Whatever is still asked is the caller's to take before. */
void worker_close(struct worker *worker);

/* Begin with a @turn of @subject, which returns when the next is due at the latest, by the
 * monotonic clock. ERR_NO_MEMORY: without a thread, as before. */
MUST_CHECK int worker_start(struct worker *worker, uint64_t (*turn)(void *subject), void *subject);
/* Ends the thread, after the turn that it is in. */
void worker_stop(struct worker *worker);

/* --- from any thread --- */

/* @ask is copied. ERR_BUSY: no place is free. */
MUST_CHECK int worker_ask(struct worker *worker, const void *ask, uint64_t *ret_request);
/* The next answer; false when there is none. */
bool worker_answered(struct worker *worker, struct annex_answer *ret_answer);

/* --- from the turn --- */

/* The next that was asked, whose place is wiped: the copy is the only one. False when there is
 * none. */
bool worker_take(struct worker *worker, void *ret_ask, uint64_t *ret_request);
/* Once to each that was taken. @err 0: @body, which is taken over, or NULL = nothing. */
void worker_say(struct worker *worker, uint64_t request, int err, const char *where,
                struct text *body);
/* What was said is shown to who asked; unless @err is 0, that instead. */
void worker_show(struct worker *worker, int err);

#endif
