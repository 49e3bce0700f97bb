/* A beacon says where a device is, to those who know the pop-up, and nothing else; what others make
 * of the port is bounded. */
#include "node/mesh/beacon.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/mesh/sightings.h"
#include "node/mesh/topology.h"
#include "tests/lib/test.h"

enum { OTHER = 42, MESH_PORT = 7451 };

#define DEVICE UINT64_C(0x1122334455667788)

static const struct popup_id popup = {{1, 2, 3}};

static struct bytes frame_of(const struct popup_id *of, uint8_t *frame)
{
    struct beacon_config config = {.popup = *of, .device = DEVICE, .mesh_port = MESH_PORT};
    beacon_write(&config, frame);
    return bytes_of(frame, BEACON_BYTES);
}

static bool is_within(struct bytes frame, const void *bytes, size_t size)
{
    for (size_t i = 0; i + size <= frame.size; i++) {
        if (memcmp(frame.data + i, bytes, size) == 0) {
            return true;
        }
    }
    return false;
}

TEST(beacon, a_device_of_the_pop_up_is_known_by_its_tag_and_tells_its_port)
{
    uint8_t frame[BEACON_BYTES];
    struct beacon_tag tag;
    uint16_t port;
    struct beacon_tag own = beacon_tag(&popup, DEVICE);
    struct beacon_tag other = beacon_tag(&popup, OTHER);
    assert_int_equal(beacon_read(frame_of(&popup, frame), &popup, &tag, &port), 0);
    assert_memory_equal(tag.bytes, own.bytes, sizeof tag.bytes);
    assert_memory_not_equal(tag.bytes, other.bytes, sizeof tag.bytes);
    assert_int_equal(port, MESH_PORT);
}

TEST(beacon, neither_the_pop_up_nor_the_device_can_be_read_from_it)
{
    uint8_t frame[BEACON_BYTES];
    uint8_t device[8];
    put_be64(device, DEVICE);
    struct bytes bytes = frame_of(&popup, frame);
    assert_false(is_within(bytes, device, sizeof device));
    assert_false(is_within(bytes, popup.bytes, 4));
}

TEST(beacon, another_pop_ups_and_nonsense_are_told_apart_and_refused)
{
    static const struct popup_id elsewhere = {{9}};
    uint8_t frame[BEACON_BYTES];
    struct beacon_tag tag;
    uint16_t port;
    struct bytes bytes = frame_of(&popup, frame);
    assert_int_equal(beacon_read(bytes, &elsewhere, &tag, &port), ERR_MISMATCH);
    bytes.size--;
    assert_int_equal(beacon_read(bytes, &popup, &tag, &port), ERR_MALFORMED);
    bytes.size++;
    frame[BEACON_BYTES - 1] = frame[BEACON_BYTES - 2] = 0; /* port 0 */
    assert_int_equal(beacon_read(bytes, &popup, &tag, &port), ERR_MALFORMED);
    frame[0] ^= 1;
    assert_int_equal(beacon_read(bytes, &popup, &tag, &port), ERR_MALFORMED);
}

/* --- sockets --- */

/* A UDP socket of @family at any port of any address, or -1 where there is no such network. */
static int any_port(int family, uint16_t *ret_port)
{
    struct sockaddr_in6 address = {.sin6_family = (sa_family_t)family}; /* as long as the other */
    socklen_t size = family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    const int fd = socket(family, SOCK_DGRAM, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, size) != 0) {
        return -1;
    }
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *ret_port = ntohs(address.sin6_port); /* both have it in the same place */
    return fd;
}

static bool has_v6(void)
{
    uint16_t port;
    const int fd = any_port(AF_INET6, &port);
    if (fd >= 0) {
        (void)close(fd);
    }
    return fd >= 0;
}

/* At a port that was free a moment ago. */
static struct beacon *ear_open(bool is_v6, uint16_t *ret_port)
{
    struct beacon *beacon = NULL;
    for (int err = ERR_EXISTS; err == ERR_EXISTS;) {
        const int fd = any_port(AF_INET, ret_port);
        const struct beacon_config config = {.popup = popup,
                                             .device = DEVICE,
                                             .mesh_port = MESH_PORT,
                                             .port = *ret_port,
                                             .is_v6 = is_v6,
                                             .seed = 1};
        assert_true(fd >= 0);
        assert_int_equal(beacon_open(&config, &beacon), ERR_EXISTS); /* it is taken */
        (void)close(fd);
        err = beacon_open(&config, &beacon);
        assert_true(err == 0 || err == ERR_EXISTS);
    }
    return beacon;
}

