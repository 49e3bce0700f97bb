/* record_hands.h - what people ask a stage's replica for of records, and of an order's tea: for the
 * tests of records and of reviews. One stage at a time.
 */
#ifndef TRESTLE_TESTS_LIB_RECORD_HANDS_H
#define TRESTLE_TESTS_LIB_RECORD_HANDS_H

#include <string.h>

#include "sync/domain/record.h"
#include "tests/lib/stage.h"
#include "tests/lib/test.h"

static struct stage stage;
static struct command command;
static struct history *history;
static struct answer answer;

static inline void world_start(void)
{
    stage_start(&stage, 2, 0);
    history = history_new();
    assert_non_null(history);
}

static inline void world_stop(void)
{
    history_free(history);
    stage_stop(&stage);
}

static inline void begin(enum command_kind kind, enum role role)
{
    memset(&command, 0, sizeof command);
    command.kind = kind;
    command.principal = (struct principal){.session = 1, .role = role};
}

static inline int run(void)
{
    const struct effect_answer *ran = stage_run(&stage, &command);
    answer = ran->answer;
    return ran->err;
}

static inline void want_text(uint32_t field, const char *text)
{
    command.fields[command.fields_count++] =
        (struct wanted_field){.field = field, .text = bytes_of_text(text)};
}

static inline void want_number(uint32_t field, int64_t number)
{
    command.fields[command.fields_count++] =
        (struct wanted_field){.field = field, .number = number};
}

static inline void record_begin(enum kind kind, uint64_t number, bool is_new)
{
    begin(COMMAND_RECORD_SET, ROLE_OWNER);
    command.record = kind;
    command.item = number;
    command.is_new = is_new;
}

static inline int add(enum kind kind, uint64_t number, const char *name)
{
    record_begin(kind, number, true);
    want_text(RECORD_NAME, name);
    return run();
}

static inline struct record record_of(enum kind kind, const struct entity_id *id)
{
    struct record record;
    stage_begin(&stage);
    assert_int_equal(history_get(history, stage.txn, kind, id), 0);
    stage_end(&stage);
    record_derive(history, &record);
    return record;
}

static inline struct record record_at(enum kind kind, uint64_t number)
{
    const struct entity_id id = entity_id_derive(kind, number);
    return record_of(kind, &id);
}

/* Day 1, and one item, tea. */
static inline void shop_open(void)
{
    world_start();
    begin(COMMAND_DAY_OPEN, ROLE_OWNER);
    command.day = 1;
    assert_int_equal(run(), 0);
    begin(COMMAND_MENU_SET, ROLE_OWNER);
    command.item = 5;
    want_text(MENU_NAME, "Tea");
    want_number(MENU_PRICE, 1190);
    want_number(MENU_TAX_EAT_IN, 1000);
    assert_int_equal(run(), 0);
}

static inline int order_tea(const char *key)
{
    begin(COMMAND_ORDER_PLACE, ROLE_OWNER);
    command.key = bytes_of_text(key);
    command.channel = bytes_of_text("counter");
    command.mode = bytes_of_text("eat-in");
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = 5, .quantity = 1};
    return run();
}

/* Of the order that was answered last; until the next call. */
static inline const struct order_line *line_ordered(void)
{
    static struct order order;
    stage_begin(&stage);
    assert_int_equal(history_get(history, stage.txn, KIND_ORDER, &answer.entity), 0);
    stage_end(&stage);
    order_derive(history, &order);
    return &order.lines[0];
}

#endif
