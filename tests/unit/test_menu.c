/* test_menu.c - items and settings: each field merges by itself, the safer of two values counts,
 * and what was overwritten is forgotten without a trace in the rest.
 */
#include "tests/lib/test.h"

#include "sync/domain/menu_events.h"
#include "sync/domain/order_events.h"
#include "tests/lib/assert_text.h"
#include "tests/lib/history_mesh.h"

enum { NODES = 4, BODY_MAX = 2048, SEEDS = 60, STEPS = 40 };

static void write_body(struct mesh *mesh, uint32_t node, uint32_t type, const struct writer *writer,
                       uint64_t t)
{
    struct bytes body;
    assert_int_equal(writer_finish(writer, &body), 0);
    (void)mesh_write(mesh, node, type, t, body);
}

static void set_fields(struct mesh *mesh, uint32_t node, uint64_t t,
                       const struct field_values *values)
{
    uint8_t data[BODY_MAX];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    menu_set_encode(values, &writer);
    write_body(mesh, node, EVENT_MENU_SET, &writer, t);
}

static void set_number(struct mesh *mesh, uint32_t node, uint32_t field, int64_t number, uint64_t t)
{
    const struct field_values values = {.count = 1, .values = {{.field = field, .number = number}}};
    set_fields(mesh, node, t, &values);
}

static void set_text(struct mesh *mesh, uint32_t node, uint32_t field, const char *text, uint64_t t)
{
    const struct field_values values = {.count = 1,
                                        .values = {{.field = field, .text = bytes_of_text(text)}}};
    set_fields(mesh, node, t, &values);
}

static void set_available(struct mesh *mesh, uint32_t node, bool is_available)
{
    uint8_t data[16];
    struct writer writer;
    const struct menu_available available = {.is_available = is_available};
    writer_init(&writer, data, sizeof data);
    menu_available_encode(&available, &writer);
    write_body(mesh, node, EVENT_MENU_AVAILABLE, &writer, 5);
}

static struct menu_item item_at(struct mesh *mesh, uint32_t node)
{
    struct menu_item item;
    menu_derive(mesh_history(mesh, node), &item);
    return item;
}

TEST(menu, fields_written_apart_merge)
{
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    set_number(mesh, 0, MENU_NUMBER, 7, 1);
    set_text(mesh, 0, MENU_NAME, "Fries", 1);
    mesh_sync(mesh);
    set_number(mesh, 1, MENU_PRICE, 450, 1);
    set_text(mesh, 2, MENU_CATEGORY, "Sides", 1);
    mesh_sync(mesh);
    const struct menu_item item = item_at(mesh, 3);
    assert_int_equal(item.number, 7);
    assert_text(item.name, "Fries");
    assert_text(item.category, "Sides");
    assert_int_equal(item.price_minor, 450);
    assert_true(item.is_available);
    assert_false(item.has_conflict || item.has_price_conflict);
    mesh_free(mesh);
}

TEST(menu, of_two_prices_the_lower_is_charged_until_somebody_settles_it)
{
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    set_number(mesh, 0, MENU_PRICE, 500, 9); /* later by the clock, and still */
    set_number(mesh, 1, MENU_PRICE, 450, 1);
    mesh_sync(mesh);
    assert_int_equal(item_at(mesh, 2).price_minor, 450);
    assert_true(item_at(mesh, 2).has_price_conflict);
    set_number(mesh, 0, MENU_PRICE, 500, 10);
    mesh_sync(mesh);
    assert_int_equal(item_at(mesh, 2).price_minor, 500);
    assert_false(item_at(mesh, 2).has_price_conflict);
    mesh_free(mesh);
}

TEST(menu, sold_out_wins_over_what_had_not_seen_it)
{
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    set_available(mesh, 0, false);
    mesh_sync(mesh);
    set_available(mesh, 1, true);
    set_available(mesh, 2, false);
    mesh_sync(mesh);
    assert_false(item_at(mesh, 3).is_available);
    set_available(mesh, 1, true);
    mesh_sync(mesh);
    assert_true(item_at(mesh, 3).is_available);
    mesh_free(mesh);
}

