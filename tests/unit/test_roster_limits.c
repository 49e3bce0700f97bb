/* More devices, logs, people and statements than the roster's tables hold: it says so, keeps those
 * with the lower ids, and is about them what it would be without the others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/roster_scene.h"
#include "tests/lib/scene_says.h"
#include "tests/lib/test.h"

enum { NUMBER = 1000, ANNA = 7 };

static struct journal_device *owner_of(struct roster_scene *scene)
{
    return &scene->devices[SCENE_OWNER];
}

static int by_id(const void *a, const void *b)
{
    const struct journal_device *one = a;
    const struct journal_device *other = b;
    return one->id < other->id ? -1 : one->id > other->id;
}

static int by_log(const void *a, const void *b)
{
    const struct journal_device *one = a;
    const struct journal_device *other = b;
    return one->head.log < other->head.log ? -1 : one->head.log > other->head.log;
}

/* So many more devices of the root's, in order of their ids; freed by the caller. */
static struct journal_device *devices_make(struct roster_scene *scene, uint32_t count)
{
    struct journal_device *devices = calloc(count, sizeof *devices);
    assert_non_null(devices);
    for (uint32_t i = 0; i < count; i++) {
        journal_device_init(&devices[i], &scene->journal, NUMBER + i, ROLE_COUNTER, NULL);
    }
    qsort(devices, count, sizeof *devices, by_id);
    for (uint32_t i = 0; i < count; i++) {
        devices[i].chain = bytes_of(devices[i].chain_data, devices[i].chain.size);
    }
    return devices;
}

TEST(roster_limits, what_concerns_a_device_that_does_not_fit_harms_no_other)
{
    enum { COUNT = DEVICES_MAX + 6 };
    struct roster_scene *scene = roster_scene_new();
    struct journal_device *devices = devices_make(scene, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        roster_scene_chain(scene, owner_of(scene), EVENT_DEVICE_ADD, devices[i].chain);
        journal_open(scene->txn, &scene->journal, &devices[i]);
    }
    static const char *const where[] = {"tcp://10.0.0.1:7450"};
    const struct journal_device *last = &devices[COUNT - 1];
    scene_state_place(scene, &devices[COUNT - 1], where, 1);
    static const struct hash nothing;
    const struct log_cut whole = {.log = last->id, .seq = 1, .hash = nothing};
    roster_scene_revoke(scene, owner_of(scene), &last->head);
    roster_scene_cut(scene, owner_of(scene), EVENT_LOG_REVOKE, &whole);
    roster_scene_load(scene);
    assert_true(scene->roster.is_cut_short);
    assert_int_equal(scene->roster.devices_count, DEVICES_MAX);
    assert_null(roster_device_find(&scene->roster, last->id));
    assert_int_equal(
        roster_judge(&scene->roster, last->head.log, last->head.seq + 1, EVENT_LINE_ADD, 0),
        VERDICT_REVOKED);
    for (uint32_t i = 0; i < DEVICES_MAX; i++) {
        assert_false(scene->roster.devices[i].is_revoked);
    }
    assert_int_equal(roster_judge(&scene->roster, devices[0].head.log, 2, EVENT_LINE_ADD, 0),
                     VERDICT_VALID);
    free(devices);
    roster_scene_free(scene);
}

TEST(roster_limits, a_log_that_does_not_fit_may_write_nothing_and_gains_nothing)
{
    enum { COUNT = LOGS_MAX + 2 };
    struct roster_scene *scene = roster_scene_new();
    struct journal_device *logs = calloc(COUNT, sizeof *logs);
    struct journal_device *counter = &scene->devices[SCENE_COUNTER];
    struct journal_device with = *counter;
    struct certificate certificate = counter->certificate;
    assert_non_null(logs);
    for (uint32_t i = 0; i < COUNT; i++) {
        roster_scene_log_again(scene, counter, NUMBER + i, &logs[i]);
    }
    qsort(logs, COUNT, sizeof *logs, by_log);
    certificate.issued = 1000;
    journal_device_certify(&with, &scene->journal, &certificate, owner_of(scene));
    for (uint32_t i = 0; i < COUNT; i++) {
        roster_scene_chain(scene, &logs[i], EVENT_LOG_CERT, with.chain);
    }
    roster_scene_load(scene);
    assert_true(scene->roster.is_cut_short);
    assert_int_equal(scene->roster.logs_count, LOGS_MAX);
    assert_int_equal(roster_judge(&scene->roster, logs[COUNT - 1].head.log, 2, EVENT_LINE_ADD, 0),
                     VERDICT_UNKNOWN_LOG);
    assert_true(roster_log_find(&scene->roster, logs[0].head.log)->held_issued == 1000);
    free(logs);
    roster_scene_free(scene);
}

