/* Which differences between two rosters make a log's events count otherwise: every one of them must
 * be seen, or an order keeps showing what does not count any more. And what is judged of logs,
 * people and types that the roster does not know. */
#include <stdlib.h>
#include <string.h>

#include "sync/roster/roster.h"
#include "tests/lib/test.h"

enum { FIRST = 10, LOG = 20, LAST = 30, ANNA = 7, BORIS = 8, MAY = 0xffff };

/* Three logs; two people, of whom each log knew Anna, and the second Boris too. Freed by the
 * caller. */
static struct roster *roster_make(void)
{
    static const uint64_t logs[] = {FIRST, LOG, LAST};
    struct roster *roster = calloc(1, sizeof *roster);
    assert_non_null(roster);
    roster->logs_count = 3;
    for (uint32_t i = 0; i < 3; i++) {
        roster->logs[i] = (struct roster_log){.id = logs[i],
                                              .capabilities = MAY,
                                              .fork_seq = UINT64_MAX,
                                              .revoked_seq = 9,
                                              .unrevoked_to = 9,
                                              .revocations_count = 1,
                                              .revocations = {{.seq = 9}},
                                              .vouches_from = UINT64_MAX};
    }
    roster->changes_count = 2;
    roster->changes[0] = (struct roster_change){.log = LOG, .from_seq = 5, .capabilities = MAY};
    roster->changes[1] = (struct roster_change){.log = LAST, .from_seq = 5, .capabilities = MAY};
    roster->people_count = 2;
    roster->people[0] = (struct roster_person){.staff = ANNA, .capabilities = MAY};
    roster->people[1] = (struct roster_person){.staff = BORIS, .capabilities = MAY};
    roster->rights_count = 3;
    for (uint32_t i = 0; i < 3; i++) {
        roster->rights[i] = (struct roster_right){.log = i < 2 ? 0 : 1,
                                                  .person = i == 1 ? 1 : 0,
                                                  .capabilities = MAY,
                                                  .from_seq = 2,
                                                  .outdated_from = UINT64_MAX};
    }
    return roster;
}

typedef void change(struct roster *roster);

#define CHANGE(name, statement)                                                                    \
    static void name(struct roster *roster)                                                        \
    {                                                                                              \
        statement;                                                                                 \
    }
CHANGE(capabilities, roster->logs[1].capabilities = 1)
CHANGE(fork_seq, roster->logs[1].fork_seq = 4)
CHANGE(revoked_seq, roster->logs[1].revoked_seq = 8)
CHANGE(unrevoked_to, roster->logs[1].unrevoked_to = 1)
CHANGE(is_revoked_crowded, roster->logs[1].is_revoked_crowded = true)
CHANGE(revocation_more, roster->logs[1].revocations_count = 2)
CHANGE(revocation_later, roster->logs[1].revocations[0].seq = 10)
CHANGE(revocation_hash, roster->logs[1].revocations[0].hash.bytes[31] = 1)
CHANGE(vouches_from, roster->logs[1].vouches_from = 3)
CHANGE(change_later, roster->changes[0].from_seq = 6)
CHANGE(change_less, roster->changes[0].capabilities = 1)
CHANGE(change_stated, roster->changes[0].is_stated = true)
CHANGE(change_gone, roster->changes[0].log = FIRST)
CHANGE(right_of_another, roster->rights[2].person = 1)
CHANGE(right_later, roster->rights[2].from_seq = 3)
CHANGE(right_less, roster->rights[2].capabilities = 1)
CHANGE(right_outdated, roster->rights[2].outdated_from = 6)
CHANGE(right_gone, roster->rights_count = 2)
CHANGE(person_less, roster->people[0].capabilities = 1)

