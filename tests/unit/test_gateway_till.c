/* test_gateway_till.c - a gateway's device writes nothing that would be void: what people ask it to
 * do with the stall's orders is refused there.
 */
#include "tests/lib/event_bodies.h"
#include "tests/lib/stall_till.h"
#include "tests/lib/story.h"
#include "tests/lib/test.h"

enum { OWNER, GATEWAY, ORDER = 1, SESSION = 77, SETTLE_MS = 5000 };

/* --- on an order that is there --- */

static struct stall gateway_beside(struct stall stall)
{
    mesh_roster(stall.mesh)->logs[G].capabilities = role_device_capabilities(ROLE_GATEWAY);
    return stall;
}

static struct command lapse_of(const struct stall *stall)
{
    struct command command = stall_command(stall, COMMAND_LAPSE);
    command.principal = (struct principal){.role = ROLE_GATEWAY, .is_device = true};
    command.reason = bytes_of_text("timeout");
    return command;
}

TEST(gateway_till, an_order_of_the_stall_does_not_lapse_at_a_gateway)
{
    uint32_t events = 0;
    struct stall stall = gateway_beside(stall_of_two(false));
    const struct command lapse = lapse_of(&stall);
    assert_int_equal(stall_ask(&stall, G, &lapse, &events), ERR_FORBIDDEN);
    assert_int_equal(events, 0);
    stall_free(&stall);
}

TEST(gateway_till, a_customers_does)
{
    uint32_t events = 0;
    struct stall stall = gateway_beside(stall_new());
    const struct order_open open = {.day = 1,
                                    .lane = bytes_of_text("W"),
                                    .number = 1,
                                    .channel = bytes_of_text("phone"),
                                    .mode = bytes_of_text("eat-in"),
                                    .has_owner = true};
    uint8_t data[256];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    order_open_encode(&open, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    (void)mesh_write(stall.mesh, G, EVENT_ORDER_OPEN, stall.t++, body);
    (void)do_add(&stall, G, 1, 1, 500);
    stall_sync(&stall);
    const struct command lapse = lapse_of(&stall);
    assert_int_equal(stall_ask(&stall, G, &lapse, &events), 0);
    assert_int_equal(events, 1);
    stall_sync(&stall);
    assert_int_equal(stall_look(&stall, M)->phase, PHASE_REFUSED);
    stall_free(&stall);
}

/* A payment's fact was here before the order. */
TEST(gateway_till, nobody_has_seen_an_order_that_is_not_opened_yet)
{
    uint8_t data[256];
    struct stall stall = gateway_beside(stall_new());
    struct command seen = stall_command(&stall, COMMAND_SEEN);
    seen.station = bytes_of_text("grill");
    (void)mesh_write(stall.mesh, G, EVENT_PAY_INTENT, stall.t++,
                     body_sample_of(EVENT_PAY_INTENT, data, sizeof data));
    stall_sync(&stall);
    assert_int_equal(mesh_history(stall.mesh, K)->count, 1);
    assert_int_equal(stall_ask(&stall, K, &seen, NULL), ERR_NOT_FOUND);
    stall_free(&stall);
}

/* --- a new one --- */

static struct story *story_at_a_gateway(void)
{
    struct story *story = story_new(1);
    story_device(story, "owner", ROLE_OWNER, "A");
    story_device(story, "gateway", ROLE_GATEWAY, "W");
    story_begin(story);
    return story;
}

TEST(gateway_till, who_works_there_places_no_order_and_a_customer_does)
{
    struct story *story = story_at_a_gateway();
    const struct shop_key key = shop_key_make(9, SESSION);
    struct command command;
    story_place(story, GATEWAY, ORDER, 1);
    shop_order(&command, &key, 1);
    command.principal = (struct principal){.session = SESSION, .role = ROLE_CUSTOMER};
    story_ask(story, GATEWAY, &command);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    assert_true(story_is_alike(story, OWNER, GATEWAY));
    assert_string_equal(story->text, "[    0] gateway  order.place: forbidden\n"
                                     "[    0] gateway  order.place: number 1, 2 events\n");
    story_free(story);
}

static void ask(struct story *story, uint32_t node, enum command_kind kind)
{
    struct command command;
    shop_command(&command, kind);
    command.order = story_order_id(ORDER);
    command.reason = bytes_of_text("left");
    command.ids_count = kind == COMMAND_LINES_VOID;
    command.ids[0] = 1;
    story_ask(story, node, &command);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
}

TEST(gateway_till, nobody_changes_an_order_of_the_stall_there)
{
    struct story *story = story_at_a_gateway();
    story_place(story, OWNER, ORDER, 1);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    ask(story, GATEWAY, COMMAND_LINES_VOID);
    ask(story, GATEWAY, COMMAND_CANCEL);
    ask(story, OWNER, COMMAND_CANCEL);
    ask(story, GATEWAY, COMMAND_REINSTATE);
    story_board(story, OWNER, ORDER);
    assert_string_equal(story->text, "[    0] owner    order.place: number 1, 2 events\n"
                                     "[    0] gateway  lines.void: forbidden\n"
                                     "[    0] gateway  cancel: forbidden\n"
                                     "[    0] owner    cancel: ok\n"
                                     "[    0] gateway  reinstate: forbidden\n"
                                     "[    0] owner    board: A-1 cancelled, 1 lines, 7.00\n");
    story_free(story);
}
