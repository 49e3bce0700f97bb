/* Where devices say that they are: the newest of it counts, and only what can be dialled. */
#include <string.h>

#include "tests/lib/scene_says.h"
#include "tests/lib/test.h"

TEST(roster_places, knows_where_a_device_last_said_that_it_is)
{
    static const char *const first[] = {"tcp://10.0.0.1:7450", "tcp://till.local:7450"};
    static const char *const second[] = {"tcp://[fe80::1%eth0]:7451"};
    struct roster_scene *scene = roster_scene_new();
    scene_state_place(scene, &scene->devices[SCENE_COUNTER], first, 2);
    roster_scene_load(scene);
    assert_int_equal(scene_place_of(scene, SCENE_COUNTER)->count, 2);
    assert_string_equal(scene_place_of(scene, SCENE_COUNTER)->endpoints[1], first[1]);
    assert_int_equal(scene_place_of(scene, SCENE_KITCHEN)->count, 0);
    scene_state_place(scene, &scene->devices[SCENE_COUNTER], second, 1);
    roster_scene_load(scene);
    assert_int_equal(scene_place_of(scene, SCENE_COUNTER)->count, 1);
    assert_string_equal(scene_place_of(scene, SCENE_COUNTER)->endpoints[0], second[0]);
    scene_state_place(scene, &scene->devices[SCENE_COUNTER], NULL, 0);
    roster_scene_load(scene);
    assert_int_equal(scene_place_of(scene, SCENE_COUNTER)->count, 0);
    roster_scene_free(scene);
}

/* The counter, under another log of that incarnation, whose key is that of @number. */
static void open_again(struct roster_scene *scene, struct journal_device *again, uint32_t number,
                       uint32_t incarnation)
{
    struct public_key key;
    *again = scene->devices[SCENE_COUNTER];
    again->chain = scene->devices[SCENE_COUNTER].chain;
    keys_of_number(number, &key, &again->log_secret);
    log_head_init(&again->head, &scene->journal.popup, &key, again->id, incarnation);
    journal_open(scene->txn, &scene->journal, again);
}

TEST(roster_places, of_two_journals_of_a_device_the_newer_says_where_it_is)
{
    static const char *const old[] = {"tcp://10.0.0.1:7450"};
    static const char *const new[] = {"tcp://10.0.0.2:7450"};
    /* Whichever of the two comes first by id. */
    for (uint32_t number = 300; number < 308; number++) {
        struct roster_scene *scene = roster_scene_new();
        struct journal_device again;
        open_again(scene, &again, number, 2);
        scene_state_place(scene, &again, new, 1);
        scene_state_place(scene, &scene->devices[SCENE_COUNTER], old, 1);
        roster_scene_load(scene);
        assert_string_equal(scene_place_of(scene, SCENE_COUNTER)->endpoints[0], new[0]);
        roster_scene_free(scene);
    }
}

TEST(roster_places, a_revoked_device_is_nowhere_new)
{
    static const char *const old[] = {"tcp://10.0.0.1:7450"};
    static const char *const new[] = {"tcp://10.0.0.2:7450"};
    struct roster_scene *scene = roster_scene_new();
    scene_state_place(scene, &scene->devices[SCENE_COUNTER], old, 1);
    scene_revoke(scene, SCENE_OWNER, SCENE_COUNTER, 2);
    scene_state_place(scene, &scene->devices[SCENE_COUNTER], new, 1);
    roster_scene_load(scene);
    assert_string_equal(scene_place_of(scene, SCENE_COUNTER)->endpoints[0], old[0]);
    roster_scene_free(scene);
}

TEST(roster_places, what_nobody_can_dial_is_passed_over)
{
    static const char *const bad[] = {
        "ipc:///tmp/x",      "tcp://10.0.0.1", "tcp://10.0.0.1:0",  "tcp://10.0.0.1:65536",
        "tcp://:7450",       "tcp://*:7450",   "tcp://a b:7450",    "tcp://a;b:7450",
        "tcp://10.0.0.1:+1", "tcp://[]:7450",  "tcp://[::1:7450",   "tcp://10.0.0.1:7450 ",
        "tcp://a~b:7450",    "tcp://h:74a",    "tcp://h:4294967297"};
    static const char *const good[] = {"tcp://10.0.0.1:1", "tcp://till-1.local:65535",
                                       "tcp://Till_1:7450", "tcp://[2001:db8::7]:7450"};
    struct roster_scene *scene = roster_scene_new();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *const both[] = {bad[i], good[0]};
        assert_false(endpoint_is_dialable(bytes_of_text(bad[i])));
        scene_state_place(scene, &scene->devices[SCENE_COUNTER], both, 2);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(endpoint_is_dialable(bytes_of_text(good[i])));
    }
    roster_scene_load(scene);
    assert_int_equal(scene_place_of(scene, SCENE_COUNTER)->count, 1);
    assert_string_equal(scene_place_of(scene, SCENE_COUNTER)->endpoints[0], good[0]);
    roster_scene_free(scene);
}

