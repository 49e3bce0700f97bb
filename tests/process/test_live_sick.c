/* A customer's phone at a node whose store cannot be read: it is told so by the end of its
 * connection, never by a frame that was made of half a store, and when it comes back it hears all.
 */
#define _GNU_SOURCE /* mkdtemp, memmem */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/access/access.h"
#include "node/os/clock.h"
#include "node/stream/live_parts.h"
#include "tests/lib/shop.h"
#include "tests/process/lib/golden.h"

enum { FRAMES_MAX = 32, ID_TEXT = 2 * ENTITY_ID_BYTES };

static struct {
    char folder[64];
    struct identity identity;
    struct cluster *cluster;
    struct store_memory *store;
    struct gate gate;
    struct api *api;
    struct lives *lives;
    char token[TOKEN_TEXT_MAX], other_token[TOKEN_TEXT_MAX];
    char order[ID_TEXT + 1]; /* the customer's own */
    unsigned begins_left;    /* the last of so many readings does not begin; 0 = each does */
    struct text heard;       /* all frames of a phone */
} node;

/* --- a node's door over a store in memory --- */

static int read_begin(void *context, struct store_txn **ret_txn)
{
    (void)context;
    if (node.begins_left > 0 && --node.begins_left == 0) {
        return ERR_IO;
    }
    *ret_txn = store_memory_begin(node.store, false);
    return 0;
}

static void read_end(void *context, struct store_txn *txn)
{
    (void)context;
    store_memory_abort(txn);
}

static void facts(void *context, struct gate_live *ret_live)
{
    const struct cluster_node *first = &node.cluster->nodes[0];
    (void)context;
    *ret_live = (struct gate_live){.device = first->device,
                                   .log = first->log,
                                   .role = ROLE_OWNER,
                                   .epoch_ms = CLUSTER_EPOCH_MS,
                                   .is_writable = true};
}

static void nothing_due(void *context, struct live *live)
{
    (void)context;
    (void)live;
}

static void no_news(void *context)
{
    (void)context;
}

/* --- what happens at the stall --- */

static void command_do(const struct command *command)
{
    cluster_command(node.cluster, 0, command, 1);
    assert_true(cluster_converge(node.cluster, 20000));
}

static void item_offer(bool is_available)
{
    struct command command;
    shop_command(&command, COMMAND_MENU_AVAILABLE);
    command.item = 1;
    command.truth = is_available;
    command_do(&command);
}

static void popup_name(const char *name)
{
    struct command command;
    shop_command(&command, COMMAND_POPUP_SET);
    command.fields_count = 1;
    command.fields[0] = (struct wanted_field){.field = POPUP_NAME, .text = bytes_of_text(name)};
    command_do(&command);
}

static void stock_limit(void)
{
    struct command command;
    shop_command(&command, COMMAND_MENU_SET);
    command.item = 2;
    command.fields_count = 1;
    command.fields[0] = (struct wanted_field){.field = MENU_STOCK, .number = STOCK_STRICT};
    command_do(&command);
}

static void stock_count(int64_t units)
{
    struct command command;
    shop_command(&command, COMMAND_STOCK_COUNT);
    command.item = 2;
    command.stock_units = units;
    command_do(&command);
}

/* An order of the customer with @session; its id in hex. */
static void order_place(uint64_t session)
{
    struct command command;
    uint8_t bytes[8];
    const struct shop_key key = shop_key_make(900, 77);
    put_be64(bytes, session);
    shop_order(&command, &key, 1);
    command.principal = (struct principal){.session = session, .role = ROLE_CUSTOMER};
    command_do(&command);
    const struct entity_id id =
        entity_id_mint(get_be32(key.bytes), bytes_of(bytes, sizeof bytes), command.key);
    for (size_t i = 0; i < ENTITY_ID_BYTES; i++) {
        (void)snprintf(node.order + 2 * i, 3, "%02x", id.bytes[i]);
    }
}

