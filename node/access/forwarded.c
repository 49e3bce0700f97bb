#include "node/access/forwarded.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

bool peer_text(const char *text, char ret_text[PEER_TEXT_BYTES_MAX])
{
    static const int families[] = {AF_INET, AF_INET6};
    unsigned char bytes[sizeof(struct in6_addr)];
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (inet_pton(families[i], text, bytes) == 1)
            return inet_ntop(families[i], bytes, ret_text, PEER_TEXT_BYTES_MAX) != NULL;
    }
    return false;
}

static bool is_ours(const struct proxies *proxies, const char *address)
{
    for (uint32_t i = 0; i < proxies->count; i++) {
        if (strcmp(proxies->addresses[i], address) == 0)
            return true;
    }
    return false;
}

/* Take the last of @list, which ends at @size, and what stood before it. False: there is none, or
 * it is no address. */
static bool take_last(const char *list, size_t *size, char ret_text[PEER_TEXT_BYTES_MAX])
{
    char piece[PEER_TEXT_BYTES_MAX];
    size_t end = *size;
    while (end > 0 && strchr(" \t", list[end - 1]) != NULL)
        end--;
    size_t begin = end;
    while (begin > 0 && strchr(", \t", list[begin - 1]) == NULL)
        begin--;
    const size_t length = end - begin;
    if (length == 0 || length >= sizeof piece)
        return false;
    memcpy(piece, list + begin, length);
    piece[length] = '\0';
    while (begin > 0 && strchr(" \t", list[begin - 1]) != NULL)
        begin--;
    *size = begin > 0 ? begin - 1 : 0; /* its comma */
    return peer_text(piece, ret_text);
}

void forwarded_client(const struct proxies *proxies, const char *peer, const char *list,
                      char ret_text[PEER_TEXT_BYTES_MAX])
{
    char next[PEER_TEXT_BYTES_MAX];
    size_t size = strlen(list);
    if (!peer_text(peer, ret_text))
        (void)snprintf(ret_text, PEER_TEXT_BYTES_MAX, "%s", peer);
    while (is_ours(proxies, ret_text) && take_last(list, &size, next))
        memcpy(ret_text, next, sizeof next);
}
