#include "node/access/forwarded.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

bool peer_text(const char *text, char ret_text[PEER_TEXT_BYTES_MAX])
{
    static const int families[] = {AF_INET, AF_INET6};
    unsigned char bytes[sizeof(struct in6_addr)];
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (inet_pton(families[i], text, bytes) == 1) {
            return inet_ntop(families[i], bytes, ret_text, PEER_TEXT_BYTES_MAX) != NULL;
        }
    }
    return false;
}

uint64_t peer_network(struct bytes address)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff}; /* RFC 4291, 2.5.5.2 */
    struct in6_addr v6;
    struct in_addr v4;
    char text[PEER_TEXT_BYTES_MAX];
    uint64_t network = 0;
    (void)snprintf(text, sizeof text, "%.*s", (int)address.size, (const char *)address.data);
    if (inet_pton(AF_INET, text, &v4) == 1) {
        return UINT64_C(1) << 32 | ntohl(v4.s_addr);
    }
    if (inet_pton(AF_INET6, text, &v6) != 1) {
        return 0;
    }
    if (memcmp(v6.s6_addr, mapped, sizeof mapped) == 0) {
        memcpy(&v4, v6.s6_addr + sizeof mapped, sizeof v4);
        return UINT64_C(1) << 32 | ntohl(v4.s_addr);
    }
    for (size_t i = 0; i < sizeof network; i++) {
        network = network << 8 | v6.s6_addr[i];
    }
    return network != 0 ? network : 1; /* "::1" and its like */
}

bool proxies_have(const struct proxies *proxies, const char *address)
{
    for (uint32_t i = 0; i < proxies->count; i++) {
        if (strcmp(proxies->addresses[i], address) == 0) {
            return true;
        }
    }
    return false;
}

/* Take the last of @list, which ends at @size, and what stood before it. False: there is none, or
 * it is no address. */
static bool take_last(const char *list, size_t *size, char ret_text[PEER_TEXT_BYTES_MAX])
{
    char piece[PEER_TEXT_BYTES_MAX];
    size_t end = *size;
    while (end > 0 && strchr(" \t", list[end - 1]) != NULL) {
        end--;
    }
    size_t begin = end;
    while (begin > 0 && strchr(", \t", list[begin - 1]) == NULL) {
        begin--;
    }
    const size_t length = end - begin;
    if (length == 0 || length >= sizeof piece) {
        return false;
    }
    memcpy(piece, list + begin, length);
    piece[length] = '\0';
    while (begin > 0 && strchr(" \t", list[begin - 1]) != NULL) {
        begin--;
    }
    *size = begin > 0 ? begin - 1 : 0; /* its comma */
    return peer_text(piece, ret_text);
}

void forwarded_client(const struct proxies *proxies, const char *peer, const char *list,
                      char ret_text[PEER_TEXT_BYTES_MAX])
{
    char next[PEER_TEXT_BYTES_MAX];
    size_t size = strlen(list);
    if (!peer_text(peer, ret_text)) {
        (void)snprintf(ret_text, PEER_TEXT_BYTES_MAX, "%s", peer);
    }
    while (proxies_have(proxies, ret_text) && take_last(list, &size, next)) {
        memcpy(ret_text, next, sizeof next);
    }
}
