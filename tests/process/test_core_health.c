/* How each device says that it stands, which the others show beside what they see themselves. */
#include <stdio.h>
#include <string.h>

#include "node/os/clock.h"
#include "tests/lib/test.h"
#include "tests/process/lib/desk.h"

/* What @desk knows of @of; false when nothing. */
static bool knows(struct desk *desk, const struct desk *of, struct gate_health *ret_health)
{
    const struct gate *gate = core_gate(desk->core);
    for (uint32_t at = 0; gate->health(gate->context, at, ret_health); at++) {
        if (ret_health->device == of->identity.device) {
            return true;
        }
    }
    return false;
}

/* What is told of @peer there; NULL when nothing. */
static const struct gate_health_peer *told_of(const struct gate_health *health,
                                              const struct desk *peer)
{
    for (uint32_t i = 0; i < health->peers_count; i++) {
        if (health->peers[i].device == peer->identity.device) {
            return &health->peers[i];
        }
    }
    return NULL;
}

/* Turns all until the first is told that the one at @at heard @of and has @link with it. */
static void until_told(struct desk *desks, uint32_t count, uint32_t at, const struct desk *of,
                       enum gate_link link, struct gate_health *ret_health)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    const struct gate_health_peer *told;
    do {
        desks_turn(desks, count);
        assert_true(clock_mono_ms() < deadline_ms);
        told = knows(&desks[0], &desks[at], ret_health) ? told_of(ret_health, of) : NULL;
    } while (told == NULL || told->link != link || !told->is_heard);
}

TEST(core_health, a_device_is_told_whom_the_other_hears)
{
    static struct desk desks[2];
    struct gate_health health;
    desks_open_pair(desks);
    until_told(desks, 2, 1, &desks[0], GATE_LINKED, &health);
    assert_int_equal(health.peers_count, 1);
    assert_true(health.peers[0].heard_s_ago < DEADLINE_MS / 1000);
    assert_int_equal(health.others, 0);
    assert_int_equal(health.printers_count, 0);
    assert_false(knows(&desks[0], &desks[0], &health)); /* that one is asked itself */
    desks_close_pair(desks);
}

/* Says that it is where nobody is: it dials whom it was told of, and nobody dials it. */
static void hide(struct desk *desk)
{
    (void)snprintf(desk->settings.advertise, ENDPOINT_BYTES_MAX, "tcp://127.0.0.1:1");
}

TEST(core_health, whom_a_neighbour_hears_is_known_of_those_that_are_not_heard_here)
{
    static struct desk desks[3]; /* the one in the middle is the second */
    struct gate_health health;
    desk_open(&desks[0]);
    desk_open_in(&desks[1], &desks[0]);
    desk_open_in(&desks[2], &desks[0]);
    desk_add_device(&desks[0], &desks[2]);
    desk_add_device(&desks[2], &desks[0]);
    desk_introduce(&desks[0], &desks[1]);
    desk_introduce(&desks[2], &desks[1]);
    hide(&desks[0]);
    hide(&desks[2]);
    assert_int_equal(desk_start(&desks[0]), 0);
    assert_int_equal(desk_start(&desks[2]), 0);
    until_told(desks, 3, 2, &desks[1], GATE_LINKED, &health);
    assert_int_not_equal(told_of(&health, &desks[0])->link, GATE_LINKED);
    assert_false(told_of(&health, &desks[0])->is_heard);
    for (uint32_t i = 0; i < 3; i++) {
        desk_close(&desks[i]);
    }
}

/* --- from a device that says what it likes --- */

static void tell(struct desk *desks, struct bytes body)
{
    assert_int_equal(replica_publish(desks[1].core->replica, bytes_of_text("health"),
                                     bytes_of_text(""), 15, body, clock_now()),
                     0);
}

enum { GOOD = 7, WRONG = 9 }; /* what the second's store may have, in bytes, as it says */

/* Turns until the first knows nothing of the second, or, @is_known, what was good. */
static void until_store(struct desk *desks, bool is_known)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    struct gate_health health = {.device = 0};
    do {
        desks_turn(desks, 2);
        assert_true(clock_mono_ms() < deadline_ms);
        assert_int_not_equal(health.store_bytes_max, WRONG);
    } while (knows(&desks[0], &desks[1], &health) != is_known ||
             (is_known && health.store_bytes_max != GOOD));
}

