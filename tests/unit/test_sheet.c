/* test_sheet.c - which codes open a table, and how often it was cleared on a day, whatever devices
 * did apart: the laws of the two counters.
 */
#include "tests/lib/test.h"

#include "sync/domain/sheet.h"
#include "tests/lib/history_mesh.h"

enum { OWN = MESH_ENTITY_NUMBER, DAY = 3, NODES = 4, SEEDS = 20, STEPS = 30 };

/* --- writing and looking --- */

static void write_body(struct mesh *mesh, uint32_t node, uint32_t type, const struct writer *writer,
                       struct operation *ret_id)
{
    struct bytes body;
    assert_int_equal(writer_finish(writer, &body), 0);
    *ret_id = mesh_write(mesh, node, type, 1, body);
}

static struct operation write_codes(struct mesh *mesh, uint32_t node, uint32_t table,
                                    uint32_t codes)
{
    uint8_t data[SHEET_BODY_BYTES_MAX];
    struct writer writer;
    struct operation id;
    const struct sheet_set set = {.table = table, .codes = codes};
    writer_init(&writer, data, sizeof data);
    sheet_set_encode(&set, &writer);
    write_body(mesh, node, EVENT_SHEET_SET, &writer, &id);
    return id;
}

static struct operation write_clear(struct mesh *mesh, uint32_t node, uint64_t day, uint32_t count)
{
    uint8_t data[SHEET_BODY_BYTES_MAX];
    struct writer writer;
    struct operation id;
    const struct sheet_clear clear = {.table = OWN, .day = day, .count = count};
    writer_init(&writer, data, sizeof data);
    sheet_clear_encode(&clear, &writer);
    write_body(mesh, node, EVENT_SHEET_CLEAR, &writer, &id);
    return id;
}

static struct mesh *mesh_of_codes(uint32_t count)
{
    return mesh_new(count, KIND_SHEET);
}

static struct mesh *mesh_of_day(uint32_t count)
{
    const struct entity_id entity = sheet_day_entity(OWN, DAY);
    return mesh_new_of(count, KIND_SHEET, &entity);
}

static struct sheet sheet_at(struct mesh *mesh, uint32_t node)
{
    struct sheet sheet;
    sheet_derive(mesh_history(mesh, node), &sheet);
    return sheet;
}

static uint32_t generation_at(struct mesh *mesh, uint32_t node)
{
    const struct sheet sheet = sheet_at(mesh, node);
    return sheet_generation(&sheet);
}

static uint32_t cleared_at(struct mesh *mesh, uint32_t node)
{
    return sheet_cleared(mesh_history(mesh, node));
}

/* Whichever of the two the mesh's entity counts. */
static uint32_t count_at(struct mesh *mesh, uint32_t node)
{
    return sheet_at(mesh, node).codes + cleared_at(mesh, node);
}

/* --- codes --- */

TEST(sheet, a_code_opens_its_table_until_it_is_revoked_and_then_never_again)
{
    struct mesh *mesh = mesh_of_codes(1);
    assert_int_equal(generation_at(mesh, 0), 0);
    (void)write_codes(mesh, 0, OWN, 1);
    assert_int_equal(generation_at(mesh, 0), 1);
    (void)write_codes(mesh, 0, OWN, 2);
    assert_int_equal(generation_at(mesh, 0), 0);
    (void)write_codes(mesh, 0, OWN, 3);
    (void)write_codes(mesh, 0, OWN, 1); /* whoever says the first again */
    assert_int_equal(generation_at(mesh, 0), 3);
    mesh_free(mesh);
}

TEST(sheet, the_first_code_made_by_two_devices_apart_is_one_generation)
{
    struct mesh *mesh = mesh_of_codes(2);
    (void)write_codes(mesh, 0, OWN, 1);
    (void)write_codes(mesh, 1, OWN, 1);
    mesh_sync(mesh);
    assert_int_equal(generation_at(mesh, 0), 1);
    assert_int_equal(generation_at(mesh, 1), 1);
    mesh_free(mesh);
}

TEST(sheet, revoked_by_two_apart_it_is_revoked_once)
{
    struct mesh *mesh = mesh_of_codes(2);
    (void)write_codes(mesh, 0, OWN, 1);
    mesh_sync(mesh);
    (void)write_codes(mesh, 0, OWN, 2);
    (void)write_codes(mesh, 1, OWN, 2);
    mesh_sync(mesh);
    assert_int_equal(sheet_at(mesh, 0).codes, 2);
    assert_int_equal(sheet_at(mesh, 1).codes, 2);
    mesh_free(mesh);
}

