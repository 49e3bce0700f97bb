/* What the roster makes of statements about devices, logs and people that it does not hold: made
 * too early, of others, twice, or beyond its limits; and of a disk that fails or spoils rows. */
#include <stdlib.h>
#include <string.h>

#include "sync/log/tables.h"
#include "tests/lib/roster_scene.h"
#include "tests/lib/test.h"

enum { NUMBER = 400, ANNA = 7 };

static struct journal_device *device(struct roster_scene *scene, int which)
{
    return &scene->devices[which];
}

static uint64_t log_of(const struct roster_scene *scene, int which)
{
    return scene->devices[which].head.log;
}

static enum verdict judge(const struct roster_scene *scene, int which, uint64_t seq,
                          enum event_type type)
{
    return roster_judge(&scene->roster, log_of(scene, which), seq, type, 0);
}

static const struct roster_log *find(const struct roster_scene *scene, uint64_t log)
{
    const struct roster_log *found = roster_log_find(&scene->roster, log);
    assert_non_null(found);
    return found;
}

/* @which with papers of its own by the owner that grant @more, issued at @issued. */
static void papers(struct roster_scene *scene, int which, uint64_t issued, uint64_t more,
                   struct journal_device *ret_with)
{
    struct certificate certificate = device(scene, which)->certificate;
    certificate.issued = issued;
    certificate.capabilities |= more;
    *ret_with = *device(scene, which);
    journal_device_certify(ret_with, &scene->journal, &certificate, device(scene, SCENE_OWNER));
}

/* --- not the first, not its own, not good --- */

TEST(roster_edges, a_log_is_opened_by_its_first_event_only)
{
    struct roster_scene *scene = roster_scene_new();
    struct journal_device *counter = device(scene, SCENE_COUNTER);
    struct journal_device with;
    uint8_t buffer[EVENT_BYTES_MAX];
    struct bytes body;
    papers(scene, SCENE_COUNTER, 1000, capability_bit(CAP_MENU), &with);
    const struct log_open open = {
        .log_key = counter->head.key, .incarnation = 2, .chain = with.chain};
    assert_int_equal(log_open_encode(&open, &scene->journal.popup, &counter->secret, buffer,
                                     sizeof buffer, &body),
                     0);
    roster_scene_state(scene, counter, EVENT_LOG_OPEN, body);
    roster_scene_load(scene);
    assert_int_equal(scene->roster.logs_count, SCENE_DEVICES);
    assert_int_equal(find(scene, counter->head.log)->incarnation, 1);
    assert_int_equal(judge(scene, SCENE_COUNTER, 3, EVENT_MENU_SET), VERDICT_FORBIDDEN);
    roster_scene_free(scene);
}

TEST(roster_edges, what_is_said_in_a_log_that_nobody_opened_is_passed_over)
{
    /* Before, between and behind the others by id. */
    for (uint32_t number = NUMBER; number < NUMBER + 8; number++) {
        struct roster_scene *scene = roster_scene_new();
        struct journal_device stray = *device(scene, SCENE_COUNTER);
        struct journal_device with;
        const struct roster_saw saw = {.count = 0};
        static const uint8_t nonsense[] = {0x90};
        papers(scene, SCENE_COUNTER, 1000, capability_bit(CAP_MENU), &with);
        keys_of_number(number, &stray.head.key, &stray.log_secret);
        log_head_init(&stray.head, &scene->journal.popup, &stray.head.key, stray.id, 2);
        roster_scene_state(scene, &stray, EVENT_LOG_OPEN, bytes_of(nonsense, sizeof nonsense));
        roster_scene_saw(scene, &stray, &saw);
        roster_scene_role(scene, &stray, ANNA, ROLE_OWNER, 1);
        roster_scene_chain(scene, &stray, EVENT_LOG_CERT, with.chain);
        roster_scene_load(scene);
        assert_null(roster_log_find(&scene->roster, stray.head.log));
        assert_null(roster_person_find(&scene->roster, ANNA));
        assert_int_equal(judge(scene, SCENE_COUNTER, 9, EVENT_MENU_SET), VERDICT_FORBIDDEN);
        roster_scene_free(scene);
    }
}

