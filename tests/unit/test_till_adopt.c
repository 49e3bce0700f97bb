/* test_till_adopt.c - a manager decides about orders that a revocation voided: how much of one is
 * adopted at a time, what of it takes stock and names its guest, what this device may not write,
 * and what of several thieves' is dropped.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/blob.h"
#include "sync/domain/order_events.h"
#include "sync/domain/stock.h"
#include "sync/replica/replica_state.h"
#include "sync/roster/statement.h"
#include "tests/lib/stage_shop.h"

enum { OWNER, BYSTANDER, THIEF, OTHER, PEERS };
enum { ORDER = 1, TEA = 5, PRICE = 300, UNITS = 10, UNKNOWN = 5000 /* of newer software */ };

static struct stage stage;
static struct command command;
static struct effect_answer answer;
static uint8_t body_data[2048];
static struct writer writer;

static struct entity_id order_id(void)
{
    return entity_id_derive(KIND_ORDER, ORDER);
}

static void start(void)
{
    stage_start(&stage, PEERS, 0);
    stage_open_day(&stage);
    stage_set_item(&stage, TEA, "Tea", PRICE, STOCK_WARN);
    for (uint32_t peer = 0; peer < PEERS; peer++) {
        stage_greet(&stage, peer);
    }
}

static void begin(enum command_kind kind)
{
    stage_command_begin(&stage, &command, kind, 1, ROLE_OWNER);
    command.mode = bytes_of(NULL, 0);
    command.channel = bytes_of(NULL, 0);
    command.order = order_id();
    command.reason = bytes_of_text("stolen");
}

static int run(enum command_kind kind)
{
    begin(kind);
    answer = *stage_run(&stage, &command);
    return answer.err;
}

static uint32_t events(void)
{
    return answer.answer.events;
}

/* --- what was written --- */

static struct writer *body(void)
{
    writer_init(&writer, body_data, sizeof body_data);
    return &writer;
}

static void write_on(uint32_t peer, enum event_type type, const struct entity_id *entity)
{
    struct bytes written;
    check(writer_finish(&writer, &written) == 0);
    const uint64_t seq =
        journal_write(stage.world, &stage.journal, &stage.peers[peer], type, entity, written);
    stage_turn(&stage, BYSTANDER, frame_event(&stage, peer, seq, true));
}

static void write_order(uint32_t peer, enum event_type type)
{
    const struct entity_id order = order_id();
    write_on(peer, type, &order);
}

static void open_order(uint32_t peer)
{
    const struct order_open open = {.day = 1,
                                    .lane = bytes_of_text("Z"),
                                    .number = 7,
                                    .channel = bytes_of_text("counter"),
                                    .mode = bytes_of_text("eat-in"),
                                    .name = bytes_of(NULL, 0)};
    order_open_encode(&open, body());
    write_order(peer, EVENT_ORDER_OPEN);
}

static void add_line(uint32_t peer, uint32_t line, uint64_t item, const char *note)
{
    const size_t noted = strlen(note);
    const struct line_add add = {
        .line = line,
        .item = item,
        .name = bytes_of_text("Tea"),
        .quantity = 2,
        .unit_price_minor = PRICE,
        .station = bytes_of(note, noted < NAME_BYTES_MAX ? noted : NAME_BYTES_MAX),
        .note = bytes_of(note, noted)};
    line_add_encode(&add, body());
    write_order(peer, EVENT_LINE_ADD);
}

static void set_line(uint32_t peer, uint32_t line)
{
    const struct line_set set = {.line = line, .quantity_delta = 1};
    line_set_encode(&set, body());
    write_order(peer, EVENT_LINE_SET);
}

static void void_line(uint32_t peer, uint32_t line)
{
    const struct line_void gone = {.lines = {.count = 1, .ids = {line}},
                                   .reason = bytes_of_text("mistyped")};
    line_void_encode(&gone, body());
    write_order(peer, EVENT_LINE_VOID);
}

static void cancel_order(uint32_t peer)
{
    const struct order_cancel cancel = {.reason = bytes_of_text("nobody came")};
    order_cancel_encode(&cancel, body());
    write_order(peer, EVENT_CANCEL);
}

/* Of @peer's log its opening counts. */
static void revoke(uint32_t peer)
{
    struct log_head cut;
    uint8_t data[128];
    struct bytes named;
    check(log_head_at(stage.world, &stage.journal.popup, &stage.peers[peer].head, 1, &cut) == 0);
    const struct log_cut revoked = {.log = cut.log, .seq = 1, .hash = cut.hash};
    check(log_cut_encode(&revoked, data, sizeof data, &named) == 0);
    const uint64_t seq =
        journal_state(stage.world, &stage.journal, &stage.peers[OWNER], EVENT_LOG_REVOKE, named);
    stage_turn(&stage, BYSTANDER, frame_event(&stage, OWNER, seq, true));
}

