/* address.h - this machine's own address, as others on the network see it.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_OS_ADDRESS_H
#define TRESTLE_NODE_OS_ADDRESS_H

#include <stddef.h>

/* @endpoint, with this machine's first address where it says "any" (tcp://0.0.0.0:7450): what to
 * tell others. Unchanged when there is none. */
void endpoint_resolve(const char *endpoint, char *ret_endpoint, size_t capacity);

#endif