TEST(roster_places, an_address_that_is_too_long_or_has_a_zero_in_it_is_none)
{
    static const char zero[] = "tcp://a\0b:7450";
    char address[PLACE_ENDPOINT_BYTES_MAX + 2] = "tcp://";
    const size_t port = PLACE_ENDPOINT_BYTES_MAX - strlen(":7450");
    memset(address + strlen(address), 'a', sizeof address - 1 - strlen(address));
    memcpy(address + port, ":7450", strlen(":7450"));
    assert_true(endpoint_is_dialable(bytes_of(address, PLACE_ENDPOINT_BYTES_MAX)));
    memcpy(address + port, "a:7450", strlen("a:7450"));
    assert_false(endpoint_is_dialable(bytes_of(address, PLACE_ENDPOINT_BYTES_MAX + 1)));
    assert_false(endpoint_is_dialable(bytes_of(zero, sizeof zero - 1)));
}

TEST(roster_places, a_place_with_nonsense_in_it_or_behind_it_moves_nobody)
{
    static const char *const old[] = {"tcp://10.0.0.1:7450"};
    static const uint8_t behind[] = {0x94, 0x90, 0xc1, 0x01, 0x01}, other[] = {0x91, 0xc0};
    struct roster_scene *scene = roster_scene_new();
    struct device_place place;
    assert_int_equal(device_place_decode(bytes_of(behind, sizeof behind), &place), ERR_MALFORMED);
    scene_state_place(scene, &scene->devices[SCENE_COUNTER], old, 1);
    roster_scene_state(scene, &scene->devices[SCENE_COUNTER], EVENT_DEVICE_PLACE,
                       bytes_of(other, sizeof other));
    roster_scene_load(scene);
    assert_string_equal(scene_place_of(scene, SCENE_COUNTER)->endpoints[0], old[0]);
    roster_scene_free(scene);
}

TEST(roster_places, what_is_said_in_a_log_that_nobody_opened_moves_nobody)
{
    static const char *const old[] = {"tcp://10.0.0.1:7450"};
    static const char *const new[] = {"tcp://10.0.0.2:7450"};
    static const uint8_t nonsense[] = {0x90};
    struct roster_scene *scene = roster_scene_new();
    struct journal_device stray = scene->devices[SCENE_COUNTER];
    keys_of_number(300, &stray.head.key, &stray.log_secret);
    log_head_init(&stray.head, &scene->journal.popup, &stray.head.key, stray.id, 2);
    roster_scene_state(scene, &stray, EVENT_LOG_OPEN, bytes_of(nonsense, sizeof nonsense));
    scene_state_place(scene, &scene->devices[SCENE_COUNTER], old, 1);
    scene_state_place(scene, &stray, new, 1);
    roster_scene_load(scene);
    assert_string_equal(scene_place_of(scene, SCENE_COUNTER)->endpoints[0], old[0]);
    roster_scene_free(scene);
}

TEST(roster_places, a_place_with_too_many_or_too_long_endpoints_makes_no_sense)
{
    static const uint8_t five[] = {0x91, 0x95, 0xa1, 'a', 0xa1, 'b',
                                   0xa1, 'c',  0xa1, 'd', 0xa1, 'e'};
    static const uint8_t four[] = {0x92, 0x94, 0xa1, 'a', 0xa1, 'b', 0xa1, 'c', 0xa1, 'd', 0x01};
    uint8_t longest[4 + PLACE_ENDPOINT_BYTES_MAX + 1] = {0x91, 0x91, 0xd9,
                                                         PLACE_ENDPOINT_BYTES_MAX + 1};
    struct device_place place;
    memset(longest + 4, 'a', PLACE_ENDPOINT_BYTES_MAX + 1);
    assert_int_equal(device_place_decode(bytes_of(five, sizeof five), &place), ERR_TOO_MANY);
    assert_int_equal(device_place_decode(bytes_of(longest, sizeof longest), &place), ERR_TOO_LARGE);
    assert_int_equal(device_place_decode(bytes_of(four, sizeof four), &place), 0);
    assert_int_equal(place.count, 0);
}
