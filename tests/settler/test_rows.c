/* test_rows.c - rows that a disk spoilt, rows that are old, and a start that fails. */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/log/tables.h"
#include "tests/settler/stories.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

/* --- start --- */

TEST(settler_rows, a_start_that_fails_leaves_nothing_behind)
{
    story_begin();
    scene->store_err = ERR_BUSY;
    scene_restart();
    assert_int_equal(scene->opened, 3);
    scene->open_err = ERR_MALFORMED;
    scene_restart();
    assert_int_equal(scene->opened, 5);
    story_end_captured(0);
}

TEST(settler_rows, what_was_asked_and_not_looked_at_ends_with_the_settler)
{
    story_begin();
    uint64_t request = 0;
    assert_int_equal(
        settler_receive(scene->settler, bytes_of_text("evt_1"), bytes_of_text("{}"), &request), 0);
    story_end_captured(0);
}

TEST(settler_rows, a_pop_up_that_nobody_set_up_has_nothing_to_settle)
{
    story_begin();
    scene_end();
    scene->host.is_blank = true;
    scene_begin(NULL);
    story_wait();
    assert_true(scene->settler->is_scanned);
    scene_end();
    scene->host.is_blank = false;
}

/* --- what is old --- */

static void row_put(char mark, uint32_t number, const void *value, size_t size)
{
    char key[16] = {mark, 'r', 'o', 'w'};
    put_be32((uint8_t *)key + 4, number);
    scene_put(key, 8, value, size);
}

TEST(settler_rows, what_is_old_is_forgotten_little_by_little)
{
    static const uint8_t old[8] = {0};
    story_begin();
    for (uint32_t i = 0; i < 100; i++) {
        row_put('S', i, old, sizeof old);
        row_put('I', i, old, sizeof old);
    }
    scene_run(MINUTE_MS);
    assert_int_equal(scene_rows('S') + scene_rows('I'), 0);
    for (uint32_t i = 0; i < 100; i++) {
        row_put('I', i, old, sizeof old);
    }
    scene_run((uint64_t)2 * HOUR_MS);
    assert_int_equal(scene_rows('I'), 0);
    row_put('S', 1, old, sizeof old);
    scene_run((uint64_t)2 * HOUR_MS);
    assert_int_equal(scene_rows('S'), 0);
    story_end_captured(0);
}

TEST(settler_rows, an_event_that_comes_twice_is_kept_once)
{
    static const char event[] = "{\"id\":\"evt_1\",\"object\":\"event\"}";
    story_begin();
    scene_run(MINUTE_MS);
    assert_int_equal(scene_hook("evt_1", event), 0);
    assert_int_equal(scene_hook("evt_1", event), 0);
    uint64_t request = 0; /* two of one turn */
    assert_int_equal(
        settler_receive(scene->settler, bytes_of_text("evt_2"), bytes_of_text(event), &request), 0);
    assert_int_equal(
        settler_receive(scene->settler, bytes_of_text("evt_1"), bytes_of_text(event), &request), 0);
    scene_run(MINUTE_MS);
    assert_int_equal(scene_rows('W'), 0);
    story_end_captured(0);
}

/* --- spoilt rows --- */

TEST(settler_rows, an_event_that_was_spoilt_or_has_no_id_is_let_go)
{
    static const uint8_t key[] = {'W', 0, 0, 0, 0, 0, 0, 0, 9};
    static const char *const rows[] = {"???", "{\"object\":\"event\"}"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        story_begin();
        scene_put(key, sizeof key, rows[i], strlen(rows[i]));
        story_wait();
        assert_int_equal(scene_rows('W'), 0);
        story_end_captured(0);
    }
}

/* Until the capture is under way, whose answer waits. */
static uint32_t capturing(void)
{
    const uint32_t order = story_held(1);
    provider_trouble(&scene->provider, "/capture", TROUBLE_HUNG, 1);
    scene_do(COMMAND_ACCEPT, order);
    assert_true(scene_rows('A') > 0);
    return order;
}

struct row {
    enum provider_call_kind kind;
    size_t key_size, size;
    uint8_t key[STORE_KEY_BYTES_MAX], data[512];
};

/* [version, kind, ...]: a byte each, after the array's. */
static void on_row(void *context, struct bytes key, struct bytes value)
{
    struct row *row = context;
    if (key.data[0] == 'A' && value.size > 2 && value.data[2] == row->kind) {
        assert_true(value.size <= sizeof row->data);
        memcpy(row->key, key.data, key.size);
        memcpy(row->data, value.data, value.size);
        row->key_size = key.size;
        row->size = value.size;
    }
}

