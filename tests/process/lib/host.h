/* host.h - the API of a host that has less than a node: no files, nobody but its own screen, a
 * queue that only the test empties, and of the gate what the test puts there.
 *
 * There is one at a time.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_HOST_H
#define TRESTLE_TESTS_PROCESS_LIB_HOST_H

#include "node/api/api.h"
#include "tests/lib/store_memory.h"

extern struct host {
    struct store_memory *store;
    struct gate gate; /* read by each request */
    struct gate_live live;
    struct api *api;
    struct text body; /* of the last answer, NUL-ended */
} host;

/* Of an owner's device with an empty store. */
void host_begin(void);
void host_end(void);

/* Over the control socket, as its owner. */
struct api_reply host_ask(const char *method, const char *path, const char *body);

/* The last answer has @wanted in it; otherwise the test fails. */
void host_said(const char *wanted);

#endif