TEST(menu, every_allergen_named_counts_and_only_diets_that_both_claim)
{
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    set_number(mesh, 0, MENU_ALLERGENS, 0x01, 9);
    set_number(mesh, 1, MENU_ALLERGENS, 0x40, 1);
    set_number(mesh, 2, MENU_DIET, 0x03, 9);
    set_number(mesh, 3, MENU_DIET, 0x05, 1);
    mesh_sync(mesh);
    assert_int_equal(item_at(mesh, 0).allergens, 0x41);
    assert_int_equal(item_at(mesh, 0).diet, 0x01);
    assert_true(item_at(mesh, 0).has_conflict);
    mesh_free(mesh);
}

TEST(menu, of_two_names_the_later_is_shown)
{
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    set_text(mesh, 1, MENU_NAME, "Chips", 1);
    set_text(mesh, 0, MENU_NAME, "Fries", 2);
    mesh_sync(mesh);
    assert_text(item_at(mesh, 2).name, "Fries");
    assert_true(item_at(mesh, 2).has_conflict);
    mesh_free(mesh);
}

/* A hash is 32 bytes, or none. */
TEST(menu, of_two_photos_the_later_is_shown_and_one_that_was_taken_away_may_win)
{
    static const char face[] = "a hash of thirty-two bytes, soup";
    static const char other[] = "another of thirty-two bytes too!";
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    set_text(mesh, 0, MENU_PHOTO, face, 1);
    set_text(mesh, 1, MENU_PHOTO, other, 2);
    mesh_sync(mesh);
    assert_text(item_at(mesh, 2).photo, other);
    assert_true(item_at(mesh, 2).has_conflict);
    set_text(mesh, 0, MENU_PHOTO, face, 3);
    set_text(mesh, 3, MENU_PHOTO, "", 4);
    mesh_sync(mesh);
    assert_int_equal(item_at(mesh, 2).photo.size, 0);
    assert_false(item_at(mesh, 2).has_price_conflict);
    mesh_free(mesh);
}

TEST(menu, the_same_value_twice_is_no_conflict)
{
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    set_number(mesh, 0, MENU_PRICE, 450, 1);
    set_number(mesh, 1, MENU_PRICE, 450, 2);
    mesh_sync(mesh);
    assert_false(item_at(mesh, 2).has_price_conflict);
    mesh_free(mesh);
}

TEST(menu, an_item_cannot_take_another_number_than_its_own)
{
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    set_number(mesh, 0, MENU_NUMBER, 8, 1); /* the entity is that of number 7 */
    assert_int_equal(item_at(mesh, 0).number, 0);
    mesh_free(mesh);
}

TEST(menu, options_are_read_group_by_group)
{
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    uint8_t data[BODY_MAX];
    struct writer writer;
    struct bytes encoded;
    struct menu_options options = {.count = 1};
    options.groups[0] =
        (struct menu_group){.name = bytes_of_text("Sauce"), .choices_max = 1, .choices_count = 1};
    options.groups[0].choices[0] =
        (struct menu_choice){.name = bytes_of_text("Mayo"), .price_minor = 50};
    writer_init(&writer, data, sizeof data);
    menu_options_encode(&options, &writer);
    assert_int_equal(writer_finish(&writer, &encoded), 0);
    const struct field_values values = {.count = 1,
                                        .values = {{.field = MENU_OPTIONS, .text = encoded}}};
    set_fields(mesh, 0, 1, &values);
    const struct menu_item item = item_at(mesh, 0);
    assert_int_equal(item.groups_count, 1);
    assert_text(item.groups[0].choices[0].name, "Mayo");
    mesh_free(mesh);
}

TEST(menu, what_was_overwritten_is_forgotten)
{
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    set_text(mesh, 0, MENU_NAME, "Fries", 1);
    for (uint32_t i = 0; i < 50; i++) {
        set_available(mesh, i % 2, i % 3 == 0);
        mesh_sync(mesh);
    }
    assert_int_equal(mesh_history(mesh, 0)->count, 2);
    assert_text(item_at(mesh, 3).name, "Fries");
    mesh_free(mesh);
}

