#include "gateway/https/public_address.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "sync/base/bytes.h"

struct prefix {
    uint8_t bytes[16];
    unsigned bits;
};

static bool is_in(const uint8_t *address, const struct prefix *prefix)
{
    const unsigned whole = prefix->bits / 8, rest = prefix->bits % 8;
    const uint8_t mask = (uint8_t)(0xff00U >> rest);
    return memcmp(address, prefix->bytes, whole) == 0 &&
           (rest == 0 || ((address[whole] ^ prefix->bytes[whole]) & mask) == 0);
}

static bool is_in_any(const uint8_t *address, const struct prefix *prefixes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_in(address, &prefixes[i])) {
            return true;
        }
    }
    return false;
}

/* Both in network order. */
static bool ipv4_is_public(const uint8_t address[4])
{
    static const struct prefix kept[] = {
        {{0}, 8},             /* this network */
        {{10}, 8},            /* private */
        {{100, 64}, 10},      /* carriers' own */
        {{127}, 8},           /* loopback */
        {{169, 254}, 16},     /* link-local, clouds' metadata */
        {{172, 16}, 12},      /* private */
        {{192, 0, 0}, 24},    /* protocols */
        {{192, 0, 2}, 24},    /* documentation */
        {{192, 88, 99}, 24},  /* 6to4 relays */
        {{192, 168}, 16},     /* private */
        {{198, 18}, 15},      /* benchmarks */
        {{198, 51, 100}, 24}, /* documentation */
        {{203, 0, 113}, 24},  /* documentation */
        {{224}, 3},           /* multicast, reserved, broadcast */
    };
    return !is_in_any(address, kept, sizeof kept / sizeof *kept);
}

static bool ipv6_is_public(const uint8_t address[16])
{
    static const struct prefix global = {{0x20}, 3};
    static const struct prefix mapped = {{[10] = 0xff, [11] = 0xff}, 96};
    static const struct prefix nat64 = {{0x00, 0x64, 0xff, 0x9b}, 96};
    static const struct prefix six_to_four = {{0x20, 0x02}, 16};
    static const struct prefix kept[] = {
        {{0x20, 0x01, 0x00}, 23},       /* protocols, Teredo, ORCHID */
        {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
        {{0x3f, 0xff, 0x00}, 20},       /* documentation */
    };
    if (is_in(address, &mapped) || is_in(address, &nat64)) {
        return ipv4_is_public(address + 12);
    }
    if (is_in(address, &six_to_four)) {
        return ipv4_is_public(address + 2);
    }
    return is_in(address, &global) && !is_in_any(address, kept, sizeof kept / sizeof *kept);
}

/* Its bytes in network order; 0 = of neither family. */
static size_t bytes_of_socket(const struct sockaddr *address, uint8_t to[16])
{
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    if (address->sa_family == AF_INET) {
        memcpy(&four, address, sizeof four);
        memcpy(to, &four.sin_addr, 4);
        return 4;
    }
    if (address->sa_family == AF_INET6) {
        memcpy(&six, address, sizeof six);
        memcpy(to, &six.sin6_addr, 16);
        return 16;
    }
    return 0;
}

bool socket_address_is_public(const struct sockaddr *address)
{
    uint8_t bytes[16];
    const size_t size = bytes_of_socket(address, bytes);
    return (size == 4 && ipv4_is_public(bytes)) || (size == 16 && ipv6_is_public(bytes));
}

bool socket_address_is_loopback(const struct sockaddr *address)
{
    static const uint8_t six[16] = {[15] = 1};
    uint8_t bytes[16];
    const size_t size = bytes_of_socket(address, bytes);
    return (size == 4 && bytes[0] == 127) || (size == 16 && memcmp(bytes, six, sizeof six) == 0);
}
