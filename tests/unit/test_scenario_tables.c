/* A table's codes and who sits there, while the owner, the manager and the gateway cannot reach
 * each other, and lose power.
 */
#include "tests/lib/test.h"

#include "sync/domain/cart.h"
#include "sync/domain/sheet.h"
#include "tests/lib/story.h"

enum {
    OWNER,
    MANAGER,
    GATEWAY,
    DEVICES,
    TABLE = 4,
    ANNA = 1001,
    BERT,
    CARL,
    FIRST = 1, /* generations of codes */
    SECOND = 3,
    SETTLE_MS = 5000,
};

static const uint32_t apart[CLUSTER_NODES_MAX] = {0, 1, 2};

static struct story *story_of_a_table(uint64_t seed)
{
    struct story *story = story_new(seed);
    story_device(story, "owner", ROLE_OWNER, "A");
    story_device(story, "manager", ROLE_MANAGER, "B");
    story_device(story, "gateway", ROLE_GATEWAY, "C");
    story_begin(story);
    return story;
}

/* Somebody of the staff at @node. */
static void ask(struct story *story, uint32_t node, enum command_kind kind)
{
    struct command command;
    shop_command(&command, kind);
    command.item = TABLE;
    story_ask(story, node, &command);
}

/* A phone that comes by a code of @generation, of which the owner made the first. */
static void sit(struct story *story, uint64_t session, uint32_t generation)
{
    static struct shop_key key;
    struct command command;
    key = shop_key_make(1, session);
    shop_command(&command, COMMAND_TABLE_SIT);
    shop_keyed(&command, &key);
    command.principal = (struct principal){.session = session, .role = ROLE_CUSTOMER};
    command.item = TABLE;
    command.generation = generation;
    command.issuer = story->cluster->nodes[generation == FIRST ? OWNER : MANAGER].device;
    story_ask(story, GATEWAY, &command);
}

/* Whose cart is the table's. */
static uint64_t session_there(const struct story *story)
{
    struct table table;
    struct store_txn *txn = store_memory_begin(story->cluster->nodes[GATEWAY].store, false);
    assert_int_equal(table_get(txn, TABLE, &table), 0);
    store_memory_abort(txn);
    return table.session;
}

static const struct history *history_at(struct story *story, uint32_t node,
                                        const struct entity_id *id)
{
    struct store_txn *txn = store_memory_begin(story->cluster->nodes[node].store, false);
    const int err = history_get(story->history, txn, KIND_SHEET, id);
    store_memory_abort(txn);
    assert_true(err == 0 || err == ERR_NOT_FOUND);
    if (err != 0) {
        history_reset(story->history, KIND_SHEET, id);
    }
    return story->history;
}

static uint32_t codes_at(struct story *story, uint32_t node)
{
    const struct entity_id id = sheet_entity(TABLE);
    struct sheet sheet;
    sheet_derive(history_at(story, node, &id), &sheet);
    return sheet.codes;
}

static uint32_t cleared_at(struct story *story, uint32_t node, uint64_t day)
{
    const struct entity_id id = sheet_day_entity(TABLE, day);
    return sheet_cleared(history_at(story, node, &id));
}

static void assert_alike(struct story *story, uint32_t codes, uint32_t first_day,
                         uint32_t second_day)
{
    for (uint32_t node = 0; node < DEVICES; node++) {
        assert_true(story_is_alike(story, OWNER, node));
        assert_int_equal(codes_at(story, node), codes);
        assert_int_equal(cleared_at(story, node, 1), first_day);
        assert_int_equal(cleared_at(story, node, 2), second_day);
    }
}

/* The owner revokes the code and begins another day; the manager revokes it as well, and makes
 * another; and each of the two clears the table, on the day that it knows. */
static void part(struct story *story)
{
    cluster_partition(story->cluster, apart);
    ask(story, OWNER, COMMAND_TABLE_REVOKE);
    story_open_day(story, OWNER, 2);
    ask(story, OWNER, COMMAND_TABLE_CLEAR);
    ask(story, MANAGER, COMMAND_TABLE_REVOKE);
    ask(story, MANAGER, COMMAND_TABLE_CODE);
    ask(story, MANAGER, COMMAND_TABLE_CLEAR);
}

