#include "sync/roster/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/prng.h"
#include "tests/lib/roster_scene.h"
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

static uint64_t log_of(const struct roster_scene *scene, int device)
{
    return scene->devices[device].head.log;
}

static enum verdict judge(const struct roster_scene *scene, int device, uint64_t seq,
                          enum event_type type)
{
    return roster_judge(&scene->roster, log_of(scene, device), seq, type, 0);
}

/* A few events that say nothing about the roster. */
static void write_orders(struct roster_scene *scene, int device, int count)
{
    static const uint8_t empty_array[] = {0x90};
    const struct entity_id entity = entity_id_derive(KIND_ORDER, 1);
    for (int i = 0; i < count; i++) {
        journal_write(scene->txn, &scene->journal, &scene->devices[device], EVENT_LINE_ADD, &entity,
                      bytes_of(empty_array, 1));
    }
}

static uint64_t state(struct roster_scene *scene, int device, enum event_type type,
                      struct bytes body)
{
    return journal_state(scene->txn, &scene->journal, &scene->devices[device], type, body);
}

static struct log_cut cut_at(struct roster_scene *scene, int device, uint64_t seq)
{
    struct log_cut cut = {.log = log_of(scene, device), .seq = seq};
    struct bytes event;
    if (event_get(scene->txn, cut.log, seq, &cut.hash, &event) != 0) {
        memset(&cut.hash, 0x55, sizeof cut.hash); /* not here yet: some hash */
    }
    return cut;
}

static void state_cut(struct roster_scene *scene, int writer, enum event_type type,
                      const struct log_cut *cut)
{
    uint8_t buffer[128];
    struct bytes body;
    assert_int_equal(log_cut_encode(cut, buffer, sizeof buffer, &body), 0);
    state(scene, writer, type, body);
}

static void revoke(struct roster_scene *scene, int writer, int device, uint64_t seq)
{
    const struct log_cut cut = cut_at(scene, device, seq);
    state_cut(scene, writer, EVENT_LOG_REVOKE, &cut);
}

static void state_caps(struct roster_scene *scene, int writer, int device, uint64_t from_seq,
                       uint64_t capabilities)
{
    uint8_t buffer[128];
    struct bytes body;
    struct device_caps caps = {
        .device = scene->devices[device].id, .capabilities = capabilities, .count = 1};
    caps.from[0] = (struct log_point){log_of(scene, device), from_seq};
    assert_int_equal(device_caps_encode(&caps, buffer, sizeof buffer, &body), 0);
    state(scene, writer, EVENT_DEVICE_CAPS, body);
}

static void state_chain(struct roster_scene *scene, int writer, enum event_type type,
                        struct bytes chain)
{
    uint8_t buffer[2048];
    struct bytes body;
    assert_int_equal(chain_body_encode(chain, buffer, sizeof buffer, &body), 0);
    state(scene, writer, type, body);
}

static void state_place(struct roster_scene *scene, struct journal_device *device,
                        const char *const *endpoints, uint32_t count)
{
    uint8_t buffer[PLACE_ENDPOINTS_MAX * PLACE_ENDPOINT_BYTES_MAX];
    struct device_place place = {.count = count};
    struct bytes body;
    for (uint32_t i = 0; i < count; i++) {
        (void)snprintf(place.endpoints[i], sizeof place.endpoints[i], "%s", endpoints[i]);
    }
    assert_int_equal(device_place_encode(&place, buffer, sizeof buffer, &body), 0);
    journal_state(scene->txn, &scene->journal, device, EVENT_DEVICE_PLACE, body);
}

static const struct device_place *place_of(const struct roster_scene *scene, int device)
{
    return &roster_device_find(&scene->roster, scene->devices[device].id)->place;
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
    assert_int_equal(judge(scene, SCENE_COUNTER, 1, EVENT_LOG_OPEN), VERDICT_UNKNOWN_LOG);
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
        const struct roster_log *log = roster_log_find(&scene->roster, log_of(scene, i));
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
    assert_int_equal(judge(scene, SCENE_COUNTER, 2, EVENT_ORDER_OPEN), VERDICT_VALID);
    assert_int_equal(judge(scene, SCENE_COUNTER, 2, EVENT_ACCEPT), VERDICT_VALID);
    assert_int_equal(judge(scene, SCENE_COUNTER, 2, EVENT_MENU_SET), VERDICT_FORBIDDEN);
    assert_int_equal(judge(scene, SCENE_COUNTER, 2, EVENT_LOG_REVOKE), VERDICT_FORBIDDEN);
    assert_int_equal(judge(scene, SCENE_OWNER, 2, EVENT_LOG_REVOKE), VERDICT_VALID);
    assert_int_equal(judge(scene, SCENE_COUNTER, 2, (enum event_type)9998), VERDICT_VALID);
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
    state_chain(scene, SCENE_KITCHEN, EVENT_DEVICE_ADD, pickup.chain);
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
            state_chain(scene, SCENE_KITCHEN, EVENT_DEVICE_ADD, pickup.chain);
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
        state_chain(scene, SCENE_KITCHEN, EVENT_DEVICE_ADD, device.chain);
    }
    roster_scene_load(scene);
    assert_int_equal(scene->roster.devices_count, DEVICES_MAX);
    assert_true(scene->roster.is_cut_short);
    for (uint32_t i = 1; i < DEVICES_MAX; i++) {
        assert_true(scene->roster.devices[i - 1].id < scene->roster.devices[i].id);
    }
    roster_scene_free(scene);
}

/* --- rights that change --- */

