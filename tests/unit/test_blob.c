/* Bytes come to whoever hears of their hash, and an erasure reaches all of them for ever. */
#include "sync/domain/blob.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/change_number.h"
#include "tests/lib/shop.h"
#include "tests/lib/sick.h"
#include "tests/lib/test.h"

enum { MANAGER, KITCHEN, COUNTER, NODES, SIZE = 3 * BLOB_CHUNK_BYTES_MAX + 17, SETTLE_MS = 20000 };

static struct cluster *cluster;
static uint8_t photo[SIZE];
static int answered_err;
static uint32_t answered_events;

static void on_answer(void *context, struct cluster_node *node, const struct effect_answer *answer)
{
    (void)context;
    (void)node;
    answered_err = answer->err;
    answered_events = answer->answer.events;
}

static void start(void)
{
    struct cluster_setup setup = {
        .seed = 7,
        .nodes = NODES,
        .devices = {{"manager", ROLE_MANAGER, "A"},
                    {"kitchen", ROLE_KITCHEN, "B"},
                    {"counter", ROLE_COUNTER, "C"}},
        .knobs = cluster_knobs_calm(),
        .hooks = {.on_answer = on_answer, .on_input = sick_till_on_input}};
    cluster = cluster_new();
    cluster_start(cluster, &setup);
    shop_open(cluster);
    for (size_t i = 0; i < sizeof photo; i++) {
        photo[i] = (uint8_t)(i * 7 + i / 251);
    }
}

static struct cluster_node *node_at(uint32_t at)
{
    return &cluster->nodes[at];
}

/* The answer's error. */
static int ask(uint32_t at, const struct command *command)
{
    answered_err = 1;
    cluster_command(cluster, at, command, 9);
    while (answered_err == 1) {
        check(cluster_step(cluster, cluster->now_ms + SETTLE_MS));
    }
    return answered_err;
}

static struct hash add_photo(uint32_t at)
{
    struct command command;
    const struct hash hash = cluster_put_blob(node_at(at), bytes_of(photo, sizeof photo));
    shop_command(&command, COMMAND_BLOB_ADD);
    command.blob = hash;
    command.blob_size = sizeof photo;
    command.media = bytes_of_text("image/png");
    assert_int_equal(ask(at, &command), 0);
    return hash;
}

static int erase_at(uint32_t at, const struct hash *hash)
{
    struct command command;
    shop_command(&command, COMMAND_BLOB_ERASE);
    command.blob = *hash;
    command.reason = bytes_of_text("asked for");
    return ask(at, &command);
}

static enum blob_state state_at(uint32_t at, const struct hash *hash)
{
    struct store_txn *txn = store_memory_begin(node_at(at)->store, false);
    enum blob_state state;
    assert_int_equal(blob_state_get(txn, hash, &state), 0);
    store_memory_abort(txn);
    return state;
}

static bool everybody_has(const struct hash *hash)
{
    for (uint32_t at = 0; at < NODES; at++) {
        if (!cluster_has_blob(node_at(at), hash) || state_at(at, hash) != BLOB_HERE) {
            return false;
        }
    }
    return true;
}

static bool nobody_has(const struct hash *hash)
{
    for (uint32_t at = 0; at < NODES; at++) {
        if (cluster_has_blob(node_at(at), hash) || state_at(at, hash) != BLOB_ERASED) {
            return false;
        }
    }
    return true;
}

TEST(blob, what_one_device_adds_all_fetch)
{
    start();
    const struct hash hash = add_photo(MANAGER);
    cluster_run(cluster, 2000);
    assert_true(everybody_has(&hash));
    cluster_free(cluster);
}

TEST(blob, one_that_was_away_fetches_when_it_is_back)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 0, 1};
    start();
    cluster_partition(cluster, apart);
    const struct hash hash = add_photo(KITCHEN);
    cluster_run(cluster, 30000);
    assert_int_equal(state_at(COUNTER, &hash), BLOB_NONE);
    cluster_heal(cluster);
    cluster_run(cluster, SETTLE_MS);
    assert_true(everybody_has(&hash));
    cluster_free(cluster);
}

TEST(blob, wrong_bytes_are_dropped_and_fetched_from_another)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 0, 1};
    start();
    cluster_partition(cluster, apart);
    const struct hash hash = add_photo(MANAGER);
    cluster_run(cluster, 2000);
    cluster_spoil_blob(node_at(MANAGER), &hash);
    cluster_heal(cluster);
    cluster_run(cluster, SETTLE_MS);
    assert_true(cluster_has_blob(node_at(COUNTER), &hash));
    assert_int_equal(state_at(COUNTER, &hash), BLOB_HERE);
    cluster_free(cluster);
}

TEST(blob, bytes_that_a_disk_lost_are_fetched_again)
{
    start();
    const struct hash hash = add_photo(MANAGER);
    cluster_run(cluster, 2000);
    cluster_lose_blob(cluster, node_at(MANAGER), &hash);
    cluster_run(cluster, SETTLE_MS);
    assert_true(everybody_has(&hash));
    cluster_free(cluster);
}

