/* test_event_words.c - what `trestle log` says of an event, in words. */
#include "tests/lib/test.h"

#include <string.h>

#include "node/cli/event_words.h"
#include "sync/base/check.h"
#include "sync/domain/order_events.h"
#include "tests/lib/event_bodies.h"

enum { TEXT_MAX = 1024, NEWER = 5000 /* no type that we know */ };

static const struct event_scene scene_a1 = {.number = "A1", .digits = 2};

/* The words for @event; until the next call. */
static const char *words_of(const struct event *event, const struct event_scene *scene)
{
    static char words[TEXT_MAX];
    struct text text = {0};
    event_words(event, scene, &text);
    text_append(&text, "", 1);
    assert_true(text.size <= sizeof words);
    memcpy(words, text.data, text.size);
    text_close(&text);
    return words;
}

static const char *sample_words(const char *name)
{
    static uint8_t data[TEXT_MAX];
    for (size_t i = 0; i < body_samples_count; i++) {
        if (strcmp(body_samples[i].name, name) == 0) {
            const struct event event = {.type = body_samples[i].type,
                                        .body =
                                            body_sample_bytes(&body_samples[i], data, sizeof data)};
            return words_of(&event, &scene_a1);
        }
    }
    fail_msg("no sample %s", name);
    return NULL;
}

TEST(event_words, say_what_was_done_to_whom_and_why)
{
    static const struct {
        const char *sample, *words;
    } cases[] = {
        {"line_add", "order A1: 2 x D\xc3\xb6ner"},
        {"line_void", "order A1: taken off: mistyped"},
        {"refuse", "order A1: refused: sold out"},
        {"handed", "order A1: handed over"},
        {"handed_uncollected", "order A1: nobody came for it"},
        {"cancel", "order A1 cancelled: left"},
        {"discount", "order A1: discount of 1.50: regular"},
        {"pay", "order A1: 15.98 taken, cash"},
        {"refund", "order A1: 4.00 given back, card-external: cold"},
        {"menu_available", "an item is sold out"},
        {"day_open", "day 3 is open"},
        {"stall_set", "a stall changed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(sample_words(cases[i].sample), cases[i].words);
    }
}

/* A body that cannot be read says nothing; its type still does. */
TEST(event_words, of_what_cannot_be_read_nothing_is_made_up)
{
    static const uint8_t nonsense[] = {0xc1};
    static const struct {
        enum event_type type;
        const char *words;
    } cases[] = {
        {EVENT_LINE_ADD, "order A1"},
        {EVENT_LINE_VOID, "order A1: taken off"},
        {EVENT_REFUSE, "order A1: refused"},
        {EVENT_HANDED, "order A1"},
        {EVENT_CANCEL, "order A1 cancelled"},
        {EVENT_DISCOUNT, "order A1"},
        {EVENT_PAY, "order A1"},
        {EVENT_REFUND, "order A1"},
        {EVENT_MENU_AVAILABLE, ""},
        {EVENT_DAY_OPEN, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct event event = {.type = cases[i].type,
                                    .body = bytes_of(nonsense, sizeof nonsense)};
        assert_string_equal(words_of(&event, &scene_a1), cases[i].words);
    }
}

TEST(event_words, an_order_is_called_by_its_number_once_it_has_one)
{
    static struct order order = {.lines_count = 1, .lines = {{.quantity = 1}}};
    const struct event placed = {.type = EVENT_ORDER_OPEN};
    order.mode = bytes_of_text("take-away");
    struct event_scene scene = {.number = "", .order = &order};
    assert_string_equal(words_of(&placed, &scene), "an order placed, 1 item, take-away");
    order.lines[0].quantity = 3;
    scene.number = "B7";
    assert_string_equal(words_of(&placed, &scene), "order B7 placed, 3 items, take-away");
}

TEST(event_words, newer_softwares_event_is_said_to_be_that)
{
    const struct event event = {.type = NEWER};
    assert_string_equal(words_of(&event, &scene_a1), "something that newer software knows");
}

TEST(event_words, what_people_typed_is_cut_between_letters)
{
    uint8_t data[TEXT_MAX];
    char reason[200];
    struct writer writer;
    struct event event = {.type = EVENT_REFUSE};
    const char *const before = "order A1: refused: ";
    memset(reason, 'a', sizeof reason);
    reason[126] = '\xc3'; /* an umlaut, of which the line's end takes a half */
    reason[127] = '\xb6';
    const struct order_refuse refuse = {.lines = {.count = 1, .ids = {1}},
                                        .reason = bytes_of(reason, REASON_BYTES_MAX)};
    writer_init(&writer, data, sizeof data);
    order_refuse_encode(&refuse, &writer);
    check(writer_finish(&writer, &event.body) == 0);
    const char *words = words_of(&event, &scene_a1);
    assert_int_equal(strlen(words), strlen(before) + 126);
}
