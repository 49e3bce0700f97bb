/* test_log_figures.c - what is added up from a log itself, event by event: the cash of a session
 * and the last receipt; also from a log with holes and nonsense in it, and at a disk that fails.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/drawer.h"
#include "sync/domain/order_events.h"
#include "sync/domain/receipt.h"
#include "tests/lib/store_memory.h"

enum { LOG = 5, BODY_MAX = 128 };

static struct store_memory *store;
static struct store_txn *txn;
static uint64_t seq;

static void begin(void)
{
    store = store_memory_new();
    txn = store_memory_begin(store, true);
    seq = 0;
}

static void end(void)
{
    store_memory_abort(txn);
    store_memory_free(store);
}

/* What was written stands; from here on @call's @nth use fails. */
static void disk_fails_at(enum store_memory_call call, unsigned nth)
{
    assert_int_equal(store_memory_commit(txn), 0);
    txn = store_memory_begin(store, true);
    store_memory_fail(store, call, nth, ERR_IO);
}

static void write_row(struct bytes row)
{
    const struct key key = key_event(LOG, ++seq);
    assert_int_equal(store_put(txn, TABLE_LOG, key_bytes(&key), row), 0);
}

static void write_event(enum event_type type, struct bytes body)
{
    const struct event event = {
        .type = type, .entity = entity_id_derive(KIND_ORDER, 1), .body = body};
    uint8_t row[HASH_BYTES + EVENT_BYTES_MAX] = {0};
    struct bytes bytes;
    assert_int_equal(event_encode(&event, row + HASH_BYTES, EVENT_BYTES_MAX, &bytes), 0);
    write_row(bytes_of(row, HASH_BYTES + bytes.size));
}

static void write_senseless(enum event_type type)
{
    static const uint8_t senseless[] = {0x91, 0xc0};
    write_event(type, bytes_of(senseless, sizeof senseless));
}

static struct bytes body_end(struct writer *writer)
{
    struct bytes body;
    check(writer_finish(writer, &body) == 0);
    return body;
}

static void write_pay(const char *method, int64_t amount)
{
    const struct order_pay pay = {
        .method = bytes_of_text(method), .amount_minor = amount, .reference = bytes_of_text("")};
    uint8_t data[BODY_MAX];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    order_pay_encode(&pay, &writer);
    write_event(EVENT_PAY, body_end(&writer));
}

static void write_refund(const char *method, int64_t amount)
{
    const struct order_refund refund = {.method = bytes_of_text(method),
                                        .amount_minor = amount,
                                        .reference = bytes_of_text(""),
                                        .reason = bytes_of_text("cold")};
    uint8_t data[BODY_MAX];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    order_refund_encode(&refund, &writer);
    write_event(EVENT_REFUND, body_end(&writer));
}

static void write_receipt(uint32_t number)
{
    const struct receipt receipt = {
        .number = number, .total_minor = 100, .lane = bytes_of_text("A"), .incarnation = 1};
    uint8_t data[BODY_MAX];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    receipt_encode(&receipt, &writer);
    write_event(EVENT_RECEIPT, body_end(&writer));
}

/* --- a session's cash --- */

static struct drawer session(int64_t float_minor)
{
    return (struct drawer){
        .is_open = true, .log = LOG, .opened_seq = 1, .float_minor = float_minor};
}

static int figures_of(const struct drawer *drawer, struct drawer_figures *ret_figures)
{
    return drawer_figures(drawer, txn, 0, ret_figures);
}

TEST(cash, is_what_was_paid_and_given_back_in_cash_and_nothing_else)
{
    static struct drawer drawer;
    struct drawer_figures figures;
    begin();
    write_pay("cash", 700);
    write_pay("card-external", 500);
    write_refund("cash", 200);
    write_refund("card-external", 100);
    write_senseless(EVENT_PAY);
    write_senseless(EVENT_REFUND);
    write_senseless(EVENT_CANCEL);
    drawer = session(1000);
    assert_int_equal(figures_of(&drawer, &figures), 0);
    assert_int_equal(figures.cash_minor, 500);
    assert_int_equal(figures.expected_minor, 1500);
    end();
}