/* Who only revokes does not shut the code that another made after he had revoked as well. */
TEST(sheet, a_code_made_here_while_the_one_before_is_revoked_there_opens_it_in_any_order)
{
    for (uint32_t first = 0; first < 2; first++) {
        struct mesh *mesh = mesh_of_codes(3);
        (void)write_codes(mesh, 0, OWN, 1);
        mesh_sync(mesh);
        (void)write_codes(mesh, 0, OWN, 2);
        (void)write_codes(mesh, 0, OWN, 3);
        (void)write_codes(mesh, 1, OWN, 2);
        (void)mesh_deliver(mesh, first, 2, UINT32_MAX);
        assert_int_equal(generation_at(mesh, 2), first == 0 ? 3 : 0);
        (void)mesh_deliver(mesh, 1 - first, 2, UINT32_MAX);
        assert_int_equal(generation_at(mesh, 2), 3);
        mesh_free(mesh);
    }
}

/* --- clearing --- */

TEST(sheet, a_table_that_two_cleared_apart_was_cleared)
{
    struct mesh *mesh = mesh_of_day(3);
    (void)write_clear(mesh, 0, DAY, 1);
    (void)write_clear(mesh, 1, DAY, 1);
    mesh_sync(mesh);
    assert_int_equal(cleared_at(mesh, 2), 1);
    (void)write_clear(mesh, 2, DAY, 2);
    mesh_sync(mesh);
    assert_int_equal(cleared_at(mesh, 0), 2);
    mesh_free(mesh);
}

TEST(sheet, of_a_day_256_clearings_of_one_device_count_and_those_of_others_go_on)
{
    struct mesh *mesh = mesh_of_day(2);
    for (uint32_t i = 1; i <= ENTITY_EVENTS_PER_LOG_MAX + 2; i++) {
        (void)write_clear(mesh, 0, DAY, i);
    }
    assert_int_equal(cleared_at(mesh, 0), ENTITY_EVENTS_PER_LOG_MAX);
    mesh_sync(mesh);
    (void)write_clear(mesh, 1, DAY, ENTITY_EVENTS_PER_LOG_MAX + 1);
    mesh_sync(mesh);
    assert_int_equal(cleared_at(mesh, 0), ENTITY_EVENTS_PER_LOG_MAX + 1);
    mesh_free(mesh);
}

/* --- laws --- */

static void write_any(struct mesh *mesh, struct prng *prng, bool is_day, uint32_t *highest)
{
    const uint32_t node = (uint32_t)prng_below(prng, NODES);
    const uint32_t count = 1 + (uint32_t)prng_below(prng, 9);
    if (is_day) {
        (void)write_clear(mesh, node, DAY, count);
    } else {
        (void)write_codes(mesh, node, OWN, count);
    }
    *highest = count > *highest ? count : *highest;
}

/* Commutative and associative: whoever heard what in which order and of whom together. */
TEST(sheet, whatever_order_and_grouping_devices_hear_in_all_come_to_the_highest_and_to_one_row)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct prng prng = {seed};
        const bool is_day = seed % 2 == 0;
        uint32_t highest = 0;
        struct mesh *mesh = is_day ? mesh_of_day(NODES) : mesh_of_codes(NODES);
        for (uint32_t step = 0; step < STEPS; step++) {
            write_any(mesh, &prng, is_day, &highest);
            (void)mesh_deliver(mesh, (uint32_t)prng_below(&prng, NODES),
                               (uint32_t)prng_below(&prng, NODES), 2);
        }
        for (uint32_t node = 0; node < NODES; node++) {
            mesh_fill_shuffled(mesh, node, &prng);
            const struct bytes row = mesh_row(mesh, node);
            assert_int_equal(count_at(mesh, node), highest);
            assert_int_equal(row.size, mesh_row(mesh, 0).size);
            assert_memory_equal(row.data, mesh_row(mesh, 0).data, row.size);
        }
        mesh_free(mesh);
    }
}

/* Idempotent: another event that says the same. */
TEST(sheet, what_is_said_again_by_anybody_changes_no_count)
{
    for (uint32_t node = 0; node < 2; node++) {
        struct mesh *codes = mesh_of_codes(2);
        struct mesh *day = mesh_of_day(2);
        (void)write_codes(codes, 0, OWN, 5);
        (void)write_clear(day, 0, DAY, 5);
        mesh_sync(codes);
        mesh_sync(day);
        (void)write_codes(codes, node, OWN, 5);
        (void)write_clear(day, node, DAY, 5);
        mesh_sync(codes);
        mesh_sync(day);
        assert_int_equal(count_at(codes, 0), 5);
        assert_int_equal(count_at(day, 1), 5);
        assert_int_equal(mesh_history(codes, 0)->count, node + 1); /* one of each who made them */
        assert_int_equal(mesh_history(day, 1)->count, 1);
        mesh_free(codes);
        mesh_free(day);
    }
}