/* From this machine to @port, by both protocols as far as it has them. */
static void shout(uint16_t port, struct bytes frame)
{
    const struct sockaddr_in to4 = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct sockaddr_in6 to6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    uint16_t from;
    const int fd4 = any_port(AF_INET, &from), fd6 = any_port(AF_INET6, &from);
    assert_true(sendto(fd4, frame.data, frame.size, 0, (const struct sockaddr *)&to4, sizeof to4) ==
                (ssize_t)frame.size);
    (void)close(fd4);
    if (fd6 >= 0) {
        (void)!sendto(fd6, frame.data, frame.size, 0, (const struct sockaddr *)&to6, sizeof to6);
        (void)close(fd6);
    }
}

static struct bytes frame_by(uint64_t device, uint8_t *frame)
{
    const struct beacon_config config = {.popup = popup, .device = device, .mesh_port = MESH_PORT};
    beacon_write(&config, frame);
    return bytes_of(frame, BEACON_BYTES);
}

TEST(beacon, who_is_heard_is_where_the_datagram_came_from_whatever_the_protocol)
{
    static struct beacon_heard heard[BEACON_HEARD_MAX];
    uint8_t frame[BEACON_BYTES];
    uint16_t port = 0;
    const bool is_v6 = has_v6();
    struct beacon *beacon = ear_open(is_v6, &port);
    shout(port, frame_by(OTHER, frame));
    const size_t count = beacon_hear(beacon, heard);
    assert_int_equal(count, is_v6 ? 2 : 1);
    assert_string_equal(heard[0].endpoint, "tcp://127.0.0.1:7451");
    assert_true(!is_v6 || strcmp(heard[1].endpoint, "tcp://[::1]:7451") == 0);
    assert_int_equal(beacon_counts(beacon).heard, count);
    beacon_close(beacon);
    beacon_close(NULL);
}

TEST(beacon, its_own_and_others_are_passed_over_and_a_flood_is_looked_at_by_parts)
{
    static struct beacon_heard heard[BEACON_HEARD_MAX];
    uint8_t frame[BEACON_BYTES];
    uint16_t port = 0;
    struct beacon *beacon = ear_open(false, &port);
    shout(port, frame_by(DEVICE, frame));
    shout(port, bytes_of_text("who is there?"));
    assert_int_equal(beacon_hear(beacon, heard), 0);
    assert_int_equal(beacon_counts(beacon).foreign, 1);
    for (size_t i = 0; i < BEACON_HEARD_MAX; i++) {
        shout(port, frame_by(OTHER, frame));
    }
    assert_int_equal(beacon_hear(beacon, heard), BEACON_HEARD_MAX / 2);
    assert_int_equal(beacon_hear(beacon, heard), BEACON_HEARD_MAX / 2);
    assert_int_equal(beacon_hear(beacon, heard), 0);
    beacon_close(beacon);
}

TEST(beacon, it_is_sent_now_and_then_to_as_many_networks_as_there_are)
{
    uint16_t port = 0;
    struct beacon *beacon = ear_open(has_v6(), &port);
    beacon_serve(beacon, 1);
    const uint64_t sent = beacon_counts(beacon).sent;
    beacon_serve(beacon, 2);
    assert_int_equal(beacon_counts(beacon).sent, sent);
    beacon_serve(beacon, 2 * BEACON_INTERVAL_MS);
    assert_int_equal(beacon_counts(beacon).sent, 2 * sent);
    beacon_close(beacon);
}

/* --- sightings --- */

static struct sightings sightings;

static bool see(uint64_t device, const char *endpoint, bool is_linked, uint64_t now_ms)
{
    struct transport_peer peer = {.device = device};
    memcpy(peer.endpoint, endpoint, strlen(endpoint) + 1);
    return sightings_note(&sightings, &peer, is_linked, now_ms);
}

