/* Six digits on two screens: what somebody in between can and cannot do. */
#include "node/core/core_pair.h"

#include <string.h>

#include "tests/lib/test.h"

/* Two ends, and what they said. */
struct talk {
    struct popup_id popup;
    struct transport_secret inviter, newcomer;
    struct pair_part offer, part;
};

static void talk_begin(struct talk *talk)
{
    assert_int_equal(entropy_start(), 0);
    memset(talk, 0, sizeof *talk);
    entropy_transport_key(&talk->inviter);
    entropy_transport_key(&talk->newcomer);
    const struct public_key inviter = transport_public(&talk->inviter);
    const struct public_key newcomer = transport_public(&talk->newcomer);
    assert_int_equal(pair_part_inviter(&talk->popup, &inviter, &talk->offer), 0);
    assert_int_equal(pair_part_newcomer(&newcomer, "Kitchen", &talk->part), 0);
}

static struct paired conclude(const struct pair_part *offer, const struct pair_part *part,
                              const struct transport_secret *secret)
{
    struct paired paired;
    assert_int_equal(pair_conclude(offer, part, secret, &paired), 0);
    return paired;
}

TEST(pairing, both_ends_come_to_the_same_digits_and_the_same_secret)
{
    struct talk talk;
    talk_begin(&talk);
    const struct paired a = conclude(&talk.offer, &talk.part, &talk.inviter);
    const struct paired b = conclude(&talk.offer, &talk.part, &talk.newcomer);
    assert_string_equal(a.digits, b.digits);
    assert_string_equal(a.name, "Kitchen");
    assert_memory_equal(a.invitation.secret, b.invitation.secret, sizeof a.invitation.secret);
}

TEST(pairing, who_passes_all_on_sees_the_digits_and_has_no_secret)
{
    struct talk talk;
    struct transport_secret thief;
    talk_begin(&talk);
    entropy_transport_key(&thief);
    const struct paired right = conclude(&talk.offer, &talk.part, &talk.inviter);
    const struct paired his = conclude(&talk.offer, &talk.part, &thief);
    assert_string_equal(right.digits, his.digits);
    assert_memory_not_equal(right.invitation.secret, his.invitation.secret,
                            sizeof his.invitation.secret);
}

TEST(pairing, who_swaps_the_keys_makes_the_digits_differ)
{
    struct talk talk;
    struct pair_part false_offer, false_part;
    struct transport_secret thief;
    talk_begin(&talk);
    entropy_transport_key(&thief);
    const struct public_key key = transport_public(&thief);
    assert_int_equal(pair_part_inviter(&talk.popup, &key, &false_offer), 0);
    assert_int_equal(pair_part_newcomer(&key, "Kitchen", &false_part), 0);
    const struct paired inviter = conclude(&talk.offer, &false_part, &talk.inviter);
    const struct paired newcomer = conclude(&false_offer, &talk.part, &talk.newcomer);
    assert_string_not_equal(inviter.digits, newcomer.digits);
}

TEST(pairing, nobody_reveals_another_part_than_he_committed_to)
{
    struct talk talk;
    uint8_t buffer[PAIR_FRAME_BYTES_MAX];
    struct bytes frame;
    struct hash commitment;
    struct pair_part heard, other;
    talk_begin(&talk);
    const struct public_key key = transport_public(&talk.newcomer);
    assert_int_equal(pair_commit_encode(&talk.part, buffer, &frame), 0);
    assert_int_equal(pair_commit_decode(frame, &commitment), 0);
    assert_int_equal(pair_part_newcomer(&key, "Kitchen", &other), 0);
    assert_int_equal(pair_reveal_encode(&other, buffer, &frame), 0);
    assert_int_equal(pair_reveal_decode(frame, &commitment, &heard), ERR_MISMATCH);
    assert_int_equal(pair_reveal_encode(&talk.part, buffer, &frame), 0);
    assert_int_equal(pair_reveal_decode(frame, &commitment, &heard), 0);
}

TEST(pairing, frames_cut_at_any_byte_are_refused)
{
    struct talk talk;
    uint8_t buffer[PAIR_FRAME_BYTES_MAX];
    struct bytes frame;
    struct pair_part heard;
    talk_begin(&talk);
    assert_int_equal(pair_offer_encode(&talk.offer, buffer, &frame), 0);
    assert_int_equal(pair_offer_decode(frame, &heard), 0);
    for (size_t size = 0; size < frame.size; size++) {
        assert_int_equal(pair_offer_decode(bytes_of(buffer, size), &heard), ERR_MALFORMED);
    }
}

