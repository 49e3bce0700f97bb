#define _DEFAULT_SOURCE /* IFF_UP, struct ipv6_mreq */
#include "node/mesh/beacon.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    MAGIC_BYTES = 6,
    POPUP_HASH_BYTES = 4,
    JITTER_MS = 200,
    PORT_AT = BEACON_BYTES - 2,
    FRAME_CAPACITY = 64,
    HOST_BYTES_MAX = 100,
};

static const uint8_t magic[MAGIC_BYTES] = {'t', 'r', 's', 't', 'l', 1};
static const char domain[] = "trestle/beacon/1";
static const char group[] = "ff02::7473:746c"; /* link-local, transient in all but name */

struct beacon {
    struct beacon_config config;
    struct beacon_tag own;
    int fd4, fd6; /* -1 = not in use */
    uint64_t random, due_ms;
    struct beacon_counts counts;
};

/* --- the frame --- */

static void popup_hash(const struct popup_id *popup, uint8_t *ret_hash)
{
    const struct bytes parts[] = {bytes_of_text(domain),
                                  bytes_of(popup->bytes, sizeof popup->bytes)};
    uint8_t hash[HASH_BYTES];
    hash_parts(hash, sizeof hash, parts, 2);
    memcpy(ret_hash, hash, POPUP_HASH_BYTES);
}

struct beacon_tag beacon_tag(const struct popup_id *popup, uint64_t device)
{
    uint8_t id[8];
    uint8_t hash[HASH_BYTES];
    struct beacon_tag tag;
    put_be64(id, device);
    const struct bytes parts[] = {bytes_of_text(domain),
                                  bytes_of(popup->bytes, sizeof popup->bytes),
                                  bytes_of(id, sizeof id)};
    hash_parts(hash, sizeof hash, parts, 3);
    memcpy(tag.bytes, hash, sizeof tag.bytes);
    return tag;
}

void beacon_write(const struct beacon_config *config, uint8_t *ret_frame)
{
    struct beacon_tag tag = beacon_tag(&config->popup, config->device);
    memcpy(ret_frame, magic, MAGIC_BYTES);
    popup_hash(&config->popup, ret_frame + MAGIC_BYTES);
    memcpy(ret_frame + MAGIC_BYTES + POPUP_HASH_BYTES, tag.bytes, sizeof tag.bytes);
    ret_frame[PORT_AT] = (uint8_t)(config->mesh_port >> 8);
    ret_frame[PORT_AT + 1] = (uint8_t)config->mesh_port;
}

int beacon_read(struct bytes frame, const struct popup_id *popup, struct beacon_tag *ret_tag,
                uint16_t *ret_mesh_port)
{
    uint8_t hash[POPUP_HASH_BYTES];
    if (frame.size != BEACON_BYTES || memcmp(frame.data, magic, MAGIC_BYTES) != 0) {
        return ERR_MALFORMED;
    }
    popup_hash(popup, hash);
    if (memcmp(frame.data + MAGIC_BYTES, hash, sizeof hash) != 0) {
        return ERR_MISMATCH;
    }
    memcpy(ret_tag->bytes, frame.data + MAGIC_BYTES + POPUP_HASH_BYTES, sizeof ret_tag->bytes);
    *ret_mesh_port = (uint16_t)(frame.data[PORT_AT] << 8 | frame.data[PORT_AT + 1]);
    return *ret_mesh_port == 0 ? ERR_MALFORMED : 0;
}

/* --- sockets --- */

static bool option_set(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

/* Several nodes may hear on one machine. ERR_EXISTS, ERR_IO. */
static int socket_open(int family, const void *address, socklen_t size, int *ret_fd)
{
    int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return ERR_IO;
    }
    bool is_set = option_set(fd, SOL_SOCKET, SO_REUSEADDR, 1) &&
                  (family == AF_INET ? option_set(fd, SOL_SOCKET, SO_BROADCAST, 1)
                                     : option_set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) &&
                                           option_set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1));
    if (!is_set || bind(fd, address, size) != 0) {
        int err = errno == EADDRINUSE ? ERR_EXISTS : ERR_IO;
        (void)close(fd);
        return err;
    }
    *ret_fd = fd;
    return 0;
}

static int open_v4(struct beacon *beacon)
{
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(beacon->config.port)};
    return socket_open(AF_INET, &any, sizeof any, &beacon->fd4);
}

static int open_v6(struct beacon *beacon)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(beacon->config.port)};
    return socket_open(AF_INET6, &any, sizeof any, &beacon->fd6);
}

int beacon_open(const struct beacon_config *config, struct beacon **ret_beacon)
{
    struct beacon *beacon = calloc(1, sizeof *beacon);
    if (beacon == NULL) {
        return ERR_NO_MEMORY;
    }
    beacon->config = *config;
    beacon->own = beacon_tag(&config->popup, config->device);
    beacon->random = config->seed | 1;
    beacon->fd4 = beacon->fd6 = -1;
    int err = open_v4(beacon);
    if (err == 0 && config->is_v6) {
        err = open_v6(beacon);
    }
    if (err != 0) {
        beacon_close(beacon);
        return err;
    }
    *ret_beacon = beacon;
    return 0;
}

void beacon_close(struct beacon *beacon)
{
    if (beacon == NULL) {
        return;
    }
    if (beacon->fd4 >= 0) {
        (void)close(beacon->fd4);
    }
    if (beacon->fd6 >= 0) {
        (void)close(beacon->fd6);
    }
    free(beacon);
}

