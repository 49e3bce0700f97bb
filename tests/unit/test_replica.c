/* One replica by itself: it opens, takes orders, answers once, survives an aborted turn. */
#include "sync/replica/replica.h"

#include <string.h>

#include <sodium.h>

#include "sync/replica/replica_state.h"
#include "tests/lib/rebuild.h"
#include "tests/lib/store_memory.h"
#include "tests/lib/test.h"

enum { EPOCH_MS = 1700000000 };

static struct replica *replica;
static struct store_memory *store;
static struct effects effects;
static struct command command;
static struct secret_key root_secret, device_secret, log_secret;
static struct replica_config config;
static uint8_t chain_data[CERT_CHAIN_BYTES_MAX];
static struct moment now = {.wall_ms = EPOCH_MS + 5000, .mono_ms = 1000};

static struct public_key key_make(struct secret_key *secret, uint8_t seed)
{
    struct public_key key;
    uint8_t seed_bytes[32] = {seed};
    (void)crypto_sign_seed_keypair(key.bytes, secret->bytes, seed_bytes);
    return key;
}

static struct store_txn *turn_begin(void)
{
    effects_reset(&effects);
    return store_memory_begin(store, true);
}

static void turn_end(struct store_txn *txn)
{
    assert_int_equal(replica_seal(replica, txn, now, &effects), 0);
    assert_int_equal(store_memory_commit(txn), 0);
}

static void replica_start(void)
{
    struct certificate certificate = {
        .role = ROLE_COUNTER, .lane_size = 1, .lane = "A", .name_size = 4, .name = "till"};
    config =
        (struct replica_config){.epoch_ms = EPOCH_MS, .incarnation = 1, .boot = {1}, .seed = 1};
    config.root = key_make(&root_secret, 1);
    config.popup = popup_id_of_root(&config.root);
    certificate.popup = config.popup;
    certificate.device_key = key_make(&device_secret, 2);
    (void)key_make(&log_secret, 3);
    certificate.capabilities = role_device_capabilities(ROLE_OWNER);
    assert_int_equal(certificate_issue(&certificate, &root_secret, NULL, chain_data,
                                       sizeof chain_data, &config.chain),
                     0);
    config.device_secret = &device_secret;
    config.log_secret = &log_secret;
    store = store_memory_new();
    replica = replica_new();
    assert_non_null(replica);
    struct store_txn *txn = turn_begin();
    assert_int_equal(replica_open(replica, txn, &config, now, &effects), 0);
    turn_end(txn);
}

static void replica_stop(void)
{
    replica_free(replica);
    store_memory_free(store);
}

static struct answer command_do(int expected)
{
    struct input input = {.kind = INPUT_COMMAND, .now = now, .command = &command, .request = 7};
    struct store_txn *txn = turn_begin();
    assert_int_equal(replica_step(replica, txn, &input, &effects), 0);
    turn_end(txn);
    assert_int_equal(effects.answers_count, 1);
    assert_int_equal(effects.answers[0].request, 7);
    assert_int_equal(effects.answers[0].err, expected);
    return effects.answers[0].answer;
}

static void command_start(enum command_kind kind)
{
    memset(&command, 0, sizeof command);
    command.kind = kind;
    command.principal = (struct principal){.session = 1, .role = ROLE_OWNER};
}

static void day_open(uint64_t day)
{
    command_start(COMMAND_DAY_OPEN);
    command.day = day;
    (void)command_do(0);
}

static void item_add(uint64_t number, const char *name, int64_t price)
{
    command_start(COMMAND_MENU_SET);
    command.item = number;
    command.fields_count = 2;
    command.fields[0] = (struct wanted_field){.field = MENU_NAME, .text = bytes_of_text(name)};
    command.fields[1] = (struct wanted_field){.field = MENU_PRICE, .number = price};
    (void)command_do(0);
}

static void order_prepare(const char *key)
{
    command_start(COMMAND_ORDER_PLACE);
    command.key = bytes_of_text(key);
    command.channel = bytes_of_text("counter");
    command.mode = bytes_of_text("take-away");
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = 1, .quantity = 2};
}

static void order_get(const struct entity_id *id, struct history *history, struct order *order)
{
    struct store_txn *txn = store_memory_begin(store, false);
    assert_int_equal(history_get(history, txn, KIND_ORDER, id), 0);
    order_derive(history, order);
    store_memory_abort(txn);
}

TEST(replica, an_order_is_answered_with_its_number_and_total)
{
    replica_start();
    day_open(1);
    item_add(1, "Soup", 450);
    order_prepare("0123456789abcdef");
    struct answer answer = command_do(0);
    assert_int_equal(answer.number, 1);
    assert_int_equal(answer.total_minor, 900);
    assert_true(effects.is_changed && effects.is_written);
    struct history *history = history_new();
    struct order *order = calloc(1, sizeof *order);
    order_get(&answer.entity, history, order);
    assert_int_equal(order->phase, PHASE_PLACED);
    assert_int_equal(order->lines_count, 1);
    assert_int_equal(order->total_minor, 900);
    assert_int_equal(order->numbers[0].number, 1);
    free(order);
    history_free(history);
    replica_stop();
}

