/* What a station has to make, whether that is too much, and how long it takes. */
#include "sync/domain/busy.h"

#include <string.h>

#include "sync/domain/record.h"
#include "tests/lib/prng.h"
#include "tests/lib/test.h"

static struct order order;

static struct order_line *line_at(uint32_t i, const char *station, int32_t quantity)
{
    struct order_line *line = &order.lines[i];
    memset(line, 0, sizeof *line);
    *line = (struct order_line){
        .id = i + 1, .station = bytes_of_text(station), .quantity = quantity, .is_active = true};
    order.lines_count = i + 1;
    return line;
}

static uint32_t units_at(const char *station)
{
    return busy_units(&order, bytes_of_text(station));
}

static void begin(void)
{
    memset(&order, 0, sizeof order);
    order.phase = PHASE_ACCEPTED;
}

TEST(busy, a_station_has_to_make_its_own_lines_and_no_other)
{
    begin();
    (void)line_at(0, "grill", 3);
    (void)line_at(1, "bar", 2);
    (void)line_at(2, "", 9);
    assert_int_equal(units_at("grill"), 3);
    assert_int_equal(units_at("bar"), 2);
    assert_int_equal(units_at(""), 0);
}

TEST(busy, what_is_made_voided_or_given_out_is_nothing_to_make)
{
    begin();
    (void)line_at(0, "grill", 5);
    line_at(1, "grill", 7)->progress = LINE_DONE;
    line_at(2, "grill", 7)->is_active = false;
    line_at(3, "grill", 7)->handed = 6;
    line_at(4, "grill", 2)->progress = LINE_STARTED;
    assert_int_equal(units_at("grill"), 5 + 1 + 2);
}

TEST(busy, an_order_that_nobody_placed_or_that_was_cancelled_is_nothing_to_make)
{
    static const struct {
        enum order_phase phase;
        uint32_t units;
    } cases[] = {{PHASE_DRAFT, 0}, {PHASE_PLACED, 3},  {PHASE_ACCEPTED, 3},  {PHASE_COOKING, 3},
                 {PHASE_READY, 0}, {PHASE_REFUSED, 0}, {PHASE_COMPLETED, 0}, {PHASE_CANCELLED, 0}};
    begin();
    (void)line_at(0, "grill", 3);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        order.phase = cases[i].phase;
        assert_int_equal(units_at("grill"), cases[i].units);
    }
}

TEST(busy, a_station_is_busy_above_its_throttle_and_full_above_four_times_that)
{
    assert_int_equal(busy_judge(20, 0), BUSY_NOT);
    assert_int_equal(busy_judge(20, 20), BUSY_NOT);
    assert_int_equal(busy_judge(20, 21), BUSY_SLOW);
    assert_int_equal(busy_judge(20, 80), BUSY_SLOW);
    assert_int_equal(busy_judge(20, 81), BUSY_FULL);
    assert_int_equal(busy_judge(STATION_THROTTLE_NONE, UINT32_MAX), BUSY_NOT);
}

TEST(busy, whoever_comes_to_a_free_station_is_let_in_however_much_he_orders)
{
    for (uint32_t throttle = 1; throttle <= STATION_THROTTLE_NONE; throttle++) {
        assert_int_equal(busy_judge(throttle, 0), BUSY_NOT);
    }
}

TEST(busy, more_to_make_is_never_less_busy_nor_a_shorter_wait_nor_is_a_slower_station)
{
    struct prng prng = {.state = 44};
    for (int turn = 0; turn < 20000; turn++) {
        const uint32_t throttle = 1 + (uint32_t)prng_below(&prng, STATION_THROTTLE_NONE - 1);
        const uint32_t load = (uint32_t)prng_below(&prng, 8000);
        const uint32_t more = load + (uint32_t)prng_below(&prng, 100);
        const uint32_t faster = throttle + (uint32_t)prng_below(&prng, 50);
        uint64_t low, high, low_more, high_more, low_faster, high_faster;
        busy_range(throttle, load, &low, &high);
        busy_range(throttle, more, &low_more, &high_more);
        busy_range(faster, load, &low_faster, &high_faster);
        assert_true(0 < low && low < high);
        assert_true(low <= low_more && high <= high_more);
        assert_true(low_faster <= low && high_faster <= high);
        assert_true(busy_judge(throttle, load) <= busy_judge(throttle, more));
        assert_true(busy_judge(faster, load) <= busy_judge(throttle, load));
    }
}

TEST(busy, a_hundred_units_of_a_station_that_makes_twenty_take_25_to_35_minutes)
{
    uint64_t low, high;
    busy_range(20, 100, &low, &high);
    assert_int_equal(low, 25 * 60 * 1000);
    assert_int_equal(high, 35 * 60 * 1000);
}