/* --- sending --- */

static void send_v4(struct beacon *beacon, const struct ifaddrs *at, const uint8_t *frame)
{
    struct sockaddr_in to;
    if ((at->ifa_flags & IFF_BROADCAST) == 0 || at->ifa_broadaddr == NULL) {
        return;
    }
    memcpy(&to, at->ifa_broadaddr, sizeof to);
    to.sin_port = htons(beacon->config.port);
    if (sendto(beacon->fd4, frame, BEACON_BYTES, 0, (const struct sockaddr *)&to, sizeof to) ==
        BEACON_BYTES) {
        beacon->counts.sent++;
    }
}

/* Joins as well: the network may be new. A second time that fails, which is all right. */
static void send_v6(struct beacon *beacon, const struct ifaddrs *at, const uint8_t *frame)
{
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(beacon->config.port)};
    struct ipv6_mreq join = {.ipv6mr_interface = if_nametoindex(at->ifa_name)};
    struct sockaddr_in6 own;
    memcpy(&own, at->ifa_addr, sizeof own);
    if (beacon->fd6 < 0 || !IN6_IS_ADDR_LINKLOCAL(&own.sin6_addr) ||
        inet_pton(AF_INET6, group, &to.sin6_addr) != 1) {
        return;
    }
    join.ipv6mr_multiaddr = to.sin6_addr;
    (void)setsockopt(beacon->fd6, IPPROTO_IPV6, IPV6_JOIN_GROUP, &join, sizeof join);
    to.sin6_scope_id = join.ipv6mr_interface;
    if (sendto(beacon->fd6, frame, BEACON_BYTES, 0, (const struct sockaddr *)&to, sizeof to) ==
        BEACON_BYTES) {
        beacon->counts.sent++;
    }
}

static void send_all(struct beacon *beacon)
{
    uint8_t frame[BEACON_BYTES];
    struct ifaddrs *list = NULL;
    if (getifaddrs(&list) != 0) {
        return;
    }
    beacon_write(&beacon->config, frame);
    for (const struct ifaddrs *at = list; at != NULL; at = at->ifa_next) {
        if (at->ifa_addr == NULL || (at->ifa_flags & IFF_UP) == 0) {
            continue;
        }
        if (at->ifa_addr->sa_family == AF_INET) {
            send_v4(beacon, at, frame);
        } else if (at->ifa_addr->sa_family == AF_INET6) {
            send_v6(beacon, at, frame);
        }
    }
    freeifaddrs(list);
}

void beacon_serve(struct beacon *beacon, uint64_t now_ms)
{
    if (now_ms < beacon->due_ms) {
        return;
    }
    beacon->random = beacon->random * UINT64_C(6364136223846793005) + 1442695040888963407;
    beacon->due_ms =
        now_ms + BEACON_INTERVAL_MS - JITTER_MS / 2 + (beacon->random >> 33) % JITTER_MS;
    send_all(beacon);
}

/* --- hearing --- */

static bool endpoint_of(const struct sockaddr_storage *from, socklen_t size, uint16_t port,
                        char *ret_endpoint)
{
    char host[HOST_BYTES_MAX];
    if (getnameinfo((const struct sockaddr *)from, size, host, sizeof host, NULL, 0,
                    NI_NUMERICHOST) != 0) {
        return false;
    }
    bool is_v6 = from->ss_family == AF_INET6;
    (void)snprintf(ret_endpoint, ENDPOINT_BYTES_MAX, "tcp://%s%s%s:%u", is_v6 ? "[" : "", host,
                   is_v6 ? "]" : "", (unsigned)port);
    return true;
}

/* False when there is no datagram more. @ret_is_ours: it is another device's of this pop-up. */
static bool hear(struct beacon *beacon, int fd, struct beacon_heard *heard, bool *ret_is_ours)
{
    uint8_t frame[FRAME_CAPACITY];
    struct sockaddr_storage from;
    socklen_t size = sizeof from;
    uint16_t port;
    ssize_t got = recvfrom(fd, frame, sizeof frame, 0, (struct sockaddr *)&from, &size);
    *ret_is_ours = false;
    if (got < 0) {
        return false;
    }
    int err = beacon_read(bytes_of(frame, (size_t)got), &beacon->config.popup, &heard->tag, &port);
    if (err != 0) {
        beacon->counts.foreign++;
        return true;
    }
    if (memcmp(heard->tag.bytes, beacon->own.bytes, sizeof beacon->own.bytes) == 0) {
        return true;
    }
    *ret_is_ours = endpoint_of(&from, size, port, heard->endpoint);
    beacon->counts.heard += *ret_is_ours ? 1 : 0;
    return true;
}

size_t beacon_hear(struct beacon *beacon, struct beacon_heard *ret_heard)
{
    const int fds[] = {beacon->fd4, beacon->fd6};
    size_t count = 0;
    for (size_t i = 0; i < 2; i++) {
        bool is_ours = false;
        for (size_t looks = 0; fds[i] >= 0 && looks < BEACON_HEARD_MAX / 2; looks++) {
            if (!hear(beacon, fds[i], &ret_heard[count], &is_ours)) {
                break;
            }
            count += is_ours ? 1 : 0;
        }
    }
    return count;
}

struct beacon_counts beacon_counts(const struct beacon *beacon)
{
    return beacon->counts;
}