TEST(roster_edges, papers_that_nobody_signed_and_roles_that_make_no_sense_are_passed_over)
{
    static const uint8_t nonsense[] = {0x92, 0x01, 0x02};
    static const uint8_t no_chain[] = {0x91, 0xc4, 0x01, 0x00};
    static const uint8_t empty[] = {0x90};
    struct roster_scene *scene = roster_scene_new();
    struct journal_device *counter = device(scene, SCENE_COUNTER);
    roster_scene_state(scene, counter, EVENT_LOG_CERT, bytes_of(no_chain, sizeof no_chain));
    roster_scene_state(scene, counter, EVENT_DEVICE_ADD, bytes_of(nonsense, sizeof nonsense));
    roster_scene_state(scene, counter, EVENT_DEVICE_ADD, bytes_of(empty, sizeof empty));
    roster_scene_state(scene, device(scene, SCENE_OWNER), EVENT_STAFF_ROLE,
                       bytes_of(nonsense, sizeof nonsense));
    roster_scene_load(scene);
    assert_int_equal(scene->roster.devices_count, SCENE_DEVICES);
    assert_int_equal(scene->roster.people_count, 0);
    assert_int_equal(judge(scene, SCENE_COUNTER, 9, EVENT_LINE_ADD), VERDICT_VALID);
    roster_scene_free(scene);
}

TEST(roster_edges, a_role_of_a_newer_version_s_software_allows_nothing)
{
    struct roster_scene *scene = roster_scene_new();
    roster_scene_role(scene, device(scene, SCENE_OWNER), ANNA, (enum role)(ROLE_COUNT + 1), 1);
    roster_scene_load(scene);
    assert_int_equal(roster_person_find(&scene->roster, ANNA)->role, ROLE_NONE);
    assert_true(roster_person_find(&scene->roster, ANNA)->capabilities == 0);
    roster_scene_free(scene);
}

/* --- rights --- */

TEST(roster_edges, device_caps_touch_no_other_device_s_log)
{
    struct roster_scene *scene = roster_scene_new();
    struct device_caps caps = {.device = device(scene, SCENE_COUNTER)->id, .count = 1};
    caps.from[0] = (struct log_point){log_of(scene, SCENE_KITCHEN), 2};
    roster_scene_caps(scene, device(scene, SCENE_OWNER), &caps);
    caps.from[0] = (struct log_point){4711, 2};
    roster_scene_caps(scene, device(scene, SCENE_OWNER), &caps);
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_KITCHEN, 3, EVENT_START), VERDICT_VALID);
    assert_int_equal(judge(scene, SCENE_COUNTER, 3, EVENT_LINE_ADD), VERDICT_VALID);
    roster_scene_free(scene);
}

TEST(roster_edges, a_log_that_the_admin_did_not_know_of_may_no_more_than_those_it_named)
{
    struct roster_scene *scene = roster_scene_new();
    struct journal_device again;
    struct journal_device with;
    struct device_caps caps = {.device = device(scene, SCENE_COUNTER)->id, .count = 1};
    roster_scene_log_again(scene, device(scene, SCENE_COUNTER), NUMBER, &again);
    papers(scene, SCENE_COUNTER, 1000, 0, &with);
    roster_scene_chain(scene, device(scene, SCENE_OWNER), EVENT_DEVICE_ADD, with.chain);
    caps.from[0] = (struct log_point){log_of(scene, SCENE_COUNTER), 2};
    caps.capabilities = capability_bit(CAP_COOK);
    roster_scene_caps(scene, device(scene, SCENE_OWNER), &caps);
    roster_scene_load(scene);
    assert_int_equal(judge(scene, SCENE_COUNTER, 3, EVENT_LINE_ADD), VERDICT_FORBIDDEN);
    assert_int_equal(roster_judge(&scene->roster, again.head.log, 3, EVENT_LINE_ADD, 0),
                     VERDICT_FORBIDDEN);
    assert_int_equal(judge(scene, SCENE_KITCHEN, 3, EVENT_LINE_ADD), VERDICT_VALID);
    roster_scene_free(scene);
}

/* --- revocations --- */

TEST(roster_edges, a_revocation_that_is_said_twice_is_one)
{
    struct roster_scene *scene = roster_scene_new();
    const struct log_head head = device(scene, SCENE_COUNTER)->head;
    roster_scene_revoke(scene, device(scene, SCENE_OWNER), &head);
    roster_scene_revoke(scene, device(scene, SCENE_OWNER), &head);
    roster_scene_load(scene);
    assert_true(find(scene, head.log)->revoked_seq == head.seq);
    assert_true(find(scene, head.log)->unrevoked_to == head.seq);
    assert_int_equal(find(scene, head.log)->revocations_count, 1);
    roster_scene_free(scene);
}

TEST(roster_edges, a_log_keeps_what_is_named_though_its_device_was_revoked_before)
{
    static const struct hash nothing;
    struct roster_scene *scene = roster_scene_new();
    roster_scene_role(scene, device(scene, SCENE_COUNTER), ANNA, ROLE_COUNTER, 1);
    const struct log_head head = device(scene, SCENE_COUNTER)->head;
    const struct log_cut whole = {
        .log = device(scene, SCENE_COUNTER)->id, .seq = 1, .hash = nothing};
    roster_scene_cut(scene, device(scene, SCENE_OWNER), EVENT_LOG_REVOKE, &whole);
    roster_scene_load(scene);
    assert_true(find(scene, head.log)->revoked_seq == 1);
    roster_scene_revoke(scene, device(scene, SCENE_OWNER), &head);
    roster_scene_load(scene);
    assert_true(find(scene, head.log)->revoked_seq == head.seq);
    assert_false(find(scene, head.log)->is_revoked_unnamed);
    roster_scene_free(scene);
}