TEST(roster_limits, of_more_changes_of_rights_than_it_keeps_the_first_of_the_lowest_logs_count)
{
    struct roster_scene *scene = roster_scene_new();
    struct journal_device *counter = &scene->devices[SCENE_COUNTER];
    struct device_caps caps = {.device = counter->id, .count = 1};
    for (uint64_t i = 0; i <= ROSTER_CHANGES_MAX; i++) {
        caps.capabilities = i % 2 == 0 ? 0 : counter->certificate.capabilities;
        caps.from[0] = (struct log_point){counter->head.log, 2 + i};
        roster_scene_caps(scene, owner_of(scene), &caps);
    }
    roster_scene_load(scene);
    assert_true(scene->roster.is_cut_short);
    assert_int_equal(scene->roster.changes_count, ROSTER_CHANGES_MAX);
    assert_int_equal(roster_judge(&scene->roster, counter->head.log, 2, EVENT_LINE_ADD, 0),
                     VERDICT_FORBIDDEN);
    assert_int_equal(roster_judge(&scene->roster, counter->head.log, 3, EVENT_LINE_ADD, 0),
                     VERDICT_VALID);
    roster_scene_free(scene);
}

TEST(roster_limits, of_more_additions_than_it_remembers_the_devices_are_still_known)
{
    struct roster_scene *scene = roster_scene_new();
    struct journal_device *devices = devices_make(scene, 1);
    const struct journal_device *counter = &scene->devices[SCENE_COUNTER];
    for (uint32_t i = 0; i < ROSTER_ADDITIONS_MAX; i++) {
        roster_scene_chain(scene, owner_of(scene), EVENT_DEVICE_ADD, counter->chain);
    }
    roster_scene_load(scene);
    assert_false(scene->roster.is_cut_short);
    roster_scene_chain(scene, owner_of(scene), EVENT_DEVICE_ADD, devices[0].chain);
    roster_scene_load(scene);
    assert_true(scene->roster.is_cut_short);
    assert_non_null(roster_device_find(&scene->roster, devices[0].id));
    free(devices);
    roster_scene_free(scene);
}

/* In whichever order they come, the lowest are kept and nothing is known of what all have in
 * common. */
TEST(roster_limits, of_a_log_that_is_revoked_more_often_than_it_remembers_event_1_counts)
{
    enum { COUNT = ROSTER_REVOCATIONS_MAX + 1 };
    for (uint32_t from = 0; from < COUNT; from++) {
        struct roster_scene *scene = roster_scene_new();
        const uint64_t log = scene->devices[SCENE_COUNTER].head.log;
        for (uint32_t i = 0; i < COUNT; i++) {
            const struct log_cut cut = {.log = log, .seq = 2 + (from + COUNT - i) % COUNT};
            roster_scene_cut(scene, owner_of(scene), EVENT_LOG_REVOKE, &cut);
            roster_scene_load(scene);
            assert_true(scene->roster.is_cut_short == (i + 1 == COUNT));
        }
        const struct roster_log *found = roster_log_find(&scene->roster, log);
        assert_int_equal(found->revocations_count, ROSTER_REVOCATIONS_MAX);
        assert_int_equal(found->revocations[ROSTER_REVOCATIONS_MAX - 1].seq, COUNT);
        assert_int_equal(found->revoked_seq, 2);
        assert_int_equal(roster_judge(&scene->roster, log, 2, EVENT_LINE_ADD, 0), VERDICT_REVOKED);
        assert_int_equal(roster_judge(&scene->roster, log, 1, EVENT_LOG_OPEN, 0), VERDICT_VALID);
        roster_scene_free(scene);
    }
}

