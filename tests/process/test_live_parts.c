/* The parts of what phones are told that know no socket and no store: who follows what, and what of
 * the menu is remembered as changed.
 */
#include <stdlib.h>
#include <string.h>

#include "node/json/json_live.h"
#include "node/os/entropy.h"
#include "node/stream/live_follow.h"
#include "node/stream/live_menu.h"
#include "tests/lib/test.h"

static struct entity_id id_of(uint32_t number)
{
    struct entity_id id = {.bytes = {1, 2, 3}};
    put_be32(id.bytes + 4, number);
    return id;
}

/* --- who follows what --- */

enum { PHONES = 500 };

static uint32_t count_followers(const struct live_index *index, uint32_t number)
{
    const struct entity_id id = id_of(number);
    uint32_t count = 0;
    for (struct live_follow *at = live_index_first(index, &id); at != NULL;
         at = live_index_next(at)) {
        assert_true(entity_id_equal(&at->order, &id));
        count++;
    }
    return count;
}

TEST(live_parts, each_order_finds_those_that_follow_it_and_nobody_else)
{
    static struct live phones[PHONES];
    struct live_index index;
    assert_int_equal(entropy_start(), 0);
    live_index_init(&index);
    assert_int_equal(count_followers(&index, 1), 0);
    for (uint32_t i = 0; i < PHONES; i++) {
        const struct entity_id ids[] = {id_of(i), id_of(i + 1)};
        live_index_set(&index, &phones[i], ids, 2);
    }
    assert_int_equal(count_followers(&index, 0), 1);
    for (uint32_t i = 1; i < PHONES; i++) {
        assert_int_equal(count_followers(&index, i), 2);
    }
    assert_int_equal(count_followers(&index, PHONES + 1), 0);
    const struct entity_id id = id_of(7);
    for (uint32_t i = 0; i < PHONES; i++) {
        live_index_set(&index, &phones[i], &id, i % 2);
    }
    assert_int_equal(count_followers(&index, 7), PHONES / 2);
    assert_int_equal(count_followers(&index, 8), 0);
    for (uint32_t i = 0; i < PHONES; i++) {
        live_index_set(&index, &phones[i], NULL, 0);
    }
    assert_int_equal(index.count, 0);
    live_index_close(&index);
}

/* --- what changed of the menu --- */

static struct live_menu menu;

TEST(live_parts, what_changed_lately_is_told_one_by_one_and_more_is_told_whole)
{
    live_menu_begin(&menu, 100);
    assert_true(live_menu_has(&menu, 100));
    assert_false(live_menu_has(&menu, 99)); /* what was before is not remembered */
    for (uint32_t i = 0; i < LIVE_ITEMS_DELTA_MAX; i++) {
        const struct entity_id id = id_of(i);
        live_menu_note(&menu, &id, 101 + i);
    }
    assert_true(live_menu_has(&menu, 100));
    const struct entity_id again = id_of(0);
    live_menu_note(&menu, &again, 200); /* the same item: not one more */
    assert_true(live_menu_has(&menu, 100));
    const struct entity_id more = id_of(1000);
    live_menu_note(&menu, &more, 201);
    assert_false(live_menu_has(&menu, 100));
    assert_true(live_menu_has(&menu, 150));
    live_menu_close(&menu);
}

TEST(live_parts, of_too_many_items_the_one_that_changed_longest_ago_is_forgotten)
{
    live_menu_begin(&menu, 0);
    for (uint32_t i = 0; i <= LIVE_ITEMS_MAX; i++) {
        const struct entity_id id = id_of(i);
        live_menu_note(&menu, &id, i + 1);
    }
    assert_int_equal(menu.count, LIVE_ITEMS_MAX);
    assert_false(live_menu_has(&menu, 0));
    assert_true(live_menu_has(&menu, LIVE_ITEMS_MAX));
    assert_true(live_menu_has(&menu, LIVE_ITEMS_MAX + 1));
    live_menu_close(&menu);
}

/* --- what phones say --- */

static int read_as(bool is_first, const char *text, struct live_message *ret_message)
{
    return json_live_read(bytes_of_text(text), is_first, ret_message);
}

TEST(live_parts, a_first_message_says_who_and_which_orders_each_once)
{
    struct live_message said;
    assert_int_equal(read_as(true,
                             "{\"type\":\"open\",\"token\":\"a.b.c\",\"cursor\":\"x\",\"orders\":["
                             "\"00112233445566778899aabb\",\"00112233445566778899aabb\"]}",
                             &said),
                     0);
    assert_string_equal(said.token, "a.b.c");
    assert_string_equal(said.cursor, "x");
    assert_int_equal(said.orders_count, 1);
    assert_int_equal(said.orders[0].bytes[1], 0x11);
    assert_int_equal(said.orders[0].bytes[11], 0xbb);
    assert_int_equal(read_as(false, "{\"type\":\"follow\",\"orders\":[]}", &said), 0);
    assert_int_equal(said.orders_count, 0);
    assert_string_equal(said.token, "");
}

TEST(live_parts, what_is_not_as_it_has_to_be_is_malformed)
{
    static const struct {
        bool is_first;
        const char *text;
    } rows[] = {
        {true, ""},
        {true, "{\"type\":\"follow\",\"orders\":[]}"},
        {false, "{\"type\":\"open\",\"token\":\"a\",\"orders\":[]}"},
        {true, "{\"type\":\"open\",\"token\":\"\",\"orders\":[]}"},
        {true, "{\"type\":\"open\",\"token\":\"a\"}"},
        {false, "{\"type\":\"follow\",\"orders\":[\"00112233445566778899AABB\"]}"},
        {false, "{\"type\":\"follow\",\"orders\":[\"0011\"]}"},
        {false, "{\"type\":\"follow\",\"orders\":[],\"more\":1}"},
    };
    struct live_message said;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(read_as(rows[i].is_first, rows[i].text, &said), ERR_MALFORMED);
    }
}