TEST(roster_edges, a_friend_stays_only_by_an_addition_that_counts_and_names_his_papers)
{
    static const enum {
        NOBODY,
        ANOTHER,
        LATE,
        OLDER,
        HIM
    } added[] = {NOBODY, ANOTHER, LATE, OLDER, HIM};
    for (size_t i = 0; i < sizeof added / sizeof *added; i++) {
        struct roster_scene *scene = roster_scene_new();
        struct journal_device thief;
        struct journal_device friend;
        struct journal_device other;
        struct journal_device older;
        static const struct hash nothing;
        journal_device_init(&thief, &scene->journal, 60, ROLE_MANAGER, NULL);
        journal_open(scene->txn, &scene->journal, &thief);
        journal_device_init(&friend, &scene->journal, 61, ROLE_COUNTER, &thief);
        journal_device_init(&other, &scene->journal, 62, ROLE_COUNTER, &thief);
        struct certificate old_papers = friend.certificate;
        old_papers.issued--;
        older = friend;
        journal_device_certify(&older, &scene->journal, &old_papers, &thief);
        if (added[i] == ANOTHER || added[i] == HIM) {
            roster_scene_chain(scene, &thief, EVENT_DEVICE_ADD,
                               added[i] == HIM ? friend.chain : other.chain);
        }
        if (added[i] == OLDER) {
            roster_scene_chain(scene, &thief, EVENT_DEVICE_ADD, older.chain);
        }
        const struct log_head head = thief.head;
        if (added[i] == LATE) {
            roster_scene_chain(scene, &thief, EVENT_DEVICE_ADD, friend.chain);
        }
        roster_scene_revoke(scene, device(scene, SCENE_OWNER), &head);
        const struct log_cut whole = {.log = thief.id, .seq = 1, .hash = nothing};
        roster_scene_cut(scene, device(scene, SCENE_OWNER), EVENT_LOG_REVOKE, &whole);
        journal_open(scene->txn, &scene->journal, &friend);
        roster_scene_load(scene);
        const enum verdict verdict =
            roster_judge(&scene->roster, friend.head.log, 2, EVENT_LINE_ADD, 0);
        assert_int_equal(verdict, added[i] == HIM ? VERDICT_VALID : VERDICT_REVOKED);
        roster_scene_free(scene);
    }
}

TEST(roster_edges, a_revocation_of_whom_nobody_knows_is_passed_over)
{
    struct roster_scene *scene = roster_scene_new();
    const struct log_cut cut = {.log = 4711, .seq = 3};
    roster_scene_cut(scene, device(scene, SCENE_OWNER), EVENT_LOG_REVOKE, &cut);
    roster_scene_cut(scene, device(scene, SCENE_OWNER), EVENT_LOG_RETIRE, &cut);
    roster_scene_load(scene);
    for (uint32_t i = 0; i < scene->roster.logs_count; i++) {
        assert_true(scene->roster.logs[i].revoked_seq == UINT64_MAX);
        assert_true(scene->roster.logs[i].unrevoked_to == UINT64_MAX);
        assert_true(scene->roster.logs[i].retired_seq == UINT64_MAX);
    }
    roster_scene_free(scene);
}

/* --- forks --- */

TEST(roster_edges, a_later_fork_of_a_log_changes_nothing_and_does_not_spread_the_earlier_one)
{
    struct roster_scene *scene = roster_scene_new();
    uint8_t buffer[512];
    struct journal_device *counter = device(scene, SCENE_COUNTER);
    const struct log_head early = counter->head;
    roster_scene_role(scene, counter, ANNA, ROLE_COUNTER, 1);
    /* The earlier is told by the forked log itself, behind its fork: others need not get that. */
    roster_scene_state(scene, counter, EVENT_LOG_FORK,
                       roster_scene_fork(scene, &early, &counter->log_secret, buffer));
    roster_scene_state(scene, device(scene, SCENE_KITCHEN), EVENT_LOG_FORK,
                       roster_scene_fork(scene, &counter->head, &counter->log_secret, buffer));
    roster_scene_load(scene);
    assert_true(find(scene, early.log)->fork_seq == early.seq + 1);
    assert_false(find(scene, early.log)->is_fork_shared);
    roster_scene_state(scene, device(scene, SCENE_KITCHEN), EVENT_LOG_FORK,
                       roster_scene_fork(scene, &early, &counter->log_secret, buffer));
    roster_scene_load(scene);
    assert_true(find(scene, early.log)->is_fork_shared);
    roster_scene_free(scene);
}

