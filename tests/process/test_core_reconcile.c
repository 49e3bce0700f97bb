/* test_core_reconcile.c - two cores over a real link: what makes no sense as a question begins
 * nothing, one question begins one reconciliation, and only a gateway is believed. */
#include "tests/lib/test.h"

#include <string.h>

#include "node/os/clock.h"
#include "sync/base/writer.h"
#include "tests/process/lib/desk.h"

enum { GATEWAY = 1, OTHER, DESKS_MAX, DAYS = 8 };

static struct desk desks[DESKS_MAX];
static uint32_t count;
static unsigned begun, printed;
static struct reconcile_wish wished;

static int host_begin(void *context, const struct reconcile_wish *wish)
{
    (void)context;
    begun++;
    wished = *wish;
    return ERR_UNAVAILABLE; /* it is told all the same */
}

static uint64_t host_version(void *context)
{
    (void)context;
    return begun;
}

static void host_print(void *context, size_t bytes_max, struct text *body,
                       struct reconcile_standing *ret_standing)
{
    (void)context;
    assert_int_equal(bytes_max, RECONCILE_TOLD_BYTES_MAX);
    printed++;
    *ret_standing = (struct reconcile_standing){.wish = wished};
    text_append_text(body, "{\"state\":\"failed\"}");
}

static const struct reconcile_host host = {
    .begin = host_begin, .version = host_version, .print = host_print};

/* Of desk @from, as it would tell it itself. */
static void publish_from(uint32_t from, const char *topic, struct bytes key, struct bytes body)
{
    assert_int_equal(replica_publish(desks[from].core->replica, bytes_of_text(topic), key, 30, body,
                                     clock_now()),
                     0);
}

static void publish(const char *topic, struct bytes body)
{
    publish_from(1, topic, bytes_of_text(""), body);
}

static void publish_ask(uint64_t number, uint64_t days)
{
    uint8_t data[64];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    write_array(&writer, 5); /* one field more than is known */
    write_uint(&writer, number);
    write_uint(&writer, days);
    write_bool(&writer, true);
    write_uint(&writer, 3);
    write_nil(&writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    publish("reconcile.ask", body);
}

/* Until the first desk has it: items of a device come in the order in which they are told. */
static void until_has_of(uint32_t from, const char *topic)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    bool has = false;
    publish_from(from, topic, bytes_of_text(""), bytes_of_text(""));
    while (!has) {
        const struct ephemeral_item *item;
        desks_turn(desks, count);
        for (uint32_t i = 0; (item = replica_ephemeral_at(desks[0].core->replica, i)) != NULL;
             i++) {
            has = has || (item->device != 0 && bytes_equal(bytes_of(item->topic, item->topic_size),
                                                           bytes_of_text(topic)));
        }
        assert_true(clock_mono_ms() < deadline_ms);
    }
    desks_turn(desks, count);
}

static void until_has(const char *topic)
{
    until_has_of(1, topic);
}

static void begin(void)
{
    begun = printed = 0;
    count = 2;
    desks_open_pair(desks);
    core_on_reconcile(desks[0].core, &host);
}

TEST(core_reconcile, a_question_that_makes_no_sense_begins_nothing)
{
    static const char *const junk[] = {"", "x", "\xc1", "\x90", "\x94\x01\x02"};
    begin();
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
        publish("reconcile.ask", bytes_of_text(junk[i]));
        desks_turn(desks, 2);
    }
    publish_ask(7, 0); /* no day at all */
    until_has("after");
    assert_int_equal(begun, 0);
    assert_int_equal(printed, 0);
    desks_close_pair(desks);
}

TEST(core_reconcile, one_question_begins_one_and_the_next_waits_a_while)
{
    begin();
    publish_ask(7, 8);
    until_has("first");
    assert_int_equal(begun, 1);
    assert_true(printed > 0);
    assert_int_equal(wished.days, 8);
    assert_int_equal(wished.day, 3);
    assert_true(wished.is_shared);
    publish_ask(7, 8); /* told again: it is the same */
    until_has("second");
    assert_int_equal(begun, 1);
    publish_ask(8, 8);
    desks[0].core->reconcile.begun_ms = clock_mono_ms();
    until_has("third");
    assert_int_equal(begun, 1);
    desks[0].core->reconcile.begun_ms = 0; /* the pause is over */
    until_has("fourth");
    assert_int_equal(begun, 2);
    desks_close_pair(desks);
}

TEST(core_reconcile, who_is_no_gateway_is_not_believed)
{
    struct text body = {.data = NULL};
    uint64_t device = 0;
    const struct reconcile_wish wish = {.days = 8};
    begin();
    const struct gate *gate = core_gate(desks[1].core);
    assert_int_equal(gate->reconcile_look(gate->context, &body, &device), RECONCILE_UNASKED);
    gate->reconcile_ask(gate->context, &wish);
    until_has("first");
    until_has("second");
    assert_int_equal(begun, 1);
    assert_true(printed > 0);
    assert_int_equal(gate->reconcile_look(gate->context, &body, &device), RECONCILE_ASKED);
    assert_int_equal(device, 0);
    assert_int_equal(body.size, 0);
    text_close(&body);
    desks_close_pair(desks);
}

/* --- gateways --- */