TEST(scenario,
     a_code_that_was_revoked_where_the_gateway_could_not_hear_it_opens_nothing_once_it_did)
{
    struct story *story = story_of_a_table(3);
    ask(story, OWNER, COMMAND_TABLE_CODE);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    sit(story, ANNA, FIRST);
    part(story);
    sit(story, BERT, FIRST); /* whom nobody told */
    assert_int_equal(session_there(story), ANNA);
    cluster_crash(story->cluster, GATEWAY);
    cluster_crash(story->cluster, MANAGER);
    cluster_restart(story->cluster, GATEWAY, 1000);
    cluster_restart(story->cluster, MANAGER, 2000);
    cluster_run(story->cluster, 3000);
    sit(story, BERT, FIRST);
    assert_int_equal(session_there(story), ANNA);
    assert_int_equal(codes_at(story, GATEWAY), 1);
    assert_int_equal(codes_at(story, OWNER), 2);
    assert_int_equal(codes_at(story, MANAGER), 3);
    cluster_heal(story->cluster);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    assert_alike(story, 3, 1, 1);
    sit(story, BERT, FIRST);
    sit(story, CARL, SECOND);
    assert_int_equal(session_there(story), CARL);
    assert_string_equal(story->text, "[    0] owner    table.code: ok\n"
                                     "[    0] gateway  table.sit: ok\n"
                                     "[    0]          the network falls apart\n"
                                     "[    0] owner    table.revoke: ok\n"
                                     "[    0] owner    day.open: ok\n"
                                     "[    0] owner    table.clear: ok\n"
                                     "[    0] manager  table.revoke: ok\n"
                                     "[    0] manager  table.code: ok\n"
                                     "[    0] manager  table.clear: ok\n"
                                     "[    0] gateway  table.sit: ok\n"
                                     "[    0] gateway  power lost\n"
                                     "[    0] manager  power lost\n"
                                     "[    1] gateway  power back\n"
                                     "[    2] manager  power back\n"
                                     "[    3] gateway  table.sit: ok\n"
                                     "[    3]          the network is whole again\n"
                                     "[    3] gateway  table.sit: expired\n"
                                     "[    3] gateway  table.sit: ok\n");
    story_free(story);
}

/* By the same codes: who is out is so by the clearing alone. */
TEST(scenario, a_table_that_was_cleared_out_of_the_gateways_reach_is_anothers_once_it_hears)
{
    struct story *story = story_of_a_table(4);
    ask(story, OWNER, COMMAND_TABLE_CODE);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    sit(story, ANNA, FIRST);
    cluster_partition(story->cluster, apart);
    ask(story, OWNER, COMMAND_TABLE_CLEAR);
    ask(story, MANAGER, COMMAND_TABLE_CLEAR);
    ask(story, MANAGER, COMMAND_TABLE_CLEAR);
    sit(story, BERT, FIRST);
    assert_int_equal(session_there(story), ANNA);
    cluster_crash(story->cluster, MANAGER);
    cluster_restart(story->cluster, MANAGER, 1000);
    cluster_heal(story->cluster);
    cluster_run(story->cluster, 1500);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    assert_alike(story, 1, 2, 0);
    sit(story, BERT, FIRST);
    assert_int_equal(session_there(story), BERT);
    sit(story, CARL, FIRST);
    assert_int_equal(session_there(story), BERT);
    assert_string_equal(story->text, "[    0] owner    table.code: ok\n"
                                     "[    0] gateway  table.sit: ok\n"
                                     "[    0]          the network falls apart\n"
                                     "[    0] owner    table.clear: ok\n"
                                     "[    0] manager  table.clear: ok\n"
                                     "[    0] manager  table.clear: ok\n"
                                     "[    0] gateway  table.sit: ok\n"
                                     "[    0] manager  power lost\n"
                                     "[    0]          the network is whole again\n"
                                     "[    1] manager  power back\n"
                                     "[    1] gateway  table.sit: ok\n"
                                     "[    1] gateway  table.sit: ok\n");
    story_free(story);
}