TEST(roster, log_cert_raises_rights_from_its_own_event_on)
{
    struct roster_scene *scene = roster_scene_new();
    struct certificate certificate = scene->devices[SCENE_COUNTER].certificate;
    struct journal_device promoted = scene->devices[SCENE_COUNTER];
    certificate.capabilities |= capability_bit(CAP_MENU);
    certificate.issued++;
    journal_device_certify(&promoted, &scene->journal, &certificate, NULL);
    write_orders(scene, SCENE_COUNTER, 3);
    const uint64_t seq = scene->devices[SCENE_COUNTER].head.seq + 1;
    state_chain(scene, SCENE_COUNTER, EVENT_LOG_CERT, promoted.chain);
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_COUNTER, seq - 1, EVENT_MENU_SET), VERDICT_FORBIDDEN);
    assert_int_equal(judge(scene, SCENE_COUNTER, seq, EVENT_MENU_SET), VERDICT_VALID);
    assert_int_equal(judge(scene, SCENE_COUNTER, seq + 9, EVENT_MENU_SET), VERDICT_VALID);
    roster_scene_free(scene);
}

TEST(roster, log_cert_of_another_device_or_of_old_papers_changes_nothing)
{
    struct roster_scene *scene = roster_scene_new();
    struct certificate certificate = scene->devices[SCENE_COUNTER].certificate;
    struct journal_device older = scene->devices[SCENE_COUNTER];
    certificate.capabilities |= capability_bit(CAP_MENU);
    certificate.issued--;
    journal_device_certify(&older, &scene->journal, &certificate, &scene->devices[SCENE_OWNER]);
    state_chain(scene, SCENE_COUNTER, EVENT_LOG_CERT, older.chain);
    state_chain(scene, SCENE_COUNTER, EVENT_LOG_CERT, scene->devices[SCENE_OWNER].chain);
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_COUNTER, 9, EVENT_MENU_SET), VERDICT_FORBIDDEN);
    roster_scene_free(scene);
}

TEST(roster, device_caps_lowers_and_raises_from_the_event_it_names)
{
    struct roster_scene *scene = roster_scene_new();
    const uint64_t all = role_device_capabilities(ROLE_COUNTER);
    state_caps(scene, SCENE_OWNER, SCENE_COUNTER, 5, all & ~capability_bit(CAP_ORDER));
    state_caps(scene, SCENE_OWNER, SCENE_COUNTER, 10, all | capability_bit(CAP_MENU));
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_COUNTER, 4, EVENT_ORDER_OPEN), VERDICT_VALID);
    assert_int_equal(judge(scene, SCENE_COUNTER, 5, EVENT_ORDER_OPEN), VERDICT_FORBIDDEN);
    assert_int_equal(judge(scene, SCENE_COUNTER, 9, EVENT_ORDER_OPEN), VERDICT_FORBIDDEN);
    assert_int_equal(judge(scene, SCENE_COUNTER, 10, EVENT_ORDER_OPEN), VERDICT_VALID);
    assert_int_equal(judge(scene, SCENE_COUNTER, 9, EVENT_MENU_SET), VERDICT_FORBIDDEN);
    assert_int_equal(judge(scene, SCENE_COUNTER, 10, EVENT_MENU_SET), VERDICT_VALID);
    assert_int_equal(judge(scene, SCENE_KITCHEN, 9, EVENT_ORDER_OPEN), VERDICT_VALID);
    roster_scene_free(scene);
}

TEST(roster, device_caps_by_who_may_not_write_it_are_void)
{
    struct roster_scene *scene = roster_scene_new();
    state_caps(scene, SCENE_COUNTER, SCENE_COUNTER, 2, UINT64_MAX);
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_COUNTER, 9, EVENT_MENU_SET), VERDICT_FORBIDDEN);
    roster_scene_free(scene);
}

TEST(roster, device_caps_cannot_grant_what_their_writer_lacks)
{
    struct roster_scene *scene = roster_scene_new();
    state_caps(scene, SCENE_MANAGER, SCENE_COUNTER, 2, UINT64_MAX);
    roster_scene_load(scene);
    const uint64_t held = roster_capabilities(&scene->roster, log_of(scene, SCENE_COUNTER), 2);
    assert_int_equal(held, role_device_capabilities(ROLE_MANAGER));
    roster_scene_free(scene);
}

TEST(roster, of_two_device_caps_for_one_event_both_must_allow)
{
    struct roster_scene *scene = roster_scene_new();
    state_caps(scene, SCENE_OWNER, SCENE_COUNTER, 5,
               capability_bit(CAP_ORDER) | capability_bit(CAP_COOK));
    state_caps(scene, SCENE_MANAGER, SCENE_COUNTER, 5,
               capability_bit(CAP_COOK) | capability_bit(CAP_LOG));
    roster_scene_load(scene);
    assert_int_equal(roster_capabilities(&scene->roster, log_of(scene, SCENE_COUNTER), 5),
                     capability_bit(CAP_COOK));
    roster_scene_free(scene);
}

TEST(roster, who_was_demoted_does_not_rise_again_by_a_certificate)
{
    struct roster_scene *scene = roster_scene_new();
    struct journal_device newer = scene->devices[SCENE_COUNTER];
    struct certificate certificate = newer.certificate;
    certificate.issued++;
    journal_device_certify(&newer, &scene->journal, &certificate, NULL);
    state_caps(scene, SCENE_OWNER, SCENE_COUNTER, 2, capability_bit(CAP_LOG));
    write_orders(scene, SCENE_COUNTER, 2);
    state_chain(scene, SCENE_COUNTER, EVENT_LOG_CERT, newer.chain);
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_COUNTER, 9, EVENT_ORDER_OPEN), VERDICT_FORBIDDEN);
    roster_scene_free(scene);
}

/* --- registers --- */