/* The owner takes the right from this device. */
static void take_right(enum capability capability)
{
    struct bytes caps_body;
    const struct head_claim own = stage_claim_own(&stage);
    const struct device_caps caps = {.device = stage.own.id,
                                     .capabilities = role_device_capabilities(ROLE_OWNER) &
                                                     ~capability_bit(capability),
                                     .count = 1,
                                     .from = {{.log = own.log, .seq = own.seq + 1}}};
    check(device_caps_encode(&caps, body_data, sizeof body_data, &caps_body) == 0);
    const uint64_t seq = journal_state(stage.world, &stage.journal, &stage.peers[OWNER],
                                       EVENT_DEVICE_CAPS, caps_body);
    stage_turn(&stage, BYSTANDER, frame_event(&stage, OWNER, seq, true));
}

/* --- adopting --- */

static int64_t sold(void)
{
    static struct stock stock;
    const struct entity_id entity = entity_id_derive(KIND_STOCK, TEA);
    struct store_txn *txn = store_memory_begin(stage.store, false);
    int64_t units = 0;
    if (stock_get(&stock, txn, &entity) == 0) {
        for (uint32_t i = 0; i < stock.accounts_count; i++) {
            units += (int64_t)stock.accounts[i].taken;
        }
    }
    store_memory_abort(txn);
    return units;
}

/* Edits of lines that are another device's, or were added twice, are adopted as they are. */
TEST(till_adopt, lines_take_stock_once_and_edits_of_others_take_none)
{
    start();
    open_order(THIEF);
    add_line(THIEF, 1, TEA, "");
    add_line(THIEF, 1, TEA, "");
    set_line(THIEF, 1);
    set_line(THIEF, 9);
    void_line(THIEF, 9);
    revoke(THIEF);
    assert_int_equal(run(COMMAND_ORDER_ADOPT), 0);
    assert_true(events() >= 6);
    assert_int_equal(sold(), 3);
    assert_int_equal(run(COMMAND_ORDER_ADOPT), 0);
    assert_int_equal(events(), 0);
    stage_stop(&stage);
}

enum { MANY = 80 };

/* How many of them were adopted, by commands one after the other. */
static uint32_t adopt_all(uint32_t *ret_commands)
{
    uint32_t count = 0;
    *ret_commands = 0;
    do {
        assert_int_equal(run(COMMAND_ORDER_ADOPT), 0);
        count += events();
        ++*ret_commands;
    } while (events() > 0);
    return count;
}

TEST(till_adopt, of_an_order_with_more_than_one_command_writes_the_rest_waits_for_the_next)
{
    uint32_t commands;
    start();
    open_order(THIEF);
    for (uint32_t i = 1; i <= MANY; i++) {
        add_line(THIEF, i, 0, "");
    }
    revoke(THIEF);
    assert_int_equal(adopt_all(&commands), 1 + MANY);
    assert_int_equal(commands, 3); /* the last finds nothing */
    stage_stop(&stage);
}

TEST(till_adopt, of_an_order_with_more_bytes_than_one_command_writes_the_rest_waits_for_the_next)
{
    static char note[NOTE_BYTES_MAX + 1];
    uint32_t commands;
    start();
    memset(note, 'n', sizeof note - 1);
    open_order(THIEF);
    for (uint32_t i = 1; i <= MANY; i++) {
        add_line(THIEF, i, 0, note);
    }
    revoke(THIEF);
    const uint32_t each = TILL_BODY_BYTES_MAX / 2 / (NOTE_BYTES_MAX + NAME_BYTES_MAX);
    assert_true(each < TILL_EVENTS_MAX - ORDER_LINES_MAX);
    assert_int_equal(adopt_all(&commands), 1 + MANY);
    assert_int_equal(commands, 3);
    stage_stop(&stage);
}

/* --- what this device may not write --- */

TEST(till_adopt, what_this_device_may_not_write_waits_and_the_rest_is_adopted)
{
    start();
    open_order(THIEF);
    cancel_order(THIEF);
    add_line(THIEF, 1, 0, "");
    revoke(THIEF);
    take_right(CAP_CANCEL);
    assert_int_equal(run(COMMAND_ORDER_ADOPT), 0);
    assert_int_equal(events(), 2);
    assert_int_equal(run(COMMAND_ORDER_ADOPT), ERR_FORBIDDEN);
    assert_int_equal(run(COMMAND_ORDER_DROP), 0); /* the one that waits */
    assert_int_equal(events(), 1);
    assert_int_equal(run(COMMAND_ORDER_DROP), 0);
    assert_int_equal(events(), 0);
    stage_stop(&stage);
}

TEST(till_adopt, who_may_write_none_of_it_adopts_none)
{
    start();
    open_order(THIEF);
    add_line(THIEF, 1, 0, "");
    revoke(THIEF);
    take_right(CAP_ORDER);
    assert_int_equal(run(COMMAND_ORDER_ADOPT), ERR_FORBIDDEN);
    stage_stop(&stage);
}

TEST(till_adopt, nobody_decides_on_an_order_of_newer_software)
{
    start();
    open_order(THIEF);
    revoke(THIEF);
    write_array(body(), 0);
    write_order(OTHER, (enum event_type)UNKNOWN);
    assert_int_equal(run(COMMAND_ORDER_ADOPT), ERR_VERSION);
    stage_stop(&stage);
}

