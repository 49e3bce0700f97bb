/* People's roles at their causal position, and what a revocation does to whatever its device still
 * signs. */
#include <stdlib.h>
#include <string.h>

#include "sync/log/chain.h"
#include "tests/lib/roster_scene.h"
#include "tests/lib/test.h"

enum { ANNA = 7 };

static uint64_t log_of(const struct roster_scene *scene, int device)
{
    return scene->devices[device].head.log;
}

static uint64_t state(struct roster_scene *scene, int device, enum event_type type,
                      struct bytes body)
{
    return journal_state(scene->txn, &scene->journal, &scene->devices[device], type, body);
}

/* @writer says so, having held @held of the counter's events; the seq of it. */
static uint64_t give_role(struct roster_scene *scene, int writer, enum role role, uint64_t version,
                          uint64_t held)
{
    uint8_t buffer[STAFF_ROLE_BYTES_MAX];
    struct bytes body;
    struct staff_role said = {.staff = ANNA, .role = role, .version = version};
    if (held > 0) {
        said.held.heads[said.held.count++] = (struct log_point){log_of(scene, SCENE_COUNTER), held};
    }
    assert_int_equal(staff_role_encode(&said, buffer, sizeof buffer, &body), 0);
    return state(scene, writer, EVENT_STAFF_ROLE, body);
}

/* The counter says that it has seen so much of the two admins' logs; 0 = leaves it out. */
static uint64_t see(struct roster_scene *scene, uint64_t owner, uint64_t manager)
{
    uint8_t buffer[128];
    struct bytes body;
    struct roster_saw saw = {.count = 0};
    struct log_point heads[2] = {{log_of(scene, SCENE_OWNER), owner},
                                 {log_of(scene, SCENE_MANAGER), manager}};
    const uint32_t first = heads[0].log < heads[1].log ? 0 : 1;
    for (uint32_t i = 0; i < 2; i++) {
        const struct log_point *head = &heads[i == 0 ? first : 1 - first];
        if (head->seq > 0) {
            saw.heads[saw.count++] = *head;
        }
    }
    assert_int_equal(roster_saw_encode(&saw, buffer, sizeof buffer, &body), 0);
    return state(scene, SCENE_COUNTER, EVENT_ROSTER_SAW, body);
}

/* What becomes of Anna's @type as event @seq of the counter's log. */
static enum verdict judge(struct roster_scene *scene, uint64_t seq, enum event_type type)
{
    roster_scene_load(scene);
    return roster_judge(&scene->roster, log_of(scene, SCENE_COUNTER), seq, type, ANNA);
}

static void revoke(struct roster_scene *scene, int writer, uint64_t id, uint64_t seq,
                   const struct hash *hash)
{
    uint8_t buffer[128];
    struct bytes body;
    const struct log_cut cut = {.log = id, .seq = seq, .hash = *hash};
    assert_int_equal(log_cut_encode(&cut, buffer, sizeof buffer, &body), 0);
    state(scene, writer, EVENT_LOG_REVOKE, body);
}

/* As the command does it: the one log, where it is, then the device as a whole. */
static void revoke_device(struct roster_scene *scene, int writer, int device)
{
    static const struct hash nothing;
    const struct log_head *head = &scene->devices[device].head;
    revoke(scene, writer, head->log, head->seq, &head->hash);
    revoke(scene, writer, scene->devices[device].id, 1, &nothing);
}

/* --- positions --- */

TEST(people, a_number_that_nobody_has_named_may_do_nothing)
{
    struct roster_scene *scene = roster_scene_new();
    assert_int_equal(judge(scene, 2, EVENT_LINE_ADD), VERDICT_FORBIDDEN);
    assert_int_equal(
        roster_judge(&scene->roster, log_of(scene, SCENE_COUNTER), 2, EVENT_LINE_ADD, 0),
        VERDICT_VALID);
    assert_null(roster_person_find(&scene->roster, ANNA));
    roster_scene_free(scene);
}

