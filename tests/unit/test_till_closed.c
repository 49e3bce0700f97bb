/* test_till_closed.c - entities on which nothing is written any more: those that need newer
 * software, and those on which no event of this device's would count.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "sync/domain/blob.h"
#include "sync/domain/menu.h"
#include "sync/domain/record.h"
#include "sync/domain/sheet.h"
#include "sync/replica/replica_state.h"
#include "tests/lib/stage.h"

enum { KEY_BYTES = 16, OPAQUE_TYPE = 1002, FILLING = ENTITY_EVENTS_PER_LOG_MAX - 1, FEW = 8 };

static struct stage stage;
static struct command command;
static struct entity_id drawer;
static uint32_t said; /* numbers the wishes, so that each says something else */

static int run(void)
{
    return stage_run(&stage, &command)->err;
}

static void begin(enum command_kind kind)
{
    static char key[KEY_BYTES + 1];
    memset(&command, 0, sizeof command);
    command.kind = kind;
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER};
    (void)snprintf(key, sizeof key, "key%013u", (unsigned)++said);
    command.key = bytes_of_text(key);
    command.item = 1;
    command.order = drawer;
    command.reason = bytes_of_text("because");
}

static void field(uint32_t number, int64_t value)
{
    command.fields[command.fields_count++] =
        (struct wanted_field){.field = number, .number = value};
}

/* --- one wish for each kind of entity --- */

static int set_item(void)
{
    begin(COMMAND_MENU_SET);
    field(MENU_PRICE, (int64_t)said);
    command.fields[command.fields_count++] =
        (struct wanted_field){.field = MENU_NAME, .text = bytes_of_text("Soup")};
    return run();
}

static int set_popup(void)
{
    begin(COMMAND_POPUP_SET);
    field(POPUP_LATE_AFTER, 1 + (int64_t)said);
    return run();
}

static int set_stall(void)
{
    static bool is_new = true;
    begin(COMMAND_RECORD_SET);
    command.record = KIND_STALL;
    command.is_new = is_new;
    is_new = false;
    command.fields[command.fields_count++] =
        (struct wanted_field){.field = RECORD_NAME, .text = bytes_of_text("Grill")};
    field(STALL_POSITION, (int64_t)said % 100);
    const int err = run();
    is_new = err == ERR_NOT_FOUND;
    return is_new ? set_stall() : err;
}

static int move_cash(void)
{
    begin(COMMAND_DRAWER_MOVE);
    command.amount_minor = 1;
    return run();
}

static int add_blob(void)
{
    begin(COMMAND_BLOB_ADD);
    command.blob = (struct hash){{1}};
    command.blob_size = 100;
    command.media = bytes_of_text("image/png");
    return run();
}

/* A table that has codes. */
static int clear_table(void)
{
    begin(COMMAND_TABLE_CODE);
    const int err = run();
    if (err != 0) {
        return err;
    }
    begin(COMMAND_TABLE_CLEAR);
    return run();
}

static struct entity_id item_entity(void)
{
    return entity_id_derive(KIND_MENU, 1);
}

static struct entity_id popup_entity(void)
{
    return entity_id_derive(KIND_POPUP, 0);
}

static struct entity_id stall_entity(void)
{
    return entity_id_derive(KIND_STALL, 1);
}

static struct entity_id drawer_entity(void)
{
    return drawer;
}

static struct entity_id photo_entity(void)
{
    const struct hash hash = {{1}};
    return blob_entity(&hash);
}

static struct entity_id table_entity(void)
{
    return sheet_entity(1);
}

static const struct {
    int (*wish)(void);
    struct entity_id (*entity)(void);
    bool is_repeatable;      /* each wish is an event more */
    enum event_type lasting; /* of what lasts: an event of it; otherwise 0 */
} kinds[] = {
    {set_item, item_entity, true, EVENT_MENU_SET},
    {set_popup, popup_entity, true, EVENT_POPUP_SET},
    {set_stall, stall_entity, true, EVENT_STALL_SET},
    {move_cash, drawer_entity, true, 0},
    {add_blob, photo_entity, false, 0},
    {clear_table, table_entity, true, 0},
};

static void start(void)
{
    said = 0;
    stage_start(&stage, 2, 0);
    begin(COMMAND_DAY_OPEN);
    command.day = 1;
    assert_int_equal(run(), 0);
    begin(COMMAND_DRAWER_OPEN);
    assert_int_equal(run(), 0);
    drawer = stage.effects->answers[0].answer.entity;
}

