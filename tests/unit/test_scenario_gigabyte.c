/* A stolen tablet signs as fast as it can: forty times what it may use of others' stores in a
 * trading day. First it says that the last of all days has come. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/menu_events.h"
#include "sync/domain/order_events.h"
#include "tests/lib/story.h"

enum {
    MANAGER,
    KITCHEN,
    TABLET,
    ALLOWANCE_BYTES = 8 * 1024,
    FLOOD_ORDERS = 300,
    FLOOD_BATCH = 20,
    FLOOD_KEY = 100000,
    RUN_BYTES = 48 * 1024, /* a log that may still grow may grow by a run */
    SETTLE_MS = 5000
};

struct flood {
    struct story *story;
    struct cluster_hooks hooks; /* the story's */
    struct command commands[FLOOD_BATCH];
    struct shop_key keys[FLOOD_BATCH];
    uint32_t answered;
    bool is_told[CLUSTER_NODES_MAX];
};

static void on_flood_answer(void *context, struct cluster_node *node,
                            const struct effect_answer *answer)
{
    struct flood *flood = context;
    (void)node;
    check(answer->err == 0);
    flood->answered++;
}

/* Each device alarms once, whatever the thief goes on writing. */
static void on_flood_alarm(void *context, struct cluster_node *node,
                           const struct effect_alarm *alarm)
{
    struct flood *flood = context;
    char line[CLUSTER_LINE_MAX];
    const struct cluster_node *of = &flood->story->cluster->nodes[TABLET];
    assert_int_equal(alarm->kind, ALARM_ALLOWANCE);
    assert_int_equal(alarm->log, of->log);
    assert_false(flood->is_told[node->index]);
    flood->is_told[node->index] = true;
    (void)snprintf(line, sizeof line, "%s: %s", node->name, alarm_text(alarm->kind));
    story_tell(flood->story, line);
}

/* Orders with all the text that they may carry, in batches. */
static void sign(struct flood *flood, uint32_t orders)
{
    char note[NOTE_BYTES_MAX];
    struct cluster *cluster = flood->story->cluster;
    memset(note, 'x', sizeof note);
    for (uint32_t at = 0; at < orders; at += FLOOD_BATCH) {
        for (uint32_t i = 0; i < FLOOD_BATCH; i++) {
            flood->keys[i] = shop_key_make(1, FLOOD_KEY + at + i);
            shop_order(&flood->commands[i], &flood->keys[i], SHOP_ITEMS);
            for (uint32_t line = 0; line < SHOP_ITEMS; line++) {
                flood->commands[i].lines[line].note = bytes_of(note, sizeof note);
            }
            cluster_command(cluster, TABLET, &flood->commands[i], i);
        }
        const uint64_t until_ms = cluster->now_ms + SETTLE_MS;
        while (flood->answered < at + FLOOD_BATCH && cluster_step(cluster, until_ms)) {
        }
        assert_int_equal(flood->answered, at + FLOOD_BATCH);
    }
}

static void add_size(void *context, struct bytes key, struct bytes value)
{
    uint64_t *size = context;
    *size += key.size + value.size;
}

static uint64_t journal_bytes(const struct story *story, uint32_t node)
{
    uint64_t size = 0;
    store_memory_each(story->cluster->nodes[node].store, TABLE_LOG, add_size, &size);
    return size;
}

static void flood_begin(struct flood *flood, struct story *story)
{
    struct cluster_hooks *hooks = &story->cluster->hooks;
    *flood = (struct flood){.story = story, .hooks = *hooks};
    hooks->context = flood;
    hooks->on_answer = on_flood_answer;
    hooks->on_alarm = on_flood_alarm;
    hooks->on_trace = NULL;
}

/* With software of its own, which this one would not let it. */
static void forge_day(struct story *story, uint64_t n)
{
    uint8_t data[16];
    struct writer writer;
    struct event event = {.type = EVENT_DAY_OPEN, .entity = entity_id_derive(KIND_POPUP, 0)};
    const struct day_open open = {.n = n};
    writer_init(&writer, data, sizeof data);
    day_open_encode(&open, &writer);
    assert_int_equal(writer_finish(&writer, &event.body), 0);
    story_forge(story, TABLET, &event, "tablet signs that the last of all days has come");
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
}

TEST(scenario, a_stolen_tablet_that_signs_without_end_fills_no_disk_and_stops_no_sale)
{
    static struct flood flood;
    struct story *story = story_new(11);
    story->setup.device_allowance_bytes = ALLOWANCE_BYTES;
    story_device(story, "manager", ROLE_MANAGER, "A");
    story_device(story, "kitchen", ROLE_KITCHEN, "B");
    story_device(story, "tablet", ROLE_COUNTER, "C");
    story_begin(story);
    story_place(story, TABLET, 1, 1);
    assert_true(cluster_converge(story->cluster, SETTLE_MS));
    const uint64_t before = journal_bytes(story, KITCHEN);

    flood_begin(&flood, story);
    forge_day(story, ORDER_DAY_MAX);
    sign(&flood, FLOOD_ORDERS);
    cluster_run(story->cluster, SETTLE_MS);
    assert_true(journal_bytes(story, TABLET) > 40 * (uint64_t)ALLOWANCE_BYTES);
    for (uint32_t node = MANAGER; node <= KITCHEN; node++) {
        assert_true(journal_bytes(story, node) < before + 2 * (ALLOWANCE_BYTES + RUN_BYTES));
    }
    story->cluster->hooks = flood.hooks;

    const uint64_t full = journal_bytes(story, KITCHEN);
    story_place(story, MANAGER, 2, 1);
    cluster_run(story->cluster, SETTLE_MS);
    story_board(story, KITCHEN, 2);
    struct command revoke;
    shop_command(&revoke, COMMAND_DEVICE_REVOKE);
    revoke.device = story->cluster->nodes[TABLET].device;
    story_ask(story, MANAGER, &revoke);
    story_open_day(story, MANAGER, 2); /* a day's allowance more, which is not hers any more */
    cluster_run(story->cluster, SETTLE_MS);
    story_links(story, MANAGER);
    story_links(story, KITCHEN);
    story_board(story, KITCHEN, 1);
    assert_true(story_is_alike(story, MANAGER, KITCHEN));
    assert_true(journal_bytes(story, KITCHEN) < full + ALLOWANCE_BYTES / 4);
    assert_string_equal(story->text,
                        "[    0] tablet   order.place: number 1, 2 events\n"
                        "[    0]          tablet signs that the last of all days has come\n"
                        "[    1]          manager: a device writes more than its allowance: "
                        "its events are no longer fetched\n"
                        "[    1]          kitchen: a device writes more than its allowance: "
                        "its events are no longer fetched\n"
                        "[    6] manager  order.place: number 1, 2 events\n"
                        "[   11] kitchen  board: A-1 placed, 1 lines, 7.00\n"
                        "[   11] manager  device.revoke: ok\n"
                        "[   11] manager  day.open: ok\n"
                        "[   16] manager  linked with kitchen; tablet is revoked\n"
                        "[   16] kitchen  linked with manager; tablet is revoked\n"
                        "[   16] kitchen  board: C-1 placed, 1 lines, 7.00\n");
    story_free(story);
}
