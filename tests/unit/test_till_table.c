/* Tables of a whole replica: which codes open one, who sits there, over days, restarts and a
 * revocation, and whose order is brought there.
 */
#include "tests/lib/test.h"

#include "sync/base/check.h"
#include "sync/domain/cart.h"
#include "sync/domain/sheet.h"
#include "tests/lib/stage_shop.h"

enum {
    TEA = 2,
    PRICE = 200,
    ANNA = 1001,
    BERT = 1002,
    CARL = 1003,
    TABLE = 4,
    DAYS = 7, /* that somebody may sit there */
    PEER = 0,
    MINUTE = 60 * 1000,
    HOUR = 60 * MINUTE,
};

static struct stage stage;
static struct command command;
static struct effect_answer answer;

/* --- commands --- */

static void begin(enum command_kind kind, uint64_t session, enum role role)
{
    stage_command_begin(&stage, &command, kind, session, role);
}

static int run(void)
{
    answer = *stage_run(&stage, &command);
    return answer.err;
}

/* A day, and tea without end. */
static void start(void)
{
    stage_start(&stage, 2, 0);
    stage.now_ms = 48 * (uint64_t)HOUR;
    stage_open_day(&stage);
    stage_set_item(&stage, TEA, "Tea", PRICE, STOCK_OFF);
}

static void reopen(void)
{
    stage_begin(&stage);
    stage_abort(&stage);
}

static void open_day(uint64_t day)
{
    begin(COMMAND_DAY_OPEN, 1, ROLE_OWNER);
    command.day = day;
    assert_int_equal(run(), 0);
}

static int ask_table(enum command_kind kind, uint64_t number)
{
    begin(kind, 1, ROLE_OWNER);
    command.item = number;
    return run();
}

/* @session is a new one for each who asks; whose cart it is, is in ret_session. */
static int sit(uint64_t generation, uint64_t session, uint64_t *ret_session)
{
    begin(COMMAND_TABLE_SIT, session, ROLE_CUSTOMER);
    command.item = TABLE;
    command.generation = generation;
    command.issuer = stage.own.id;
    const int err = run();
    *ret_session = get_be64(answer.answer.entity.bytes);
    return err;
}

/* Tea for two, to be brought to @table, as the browser says. */
static int order_to(uint64_t session, enum role role, uint32_t table)
{
    begin(COMMAND_ORDER_PLACE, session, role);
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = TEA, .quantity = 2};
    command.table = table;
    return run();
}

/* --- the store --- */

static void put_row(struct bytes row)
{
    const struct key key = table_key(TABLE);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_put(txn, TABLE_LOCAL, key_bytes(&key), row) == 0);
    check(store_memory_commit(txn) == 0);
}

static void put_table(const struct table *table)
{
    uint8_t data[TABLE_ROW_BYTES_MAX];
    struct writer writer;
    struct bytes row;
    writer_init(&writer, data, sizeof data);
    table_encode(table, &writer);
    check(writer_finish(&writer, &row) == 0);
    put_row(row);
}

/* The history of @id here; NULL when nobody wrote any. To be freed. */
static struct history *history_of(enum kind kind, const struct entity_id *id)
{
    struct history *history = history_new();
    struct store_txn *txn = store_memory_begin(stage.store, false);
    const int err = history_get(history, txn, kind, id);
    store_memory_abort(txn);
    if (err == 0) {
        return history;
    }
    assert_int_equal(err, ERR_NOT_FOUND);
    history_free(history);
    return NULL;
}

/* Whose codes open it now. */
static uint32_t generation_now(void)
{
    const struct entity_id id = sheet_entity(TABLE);
    struct history *history = history_of(KIND_SHEET, &id);
    struct sheet sheet = {.codes = 0};
    if (history != NULL) {
        sheet_derive(history, &sheet);
    }
    history_free(history);
    return sheet_generation(&sheet);
}

static uint32_t cleared_on(uint64_t day)
{
    const struct entity_id id = sheet_day_entity(TABLE, day);
    struct history *history = history_of(KIND_SHEET, &id);
    const uint32_t cleared = history != NULL ? sheet_cleared(history) : 0;
    history_free(history);
    return cleared;
}

