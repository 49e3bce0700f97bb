/* Who is there, by what the roster makes of a store: the same for every order of arrival, and what
 * it was where a disk fails or events make no sense. */
#include "sync/roster/roster.h"

#include <stdlib.h>

#include "tests/lib/prng.h"
#include "tests/lib/scene_says.h"
#include "tests/lib/test.h"

static void assert_same_log(const struct roster_log *a, const struct roster_log *b)
{
    assert_true(a->id == b->id && a->device == b->device && a->incarnation == b->incarnation);
    assert_memory_equal(&a->key, &b->key, sizeof a->key);
    assert_true(a->capabilities == b->capabilities && a->fork_seq == b->fork_seq);
    assert_true(a->revoked_seq == b->revoked_seq && a->retired_seq == b->retired_seq);
    assert_true(a->unrevoked_to == b->unrevoked_to);
    assert_true(a->is_revoked_crowded == b->is_revoked_crowded);
    assert_int_equal(a->revocations_count, b->revocations_count);
    for (uint32_t i = 0; i < a->revocations_count; i++) {
        const struct roster_revocation *revocation = &a->revocations[i];
        assert_true(revocation->seq == b->revocations[i].seq);
        assert_memory_equal(&revocation->hash, &b->revocations[i].hash, sizeof revocation->hash);
        assert_true(revocation->is_elsewhere == b->revocations[i].is_elsewhere);
    }
}

/* Field by field: what lies between the fields is nobody's. */
static void assert_same_roster(const struct roster *a, const struct roster *b)
{
    assert_true(a->devices_count == b->devices_count && a->logs_count == b->logs_count);
    assert_true(a->changes_count == b->changes_count && a->is_cut_short == b->is_cut_short);
    for (uint32_t i = 0; i < a->devices_count; i++) {
        const struct roster_device *device = &a->devices[i];
        const struct roster_device *other = &b->devices[i];
        assert_true(device->id == other->id && device->is_revoked == other->is_revoked);
        assert_int_equal(certificate_compare(&device->certificate, &other->certificate), 0);
        assert_true(device_place_equal(&device->place, &other->place));
    }
    for (uint32_t i = 0; i < a->logs_count; i++) {
        assert_same_log(&a->logs[i], &b->logs[i]);
    }
    for (uint32_t i = 0; i < a->changes_count; i++) {
        const struct roster_change *change = &a->changes[i];
        const struct roster_change *other = &b->changes[i];
        assert_true(change->log == other->log && change->from_seq == other->from_seq);
        assert_true(change->capabilities == other->capabilities);
        assert_true(change->is_stated == other->is_stated);
    }
}

/* --- who is there --- */

TEST(roster, of_an_empty_store_is_empty)
{
    struct roster_scene *scene = roster_scene_new();
    struct store_memory *empty = store_memory_new();
    struct store_txn *txn = store_memory_begin(empty, false);
    assert_int_equal(roster_load(&scene->roster, txn, &scene->journal.popup, &scene->journal.root),
                     0);
    assert_int_equal(scene->roster.devices_count, 0);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 1, EVENT_LOG_OPEN), VERDICT_UNKNOWN_LOG);
    store_memory_abort(txn);
    store_memory_free(empty);
    roster_scene_free(scene);
}

TEST(roster, knows_devices_and_logs_from_their_log_open)
{
    struct roster_scene *scene = roster_scene_new();
    roster_scene_load(scene);
    assert_int_equal(scene->roster.devices_count, SCENE_DEVICES);
    assert_int_equal(scene->roster.logs_count, SCENE_DEVICES);
    for (int i = 0; i < SCENE_DEVICES; i++) {
        const struct journal_device *device = &scene->devices[i];
        const struct roster_log *log = roster_log_find(&scene->roster, scene_log_of(scene, i));
        const struct roster_device *found = roster_device_find(&scene->roster, device->id);
        assert_non_null(log);
        assert_non_null(found);
        assert_true(log->device == device->id);
        assert_memory_equal(&log->key, &device->head.key, sizeof log->key);
        assert_string_equal(found->certificate.name, device->certificate.name);
    }
    assert_null(roster_device_find(&scene->roster, 1));
    assert_null(roster_log_find(&scene->roster, 1));
    roster_scene_free(scene);
}

TEST(roster, a_device_s_role_decides_what_its_log_may_write)
{
    struct roster_scene *scene = roster_scene_new();
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 2, EVENT_ORDER_OPEN), VERDICT_VALID);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 2, EVENT_ACCEPT), VERDICT_VALID);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 2, EVENT_MENU_SET), VERDICT_FORBIDDEN);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 2, EVENT_LOG_REVOKE), VERDICT_FORBIDDEN);
    assert_int_equal(scene_judge(scene, SCENE_OWNER, 2, EVENT_LOG_REVOKE), VERDICT_VALID);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 2, (enum event_type)9998), VERDICT_VALID);
    roster_scene_free(scene);
}