/* What lies beyond the limits is void, so it is not written. */
TEST(till_adopt, an_order_on_which_this_device_wrote_too_much_takes_no_more)
{
    const struct entity_id order = order_id();
    struct event event = {.type = EVENT_LINE_SET, .entity = order};
    const struct line_set set = {.line = 1, .quantity_delta = 1};
    start();
    open_order(THIEF);
    revoke(THIEF);
    line_set_encode(&set, body());
    check(writer_finish(&writer, &event.body) == 0);
    stage_begin(&stage);
    for (uint32_t i = 0; i <= ENTITY_EVENTS_PER_LOG_MAX - TILL_EVENTS_MAX; i++) {
        check(replica_append(stage.replica, stage.txn, &event, stage.effects) == 0);
    }
    stage_end(&stage);
    assert_int_equal(run(COMMAND_ORDER_ADOPT), ERR_TOO_MANY);
    stage_stop(&stage);
}

/* --- dropping --- */

TEST(till_adopt, of_each_thief_the_newest_event_is_dropped_with_all_before_it)
{
    start();
    open_order(THIEF);
    add_line(THIEF, 1, 0, "");
    add_line(OTHER, 2, 0, "");
    add_line(OTHER, 3, 0, "");
    revoke(THIEF);
    revoke(OTHER);
    assert_int_equal(run(COMMAND_ORDER_DROP), 0);
    assert_int_equal(events(), 2);
    assert_int_equal(run(COMMAND_ORDER_DROP), 0);
    assert_int_equal(events(), 0);
    stage_stop(&stage);
}

/* --- whose it is --- */

static struct hash guest(uint32_t number)
{
    uint8_t data[4];
    put_be32(data, number);
    return blob_hash(bytes_of(data, sizeof data));
}

static void add_blob_as(uint32_t peer, const struct hash *hash, const struct entity_id *entity)
{
    const struct blob_add add = {
        .hash = *hash, .size = 20, .media = bytes_of_text("text/plain"), .is_personal = true};
    blob_add_encode(&add, body());
    write_on(peer, EVENT_BLOB_ADD, entity);
}

static void give_contact(uint32_t peer, uint32_t number)
{
    const struct contact contact = {.hash = guest(number)};
    contact_encode(&contact, body());
    write_order(peer, EVENT_CONTACT);
}

static void tell_contact(uint32_t peer, uint32_t number)
{
    const struct hash hash = guest(number);
    const struct entity_id entity = blob_entity(&hash);
    add_blob_as(peer, &hash, &entity);
    give_contact(peer, number);
}

static bool is_known(uint32_t number)
{
    const struct hash hash = guest(number);
    const struct entity_id id = blob_entity(&hash);
    struct history *history = history_new();
    struct store_txn *txn = store_memory_begin(stage.store, false);
    struct blob blob = {.is_known = false};
    if (history_get(history, txn, KIND_BLOB, &id) == 0) {
        blob_derive(history, &blob);
    }
    store_memory_abort(txn);
    history_free(history);
    return blob.is_known;
}

/* On the blob's entity a thief writes what he likes. */
TEST(till_adopt, of_what_a_thief_told_of_a_blob_the_first_that_names_it_is_told_anew)
{
    const struct hash hash = guest(1), wrong = guest(2);
    const struct entity_id entity = blob_entity(&hash);
    start();
    open_order(THIEF);
    write_array(body(), 0);
    write_on(THIEF, EVENT_BLOB_ERASE, &entity);
    write_array(body(), 0);
    write_on(THIEF, EVENT_BLOB_ADD, &entity);
    add_blob_as(THIEF, &wrong, &entity);
    tell_contact(THIEF, 1);
    add_blob_as(THIEF, &hash, &entity);
    revoke(THIEF);
    assert_false(is_known(1));
    assert_int_equal(run(COMMAND_ORDER_ADOPT), 0);
    assert_int_equal(events(), 3); /* the blob, the order, the contact */
    assert_true(is_known(1));
    stage_stop(&stage);
}

/* As on a device that hears of them after the revocation. */
TEST(till_adopt, one_that_this_device_never_asked_for_is_told_anew_where_there_is_room)
{
    const struct hash hash = guest(1);
    start();
    open_order(THIEF);
    tell_contact(THIEF, 1);
    revoke(THIEF);
    struct store_txn *txn = store_memory_begin(stage.store, true);
    check(blob_state_set(txn, &hash, BLOB_NONE, 0) == 0);
    check(store_memory_commit(txn) == 0);
    assert_int_equal(run(COMMAND_ORDER_ADOPT), 0);
    assert_int_equal(events(), 3);
    assert_true(is_known(1));
    stage_stop(&stage);
}

TEST(till_adopt, more_guests_than_one_command_tells_of_wait_for_the_next)
{
    uint32_t commands;
    start();
    open_order(THIEF);
    for (uint32_t i = 1; i <= MANY; i++) {
        tell_contact(THIEF, i);
    }
    revoke(THIEF);
    assert_int_equal(adopt_all(&commands), 1 + 2 * MANY);
    assert_true(is_known(1) && is_known(MANY));
    stage_stop(&stage);
}