/* Of the order of the last answer. */
static uint32_t table_of_order(void)
{
    static struct order shown;
    struct history *history = history_of(KIND_ORDER, &answer.answer.entity);
    assert_non_null(history);
    order_derive(history, &shown);
    history_free(history);
    return shown.table;
}

/* Nothing is looked through for it. */
static void assert_unalarmed(void)
{
    const struct input input = {
        .kind = INPUT_SCRUB, .now = {.mono_ms = stage.now_ms}, .records_max = 1};
    stage_begin(&stage);
    stage_step(&stage, &input);
    assert_false(stage_is_alarmed(&stage, ALARM_STATE_DAMAGE));
    stage_end(&stage);
}

/* --- who sits there --- */

TEST(till_table, over_a_restart_a_table_is_of_those_who_sit_there_until_they_left_it)
{
    uint64_t session;
    start();
    assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), 0);
    const uint32_t generation = generation_now();
    assert_int_equal(sit(generation, ANNA, &session), 0);
    assert_int_equal(session, ANNA);
    stage.now_ms += HOUR;
    reopen();
    assert_int_equal(sit(generation, BERT, &session), 0);
    assert_int_equal(session, ANNA);
    stage.now_ms += HOUR;
    reopen(); /* which is nobody's touch */
    assert_int_equal(sit(generation, CARL, &session), 0);
    assert_int_equal(session, CARL);
    stage_stop(&stage);
}

TEST(till_table, what_the_disk_loses_opens_no_table_to_a_code_that_was_revoked)
{
    uint64_t session;
    start();
    assert_int_equal(sit(0, ANNA, &session), ERR_EXPIRED); /* nobody made a code */
    assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), 0);
    const uint32_t first = generation_now();
    assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), 0);
    assert_int_equal(generation_now(), first); /* further sheets of it */
    assert_int_equal(sit(first, ANNA, &session), 0);
    assert_int_equal(ask_table(COMMAND_TABLE_REVOKE, TABLE), 0);
    assert_int_equal(sit(first, ANNA, &session), ERR_EXPIRED);
    put_row(bytes_of_text("spoilt"));
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(sit(first, ANNA, &session), ERR_EXPIRED);
        assert_int_equal(sit(0, ANNA, &session), ERR_EXPIRED);
        assert_int_equal(ask_table(COMMAND_TABLE_CLEAR, TABLE), 0);
        assert_int_equal(ask_table(COMMAND_TABLE_REVOKE, TABLE), 0);
        assert_unalarmed();
        assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), 0);
        assert_int_not_equal(generation_now(), first);
        assert_int_equal(sit(generation_now(), ANNA, &session), 0);
        assert_int_equal(ask_table(COMMAND_TABLE_REVOKE, TABLE), 0);
    }
    stage_stop(&stage);
}

TEST(till_table, who_came_by_a_code_shares_nothing_with_who_comes_by_the_one_after_it)
{
    uint64_t session;
    start();
    assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), 0);
    assert_int_equal(sit(1, ANNA, &session), 0);
    assert_int_equal(ask_table(COMMAND_TABLE_REVOKE, TABLE), 0);
    assert_int_equal(cleared_on(1), 0); /* one event is enough */
    assert_int_equal(order_to(ANNA, ROLE_CUSTOMER, 0), 0);
    assert_int_equal(table_of_order(), 0);
    assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), 0);
    assert_int_equal(order_to(ANNA, ROLE_CUSTOMER, 0), 0);
    assert_int_equal(table_of_order(), 0);
    assert_int_equal(sit(3, BERT, &session), 0);
    assert_int_equal(session, BERT);
    stage_stop(&stage);
}

/* --- over days --- */

