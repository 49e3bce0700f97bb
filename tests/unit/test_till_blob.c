/* test_till_blob.c - what the till says of blobs: known ones, erased ones, ones for which there is
 * no room; and when a day is closed, or closed again.
 */
#include "tests/lib/test.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/blob.h"
#include "sync/domain/day.h"
#include "sync/replica/replica_state.h"
#include "tests/lib/stage_shop.h"

enum { A, PEERS, TEA = 5, PRICE = 300, UNKNOWN = 5000 /* of newer software */ };

static struct stage stage;
static struct command command;
static struct effect_answer answer;

static void start(void)
{
    stage_start(&stage, PEERS, 0);
    stage_greet(&stage, A);
}

static void begin(enum command_kind kind)
{
    stage_command_begin(&stage, &command, kind, 1, ROLE_OWNER);
    command.mode = bytes_of(NULL, 0);
    command.channel = bytes_of(NULL, 0);
}

static int run(void)
{
    answer = *stage_run(&stage, &command);
    return answer.err;
}

static uint32_t events(void)
{
    return answer.answer.events;
}

static struct hash hash_of(uint32_t number)
{
    uint8_t data[4];
    put_be32(data, number);
    return blob_hash(bytes_of(data, sizeof data));
}

static int add(uint32_t number)
{
    begin(COMMAND_BLOB_ADD);
    command.blob = hash_of(number);
    command.blob_size = 100;
    command.media = bytes_of_text("image/png");
    return run();
}

static int erase(uint32_t number, const char *reason)
{
    begin(COMMAND_BLOB_ERASE);
    command.blob = hash_of(number);
    command.reason = bytes_of_text(reason);
    return run();
}

/* The replica's own event, @count times. */
static void write_own(enum event_type type, const struct entity_id *entity, struct bytes body,
                      uint32_t count)
{
    const struct event event = {.type = type, .entity = *entity, .body = body};
    stage_begin(&stage);
    for (uint32_t i = 0; i < count; i++) {
        check(replica_append(stage.replica, stage.txn, &event, stage.effects) == 0);
    }
    stage_end(&stage);
}

/* So many that a command might go beyond what one log may write on an entity. */
enum { FILLING = ENTITY_EVENTS_PER_LOG_MAX - 1 };

/* --- blobs --- */

TEST(till_blob, one_that_is_known_is_added_without_a_word)
{
    start();
    assert_int_equal(add(1), 0);
    assert_int_equal(events(), 1);
    assert_int_equal(add(1), 0);
    assert_int_equal(events(), 0);
    stage_stop(&stage);
}

TEST(till_blob, what_is_erased_was_there_and_for_a_reason)
{
    start();
    assert_int_equal(erase(1, "asked for"), ERR_NOT_FOUND);
    assert_int_equal(add(1), 0);
    assert_int_equal(erase(1, ""), ERR_MALFORMED);
    assert_int_equal(erase(1, "asked for"), 0);
    assert_int_equal(events(), 1);
    assert_int_equal(erase(1, "asked for"), 0);
    assert_int_equal(events(), 0);
    assert_int_equal(add(1), ERR_STATE);
    stage_stop(&stage);
}

/* Erased where it was never heard of: the erasure came before it. */
TEST(till_blob, what_another_erased_before_it_was_known_here_is_erased)
{
    static uint8_t data[128];
    const struct hash hash = hash_of(1);
    const struct entity_id id = blob_entity(&hash);
    const struct blob_erase erasure = {.hash = hash, .reason = bytes_of_text("asked for")};
    struct writer writer;
    struct bytes body;
    start();
    writer_init(&writer, data, sizeof data);
    blob_erase_encode(&erasure, &writer);
    check(writer_finish(&writer, &body) == 0);
    const uint64_t seq =
        journal_write(stage.world, &stage.journal, &stage.peers[A], EVENT_BLOB_ERASE, &id, body);
    stage_turn(&stage, A, frame_event(&stage, A, seq, true));
    assert_int_equal(erase(1, "asked for"), 0);
    assert_int_equal(events(), 0);
    stage_stop(&stage);
}

TEST(till_blob, when_all_bytes_are_taken_no_other_is_added)
{
    start();
    struct store_txn *txn = store_memory_begin(stage.store, true);
    for (uint32_t i = 0; i < BLOBS_BYTES_MAX / BLOB_BYTES_MAX; i++) {
        const struct blob blob = {
            .hash = hash_of(1000 + i), .size = BLOB_BYTES_MAX, .is_known = true};
        check(blob_note(txn, &blob) == 0);
    }
    check(store_memory_commit(txn) == 0);
    assert_int_equal(add(1), ERR_LIMIT);
    stage_stop(&stage);
}

TEST(till_blob, of_which_this_device_wrote_too_much_takes_no_more)
{
    const struct hash hash = hash_of(1);
    const struct entity_id id = blob_entity(&hash);
    start();
    assert_int_equal(add(2), 0); /* the log is open */
    write_own(EVENT_BLOB_ERASE, &id, bytes_of_text("\x90"), FILLING);
    assert_int_equal(add(1), ERR_TOO_MANY);
    stage_stop(&stage);
}

