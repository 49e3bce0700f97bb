#define _DEFAULT_SOURCE /* IFF_UP */
#include "node/os/address.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* The first address of this machine that others may reach. */
static bool own_address(char *to, size_t capacity)
{
    struct ifaddrs *list = NULL;
    bool is_found = false;
    if (getifaddrs(&list) != 0) {
        return false;
    }
    for (const struct ifaddrs *at = list; at != NULL && !is_found; at = at->ifa_next) {
        if (at->ifa_addr == NULL || at->ifa_addr->sa_family != AF_INET ||
            (at->ifa_flags & IFF_LOOPBACK) != 0 || (at->ifa_flags & IFF_UP) == 0) {
            continue;
        }
        is_found = getnameinfo(at->ifa_addr, sizeof(struct sockaddr_in), to, (socklen_t)capacity,
                               NULL, 0, NI_NUMERICHOST) == 0;
    }
    freeifaddrs(list);
    return is_found;
}

void endpoint_resolve(const char *endpoint, char *ret_endpoint, size_t capacity)
{
    static const char *const any[] = {"tcp://0.0.0.0:", "tcp://[::]:"};
    (void)snprintf(ret_endpoint, capacity, "%s", endpoint);
    for (size_t i = 0; i < sizeof any / sizeof any[0]; i++) {
        char address[64];
        if (strncmp(endpoint, any[i], strlen(any[i])) == 0 &&
            own_address(address, sizeof address)) {
            (void)snprintf(ret_endpoint, capacity, "tcp://%s:%s", address,
                           endpoint + strlen(any[i]));
        }
    }
}