/* A counter with so many gateways, which tell what the test says. */
static void begin_with(uint32_t gateways)
{
    desk_open(&desks[0]);
    for (count = 1; count <= gateways;) {
        desk_open_as(&desks[count], &desks[0], ROLE_GATEWAY);
        desk_introduce(&desks[count], &desks[0]);
        assert_int_equal(desk_start(&desks[count]), 0);
        count++;
        desks_until_linked(desks, count, 0, count - 1);
    }
}

static void end(void)
{
    for (uint32_t i = 0; i < count; i++) {
        desk_wipe(&desks[i]);
    }
}

struct telling {
    uint64_t number;
    uint8_t at;
    uint64_t parts;
    bool is_good;
    const char *text;
};

static void tell(uint32_t from, struct telling part)
{
    uint8_t data[256];
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    write_array(&writer, 8); /* one field more than is known */
    write_uint(&writer, part.number);
    write_uint(&writer, part.parts);
    write_bool(&writer, part.is_good);
    write_bin(&writer, part.text, strlen(part.text));
    write_uint(&writer, DAYS);
    write_bool(&writer, false);
    write_uint(&writer, 0);
    write_nil(&writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    publish_from(from, "reconcile", bytes_of(&part.at, 1), body);
}

static void ask(void)
{
    const struct reconcile_wish wish = {.days = DAYS};
    const struct gate *gate = core_gate(desks[0].core);
    gate->reconcile_ask(gate->context, &wish);
}

/* Whose telling is shown; 0 = nobody's. With its text. */
static uint32_t shown(struct text *body)
{
    uint64_t device = 0;
    const struct gate *gate = core_gate(desks[0].core);
    const enum reconcile_news news = gate->reconcile_look(gate->context, body, &device);
    assert_int_equal(news, device != 0 ? RECONCILE_TOLD : RECONCILE_ASKED);
    for (uint32_t i = 1; device != 0 && i < count; i++) {
        if (desks[i].identity.device == device) {
            return i;
        }
    }
    assert_true(device == 0);
    return 0;
}

/* @said "": asked, and nothing told. */
static bool is_shown(uint32_t from, const char *said)
{
    struct text body = {.data = NULL};
    const uint32_t who = shown(&body);
    const bool is_same =
        who == from && bytes_equal(bytes_of(body.data, body.size), bytes_of_text(said));
    text_close(&body);
    return is_same;
}

/* Gateways pass on what they hear of each other, and only what comes from its own device counts:
 * it is told again until it does. */
static void until_shown(uint32_t from, struct telling part)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (!is_shown(from, part.text)) {
        tell(from, part);
        desks_turn(desks, count);
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

TEST(core_reconcile, what_a_gateway_tells_is_shown_when_all_of_it_is_here)
{
    static const char *const junk[] = {"", "x", "\xc1", "\x90", "\x94\x01\x02"};
    static const uint8_t first = 0;
    begin_with(1);
    ask();
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
        publish_from(GATEWAY, "reconcile", bytes_of(&first, 1), bytes_of_text(junk[i]));
        desks_turn(desks, count);
    }
    tell(GATEWAY, (struct telling){5, 0, 0, true, "{}"}); /* in no parts */
    until_has("junk");
    assert_true(is_shown(0, ""));
    tell(GATEWAY, (struct telling){5, 0, 2, true, "{\"state\":"});
    until_has("half");
    assert_true(is_shown(0, ""));
    tell(GATEWAY, (struct telling){4, 1, 2, true, "\"none\"}"});
    until_has("another half");
    assert_true(is_shown(0, ""));
    tell(GATEWAY, (struct telling){5, 1, 2, true, "\"done\"}"});
    until_has("whole");
    assert_true(is_shown(GATEWAY, "{\"state\":\"done\"}"));
    tell(GATEWAY, (struct telling){6, 0, 1, false, "{}"});
    until_has("newer");
    assert_true(is_shown(GATEWAY, "{}"));
    end();
}

TEST(core_reconcile, what_was_told_before_is_no_answer_to_who_asks_anew)
{
    begin_with(1);
    tell(GATEWAY, (struct telling){5, 0, 1, true, "{\"old\":1}"}); /* nobody has asked */
    until_has("first");
    ask();
    until_has("second");
    assert_true(is_shown(0, ""));
    tell(GATEWAY, (struct telling){6, 0, 1, true, "{\"new\":1}"});
    until_has("third");
    assert_true(is_shown(GATEWAY, "{\"new\":1}"));
    ask();
    until_has("fourth");
    assert_true(is_shown(0, ""));
    end();
}

TEST(core_reconcile, of_two_gateways_one_that_is_not_failing_is_shown)
{
    begin_with(2);
    ask();
    until_shown(GATEWAY, (struct telling){1, 0, 1, false, "{\"a\":1}"});
    tell(OTHER, (struct telling){1, 0, 1, false, "{\"b\":1}"});
    until_has_of(OTHER, "first");
    assert_true(is_shown(GATEWAY, "{\"a\":1}"));
    until_shown(OTHER, (struct telling){2, 0, 1, true, "{\"b\":2}"});
    tell(GATEWAY, (struct telling){2, 0, 1, true, "{\"a\":2}"});
    until_has_of(GATEWAY, "second");
    assert_true(is_shown(OTHER, "{\"b\":2}"));
    end();
}