static void begin(void)
{
    struct caller caller;
    struct gate_live live;
    assert_int_equal(entropy_start(), 0);
    (void)snprintf(node.folder, sizeof node.folder, "/dev/shm/trestle-live-XXXXXX");
    assert_non_null(mkdtemp(node.folder));
    node.cluster = golden_live(&golden_days[0]);
    node.store = node.cluster->nodes[0].store;
    identity_make_keys(&node.identity);
    node.identity.device = node.cluster->nodes[0].device;
    const struct access_config config = {.state = node.folder, .identity = &node.identity};
    node.gate = (struct gate){.queue = command_queue_new(0, no_news, NULL),
                              .read_begin = read_begin,
                              .read_end = read_end,
                              .live = facts};
    assert_int_equal(access_open(&config, &node.gate.access), 0);
    facts(NULL, &live);
    assert_int_equal(access_customer(node.gate.access, &live, node.other_token, &caller), 0);
    assert_int_equal(access_customer(node.gate.access, &live, node.token, &caller), 0);
    order_place(caller.principal.session);
    node.api = api_new(&node.gate, "0");
    node.lives = lives_new(node.api, nothing_due, NULL);
    assert_non_null(node.lives);
}

static void end(void)
{
    char remove_it[96];
    lives_free(node.lives);
    api_free(node.api);
    access_close(node.gate.access);
    command_queue_free(node.gate.queue);
    cluster_free(node.cluster);
    text_close(&node.heard);
    (void)snprintf(remove_it, sizeof remove_it, "rm -rf '%s'", node.folder);
    assert_int_equal(system(remove_it), 0); /* NOLINT: a path of our own making */
    memset(&node, 0, sizeof node);
}

/* --- a phone --- */

static bool is_heard(const char *wanted)
{
    return node.heard.size > 0 &&
           memmem(node.heard.data, node.heard.size, wanted, strlen(wanted)) != NULL;
}

static int phone_open(struct live *phone, const char *token, const char *orders)
{
    char message[TOKEN_TEXT_MAX + 256];
    *phone = (struct live){.is_open = false};
    (void)snprintf(message, sizeof message, "{\"type\":\"open\",\"token\":\"%s\",\"orders\":[%s]}",
                   token, orders);
    return live_hear(node.lives, phone, ENTRANCE_LOOPBACK, bytes_of(NULL, 0),
                     bytes_of_text(message));
}

/* All that there is for it, into node.heard; an error leaves the last frame as it was. */
static int phone_listen(struct live *phone)
{
    size_t before = SIZE_MAX;
    int err = 0;
    for (int frames = 0; err == 0 && node.heard.size != before; frames++) {
        struct store_txn *txn = NULL;
        assert_true(frames < FRAMES_MAX);
        before = node.heard.size;
        assert_int_equal(read_begin(NULL, &txn), 0);
        err = live_next(node.lives, phone, txn, &node.heard);
        read_end(NULL, txn);
        assert_true(err == 0 || node.heard.size == before);
    }
    return err;
}

static int phone_come(struct live *phone)
{
    char quoted[ID_TEXT + 3];
    (void)snprintf(quoted, sizeof quoted, "\"%s\"", node.order);
    text_clear(&node.heard);
    const int err = phone_open(phone, node.token, quoted);
    return err != 0 ? err : phone_listen(phone);
}

/* A node that was started anew: nobody has looked at anything yet. */
static void start_again(void)
{
    lives_free(node.lives);
    api_free(node.api);
    node.api = api_new(&node.gate, "0");
    node.lives = lives_new(node.api, nothing_due, NULL);
    assert_non_null(node.lives);
}

/* What is told at first, once for each read that it takes. */
static void come_sick(enum store_memory_call call)
{
    bool is_reached = true;
    for (unsigned nth = 1; is_reached; nth += 1 + nth / 32) {
        struct live phone;
        start_again();
        store_memory_fail(node.store, call, nth, ERR_IO);
        const int err = phone_come(&phone);
        is_reached = store_memory_mend(node.store, call);
        assert_true(err == 0 || (err == ERR_IO && is_reached));
        live_close(node.lives, &phone);
        assert_int_equal(phone_come(&phone), 0); /* nothing of it stays */
        assert_true(is_heard(node.order));
        assert_true(is_heard("\"name\":\"Soup\""));
        live_close(node.lives, &phone);
    }
}