TEST(till_closed, what_needs_newer_software_is_read_only)
{
    static const uint8_t empty[] = {0x90};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        start();
        assert_int_equal(kinds[i].wish(), 0);
        const struct entity_id entity = kinds[i].entity();
        const uint64_t seq =
            journal_write(stage.world, &stage.journal, &stage.peers[0],
                          (enum event_type)OPAQUE_TYPE, &entity, bytes_of(empty, sizeof empty));
        stage_meet(&stage, 0, 0, NULL, 0);
        stage_turn(&stage, 0, frame_event(&stage, 0, seq, true));
        assert_int_equal(kinds[i].wish(), ERR_VERSION);
        stage_stop(&stage);
    }
}

/* @count events of this device's own that say nothing, some hundreds in a turn. */
static void write_own(enum event_type type, const struct entity_id *entity, uint32_t count)
{
    static const uint8_t empty[] = {0x90};
    const struct event event = {
        .type = type, .entity = *entity, .body = bytes_of(empty, sizeof empty)};
    while (count > 0) {
        stage_begin(&stage);
        for (uint32_t i = 0; i < FILLING && count > 0; i++, count--) {
            assert_int_equal(replica_append(stage.replica, stage.txn, &event, stage.effects), 0);
        }
        stage_end(&stage);
    }
}

static int open_second_day(void)
{
    begin(COMMAND_DAY_OPEN);
    command.day = 2;
    return run();
}

TEST(till_closed, beyond_what_counts_of_this_device_nothing_is_written)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        uint32_t wishes = 0;
        if (!kinds[i].is_repeatable || kinds[i].lasting != 0) {
            continue;
        }
        start();
        while (wishes <= ENTITY_EVENTS_PER_LOG_MAX && kinds[i].wish() == 0) {
            wishes++;
        }
        assert_int_equal(kinds[i].wish(), ERR_TOO_MANY);
        assert_true(wishes > 50);
        assert_int_equal(open_second_day(), 0);
        stage_stop(&stage);
    }
}

TEST(till_closed, of_what_lasts_as_much_is_written_as_counts_of_it)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].lasting == 0) {
            continue;
        }
        start();
        assert_int_equal(kinds[i].wish(), 0);
        const struct entity_id entity = kinds[i].entity();
        write_own(kinds[i].lasting, &entity, LASTING_EVENTS_PER_LOG_MAX - FEW);
        uint32_t wishes = 0;
        while (wishes < FEW && kinds[i].wish() == 0) {
            wishes++;
        }
        assert_true(wishes > 0);
        assert_int_equal(kinds[i].wish(), ERR_TOO_MANY);
        assert_int_equal(open_second_day(), kinds[i].wish == set_popup ? ERR_TOO_MANY : 0);
        stage_stop(&stage);
    }
}

TEST(till_closed, what_newer_software_said_of_an_item_is_not_sold_here)
{
    static const uint8_t empty[] = {0x90};
    const struct entity_id item = item_entity();
    start();
    assert_int_equal(set_item(), 0);
    const uint64_t seq =
        journal_write(stage.world, &stage.journal, &stage.peers[0], (enum event_type)OPAQUE_TYPE,
                      &item, bytes_of(empty, sizeof empty));
    stage_meet(&stage, 0, 0, NULL, 0);
    stage_turn(&stage, 0, frame_event(&stage, 0, seq, true));
    begin(COMMAND_ORDER_PLACE);
    command.channel = bytes_of_text("counter");
    command.mode = bytes_of_text("take-away");
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = 1, .quantity = 1};
    assert_int_equal(run(), ERR_VERSION);
    stage_stop(&stage);
}

/* Its codes were revoked here as often as counts, and another device made one since. */
TEST(till_closed, a_table_of_which_no_more_counts_here_has_no_code_from_here)
{
    static const enum command_kind turns[] = {COMMAND_TABLE_CODE, COMMAND_TABLE_REVOKE};
    const struct entity_id table = sheet_entity(1);
    uint32_t said_of_it = 0;
    uint8_t data[32];
    struct writer writer;
    struct bytes body;
    start();
    do {
        begin(turns[said_of_it++ % 2]);
    } while (run() == 0);
    assert_true(said_of_it > 50);
    for (uint32_t more = 1; more <= 2; more++) {
        const struct sheet_set set = {.table = 1, .codes = 1000 + more};
        writer_init(&writer, data, sizeof data);
        sheet_set_encode(&set, &writer);
        assert_int_equal(writer_finish(&writer, &body), 0);
        stage_meet(&stage, more, 0, NULL, 0);
        const uint64_t seq = journal_write(stage.world, &stage.journal, &stage.peers[0],
                                           EVENT_SHEET_SET, &table, body);
        stage_turn(&stage, more, frame_event(&stage, 0, seq, true));
        begin(COMMAND_TABLE_CODE);
        assert_int_equal(run(), ERR_TOO_MANY);
        stage_begin(&stage);
        stage_down(&stage, more);
        stage_end(&stage);
    }
    stage_stop(&stage);
}