TEST(till_table, who_sits_there_when_the_next_day_begins_stays_until_the_table_is_cleared)
{
    uint64_t session;
    start();
    assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), 0);
    assert_int_equal(ask_table(COMMAND_TABLE_CLEAR, TABLE), 0);
    assert_int_equal(sit(1, ANNA, &session), 0);
    open_day(2);
    assert_int_equal(sit(1, BERT, &session), 0);
    assert_int_equal(session, ANNA);
    assert_int_equal(order_to(ANNA, ROLE_CUSTOMER, 0), 0);
    assert_int_equal(table_of_order(), TABLE);
    assert_int_equal(ask_table(COMMAND_TABLE_CLEAR, TABLE), 0);
    assert_int_equal(cleared_on(1), 1);
    assert_int_equal(cleared_on(2), 1);
    assert_int_equal(order_to(ANNA, ROLE_CUSTOMER, 0), 0);
    assert_int_equal(table_of_order(), 0);
    assert_int_equal(sit(1, CARL, &session), 0);
    assert_int_equal(session, CARL);
    stage_stop(&stage);
}

/* It was cleared on a day between, which is over as well. */
TEST(till_table, who_left_a_table_days_ago_is_not_found_there_on_a_day_on_which_nobody_cleared_it)
{
    uint64_t session;
    start();
    assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), 0);
    assert_int_equal(sit(1, ANNA, &session), 0);
    open_day(2);
    assert_int_equal(ask_table(COMMAND_TABLE_CLEAR, TABLE), 0);
    open_day(3);
    assert_int_equal(sit(1, BERT, &session), 0);
    assert_int_equal(session, BERT);
    stage_stop(&stage);
}

TEST(till_table, who_came_more_than_seven_days_ago_has_left)
{
    uint64_t session;
    start();
    assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), 0);
    assert_int_equal(sit(1, ANNA, &session), 0);
    for (uint64_t day = 2; day <= 1 + DAYS; day++) {
        open_day(day);
    }
    assert_int_equal(sit(1, BERT, &session), 0);
    assert_int_equal(session, ANNA);
    open_day(2 + DAYS);
    assert_int_equal(sit(1, CARL, &session), 0);
    assert_int_equal(session, CARL);
    stage_stop(&stage);
}

/* One device, which alone clears tables: 256 of its events count on an entity. */
TEST(till_table, however_often_a_table_was_cleared_on_a_day_it_can_be_cleared_on_the_next)
{
    uint64_t session;
    start();
    assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), 0);
    for (uint32_t i = 0; i < ENTITY_EVENTS_PER_LOG_MAX; i++) {
        assert_int_equal(ask_table(COMMAND_TABLE_CLEAR, TABLE), 0);
    }
    assert_int_equal(ask_table(COMMAND_TABLE_CLEAR, TABLE), ERR_TOO_MANY);
    assert_int_equal(cleared_on(1), ENTITY_EVENTS_PER_LOG_MAX);
    assert_int_equal(sit(1, ANNA, &session), 0);
    open_day(2);
    assert_int_equal(ask_table(COMMAND_TABLE_CLEAR, TABLE), 0);
    assert_int_equal(sit(1, BERT, &session), 0);
    assert_int_equal(session, BERT);
    stage_stop(&stage);
}

TEST(till_table, a_table_is_cleared_before_the_first_day_as_on_any)
{
    uint64_t session;
    stage_start(&stage, 2, 0);
    stage.now_ms = 48 * (uint64_t)HOUR;
    assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), 0);
    assert_int_equal(sit(1, ANNA, &session), 0);
    assert_int_equal(ask_table(COMMAND_TABLE_CLEAR, TABLE), 0);
    assert_int_equal(cleared_on(0), 1);
    assert_int_equal(generation_now(), 1);
    assert_int_equal(sit(1, BERT, &session), 0);
    assert_int_equal(session, BERT);
    stage_stop(&stage);
}

/* What a device did that was revoked since is undone: how often the table was cleared falls back,
 * or the day. Otherwise the next clearing would be as that one, and nobody would be out by it. */
TEST(till_table, who_came_by_a_count_that_is_no_more_comes_anew)
{
    static const struct table gone[] = {
        {.session = ANNA, .generation = 1, .day = 1, .cleared = 2},
        {.session = ANNA, .generation = 1, .day = 2, .cleared = 1},
    };
    uint64_t session;
    start();
    assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), 0);
    assert_int_equal(ask_table(COMMAND_TABLE_CLEAR, TABLE), 0);
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        assert_int_equal(sit(1, ANNA, &session), 0); /* so that her cart is fresh */
        put_table(&gone[i]);
        assert_int_equal(sit(1, BERT, &session), 0);
        assert_int_equal(session, BERT);
        assert_int_equal(ask_table(COMMAND_TABLE_CLEAR, TABLE), 0);
    }
    stage_stop(&stage);
}