TEST(sightings, forged_endpoints_do_not_push_out_one_that_is_still_heard)
{
    memset(&sightings, 0, sizeof sightings);
    assert_true(see(DEVICE, "tcp://10.0.0.1:1", false, 1));
    assert_true(see(DEVICE, "tcp://10.0.0.2:1", false, 1));
    assert_false(see(DEVICE, "tcp://10.0.0.3:1", false, 2));
    assert_int_equal(sightings.count, SIGHTINGS_PER_DEVICE_MAX);
    (void)see(DEVICE, "tcp://10.0.0.1:1", false, SIGHTING_FRESH_MS);
    assert_true(see(DEVICE, "tcp://10.0.0.3:1", false, SIGHTING_FRESH_MS + 1));
    assert_string_equal(sightings.entries[0].peer.endpoint, "tcp://10.0.0.1:1");
    assert_string_equal(sightings.entries[1].peer.endpoint, "tcp://10.0.0.3:1");
}

TEST(sightings, a_linked_device_stays_where_it_is)
{
    memset(&sightings, 0, sizeof sightings);
    assert_true(see(DEVICE, "tcp://10.0.0.1:1", false, 1));
    assert_false(see(DEVICE, "tcp://10.0.0.2:1", true, 2));
    assert_false(sightings_expire(&sightings, DEVICE, true, SIGHTING_STALE_MS + 1));
    assert_true(sightings_expire(&sightings, DEVICE, false, SIGHTING_STALE_MS + 1));
    assert_int_equal(sightings.count, 0);
}

TEST(sightings, who_was_seen_a_moment_ago_stays_whoever_else_is_gone)
{
    memset(&sightings, 0, sizeof sightings);
    assert_true(see(DEVICE, "tcp://10.0.0.1:1", false, 1));
    assert_true(see(OTHER, "tcp://10.0.0.2:1", false, SIGHTING_STALE_MS));
    assert_false(sightings_expire(&sightings, OTHER, false, SIGHTING_STALE_MS + 1));
    assert_true(sightings_expire(&sightings, DEVICE, false, SIGHTING_STALE_MS + 1));
    assert_int_equal(sightings.count, 1);
    assert_true(sightings.entries[0].peer.device == OTHER);
}

TEST(sightings, a_flood_of_devices_fills_a_bounded_table)
{
    memset(&sightings, 0, sizeof sightings);
    for (uint64_t device = 1; device <= 10 * SIGHTINGS_MAX; device++) {
        (void)see(device, "tcp://10.0.0.1:1", false, device);
    }
    assert_int_equal(sightings.count, SIGHTINGS_MAX);
}

/* --- who dials whom --- */

static size_t dialled_by(const uint64_t *devices, size_t count, size_t own, bool *ret_is_reached)
{
    size_t dialled = 0;
    for (size_t i = 0; i < count; i++) {
        if (i != own && topology_dials(devices, count, devices[own], devices[i])) {
            ret_is_reached[i] = true;
            dialled++;
        }
    }
    return dialled;
}

TEST(topology, sixteen_devices_all_dial_each_other)
{
    uint64_t devices[TOPOLOGY_FULL_MAX];
    bool is_reached[TOPOLOGY_FULL_MAX];
    for (size_t i = 0; i < TOPOLOGY_FULL_MAX; i++) {
        devices[i] = 1000 - i;
    }
    for (size_t i = 0; i < TOPOLOGY_FULL_MAX; i++) {
        assert_int_equal(dialled_by(devices, TOPOLOGY_FULL_MAX, i, is_reached),
                         TOPOLOGY_FULL_MAX - 1);
    }
}

TEST(topology, of_sixty_four_each_dials_six_and_each_is_dialled)
{
    uint64_t devices[DEVICES_MAX];
    bool is_reached[DEVICES_MAX] = {false};
    for (size_t i = 0; i < DEVICES_MAX; i++) {
        devices[i] = i * UINT64_C(0x9e3779b97f4a7c15);
    }
    for (size_t i = 0; i < DEVICES_MAX; i++) {
        assert_int_equal(dialled_by(devices, DEVICES_MAX, i, is_reached), 6);
    }
    for (size_t i = 0; i < DEVICES_MAX; i++) {
        assert_true(is_reached[i]);
    }
    assert_false(topology_dials(devices, DEVICES_MAX, devices[0], devices[0]));
}