/* And what is told of a change: by the look at it, or by the frame. */
static void change_sick(enum store_memory_call call, void (*change)(bool is_second),
                        const char *const wanted[2])
{
    bool is_reached = true;
    for (unsigned nth = 1; is_reached; nth++) {
        struct live phone;
        assert_int_equal(phone_come(&phone), 0);
        text_clear(&node.heard);
        change(nth % 2 == 0);
        store_memory_fail(node.store, call, nth, ERR_IO);
        lives_refresh(node.lives);
        int err = phone_listen(&phone);
        is_reached = store_memory_mend(node.store, call);
        if (err != 0) { /* its connection is closed; it comes back */
            assert_int_equal(err, ERR_IO);
            live_close(node.lives, &phone);
            assert_int_equal(phone_come(&phone), 0);
        }
        lives_refresh(node.lives); /* what could not be read is looked at again */
        assert_int_equal(phone_listen(&phone), 0);
        if (!is_heard(wanted[nth % 2 == 0])) {
            fail_msg("read %u failed, and %s is not told: %.*s", nth, wanted[nth % 2 == 0],
                     (int)node.heard.size, node.heard.data);
        }
        live_close(node.lives, &phone);
    }
}

static void change_item(bool is_second)
{
    item_offer(is_second);
}

static void change_name(bool is_second)
{
    popup_name(is_second ? "East" : "West");
}

static void change_stock(bool is_second)
{
    stock_count(is_second ? 41 : 43);
}

TEST(live_sick, what_a_phone_is_told_at_first_is_never_half_of_it)
{
    begin();
    come_sick(MEMORY_GET);
    come_sick(MEMORY_OPEN);
    end();
}

TEST(live_sick, a_change_that_cannot_be_read_is_told_when_it_can)
{
    static const struct {
        void (*change)(bool is_second);
        const char *wanted[2];
    } rows[] = {{change_item, {"\"available\":false", "\"available\":true"}},
                {change_name, {"\"West\"", "\"East\""}},
                {change_stock, {"\"all\":43", "\"all\":41"}}};
    begin();
    stock_limit();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        change_sick(MEMORY_GET, rows[i].change, rows[i].wanted);
        change_sick(MEMORY_OPEN, rows[i].change, rows[i].wanted);
    }
    end();
}

/* Two customers' phones that follow nothing and were told all that there was. */
static void come_both(struct live phones[2])
{
    assert_int_equal(phone_open(&phones[0], node.token, ""), 0);
    assert_int_equal(phone_open(&phones[1], node.other_token, ""), 0);
    for (size_t i = 0; i < 4; i++) { /* once more: of the queue */
        assert_int_equal(phone_listen(&phones[i % 2]), 0);
    }
    text_clear(&node.heard);
}

TEST(live_sick, what_all_are_told_alike_is_the_same_for_each)
{
    struct live phones[2];
    struct text first = {0};
    begin();
    come_both(phones);
    item_offer(false);
    lives_refresh(node.lives);
    text_clear(&node.heard);
    assert_int_equal(phone_listen(&phones[0]), 0);
    assert_true(is_heard("\"available\":false"));
    text_append(&first, node.heard.data, node.heard.size);
    text_clear(&node.heard);
    assert_int_equal(phone_listen(&phones[1]), 0);
    assert_int_equal(first.size, node.heard.size);
    assert_memory_equal(first.data, node.heard.data, first.size);
    text_close(&first);
    for (size_t i = 0; i < 2; i++) { /* and the time, when nothing else was said for long */
        text_clear(&node.heard);
        phones[i].told_ms = 0;
        assert_int_equal(phone_listen(&phones[i]), 0);
        assert_true(is_heard("\"type\":\"beat\""));
        live_close(node.lives, &phones[i]);
    }
    assert_int_equal(node.lives->opened_count, 0);
    end();
}