TEST(sheet, neither_count_ever_falls_by_what_is_heard)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct prng prng = {seed};
        const bool is_day = seed % 2 == 0;
        uint32_t highest = 0, before = 0;
        struct mesh *mesh = is_day ? mesh_of_day(NODES) : mesh_of_codes(NODES);
        for (uint32_t step = 0; step < STEPS; step++) {
            write_any(mesh, &prng, is_day, &highest);
            (void)mesh_deliver(mesh, (uint32_t)prng_below(&prng, NODES), 0, 1);
            const uint32_t now = count_at(mesh, 0);
            assert_true(now >= before);
            before = now;
        }
        mesh_free(mesh);
    }
}

TEST(sheet, of_any_number_of_events_one_is_kept)
{
    struct mesh *codes = mesh_of_codes(1);
    struct mesh *day = mesh_of_day(1);
    for (uint32_t i = 1; i <= 200; i++) {
        (void)write_codes(codes, 0, OWN, i);
        (void)write_clear(day, 0, DAY, i);
    }
    assert_int_equal(mesh_history(codes, 0)->count, 1);
    assert_int_equal(mesh_history(day, 0)->count, 1);
    assert_int_equal(count_at(codes, 0), 200);
    assert_int_equal(count_at(day, 0), 200);
    mesh_free(codes);
    mesh_free(day);
}

/* --- what does not count --- */

/* As of every entity: what it wrote was never so. */
TEST(sheet, what_a_device_did_after_it_was_stolen_is_undone_when_it_is_revoked)
{
    struct mesh *codes = mesh_of_codes(3);
    struct mesh *day = mesh_of_day(3);
    (void)write_codes(codes, 0, OWN, 1);
    (void)write_clear(day, 0, DAY, 1);
    mesh_sync(codes);
    mesh_sync(day);
    const struct operation revoked = write_codes(codes, 1, OWN, 2);
    const struct operation cleared = write_clear(day, 1, DAY, 2);
    mesh_sync(codes);
    mesh_sync(day);
    assert_int_equal(generation_at(codes, 2), 0);
    assert_int_equal(cleared_at(day, 2), 2);
    mesh_roster(codes)->logs[1].revoked_seq = revoked.seq - 1;
    mesh_roster(codes)->logs[1].unrevoked_to = revoked.seq - 1;
    mesh_roster(day)->logs[1].revoked_seq = cleared.seq - 1;
    mesh_roster(day)->logs[1].unrevoked_to = cleared.seq - 1;
    mesh_refold(codes);
    mesh_refold(day);
    for (uint32_t node = 0; node < 3; node++) {
        assert_int_equal(generation_at(codes, node), 1);
        assert_int_equal(cleared_at(day, node), 1);
    }
    mesh_free(codes);
    mesh_free(day);
}

TEST(sheet, who_sets_the_popup_counts_codes_and_who_takes_orders_clearings)
{
    static const enum capability wanting[] = {CAP_POPUP, CAP_ORDER};
    for (size_t i = 0; i < 2; i++) {
        struct mesh *codes = mesh_of_codes(2);
        struct mesh *day = mesh_of_day(2);
        mesh_roster(codes)->logs[1].capabilities = ~capability_bit(wanting[i]);
        mesh_roster(day)->logs[1].capabilities = ~capability_bit(wanting[i]);
        (void)write_codes(codes, 1, OWN, 1);
        (void)write_clear(day, 1, DAY, 1);
        mesh_sync(codes);
        mesh_sync(day);
        assert_int_equal(count_at(codes, 0), wanting[i] == CAP_POPUP ? 0 : 1);
        assert_int_equal(count_at(day, 0), wanting[i] == CAP_POPUP ? 1 : 0);
        mesh_free(codes);
        mesh_free(day);
    }
}

TEST(sheet, all_who_made_the_newest_codes_are_known_and_of_the_older_nobody)
{
    struct mesh *mesh = mesh_of_codes(3);
    (void)write_codes(mesh, 0, OWN, 1);
    (void)write_codes(mesh, 1, OWN, 3);
    (void)write_codes(mesh, 2, OWN, 3);
    (void)write_codes(mesh, 2, OWN, 3);
    mesh_sync(mesh);
    for (uint32_t node = 0; node < 3; node++) {
        const struct sheet sheet = sheet_at(mesh, node);
        assert_int_equal(mesh_history(mesh, node)->count, 2);
        for (uint32_t maker = 0; maker < 3; maker++) {
            assert_int_equal(sheet_is_made_by(&sheet, mesh_log(maker)), maker > 0);
        }
    }
    mesh_free(mesh);
}

