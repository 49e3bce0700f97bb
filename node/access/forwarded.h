/* forwarded.h - requests that a proxy passed on: who sent them.
 *
 * Layer: node. Anybody can write X-Forwarded-For; only what a proxy of ours added to it is true. So
 * it is read from its end, for as long as the last one who spoke is a proxy of ours. Pure.
 */
#ifndef TRESTLE_NODE_ACCESS_FORWARDED_H
#define TRESTLE_NODE_ACCESS_FORWARDED_H

#include <stdbool.h>
#include <stdint.h>

#include "sync/base/bytes.h"

enum { PROXIES_MAX = 8, PEER_TEXT_BYTES_MAX = 48 /* INET6_ADDRSTRLEN, rounded up */ };

/* Whose word about a client's address is taken. */
struct proxies {
    uint32_t count;
    char addresses[PROXIES_MAX][PEER_TEXT_BYTES_MAX]; /* as peer_text() writes them */
};

/* Whether @address, as peer_text() writes it, is one of ours. */
bool proxies_have(const struct proxies *proxies, const char *address);

/* @text as all addresses are written, so that they can be compared: "::1". False: it is none. */
bool peer_text(const char *text, char ret_text[PEER_TEXT_BYTES_MAX]);

/* From where somebody comes, as far as @address tells: of IPv4 all of it; of IPv6 its first half,
 * as each household and each server has the other half for itself. 0: it is none. */
uint64_t peer_network(struct bytes address);

/* The client's address, for a request that came from @peer and whose X-Forwarded-For is @list ("" =
 * none): @peer, unless that is a proxy of ours and the list names somebody. */
void forwarded_client(const struct proxies *proxies, const char *peer, const char *list,
                      char ret_text[PEER_TEXT_BYTES_MAX]);

#endif