TEST(cash, that_cannot_be_added_up_is_flagged_and_shown_as_nothing)
{
    static const struct {
        int64_t cash[2], float_minor, moves_minor;
        bool has_overflow;
    } cases[] = {{{MONEY_MAX, MONEY_MAX}, 0, 0, false},
                 {{0, 0}, MONEY_MAX, MONEY_MAX, false},
                 {{MONEY_MAX, 0}, 1, 0, false},
                 {{1, 0}, 0, 0, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static struct drawer drawer;
        struct drawer_figures figures;
        begin();
        write_pay("cash", cases[i].cash[0]);
        write_pay("cash", cases[i].cash[1]);
        drawer = session(cases[i].float_minor);
        drawer.moves_minor = cases[i].moves_minor;
        drawer.has_overflow = cases[i].has_overflow;
        assert_int_equal(figures_of(&drawer, &figures), 0);
        assert_true(figures.has_overflow);
        assert_int_equal(figures.expected_minor, 0);
        assert_int_equal(figures.cash_minor, 0);
        end();
    }
}

TEST(cash, is_not_made_up_where_the_log_has_a_hole_or_a_spoilt_event)
{
    static const uint8_t junk[] = {1, 2, 3};
    static struct drawer drawer;
    struct drawer_figures figures;
    begin();
    write_pay("cash", 700);
    seq++;
    write_pay("cash", 700);
    drawer = session(0);
    assert_int_equal(figures_of(&drawer, &figures), ERR_MALFORMED);
    end();
    begin();
    write_pay("cash", 700);
    write_row(bytes_of(junk, sizeof junk));
    drawer = session(0);
    assert_int_equal(figures_of(&drawer, &figures), ERR_MALFORMED);
    end();
}

TEST(cash, is_not_made_up_at_a_disk_that_fails)
{
    static const struct {
        enum store_memory_call call;
        unsigned nth;
    } faults[] = {{MEMORY_OPEN, 1}, {MEMORY_GET, 1}, {MEMORY_GET, 2}, {MEMORY_GET, 3}};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        static struct drawer drawer;
        struct drawer_figures figures;
        begin();
        write_pay("cash", 700);
        write_pay("cash", 700);
        drawer = session(0);
        disk_fails_at(faults[i].call, faults[i].nth);
        assert_int_equal(figures_of(&drawer, &figures), ERR_IO);
        end();
    }
}

TEST(log, its_newest_event_is_none_when_there_is_nothing_or_only_another_log)
{
    uint64_t newest = 9;
    begin();
    assert_int_equal(log_newest(txn, LOG, &newest), 0);
    assert_int_equal(newest, 0);
    write_pay("cash", 700);
    assert_int_equal(log_newest(txn, LOG + 1, &newest), 0);
    assert_int_equal(newest, 0);
    assert_int_equal(log_newest(txn, LOG, &newest), 0);
    assert_int_equal(newest, 1);
    const uint8_t junk[] = {0, 0, 0, 0, 0, 0, 0, LOG, 1};
    assert_int_equal(
        store_put(txn, TABLE_LOG, bytes_of(junk, sizeof junk), bytes_of(junk, sizeof junk)), 0);
    assert_int_equal(log_newest(txn, LOG, &newest), ERR_MALFORMED);
    assert_int_equal(newest, 0);
    end();
}

/* --- the last receipt --- */

TEST(receipt, the_last_number_is_that_of_the_newest_receipt_in_the_log)
{
    uint32_t number = 9;
    begin();
    assert_int_equal(receipt_last(txn, LOG, &number), 0);
    assert_int_equal(number, 0);
    write_pay("cash", 700);
    assert_int_equal(receipt_last(txn, LOG, &number), 0);
    assert_int_equal(number, 0);
    write_receipt(3);
    write_pay("cash", 700);
    write_senseless(EVENT_RECEIPT);
    assert_int_equal(receipt_last(txn, LOG, &number), 0);
    assert_int_equal(number, 3);
    assert_int_equal(receipt_last(txn, LOG + 1, &number), 0);
    assert_int_equal(number, 0);
    assert_int_equal(receipt_keep(txn, LOG, 4), 0); /* from here on a row of its own says it */
    assert_int_equal(receipt_last(txn, LOG, &number), 0);
    assert_int_equal(number, 4);
    end();
}

static void assert_unknown(void)
{
    uint32_t number;
    assert_int_equal(receipt_last(txn, LOG, &number), ERR_IO);
    end();
}

TEST(receipt, no_number_is_guessed_where_the_disk_fails_or_spoilt_what_says_it)
{
    static const uint8_t junk[] = {0, 0, 0, 0, 0, 0, 0, LOG, 1};
    static const uint8_t no_event[HASH_BYTES + 3] = {0};
    for (unsigned nth = 1; nth <= 2; nth++) {
        begin();
        write_receipt(3);
        disk_fails_at(MEMORY_GET, nth);
        assert_unknown();
    }
    begin();
    write_receipt(3);
    disk_fails_at(MEMORY_OPEN, 1);
    assert_unknown();
    begin();
    write_row(bytes_of(junk, 3));
    assert_unknown();
    begin();
    write_row(bytes_of(no_event, sizeof no_event));
    assert_unknown();
    begin();
    assert_int_equal(
        store_put(txn, TABLE_LOG, bytes_of(junk, sizeof junk), bytes_of(junk, sizeof junk)), 0);
    assert_unknown();
    begin();
    struct key key = {.size = 7 + 8};
    memcpy(key.data, "receipt", 7);
    put_be64(key.data + 7, LOG);
    assert_int_equal(store_put(txn, TABLE_LOCAL, key_bytes(&key), bytes_of(junk, 3)), 0);
    assert_unknown();
}
