/* public_address.h - whether an address is one of the public internet, as opposed to this machine,
 * its networks and what carriers and protocols keep for themselves.
 *
 * Layer: gateway (pure). By the registries of RFC 6890 and its successors (IANA IPv4 and IPv6
 * Special-Purpose Address Registries); of IPv6 only 2000::/3 is handed out at all. IPv4 addresses
 * inside IPv6 ones (mapped, NAT64, 6to4) count as the IPv4 address.
 */
#ifndef TRESTLE_GATEWAY_HTTPS_PUBLIC_ADDRESS_H
#define TRESTLE_GATEWAY_HTTPS_PUBLIC_ADDRESS_H

#include <stdbool.h>

struct sockaddr;

/* Of AF_INET and AF_INET6; others are not. */
bool socket_address_is_public(const struct sockaddr *address);
/* 127.0.0.0/8 and ::1. */
bool socket_address_is_loopback(const struct sockaddr *address);

#endif