TEST(roster, revoking_voids_what_comes_after_and_refuses_the_device)
{
    struct roster_scene *scene = roster_scene_new();
    write_orders(scene, SCENE_COUNTER, 9);
    revoke(scene, SCENE_MANAGER, SCENE_COUNTER, 5);
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_COUNTER, 5, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(judge(scene, SCENE_COUNTER, 6, EVENT_LINE_ADD), VERDICT_REVOKED);
    assert_int_equal(judge(scene, SCENE_COUNTER, 1, EVENT_LOG_OPEN), VERDICT_VALID);
    assert_true(roster_device_find(&scene->roster, scene->devices[SCENE_COUNTER].id)->is_revoked);
    assert_false(roster_device_find(&scene->roster, scene->devices[SCENE_KITCHEN].id)->is_revoked);
    roster_scene_free(scene);
}

TEST(roster, of_two_revocations_the_earlier_event_counts)
{
    struct roster_scene *scene = roster_scene_new();
    write_orders(scene, SCENE_COUNTER, 9);
    revoke(scene, SCENE_MANAGER, SCENE_COUNTER, 7);
    revoke(scene, SCENE_OWNER, SCENE_COUNTER, 3);
    revoke(scene, SCENE_OWNER, SCENE_COUNTER, 5);
    roster_scene_load(scene);
    assert_int_equal(roster_log_find(&scene->roster, log_of(scene, SCENE_COUNTER))->revoked_seq, 3);
    roster_scene_free(scene);
}

TEST(roster, two_revocations_at_one_event_that_name_different_chains_leave_event_1)
{
    static const int writers[2][2] = {{SCENE_OWNER, SCENE_MANAGER}, {SCENE_MANAGER, SCENE_OWNER}};
    for (int i = 0; i < 2; i++) {
        struct roster_scene *scene = roster_scene_new();
        write_orders(scene, SCENE_COUNTER, 9);
        struct log_cut cut = cut_at(scene, SCENE_COUNTER, 5);
        state_cut(scene, writers[i][0], EVENT_LOG_REVOKE, &cut);
        cut.hash.bytes[0] ^= 1;
        state_cut(scene, writers[i][1], EVENT_LOG_REVOKE, &cut);
        roster_scene_load(scene);
        assert_int_equal(judge(scene, SCENE_COUNTER, 2, EVENT_LINE_ADD), VERDICT_REVOKED);
        assert_int_equal(judge(scene, SCENE_COUNTER, 1, EVENT_LOG_OPEN), VERDICT_VALID);
        roster_scene_free(scene);
    }
}

TEST(roster, a_revocation_that_names_another_branch_voids_this_one)
{
    struct roster_scene *scene = roster_scene_new();
    write_orders(scene, SCENE_COUNTER, 9);
    struct log_cut cut = cut_at(scene, SCENE_COUNTER, 5);
    cut.hash.bytes[31] ^= 1;
    state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &cut);
    roster_scene_load(scene);
    assert_int_equal(roster_log_find(&scene->roster, log_of(scene, SCENE_COUNTER))->unrevoked_to,
                     1);
    assert_int_equal(judge(scene, SCENE_COUNTER, 3, EVENT_LINE_ADD), VERDICT_REVOKED);
    roster_scene_free(scene);
}

/* Whichever comes first: what the one let stand, the other had ended. */
TEST(roster, an_earlier_revocation_does_not_bring_back_what_a_later_one_voided)
{
    for (int i = 0; i < 2; i++) {
        struct roster_scene *scene = roster_scene_new();
        write_orders(scene, SCENE_COUNTER, 9);
        struct log_cut other = cut_at(scene, SCENE_COUNTER, 7);
        other.hash.bytes[0] ^= 1;
        const struct log_cut own = cut_at(scene, SCENE_COUNTER, 5);
        state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, i == 0 ? &own : &other);
        state_cut(scene, SCENE_MANAGER, EVENT_LOG_REVOKE, i == 0 ? &other : &own);
        roster_scene_load(scene);
        assert_int_equal(judge(scene, SCENE_COUNTER, 2, EVENT_LINE_ADD), VERDICT_REVOKED);
        assert_int_equal(judge(scene, SCENE_COUNTER, 1, EVENT_LOG_OPEN), VERDICT_VALID);
        roster_scene_free(scene);
    }
}

/* Of the chains that are named, what stands here shows those that it is. */
TEST(roster, who_holds_a_named_chain_carries_all_of_it_and_nothing_of_others)
{
    struct roster_scene *scene = roster_scene_new();
    write_orders(scene, SCENE_COUNTER, 9);
    write_orders(scene, SCENE_KITCHEN, 9);
    struct log_cut other = cut_at(scene, SCENE_COUNTER, 7);
    const struct log_cut own[] = {cut_at(scene, SCENE_COUNTER, 5), cut_at(scene, SCENE_COUNTER, 6)};
    other.hash.bytes[0] ^= 1;
    roster_scene_load(scene);
    const struct roster_log *counter =
        roster_log_find(&scene->roster, log_of(scene, SCENE_COUNTER));
    assert_true(roster_salvage_limit(counter) == UINT64_MAX);
    state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &other);
    roster_scene_load(scene);
    assert_int_equal(roster_salvage_limit(counter), 0);
    state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &own[1]);
    state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &own[0]);
    roster_scene_load(scene);
    assert_int_equal(roster_salvage_limit(counter), 6);
    assert_int_equal(roster_voided_from(counter), 2);
    const struct log_cut whole = {.log = scene->devices[SCENE_KITCHEN].id, .seq = 1};
    state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &whole);
    roster_scene_load(scene);
    assert_int_equal(
        roster_salvage_limit(roster_log_find(&scene->roster, log_of(scene, SCENE_KITCHEN))), 0);
    roster_scene_free(scene);
}

