/* test_till_requests.c - what makes no sense of a request whatever it asks for, and more than one
 * command may write.
 */
#include "tests/lib/test.h"

#include "sync/domain/till_task.h"
#include "sync/domain/voided.h"
#include "tests/lib/diner.h"

static struct till_result result;

TEST(till_requests, a_key_that_is_too_short_or_too_long_is_none)
{
    static const enum command_kind kinds[] = {COMMAND_QUOTE, COMMAND_ORDER_PLACE,
                                              COMMAND_DRAWER_OPEN};
    static const uint8_t key[REQUEST_KEY_BYTES_MAX + 1];
    diner_open();
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct command command = diner_command(kinds[i]);
        command.key = bytes_of(key, REQUEST_KEY_BYTES_MIN - 1);
        assert_int_equal(diner_run(&command), ERR_MALFORMED);
        command.key = bytes_of(key, REQUEST_KEY_BYTES_MAX + 1);
        assert_int_equal(diner_run(&command), ERR_MALFORMED);
    }
    diner_close();
}

TEST(till_requests, no_item_has_the_number_nought_or_one_beyond_all)
{
    diner_open();
    struct command command = diner_item(0, "Soup", 500);
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command.item = MENU_NUMBER_MAX + 1;
    assert_int_equal(diner_run(&command), ERR_MALFORMED);
    command.item = MENU_NUMBER_MAX;
    assert_int_equal(diner_run(&command), 0);
    diner_close();
}

TEST(till_requests, more_lines_are_named_than_an_order_can_have)
{
    diner_open();
    diner_place_usual();
    struct command command = diner_command(COMMAND_ACCEPT);
    command.ids_count = ORDER_LINES_MAX + 1;
    assert_int_equal(diner_run(&command), ERR_TOO_MANY);
    diner_close();
}

/* --- more than it may write --- */

static struct task task_begin(const struct till *till, const struct command *command)
{
    struct task task = {.till = till, .command = command, .result = &result};
    result.events_count = 0;
    result.body_size = 0;
    result.entity = (struct entity_id){{1}};
    writer_init(&task.writer, result.body_data, sizeof result.body_data);
    return task;
}

TEST(till_requests, one_event_more_than_a_command_may_write_ends_it)
{
    static const struct till till;
    static const struct command command;
    static const struct voided_event voided = {.type = EVENT_CANCEL};
    struct task task = task_begin(&till, &command);
    for (uint32_t i = 0; i < TILL_EVENTS_MAX; i++) {
        write_array(task_body(&task), 0);
        task_emit_unchecked(&task, EVENT_CANCEL);
    }
    assert_int_equal(task.err, 0);
    write_array(task_body(&task), 0);
    task_emit_again(&task, &voided);
    assert_int_equal(task.err, ERR_TOO_MANY);
    assert_int_equal(result.events_count, TILL_EVENTS_MAX);
}

/* --- what counts of an entity --- */

TEST(till_requests, an_order_of_which_no_more_would_count_here_is_changed_no_more)
{
    static const char *const notes[] = {"no onions", "with onions"};
    uint32_t changes = 0;
    int err;
    diner_open();
    diner_place_usual();
    do {
        struct command command = diner_on_lines(COMMAND_LINE_SET, 1, 1);
        command.has_note = true;
        command.note = bytes_of_text(notes[changes % 2]);
        err = diner_run_once(&command);
        changes += err == 0 ? 1 : 0;
    } while (err == 0);
    assert_int_equal(err, ERR_TOO_MANY);
    assert_true(changes > 50);
    diner_close();
}

TEST(till_requests, where_receipts_have_no_number_left_none_is_printed)
{
    diner_open();
    struct command order = diner_order_of_one(diner_doners(1));
    order.is_paid_now = true;
    order.method = bytes_of_text("cash");
    assert_int_equal(diner_place(&order), 0);
    struct command command = diner_command(COMMAND_PRINT);
    command.printer = 1;
    command.purpose = PRINT_RECEIPT;
    diner.receipt_next = 0;
    assert_int_equal(diner_run(&command), ERR_STATE);
    diner.receipt_next = 1;
    assert_int_equal(diner_run(&command), 0);
    diner_close();
}

TEST(till_requests, there_is_room_until_what_this_device_wrote_itself_counts_no_more)
{
    enum { OWN = 7, OTHER = 6 };
    static const struct till till = {.own_log = OWN};
    static const struct command command;
    const struct task task = task_begin(&till, &command);
    struct history *history = history_new();
    const struct entity_id id = {{1}};
    assert_non_null(history);
    history_reset(history, KIND_ORDER, &id);
    history->branches_count = 2;
    history->branches[0] = (struct history_branch){.log = OTHER, .bytes = HISTORY_LOG_BYTES_MAX};
    history->branches[1] = (struct history_branch){.log = OWN};
    assert_true(task_has_room(&task, history));
    history->branches[1].bytes = HISTORY_LOG_BYTES_MAX;
    assert_false(task_has_room(&task, history));
    history->branches[1].via = OTHER; /* another told it: it counts there */
    assert_true(task_has_room(&task, history));
    history_reset(history, KIND_ORDER, &id);
    history_free(history);
}