/* Pruned as it grows or folded at once and pruned then: the same row. mesh_deliver() compares. */
TEST(menu, any_order_of_arrival_gives_the_same_row)
{
    uint64_t appends = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct prng prng = {seed};
        struct mesh *mesh = mesh_new(NODES, KIND_MENU);
        for (uint32_t step = 0; step < STEPS; step++) {
            const uint32_t node = (uint32_t)prng_below(&prng, NODES - 1);
            const uint32_t field = (uint32_t)prng_between(&prng, MENU_POSITION, MENU_TAX_EAT_IN);
            if (prng_one_in(&prng, 3)) {
                set_available(mesh, node, prng_one_in(&prng, 2));
            } else {
                set_number(mesh, node, field, (int64_t)prng_below(&prng, 900),
                           prng_below(&prng, 50));
            }
            (void)mesh_deliver(mesh, (uint32_t)prng_below(&prng, NODES),
                               (uint32_t)prng_below(&prng, NODES - 1), 2);
        }
        for (uint32_t node = 0; node < NODES; node++) {
            mesh_fill_shuffled(mesh, node, &prng);
            const struct bytes row = mesh_row(mesh, node);
            assert_int_equal(row.size, mesh_row(mesh, 0).size);
            assert_memory_equal(row.data, mesh_row(mesh, 0).data, row.size);
        }
        appends += mesh_appends(mesh);
        mesh_free(mesh);
    }
    assert_true(appends > 1000);
}

/* --- the pop-up --- */

static void set_setting(struct mesh *mesh, uint32_t node, uint64_t t, struct field_value value)
{
    uint8_t data[BODY_MAX];
    struct writer writer;
    const struct field_values values = {.count = 1, .values = {value}};
    writer_init(&writer, data, sizeof data);
    popup_set_encode(&values, &writer);
    write_body(mesh, node, EVENT_POPUP_SET, &writer, t);
}

static void open_day(struct mesh *mesh, uint32_t node, uint64_t n)
{
    uint8_t data[16];
    struct writer writer;
    const struct day_open open = {.n = n};
    writer_init(&writer, data, sizeof data);
    day_open_encode(&open, &writer);
    write_body(mesh, node, EVENT_DAY_OPEN, &writer, 5);
}

static struct popup popup_at(struct mesh *mesh, uint32_t node)
{
    struct popup popup;
    popup_derive(mesh_history(mesh, node), &popup);
    return popup;
}

TEST(popup, it_has_defaults)
{
    struct mesh *mesh = mesh_new(NODES, KIND_POPUP);
    const struct popup popup = popup_at(mesh, 0);
    assert_text(popup.currency, "EUR");
    assert_int_equal(popup.currency_digits, 2);
    assert_int_equal(popup.copies, 2);
    assert_int_equal(popup.late_after_s, 300);
    assert_int_equal(popup.cash_step_minor, 1);
    assert_true(popup.prices_include_tax);
    assert_false(popup.is_pay_first);
    assert_int_equal(popup.day, 0);
    mesh_free(mesh);
}

TEST(popup, the_day_is_the_last_of_those_that_follow_each_other_whoever_opened_them)
{
    struct mesh *mesh = mesh_new(NODES, KIND_POPUP);
    open_day(mesh, 0, 1);
    open_day(mesh, 1, 2);
    open_day(mesh, 2, 2);
    mesh_sync(mesh);
    assert_int_equal(popup_at(mesh, 3).day, 2);
    assert_int_equal(mesh_history(mesh, 3)->count, 2);
    mesh_free(mesh);
}

TEST(popup, nobody_jumps_to_a_day_and_what_closes_a_gap_counts_whenever_it_comes)
{
    const uint64_t far[] = {3, 5, TRADING_DAYS_MAX, TRADING_DAYS_MAX + 1, ORDER_DAY_MAX};
    struct mesh *mesh = mesh_new(NODES, KIND_POPUP);
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++) {
        open_day(mesh, 0, far[i]);
    }
    mesh_sync(mesh);
    assert_int_equal(popup_at(mesh, 3).day, 0);
    open_day(mesh, 1, 1);
    mesh_sync(mesh);
    assert_int_equal(popup_at(mesh, 3).day, 1);
    open_day(mesh, 2, 2);
    mesh_sync(mesh);
    assert_int_equal(popup_at(mesh, 3).day, 3);
    open_day(mesh, 0, 4); /* one device by itself: a day for each event */
    mesh_sync(mesh);
    assert_int_equal(popup_at(mesh, 3).day, 5);
    mesh_free(mesh);
}