TEST(roster_alike, whatever_decides_about_a_log_makes_a_difference)
{
    static change *const changes[] = {
        capabilities,     fork_seq,         revoked_seq,     unrevoked_to, is_revoked_crowded,
        revocation_more,  revocation_later, revocation_hash, vouches_from, change_later,
        change_less,      change_stated,    change_gone,     right_later,  right_less,
        right_of_another, right_outdated,   right_gone,      person_less};
    struct roster *before = roster_make();
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct roster *after = roster_make();
        assert_true(roster_counts_alike(before, after, LOG));
        changes[i](after);
        assert_false(roster_counts_alike(before, after, LOG));
        assert_false(roster_counts_alike(after, before, LOG));
        free(after);
    }
    free(before);
}

TEST(roster_alike, what_concerns_other_logs_makes_none)
{
    struct roster *before = roster_make();
    struct roster *after = roster_make();
    after->logs[0].revoked_seq = 3;
    after->changes_count = 1;
    after->people[1].capabilities = 1;
    assert_true(roster_counts_alike(before, after, LOG));
    assert_false(roster_counts_alike(before, after, FIRST));
    assert_false(roster_counts_alike(before, after, LAST));
    free(before);
    free(after);
}

/* Another one than *to, of all that there may be; a byte of it is told from any that was not set.
 */
static struct roster *roster_full(void)
{
    struct roster *roster = malloc(sizeof *roster);
    assert_non_null(roster);
    memset(roster, 1, sizeof *roster);
    roster->devices_count = DEVICES_MAX;
    roster->logs_count = LOGS_MAX;
    roster->changes_count = ROSTER_CHANGES_MAX;
    roster->people_count = ROSTER_PEOPLE_MAX;
    roster->rights_count = ROSTER_RIGHTS_MAX;
    return roster;
}

static struct roster *roster_spoilt(void)
{
    struct roster *roster = malloc(sizeof *roster);
    assert_non_null(roster);
    memset(roster, 0xff, sizeof *roster);
    return roster;
}

TEST(roster_alike, a_copy_is_the_same_whatever_was_there_before)
{
    static const uint64_t logs[] = {FIRST, LOG, LAST};
    struct roster *from = roster_make();
    struct roster *to = roster_spoilt();
    from->popup.bytes[0] = 1;
    from->root.bytes[0] = 2;
    from->devices_count = 1;
    from->devices[0].id = LOG;
    from->is_spoilt = true;
    roster_copy(to, from);
    for (unsigned i = 0; i < 3; i++) {
        assert_non_null(roster_log_find(to, logs[i]));
        assert_true(roster_counts_alike(from, to, logs[i]));
    }
    assert_non_null(roster_device_find(to, LOG));
    assert_memory_equal(&to->popup, &from->popup, sizeof to->popup);
    assert_memory_equal(&to->root, &from->root, sizeof to->root);
    assert_true(to->logs_count == 3 && to->changes_count == 2 && to->people_count == 2);
    assert_true(to->rights_count == 3 && to->is_spoilt && !to->is_cut_short);
    free(from);
    free(to);
}

TEST(roster_alike, of_a_full_one_a_copy_has_every_byte_so_that_no_field_is_forgotten)
{
    struct roster *from = roster_full();
    struct roster *to = roster_spoilt();
    roster_copy(to, from);
    assert_memory_equal(to, from, sizeof *to);
    free(from);
    free(to);
}

TEST(roster_alike, of_a_table_what_is_not_in_use_is_not_copied)
{
    struct roster *from = roster_make();
    struct roster *to = roster_spoilt();
    roster_copy(to, from);
    assert_int_equal(to->devices[0].id, UINT64_MAX);
    assert_int_equal(to->logs[3].id, UINT64_MAX);
    assert_int_equal(to->changes[2].log, UINT64_MAX);
    assert_int_equal(to->people[2].staff, UINT64_MAX);
    assert_int_equal(to->rights[3].from_seq, UINT64_MAX);
    free(from);
    free(to);
}

