/* What customers put together: edits that say what changes, each done once; rounds; which carts a
 * device keeps.
 */
#include "sync/domain/cart.h"

#include <string.h>

#include "sync/base/writer.h"
#include "tests/lib/test.h"

static struct cart cart;
static uint8_t buffer[CART_ROW_BYTES_MAX];

static struct wanted_line wanted(uint64_t item, int32_t quantity)
{
    return (struct wanted_line){.item = item,
                                .quantity = quantity,
                                .options_count = 1,
                                .options = {{1, 2}},
                                .note = bytes_of_text("no onions")};
}

static int add(uint64_t edit, uint64_t item, int32_t quantity)
{
    const struct wanted_line line = wanted(item, quantity);
    return cart_add(&cart, edit, bytes_of_text("Ana"), &line);
}

static struct bytes row(void)
{
    struct writer writer;
    struct bytes written;
    writer_init(&writer, buffer, sizeof buffer);
    cart_encode(&cart, &writer);
    assert_int_equal(writer_finish(&writer, &written), 0);
    return written;
}

static void begin(void)
{
    memset(&cart, 0, sizeof cart);
    cart.begun_t = 77;
    cart.touched_t = 99;
    assert_int_equal(add(1, 10, 2), 0);
    assert_int_equal(add(2, 11, 1), 0);
}

TEST(cart, its_row_says_all_of_it_and_half_a_row_nothing)
{
    static struct cart again;
    begin();
    const struct entity_id order = {.bytes = {1, 2, 3}};
    cart_end_round(&cart, &order);
    assert_int_equal(add(3, 12, 5), 0);
    const struct bytes written = row();
    assert_int_equal(cart_decode(written, &again), 0);
    assert_int_equal(again.version, 4);
    assert_int_equal(again.round, 1);
    assert_int_equal(again.begun_t, 77);
    assert_int_equal(again.touched_t, 99);
    assert_int_equal(again.lines_count, 1);
    assert_int_equal(again.lines[0].id, 3);
    assert_int_equal(again.lines[0].wanted.item, 12);
    assert_int_equal(again.lines[0].wanted.options[0].choice, 2);
    assert_memory_equal(again.lines[0].who.data, "Ana", 3);
    assert_true(again.has_placed && again.placed_round == 0);
    assert_true(entity_id_equal(&again.placed, &order));
    assert_true(cart_has_edit(&again, 3));
    for (size_t size = 0; size < written.size; size++) {
        assert_int_not_equal(cart_decode(bytes_of(written.data, size), &again), 0);
    }
}

TEST(cart, a_row_whose_last_order_has_a_round_and_no_name_is_no_cart)
{
    static struct cart again;
    static const uint8_t end[2] = {0x90, 0x00}; /* nothing placed, no table */
    /* [7] and a name beside it, no table */
    static const uint8_t other[2 + 2 + ENTITY_ID_BYTES + 1] = {0x91, 0x07, 0xc4, ENTITY_ID_BYTES};
    memset(&cart, 0, sizeof cart);
    const size_t head = row().size - sizeof end;
    assert_memory_equal(buffer + head, end, sizeof end);
    memcpy(buffer + head, other, sizeof other);
    assert_int_equal(cart_decode(bytes_of(buffer, head + sizeof other), &again), ERR_MALFORMED);
}

TEST(cart, the_largest_one_has_room_in_its_row)
{
    static char who[NAME_BYTES_MAX], note[NOTE_BYTES_MAX - NAME_BYTES_MAX - 2];
    struct wanted_line line = {.item = 99999999,
                               .quantity = ORDER_QUANTITY_MAX,
                               .options_count = LINE_OPTIONS_MAX,
                               .note = bytes_of(note, sizeof note)};
    memset(who, 'w', sizeof who);
    memset(note, 'n', sizeof note);
    memset(line.options, 0xff, sizeof line.options);
    memset(&cart, 0, sizeof cart);
    for (uint32_t i = 0; i < CART_LINES_MAX; i++) {
        assert_int_equal(cart_add(&cart, UINT64_MAX - i, bytes_of(who, sizeof who), &line), 0);
    }
    assert_int_equal(cart_add(&cart, 7, bytes_of_text(""), &line), ERR_TOO_MANY);
    (void)row();
}