TEST(pairing, a_frame_of_another_kind_or_version_or_length_is_refused)
{
    struct talk talk;
    uint8_t buffer[PAIR_FRAME_BYTES_MAX];
    struct bytes frame;
    struct hash commitment;
    struct pair_part heard;
    talk_begin(&talk);
    assert_int_equal(pair_offer_encode(&talk.offer, buffer, &frame), 0);
    assert_int_equal(pair_reveal_decode(frame, &commitment, &heard), ERR_MALFORMED);
    assert_int_equal(pair_commit_decode(frame, &commitment), ERR_MALFORMED);
    assert_int_equal(pair_commit_encode(&talk.part, buffer, &frame), 0);
    assert_int_equal(pair_offer_decode(frame, &heard), ERR_MALFORMED);
    for (size_t at = 1; at < 4; at++) { /* its kind, its version, and what its content is */
        assert_int_equal(pair_commit_encode(&talk.part, buffer, &frame), 0);
        buffer[at] ^= 1;
        assert_int_equal(pair_commit_decode(frame, &commitment), ERR_MALFORMED);
    }
}

TEST(pairing, a_commitment_that_is_no_hash_is_refused)
{
    enum { KIND_AT = 1, COMMIT = 24 };
    struct talk talk;
    uint8_t buffer[PAIR_FRAME_BYTES_MAX];
    struct bytes frame;
    struct hash commitment;
    talk_begin(&talk);
    assert_int_equal(pair_offer_encode(&talk.offer, buffer, &frame), 0);
    buffer[KIND_AT] = COMMIT;
    assert_int_equal(pair_commit_decode(frame, &commitment), ERR_MALFORMED);
}

TEST(pairing, who_says_no_name_is_shown_with_none)
{
    struct talk talk;
    struct pair_part unnamed;
    talk_begin(&talk);
    const struct public_key key = transport_public(&talk.newcomer);
    assert_int_equal(pair_part_newcomer(&key, "", &unnamed), 0);
    const struct paired paired = conclude(&talk.offer, &unnamed, &talk.inviter);
    assert_string_equal(paired.name, "");
}

TEST(pairing, parts_without_sense_and_keys_that_hide_nothing_conclude_nothing)
{
    static const struct public_key nothing;
    static const struct pair_part senseless = {.size = 1, .data = {0xc0}};
    struct talk talk;
    struct pair_part weak;
    struct paired paired;
    talk_begin(&talk);
    assert_int_equal(pair_conclude(&senseless, &talk.part, &talk.inviter, &paired), ERR_MALFORMED);
    assert_int_equal(pair_conclude(&talk.offer, &senseless, &talk.inviter, &paired), ERR_MALFORMED);
    assert_int_equal(pair_part_newcomer(&nothing, "Kitchen", &weak), 0);
    assert_int_equal(pair_conclude(&talk.offer, &weak, &talk.inviter, &paired), ERR_MALFORMED);
}

TEST(pairing, a_name_that_is_too_long_makes_no_part)
{
    static char name[2 * PAIR_PART_BYTES_MAX];
    struct talk talk;
    struct pair_part part;
    talk_begin(&talk);
    const struct public_key key = transport_public(&talk.newcomer);
    memset(name, 'x', sizeof name - 1);
    assert_int_not_equal(pair_part_newcomer(&key, name, &part), 0);
    assert_int_equal(part.size, 0);
}

/* --- the inviter's end --- */

static void say(struct pairing *pairing, const struct talk *talk, uint8_t caller,
                const struct transport_secret *proves, struct bytes frame, struct pair_part *offer)
{
    uint8_t buffer[PAIR_FRAME_BYTES_MAX];
    const struct pair_host host = {.popup = talk->popup, .secret = &talk->inviter};
    struct pair_speaker speaker = {.routing = {.size = 5}, .key = transport_public(proves)};
    struct bytes answer;
    speaker.routing.bytes[4] = caller;
    if (pairing_hear(pairing, &host, &speaker, frame, buffer, &answer) && offer != NULL) {
        assert_int_equal(pair_offer_decode(answer, offer), 0);
    }
}

static void commit_and_reveal(struct pairing *pairing, const struct talk *talk, uint8_t caller,
                              const struct transport_secret *proves, struct pair_part *offer)
{
    uint8_t buffer[PAIR_FRAME_BYTES_MAX];
    struct bytes frame;
    assert_int_equal(pair_commit_encode(&talk->part, buffer, &frame), 0);
    say(pairing, talk, caller, proves, frame, offer);
    assert_int_equal(pair_reveal_encode(&talk->part, buffer, &frame), 0);
    say(pairing, talk, caller, proves, frame, NULL);
}