TEST(sheet, what_speaks_of_another_table_or_day_or_makes_no_sense_is_as_none)
{
    static const uint8_t senseless[] = {0x91, 0xc0};
    struct mesh *codes = mesh_of_codes(1);
    struct mesh *day = mesh_of_day(1);
    (void)write_codes(codes, 0, OWN + 1, 1);
    (void)write_clear(codes, 0, DAY, 1); /* a day's, said of the table */
    (void)mesh_write(codes, 0, EVENT_SHEET_SET, 1, bytes_of(senseless, sizeof senseless));
    (void)write_clear(day, 0, DAY + 1, 1);
    (void)write_codes(day, 0, OWN, 1); /* the table's, said of a day */
    (void)mesh_write(day, 0, EVENT_SHEET_CLEAR, 1, bytes_of(senseless, sizeof senseless));
    assert_int_equal(sheet_at(codes, 0).table, 0);
    assert_int_equal(count_at(codes, 0), 0);
    assert_int_equal(count_at(day, 0), 0);
    mesh_free(codes);
    mesh_free(day);
}

/* Nothing of it is pruned, and whatever is known besides counts. */
TEST(sheet, what_newer_software_says_of_a_table_is_kept_and_shown_as_such)
{
    struct mesh *mesh = mesh_of_codes(2);
    (void)write_codes(mesh, 0, OWN, 1);
    (void)mesh_write(mesh, 1, 1001, 1, bytes_of("\x90", 1));
    mesh_sync(mesh);
    assert_false(sheet_at(mesh, 0).is_opaque);
    assert_int_equal(mesh_history(mesh, 0)->count, 2);
    (void)mesh_write(mesh, 1, 1002, 1, bytes_of("\x90", 1));
    mesh_sync(mesh);
    assert_true(sheet_at(mesh, 0).is_opaque);
    assert_int_equal(generation_at(mesh, 0), 1);
    mesh_free(mesh);
}

/* --- entities and bodies --- */

TEST(sheet, each_day_of_each_table_is_an_entity_of_its_own)
{
    static const struct {
        uint64_t table, day;
    } days[] = {{1, 0}, {1, 1}, {2, 1}, {TABLE_NUMBER_MAX, 1}, {1, 1000000}, {1, 999999}};
    enum { DAYS = sizeof days / sizeof days[0] };
    for (size_t i = 0; i < DAYS; i++) {
        const struct entity_id own = sheet_day_entity(days[i].table, days[i].day);
        const struct entity_id codes = sheet_entity(days[i].table);
        assert_false(entity_id_equal(&own, &codes));
        for (size_t k = 0; k < i; k++) {
            const struct entity_id other = sheet_day_entity(days[k].table, days[k].day);
            assert_false(entity_id_equal(&own, &other));
        }
    }
}

TEST(sheet, a_body_names_a_table_a_day_and_a_count_that_there_can_be)
{
    static const struct {
        uint8_t data[16];
        size_t size;
    } codes[] = {{{0x92, 0, 1}, 3},                                /* table 0 */
                 {{0x92, 0xce, 0x00, 0x01, 0x86, 0xa0, 1}, 7},     /* 100000 */
                 {{0x92, 7, 0}, 3},                                /* no code */
                 {{0x92, 7, 0xce, 0xff, 0xff, 0xff, 0xff}, 7}},    /* odd for ever */
        days[] = {{{0x93, 0, 3, 1}, 4},                            /* table 0 */
                  {{0x93, 7, 0xce, 0x00, 0x0f, 0x42, 0x41, 1}, 8}, /* day 1000001 */
                  {{0x93, 7, 3, 0}, 4},                            /* not cleared */
                  {{0x93, 7, 3, 0xce, 0xff, 0xff, 0xff, 0xff}, 8}};
    static const uint8_t longer_set[] = {0x93, 7, 1, 0xc0};
    static const uint8_t longer_clear[] = {0x94, 7, 0, 2, 0xc0};
    struct sheet_set set = {.codes = 0};
    struct sheet_clear clear = {.count = 0};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        assert_int_not_equal(sheet_set_decode(bytes_of(codes[i].data, codes[i].size), &set), 0);
        assert_int_not_equal(sheet_clear_decode(bytes_of(days[i].data, days[i].size), &clear), 0);
    }
    assert_int_equal(set.codes + clear.count, 0);
    assert_int_equal(sheet_set_decode(bytes_of(longer_set, sizeof longer_set), &set), 0);
    assert_int_equal(set.table + set.codes, 7 + 1);
    assert_int_equal(sheet_clear_decode(bytes_of(longer_clear, sizeof longer_clear), &clear), 0);
    assert_int_equal(clear.table + clear.day + clear.count, 7 + 2);
}