TEST(roster, a_log_open_of_another_root_s_device_makes_nobody_known)
{
    struct roster_scene *scene = roster_scene_new();
    struct journal other = scene->journal;
    struct journal_device stranger;
    struct public_key key;
    keys_of_number(2, &key, &other.root_secret);
    journal_device_init(&stranger, &other, 20, ROLE_OWNER, NULL);
    journal_open(scene->txn, &other, &stranger);
    roster_scene_load(scene);
    assert_int_equal(scene->roster.devices_count, SCENE_DEVICES);
    assert_null(roster_log_find(&scene->roster, stranger.head.log));
    roster_scene_free(scene);
}

TEST(roster, a_log_open_copied_into_another_log_is_nothing)
{
    struct roster_scene *scene = roster_scene_new();
    uint8_t buffer[2048];
    struct bytes body;
    struct journal_device thief = scene->devices[SCENE_COUNTER];
    keys_of_number(77, &thief.head.key, &thief.log_secret);
    log_head_init(&thief.head, &scene->journal.popup, &thief.head.key, thief.id, 2);
    const struct journal_device *owner = &scene->devices[SCENE_OWNER];
    const struct log_open open = {
        .log_key = owner->head.key, .incarnation = 1, .chain = owner->chain};
    assert_int_equal(
        log_open_encode(&open, &scene->journal.popup, &owner->secret, buffer, sizeof buffer, &body),
        0);
    journal_state(scene->txn, &scene->journal, &thief, EVENT_LOG_OPEN, body);
    roster_scene_load(scene);
    assert_null(roster_log_find(&scene->roster, thief.head.log));
    roster_scene_free(scene);
}

TEST(roster, device_add_makes_a_device_known_whoever_writes_it)
{
    struct roster_scene *scene = roster_scene_new();
    struct journal_device pickup;
    journal_device_init(&pickup, &scene->journal, 9, ROLE_PICKUP, &scene->devices[SCENE_OWNER]);
    scene_state_chain(scene, SCENE_KITCHEN, EVENT_DEVICE_ADD, pickup.chain);
    roster_scene_load(scene);
    assert_non_null(roster_device_find(&scene->roster, pickup.id));
    assert_int_equal(scene->roster.logs_count, SCENE_DEVICES);
    roster_scene_free(scene);
}

TEST(roster, shows_the_newest_certificate_of_a_device_in_any_order)
{
    for (uint64_t round = 0; round < 2; round++) {
        struct roster_scene *scene = roster_scene_new();
        struct journal_device pickup;
        for (uint64_t i = 0; i < 2; i++) {
            journal_device_init(&pickup, &scene->journal, 9, ROLE_PICKUP, NULL);
            pickup.certificate.issued = 100 + (i ^ round);
            pickup.certificate.lane[0] = i == round ? 'X' : 'Y';
            struct certificate certificate = pickup.certificate;
            journal_device_certify(&pickup, &scene->journal, &certificate, NULL);
            scene_state_chain(scene, SCENE_KITCHEN, EVENT_DEVICE_ADD, pickup.chain);
        }
        roster_scene_load(scene);
        const struct roster_device *found = roster_device_find(&scene->roster, pickup.id);
        assert_non_null(found);
        assert_string_equal(found->certificate.lane, "Y");
        roster_scene_free(scene);
    }
}

TEST(roster, is_cut_short_at_its_limits_and_says_so)
{
    struct roster_scene *scene = roster_scene_new();
    for (uint32_t i = 10; i < 10 + DEVICES_MAX; i++) {
        struct journal_device device;
        journal_device_init(&device, &scene->journal, i, ROLE_PICKUP, NULL);
        scene_state_chain(scene, SCENE_KITCHEN, EVENT_DEVICE_ADD, device.chain);
    }
    roster_scene_load(scene);
    assert_int_equal(scene->roster.devices_count, DEVICES_MAX);
    assert_true(scene->roster.is_cut_short);
    for (uint32_t i = 1; i < DEVICES_MAX; i++) {
        assert_true(scene->roster.devices[i - 1].id < scene->roster.devices[i].id);
    }
    roster_scene_free(scene);
}

/* --- loaded again --- */

TEST(roster, nonsense_in_its_events_is_passed_over)
{
    struct roster_scene *scene = roster_scene_new();
    static const uint8_t nonsense[] = {0x92, 0x01, 0x02};
    roster_scene_load(scene);
    const struct roster before = scene->roster;
    const enum event_type types[] = {
        EVENT_LOG_OPEN, EVENT_LOG_CERT,   EVENT_ROSTER_SAW, EVENT_DEVICE_ADD, EVENT_DEVICE_CAPS,
        EVENT_LOG_FORK, EVENT_LOG_REVOKE, EVENT_LOG_RETIRE, EVENT_SALVAGE,    EVENT_ORDER_OPEN};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        scene_state(scene, SCENE_OWNER, types[i], bytes_of(nonsense, sizeof nonsense));
    }
    roster_scene_load(scene);
    assert_same_roster(&scene->roster, &before);
    roster_scene_free(scene);
}