TEST(replica, a_retry_gets_the_same_answer_and_another_body_a_conflict)
{
    replica_start();
    day_open(1);
    item_add(1, "Soup", 450);
    order_prepare("0123456789abcdef");
    struct answer first = command_do(0);
    struct answer again = command_do(0);
    assert_true(entity_id_equal(&first.entity, &again.entity));
    assert_int_equal(first.seq, again.seq);
    assert_int_equal(first.number, again.number);
    command.body_hash.bytes[0] = 1;
    (void)command_do(ERR_CONFLICT);
    order_prepare("0123456789abcdeX");
    assert_int_equal(command_do(0).number, 2);
    replica_stop();
}

TEST(replica, two_commands_on_one_order_in_one_turn_see_each_other)
{
    replica_start();
    day_open(1);
    item_add(1, "Soup", 450);
    struct store_txn *txn = turn_begin();
    struct input input = {.kind = INPUT_COMMAND, .now = now, .command = &command, .request = 1};
    order_prepare("0123456789abcdef");
    assert_int_equal(replica_step(replica, txn, &input, &effects), 0);
    struct entity_id order = effects.answers[0].answer.entity;
    command_start(COMMAND_ACCEPT);
    command.order = order;
    assert_int_equal(replica_step(replica, txn, &input, &effects), 0);
    assert_int_equal(effects.answers[1].err, 0);
    assert_int_equal(effects.answers[1].answer.events, 1);
    turn_end(txn);
    replica_stop();
}

TEST(replica, after_an_aborted_turn_it_opens_again_where_it_was)
{
    replica_start();
    day_open(1);
    item_add(1, "Soup", 450);
    order_prepare("0123456789abcdef");
    struct input input = {.kind = INPUT_COMMAND, .now = now, .command = &command, .request = 1};
    struct store_txn *txn = turn_begin();
    assert_int_equal(replica_step(replica, txn, &input, &effects), 0);
    store_memory_abort(txn);
    replica_abort(replica);
    txn = turn_begin();
    assert_int_equal(replica_open(replica, txn, &config, now, &effects), 0);
    turn_end(txn);
    assert_false(effects.is_written);
    assert_int_equal(command_do(0).number, 1);
    replica_stop();
}

TEST(replica, what_is_stored_is_what_a_full_fold_gives)
{
    uint64_t entities;
    uint64_t wrong;
    replica_start();
    day_open(1);
    item_add(1, "Soup", 450);
    item_add(1, "Soup of the day", 450);
    order_prepare("0123456789abcdef");
    command.is_paid_now = true;
    command.method = bytes_of_text("cash");
    command.tendered_minor = 1000;
    struct answer answer = command_do(0);
    assert_int_equal(answer.change_minor, 100);
    command_start(COMMAND_DONE);
    command.order = answer.entity;
    (void)command_do(0);
    struct store_txn *txn = store_memory_begin(store, false);
    assert_int_equal(replica_audit(replica, txn, &entities, &wrong), 0);
    store_memory_abort(txn);
    assert_int_equal(entities, 3);
    assert_int_equal(wrong, 0);
    struct hash before;
    struct hash after;
    txn = turn_begin();
    assert_int_equal(replica_state_digest(txn, &before), 0);
    rebuild_all(replica, txn);
    assert_int_equal(replica_state_digest(txn, &after), 0);
    store_memory_abort(txn);
    assert_true(hash_equal(&before, &after));
    replica_stop();
}

/* --- what it cannot begin with --- */

TEST(replica, without_a_certificate_of_its_own_it_does_not_open)
{
    static const uint8_t nothing[] = {0x90};
    replica_start();
    struct replica_config other = config;
    other.chain = bytes_of(nothing, sizeof nothing);
    uint64_t entities;
    struct store_txn *txn = turn_begin();
    assert_int_equal(replica_open(replica, txn, &other, now, &effects), ERR_MALFORMED);
    assert_false(replica_is_scrubbing(replica) || replica_is_remaking(replica, &entities));
    store_memory_abort(txn);
    replica_stop();
}

TEST(replica, where_there_are_as_many_logs_as_there_may_be_it_begins_none)
{
    struct secret_key secret;
    replica_start();
    struct store_txn *txn = turn_begin();
    replica->vector.count = LOGS_MAX;
    (void)key_make(&secret, 4);
    assert_int_equal(replica_renew_log(replica, txn, &secret, 2, now, &effects), ERR_TOO_MANY);
    store_memory_abort(txn);
    replica_stop();
}
