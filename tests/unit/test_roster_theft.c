/* An admin's device in the hands of a thief: what it states and whose papers it issues once it is
 * revoked, and how the others go on. */
#include "tests/lib/scene_says.h"
#include "tests/lib/test.h"

TEST(roster_theft, what_a_thief_states_after_the_revocation_is_void)
{
    struct roster_scene *scene = roster_scene_new();
    scene_write_orders(scene, SCENE_MANAGER, 3);
    scene_revoke(scene, SCENE_OWNER, SCENE_MANAGER, 4);
    scene_revoke(scene, SCENE_MANAGER, SCENE_OWNER, 1);
    scene_revoke(scene, SCENE_MANAGER, SCENE_COUNTER, 1);
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_OWNER, 9, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 9, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(scene_judge(scene, SCENE_MANAGER, 5, EVENT_LINE_ADD), VERDICT_REVOKED);
    roster_scene_free(scene);
}

TEST(roster_theft, the_root_recovers_with_a_new_certificate_from_a_stolen_owner_s_device)
{
    struct roster_scene *scene = roster_scene_new();
    struct journal_device second;
    scene_revoke(scene, SCENE_OWNER, SCENE_MANAGER, 1);
    scene_revoke(scene, SCENE_OWNER, SCENE_COUNTER, 1);
    journal_device_init(&second, &scene->journal, 50, ROLE_OWNER, NULL); /* issued later */
    journal_open(scene->txn, &scene->journal, &second);
    struct log_cut cut = {.log = second.head.log, .seq = 1, .hash = second.head.hash};
    scene_state_cut(scene, SCENE_OWNER, EVENT_LOG_REVOKE, &cut);
    uint8_t buffer[128];
    struct bytes body;
    cut = scene_cut_at(scene, SCENE_OWNER, 1);
    assert_int_equal(log_cut_encode(&cut, buffer, sizeof buffer, &body), 0);
    journal_state(scene->txn, &scene->journal, &second, EVENT_LOG_REVOKE, body);
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_OWNER, 2, EVENT_LOG_REVOKE), VERDICT_REVOKED);
    assert_int_equal(scene_judge(scene, SCENE_MANAGER, 5, EVENT_LINE_ADD), VERDICT_VALID);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 5, EVENT_LINE_ADD), VERDICT_VALID);
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
    const struct log_cut cut = scene_cut_at(theft->scene, SCENE_OWNER, seq);
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

TEST(roster_theft, newer_papers_that_a_thief_issued_after_the_revocation_shut_nobody_out)
{
    /* Newer, or as old as the honest ones with greater contents. */
    static const uint64_t issued[] = {1000000, 60};
    for (size_t i = 0; i < sizeof issued / sizeof issued[0]; i++) {
        struct theft theft = theft_of_owner(issued[i]);
        const uint64_t last = theft.scene->devices[SCENE_OWNER].head.seq;
        scene_state_chain(theft.scene, SCENE_OWNER, EVENT_DEVICE_ADD, theft.forged.chain);
        theft_revoke(&theft, last);
        assert_string_equal(pickup_of(&theft)->name, theft.pickup.certificate.name);
        assert_memory_equal(&pickup_of(&theft)->transport_key,
                            &theft.pickup.certificate.transport_key, sizeof(struct public_key));
        roster_scene_free(theft.scene);
    }
}

TEST(roster_theft, papers_that_an_admin_stated_before_its_revocation_count)
{
    struct theft theft = theft_of_owner(1000000);
    scene_state_chain(theft.scene, SCENE_OWNER, EVENT_DEVICE_ADD, theft.forged.chain);
    theft_revoke(&theft, theft.scene->devices[SCENE_OWNER].head.seq);
    assert_string_equal(pickup_of(&theft)->name, theft.forged.certificate.name);
    roster_scene_free(theft.scene);
}

TEST(roster_theft, a_log_that_adopted_a_thief_s_papers_goes_on_under_the_honest_ones)
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