TEST(roster_limits, of_more_people_than_it_keeps_the_lower_numbers_count)
{
    struct roster_scene *scene = roster_scene_new();
    for (uint64_t staff = 1; staff <= ROSTER_PEOPLE_MAX + 1; staff++) {
        roster_scene_role(scene, owner_of(scene), staff, ROLE_COUNTER, 1);
    }
    roster_scene_load(scene);
    assert_true(scene->roster.is_cut_short);
    assert_int_equal(scene->roster.people_count, ROSTER_PEOPLE_MAX);
    const uint64_t log = owner_of(scene)->head.log;
    const uint64_t seq = owner_of(scene)->head.seq + 1;
    assert_int_equal(roster_judge(&scene->roster, log, seq, EVENT_LINE_ADD, ROSTER_PEOPLE_MAX),
                     VERDICT_VALID);
    assert_int_equal(roster_judge(&scene->roster, log, seq, EVENT_LINE_ADD, ROSTER_PEOPLE_MAX + 1),
                     VERDICT_FORBIDDEN);
    roster_scene_free(scene);
}

TEST(roster_limits, a_role_beyond_those_it_remembers_is_not_given)
{
    struct roster_scene *scene = roster_scene_new();
    for (uint64_t version = 1; version <= ROSTER_ROLES_MAX; version++) {
        roster_scene_role(scene, owner_of(scene), ANNA, ROLE_COUNTER, version);
    }
    roster_scene_load(scene);
    assert_false(scene->roster.is_cut_short);
    roster_scene_role(scene, owner_of(scene), ANNA, ROLE_OWNER, ROSTER_ROLES_MAX + 1);
    roster_scene_load(scene);
    assert_true(scene->roster.is_cut_short);
    assert_int_equal(roster_person_find(&scene->roster, ANNA)->role, ROLE_COUNTER);
    roster_scene_free(scene);
}

TEST(roster_limits, of_more_than_it_can_keep_of_who_knew_whom_the_lower_logs_stand)
{
    enum { LOGS = ROSTER_RIGHTS_MAX / ROSTER_PEOPLE_MAX + 1 };
    struct roster_scene *scene = roster_scene_new();
    struct journal_device *logs = calloc(LOGS, sizeof *logs);
    struct roster_saw saw = {.count = 1};
    assert_non_null(logs);
    for (uint64_t staff = 1; staff <= ROSTER_PEOPLE_MAX; staff++) {
        roster_scene_role(scene, owner_of(scene), staff, ROLE_COUNTER, 1);
    }
    saw.heads[0] = (struct log_point){owner_of(scene)->head.log, owner_of(scene)->head.seq};
    for (uint32_t i = 0; i < LOGS; i++) {
        roster_scene_log_again(scene, &scene->devices[SCENE_COUNTER], NUMBER + i, &logs[i]);
        roster_scene_saw(scene, &logs[i], &saw);
    }
    qsort(logs, LOGS, sizeof *logs, by_log);
    roster_scene_load(scene);
    assert_true(scene->roster.is_cut_short);
    assert_int_equal(scene->roster.rights_count, ROSTER_RIGHTS_MAX);
    assert_int_equal(
        roster_judge(&scene->roster, logs[0].head.log, 3, EVENT_LINE_ADD, ROSTER_PEOPLE_MAX),
        VERDICT_VALID);
    free(logs);
    roster_scene_free(scene);
}

/* @device says where it is dialled: at @port. */
static void place_state(struct roster_scene *scene, struct journal_device *device, uint32_t port)
{
    uint8_t buffer[PLACE_ENDPOINT_BYTES_MAX + 16];
    struct bytes body;
    struct device_place place = {.count = 1};
    (void)snprintf(place.endpoints[0], sizeof place.endpoints[0], "tcp://10.0.0.1:%u", port);
    assert_int_equal(device_place_encode(&place, buffer, sizeof buffer, &body), 0);
    roster_scene_state(scene, device, EVENT_DEVICE_PLACE, body);
}