TEST(pairing, one_newcomer_is_shown_until_people_decided)
{
    struct talk first, second;
    struct pairing pairing = {.next = 0};
    struct pair_part offer;
    talk_begin(&first);
    talk_begin(&second);
    second.inviter = first.inviter;
    commit_and_reveal(&pairing, &first, 1, &first.newcomer, &offer);
    assert_true(pairing.is_shown);
    const struct paired at_newcomer = conclude(&offer, &first.part, &first.newcomer);
    assert_string_equal(pairing.paired.digits, at_newcomer.digits);
    commit_and_reveal(&pairing, &second, 2, &second.newcomer, NULL);
    assert_string_equal(pairing.paired.digits, at_newcomer.digits);
    pairing_refuse(&pairing);
    assert_false(pairing.is_shown);
    commit_and_reveal(&pairing, &second, 2, &second.newcomer, NULL);
    assert_true(pairing.is_shown);
}

TEST(pairing, a_reveal_counts_once_and_for_the_key_that_the_connection_proved)
{
    struct talk talk;
    struct pairing pairing = {.next = 0};
    uint8_t buffer[PAIR_FRAME_BYTES_MAX];
    struct bytes frame;
    struct transport_secret thief;
    talk_begin(&talk);
    entropy_transport_key(&thief);
    commit_and_reveal(&pairing, &talk, 1, &thief, NULL);
    assert_false(pairing.is_shown);
    assert_int_equal(pair_reveal_encode(&talk.part, buffer, &frame), 0);
    say(&pairing, &talk, 1, &talk.newcomer, frame, NULL); /* its commitment is used up */
    assert_false(pairing.is_shown);
}

TEST(pairing, more_callers_than_it_remembers_push_out_the_oldest_and_who_commits_anew_is_one)
{
    static struct talk talks[PAIR_CALLERS_MAX + 1];
    struct pairing pairing = {.next = 0};
    uint8_t buffer[PAIR_FRAME_BYTES_MAX];
    struct bytes frame;
    for (uint8_t i = 0; i <= PAIR_CALLERS_MAX; i++) {
        talk_begin(&talks[i]);
        talks[i].inviter = talks[0].inviter;
        assert_int_equal(pair_commit_encode(&talks[i].part, buffer, &frame), 0);
        say(&pairing, &talks[i], i, &talks[i].newcomer, frame, NULL);
        say(&pairing, &talks[i], i, &talks[i].newcomer, frame, NULL); /* once more: in its place */
    }
    assert_int_equal(pair_reveal_encode(&talks[0].part, buffer, &frame), 0);
    say(&pairing, &talks[0], 0, &talks[0].newcomer, frame, NULL);
    assert_false(pairing.is_shown);
    assert_int_equal(pair_reveal_encode(&talks[1].part, buffer, &frame), 0);
    say(&pairing, &talks[1], 1, &talks[1].newcomer, frame, NULL);
    assert_true(pairing.is_shown);
}

TEST(pairing, a_reveal_that_does_not_open_the_commitment_uses_it_up)
{
    struct talk talk, other;
    struct pairing pairing = {.next = 0};
    uint8_t buffer[PAIR_FRAME_BYTES_MAX];
    struct bytes frame;
    talk_begin(&talk);
    talk_begin(&other);
    assert_int_equal(pair_commit_encode(&talk.part, buffer, &frame), 0);
    say(&pairing, &talk, 1, &talk.newcomer, frame, NULL);
    assert_int_equal(pair_reveal_encode(&other.part, buffer, &frame), 0);
    say(&pairing, &talk, 1, &talk.newcomer, frame, NULL);
    assert_int_equal(pair_reveal_encode(&talk.part, buffer, &frame), 0);
    say(&pairing, &talk, 1, &talk.newcomer, frame, NULL);
    assert_false(pairing.is_shown);
}

TEST(pairing, two_connections_are_one_only_when_all_of_their_name_is_the_same)
{
    const struct routing a = {.size = 5, .bytes = {0, 1, 2, 3, 4}};
    struct routing b = a;
    assert_true(routing_equal(&a, &b));
    b.bytes[4] = 5;
    assert_false(routing_equal(&a, &b));
    b = a;
    b.size = 4;
    assert_false(routing_equal(&a, &b));
}