TEST(live_sick, a_queue_that_moved_meanwhile_is_not_told_as_it_was)
{
    struct live phones[2];
    char wanted[32];
    begin();
    struct line_up *line_up = &node.api->state->line_up;
    come_both(phones);
    item_offer(false);
    lives_refresh(node.lives);
    assert_int_equal(phone_listen(&phones[0]), 0);
    line_up->waiting_count++; /* as a look finds it that was taken at this moment */
    line_up->looked_ms = clock_mono_ms() + (uint64_t)60 * 1000;
    (void)snprintf(wanted, sizeof wanted, "\"waiting\":%u", line_up->waiting_count);
    lives_refresh(node.lives);
    for (size_t i = 0; i < 2; i++) {
        text_clear(&node.heard);
        assert_int_equal(phone_listen(&phones[1 - i]), 0);
        assert_true(is_heard(wanted));
    }
    for (size_t i = 0; i < 2; i++) {
        live_close(node.lives, &phones[i]);
    }
    end();
}

/* How many messages in a row were taken of it, before there were too many. */
static unsigned phone_chatter(struct live *phone, const char *address)
{
    enum { MOST = 100 * 1000 };
    static const char follow[] = "{\"type\":\"follow\",\"orders\":[]}";
    unsigned taken = 0;
    int err = 0;
    while (err == 0 && taken < MOST) {
        err = live_hear(node.lives, phone, ENTRANCE_SECURE, bytes_of_text(address),
                        bytes_of_text(follow));
        taken += err == 0;
    }
    assert_int_equal(err, ERR_LIMIT);
    return taken;
}

TEST(live_sick, a_phone_may_say_no_more_than_it_may_ask)
{
    const unsigned burst = rate_class_limit(RATE_READ).burst;
    struct live phones[2];
    begin();
    come_both(phones);
    assert_true(phone_chatter(&phones[0], "198.51.100.7") >= burst);
    assert_true(phone_chatter(&phones[0], "203.0.113.9") < burst);  /* of its token */
    assert_true(phone_chatter(&phones[1], "198.51.100.7") < burst); /* of its address */
    assert_true(phone_chatter(&phones[1], "") > 0);
    for (size_t i = 0; i < 2; i++) {
        live_close(node.lives, &phones[i]);
    }
    end();
}

TEST(live_sick, nobody_signs_in_by_half_of_what_is_known_of_them)
{
    static const char body[] = "{\"staff\":7,\"pin\":\"2580\"}";
    const struct api_request request = {.access = {.entrance = ENTRANCE_LOOPBACK},
                                        .method = "POST",
                                        .path = "/api/session",
                                        .query = "",
                                        .body = bytes_of_text(body)};
    bool is_reached = true;
    begin();
    for (unsigned nth = 1; is_reached; nth++) {
        struct api_reply reply;
        store_memory_fail(node.store, MEMORY_GET, nth, ERR_IO);
        api_handle(node.api, &request, &reply);
        is_reached = store_memory_mend(node.store, MEMORY_GET);
        assert_true(reply.is_pending != is_reached); /* the PIN is looked at, or 500 */
        assert_true(!is_reached || reply.status == 500);
        text_close(&reply.body);
    }
    struct api_request spoken = request;
    struct api_reply reply;
    spoken.access.entrance = ENTRANCE_PLAIN; /* where others read along */
    api_handle(node.api, &spoken, &reply);
    assert_int_equal(reply.status, 403);
    text_close(&reply.body);
    end();
}

TEST(live_sick, no_order_goes_on_when_nobody_can_look_at_its_station)
{
    static const char body[] = "{\"channel\":\"phone\",\"mode\":\"eat-in\",\"lines\":["
                               "{\"item\":1,\"quantity\":1}]}";
    char bearer[TOKEN_TEXT_MAX + 8];
    bool is_reached = true;
    begin();
    (void)snprintf(bearer, sizeof bearer, "Bearer %s", node.token);
    const struct api_request request = {
        .access = {.entrance = ENTRANCE_SECURE, .authorization = bytes_of_text(bearer)},
        .method = "POST",
        .path = "/api/orders",
        .query = "",
        .key = bytes_of_text("00000001000102030405060708090a0b"),
        .body = bytes_of_text(body)};
    for (unsigned nth = 1; is_reached; nth++) {
        struct api_reply reply;
        node.begins_left = nth;
        api_handle(node.api, &request, &reply);
        is_reached = node.begins_left == 0;
        assert_true(reply.is_pending != is_reached); /* it goes to the core, or 500 */
        assert_true(!is_reached || reply.status == 500);
        text_close(&reply.body);
    }
    end();
}