TEST(popup, no_clock_decides_whether_prices_include_tax)
{
    for (uint64_t t = 1; t <= 3; t += 2) {
        struct mesh *mesh = mesh_new(NODES, KIND_POPUP);
        set_setting(mesh, 0, 2,
                    (struct field_value){.field = POPUP_PRICES_INCLUDE_TAX, .truth = true});
        set_setting(mesh, 1, t,
                    (struct field_value){.field = POPUP_PRICES_INCLUDE_TAX, .truth = false});
        mesh_sync(mesh);
        assert_true(popup_at(mesh, 2).prices_include_tax);
        assert_true(popup_at(mesh, 2).has_conflict);
        mesh_free(mesh);
    }
}

TEST(popup, no_clock_decides_where_people_are_sent_and_what_is_no_address_is_none)
{
    for (uint64_t t = 1; t <= 3; t += 2) {
        struct mesh *mesh = mesh_new(NODES, KIND_POPUP);
        set_setting(mesh, 0, 2,
                    (struct field_value){.field = POPUP_ADDRESS,
                                         .text = bytes_of_text("https://one.example")});
        set_setting(mesh, 1, t,
                    (struct field_value){.field = POPUP_ADDRESS,
                                         .text = bytes_of_text("https://two.example")});
        mesh_sync(mesh);
        assert_text(popup_at(mesh, 2).address, "https://one.example");
        assert_true(popup_at(mesh, 2).has_conflict);
        set_setting(mesh, 3, 4,
                    (struct field_value){.field = POPUP_ADDRESS,
                                         .text = bytes_of_text("https://x.example/elsewhere")});
        assert_int_equal(popup_at(mesh, 3).address.size, 0);
        mesh_free(mesh);
    }
}

TEST(popup, shares_of_a_tip_that_are_none_are_offered_to_nobody)
{
    struct mesh *mesh = mesh_new(NODES, KIND_POPUP);
    set_setting(mesh, 0, 1,
                (struct field_value){.field = POPUP_TIPS, .text = bytes_of_text("5 10")});
    assert_text(popup_at(mesh, 0).tips, "5 10");
    set_setting(mesh, 0, 2,
                (struct field_value){.field = POPUP_TIPS, .text = bytes_of_text("10 5")});
    assert_int_equal(popup_at(mesh, 0).tips.size, 0);
    mesh_free(mesh);
}

TEST(popup, settings_merge_to_the_safer_value)
{
    struct mesh *mesh = mesh_new(NODES, KIND_POPUP);
    set_setting(mesh, 0, 1, (struct field_value){.field = POPUP_COPIES, .number = 3});
    set_setting(mesh, 1, 9, (struct field_value){.field = POPUP_COPIES, .number = 1});
    set_setting(mesh, 2, 1, (struct field_value){.field = POPUP_PAY_FIRST, .truth = true});
    set_setting(mesh, 3, 9, (struct field_value){.field = POPUP_PAY_FIRST, .truth = false});
    mesh_sync(mesh);
    assert_int_equal(popup_at(mesh, 0).copies, 3);
    assert_true(popup_at(mesh, 0).is_pay_first);
    mesh_free(mesh);
}

TEST(popup, any_order_of_arrival_gives_the_same_row)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct prng prng = {seed};
        struct mesh *mesh = mesh_new(NODES, KIND_POPUP);
        for (uint32_t step = 0; step < STEPS; step++) {
            const uint32_t node = (uint32_t)prng_below(&prng, NODES - 1);
            if (prng_one_in(&prng, 2)) {
                open_day(mesh, node, (uint64_t)prng_between(&prng, 1, 9));
            } else {
                set_setting(mesh, node, prng_below(&prng, 50),
                            (struct field_value){.field = POPUP_CASH_STEP,
                                                 .number = prng_between(&prng, 1, 10)});
            }
            (void)mesh_deliver(mesh, (uint32_t)prng_below(&prng, NODES),
                               (uint32_t)prng_below(&prng, NODES - 1), 2);
        }
        for (uint32_t node = 0; node < NODES; node++) {
            mesh_fill_shuffled(mesh, node, &prng);
            const struct bytes row = mesh_row(mesh, node);
            assert_int_equal(row.size, mesh_row(mesh, 0).size);
            assert_memory_equal(row.data, mesh_row(mesh, 0).data, row.size);
        }
        mesh_free(mesh);
    }
}