TEST(roster, a_failing_disk_leaves_it_as_it_was)
{
    struct roster_scene *scene = roster_scene_new();
    roster_scene_load(scene);
    const struct roster before = scene->roster;
    store_memory_fail(scene->store, MEMORY_GET, 3, ERR_IO);
    assert_int_equal(
        roster_load(&scene->roster, scene->txn, &scene->journal.popup, &scene->journal.root),
        ERR_IO);
    assert_same_roster(&scene->roster, &before);
    roster_scene_free(scene);
}

static void load_with(struct roster_scene *scene, struct verified *verified)
{
    assert_int_equal(roster_load_with(verified, &scene->roster, scene->txn, &scene->journal.popup,
                                      &scene->journal.root),
                     0);
}

TEST(roster, of_a_known_one_only_what_is_new_is_verified)
{
    struct roster_scene *scene = roster_scene_new();
    struct verified *verified = calloc(1, sizeof *verified);
    struct journal_device again;
    load_with(scene, verified);
    const struct roster before = scene->roster;
    assert_int_equal(verified->verifications, 2 * SCENE_DEVICES); /* certificate and log.open */
    load_with(scene, verified);
    assert_int_equal(verified->verifications, 2 * SCENE_DEVICES);
    assert_same_roster(&scene->roster, &before);
    roster_scene_log_again(scene, &scene->devices[SCENE_KITCHEN], 2, &again);
    load_with(scene, verified);
    assert_int_equal(verified->verifications, 2 * SCENE_DEVICES + 1); /* that log.open */
    assert_int_equal(scene->roster.logs_count, SCENE_DEVICES + 1);
    free(verified);
    roster_scene_free(scene);
}

/* --- order of arrival --- */

/* Admins at odds, certificates old and new, forks and revocations, by @seed. */
static void write_quarrel(struct roster_scene *scene, struct prng *prng)
{
    struct scene_fork forked;
    uint8_t buffer[1024];
    scene_fork_make(scene, &forked);
    for (int i = 0; i < 30; i++) {
        const int writer = (int)prng_below(prng, SCENE_DEVICES);
        const int device = (int)prng_below(prng, SCENE_DEVICES);
        const uint64_t seq = 1 + prng_below(prng, 12);
        struct log_cut cut = scene_cut_at(scene, device, seq);
        const char *endpoint = prng_one_in(prng, 2) ? "tcp://10.0.0.1:7450" : "tcp://10.0.0.2:7450";
        switch (prng_below(prng, 7)) {
        case 5:
            scene_state_place(scene, &scene->devices[writer], &endpoint, 1);
            break;
        case 0:
            scene_state_cut(scene, writer, EVENT_LOG_REVOKE, &cut);
            break;
        case 1:
            scene_state_cut(scene, writer, EVENT_LOG_RETIRE, &cut);
            break;
        case 2:
            scene_state_caps(scene, writer, device, seq, prng_next(prng));
            break;
        case 3:
            scene_state_chain(scene, writer,
                              prng_one_in(prng, 2) ? EVENT_LOG_CERT : EVENT_DEVICE_ADD,
                              scene->devices[device].chain);
            break;
        case 4:
            scene_state(scene, writer, EVENT_LOG_FORK,
                        scene_fork_body(&forked.fork, buffer, sizeof buffer));
            break;
        default:
            scene_write_orders(scene, writer, 1);
            break;
        }
    }
}

/* Copy the logs to a new store run by run, each time from a log drawn by @prng, loading the roster
 * on the way, as a replica would. */
static void arrive(struct roster_scene *scene, struct prng *prng, struct roster *roster)
{
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    struct run *run = calloc(1, sizeof *run);
    struct log_head heads[SCENE_DEVICES];
    int left = SCENE_DEVICES;
    assert_non_null(run);
    for (int i = 0; i < SCENE_DEVICES; i++) {
        const struct journal_device *device = &scene->devices[i];
        log_head_init(&heads[i], &scene->journal.popup, &device->head.key, device->id, 1);
    }
    while (left > 0) {
        struct log_head *head = &heads[prng_below(prng, (uint64_t)left)];
        struct log_head next;
        if (run_read(scene->txn, head->log, head->seq + 1, 1, run) != 0) {
            *head = heads[--left];
            continue;
        }
        assert_int_equal(run_verify(run, &scene->journal.popup, head, &next), 0);
        assert_int_equal(run_store(txn, run, &next), 0);
        *head = next;
        assert_int_equal(roster_load(roster, txn, &scene->journal.popup, &scene->journal.root), 0);
    }
    free(run);
    store_memory_abort(txn);
    store_memory_free(store);
}

TEST(roster, is_the_same_for_every_order_of_arrival)
{
    static struct roster roster;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct prng prng = {.state = seed};
        struct roster_scene *scene = roster_scene_new();
        write_quarrel(scene, &prng);
        roster_scene_load(scene);
        for (int order = 0; order < 3; order++) {
            arrive(scene, &prng, &roster);
            assert_same_roster(&roster, &scene->roster);
        }
        roster_scene_free(scene);
    }
}