static void assert_place(const struct roster_scene *scene, const struct journal_device *device,
                         const char *endpoint)
{
    const struct roster_device *found = roster_device_find(&scene->roster, device->id);
    assert_non_null(found);
    assert_string_equal(found->place.endpoints[0], endpoint);
}

/* The log.open is one of them. */
TEST(roster_limits, of_a_log_that_states_without_end_the_first_statements_count)
{
    struct roster_scene *scene = roster_scene_new();
    struct journal_device *counter = &scene->devices[SCENE_COUNTER];
    for (uint32_t i = 2; i <= ROSTER_EVENTS_PER_LOG_MAX; i++) {
        place_state(scene, counter, 1 + i);
    }
    roster_scene_load(scene);
    assert_place(scene, counter, "tcp://10.0.0.1:4097");
    assert_false(scene->roster.is_cut_short);
    place_state(scene, counter, 1);
    for (uint32_t i = 0; i < SCENE_DEVICES; i++) {
        if (i != SCENE_COUNTER) {
            place_state(scene, &scene->devices[i], 2 + i);
        }
    }
    roster_scene_load(scene);
    assert_place(scene, counter, "tcp://10.0.0.1:4097");
    assert_true(scene->roster.is_cut_short);
    assert_place(scene, owner_of(scene), "tcp://10.0.0.1:2");
    roster_scene_free(scene);
}

TEST(roster_limits, of_a_log_that_proves_without_end_the_first_proofs_are_verified)
{
    struct roster_scene *scene = roster_scene_new();
    struct journal_device *owner = owner_of(scene);
    static struct journal_device late;
    journal_device_init(&late, &scene->journal, NUMBER, ROLE_COUNTER, NULL);
    for (uint32_t i = 0; i < ROSTER_PROOFS_PER_LOG_MAX; i++) {
        roster_scene_chain(scene, owner, EVENT_LOG_CERT, owner->chain);
    }
    roster_scene_chain(scene, owner, EVENT_DEVICE_ADD, late.chain);
    roster_scene_load(scene);
    assert_true(scene->roster.is_cut_short);
    assert_null(roster_device_find(&scene->roster, late.id));
    roster_scene_chain(scene, &scene->devices[SCENE_COUNTER], EVENT_DEVICE_ADD, late.chain);
    roster_scene_load(scene);
    assert_non_null(roster_device_find(&scene->roster, late.id));
    roster_scene_free(scene);
}

TEST(roster_limits, a_fork_is_not_looked_for_among_proofs_without_end)
{
    struct roster_scene *scene = roster_scene_new();
    const struct journal_device *kitchen = &scene->devices[SCENE_KITCHEN];
    uint8_t buffer[512];
    const struct bytes fork =
        roster_scene_fork(scene, &kitchen->head, &kitchen->log_secret, buffer);
    uint8_t forged[512];
    memcpy(forged, fork.data, fork.size);
    forged[fork.size - 1] ^= 1; /* of the second run's signature */
    for (uint32_t i = 0; i < ROSTER_PROOFS_PER_LOG_MAX; i++) {
        roster_scene_state(scene, &scene->devices[SCENE_COUNTER], EVENT_LOG_FORK,
                           bytes_of(forged, fork.size));
    }
    roster_scene_state(scene, &scene->devices[SCENE_COUNTER], EVENT_LOG_FORK, fork);
    roster_scene_load(scene);
    assert_true(scene->roster.is_cut_short);
    assert_true(roster_log_find(&scene->roster, kitchen->head.log)->fork_seq == UINT64_MAX);
    roster_scene_state(scene, owner_of(scene), EVENT_LOG_FORK, fork);
    roster_scene_load(scene);
    assert_true(roster_log_find(&scene->roster, kitchen->head.log)->fork_seq == 2);
    roster_scene_free(scene);
}