TEST(blob, an_erasure_removes_the_bytes_everywhere)
{
    start();
    const struct hash hash = add_photo(COUNTER);
    cluster_run(cluster, 2000);
    assert_int_equal(erase_at(MANAGER, &hash), 0);
    cluster_run(cluster, 2000);
    assert_true(nobody_has(&hash));
    cluster_free(cluster);
}

TEST(blob, an_erasure_reaches_whoever_comes_back_late)
{
    const uint32_t apart[CLUSTER_NODES_MAX] = {0, 0, 1};
    start();
    const struct hash hash = add_photo(COUNTER);
    cluster_run(cluster, 2000);
    cluster_partition(cluster, apart);
    assert_int_equal(erase_at(MANAGER, &hash), 0);
    cluster_run(cluster, 30000);
    assert_true(cluster_has_blob(node_at(COUNTER), &hash));
    cluster_heal(cluster);
    cluster_run(cluster, SETTLE_MS);
    assert_true(nobody_has(&hash));
    cluster_free(cluster);
}

TEST(blob, what_was_erased_cannot_be_added_again)
{
    struct command command;
    start();
    const struct hash hash = add_photo(MANAGER);
    assert_int_equal(erase_at(MANAGER, &hash), 0);
    shop_command(&command, COMMAND_BLOB_ADD);
    command.blob = hash;
    command.blob_size = sizeof photo;
    command.media = bytes_of_text("image/png");
    assert_int_equal(ask(MANAGER, &command), ERR_STATE);
    cluster_run(cluster, 2000);
    assert_true(nobody_has(&hash));
    cluster_free(cluster);
}

TEST(blob, only_who_may_erase_does)
{
    start();
    const struct hash hash = add_photo(MANAGER);
    cluster_run(cluster, 2000);
    assert_int_equal(erase_at(KITCHEN, &hash), ERR_FORBIDDEN);
    assert_true(everybody_has(&hash));
    cluster_free(cluster);
}

/* --- an order's contacts --- */

static struct entity_id place(uint32_t at, uint32_t number)
{
    struct command command;
    const struct shop_key key = shop_key_make(60 + number, number);
    uint8_t session[8];
    shop_order(&command, &key, 1);
    assert_int_equal(ask(at, &command), 0);
    put_be64(session, command.principal.session);
    return entity_id_mint(get_be32(key.bytes), bytes_of(session, sizeof session),
                          bytes_of(key.bytes, sizeof key.bytes));
}

static struct hash give_contact(uint32_t at, const struct entity_id *order, const char *text)
{
    struct command command;
    const struct hash hash = cluster_put_blob(node_at(at), bytes_of_text(text));
    shop_command(&command, COMMAND_CONTACT);
    command.order = *order;
    command.blob = hash;
    command.blob_size = (uint32_t)strlen(text);
    command.media = bytes_of_text("application/json");
    assert_int_equal(ask(at, &command), 0);
    return hash;
}

static bool order_has_contact(uint32_t at, const struct entity_id *id, const struct hash *hash)
{
    static struct order order;
    struct history *history = history_new();
    struct store_txn *txn = store_memory_begin(node_at(at)->store, false);
    assert_int_equal(history_get(history, txn, KIND_ORDER, id), 0);
    order_derive(history, &order);
    const bool has = order.has_contact && hash_equal(&order.contact, hash);
    store_memory_abort(txn);
    history_free(history);
    return has;
}

static bool are_messages_erased(uint32_t at, const struct entity_id *order)
{
    const struct hash hash = blob_hash_of_messages(order);
    const struct entity_id id = blob_entity(&hash);
    struct history *history = history_new();
    struct store_txn *txn = store_memory_begin(node_at(at)->store, false);
    struct blob blob = {.is_erased = false};
    if (history_get(history, txn, KIND_BLOB, &id) == 0) {
        blob_derive(history, &blob);
    }
    const bool is_erased = blob.is_erased;
    store_memory_abort(txn);
    history_free(history);
    return is_erased;
}

TEST(contact, erasing_an_order_without_one_is_heard_by_whoever_keeps_where_its_messages_go)
{
    struct command command;
    start();
    const struct entity_id order = place(MANAGER, 1), other = place(MANAGER, 2);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    shop_command(&command, COMMAND_ORDER_ERASE);
    command.order = order;
    command.reason = bytes_of_text("asked for");
    assert_int_equal(ask(MANAGER, &command), 0);
    assert_int_equal(answered_events, 1);
    cluster_run(cluster, 3000);
    assert_true(are_messages_erased(KITCHEN, &order));
    assert_false(are_messages_erased(KITCHEN, &other));
    cluster_free(cluster);
}

