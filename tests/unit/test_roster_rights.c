/* Rights that change: by newer papers, and by what those who may state it say. */
#include "tests/lib/scene_says.h"
#include "tests/lib/test.h"

TEST(roster_rights, log_cert_raises_rights_from_its_own_event_on)
{
    struct roster_scene *scene = roster_scene_new();
    struct certificate certificate = scene->devices[SCENE_COUNTER].certificate;
    struct journal_device promoted = scene->devices[SCENE_COUNTER];
    certificate.capabilities |= capability_bit(CAP_MENU);
    certificate.issued++;
    journal_device_certify(&promoted, &scene->journal, &certificate, NULL);
    scene_write_orders(scene, SCENE_COUNTER, 3);
    const uint64_t seq = scene->devices[SCENE_COUNTER].head.seq + 1;
    scene_state_chain(scene, SCENE_COUNTER, EVENT_LOG_CERT, promoted.chain);
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, seq - 1, EVENT_MENU_SET), VERDICT_FORBIDDEN);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, seq, EVENT_MENU_SET), VERDICT_VALID);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, seq + 9, EVENT_MENU_SET), VERDICT_VALID);
    roster_scene_free(scene);
}

TEST(roster_rights, log_cert_of_another_device_or_of_old_papers_changes_nothing)
{
    struct roster_scene *scene = roster_scene_new();
    struct certificate certificate = scene->devices[SCENE_COUNTER].certificate;
    struct journal_device older = scene->devices[SCENE_COUNTER];
    certificate.capabilities |= capability_bit(CAP_MENU);
    certificate.issued--;
    journal_device_certify(&older, &scene->journal, &certificate, &scene->devices[SCENE_OWNER]);
    scene_state_chain(scene, SCENE_COUNTER, EVENT_LOG_CERT, older.chain);
    scene_state_chain(scene, SCENE_COUNTER, EVENT_LOG_CERT, scene->devices[SCENE_OWNER].chain);
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 9, EVENT_MENU_SET), VERDICT_FORBIDDEN);
    roster_scene_free(scene);
}

TEST(roster_rights, device_caps_lowers_and_raises_from_the_event_it_names)
{
    struct roster_scene *scene = roster_scene_new();
    const uint64_t all = role_device_capabilities(ROLE_COUNTER);
    scene_state_caps(scene, SCENE_OWNER, SCENE_COUNTER, 5, all & ~capability_bit(CAP_ORDER));
    scene_state_caps(scene, SCENE_OWNER, SCENE_COUNTER, 10, all | capability_bit(CAP_MENU));
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 4, EVENT_ORDER_OPEN), VERDICT_VALID);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 5, EVENT_ORDER_OPEN), VERDICT_FORBIDDEN);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 9, EVENT_ORDER_OPEN), VERDICT_FORBIDDEN);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 10, EVENT_ORDER_OPEN), VERDICT_VALID);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 9, EVENT_MENU_SET), VERDICT_FORBIDDEN);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 10, EVENT_MENU_SET), VERDICT_VALID);
    assert_int_equal(scene_judge(scene, SCENE_KITCHEN, 9, EVENT_ORDER_OPEN), VERDICT_VALID);
    roster_scene_free(scene);
}

TEST(roster_rights, device_caps_by_who_may_not_write_it_are_void)
{
    struct roster_scene *scene = roster_scene_new();
    scene_state_caps(scene, SCENE_COUNTER, SCENE_COUNTER, 2, UINT64_MAX);
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 9, EVENT_MENU_SET), VERDICT_FORBIDDEN);
    roster_scene_free(scene);
}

TEST(roster_rights, device_caps_cannot_grant_what_their_writer_lacks)
{
    struct roster_scene *scene = roster_scene_new();
    scene_state_caps(scene, SCENE_MANAGER, SCENE_COUNTER, 2, UINT64_MAX);
    roster_scene_load(scene);
    const uint64_t held =
        roster_capabilities(&scene->roster, scene_log_of(scene, SCENE_COUNTER), 2);
    assert_int_equal(held, role_device_capabilities(ROLE_MANAGER));
    roster_scene_free(scene);
}

TEST(roster_rights, of_two_device_caps_for_one_event_both_must_allow)
{
    struct roster_scene *scene = roster_scene_new();
    scene_state_caps(scene, SCENE_OWNER, SCENE_COUNTER, 5,
                     capability_bit(CAP_ORDER) | capability_bit(CAP_COOK));
    scene_state_caps(scene, SCENE_MANAGER, SCENE_COUNTER, 5,
                     capability_bit(CAP_COOK) | capability_bit(CAP_LOG));
    roster_scene_load(scene);
    assert_int_equal(roster_capabilities(&scene->roster, scene_log_of(scene, SCENE_COUNTER), 5),
                     capability_bit(CAP_COOK));
    roster_scene_free(scene);
}

TEST(roster_rights, who_was_demoted_does_not_rise_again_by_a_certificate)
{
    struct roster_scene *scene = roster_scene_new();
    struct journal_device newer = scene->devices[SCENE_COUNTER];
    struct certificate certificate = newer.certificate;
    certificate.issued++;
    journal_device_certify(&newer, &scene->journal, &certificate, NULL);
    scene_state_caps(scene, SCENE_OWNER, SCENE_COUNTER, 2, capability_bit(CAP_LOG));
    scene_write_orders(scene, SCENE_COUNTER, 2);
    scene_state_chain(scene, SCENE_COUNTER, EVENT_LOG_CERT, newer.chain);
    roster_scene_load(scene);
    assert_int_equal(scene_judge(scene, SCENE_COUNTER, 9, EVENT_ORDER_OPEN), VERDICT_FORBIDDEN);
    roster_scene_free(scene);
}
