/* test_menu_choices.c - single choices of an item that are out: a register each, found by names;
 * out wins over what had not seen it, and what was overwritten is forgotten.
 */
#include "tests/lib/test.h"

#include "sync/domain/menu_events.h"
#include "tests/lib/assert_text.h"
#include "tests/lib/history_mesh.h"

enum { NODES = 4, BODY_MAX = 2048, SEEDS = 60, STEPS = 40, COW = 0, OAT = 1, SOY = 2 };

static const char *const milks[] = {"Cow", "Oat", "Soy"};

static void write_body(struct mesh *mesh, uint32_t node, uint32_t type, const struct writer *writer)
{
    struct bytes body;
    assert_int_equal(writer_finish(writer, &body), 0);
    (void)mesh_write(mesh, node, type, 5, body);
}

/* One of @count milks, the first of them at @first. */
static void set_milks(struct mesh *mesh, uint32_t node, uint32_t first, uint32_t count)
{
    uint8_t data[BODY_MAX], body[BODY_MAX];
    struct writer writer;
    struct bytes encoded;
    static struct menu_options options;
    options.count = 1;
    options.groups[0] = (struct menu_group){
        .name = bytes_of_text("Milk"), .choices_min = 1, .choices_max = 1, .choices_count = count};
    for (uint32_t i = 0; i < count; i++) {
        options.groups[0].choices[i].name = bytes_of_text(milks[(first + i) % 3]);
    }
    writer_init(&writer, data, sizeof data);
    menu_options_encode(&options, &writer);
    assert_int_equal(writer_finish(&writer, &encoded), 0);
    const struct field_values values = {.count = 1,
                                        .values = {{.field = MENU_OPTIONS, .text = encoded}}};
    writer_init(&writer, body, sizeof body);
    menu_set_encode(&values, &writer);
    write_body(mesh, node, EVENT_MENU_SET, &writer);
}

static void say(struct mesh *mesh, uint32_t node, uint32_t milk, bool is_available)
{
    uint8_t data[64];
    struct writer writer;
    const struct menu_choice_said said = {.group = bytes_of_text("Milk"),
                                          .choice = bytes_of_text(milks[milk]),
                                          .is_available = is_available};
    writer_init(&writer, data, sizeof data);
    menu_choice_encode(&said, &writer);
    write_body(mesh, node, EVENT_MENU_CHOICE, &writer);
}

static struct menu_item item_at(struct mesh *mesh, uint32_t node)
{
    struct menu_item item;
    menu_derive(mesh_history(mesh, node), &item);
    return item;
}

static bool is_out(struct mesh *mesh, uint32_t node, uint32_t at)
{
    const struct menu_item item = item_at(mesh, node);
    return item.groups[0].is_out[at];
}

TEST(menu_choices, one_is_out_and_back_and_the_others_stay)
{
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    set_milks(mesh, 0, 0, 3);
    mesh_sync(mesh);
    say(mesh, 1, OAT, false);
    mesh_sync(mesh);
    assert_true(is_out(mesh, 3, OAT));
    assert_false(is_out(mesh, 3, COW) || is_out(mesh, 3, SOY));
    assert_true(item_at(mesh, 3).is_available);
    say(mesh, 2, OAT, true);
    mesh_sync(mesh);
    assert_false(is_out(mesh, 3, OAT));
    assert_false(item_at(mesh, 3).has_conflict);
    mesh_free(mesh);
}

TEST(menu_choices, out_wins_over_what_had_not_seen_it_until_somebody_settles_it)
{
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    set_milks(mesh, 0, 0, 3);
    say(mesh, 0, OAT, false);
    mesh_sync(mesh);
    say(mesh, 1, OAT, true);
    say(mesh, 2, OAT, false);
    mesh_sync(mesh);
    assert_true(is_out(mesh, 3, OAT));
    assert_true(item_at(mesh, 3).has_conflict);
    say(mesh, 1, OAT, true);
    mesh_sync(mesh);
    assert_false(is_out(mesh, 3, OAT));
    assert_false(item_at(mesh, 3).has_conflict);
    mesh_free(mesh);
}

TEST(menu_choices, two_cooks_speak_of_two_choices_and_both_count)
{
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    set_milks(mesh, 0, 0, 3);
    say(mesh, 0, SOY, false);
    mesh_sync(mesh);
    say(mesh, 1, OAT, false);
    say(mesh, 2, SOY, true);
    mesh_sync(mesh);
    assert_true(is_out(mesh, 0, OAT));
    assert_false(is_out(mesh, 0, SOY));
    assert_false(item_at(mesh, 0).has_conflict);
    mesh_free(mesh);
}

TEST(menu_choices, it_is_found_by_its_name_wherever_it_stands_then)
{
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    set_milks(mesh, 0, 0, 3);
    mesh_sync(mesh);
    say(mesh, 1, OAT, false);
    set_milks(mesh, 2, 1, 2); /* oat, soy */
    mesh_sync(mesh);
    assert_text(item_at(mesh, 3).groups[0].choices[0].name, "Oat");
    assert_true(is_out(mesh, 3, 0));
    assert_false(is_out(mesh, 3, 1));
    mesh_free(mesh);
}

TEST(menu_choices, a_name_that_comes_back_is_as_it_was)
{
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    set_milks(mesh, 0, 0, 3);
    say(mesh, 0, SOY, false);
    set_milks(mesh, 0, 0, 2);
    mesh_sync(mesh);
    set_milks(mesh, 1, 0, 3);
    mesh_sync(mesh);
    assert_true(is_out(mesh, 3, SOY));
    mesh_free(mesh);
}

TEST(menu_choices, where_fewer_are_left_than_have_to_be_chosen_the_group_is_lacking)
{
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    set_milks(mesh, 0, 0, 2);
    say(mesh, 0, OAT, false);
    mesh_sync(mesh);
    struct menu_item item = item_at(mesh, 1);
    assert_null(menu_lacking(&item));
    say(mesh, 1, COW, false);
    mesh_sync(mesh);
    item = item_at(mesh, 0);
    assert_non_null(menu_lacking(&item));
    assert_text(menu_lacking(&item)->name, "Milk");
    item.groups[0].choices_min = 0; /* nobody has to take milk */
    assert_null(menu_lacking(&item));
    mesh_free(mesh);
}

TEST(menu_choices, what_was_overwritten_is_forgotten)
{
    struct mesh *mesh = mesh_new(NODES, KIND_MENU);
    set_milks(mesh, 0, 0, 3);
    for (uint32_t i = 0; i < 60; i++) {
        say(mesh, i % 2, i % 3, i % 4 == 0);
        mesh_sync(mesh);
    }
    assert_int_equal(mesh_history(mesh, 0)->count, 4); /* the milks, and the last word of each */
    mesh_free(mesh);
}

/* Pruned as it grows or folded at once and pruned then: the same row. mesh_deliver() compares. */
TEST(menu_choices, any_order_of_arrival_gives_the_same_row)
{
    uint64_t appends = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct prng prng = {seed};
        struct mesh *mesh = mesh_new(NODES, KIND_MENU);
        for (uint32_t step = 0; step < STEPS; step++) {
            const uint32_t node = (uint32_t)prng_below(&prng, NODES - 1);
            if (prng_one_in(&prng, 4)) {
                set_milks(mesh, node, (uint32_t)prng_below(&prng, 3),
                          1 + (uint32_t)prng_below(&prng, 3));
            } else {
                say(mesh, node, (uint32_t)prng_below(&prng, 3), prng_one_in(&prng, 2));
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