/* Else who holds less could not tell whether the later one means the same chain. */
TEST(roster, of_a_log_that_was_revoked_twice_peers_bring_each_other_all_up_to_the_later_event)
{
    struct roster_scene *scene = roster_scene_new();
    write_orders(scene, SCENE_COUNTER, 5);
    const struct log_cut near = cut_at(scene, SCENE_COUNTER, 4);
    struct log_cut far = cut_at(scene, SCENE_COUNTER, 5);
    far.seq = 8;
    state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &near);
    state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &far);
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_COUNTER, 4, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(judge(scene, SCENE_COUNTER, 5, EVENT_LINE_ADD), VERDICT_REVOKED);
    assert_int_equal(roster_limit(&scene->roster, near.log), 8);
    assert_true(roster_awaits(&scene->roster, near.log, 8, 9));
    write_orders(scene, SCENE_COUNTER, 9);
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_COUNTER, 2, EVENT_LINE_ADD), VERDICT_REVOKED);
    roster_scene_free(scene);
}

TEST(roster, two_chains_named_for_an_event_that_nobody_holds_leave_event_1)
{
    struct roster_scene *scene = roster_scene_new();
    write_orders(scene, SCENE_COUNTER, 5);
    struct log_cut cut = cut_at(scene, SCENE_COUNTER, 5);
    cut.seq = 8;
    state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &cut);
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_COUNTER, 2, EVENT_LINE_ADD), VERDICT_VALID);
    cut.hash.bytes[0] ^= 1;
    state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &cut);
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_COUNTER, 2, EVENT_LINE_ADD), VERDICT_REVOKED);
    roster_scene_free(scene);
}

TEST(roster, a_revocation_ahead_of_our_head_is_weighed_again_when_the_event_comes)
{
    struct roster_scene *scene = roster_scene_new();
    write_orders(scene, SCENE_COUNTER, 2);
    revoke(scene, SCENE_OWNER, SCENE_COUNTER, 6);
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_COUNTER, 3, EVENT_LINE_ADD), VERDICT_VALID);
    assert_false(roster_awaits(&scene->roster, log_of(scene, SCENE_COUNTER), 4, 5));
    assert_true(roster_awaits(&scene->roster, log_of(scene, SCENE_COUNTER), 4, 8));
    assert_false(roster_awaits(&scene->roster, log_of(scene, SCENE_KITCHEN), 4, 8));
    write_orders(scene, SCENE_COUNTER, 5);
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_COUNTER, 3, EVENT_LINE_ADD), VERDICT_REVOKED);
    roster_scene_free(scene);
}

TEST(roster, a_revocation_by_who_is_no_admin_is_void)
{
    struct roster_scene *scene = roster_scene_new();
    write_orders(scene, SCENE_COUNTER, 9);
    revoke(scene, SCENE_KITCHEN, SCENE_COUNTER, 5);
    revoke(scene, SCENE_COUNTER, SCENE_KITCHEN, 1);
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_COUNTER, 9, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(judge(scene, SCENE_KITCHEN, 9, EVENT_LINE_ADD), VERDICT_VALID);
    roster_scene_free(scene);
}