/* --- people --- */

TEST(roster_edges, a_view_may_name_logs_that_are_not_here)
{
    struct roster_scene *scene = roster_scene_new();
    const uint64_t said =
        roster_scene_role(scene, device(scene, SCENE_OWNER), ANNA, ROLE_COUNTER, 1);
    struct roster_saw saw = {.count = 2};
    const uint64_t owner = log_of(scene, SCENE_OWNER);
    const uint64_t stray = owner > 1 ? owner - 1 : owner + 1;
    saw.heads[stray < owner ? 0 : 1] = (struct log_point){stray, 3};
    saw.heads[stray < owner ? 1 : 0] = (struct log_point){owner, said};
    const uint64_t saw_seq = roster_scene_saw(scene, device(scene, SCENE_COUNTER), &saw);
    roster_scene_load(scene);
    assert_int_equal(roster_judge(&scene->roster, log_of(scene, SCENE_COUNTER), saw_seq + 1,
                                  EVENT_LINE_ADD, ANNA),
                     VERDICT_VALID);
    roster_scene_free(scene);
}

TEST(roster_edges, a_device_vouches_from_the_first_view_of_what_a_fork_voided)
{
    struct roster_scene *scene = roster_scene_new();
    uint8_t buffer[512];
    struct journal_device *manager = device(scene, SCENE_MANAGER);
    struct roster_saw saw = {.count = 1};
    roster_scene_state(scene, device(scene, SCENE_OWNER), EVENT_LOG_FORK,
                       roster_scene_fork(scene, &manager->head, &manager->log_secret, buffer));
    saw.heads[0] = (struct log_point){manager->head.log,
                                      roster_scene_role(scene, manager, ANNA, ROLE_COUNTER, 1)};
    const uint64_t first = roster_scene_saw(scene, device(scene, SCENE_COUNTER), &saw);
    saw.heads[0].seq++;
    roster_scene_saw(scene, device(scene, SCENE_COUNTER), &saw);
    roster_scene_load(scene);
    assert_true(find(scene, log_of(scene, SCENE_COUNTER))->vouches_from == first);
    roster_scene_free(scene);
}

/* --- a disk that fails or spoils --- */

TEST(roster_edges, a_disk_that_fails_anywhere_leaves_the_roster_as_it_was)
{
    struct roster_scene *scene = roster_scene_new();
    static struct roster before;
    const struct roster_saw saw = {.count = 0};
    struct log_cut cut = {.log = log_of(scene, SCENE_KITCHEN), .seq = 1};
    roster_scene_role(scene, device(scene, SCENE_OWNER), ANNA, ROLE_COUNTER, 1);
    roster_scene_saw(scene, device(scene, SCENE_COUNTER), &saw);
    roster_scene_cut(scene, device(scene, SCENE_OWNER), EVENT_LOG_REVOKE, &cut);
    assert_int_equal(store_memory_commit(scene->txn), 0);
    memset(&before, 0x55, sizeof before);
    int err = ERR_IO;
    unsigned nth = 0;
    while (err == ERR_IO) {
        scene->txn = store_memory_begin(scene->store, false);
        memcpy(&scene->roster, &before, sizeof before);
        store_memory_fail(scene->store, MEMORY_GET, ++nth, ERR_IO);
        err = roster_load(&scene->roster, scene->txn, &scene->journal.popup, &scene->journal.root);
        assert_true(err == 0 || memcmp(&scene->roster, &before, sizeof before) == 0);
        store_memory_fail(scene->store, MEMORY_GET, 0, 0);
        store_memory_abort(scene->txn);
    }
    assert_int_equal(err, 0);
    assert_true(nth > 40);
    scene->txn = store_memory_begin(scene->store, true);
    roster_scene_free(scene);
}

TEST(roster_edges, an_index_of_its_events_that_is_spoilt_is_told)
{
    struct roster_scene *scene = roster_scene_new();
    const struct entity_id id = entity_id_derive(KIND_ROSTER, 0);
    uint8_t key[ENTITY_ID_BYTES + 14];
    memset(key, 0, sizeof key);
    memcpy(key, id.bytes, ENTITY_ID_BYTES);
    assert_int_equal(
        store_put(scene->txn, TABLE_ENTITY, bytes_of(key, sizeof key), bytes_of(key, 1)), 0);
    assert_int_equal(
        roster_load(&scene->roster, scene->txn, &scene->journal.popup, &scene->journal.root),
        ERR_MALFORMED);
    roster_scene_free(scene);
}