/* --- whose order is brought there --- */

TEST(till_table, what_those_at_a_table_order_is_brought_there_until_others_sit_at_it)
{
    uint64_t session;
    start();
    assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), 0);
    assert_int_equal(sit(generation_now(), ANNA, &session), 0);
    assert_int_equal(order_to(ANNA, ROLE_CUSTOMER, 0), 0);
    assert_int_equal(table_of_order(), TABLE);
    assert_int_equal(order_to(BERT, ROLE_CUSTOMER, 0), 0); /* who came by no code */
    assert_int_equal(table_of_order(), 0);
    assert_int_equal(ask_table(COMMAND_TABLE_CLEAR, TABLE), 0);
    assert_int_equal(order_to(ANNA, ROLE_CUSTOMER, 0), 0); /* who left */
    assert_int_equal(table_of_order(), 0);
    assert_int_equal(sit(generation_now(), CARL, &session), 0);
    assert_int_equal(session, CARL);
    assert_int_equal(order_to(CARL, ROLE_CUSTOMER, 0), 0);
    assert_int_equal(table_of_order(), TABLE);
    assert_int_equal(order_to(ANNA, ROLE_CUSTOMER, 0), 0);
    assert_int_equal(table_of_order(), 0);
    stage_stop(&stage);
}

TEST(till_table, who_works_at_the_stall_says_a_table_and_a_customer_does_not)
{
    start();
    assert_int_equal(order_to(ANNA, ROLE_CUSTOMER, TABLE), ERR_FORBIDDEN);
    assert_int_equal(order_to(ANNA, ROLE_COUNTER, TABLE_NUMBER_MAX + 1), ERR_MALFORMED);
    assert_int_equal(order_to(ANNA, ROLE_COUNTER, TABLE), 0);
    assert_int_equal(table_of_order(), TABLE);
    stage_stop(&stage);
}

/* --- limits --- */

TEST(till_table, only_so_many_tables_have_codes_however_often_they_were_cleared)
{
    start();
    for (uint64_t number = 1; number <= SHEETS_MAX; number++) {
        assert_int_equal(ask_table(COMMAND_TABLE_CODE, number), 0);
        assert_int_equal(number > 3 ? 0 : ask_table(COMMAND_TABLE_CLEAR, number), 0);
    }
    assert_int_equal(ask_table(COMMAND_TABLE_CODE, SHEETS_MAX + 1), ERR_TOO_MANY);
    assert_int_equal(ask_table(COMMAND_TABLE_CODE, SHEETS_MAX), 0);
    assert_int_equal(ask_table(COMMAND_TABLE_REVOKE, SHEETS_MAX), 0);
    assert_int_equal(ask_table(COMMAND_TABLE_CODE, SHEETS_MAX), 0);
    stage_stop(&stage);
}

TEST(till_table, a_table_that_never_had_a_code_is_not_written_about)
{
    const struct entity_id id = sheet_entity(TABLE);
    start();
    assert_int_equal(ask_table(COMMAND_TABLE_CLEAR, TABLE), 0);
    assert_int_equal(ask_table(COMMAND_TABLE_REVOKE, TABLE), 0);
    assert_null(history_of(KIND_SHEET, &id));
    assert_int_equal(cleared_on(1), 0);
    stage_stop(&stage);
}

TEST(till_table, no_table_has_a_number_beyond_the_last)
{
    static const enum command_kind kinds[] = {COMMAND_TABLE_CODE, COMMAND_TABLE_CLEAR,
                                              COMMAND_TABLE_REVOKE, COMMAND_TABLE_SIT};
    start();
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        assert_int_equal(ask_table(kinds[i], TABLE_NUMBER_MAX + 1), ERR_NOT_FOUND);
        assert_int_equal(ask_table(kinds[i], 0), ERR_NOT_FOUND);
        assert_int_equal(ask_table(kinds[i], TABLE_NUMBER_MAX),
                         kinds[i] == COMMAND_TABLE_SIT ? ERR_EXPIRED : 0);
    }
    stage_stop(&stage);
}