TEST(roster, what_a_thief_states_after_the_revocation_is_void)
{
    struct roster_scene *scene = roster_scene_new();
    write_orders(scene, SCENE_MANAGER, 3);
    revoke(scene, SCENE_OWNER, SCENE_MANAGER, 4);
    revoke(scene, SCENE_MANAGER, SCENE_OWNER, 1);
    revoke(scene, SCENE_MANAGER, SCENE_COUNTER, 1);
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_OWNER, 9, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(judge(scene, SCENE_COUNTER, 9, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(judge(scene, SCENE_MANAGER, 5, EVENT_LINE_ADD), VERDICT_REVOKED);
    roster_scene_free(scene);
}

TEST(roster, the_root_recovers_with_a_new_certificate_from_a_stolen_owner_s_device)
{
    struct roster_scene *scene = roster_scene_new();
    struct journal_device second;
    revoke(scene, SCENE_OWNER, SCENE_MANAGER, 1);
    revoke(scene, SCENE_OWNER, SCENE_COUNTER, 1);
    journal_device_init(&second, &scene->journal, 50, ROLE_OWNER, NULL); /* issued later */
    journal_open(scene->txn, &scene->journal, &second);
    struct log_cut cut = {.log = second.head.log, .seq = 1, .hash = second.head.hash};
    state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &cut);
    uint8_t buffer[128];
    struct bytes body;
    cut = cut_at(scene, SCENE_OWNER, 1);
    assert_int_equal(log_cut_encode(&cut, buffer, sizeof buffer, &body), 0);
    journal_state(scene->txn, &scene->journal, &second, EVENT_LOG_REVOKE, body);
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_OWNER, 2, EVENT_LOG_REVOKE), VERDICT_REVOKED);
    assert_int_equal(judge(scene, SCENE_MANAGER, 5, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(judge(scene, SCENE_COUNTER, 5, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(roster_judge(&scene->roster, second.head.log, 2, EVENT_LOG_REVOKE, 0),
                     VERDICT_VALID);
    roster_scene_free(scene);
}

/* A second owner by the root, and a pickup that it certified and stated; what a stolen owner's
 * tablet makes up about that pickup. */
struct theft {
    struct roster_scene *scene;
    struct journal_device second;
    struct journal_device pickup;
    struct journal_device forged; /* the pickup with papers by the thief, newer */
};

static struct theft theft_of_owner(uint64_t forged_issued)
{
    struct theft theft = {.scene = roster_scene_new()};
    uint8_t buffer[2048];
    struct bytes body;
    const struct journal *journal = &theft.scene->journal;
    journal_device_init(&theft.second, journal, 50, ROLE_OWNER, NULL);
    journal_open(theft.scene->txn, journal, &theft.second);
    journal_device_init(&theft.pickup, journal, 60, ROLE_PICKUP, &theft.second);
    assert_int_equal(chain_body_encode(theft.pickup.chain, buffer, sizeof buffer, &body), 0);
    journal_state(theft.scene->txn, journal, &theft.second, EVENT_DEVICE_ADD, body);
    journal_open(theft.scene->txn, journal, &theft.pickup);
    struct certificate papers = theft.pickup.certificate;
    theft.forged = theft.pickup;
    papers.issued = forged_issued;
    papers.transport_key.bytes[0] ^= 0xff;
    papers.name[0] = 'X';
    papers.capabilities |= capability_bit(CAP_MENU);
    journal_device_certify(&theft.forged, journal, &papers, &theft.scene->devices[SCENE_OWNER]);
    return theft;
}

static void theft_revoke(struct theft *theft, uint64_t seq)
{
    uint8_t buffer[128];
    struct bytes body;
    const struct log_cut cut = cut_at(theft->scene, SCENE_OWNER, seq);
    assert_int_equal(log_cut_encode(&cut, buffer, sizeof buffer, &body), 0);
    journal_state(theft->scene->txn, &theft->scene->journal, &theft->second, EVENT_LOG_REVOKE,
                  body);
}

static const struct certificate *pickup_of(struct theft *theft)
{
    roster_scene_load(theft->scene);
    const struct roster_device *found = roster_device_find(&theft->scene->roster, theft->pickup.id);
    assert_non_null(found);
    assert_false(found->is_revoked);
    return &found->certificate;
}

TEST(roster, newer_papers_that_a_thief_issued_after_the_revocation_shut_nobody_out)
{
    /* Newer, or as old as the honest ones with greater contents. */
    static const uint64_t issued[] = {1000000, 60};
    for (size_t i = 0; i < sizeof issued / sizeof issued[0]; i++) {
        struct theft theft = theft_of_owner(issued[i]);
        const uint64_t last = theft.scene->devices[SCENE_OWNER].head.seq;
        state_chain(theft.scene, SCENE_OWNER, EVENT_DEVICE_ADD, theft.forged.chain);
        theft_revoke(&theft, last);
        assert_string_equal(pickup_of(&theft)->name, theft.pickup.certificate.name);
        assert_memory_equal(&pickup_of(&theft)->transport_key,
                            &theft.pickup.certificate.transport_key, sizeof(struct public_key));
        roster_scene_free(theft.scene);
    }
}

TEST(roster, papers_that_an_admin_stated_before_its_revocation_count)
{
    struct theft theft = theft_of_owner(1000000);
    state_chain(theft.scene, SCENE_OWNER, EVENT_DEVICE_ADD, theft.forged.chain);
    theft_revoke(&theft, theft.scene->devices[SCENE_OWNER].head.seq);
    assert_string_equal(pickup_of(&theft)->name, theft.forged.certificate.name);
    roster_scene_free(theft.scene);
}

TEST(roster, a_log_that_adopted_a_thief_s_papers_goes_on_under_the_honest_ones)
{
    struct theft theft = theft_of_owner(1000000);
    struct journal_device promoted = theft.pickup;
    struct certificate papers = theft.pickup.certificate;
    uint8_t buffer[2048];
    struct bytes body;
    const struct journal *journal = &theft.scene->journal;
    assert_int_equal(chain_body_encode(theft.forged.chain, buffer, sizeof buffer, &body), 0);
    journal_state(theft.scene->txn, journal, &theft.pickup, EVENT_LOG_CERT, body);
    papers.issued++;
    papers.capabilities |= capability_bit(CAP_DAY);
    journal_device_certify(&promoted, journal, &papers, &theft.second);
    assert_int_equal(chain_body_encode(promoted.chain, buffer, sizeof buffer, &body), 0);
    journal_state(theft.scene->txn, journal, &theft.pickup, EVENT_LOG_CERT, body);
    const uint64_t log = theft.pickup.head.log;
    roster_scene_load(theft.scene);
    assert_int_equal(roster_judge(&theft.scene->roster, log, 9, EVENT_MENU_SET, 0), VERDICT_VALID);
    theft_revoke(&theft, theft.scene->devices[SCENE_OWNER].head.seq);
    roster_scene_load(theft.scene);
    assert_int_equal(roster_judge(&theft.scene->roster, log, 9, EVENT_MENU_SET, 0),
                     VERDICT_FORBIDDEN);
    assert_int_equal(roster_judge(&theft.scene->roster, log, 3, EVENT_DAY_OPEN, 0), VERDICT_VALID);
    roster_scene_free(theft.scene);
}

TEST(roster, retiring_voids_nothing)
{
    struct roster_scene *scene = roster_scene_new();
    write_orders(scene, SCENE_COUNTER, 9);
    struct log_cut cut = cut_at(scene, SCENE_COUNTER, 5);
    state_cut(scene, SCENE_OWNER, EVENT_LOG_RETIRE, &cut);
    roster_scene_load(scene);
    assert_int_equal(roster_log_find(&scene->roster, log_of(scene, SCENE_COUNTER))->retired_seq, 5);
    assert_int_equal(judge(scene, SCENE_COUNTER, 9, EVENT_LINE_ADD), VERDICT_VALID);
    assert_false(roster_device_find(&scene->roster, scene->devices[SCENE_COUNTER].id)->is_revoked);
    roster_scene_free(scene);
}

TEST(roster, a_device_that_wrote_nothing_is_retired_by_its_own_id)
{
    struct roster_scene *scene = roster_scene_new();
    struct journal_device silent;
    journal_device_init(&silent, &scene->journal, 7, ROLE_PICKUP, &scene->devices[SCENE_OWNER]);
    state_chain(scene, SCENE_OWNER, EVENT_DEVICE_ADD, silent.chain);
    const struct log_cut nobody = {.log = silent.id ^ 1, .seq = 1};
    state_cut(scene, SCENE_OWNER, EVENT_LOG_RETIRE, &nobody);
    roster_scene_load(scene);
    assert_false(roster_device_find(&scene->roster, silent.id)->is_retired);
    const struct log_cut whole = {.log = silent.id, .seq = 1};
    state_cut(scene, SCENE_OWNER, EVENT_LOG_RETIRE, &whole);
    roster_scene_load(scene);
    assert_true(roster_device_find(&scene->roster, silent.id)->is_retired);
    assert_false(roster_device_find(&scene->roster, silent.id)->is_revoked);
    roster_scene_free(scene);
}

/* --- forks --- */

/* Two runs of the counter's log: events 2..4 and 2..5, alike up to 2, other from 3 on. */
struct forked {
    struct hash hashes[2][4];
    struct log_fork fork;
};

static void fork_make(const struct roster_scene *scene, struct forked *forked)
{
    const struct journal_device *counter = &scene->devices[SCENE_COUNTER];
    const struct entity_id entity = entity_id_derive(KIND_ORDER, 1);
    forked->fork =
        (struct log_fork){.log = counter->head.log, .seq = 3, .log_key = counter->head.key};
    for (uint32_t branch = 0; branch < 2; branch++) {
        struct hash hash = counter->head.hash;
        const uint32_t count = 3 + branch;
        for (uint32_t i = 0; i < count; i++) {
            uint8_t buffer[EVENT_BYTES_MAX];
            const uint8_t body[] = {0x91, (uint8_t)(i == 0 ? 9 : branch)};
            struct hash *event_hash = &forked->hashes[branch][i];
            *event_hash = chain_event_hash(
                journal_event(buffer, EVENT_LINE_ADD, &entity, bytes_of(body, sizeof body)));
            hash = chain_next(&hash, event_hash);
        }
        struct fork_proof *proof = &forked->fork.proofs[branch];
        *proof = (struct fork_proof){.first_seq = 2,
                                     .before = counter->head.hash,
                                     .count = count,
                                     .event_hashes = forked->hashes[branch]};
        head_sign(&proof->signature, &scene->journal.popup, counter->head.log, 1 + count, &hash,
                  &counter->log_secret);
    }
}

static struct bytes fork_body(const struct log_fork *fork, uint8_t *buffer, size_t capacity)
{
    struct bytes body;
    assert_int_equal(log_fork_encode(fork, buffer, capacity, &body), 0);
    return body;
}

static int fork_verify(const struct roster_scene *scene, const struct log_fork *fork)
{
    uint8_t buffer[1024];
    struct log_point point;
    return log_fork_verify(fork_body(fork, buffer, sizeof buffer), &scene->journal.popup, &point);
}

TEST(roster, a_proven_fork_voids_both_branches_whoever_shows_it)
{
    struct roster_scene *scene = roster_scene_new();
    struct forked forked;
    uint8_t buffer[1024];
    fork_make(scene, &forked);
    state(scene, SCENE_KITCHEN, EVENT_LOG_FORK, fork_body(&forked.fork, buffer, sizeof buffer));
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_COUNTER, 2, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(judge(scene, SCENE_COUNTER, 3, EVENT_LINE_ADD), VERDICT_FORKED);
    assert_int_equal(judge(scene, SCENE_COUNTER, 1, EVENT_LOG_OPEN), VERDICT_VALID);
    assert_false(roster_device_find(&scene->roster, scene->devices[SCENE_COUNTER].id)->is_revoked);
    roster_scene_free(scene);
}

TEST(roster, a_fork_is_where_the_runs_part_and_nowhere_else)
{
    struct roster_scene *scene = roster_scene_new();
    struct forked forked;
    fork_make(scene, &forked);
    assert_int_equal(fork_verify(scene, &forked.fork), 0);
    for (uint64_t seq = 1; seq < 8; seq++) {
        forked.fork.seq = seq;
        assert_int_equal(fork_verify(scene, &forked.fork), seq == 3 ? 0 : ERR_MISMATCH);
    }
    forked.fork.seq = 3;
    forked.fork.proofs[1] = forked.fork.proofs[0];
    assert_int_equal(fork_verify(scene, &forked.fork), ERR_MISMATCH);
    roster_scene_free(scene);
}

TEST(roster, a_fork_of_another_key_or_with_a_forged_run_proves_nothing)
{
    struct roster_scene *scene = roster_scene_new();
    struct forked forked;
    struct secret_key secret;
    fork_make(scene, &forked);
    const struct log_fork good = forked.fork;
    forked.hashes[1][2].bytes[0] ^= 1;
    assert_int_equal(fork_verify(scene, &forked.fork), ERR_BAD_SIGNATURE);
    forked.hashes[1][2].bytes[0] ^= 1;
    forked.fork.proofs[0].signature.bytes[3] ^= 1;
    assert_int_equal(fork_verify(scene, &forked.fork), ERR_BAD_SIGNATURE);
    forked.fork = good;
    forked.fork.log++;
    assert_int_equal(fork_verify(scene, &forked.fork), ERR_MISMATCH);
    forked.fork = good;
    keys_of_number(99, &forked.fork.log_key, &secret);
    assert_int_equal(fork_verify(scene, &forked.fork), ERR_MISMATCH);
    roster_scene_free(scene);
}

/* --- bodies --- */

typedef int decode_any(const struct roster_scene *scene, struct bytes body);

static int decode_open(const struct roster_scene *scene, struct bytes body)
{
    struct log_open open;
    return log_open_verify(body, &scene->journal.popup, &scene->journal.root, &open);
}

static int decode_fork(const struct roster_scene *scene, struct bytes body)
{
    struct log_point point;
    return log_fork_verify(body, &scene->journal.popup, &point);
}

static int decode_cut(const struct roster_scene *scene, struct bytes body)
{
    struct log_cut cut;
    (void)scene;
    return log_cut_decode(body, &cut);
}

static int decode_caps(const struct roster_scene *scene, struct bytes body)
{
    struct device_caps caps;
    (void)scene;
    return device_caps_decode(body, &caps);
}

static int decode_saw(const struct roster_scene *scene, struct bytes body)
{
    struct roster_saw saw;
    (void)scene;
    return roster_saw_decode(body, &saw);
}

static int decode_chain(const struct roster_scene *scene, struct bytes body)
{
    struct bytes chain;
    (void)scene;
    return chain_body_decode(body, &chain);
}

/* One body of each kind; the number of kinds. */
static int sample_bodies(struct roster_scene *scene, uint8_t buffers[6][2048],
                         struct bytes bodies[6])
{
    const struct journal_device *counter = &scene->devices[SCENE_COUNTER];
    const struct log_cut cut = cut_at(scene, SCENE_COUNTER, 1);
    struct device_caps caps = {.device = 7, .capabilities = 1, .count = 2};
    struct roster_saw saw = {.count = 2};
    struct forked forked;
    for (uint32_t i = 0; i < 2; i++) {
        caps.from[i] = saw.heads[i] = (struct log_point){i + 1, 300};
    }
    fork_make(scene, &forked);
    const struct log_open open = {
        .log_key = counter->head.key, .incarnation = 1, .chain = counter->chain};
    int err = log_open_encode(&open, &scene->journal.popup, &counter->secret, buffers[0], 2048,
                              &bodies[0]);
    err |= log_fork_encode(&forked.fork, buffers[1], 2048, &bodies[1]);
    err |= log_cut_encode(&cut, buffers[2], 2048, &bodies[2]);
    err |= device_caps_encode(&caps, buffers[3], 2048, &bodies[3]);
    err |= roster_saw_encode(&saw, buffers[4], 2048, &bodies[4]);
    err |= chain_body_encode(counter->chain, buffers[5], 2048, &bodies[5]);
    assert_int_equal(err, 0);
    return 6;
}

static decode_any *const decoders[] = {decode_open, decode_fork, decode_cut,
                                       decode_caps, decode_saw,  decode_chain};

TEST(roster, bodies_cut_at_any_byte_are_refused)
{
    struct roster_scene *scene = roster_scene_new();
    static uint8_t buffers[6][2048];
    struct bytes bodies[6];
    const int count = sample_bodies(scene, buffers, bodies);
    for (int i = 0; i < count; i++) {
        assert_int_equal(decoders[i](scene, bodies[i]), 0);
        for (size_t size = 0; size < bodies[i].size; size++) {
            uint8_t *copy = malloc(size + 1);
            assert_non_null(copy);
            memcpy(copy, bodies[i].data, size);
            assert_int_not_equal(decoders[i](scene, bytes_of(copy, size)), 0);
            free(copy);
        }
    }
    roster_scene_free(scene);
}

TEST(roster, bodies_with_fields_of_a_newer_version_are_understood)
{
    struct roster_scene *scene = roster_scene_new();
    static uint8_t buffers[6][2048];
    struct bytes bodies[6];
    const int count = sample_bodies(scene, buffers, bodies);
    for (int i = 0; i < count; i++) {
        const size_t size = bodies[i].size;
        buffers[i][0]++; /* one more field */
        buffers[i][size] = 0xc0;
        assert_int_equal(decoders[i](scene, bytes_of(buffers[i], size + 1)), 0);
        buffers[i][0]++;
        buffers[i][size + 1] = 0x92;
        buffers[i][size + 2] = 1;
        buffers[i][size + 3] = 0xc3;
        assert_int_equal(decoders[i](scene, bytes_of(buffers[i], size + 4)), 0);
        assert_int_not_equal(decoders[i](scene, bytes_of(buffers[i], size + 2)), 0);
    }
    roster_scene_free(scene);
}

TEST(roster, bodies_that_prove_themselves_are_refused_with_any_bit_changed)
{
    struct roster_scene *scene = roster_scene_new();
    static uint8_t buffers[6][2048];
    struct bytes bodies[6];
    sample_bodies(scene, buffers, bodies);
    for (int i = 0; i < 2; i++) {
        for (size_t bit = 0; bit < bodies[i].size * 8; bit++) {
            buffers[i][bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_int_not_equal(decoders[i](scene, bodies[i]), 0);
            buffers[i][bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
    roster_scene_free(scene);
}

TEST(roster, statements_come_back_as_they_were_made)
{
    struct roster_scene *scene = roster_scene_new();
    static uint8_t buffers[6][2048];
    struct bytes bodies[6];
    struct log_cut cut;
    struct device_caps caps;
    struct roster_saw saw;
    struct log_open open;
    sample_bodies(scene, buffers, bodies);
    assert_int_equal(log_open_verify(bodies[0], &scene->journal.popup, &scene->journal.root, &open),
                     0);
    assert_false(open.has_previous);
    assert_int_equal(open.incarnation, 1);
    assert_true(bytes_equal(open.chain, scene->devices[SCENE_COUNTER].chain));
    assert_int_equal(log_cut_decode(bodies[2], &cut), 0);
    assert_true(cut.log == log_of(scene, SCENE_COUNTER) && cut.seq == 1);
    assert_int_equal(device_caps_decode(bodies[3], &caps), 0);
    assert_true(caps.device == 7 && caps.count == 2 && caps.from[1].seq == 300);
    assert_int_equal(roster_saw_decode(bodies[4], &saw), 0);
    assert_true(saw.count == 2 && saw.heads[1].log == 2);
    roster_scene_free(scene);
}

TEST(roster, an_opened_log_names_the_one_that_it_continues)
{
    struct roster_scene *scene = roster_scene_new();
    const struct journal_device *counter = &scene->devices[SCENE_COUNTER];
    const struct log_open open = {.log_key = counter->head.key,
                                  .incarnation = 2,
                                  .chain = counter->chain,
                                  .has_previous = true,
                                  .previous = log_head_operation(&counter->head)};
    uint8_t buffer[2048];
    struct bytes body;
    struct log_open read;
    assert_int_equal(log_open_encode(&open, &scene->journal.popup, &counter->secret, buffer,
                                     sizeof buffer, &body),
                     0);
    assert_int_equal(log_open_verify(body, &scene->journal.popup, &scene->journal.root, &read), 0);
    assert_true(read.has_previous && operation_equal(&read.previous, &open.previous));
    roster_scene_free(scene);
}

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
        state(scene, SCENE_OWNER, types[i], bytes_of(nonsense, sizeof nonsense));
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

/* --- places --- */

TEST(roster, knows_where_a_device_last_said_that_it_is)
{
    static const char *const first[] = {"tcp://10.0.0.1:7450", "tcp://till.local:7450"};
    static const char *const second[] = {"tcp://[fe80::1%eth0]:7451"};
    struct roster_scene *scene = roster_scene_new();
    state_place(scene, &scene->devices[SCENE_COUNTER], first, 2);
    roster_scene_load(scene);
    assert_int_equal(place_of(scene, SCENE_COUNTER)->count, 2);
    assert_string_equal(place_of(scene, SCENE_COUNTER)->endpoints[1], first[1]);
    assert_int_equal(place_of(scene, SCENE_KITCHEN)->count, 0);
    state_place(scene, &scene->devices[SCENE_COUNTER], second, 1);
    roster_scene_load(scene);
    assert_int_equal(place_of(scene, SCENE_COUNTER)->count, 1);
    assert_string_equal(place_of(scene, SCENE_COUNTER)->endpoints[0], second[0]);
    state_place(scene, &scene->devices[SCENE_COUNTER], NULL, 0);
    roster_scene_load(scene);
    assert_int_equal(place_of(scene, SCENE_COUNTER)->count, 0);
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

TEST(roster, of_two_journals_of_a_device_the_newer_says_where_it_is)
{
    static const char *const old[] = {"tcp://10.0.0.1:7450"};
    static const char *const new[] = {"tcp://10.0.0.2:7450"};
    /* Whichever of the two comes first by id. */
    for (uint32_t number = 300; number < 308; number++) {
        struct roster_scene *scene = roster_scene_new();
        struct journal_device again;
        open_again(scene, &again, number, 2);
        state_place(scene, &again, new, 1);
        state_place(scene, &scene->devices[SCENE_COUNTER], old, 1);
        roster_scene_load(scene);
        assert_string_equal(place_of(scene, SCENE_COUNTER)->endpoints[0], new[0]);
        roster_scene_free(scene);
    }
}

TEST(roster, a_revoked_device_is_nowhere_new)
{
    static const char *const old[] = {"tcp://10.0.0.1:7450"};
    static const char *const new[] = {"tcp://10.0.0.2:7450"};
    struct roster_scene *scene = roster_scene_new();
    state_place(scene, &scene->devices[SCENE_COUNTER], old, 1);
    revoke(scene, SCENE_OWNER, SCENE_COUNTER, 2);
    state_place(scene, &scene->devices[SCENE_COUNTER], new, 1);
    roster_scene_load(scene);
    assert_string_equal(place_of(scene, SCENE_COUNTER)->endpoints[0], old[0]);
    roster_scene_free(scene);
}

TEST(roster, what_nobody_can_dial_is_passed_over)
{
    static const char *const bad[] = {
        "ipc:///tmp/x",      "tcp://10.0.0.1", "tcp://10.0.0.1:0", "tcp://10.0.0.1:65536",
        "tcp://:7450",       "tcp://*:7450",   "tcp://a b:7450",   "tcp://a;b:7450",
        "tcp://10.0.0.1:+1", "tcp://[]:7450",  "tcp://[::1:7450",  "tcp://10.0.0.1:7450 "};
    static const char *const good[] = {"tcp://10.0.0.1:1", "tcp://till-1.local:65535",
                                       "tcp://[2001:db8::7]:7450"};
    struct roster_scene *scene = roster_scene_new();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *const both[] = {bad[i], good[0]};
        assert_false(endpoint_is_dialable(bytes_of_text(bad[i])));
        state_place(scene, &scene->devices[SCENE_COUNTER], both, 2);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(endpoint_is_dialable(bytes_of_text(good[i])));
    }
    roster_scene_load(scene);
    assert_int_equal(place_of(scene, SCENE_COUNTER)->count, 1);
    assert_string_equal(place_of(scene, SCENE_COUNTER)->endpoints[0], good[0]);
    roster_scene_free(scene);
}

TEST(roster, a_place_with_too_many_or_too_long_endpoints_makes_no_sense)
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

/* --- order of arrival --- */

/* Admins at odds, certificates old and new, forks and revocations, by @seed. */
static void write_quarrel(struct roster_scene *scene, struct prng *prng)
{
    struct forked forked;
    uint8_t buffer[1024];
    fork_make(scene, &forked);
    for (int i = 0; i < 30; i++) {
        const int writer = (int)prng_below(prng, SCENE_DEVICES);
        const int device = (int)prng_below(prng, SCENE_DEVICES);
        const uint64_t seq = 1 + prng_below(prng, 12);
        struct log_cut cut = cut_at(scene, device, seq);
        const char *endpoint = prng_one_in(prng, 2) ? "tcp://10.0.0.1:7450" : "tcp://10.0.0.2:7450";
        switch (prng_below(prng, 7)) {
        case 5:
            state_place(scene, &scene->devices[writer], &endpoint, 1);
            break;
        case 0:
            state_cut(scene, writer, EVENT_LOG_REVOKE, &cut);
            break;
        case 1:
            state_cut(scene, writer, EVENT_LOG_RETIRE, &cut);
            break;
        case 2:
            state_caps(scene, writer, device, seq, prng_next(prng));
            break;
        case 3:
            state_chain(scene, writer, prng_one_in(prng, 2) ? EVENT_LOG_CERT : EVENT_DEVICE_ADD,
                        scene->devices[device].chain);
            break;
        case 4:
            state(scene, writer, EVENT_LOG_FORK, fork_body(&forked.fork, buffer, sizeof buffer));
            break;
        default:
            write_orders(scene, writer, 1);
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
