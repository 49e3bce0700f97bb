/* guard.h - whom the listeners answer: Host and Origin.
 *
 * Layer: node. Host defends against DNS rebinding (a page on evil.example that resolves to
 * 127.0.0.1), Origin against other sites' scripts. Pure.
 */
#ifndef TRESTLE_NODE_WEB_GUARD_H
#define TRESTLE_NODE_WEB_GUARD_H

#include <stdbool.h>
#include <stdint.h>

enum { GUARD_ORIGINS_MAX = 8, GUARD_TEXT_BYTES_MAX = 128 };

struct guard {
    int port, https_port; /* 0 = none */
    uint32_t origins_count;
    const char *origins[GUARD_ORIGINS_MAX]; /* borrowed: "http://localhost:5173" */
};

/* "localhost", "127.0.0.1" or "[::1]" with a port of ours, or the host of a further origin. */
bool guard_host(const struct guard *guard, const char *host);

/* "http://" or "https://" and such a host, or one of the further origins. */
bool guard_origin(const struct guard *guard, const char *origin);

/* Whether @host, with or without a port, is a name that browsers may be told to keep to TLS for: no
 * address, which RFC 6797, 8.1.1 leaves out, nor this machine's own, which others speak plainly at.
 */
bool guard_is_name(const char *host);

/* Whether a page of @host itself says so: where it may be called by any name. */
bool guard_origin_is_of(const char *origin, const char *host);

/* "127.0.0.0/8", "::1" or "localhost". */
bool guard_address_is_loopback(const char *address);

#endif