TEST(contact, the_later_one_is_shown_and_erasing_the_order_erases_all)
{
    struct command command;
    start();
    const struct entity_id order = place(MANAGER, 1);
    const struct hash first = give_contact(MANAGER, &order, "0123456789abcdef Ada");
    assert_true(cluster_converge(cluster, SETTLE_MS));
    const struct hash second = give_contact(COUNTER, &order, "fedcba9876543210 Ada Lovelace");
    assert_true(cluster_converge(cluster, SETTLE_MS));
    cluster_run(cluster, 3000);
    assert_true(order_has_contact(KITCHEN, &order, &second));
    assert_true(everybody_has(&first) && everybody_has(&second));
    shop_command(&command, COMMAND_ORDER_ERASE);
    command.order = order;
    command.reason = bytes_of_text("asked for");
    assert_int_equal(ask(MANAGER, &command), 0);
    assert_int_equal(answered_events, 3); /* and where its messages go */
    cluster_run(cluster, 3000);
    assert_true(nobody_has(&first) && nobody_has(&second));
    assert_int_equal(ask(MANAGER, &command), 0);
    assert_int_equal(answered_events, 0);
    cluster_free(cluster);
}

/* --- an order's name --- */

static struct entity_id place_named(uint32_t at, uint32_t number, const struct hash *name)
{
    struct command command;
    const struct shop_key key = shop_key_make(60 + number, number);
    uint8_t session[8];
    shop_order(&command, &key, 1);
    command.blob = *name;
    command.blob_size = 23;
    command.media = bytes_of_text("text/plain");
    assert_int_equal(ask(at, &command), 0);
    put_be64(session, command.principal.session);
    return entity_id_mint(get_be32(key.bytes), bytes_of(session, sizeof session),
                          bytes_of(key.bytes, sizeof key.bytes));
}

static uint64_t change_at(uint32_t at, const struct entity_id *order)
{
    struct store_txn *txn = store_memory_begin(node_at(at)->store, false);
    uint64_t number = 0;
    assert_int_equal(change_number_of(txn, KIND_ORDER, order, &number), 0);
    store_memory_abort(txn);
    return number;
}

static void until(uint32_t at, const struct hash *hash, enum blob_state state)
{
    const uint64_t deadline_ms = cluster->now_ms + SETTLE_MS;
    while (state_at(at, hash) != state) {
        check(cluster_step(cluster, deadline_ms));
    }
}

TEST(name, an_order_is_shown_anew_when_its_name_comes_and_when_it_is_erased)
{
    struct command command;
    start();
    const struct hash name =
        cluster_put_blob(node_at(COUNTER), bytes_of_text("0123456789abcdefZebedee"));
    const struct entity_id order = place_named(COUNTER, 1, &name);
    until(KITCHEN, &name, BLOB_WANTED);
    const uint64_t nameless = change_at(KITCHEN, &order);
    until(KITCHEN, &name, BLOB_HERE);
    assert_true(change_at(KITCHEN, &order) > nameless);
    assert_true(cluster_converge(cluster, SETTLE_MS));
    cluster_run(cluster, 3000);
    assert_true(everybody_has(&name));
    const uint64_t before = change_at(KITCHEN, &order);
    shop_command(&command, COMMAND_ORDER_ERASE);
    command.order = order;
    command.reason = bytes_of_text("asked for");
    assert_int_equal(ask(MANAGER, &command), 0);
    assert_int_equal(answered_events, 2); /* and where its messages go */
    cluster_run(cluster, 3000);
    assert_true(nobody_has(&name));
    assert_true(change_at(KITCHEN, &order) > before);
    assert_int_equal(ask(MANAGER, &command), 0);
    assert_int_equal(answered_events, 0);
    cluster_free(cluster);
}

/* What a device keeps, in a row that is counted once. */
static void keep_so_many(uint32_t at, uint32_t count)
{
    struct store_txn *txn = store_memory_begin(node_at(at)->store, true);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t number[4];
        put_be32(number, i);
        const struct hash hash = blob_hash(bytes_of(number, sizeof number));
        assert_int_equal(blob_state_set(txn, &hash, BLOB_HERE, 1), 0);
    }
    assert_int_equal(store_memory_commit(txn), 0);
}

TEST(name, an_order_for_whose_name_there_is_no_room_is_taken_without)
{
    uint32_t count = 0;
    uint64_t bytes = 0;
    start();
    keep_so_many(COUNTER, BLOBS_MAX);
    const struct hash name =
        cluster_put_blob(node_at(COUNTER), bytes_of_text("0123456789abcdefZebedee"));
    (void)place_named(COUNTER, 1, &name);
    assert_int_equal(state_at(COUNTER, &name), BLOB_NONE); /* the host drops its file */
    struct store_txn *txn = store_memory_begin(node_at(COUNTER)->store, false);
    assert_int_equal(blob_state_count(txn, BLOB_HERE, &count, &bytes), 0);
    store_memory_abort(txn);
    assert_int_equal(count, BLOBS_MAX);
    assert_int_equal(bytes, BLOBS_MAX);
    cluster_free(cluster);
}
