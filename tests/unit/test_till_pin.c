/* test_till_pin.c - a person's PIN on the staff record: its sealed bytes are a blob, and a new one
 * erases the old one's. */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/domain/blob.h"
#include "sync/domain/record.h"
#include "tests/lib/stage.h"

enum { MIRA = 7 };

static struct stage stage;
static struct command command;
static uint32_t events; /* of the last command */

static int run(void)
{
    const struct effect_answer *ran = stage_run(&stage, &command);
    events = ran->answer.events;
    return ran->err;
}

static void begin(enum command_kind kind)
{
    memset(&command, 0, sizeof command);
    command.kind = kind;
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER};
    command.record = KIND_STAFF;
    command.item = MIRA;
}

static void open_stage(void)
{
    stage_start(&stage, 2, 0);
    begin(COMMAND_RECORD_SET);
    command.is_new = true;
    command.fields[command.fields_count++] =
        (struct wanted_field){.field = RECORD_NAME, .text = bytes_of_text("Mira")};
    assert_int_equal(run(), 0);
}

static void close_stage(void)
{
    stage_stop(&stage);
}

static struct hash hash_of(uint8_t blob)
{
    struct hash hash;
    memset(hash.bytes, blob, sizeof hash.bytes);
    return hash;
}

/* The PIN whose sealed bytes have a hash of @blob's; 0 = none any more. */
static void wish(uint8_t blob)
{
    begin(COMMAND_STAFF_PIN);
    command.reason = bytes_of_text("replaced");
    command.media = bytes_of_text("application/octet-stream");
    command.blob_size = blob == 0 ? 0 : 100;
    command.blob = hash_of(blob);
}

static void set_pin(uint8_t blob)
{
    wish(blob);
    assert_int_equal(run(), 0);
}

static enum blob_state state_of(uint8_t blob)
{
    const struct hash hash = hash_of(blob);
    enum blob_state state;
    stage_begin(&stage);
    assert_int_equal(blob_state_get(stage.txn, &hash, &state), 0);
    stage_end(&stage);
    return state;
}

/* The first byte of the hash that Mira's record names; 0 = none. */
static uint8_t named(void)
{
    struct history *history = history_new();
    const struct entity_id id = entity_id_derive(KIND_STAFF, MIRA);
    struct record record;
    stage_begin(&stage);
    assert_int_equal(history_get(history, stage.txn, KIND_STAFF, &id), 0);
    record_derive(history, &record);
    const struct bytes pin = record_text(&record, STAFF_PIN);
    const uint8_t first = pin.size == 0 ? 0 : pin.data[0];
    stage_end(&stage);
    history_free(history);
    return first;
}

TEST(pin, is_a_blob_that_the_record_names_and_that_is_here)
{
    open_stage();
    set_pin(1);
    assert_int_equal(events, 2);
    assert_int_equal(named(), 1);
    assert_int_equal(state_of(1), BLOB_HERE);
    close_stage();
}

TEST(pin, that_is_there_already_is_nothing)
{
    open_stage();
    set_pin(0);
    assert_int_equal(events, 0);
    set_pin(1);
    set_pin(1);
    assert_int_equal(events, 0);
    close_stage();
}

TEST(pin, a_new_one_erases_the_old_one_s_bytes)
{
    open_stage();
    set_pin(1);
    set_pin(2);
    assert_int_equal(events, 3);
    assert_int_equal(named(), 2);
    assert_true(state_of(1) >= BLOB_ERASING);
    assert_int_equal(state_of(2), BLOB_HERE);
    close_stage();
}

TEST(pin, taken_away_is_erased_too)
{
    open_stage();
    set_pin(1);
    set_pin(0);
    assert_int_equal(named(), 0);
    assert_true(state_of(1) >= BLOB_ERASING);
    close_stage();
}

TEST(pin, of_nobody_or_with_bytes_that_were_erased_is_refused)
{
    open_stage();
    wish(1);
    command.item = MIRA + 1;
    assert_int_equal(run(), ERR_NOT_FOUND);
    set_pin(1);
    set_pin(0);
    wish(1);
    assert_int_equal(run(), ERR_STATE);
    close_stage();
}

TEST(pin, is_no_field_that_a_form_fills_in)
{
    open_stage();
    begin(COMMAND_RECORD_SET);
    command.fields[command.fields_count++] = (struct wanted_field){.field = STAFF_PIN};
    assert_int_equal(run(), ERR_MALFORMED);
    close_stage();
}

TEST(pin, who_may_not_add_people_gives_nobody_one)
{
    open_stage();
    wish(1);
    command.principal.role = ROLE_COUNTER;
    assert_int_equal(run(), ERR_FORBIDDEN);
    close_stage();
}