TEST(cart, one_that_had_as_many_lines_as_there_are_names_for_takes_no_more)
{
    memset(&cart, 0, sizeof cart);
    cart.line_next = UINT32_MAX - 1;
    assert_int_equal(add(1, 10, 1), 0);
    assert_int_equal(cart.lines[0].id, UINT32_MAX);
    assert_int_equal(add(2, 10, 1), ERR_TOO_MANY);
    assert_int_equal(cart.lines_count, 1);
}

TEST(cart, edits_say_what_changes)
{
    const struct bytes note = bytes_of_text("for Ben");
    begin();
    assert_int_equal(cart_change(&cart, 3, 1, 3, NULL), 0);
    assert_int_equal(cart.lines[0].wanted.quantity, 5);
    assert_int_equal(cart_change(&cart, 4, 1, 0, &note), 0);
    assert_int_equal(cart.lines[0].wanted.note.size, note.size);
    assert_int_equal(cart_change(&cart, 5, 1, ORDER_QUANTITY_MAX, NULL), ERR_TOO_MANY);
    assert_int_equal(cart_change(&cart, 5, 9, 1, NULL), ERR_NOT_FOUND);
    assert_int_equal(cart_change(&cart, 5, 1, -5, NULL), 0); /* none of it is left */
    assert_int_equal(cart.lines_count, 1);
    assert_int_equal(cart.lines[0].id, 2);
    assert_int_equal(cart_change(&cart, 6, 2, -100, NULL), 0); /* two took it back at once */
    assert_int_equal(cart.lines_count, 0);
    assert_int_equal(add(7, 10, 1), 0);
    assert_int_equal(cart.lines[0].id, 3); /* no line is taken for one that went */
}

TEST(cart, whose_a_line_is_and_what_it_says_have_room_in_one_note_or_are_refused)
{
    static char text[NOTE_BYTES_MAX + 1];
    const struct bytes ana = bytes_of_text("Ana");
    struct wanted_line line = {.item = 10, .quantity = 1};
    const struct bytes all = bytes_of(text, NOTE_BYTES_MAX - 5); /* "Ana: " */
    const struct bytes more = bytes_of(text, NOTE_BYTES_MAX - 4);
    memset(text, 'n', sizeof text);
    memset(&cart, 0, sizeof cart);
    line.note = more;
    assert_int_equal(cart_add(&cart, 1, ana, &line), ERR_TOO_LARGE);
    assert_int_equal(cart_add(&cart, 1, bytes_of_text(""), &line), 0);
    line.note = all;
    assert_int_equal(cart_add(&cart, 2, ana, &line), 0);
    assert_int_equal(cart_change(&cart, 3, 2, 1, &more), ERR_TOO_LARGE);
    assert_int_equal(cart.lines[1].wanted.quantity, 1); /* nor is the rest done */
    assert_int_equal(cart_change(&cart, 3, 2, 1, &all), 0);
}

TEST(cart, the_last_edits_are_remembered)
{
    begin();
    assert_true(cart_has_edit(&cart, 1));
    for (uint64_t edit = 100; edit < 100 + CART_EDITS_MAX; edit++) {
        assert_int_equal(cart_change(&cart, edit, 1, 1, NULL), 0);
    }
    assert_false(cart_has_edit(&cart, 1));
    assert_true(cart_has_edit(&cart, 100));
    assert_int_not_equal(cart_edit_of(bytes_of_text("a")), cart_edit_of(bytes_of_text("b")));
}

TEST(cart, each_round_of_each_cart_has_a_key_of_its_own)
{
    uint8_t one[CART_KEY_BYTES], again[CART_KEY_BYTES], next[CART_KEY_BYTES], other[CART_KEY_BYTES],
        anew[CART_KEY_BYTES];
    cart_order_key(5, 77, 0, one);
    cart_order_key(5, 77, 0, again);
    cart_order_key(5, 77, 1, next);
    cart_order_key(6, 77, 0, other);
    cart_order_key(5, 78, 0, anew);
    assert_memory_equal(one, again, sizeof one);
    assert_memory_not_equal(one, next, sizeof one);
    assert_memory_not_equal(one, other, sizeof one);
    assert_memory_not_equal(one, anew, sizeof one);
}