/* An attempt's. */
static struct row attempt_row(enum provider_call_kind kind)
{
    struct row row = {.kind = kind};
    store_memory_each(scene->own, TABLE_LOCAL, on_row, &row);
    assert_true(row.key_size > 0);
    return row;
}

static void attempt_spoil(enum provider_call_kind kind)
{
    const struct row row = attempt_row(kind);
    scene_put(row.key, row.key_size, "???", 3);
}

TEST(settler_rows, an_attempt_that_is_spoilt_while_it_is_under_way_is_planned_anew)
{
    story_begin();
    (void)capturing();
    attempt_spoil(CALL_CAPTURE);
    scene_run(HOUR_MS);
    story_end_captured(700);
}

TEST(settler_rows, an_attempt_that_is_gone_while_it_is_under_way_is_planned_anew)
{
    story_begin();
    (void)capturing();
    struct row row = attempt_row(CALL_CAPTURE);
    struct store_txn *txn = store_memory_begin(scene->own, true);
    assert_int_equal(store_del(txn, TABLE_LOCAL, bytes_of(row.key, row.key_size)), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    scene_run(HOUR_MS);
    story_end_captured(700);
}

TEST(settler_rows, an_attempt_under_a_wrong_key_is_planned_anew)
{
    story_begin();
    const uint32_t order = story_held(1);
    provider_trouble(&scene->provider, "/capture", TROUBLE_BEFORE, 1);
    scene_do(COMMAND_ACCEPT, order);
    struct row row = attempt_row(CALL_CAPTURE);
    struct store_txn *txn = store_memory_begin(scene->own, true);
    assert_int_equal(store_del(txn, TABLE_LOCAL, bytes_of(row.key, row.key_size)), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    row.key[row.key_size - 1] ^= 1;
    scene_put(row.key, row.key_size, row.data, row.size);
    scene_restart();
    story_wait();
    story_end_captured(700);
}

TEST(settler_rows, a_form_whose_attempt_was_spoilt_is_asked_for_anew)
{
    story_begin();
    const uint32_t order = scene_place(1);
    provider_trouble(&scene->provider, "POST /v1/payment_intents", TROUBLE_BEFORE, 4);
    uint64_t request = 0;
    scene_run(1000);
    assert_int_equal(settler_pay(scene->settler, &scene->orders[order], &request), 0);
    scene_run(100);
    attempt_spoil(CALL_CREATE);
    assert_true(scene_pay(order));
    assert_int_equal(scene->provider.intents_count, 1);
    story_end_captured(0);
}

TEST(settler_rows, an_intent_that_is_noted_for_another_order_is_noted_anew)
{
    static const struct entity_id other = {{8}};
    story_begin();
    struct store_txn *txn = store_memory_begin(scene->own, true);
    assert_int_equal(notes_intent_put(txn, bytes_of_text("pi_1"), &other, HOST_EPOCH_MS / 1000), 0);
    assert_int_equal(store_memory_commit(txn), 0);
    (void)story_captured(1);
    story_end_captured(700);
}

/* --- one reading that fails --- */

TEST(settler_rows, two_intents_are_noted_whichever_row_cannot_be_read)
{
    for (uint32_t nth = 1; nth < 40; nth++) {
        story_begin();
        const uint32_t order = story_held(1);
        scene_do_line(COMMAND_LINES_ADD, order, 2);
        assert_true(scene_pay(order));
        provider_hold(&scene->provider, 1);
        story_wait();
        store_memory_fail(scene->own, MEMORY_GET, nth, ERR_IO);
        scene_restart();
        scene_do(COMMAND_ACCEPT, order);
        story_wait();
        assert_int_equal(scene_rows('I'), 2);
        story_end_captured(1100);
    }
}

TEST(settler_rows, a_form_is_given_whichever_reading_of_the_node_fails)
{
    for (uint32_t nth = 1; nth < 16; nth++) {
        story_begin();
        scene_run(MINUTE_MS);
        const uint32_t order = scene_place(1);
        scene->host.read_fault = nth;
        assert_true(scene_pay(order));
        story_end_captured(0);
    }
}

/* --- the node's rows --- */

TEST(settler_rows, an_order_whose_row_is_spoilt_is_settled_when_it_is_mended)
{
    story_begin();
    const uint32_t order = scene_place(1);
    const struct key key = key_state(KIND_ORDER, &scene->orders[order]);
    uint8_t row[8192];
    struct bytes value;
    struct store_txn *txn = store_memory_begin(scene->host.store, false);
    assert_int_equal(store_get(txn, TABLE_STATE, key_bytes(&key), &value), 0);
    const size_t size = value.size;
    assert_true(size < sizeof row);
    memcpy(row, value.data, size);
    store_memory_abort(txn);
    host_put(&scene->host, TABLE_STATE, key_bytes(&key), bytes_of_text("???"));
    scene_restart();
    assert_int_equal(scene_pay_once(order), ERR_SPOILT);
    host_put(&scene->host, TABLE_STATE, key_bytes(&key), bytes_of(row, size));
    assert_int_equal(scene_pay_once(order), 0);
    story_end_captured(0);
}

TEST(settler_rows, what_is_asked_of_an_order_that_is_not_here_is_not_sent)
{
    static const struct entity_id unknown = {{8}};
    const uint8_t wish[HASH_BYTES] = {1};
    const struct provider_call calls[] = {
        {.kind = CALL_CREATE, .wish = bytes_of(wish, sizeof wish), .amount_minor = 100},
        {.kind = CALL_REFUND,
         .intent = bytes_of_text("pi_1"),
         .wish = bytes_of(wish, WISH_ID_BYTES),
         .amount_minor = 100}};
    story_begin();
    (void)story_captured(1);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        const struct attempt attempt = attempt_of(&unknown, &calls[i]);
        struct store_txn *txn = store_memory_begin(scene->own, true);
        assert_int_equal(outbox_put(txn, &attempt), 0);
        assert_int_equal(store_memory_commit(txn), 0);
    }
    story_wait();
    assert_int_equal(scene->provider.intents_count, 1);
    assert_int_equal(scene->provider.refunds_count, 0);
    story_end_captured(700);
}

TEST(settler_rows, changes_that_make_no_sense_are_passed_over)
{
    story_begin();
    const struct key key = key_change(100000);
    host_put(&scene->host, TABLE_CHANGE, key_bytes(&key), bytes_of_text("?"));
    host_put(&scene->host, TABLE_CHANGE, bytes_of_text("\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
             bytes_of_text("?"));
    scene_restart();
    story_wait();
    assert_true(scene->settler->is_scanned);
    story_end_captured(0);
}

/* --- the draft is safe, and large enough --- */

TEST(settler_rows, a_form_is_given_when_the_draft_is_on_as_many_devices_as_are_wanted)
{
    story_begin();
    scene->host.live.peers_count = 2;
    scene->host.live.peers[0].link = GATE_LINKED;
    scene->host.live.peers[1].link = GATE_LOST;
    const uint32_t order = scene_place(1);
    const struct order *placed = scene_look(order);
    scene->host.live.marks_count = 1;
    scene->host.live.marks[0].log = 1;
    assert_int_equal(scene_pay_once(order), ERR_BUSY); /* no mark of its log */
    scene->host.live.marks_count = 2;
    scene->host.live.marks[1].log = placed->opened_log;
    scene->host.live.marks[1].seq = placed->opened_seq - 1;
    assert_int_equal(scene_pay_once(order), ERR_BUSY); /* not that far */
    scene->host.live.marks[1].seq = placed->opened_seq;
    if (placed->changed_seq > placed->opened_seq) {
        assert_int_equal(scene_pay_once(order), ERR_BUSY); /* its lines are not there */
    }
    scene->host.live.marks[1].seq = UINT64_MAX;
    assert_int_equal(scene_pay_once(order), 0);
    story_end_captured(0);
}

TEST(settler_rows, less_than_the_provider_takes_is_not_asked_for)
{
    story_begin();
    const uint32_t order = scene_place(1);
    struct command command = host_command(&scene->host, COMMAND_DISCOUNT, &scene->orders[order]);
    command.amount_minor = 680;
    command.reason = bytes_of_text("regular");
    assert_int_equal(host_do(&scene->host, &command, NULL), 0);
    assert_int_equal(scene_pay_once(order), ERR_STATE);
    story_end_captured(0);
}

TEST(settler_rows, who_asks_while_our_key_is_not_taken_is_told_so)
{
    story_begin();
    const uint32_t order = scene_place(1);
    provider_trouble(&scene->provider, "v1", TROUBLE_SHUT, 2);
    scene_run(1000);
    assert_int_equal(scene_pay_once(order), ERR_UNAVAILABLE);
    scene_run((uint64_t)5 * MINUTE_MS);
    assert_int_equal(scene_pay_once(order), 0);
    story_end_captured(0);
}
