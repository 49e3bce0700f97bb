#include "node/web/guard.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const own_names[] = {"localhost", "127.0.0.1", "[::1]"};

static bool host_is_own(const char *host, int port, int port_unsaid)
{
    char wanted[GUARD_TEXT_BYTES_MAX];
    for (size_t i = 0; i < sizeof own_names / sizeof own_names[0]; i++) {
        (void)snprintf(wanted, sizeof wanted, "%s:%d", own_names[i], port);
        if (strcmp(host, wanted) == 0 || (port == port_unsaid && strcmp(host, own_names[i]) == 0)) {
            return true;
        }
    }
    return false;
}

static bool is_plain_host(const struct guard *guard, const char *host)
{
    return guard->port != 0 && host_is_own(host, guard->port, 80);
}

static bool is_secure_host(const struct guard *guard, const char *host)
{
    return guard->https_port != 0 && host_is_own(host, guard->https_port, 443);
}

/* The host and port of "http://host:port". */
static const char *origin_host(const char *origin)
{
    const char *slashes = strstr(origin, "://");
    return slashes == NULL ? "" : slashes + 3;
}

bool guard_host(const struct guard *guard, const char *host)
{
    bool is_known = is_plain_host(guard, host) || is_secure_host(guard, host);
    for (uint32_t i = 0; i < guard->origins_count; i++) {
        is_known |= host[0] != '\0' && strcmp(host, origin_host(guard->origins[i])) == 0;
    }
    return is_known;
}

bool guard_origin(const struct guard *guard, const char *origin)
{
    const char *host = origin_host(origin);
    bool is_known = (strncmp(origin, "http://", 7) == 0 && is_plain_host(guard, host)) ||
                    (strncmp(origin, "https://", 8) == 0 && is_secure_host(guard, host));
    for (uint32_t i = 0; i < guard->origins_count; i++) {
        is_known |= strcmp(origin, guard->origins[i]) == 0;
    }
    return is_known;
}

bool guard_is_name(const char *host)
{
    static const char local[] = "localhost";
    char name[GUARD_TEXT_BYTES_MAX];
    struct in_addr v4;
    const size_t size = strcspn(host, ":"); /* of "[::1]:8443" a part that is none either */
    if (size == 0 || size >= sizeof name || host[0] == '[') {
        return false;
    }
    memcpy(name, host, size);
    name[size] = '\0';
    const size_t tail = sizeof local - 1;
    const bool is_local = size >= tail && strcasecmp(name + size - tail, local) == 0 &&
                          (size == tail || name[size - tail - 1] == '.');
    return !is_local && inet_pton(AF_INET, name, &v4) != 1;
}

bool guard_origin_is_of(const char *origin, const char *host)
{
    return host[0] != '\0' && strcmp(origin_host(origin), host) == 0;
}

bool guard_address_is_loopback(const char *address)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (strcmp(address, "localhost") == 0) {
        return true;
    }
    if (inet_pton(AF_INET, address, &v4) == 1) {
        return (ntohl(v4.s_addr) >> 24) == 127;
    }
    return inet_pton(AF_INET6, address, &v6) == 1 && memcmp(&v6, &in6addr_loopback, sizeof v6) == 0;
}
