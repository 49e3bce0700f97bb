/* test_core_wishes.c - cores over real links, one of them a gateway, and several who ask at once:
 * each is shown the answer to his own question.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "node/os/clock.h"
#include "sync/base/writer.h"
#include "tests/process/lib/desk.h"

static struct desk desks[3];
static uint32_t desks_count;

/* What the first desk compares, and how it stands. */
static struct {
    unsigned begun, printed;
    struct reconcile_wish wish; /* of the last that was begun; days 0 = it has no keys */
    bool is_slow;               /* what is begun goes on; else it fails at once */
    bool is_under_way;
    uint64_t version;
} books;

static int host_begin(void *context, const struct reconcile_wish *wish)
{
    (void)context;
    if (books.is_under_way && !reconcile_answers(&books.wish, wish)) {
        return ERR_BUSY;
    }
    books.begun++;
    books.wish = *wish;
    books.is_under_way = books.is_slow;
    books.version++;
    return books.is_slow ? 0 : ERR_UNAVAILABLE; /* it is told all the same */
}

static uint64_t host_version(void *context)
{
    (void)context;
    return books.version;
}

static void host_print(void *context, size_t bytes_max, struct text *body,
                       struct reconcile_standing *ret_standing)
{
    (void)context;
    assert_int_equal(bytes_max, RECONCILE_TOLD_BYTES_MAX);
    books.printed++;
    *ret_standing =
        (struct reconcile_standing){.wish = books.wish, .is_under_way = books.is_under_way};
    text_append_text(body, books.is_under_way ? "reading" : "failed");
}

static const struct reconcile_host host = {
    .begin = host_begin, .version = host_version, .print = host_print};

static void begin(void)
{
    memset(&books, 0, sizeof books);
    books.is_slow = true;
    desk_open_as(&desks[0], NULL, ROLE_GATEWAY);
    for (desks_count = 1; desks_count < 3; desks_count++) {
        struct desk *desk = &desks[desks_count];
        desk_open_in(desk, &desks[0]);
        desk_introduce(desk, &desks[0]);
        assert_int_equal(desk_start(desk), 0);
        desks_until_linked(desks, desks_count + 1, 0, desks_count);
    }
    core_on_reconcile(desks[0].core, &host);
}

static void end(void)
{
    for (uint32_t i = 0; i < desks_count; i++) {
        desk_wipe(&desks[i]);
    }
}

static const struct reconcile_wish mine = {.days = 8};
static const struct reconcile_wish others[] = {
    {.days = 9}, {.days = 8, .is_shared = true}, {.days = 8, .day = 2}};

static bool has_passed(uint32_t from, uint8_t serial)
{
    const struct ephemeral_item *item;
    const struct replica *to = desks[1 - from].core->replica;
    for (uint32_t i = 0; (item = replica_ephemeral_at(to, i)) != NULL; i++) {
        if (item->device == desks[from].identity.device && item->body_size == 1 &&
            item->body[0] == serial && item->topic_size == strlen("passed")) {
            return true;
        }
    }
    return false;
}

/* The first desk tells the second what it has to tell, or the second it, as if all pauses were
 * over. Of what is told too often in a second some is dropped: it is told until it comes. */
static void pass(uint32_t from)
{
    static uint8_t serial;
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    serial++;
    desks[0].core->reconcile.begun_ms = desks[0].core->reconcile.told_ms = 0;
    for (uint32_t turns = 0; !has_passed(from, serial); turns++) {
        if (turns % 50 == 0) {
            assert_int_equal(replica_publish(desks[from].core->replica, bytes_of_text("passed"),
                                             bytes_of_text(""), 30, bytes_of(&serial, 1),
                                             clock_now()),
                             0);
        }
        desks_turn(desks, desks_count);
        assert_true(clock_mono_ms() < deadline_ms);
    }
    desks_turn(desks, desks_count);
}

/* What the second desk shows once all that is to be told was told: "" = nothing yet. */
static const char *shown(void)
{
    static char copy[32];
    struct text body = {.data = NULL};
    uint64_t device = 0;
    const struct gate *gate = core_gate(desks[1].core);
    for (int i = 0; i < 3; i++) {
        pass(1);
        pass(0);
    }
    (void)gate->reconcile_look(gate->context, &body, &device);
    (void)snprintf(copy, sizeof copy, "%.*s", (int)body.size, body.size > 0 ? body.data : "");
    text_close(&body);
    return copy;
}

static void until_shown(const char *text)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (strcmp(shown(), text) != 0) {
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

static void until_begun(unsigned count)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (books.begun != count) {
        (void)shown();
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

/* The first desk's own screen begins, or something came of it. */
static void change(const struct reconcile_wish *wish, bool is_under_way)
{
    books.wish = *wish;
    books.is_under_way = is_under_way;
    books.version++;
}

static void ask(uint32_t at, const struct reconcile_wish *wish)
{
    const struct gate *gate = core_gate(desks[at].core);
    gate->reconcile_ask(gate->context, wish);
}

TEST(core_wishes, what_was_asked_while_another_is_under_way_begins_after_it_and_is_shown_alone)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        begin();
        change(&others[i], true);
        ask(1, &mine);
        assert_string_equal(shown(), "");
        assert_true(books.printed > 0); /* it was told, to whom it may concern */
        assert_int_equal(books.begun, 0);
        change(&others[i], false);
        until_shown("reading");
        assert_int_equal(books.begun, 1);
        assert_true(reconcile_answers(&mine, &books.wish));
        change(&mine, false);
        until_shown("failed");
        change(&others[i], true); /* what is told later is of no interest */
        assert_string_equal(shown(), "failed");
        assert_int_equal(books.begun, 1);
        end();
    }
}

TEST(core_wishes, what_came_of_one_is_told_before_another_takes_its_place)
{
    begin();
    ask(1, &mine);
    until_shown("reading");
    ask(2, &others[0]);
    assert_string_equal(shown(), "reading");
    assert_int_equal(books.begun, 1);
    change(&mine, false);
    until_shown("failed");
    until_begun(2);
    assert_true(reconcile_answers(&others[0], &books.wish));
    end();
}

TEST(core_wishes, one_whose_place_another_took_untold_is_begun_again)
{
    begin();
    ask(1, &mine);
    until_shown("reading");
    change(&others[0], true); /* by the gateway's own screen, just as it had ended */
    assert_string_equal(shown(), "reading");
    assert_int_equal(books.begun, 1);
    change(&others[0], false);
    until_begun(2);
    until_shown("reading");
    change(&mine, false);
    until_shown("failed");
    assert_int_equal(books.begun, 2);
    end();
}

TEST(core_wishes, a_gateway_that_can_compare_nothing_answers_every_wish)
{
    begin();
    change(&(struct reconcile_wish){.days = 0}, false);
    books.is_slow = false;
    ask(1, &mine);
    until_shown("failed");
    end();
}

TEST(core_wishes, what_did_not_change_is_told_again_and_not_printed_again)
{
    begin();
    ask(1, &mine);
    until_shown("reading");
    const unsigned printed = books.printed;
    assert_int_equal(printed, 1);
    assert_string_equal(shown(), "reading");
    assert_string_equal(shown(), "reading");
    assert_int_equal(books.printed, printed);
    change(&mine, false);
    until_shown("failed");
    assert_int_equal(books.printed, printed + 1);
    end();
}