/* --- what other devices say --- */

/* The peer's event, of which the replica hears. */
static void hear(uint32_t type, const struct entity_id *id, const struct writer *writer)
{
    struct bytes body;
    assert_int_equal(writer_finish(writer, &body), 0);
    const uint64_t seq = journal_write(stage.world, &stage.journal, &stage.peers[PEER],
                                       (enum event_type)type, id, body);
    const struct head_claim claim = stage_claim(&stage, PEER, seq);
    stage_meet(&stage, 0, PEER, &claim, 1);
    stage_turn(&stage, 0, frame_event(&stage, PEER, seq, false));
    assert_int_equal(stage_head_of(&stage, PEER), seq);
}

/* Whoever takes orders may count by software of his own. Opened is never what was revoked, and
 * revoked it always can be. */
TEST(till_table, whatever_a_device_counts_up_to_the_codes_can_be_revoked)
{
    static const uint32_t counts[] = {SHEET_COUNT_MAX - 1, SHEET_COUNT_MAX};
    const struct entity_id id = sheet_entity(TABLE);
    uint64_t session;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        uint8_t data[SHEET_BODY_BYTES_MAX];
        struct writer writer;
        const struct sheet_set set = {.table = TABLE, .codes = counts[i]};
        start();
        assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), 0);
        writer_init(&writer, data, sizeof data);
        sheet_set_encode(&set, &writer);
        hear(EVENT_SHEET_SET, &id, &writer);
        assert_int_equal(sit(1, ANNA, &session), ERR_EXPIRED);
        assert_int_equal(ask_table(COMMAND_TABLE_REVOKE, TABLE), 0);
        assert_int_equal(generation_now(), 0);
        assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), ERR_TOO_MANY);
        stage_stop(&stage);
    }
}

TEST(till_table, a_day_that_somebody_counted_to_its_end_is_refused_and_the_next_is_not)
{
    const struct entity_id id = sheet_day_entity(TABLE, 1);
    const struct sheet_clear clear = {.table = TABLE, .day = 1, .count = SHEET_COUNT_MAX};
    uint8_t data[SHEET_BODY_BYTES_MAX];
    struct writer writer;
    start();
    assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), 0);
    writer_init(&writer, data, sizeof data);
    sheet_clear_encode(&clear, &writer);
    hear(EVENT_SHEET_CLEAR, &id, &writer);
    assert_int_equal(ask_table(COMMAND_TABLE_CLEAR, TABLE), ERR_TOO_MANY);
    open_day(2);
    assert_int_equal(ask_table(COMMAND_TABLE_CLEAR, TABLE), 0);
    stage_stop(&stage);
}

/* It is kept and passed on; what is known besides is not overwritten. */
TEST(till_table, what_newer_software_says_of_a_table_or_its_day_leaves_it_to_newer_software)
{
    enum { TYPE_NEWER = 30000 };
    const struct entity_id ids[] = {sheet_entity(TABLE), sheet_day_entity(TABLE, 1)};
    uint64_t session;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        const bool is_day = i == 1;
        uint8_t data[SHEET_BODY_BYTES_MAX];
        struct writer writer;
        start();
        assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), 0);
        assert_int_equal(ask_table(COMMAND_TABLE_CLEAR, TABLE), 0);
        assert_int_equal(sit(1, ANNA, &session), 0);
        writer_init(&writer, data, sizeof data);
        write_array(&writer, 1);
        write_uint(&writer, 7);
        hear(TYPE_NEWER, &ids[i], &writer);
        assert_int_equal(ask_table(COMMAND_TABLE_CLEAR, TABLE), ERR_VERSION);
        assert_int_equal(sit(1, BERT, &session), ERR_VERSION);
        assert_int_equal(ask_table(COMMAND_TABLE_CODE, TABLE), is_day ? 0 : ERR_VERSION);
        assert_int_equal(ask_table(COMMAND_TABLE_REVOKE, TABLE), is_day ? 0 : ERR_VERSION);
        assert_int_equal(cleared_on(1), 1);
        stage_stop(&stage);
    }
}
