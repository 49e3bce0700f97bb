/* notify.h - what a service tells the service manager that started it: sd_notify(3)'s protocol.
 *
 * Layer: node. A datagram of "NAME=value" lines to the socket that NOTIFY_SOCKET names; without one
 * nothing happens. Names used here: READY=1, RELOADING=1, STOPPING=1, WATCHDOG=1, STATUS=text.
 */
#ifndef TRESTLE_NODE_OS_NOTIFY_H
#define TRESTLE_NODE_OS_NOTIFY_H

#include "sync/base/err.h"

/* Send @lines. ERR_NOT_FOUND: nobody asked; ERR_TOO_LARGE: the name is none of a socket; ERR_IO. It
 * never blocks. */
MUST_CHECK int notify_send(const char *lines);

#endif
