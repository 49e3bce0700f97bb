/* A beacon says where a device is, to those who know the pop-up, and nothing else; what others make
 * of the port is bounded. */
#include "node/mesh/beacon.h"

#include <string.h>

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
    for (size_t i = 0; i + size <= frame.size; i++)
        if (memcmp(frame.data + i, bytes, size) == 0)
            return true;
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

TEST(sightings, a_flood_of_devices_fills_a_bounded_table)
{
    memset(&sightings, 0, sizeof sightings);
    for (uint64_t device = 1; device <= 10 * SIGHTINGS_MAX; device++)
        (void)see(device, "tcp://10.0.0.1:1", false, device);
    assert_int_equal(sightings.count, SIGHTINGS_MAX);
}

/* --- who dials whom --- */

static size_t dialled_by(const uint64_t *devices, size_t count, size_t own, bool *ret_is_reached)
{
    size_t dialled = 0;
    for (size_t i = 0; i < count; i++)
        if (i != own && topology_dials(devices, count, devices[own], devices[i])) {
            ret_is_reached[i] = true;
            dialled++;
        }
    return dialled;
}

TEST(topology, sixteen_devices_all_dial_each_other)
{
    uint64_t devices[TOPOLOGY_FULL_MAX];
    bool is_reached[TOPOLOGY_FULL_MAX];
    for (size_t i = 0; i < TOPOLOGY_FULL_MAX; i++)
        devices[i] = 1000 - i;
    for (size_t i = 0; i < TOPOLOGY_FULL_MAX; i++)
        assert_int_equal(dialled_by(devices, TOPOLOGY_FULL_MAX, i, is_reached),
                         TOPOLOGY_FULL_MAX - 1);
}

TEST(topology, of_sixty_four_each_dials_six_and_each_is_dialled)
{
    uint64_t devices[DEVICES_MAX];
    bool is_reached[DEVICES_MAX] = {false};
    for (size_t i = 0; i < DEVICES_MAX; i++)
        devices[i] = i * UINT64_C(0x9e3779b97f4a7c15);
    for (size_t i = 0; i < DEVICES_MAX; i++)
        assert_int_equal(dialled_by(devices, DEVICES_MAX, i, is_reached), 6);
    for (size_t i = 0; i < DEVICES_MAX; i++)
        assert_true(is_reached[i]);
}
