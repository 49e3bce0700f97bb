/* signals.h - signals as something that a loop can wait for.
 *
 * Layer: node. Linux (signalfd).
 */
#ifndef TRESTLE_NODE_OS_SIGNALS_H
#define TRESTLE_NODE_OS_SIGNALS_H

#include "sync/base/err.h"

/* Block SIGINT, SIGTERM and SIGHUP in this thread and those it starts, ignore SIGPIPE, and give a
 * descriptor that becomes readable when one of the three arrives. ERR_IO. */
MUST_CHECK int signals_open(int *ret_fd);

/* The number of a signal that arrived, 0 when none did. Does not block. */
int signals_take(int fd);

void signals_close(int fd);

#endif
