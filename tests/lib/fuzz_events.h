/* fuzz_events.h - a history of any events in any order, from the bytes of a fuzzer's input.
 *
 * Input: events, each [log and what it saw, 1 byte] [type, 1 byte] [t, 1 byte] [size of the body,
 * 1 byte] [body]. The low three bits of the first byte are the log; with the top bit set it has
 * seen nothing of the others, otherwise all their heads.
 */
#ifndef TRESTLE_TESTS_LIB_FUZZ_EVENTS_H
#define TRESTLE_TESTS_LIB_FUZZ_EVENTS_H

#include "sync/domain/history.h"

enum { FUZZ_EVENT_HEAD_BYTES = 4, FUZZ_LOGS = 8 };

/* An empty history of @kind, the same object at each call, of some entity or of @entity. Aborts
 * without memory. */
struct history *fuzz_history(enum kind kind);
struct history *fuzz_history_of(enum kind kind, const struct entity_id *entity);

/* Append what can be appended. */
void fuzz_events_read(struct history *history, struct bytes input);

/* Write it as a row and read it again into @history: the same bytes once more, or abort. */
void fuzz_history_reread(struct history *history);

#endif
