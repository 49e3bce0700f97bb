/* The core's turns: what is asked of one device, and of several. */
#include "tests/process/lib/desk.h"

#include <stdio.h>
#include <unistd.h>

#include "node/os/clock.h"
#include "sync/log/tables.h"
#include "tests/lib/test.h"

TEST(core, an_order_is_answered_when_it_is_durable)
{
    struct desk desk;
    struct order_key key;
    desk_open(&desk);
    desk_set_up(&desk);
    struct command order = desk_order(&key, 1);
    struct effect_answer answer = desk_ask(&desk, &order);
    assert_int_equal(answer.err, 0);
    assert_int_equal(answer.answer.number, 1);
    assert_int_equal(answer.answer.total_minor, 1200);
    /* Another process's view of it: the store, closed and opened again. */
    core_close(desk.core);
    assert_int_equal(desk_start(&desk), 0);
    struct effect_answer again = desk_ask(&desk, &order);
    assert_int_equal(again.err, 0);
    assert_memory_equal(&again.answer.entity, &answer.answer.entity, sizeof again.answer.entity);
    assert_int_equal(again.answer.number, 1);
    desk_close(&desk);
}

TEST(core, all_that_waits_is_committed_in_one_turn)
{
    struct desk desk;
    struct order_key keys[API_COMMANDS_MAX];
    struct effect_answer answer;
    desk_open(&desk);
    desk_set_up(&desk);
    for (uint32_t i = 0; i < API_COMMANDS_MAX; i++) {
        struct command order = desk_order(&keys[i], i);
        (void)desk_push(&desk, &order);
    }
    uint32_t news = desk.news;
    desk_turn(&desk);
    assert_int_equal(desk.news, news + 1);
    for (uint32_t i = 0; i < API_COMMANDS_MAX; i++) {
        assert_true(command_queue_answered(desk.queue, &answer));
        assert_int_equal(answer.err, 0);
        assert_int_equal(answer.answer.number, i + 1);
    }
    desk_close(&desk);
}

TEST(core, a_refusal_spoils_nothing_for_those_beside_it)
{
    struct desk desk;
    struct order_key keys[3];
    struct effect_answer answer;
    desk_open(&desk);
    desk_set_up(&desk);
    for (uint32_t i = 0; i < 3; i++) {
        struct command order = desk_order(&keys[i], i);
        if (i == 1) {
            order.lines[0].item = ITEM + 1; /* not on the menu */
        }
        (void)desk_push(&desk, &order);
    }
    desk_turn(&desk);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(command_queue_answered(desk.queue, &answer));
        assert_int_equal(answer.err == 0, i != 1);
    }
    desk_close(&desk);
}

TEST(core, a_second_one_on_the_same_state_is_refused)
{
    struct desk desk;
    desk_open(&desk);
    struct core_config config = {
        .state = desk.state, .settings = &desk.settings, .identity = &desk.identity};
    struct core *second = NULL;
    assert_int_equal(core_open(&config, &second), ERR_BUSY);
    desk_close(&desk);
}

TEST(core, the_gate_shows_who_and_how_it_is)
{
    struct desk desk;
    static struct gate_live live;
    desk_open(&desk);
    desk_turn(&desk);
    const struct gate *gate = core_gate(desk.core);
    gate->live(gate->context, &live);
    assert_int_equal(live.device, desk.identity.device);
    assert_int_equal(live.role, ROLE_COUNTER);
    assert_string_equal(live.lane, "A");
    assert_true(live.is_writable);
    assert_int_equal(live.marks_count, 1);
    assert_int_equal(live.marks[0].log, live.log);
    assert_true(live.store_bytes_max > 0);
    desk_close(&desk);
}

/* Turn @desk and @other (may be NULL) until its only peer is there and heard, or is lost. */
static void until_peer(struct desk *desk, struct desk *other, enum gate_link link,
                       struct gate_peer *ret_peer)
{
    static struct gate_live live;
    const struct gate *gate = core_gate(desk->core);
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    do {
        assert_int_equal(core_turn(desk->core, 1), 0);
        if (other != NULL) {
            assert_int_equal(core_turn(other->core, 1), 0);
        }
        gate->live(gate->context, &live);
        assert_int_equal(live.peers_count, 1);
        *ret_peer = live.peers[0];
        assert_true(clock_mono_ms() < deadline_ms);
    } while (ret_peer->link != link ||
             (link == GATE_LINKED && ret_peer->heard_ms_ago == UINT64_MAX));
}