TEST(roster_alike, one_that_begins_anew_knows_nobody_and_has_its_anchors)
{
    const struct popup_id popup = {.bytes = {1}};
    const struct public_key root = {.bytes = {2}};
    struct roster *roster = roster_full();
    struct roster *nobody = calloc(1, sizeof *nobody);
    assert_non_null(nobody);
    roster_reset(roster, &popup, &root);
    assert_memory_equal(&roster->popup, &popup, sizeof popup);
    assert_memory_equal(&roster->root, &root, sizeof root);
    assert_true(roster->devices_count == 0 && roster->logs_count == 0);
    assert_true(roster->changes_count == 0 && roster->people_count == 0);
    assert_true(roster->rights_count == 0 && !roster->is_cut_short && !roster->is_spoilt);
    /* Nor is there anything else that a copy takes. */
    struct roster *copy = calloc(1, sizeof *copy);
    assert_non_null(copy);
    roster_copy(copy, roster);
    nobody->popup = popup;
    nobody->root = root;
    assert_memory_equal(copy, nobody, sizeof *copy);
    free(roster);
    free(nobody);
    free(copy);
}

TEST(roster_alike, of_a_log_that_was_not_known_there_is_nothing_to_judge_again)
{
    struct roster *before = roster_make();
    struct roster *after = roster_make();
    after->logs_count = 2;
    assert_true(roster_counts_alike(before, after, LAST));
    assert_true(roster_counts_alike(after, before, LAST));
    free(before);
    free(after);
}

/* --- what the roster does not know --- */

TEST(roster_alike, a_log_that_nobody_opened_may_do_nothing)
{
    struct roster *roster = roster_make();
    assert_int_equal(roster_capabilities(roster, 15, 1), 0);
    assert_int_equal(roster_judge(roster, 15, 2, EVENT_LINE_ADD, ANNA), VERDICT_UNKNOWN_LOG);
    assert_false(roster_allows_salvaged(roster, 15, 2, EVENT_LINE_ADD));
    assert_false(roster_is_outdated(roster, 15, 2, EVENT_LINE_ADD, ANNA));
    assert_true(roster_limit(roster, 15) == UINT64_MAX);
    free(roster);
}

TEST(roster_alike, a_type_of_a_newer_version_is_carried_and_outdates_nothing)
{
    enum { NEWER = 1000001 };
    struct roster *roster = roster_make();
    assert_true(roster_allows_salvaged(roster, LOG, 4, NEWER));
    assert_false(roster_is_outdated(roster, LOG, 4, NEWER, ANNA));
    assert_int_equal(roster_judge(roster, LOG, 4, NEWER, ANNA), VERDICT_VALID);
    free(roster);
}

TEST(roster_alike, what_another_log_or_of_another_person_was_known_lends_no_rights)
{
    struct roster *roster = roster_make();
    assert_int_equal(roster_judge(roster, FIRST, 4, EVENT_LINE_ADD, BORIS), VERDICT_VALID);
    /* The second log knew Anna, not Boris; the third nobody. */
    assert_int_equal(roster_judge(roster, LOG, 4, EVENT_LINE_ADD, ANNA), VERDICT_VALID);
    assert_int_equal(roster_judge(roster, LOG, 4, EVENT_LINE_ADD, BORIS), VERDICT_FORBIDDEN);
    assert_int_equal(roster_judge(roster, LAST, 4, EVENT_LINE_ADD, ANNA), VERDICT_FORBIDDEN);
    assert_int_equal(roster_judge(roster, LAST, 4, EVENT_LINE_ADD, 9), VERDICT_FORBIDDEN);
    assert_false(roster_is_outdated(roster, LAST, 4, EVENT_LINE_ADD, ANNA));
    free(roster);
}

TEST(roster_alike, before_a_device_that_vouches_who_was_known_is_not_outdated)
{
    struct roster *roster = roster_make();
    roster->logs[1].vouches_from = 4;
    assert_int_equal(roster_judge(roster, LOG, 4, EVENT_LINE_ADD, BORIS), VERDICT_VALID);
    assert_true(roster_is_outdated(roster, LOG, 4, EVENT_LINE_ADD, BORIS));
    assert_false(roster_is_outdated(roster, LOG, 4, EVENT_LINE_ADD, ANNA));
    free(roster);
}