/* --- photos of items --- */

static int show(uint32_t number)
{
    begin(COMMAND_MENU_PHOTO);
    command.item = TEA;
    command.blob = hash_of(number);
    command.blob_size = 100;
    command.media = bytes_of_text("image/png");
    return run();
}

TEST(till_blob, a_photo_is_told_of_and_then_named_by_its_item)
{
    start();
    assert_int_equal(show(1), ERR_NOT_FOUND); /* there is no such item */
    stage_set_item(&stage, TEA, "Tea", PRICE, STOCK_OFF);
    assert_int_equal(show(1), 0);
    assert_int_equal(events(), 2);
    assert_int_equal(show(1), 0);
    assert_int_equal(events(), 0);
    assert_int_equal(add(2), 0); /* that this device has already */
    assert_int_equal(show(2), 0);
    assert_int_equal(events(), 1);
    stage_stop(&stage);
}

TEST(till_blob, a_photo_that_was_erased_is_shown_never_again)
{
    start();
    stage_set_item(&stage, TEA, "Tea", PRICE, STOCK_OFF);
    assert_int_equal(show(1), 0);
    assert_int_equal(erase(1, "a face"), 0);
    assert_int_equal(show(2), 0);
    assert_int_equal(show(1), ERR_STATE);
    assert_int_equal(events(), 0);
    stage_stop(&stage);
}

/* --- days --- */

static int close_day(uint64_t n)
{
    begin(COMMAND_DAY_CLOSE);
    command.day = n;
    return run();
}

/* An event of the peer about nothing much comes. */
static void hear_more(void)
{
    const uint64_t seq = stage_write(&stage, A, 16);
    stage_turn(&stage, A, frame_event(&stage, A, seq, true));
}

static void close_there(void)
{
    static uint8_t data[256];
    const struct day_close close = {.n = 1};
    const struct entity_id popup = entity_id_derive(KIND_POPUP, 0);
    struct writer writer;
    struct bytes body;
    writer_init(&writer, data, sizeof data);
    day_close_encode(&close, &writer);
    check(writer_finish(&writer, &body) == 0);
    const uint64_t seq =
        journal_write(stage.world, &stage.journal, &stage.peers[A], EVENT_DAY_CLOSE, &popup, body);
    stage_turn(&stage, A, frame_event(&stage, A, seq, true));
}

TEST(till_blob, a_day_is_closed_again_when_something_came_since)
{
    start();
    assert_int_equal(close_day(0), ERR_STATE); /* none was opened */
    stage_open_day(&stage);
    assert_int_equal(close_day(0), 0);
    assert_int_equal(events(), 1);
    assert_int_equal(close_day(0), 0);
    assert_int_equal(events(), 0);
    hear_more();
    assert_int_equal(close_day(1), 0);
    assert_int_equal(events(), 1);
    assert_int_equal(close_day(1), 0);
    assert_int_equal(events(), 0);
    close_there();
    assert_int_equal(close_day(1), 0);
    assert_int_equal(events(), 1);
    stage_set_item(&stage, TEA, "Tea", PRICE, STOCK_OFF); /* here, too */
    assert_int_equal(close_day(1), 0);
    assert_int_equal(events(), 1);
    assert_int_equal(close_day(2), ERR_STATE);
    stage_stop(&stage);
}

TEST(till_blob, the_day_of_a_pop_up_of_newer_software_is_not_closed)
{
    const struct entity_id popup = entity_id_derive(KIND_POPUP, 0);
    start();
    stage_open_day(&stage);
    const uint64_t seq = journal_write(stage.world, &stage.journal, &stage.peers[A],
                                       (enum event_type)UNKNOWN, &popup, bytes_of_text("\x90"));
    stage_turn(&stage, A, frame_event(&stage, A, seq, true));
    assert_int_equal(close_day(1), ERR_VERSION);
    stage_stop(&stage);
}

TEST(till_blob, on_a_pop_up_of_which_this_device_wrote_too_much_no_day_is_closed)
{
    enum { TIMES = LASTING_EVENTS_PER_LOG_MAX / FILLING };
    const struct entity_id popup = entity_id_derive(KIND_POPUP, 0);
    start();
    stage_open_day(&stage);
    for (uint32_t i = 0; i < TIMES; i++) {
        write_own(EVENT_DAY_CLOSE, &popup, bytes_of_text("\x90"), FILLING);
    }
    assert_int_equal(close_day(1), 0); /* the opening, those, and it */
    write_own(EVENT_DAY_CLOSE, &popup, bytes_of_text("\x90"),
              LASTING_EVENTS_PER_LOG_MAX - 2 - TIMES * FILLING);
    assert_int_equal(close_day(1), ERR_TOO_MANY);
    stage_stop(&stage);
}
