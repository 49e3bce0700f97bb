/* Where devices find each other. */
#include "tests/process/lib/desk.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/os/clock.h"
#include "tests/lib/test.h"

/* A UDP port that nobody has at this moment. */
static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    (void)close(fd);
    return ntohs(address.sin_port);
}

/* From this machine to @port: a beacon of device @device that listens at @mesh_port. */
static void shout(const struct desk *desk, uint16_t port, uint64_t device, uint16_t mesh_port)
{
    const struct beacon_config config = {
        .popup = desk->identity.popup, .device = device, .mesh_port = mesh_port};
    const struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    uint8_t frame[BEACON_BYTES];
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    beacon_write(&config, frame);
    assert_int_equal(sendto(fd, frame, sizeof frame, 0, (const struct sockaddr *)&to, sizeof to),
                     BEACON_BYTES);
    (void)close(fd);
}

/* As a device with a beacon at @port; the second has none. */
static void desks_open_near(struct desk *desks, uint16_t port)
{
    desk_open(&desks[0]);
    desk_open_in(&desks[1], &desks[0]);
    desk_add_device(&desks[0], &desks[1]);
    desk_add_device(&desks[1], &desks[0]);
    core_close(desks[0].core);
    (void)snprintf(desks[0].settings.listen, ENDPOINT_BYTES_MAX, "tcp://0.0.0.0:*");
    desks[0].settings.beacon_port = port;
    assert_int_equal(desk_start(&desks[0]), 0);
}

TEST(core_places, a_device_that_is_heard_on_the_network_is_dialled_there_and_a_strangers_is_not)
{
    static struct desk desks[2];
    const uint16_t port = free_port();
    desks_open_near(desks, port);
    const char *endpoint = core_endpoint(desks[1].core);
    const uint16_t mesh_port = (uint16_t)strtoul(strrchr(endpoint, ':') + 1, NULL, 10);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (!desk_is_linked(&desks[0], &desks[1])) {
        shout(&desks[0], port, 4711, mesh_port);
        shout(&desks[0], port, desks[1].identity.device, mesh_port);
        desks_turn(desks, 2);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    assert_int_equal(desks[0].core->sightings.count, 1);
    desks_close_pair(desks);
}

TEST(core_places, a_device_that_moved_is_found_again_through_a_third)
{
    enum { HUB, MOVING, FINDING, DESKS };
    static struct desk desks[DESKS];
    char before[ENDPOINT_BYTES_MAX];
    desk_open(&desks[HUB]);
    for (uint32_t i = 1; i < DESKS; i++) {
        desk_open_in(&desks[i], &desks[HUB]);
        desk_introduce(&desks[i], &desks[HUB]);
    }
    /* Nobody can dial it: the links it has are those that it dialled. */
    (void)snprintf(desks[FINDING].settings.listen, ENDPOINT_BYTES_MAX, "none");
    assert_int_equal(desk_start(&desks[MOVING]), 0);
    assert_int_equal(desk_start(&desks[FINDING]), 0);
    desks_until_linked(desks, DESKS, FINDING, MOVING);
    (void)snprintf(before, sizeof before, "%s", core_endpoint(desks[MOVING].core));
    core_close(desks[MOVING].core);
    assert_int_equal(desk_start(&desks[MOVING]), 0);
    assert_string_not_equal(core_endpoint(desks[MOVING].core), before);
    desks_until_linked(desks, DESKS, FINDING, HUB);
    desks_until_linked(desks, DESKS, MOVING, FINDING);
    for (uint32_t i = 0; i < DESKS; i++) {
        desk_close(&desks[i]);
    }
}

TEST(core_places, a_device_states_where_it_is_only_when_that_changed)
{
    struct desk desk;
    desk_open(&desk);
    (void)snprintf(desk.settings.advertise, ENDPOINT_BYTES_MAX, "tcp://till.example:7450");
    for (int start = 0; start < 3; start++) {
        core_close(desk.core);
        assert_int_equal(desk_start(&desk), 0);
        desk_turn(&desk);
        assert_true(
            desk_has_event(&desk, desk_log(&desk), 2)); /* after the one that opens the journal */
        assert_false(desk_has_event(&desk, desk_log(&desk), 3));
    }
    desk.settings.advertise[strlen("tcp://till")] = '2';
    core_close(desk.core);
    assert_int_equal(desk_start(&desk), 0);
    desk_turn(&desk);
    assert_true(desk_has_event(&desk, desk_log(&desk), 3));
    desk_close(&desk);
}