TEST(core, a_lost_device_is_told_with_how_long_ago_it_was_heard)
{
    struct desk desk, other;
    struct gate_peer peer;
    desk_open(&desk);
    desk_open_in(&other, &desk);
    desk_add_device(&desk, &other);
    desk_add_device(&other, &desk);
    core_close(other.core);
    other.settings.peers_count = 1;
    other.settings.peers[0].device = desk.identity.device;
    (void)snprintf(other.settings.peers[0].endpoint, ENDPOINT_BYTES_MAX, "%s",
                   core_endpoint(desk.core));
    assert_int_equal(desk_start(&other), 0);
    until_peer(&desk, &other, GATE_LINKED, &peer);
    desk_close(&other);
    until_peer(&desk, NULL, GATE_LOST, &peer);
    assert_true(peer.heard_ms_ago < DEADLINE_MS);
    desk_close(&desk);
}

/* --- screens --- */

TEST(core, peers_are_told_how_many_screens_look_at_a_device)
{
    static const struct gate_screens seen = {.is_told = true, .counts = {[VIEW_KITCHEN] = 2}};
    struct desk desk, other;
    struct gate_peer peer;
    desk_open(&desk);
    desk_open_in(&other, &desk);
    desk_add_device(&desk, &other);
    desk_add_device(&other, &desk);
    core_close(other.core);
    other.settings.peers_count = 1;
    other.settings.peers[0].device = desk.identity.device;
    (void)snprintf(other.settings.peers[0].endpoint, ENDPOINT_BYTES_MAX, "%s",
                   core_endpoint(desk.core));
    assert_int_equal(desk_start(&other), 0);
    const struct gate *gate = core_gate(other.core);
    gate->screens(gate->context, &seen);
    uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    do {
        until_peer(&desk, &other, GATE_LINKED, &peer);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (peer.screens.counts[VIEW_KITCHEN] != 2);
    assert_true(peer.screens.is_told);
    assert_int_equal(peer.screens.counts[VIEW_COUNTER], 0);
    desk_close(&other);
    desk_close(&desk);
}

/* --- what a peer says and has --- */

/* The second tells @body under @key of @topic; turns until the first shows so many screens there
 * and is, or is not, told. */
static void tell_screens(struct desk *desks, struct bytes body, bool is_told, uint32_t kitchens)
{
    static struct gate_live live;
    const struct gate *gate = core_gate(desks[0].core);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    const struct gate_screens *seen = &live.peers[0].screens;
    assert_int_equal(replica_publish(desks[1].core->replica, bytes_of_text("screens"),
                                     bytes_of_text(""), 30, body, clock_now()),
                     0);
    do {
        desks_turn(desks, 2);
        gate->live(gate->context, &live);
        assert_true(clock_mono_ms() < deadline_ms);
    } while (live.peers_count != 1 || seen->is_told != is_told ||
             seen->counts[VIEW_KITCHEN] != kitchens);
}

TEST(core, what_a_peer_says_of_its_screens_may_be_more_than_is_understood_and_nonsense_is_nothing)
{
    static struct desk desks[2];
    static const uint8_t newer[] = {0x95, 1, 7, 1, 4, 0xa1, 'x'}; /* two views more */
    static const uint8_t fewer[] = {0x91, 1};
    static const uint8_t more[] = {0x93, 1, 9, 1, 1};
    desks_open_pair(desks);
    tell_screens(desks, bytes_of(newer, sizeof newer), true, 7);
    tell_screens(desks, bytes_of(fewer, sizeof fewer), false, 0);
    tell_screens(desks, bytes_of(newer, sizeof newer), true, 7);
    tell_screens(desks, bytes_of(more, sizeof more), false, 0);
    desks_close_pair(desks);
}
