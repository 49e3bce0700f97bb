/* A stolen gateway's key signs that an order of the stall is cancelled, which it never may, and
 * that it lapsed, which it may of a customer's: all keep both, neither counts anywhere, and what
 * the provider told there counts. */
#include "tests/lib/test.h"

#include "tests/lib/event_bodies.h"
#include "tests/lib/story.h"

enum { OWNER, KITCHEN, GATEWAY, ORDER = 1, TOTAL = 700, SETTLE_MS = 5000 };

static void converge(struct story *story)
{
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
}

/* Somebody who is signed in there. */
static void cancel_at(struct story *story, uint32_t node)
{
    struct command command;
    shop_command(&command, COMMAND_CANCEL);
    command.order = story_order_id(ORDER);
    command.reason = bytes_of_text("left");
    story_ask(story, node, &command);
}

static void pay_at_gateway(struct story *story)
{
    struct command command;
    shop_command(&command, COMMAND_PAY_INTENT);
    command.principal = (struct principal){.role = ROLE_GATEWAY, .is_device = true};
    command.order = story_order_id(ORDER);
    command.amount_minor = TOTAL;
    command.fact = (struct wanted_fact){.id = bytes_of_text("pi_1"),
                                        .currency = bytes_of_text("eur"),
                                        .state = INTENT_SUCCEEDED,
                                        .received_minor = TOTAL};
    story_ask(story, GATEWAY, &command);
}

static void forge(struct story *story, enum event_type type, const char *text)
{
    uint8_t data[64];
    const struct event event = {.type = type,
                                .entity = story_order_id(ORDER),
                                .body = body_sample_of(type, data, sizeof data)};
    story_forge(story, GATEWAY, &event, text);
    converge(story);
}

TEST(scenario, what_a_gateways_key_signs_of_the_stalls_order_is_kept_everywhere_and_counts_nowhere)
{
    struct story *story = story_new(13);
    story_device(story, "owner", ROLE_OWNER, "A");
    story_device(story, "kitchen", ROLE_KITCHEN, "B");
    story_device(story, "gateway", ROLE_GATEWAY, "W");
    story_begin(story);
    story_place(story, OWNER, ORDER, 1);
    converge(story);
    cancel_at(story, GATEWAY);
    forge(story, EVENT_CANCEL, "who has the gateway's key signs a cancel");
    forge(story, EVENT_LAPSE, "and that it lapsed");
    for (uint32_t node = OWNER; node <= GATEWAY; node++) {
        story_note(story, node, "journal: %u cancel, %u lapse",
                   story_events(story, node, EVENT_CANCEL), story_events(story, node, EVENT_LAPSE));
        story_board(story, node, ORDER);
    }
    pay_at_gateway(story);
    story_do(story, KITCHEN, COMMAND_ACCEPT, ORDER);
    converge(story);
    story_board(story, GATEWAY, ORDER);
    story_money(story, OWNER, ORDER);
    cancel_at(story, OWNER);
    converge(story);
    story_board(story, GATEWAY, ORDER);
    assert_true(story_is_alike(story, OWNER, GATEWAY));
    assert_string_equal(story->text, "[    0] owner    order.place: number 1, 2 events\n"
                                     "[    0] gateway  cancel: forbidden\n"
                                     "[    0] gateway  power lost\n"
                                     "[    0]          who has the gateway's key signs a cancel\n"
                                     "[    0] gateway  power back\n"
                                     "[    1] gateway  power lost\n"
                                     "[    1]          and that it lapsed\n"
                                     "[    1] gateway  power back\n"
                                     "[    2] owner    journal: 1 cancel, 1 lapse\n"
                                     "[    2] owner    board: A-1 placed, 1 lines, 7.00\n"
                                     "[    2] kitchen  journal: 1 cancel, 1 lapse\n"
                                     "[    2] kitchen  board: A-1 placed, 1 lines, 7.00\n"
                                     "[    2] gateway  journal: 1 cancel, 1 lapse\n"
                                     "[    2] gateway  board: A-1 placed, 1 lines, 7.00\n"
                                     "[    2] gateway  pay.intent: ok\n"
                                     "[    2] kitchen  accept: ok\n"
                                     "[    2] gateway  board: A-1 accepted, 1 lines, 7.00\n"
                                     "[    2] owner    paid 7.00, back 0.00\n"
                                     "[    2] owner    cancel: ok\n"
                                     "[    2] gateway  board: A-1 cancelled, 1 lines, 7.00\n");
    story_free(story);
}
