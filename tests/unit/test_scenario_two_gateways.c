/* Two gateways that cannot reach each other both see that money is to go back. */
#include "tests/lib/test.h"

#include <string.h>

#include "tests/lib/story.h"

enum { OWNER, GATEWAY, OTHER, ORDER = 1, TOTAL = 700, SETTLE_MS = 5000 };

static struct command by_gateway(enum command_kind kind)
{
    struct command command;
    shop_command(&command, kind);
    command.principal = (struct principal){.role = ROLE_GATEWAY, .is_device = true};
    command.order = story_order_id(ORDER);
    return command;
}

static struct command paid(void)
{
    struct command command = by_gateway(COMMAND_PAY_INTENT);
    command.amount_minor = TOTAL;
    command.fact = (struct wanted_fact){.id = bytes_of_text("pi_1"),
                                        .currency = bytes_of_text("eur"),
                                        .state = INTENT_SUCCEEDED,
                                        .received_minor = TOTAL};
    return command;
}

/* What goes back because of the order's cancel, as @node has it. */
static struct command wish(struct story *story, uint32_t node)
{
    struct command command = by_gateway(COMMAND_REFUND_AUTO);
    struct store_txn *txn = store_memory_begin(story->cluster->nodes[node].store, false);
    assert_int_equal(history_get(story->history, txn, KIND_ORDER, &command.order), 0);
    for (uint32_t i = 0; i < story->history->count; i++) {
        if (story->history->events[i].type == EVENT_CANCEL) {
            command.cause = story->history->events[i].id;
        }
    }
    store_memory_abort(txn);
    command.reason = bytes_of_text("cancelled");
    return command;
}

/* The provider, asked twice under one idempotency key, made one refund and tells both. */
static struct command refunded(const struct bytes *wish_id)
{
    struct command command = by_gateway(COMMAND_PAY_REFUND);
    command.amount_minor = TOTAL;
    command.fact = (struct wanted_fact){.id = bytes_of_text("re_1"),
                                        .intent = bytes_of_text("pi_1"),
                                        .wish = *wish_id,
                                        .state = REFUND_SUCCEEDED};
    return command;
}

TEST(scenario, two_gateways_that_wish_one_refund_make_one_wish_and_one_outcome)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 0, 1};
    struct story *story = story_new(1);
    struct command command = paid();
    story_device(story, "owner", ROLE_OWNER, "A");
    story_device(story, "gateway", ROLE_GATEWAY, "");
    story_device(story, "other", ROLE_GATEWAY, "");
    story_begin(story);
    story_place(story, OWNER, ORDER, 1);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    story_ask(story, GATEWAY, &command);
    shop_command(&command, COMMAND_CANCEL);
    command.order = story_order_id(ORDER);
    command.reason = bytes_of_text("left");
    story_ask(story, OWNER, &command);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    cluster_partition(story->cluster, apart);
    for (uint32_t node = GATEWAY; node <= OTHER; node++) {
        command = wish(story, node);
        story_ask(story, node, &command);
        story_money(story, node, ORDER); /* and so reads the wish */
        assert_int_equal(story->order->ledger.wishes[0].id.size, WISH_ID_BYTES);
        uint8_t id[WISH_ID_BYTES];
        memcpy(id, story->order->ledger.wishes[0].id.data, sizeof id);
        const struct bytes named = bytes_of(id, sizeof id);
        command = refunded(&named);
        story_ask(story, node, &command);
    }
    cluster_heal(story->cluster);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    for (uint32_t node = OWNER; node <= OTHER; node++) {
        story_money(story, node, ORDER);
        story_flags(story, node, ORDER);
    }
    assert_true(story_is_alike(story, OWNER, OTHER));
    assert_string_equal(story->text, "[    0] owner    order.place: number 1, 2 events\n"
                                     "[    0] gateway  pay.intent: ok\n"
                                     "[    0] owner    cancel: ok\n"
                                     "[    0]          the network falls apart\n"
                                     "[    0] gateway  refund.auto: ok\n"
                                     "[    0] gateway  paid 7.00, back 0.00; wish 7.00 wished\n"
                                     "[    0] gateway  pay.refund: ok\n"
                                     "[    0] other    refund.auto: ok\n"
                                     "[    0] other    paid 7.00, back 0.00; wish 7.00 wished\n"
                                     "[    0] other    pay.refund: ok\n"
                                     "[    0]          the network is whole again\n"
                                     "[    0] owner    paid 7.00, back 7.00; wish 7.00 refunded\n"
                                     "[    0] owner    flags: none\n"
                                     "[    0] gateway  paid 7.00, back 7.00; wish 7.00 refunded\n"
                                     "[    0] gateway  flags: none\n"
                                     "[    0] other    paid 7.00, back 7.00; wish 7.00 refunded\n"
                                     "[    0] other    flags: none\n");
    story_free(story);
}