TEST(people, a_role_counts_in_a_log_from_where_it_says_that_it_knew)
{
    struct roster_scene *scene = roster_scene_new();
    const uint64_t said = give_role(scene, SCENE_OWNER, ROLE_COUNTER, 1, 1);
    assert_int_equal(judge(scene, 2, EVENT_LINE_ADD), VERDICT_FORBIDDEN);
    const uint64_t saw = see(scene, said, 0);
    assert_int_equal(judge(scene, saw + 1, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(judge(scene, saw - 1, EVENT_LINE_ADD), VERDICT_FORBIDDEN);
    assert_int_equal(judge(scene, saw + 1, EVENT_START), VERDICT_FORBIDDEN); /* no cook */
    roster_scene_free(scene);
}

TEST(people, nobody_may_more_than_the_device_before_which_he_stands)
{
    struct roster_scene *scene = roster_scene_new();
    const uint64_t saw = see(scene, give_role(scene, SCENE_OWNER, ROLE_MANAGER, 1, 1), 0);
    assert_int_equal(judge(scene, saw + 1, EVENT_START), VERDICT_VALID);
    assert_int_equal(judge(scene, saw + 1, EVENT_MENU_SET), VERDICT_FORBIDDEN);
    roster_scene_free(scene);
}

TEST(people, what_was_done_before_a_role_was_taken_stays_done)
{
    struct roster_scene *scene = roster_scene_new();
    const uint64_t given = give_role(scene, SCENE_OWNER, ROLE_COUNTER, 1, 1);
    const uint64_t saw = see(scene, given, 0);
    const uint64_t taken = give_role(scene, SCENE_OWNER, ROLE_NONE, 2, saw + 1);
    const uint64_t knew = see(scene, taken, 0);
    assert_int_equal(judge(scene, knew - 1, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(judge(scene, knew + 1, EVENT_LINE_ADD), VERDICT_FORBIDDEN);
    roster_scene_free(scene);
}

TEST(people, a_view_that_has_forgotten_something_says_nothing)
{
    struct roster_scene *scene = roster_scene_new();
    const uint64_t given = give_role(scene, SCENE_OWNER, ROLE_COUNTER, 1, 1);
    const uint64_t taken = give_role(scene, SCENE_OWNER, ROLE_NONE, 2, 1);
    see(scene, taken, 0);
    const uint64_t back = see(scene, given, 0);
    assert_int_equal(judge(scene, back + 1, EVENT_LINE_ADD), VERDICT_FORBIDDEN);
    const uint64_t less = see(scene, 0, 0);
    assert_int_equal(judge(scene, less + 1, EVENT_LINE_ADD), VERDICT_FORBIDDEN);
    roster_scene_free(scene);
}

TEST(people, a_log_knows_what_it_said_itself)
{
    struct roster_scene *scene = roster_scene_new();
    const uint64_t said = give_role(scene, SCENE_MANAGER, ROLE_COUNTER, 1, 1);
    roster_scene_load(scene);
    assert_int_equal(
        roster_judge(&scene->roster, log_of(scene, SCENE_MANAGER), said + 1, EVENT_LINE_ADD, ANNA),
        VERDICT_VALID);
    assert_true(roster_log_find(&scene->roster, log_of(scene, SCENE_MANAGER))->is_view_newest);
    assert_false(roster_log_find(&scene->roster, log_of(scene, SCENE_COUNTER))->is_view_newest);
    roster_scene_free(scene);
}

/* --- versions --- */

TEST(people, the_highest_version_counts_and_of_equals_what_all_allow)
{
    struct roster_scene *scene = roster_scene_new();
    const uint64_t owner = give_role(scene, SCENE_OWNER, ROLE_COUNTER, 2, 1);
    const uint64_t lower = give_role(scene, SCENE_MANAGER, ROLE_KITCHEN, 1, 1);
    const uint64_t first = see(scene, owner, lower);
    assert_int_equal(judge(scene, first + 1, EVENT_LINE_ADD), VERDICT_VALID);
    assert_false(roster_person_find(&scene->roster, ANNA)->is_disputed);
    const uint64_t equal = give_role(scene, SCENE_MANAGER, ROLE_KITCHEN, 2, 1);
    const uint64_t second = see(scene, owner, equal);
    assert_int_equal(judge(scene, second + 1, EVENT_LINE_ADD), VERDICT_FORBIDDEN);
    assert_int_equal(judge(scene, second + 1, EVENT_START), VERDICT_FORBIDDEN);
    assert_int_equal(judge(scene, second + 1, EVENT_MENU_AVAILABLE), VERDICT_VALID);
    assert_true(roster_person_find(&scene->roster, ANNA)->is_disputed);
    roster_scene_free(scene);
}

TEST(people, a_role_given_by_who_may_not_is_void)
{
    struct roster_scene *scene = roster_scene_new();
    const uint64_t said = give_role(scene, SCENE_COUNTER, ROLE_OWNER, 1, 1);
    assert_int_equal(judge(scene, said + 1, EVENT_LINE_ADD), VERDICT_FORBIDDEN);
    roster_scene_free(scene);
}

TEST(people, a_role_given_after_its_writer_was_revoked_is_void)
{
    struct roster_scene *scene = roster_scene_new();
    revoke_device(scene, SCENE_OWNER, SCENE_MANAGER);
    const uint64_t said = give_role(scene, SCENE_MANAGER, ROLE_OWNER, 1, 1);
    const uint64_t saw = see(scene, 0, said);
    assert_int_equal(judge(scene, saw + 1, EVENT_LINE_ADD), VERDICT_FORBIDDEN);
    roster_scene_free(scene);
}

TEST(people, writing_under_a_role_that_was_taken_elsewhere_counts_and_is_told)
{
    struct roster_scene *scene = roster_scene_new();
    const uint64_t saw = see(scene, give_role(scene, SCENE_OWNER, ROLE_COUNTER, 1, 1), 0);
    give_role(scene, SCENE_OWNER, ROLE_NONE, 2, saw + 1);
    const uint64_t log = log_of(scene, SCENE_COUNTER);
    assert_int_equal(judge(scene, saw + 2, EVENT_LINE_ADD), VERDICT_VALID);
    assert_true(roster_is_outdated(&scene->roster, log, saw + 2, EVENT_LINE_ADD, ANNA));
    assert_false(roster_is_outdated(&scene->roster, log, saw + 1, EVENT_LINE_ADD, ANNA));
    assert_false(roster_is_outdated(&scene->roster, log, saw + 2, EVENT_LINE_ADD, 0));
    roster_scene_free(scene);
}

/* --- views of what does not count any more --- */

/* @writer states that @device's next event, whatever it turns out to be, is there twice. */
static void fork_next(struct roster_scene *scene, int writer, int device)
{
    const struct journal_device *of = &scene->devices[device];
    const struct hash events[2] = {{{1}}, {{2}}};
    struct log_fork fork = {.log = of->head.log, .seq = of->head.seq + 1, .log_key = of->head.key};
    for (uint32_t i = 0; i < 2; i++) {
        const struct hash hash = chain_next(&of->head.hash, &events[i]);
        fork.proofs[i] = (struct fork_proof){
            .first_seq = fork.seq, .before = of->head.hash, .count = 1, .event_hashes = &events[i]};
        head_sign(&fork.proofs[i].signature, &scene->journal.popup, fork.log, fork.seq, &hash,
                  &of->log_secret);
    }
    uint8_t buffer[512];
    struct bytes body;
    assert_int_equal(log_fork_encode(&fork, buffer, sizeof buffer, &body), 0);
    state(scene, writer, EVENT_LOG_FORK, body);
}

/* The manager gives Anna a role, on a branch that a fork voids; the counter, which saw it, goes on:
 * its view of it. */
static uint64_t see_voided_role(struct roster_scene *scene, enum role role)
{
    fork_next(scene, SCENE_OWNER, SCENE_MANAGER);
    return see(scene, 0, give_role(scene, SCENE_MANAGER, role, 1, 1));
}

TEST(people, what_was_sold_under_a_role_that_a_fork_voided_stays_sold)
{
    struct roster_scene *scene = roster_scene_new();
    const uint64_t saw = see_voided_role(scene, ROLE_COUNTER);
    const uint64_t log = log_of(scene, SCENE_COUNTER);
    assert_int_equal(judge(scene, saw + 1, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(judge(scene, saw - 1, EVENT_LINE_ADD), VERDICT_FORBIDDEN);
    assert_int_equal(judge(scene, saw + 1, EVENT_MENU_SET), VERDICT_FORBIDDEN);
    assert_true(roster_is_outdated(&scene->roster, log, saw + 1, EVENT_LINE_ADD, ANNA));
    assert_false(roster_is_outdated(&scene->roster, log, saw + 1, EVENT_LINE_ADD, 0));
    roster_scene_free(scene);
}

TEST(people, what_was_sold_under_a_role_whose_giver_was_demoted_meanwhile_stays_sold)
{
    struct roster_scene *scene = roster_scene_new();
    struct device_caps caps = {
        .device = scene->devices[SCENE_MANAGER].id, .capabilities = 0, .count = 1};
    uint8_t buffer[128];
    struct bytes body;
    caps.from[0] = (struct log_point){log_of(scene, SCENE_MANAGER), 2};
    assert_int_equal(device_caps_encode(&caps, buffer, sizeof buffer, &body), 0);
    state(scene, SCENE_OWNER, EVENT_DEVICE_CAPS, body);
    const uint64_t saw = see(scene, 0, give_role(scene, SCENE_MANAGER, ROLE_COUNTER, 1, 1));
    assert_int_equal(judge(scene, saw + 1, EVENT_LINE_ADD), VERDICT_VALID);
    roster_scene_free(scene);
}

TEST(people, a_device_lets_nobody_work_under_a_role_that_it_knows_to_be_void)
{
    struct roster_scene *scene = roster_scene_new();
    const uint64_t saw = see_voided_role(scene, ROLE_COUNTER);
    const uint64_t log = log_of(scene, SCENE_COUNTER);
    roster_scene_load(scene);
    assert_false(roster_permits(&scene->roster, log, saw + 1, EVENT_LINE_ADD, ANNA));
    assert_true(roster_permits(&scene->roster, log, saw + 1, EVENT_LINE_ADD, 0));
    roster_scene_free(scene);
}

TEST(people, what_counts_changes_where_a_view_turns_out_to_be_of_a_voided_branch)
{
    struct roster_scene *scene = roster_scene_new();
    static struct roster before;
    const struct journal_device manager = scene->devices[SCENE_MANAGER];
    see(scene, 0, give_role(scene, SCENE_MANAGER, ROLE_COUNTER, 1, 1));
    roster_scene_load(scene);
    before = scene->roster;
    scene->devices[SCENE_MANAGER].head = manager.head;
    fork_next(scene, SCENE_OWNER, SCENE_MANAGER);
    roster_scene_load(scene);
    assert_false(roster_counts_alike(&before, &scene->roster, log_of(scene, SCENE_COUNTER)));
    assert_true(roster_counts_alike(&before, &scene->roster, log_of(scene, SCENE_KITCHEN)));
    roster_scene_free(scene);
}

TEST(people, a_thief_who_names_a_voided_branch_may_do_no_more_than_his_device)
{
    static const enum event_type types[] = {
#define X(name, number, text, kind, capability, order) name,
#include "sync/log/event.def"
#undef X
    };
    struct roster_scene *scene = roster_scene_new();
    fork_next(scene, SCENE_OWNER, SCENE_MANAGER);
    const uint64_t saw = see(scene, 0, 1000000);
    const uint64_t log = log_of(scene, SCENE_COUNTER);
    roster_scene_load(scene);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        assert_int_equal(roster_judge(&scene->roster, log, saw + 1, types[i], ANNA),
                         roster_judge(&scene->roster, log, saw + 1, types[i], 0));
    }
    revoke_device(scene, SCENE_OWNER, SCENE_COUNTER);
    assert_int_equal(judge(scene, saw + 1, EVENT_LINE_ADD), VERDICT_REVOKED);
    roster_scene_free(scene);
}

/* --- what a thief still signs --- */

TEST(people, a_revoked_device_cannot_go_on_in_another_log)
{
    struct roster_scene *scene = roster_scene_new();
    static struct journal_device second;
    second = scene->devices[SCENE_COUNTER];
    struct public_key key;
    keys_of_number(999, &key, &second.log_secret);
    log_head_init(&second.head, &scene->journal.popup, &key, second.id, 2);
    revoke_device(scene, SCENE_OWNER, SCENE_COUNTER);
    journal_open(scene->txn, &scene->journal, &second);
    roster_scene_load(scene);
    assert_int_equal(roster_judge(&scene->roster, second.head.log, 2, EVENT_LINE_ADD, 0),
                     VERDICT_REVOKED);
    assert_int_equal(
        roster_judge(&scene->roster, log_of(scene, SCENE_COUNTER), 1, EVENT_LOG_OPEN, 0),
        VERDICT_VALID);
    roster_scene_free(scene);
}

/* A device that the manager certified, its log open. */
static struct journal_device *befriend(struct roster_scene *scene, struct journal_device *device)
{
    struct journal_device *manager = &scene->devices[SCENE_MANAGER];
    /* The manager's own papers are the root's: only then can it sign others'. */
    journal_device_init(manager, &scene->journal, 60, ROLE_MANAGER, NULL);
    journal_open(scene->txn, &scene->journal, manager);
    journal_device_init(device, &scene->journal, 61, ROLE_COUNTER, manager);
    return device;
}

TEST(people, who_was_certified_by_a_thief_after_the_revocation_is_nobody)
{
    struct roster_scene *scene = roster_scene_new();
    static struct journal_device friend;
    befriend(scene, &friend);
    revoke_device(scene, SCENE_OWNER, SCENE_MANAGER);
    journal_open(scene->txn, &scene->journal, &friend);
    roster_scene_load(scene);
    assert_int_equal(roster_judge(&scene->roster, friend.head.log, 2, EVENT_LINE_ADD, 0),
                     VERDICT_REVOKED);
    assert_true(roster_device_find(&scene->roster, friend.id)->is_revoked);
    roster_scene_free(scene);
}

TEST(people, who_was_added_before_the_revocation_stays)
{
    struct roster_scene *scene = roster_scene_new();
    static struct journal_device friend;
    uint8_t buffer[CERT_CHAIN_BYTES_MAX + 8];
    struct bytes body;
    befriend(scene, &friend);
    assert_int_equal(chain_body_encode(friend.chain, buffer, sizeof buffer, &body), 0);
    state(scene, SCENE_MANAGER, EVENT_DEVICE_ADD, body);
    revoke_device(scene, SCENE_OWNER, SCENE_MANAGER);
    journal_open(scene->txn, &scene->journal, &friend);
    roster_scene_load(scene);
    assert_int_equal(roster_judge(&scene->roster, friend.head.log, 2, EVENT_LINE_ADD, 0),
                     VERDICT_VALID);
    assert_false(roster_device_find(&scene->roster, friend.id)->is_revoked);
    roster_scene_free(scene);
}

TEST(people, a_gateway_writes_what_is_of_the_families_that_its_certificate_names_and_on_its_list)
{
    static const enum event_type may[] = {EVENT_LOG_CERT, EVENT_ORDER_OPEN, EVENT_LINE_ADD,
                                          EVENT_PAY_INTENT};
    static const enum event_type may_not[] = {
        EVENT_MENU_SET,   EVENT_MENU_AVAILABLE, EVENT_POPUP_SET,  EVENT_DAY_OPEN,
        EVENT_DEVICE_ADD, EVENT_LOG_REVOKE,     EVENT_STAFF_ROLE, EVENT_ACCEPT,
        EVENT_DONE,       EVENT_HANDED,         EVENT_PAY,        EVENT_REFUND,
        EVENT_DISCOUNT,   EVENT_CANCEL,         EVENT_REINSTATE,  EVENT_LINE_SET,
        EVENT_LINE_VOID,  EVENT_SHEET_CLEAR,    EVENT_PRINT_CLAIM};
    struct roster_scene *scene = roster_scene_new();
    static struct journal_device gateway;
    journal_device_init(&gateway, &scene->journal, 70, ROLE_GATEWAY, &scene->devices[SCENE_OWNER]);
    journal_open(scene->txn, &scene->journal, &gateway);
    roster_scene_load(scene);
    for (size_t i = 0; i < sizeof may / sizeof *may; i++) {
        assert_int_equal(roster_judge(&scene->roster, gateway.head.log, 2, may[i], 0),
                         VERDICT_VALID);
    }
    for (size_t i = 0; i < sizeof may_not / sizeof *may_not; i++) {
        assert_int_equal(roster_judge(&scene->roster, gateway.head.log, 2, may_not[i], 0),
                         VERDICT_FORBIDDEN);
    }
    roster_scene_free(scene);
}
