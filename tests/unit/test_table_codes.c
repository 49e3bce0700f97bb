/* test_table_codes.c - whose codes open a table: what a device that was stolen had printed, what
 * others print of the same, who may count them on, and an order whose table cannot be told.
 */
#include "tests/lib/test.h"

#include "sync/base/check.h"
#include "sync/domain/cart.h"
#include "tests/lib/stage_shop.h"

enum {
    FIRST, /* owners, ... */
    SECOND,
    COUNTER, /* ... and no owner */
    BYSTANDER,
    PEERS,
    TEA = 2,
    ANNA = 1001,
    TABLE = 4,
    HOUR = 60 * 60 * 1000,
    OPAQUE_TYPE = 1002, /* critical, and unknown here */
};

static struct stage stage;
static struct command command;
static uint64_t session_next;

static void start(void)
{
    session_next = ANNA;
    stage_start(&stage, PEERS, 0);
    stage.now_ms = 48 * (uint64_t)HOUR;
    stage_open_day(&stage);
    stage_set_item(&stage, TEA, "Tea", 200, STOCK_OFF);
    for (uint32_t peer = 0; peer < PEERS; peer++) {
        const struct head_claim claim = stage_claim(&stage, peer, 1);
        stage_meet(&stage, peer, peer, &claim, 1);
    }
}

/* --- what other devices write; the replica hears of it by the bystander --- */

static void hear(uint32_t peer)
{
    stage_turn(&stage, BYSTANDER, frame_event(&stage, peer, stage.peers[peer].head.seq, true));
}

static void write_of_table(uint32_t peer, enum event_type type, struct bytes body)
{
    const struct entity_id entity = sheet_entity(TABLE);
    (void)journal_write(stage.world, &stage.journal, &stage.peers[peer], type, &entity, body);
    hear(peer);
}

static void count_codes(uint32_t peer, uint32_t codes)
{
    uint8_t data[SHEET_BODY_BYTES_MAX];
    const struct sheet_set set = {.table = TABLE, .codes = codes};
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    sheet_set_encode(&set, &writer);
    assert_int_equal(writer_finish(&writer, &body), 0);
    write_of_table(peer, EVENT_SHEET_SET, body);
}

/* Of its log counts what stands up to event @seq. */
static void revoke_device(uint32_t peer, uint32_t by, uint64_t seq)
{
    const struct log_head *head = &stage.peers[peer].head;
    uint8_t data[128];
    struct log_head last;
    struct bytes body;
    assert_int_equal(log_head_at(stage.world, &stage.journal.popup, head, seq, &last), 0);
    const struct log_cut cut = {.log = head->log, .seq = seq, .hash = last.hash};
    assert_int_equal(log_cut_encode(&cut, data, sizeof data, &body), 0);
    (void)journal_state(stage.world, &stage.journal, &stage.peers[by], EVENT_LOG_REVOKE, body);
    hear(by);
}

/* --- what is asked of the replica --- */

static void begin(enum command_kind kind, uint64_t session, enum role role)
{
    stage_command_begin(&stage, &command, kind, session, role);
}

static int run(void)
{
    return stage_run(&stage, &command)->err;
}

static int ask(enum command_kind kind)
{
    begin(kind, 1, ROLE_OWNER);
    command.item = TABLE;
    return run();
}

/* By a card that the device @issuer printed of @generation. */
static int sit(uint64_t issuer, uint64_t generation)
{
    begin(COMMAND_TABLE_SIT, session_next++, ROLE_CUSTOMER);
    command.item = TABLE;
    command.generation = generation;
    command.issuer = issuer;
    return run();
}

static uint64_t device_of(uint32_t peer)
{
    return stage.peers[peer].id;
}

static struct sheet sheet_now(void)
{
    struct history *history = history_new();
    const struct entity_id id = sheet_entity(TABLE);
    struct store_txn *txn = store_memory_begin(stage.store, false);
    struct sheet sheet = {.codes = 0};
    if (history_get(history, txn, KIND_SHEET, &id) == 0) {
        sheet_derive(history, &sheet);
    }
    store_memory_abort(txn);
    history_free(history);
    return sheet;
}

static uint32_t generation_now(void)
{
    const struct sheet sheet = sheet_now();
    return sheet_generation(&sheet);
}

/* --- devices that are out of the pop-up --- */

TEST(table_codes, the_cards_of_a_device_that_was_stolen_open_their_tables_until_they_are_revoked)
{
    start();
    count_codes(FIRST, 1);
    assert_int_equal(sit(device_of(FIRST), 1), 0);
    revoke_device(FIRST, SECOND, stage.peers[FIRST].head.seq);
    assert_int_equal(sit(device_of(FIRST), 1), 0);
    assert_int_equal(ask(COMMAND_TABLE_REVOKE), 0);
    assert_int_equal(sit(device_of(FIRST), 1), ERR_EXPIRED);
    assert_int_equal(ask(COMMAND_TABLE_CODE), 0);
    assert_int_equal(generation_now(), 3);
    assert_int_equal(sit(stage.own.id, 3), 0);
    assert_int_equal(sit(device_of(FIRST), 3), ERR_EXPIRED); /* by its key, which the thief has */
    stage_stop(&stage);
}