/* The second, whose own words would come between. */
static void fall_silent(struct desk *desk)
{
    desk->core->is_alone = true;
}

TEST(core_health, more_than_is_understood_is_passed_over_and_nonsense_is_nothing)
{
    static struct desk desks[2];
    static const uint8_t newer[] = {0x96, 1, GOOD, 0x90, 0x90, 0, 0xa1, 'x'};
    static const uint8_t fewer[] = {0x94, 1, WRONG, 0x90, 0x90};
    static const uint8_t link[] = {0x95, 1, WRONG, 0x90, 0x91, 0x96, 0xc4, 8, 0, 0, 0,
                                   0,    0, 0,     0,    1,    4,    0,    0, 0, 0, 0};
    static const uint8_t many[] = {0x95, 1, WRONG, 0x90, 0xdc, 0, HEALTH_PEERS_MAX + 1, 0};
    const struct bytes wrong[] = {bytes_of(fewer, sizeof fewer), bytes_of(link, sizeof link),
                                  bytes_of(many, sizeof many), bytes_of(newer, sizeof newer - 1)};
    desks_open_pair(desks);
    fall_silent(&desks[1]);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        tell(desks, bytes_of(newer, sizeof newer));
        until_store(desks, true);
        tell(desks, wrong[i]);
        until_store(desks, false);
    }
    desks_close_pair(desks);
}

TEST(core_health, a_link_that_there_is_not_is_nonsense)
{
    struct gate_health health;
    enum { LINK_AT = 16 };
    uint8_t body[] = {0x95, 1, 9, 0x90, 0x91, 0x96,      0xc4, 8, 0, 0, 0,
                      0,    0, 0, 0,    1,    GATE_LOST, 0,    0, 0, 0, 0};
    assert_true(health_read(bytes_of(body, sizeof body), &health));
    assert_int_equal(health.peers[0].link, GATE_LOST);
    body[LINK_AT] = GATE_LOST + 1;
    assert_false(health_read(bytes_of(body, sizeof body), &health));
}

TEST(core_health, all_that_a_device_may_tell_has_room)
{
    struct gate_health health = {.store_bytes = INT64_MAX,
                                 .store_bytes_max = INT64_MAX,
                                 .printers_count = HEALTH_PRINTERS_MAX,
                                 .peers_count = HEALTH_PEERS_MAX,
                                 .others = DEVICES_MAX};
    struct gate_health again;
    uint8_t data[HEALTH_BODY_BYTES_MAX];
    struct writer writer;
    struct bytes body;
    for (uint32_t i = 0; i < HEALTH_PRINTERS_MAX; i++) {
        health.printers[i] = (struct gate_health_printer){UINT32_MAX - i, 0xffff, HEALTH_COUNT_MAX};
    }
    for (uint32_t i = 0; i < HEALTH_PEERS_MAX; i++) {
        health.peers[i] = (struct gate_health_peer){
            UINT64_MAX - i,   GATE_LOST,        true,     HEALTH_HEARD_S_MAX,
            HEALTH_COUNT_MAX, HEALTH_COUNT_MAX, INT32_MIN};
    }
    writer_init(&writer, data, sizeof data);
    health_write(&writer, &health);
    assert_int_equal(writer_finish(&writer, &body), 0);
    assert_true(health_read(body, &again));
    assert_int_equal(again.peers_count, HEALTH_PEERS_MAX);
    for (uint32_t i = 0; i < HEALTH_PEERS_MAX; i++) {
        assert_int_equal(again.peers[i].device, health.peers[i].device);
        assert_int_equal(again.peers[i].heard_s_ago, HEALTH_HEARD_S_MAX);
        assert_int_equal(again.peers[i].clock_offset_ms, INT32_MIN);
    }
    assert_int_equal(again.printers[7].number, UINT32_MAX - 7);
    assert_int_equal(again.others, DEVICES_MAX);
    /* And cut at each byte it is nothing. */
    for (size_t size = 0; size < body.size; size++) {
        assert_false(health_read(bytes_of(data, size), &again));
    }
}