/* --- which there are --- */

enum { HERE = 7, THERE = 8 };

static struct carts carts;

static int use(uint64_t session, uint64_t origin, uint64_t now, uint64_t *ret_dropped)
{
    const int err = carts_room(&carts, session, origin, now);
    *ret_dropped = err == 0 ? carts_use(&carts, session, origin, now) : 0;
    return err;
}

TEST(cart, an_idle_one_makes_room_and_one_in_use_does_not)
{
    uint64_t dropped;
    carts.count = 0;
    for (uint64_t session = 1; session <= CARTS_MAX; session++) {
        assert_int_equal(use(session, 0, session, &dropped), 0);
    }
    assert_int_equal(use(5000, 0, CARTS_MAX, &dropped), ERR_BUSY);
    assert_int_equal(use(1, 0, CARTS_MAX, &dropped), 0); /* it was there */
    assert_int_equal(dropped, 0);
    assert_int_equal(use(5000, 0, CART_IDLE_MS + 1, &dropped), ERR_BUSY);
    assert_int_equal(use(5000, 0, CART_IDLE_MS + 2, &dropped), 0);
    assert_int_equal(dropped, 2); /* nobody touched that for longest */
    assert_int_equal(carts.count, CARTS_MAX);
    assert_true(carts_is_fresh(&carts, 5000, CART_IDLE_MS + 3, 10));
    assert_false(carts_is_fresh(&carts, 5000, CART_IDLE_MS + 12, 10));
    assert_false(carts_is_fresh(&carts, 2, 0, UINT32_MAX));
}

TEST(cart, those_from_one_place_have_a_quarter_of_all)
{
    uint64_t dropped;
    carts.count = 0;
    assert_int_equal(use(1, THERE, 1, &dropped), 0);
    for (uint64_t i = 0; i < CARTS_ORIGIN_MAX; i++) {
        assert_int_equal(use(1000 + i, HERE, 2 + i, &dropped), 0);
    }
    assert_int_equal(use(5000, HERE, 1000, &dropped), ERR_LIMIT);
    assert_int_equal(use(1001, HERE, 1000, &dropped), 0);
    assert_int_equal(use(5001, THERE, 1000, &dropped), 0);
    assert_int_equal(use(5002, 0, 1000, &dropped), 0);
    assert_int_equal(use(5000, HERE, CART_IDLE_MS + 2, &dropped), 0);
    assert_int_equal(dropped,
                     1000); /* an idle one of theirs; not that of others, idle for longer */
}

TEST(cart, of_those_that_a_process_left_the_newest_have_the_places)
{
    carts.count = 0;
    for (uint64_t session = 1; session <= CARTS_MAX; session++) {
        assert_int_equal(carts_restore(&carts, session, -(int64_t)session), 0);
    }
    assert_int_equal(carts_restore(&carts, 1000, 0), CARTS_MAX);
    assert_int_equal(carts_restore(&carts, 1001, -100000), 1001);
    assert_true(carts_is_fresh(&carts, 1, 10, 12));
    assert_false(carts_is_fresh(&carts, 1, 10, 11));
}

TEST(cart, one_that_nobody_touched_for_a_day_ends)
{
    uint64_t session, dropped;
    carts.count = 0;
    assert_int_equal(use(1, 0, 0, &dropped), 0);
    assert_int_equal(use(2, 0, 1, &dropped), 0);
    assert_false(carts_ended(&carts, CART_LIFE_MS - 1, &session));
    assert_true(carts_ended(&carts, CART_LIFE_MS, &session));
    assert_int_equal(session, 1);
    carts_drop(&carts, 3); /* nobody's */
    assert_true(carts_ended(&carts, CART_LIFE_MS, &session));
    carts_drop(&carts, session);
    assert_false(carts_ended(&carts, CART_LIFE_MS, &session));
}