TEST(table_codes, what_a_revocation_voids_opens_no_table_and_the_list_says_so)
{
    start();
    const uint64_t before = stage.peers[FIRST].head.seq;
    count_codes(FIRST, 1);
    assert_int_equal(generation_now(), 1);
    revoke_device(FIRST, SECOND, before);
    stage_pass(&stage, 1000);
    assert_int_equal(generation_now(), 0);
    assert_int_equal(sit(device_of(FIRST), 1), ERR_EXPIRED);
    assert_int_equal(ask(COMMAND_TABLE_CODE), 0);
    assert_int_equal(sit(stage.own.id, 1), 0);
    assert_int_equal(sit(device_of(FIRST), 1), ERR_EXPIRED);
    stage_stop(&stage);
}

TEST(table_codes, a_device_that_made_no_code_of_a_table_has_none_that_opens_it)
{
    start();
    assert_int_equal(ask(COMMAND_TABLE_CODE), 0);
    assert_int_equal(sit(stage.own.id, 1), 0);
    assert_int_equal(sit(device_of(FIRST), 1), ERR_EXPIRED);
    assert_int_equal(sit(1, 1), ERR_EXPIRED); /* nobody's */
    stage_stop(&stage);
}

TEST(table_codes, each_device_that_prints_a_card_says_so_once)
{
    start();
    count_codes(FIRST, 1);
    assert_int_equal(sit(stage.own.id, 1), ERR_EXPIRED);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(ask(COMMAND_TABLE_CODE), 0);
        assert_int_equal(stage.effects->answers[0].answer.events, i == 0 ? 1 : 0);
        assert_int_equal(sit(stage.own.id, 1), 0);
        assert_int_equal(sit(device_of(FIRST), 1), 0);
    }
    stage_stop(&stage);
}

/* --- who may count --- */

TEST(table_codes, who_takes_orders_counts_no_codes_on)
{
    start();
    assert_int_equal(ask(COMMAND_TABLE_CODE), 0);
    count_codes(COUNTER, SHEET_COUNT_MAX);
    assert_int_equal(generation_now(), 1);
    assert_int_equal(sit(stage.own.id, 1), 0);
    assert_int_equal(ask(COMMAND_TABLE_REVOKE), 0);
    assert_int_equal(ask(COMMAND_TABLE_CODE), 0);
    assert_int_equal(generation_now(), 3);
    stage_stop(&stage);
}

/* --- orders --- */

static int order_two_teas(uint64_t session)
{
    begin(COMMAND_ORDER_PLACE, session, ROLE_CUSTOMER);
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = TEA, .quantity = 2};
    return run();
}

static uint32_t table_of_order(void)
{
    static struct order shown;
    const struct entity_id id = stage.effects->answers[0].answer.entity;
    struct history *history = history_new();
    struct store_txn *txn = store_memory_begin(stage.store, false);
    assert_int_equal(history_get(history, txn, KIND_ORDER, &id), 0);
    order_derive(history, &shown);
    store_memory_abort(txn);
    history_free(history);
    return shown.table;
}

static void sit_at_own(void)
{
    start();
    assert_int_equal(ask(COMMAND_TABLE_CODE), 0);
    assert_int_equal(sit(stage.own.id, 1), 0);
    assert_int_equal(order_two_teas(ANNA), 0);
    assert_int_equal(table_of_order(), TABLE);
}

TEST(table_codes, what_newer_software_says_of_a_table_refuses_no_order)
{
    static const uint8_t empty[] = {0x90};
    sit_at_own();
    write_of_table(FIRST, (enum event_type)OPAQUE_TYPE, bytes_of(empty, sizeof empty));
    assert_int_equal(ask(COMMAND_TABLE_CODE), ERR_VERSION);
    assert_int_equal(order_two_teas(ANNA), 0);
    assert_int_equal(table_of_order(), 0);
    stage_stop(&stage);
}

static void scrub(uint32_t records)
{
    const struct input input = {
        .kind = INPUT_SCRUB, .now = {.mono_ms = stage.now_ms}, .records_max = records};
    stage_begin(&stage);
    stage_step(&stage, &input);
    stage_end(&stage);
}

TEST(table_codes, a_table_that_the_disk_spoilt_refuses_no_order_and_is_made_anew)
{
    const struct entity_id id = sheet_entity(TABLE);
    const struct key key = key_state(KIND_SHEET, &id);
    sit_at_own();
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(store_put(txn, TABLE_STATE, key_bytes(&key), bytes_of_text("spoilt")) == 0);
    check(store_memory_commit(txn) == 0);
    assert_int_equal(order_two_teas(ANNA), 0);
    assert_int_equal(table_of_order(), 0);
    scrub(1);
    assert_true(stage_is_alarmed(&stage, ALARM_STATE_DAMAGE)); /* before it came by the row */
    for (unsigned i = 0; i < 50 && generation_now() == 0; i++) {
        scrub(100);
    }
    assert_int_equal(order_two_teas(ANNA), 0);
    assert_int_equal(table_of_order(), TABLE);
    stage_stop(&stage);
}
