/* test_rate.c - how often one client may ask, in time that the test says. */
#include <stdio.h>

#include "node/access/rate_class.h"
#include "node/os/entropy.h"
#include "tests/lib/test.h"

static struct rates rates;
static uint64_t wait_ms;
static const struct rate_limit limit = {.per_s = 10, .burst = 5};

static void begin(void)
{
    assert_int_equal(entropy_start(), 0);
    rates_init(&rates);
}

static int take(const char *client, uint64_t now_ms)
{
    return rates_take(&rates, RATE_READ, bytes_of_text(client), limit, now_ms, &wait_ms);
}

TEST(rate, a_burst_passes_and_then_one_for_each_that_time_gives_back)
{
    begin();
    for (int i = 0; i < 5; i++) {
        assert_int_equal(take("ada", 1000), 0);
    }
    assert_int_equal(take("ada", 1000), ERR_LIMIT);
    assert_int_equal(wait_ms, 100);
    assert_int_equal(take("ada", 1099), ERR_LIMIT);
    assert_int_equal(take("ada", 1100), 0);
    assert_int_equal(take("ada", 1100), ERR_LIMIT);
    for (int i = 0; i < 5; i++) { /* after a rest all of it, and no more */
        assert_int_equal(take("ada", 99000), 0);
    }
    assert_int_equal(take("ada", 99000), ERR_LIMIT);
}

TEST(rate, one_client_and_one_class_do_not_spend_another_s)
{
    begin();
    for (int i = 0; i < 5; i++) {
        assert_int_equal(take("ada", 1000), 0);
    }
    assert_int_equal(take("bob", 1000), 0);
    assert_int_equal(rates_take(&rates, RATE_WRITE, bytes_of_text("ada"), limit, 1000, &wait_ms),
                     0);
}

TEST(rate, a_flood_of_clients_takes_no_room_and_shuts_nobody_out)
{
    char client[32];
    begin();
    for (unsigned i = 0; i < 50000; i++) {
        (void)snprintf(client, sizeof client, "client %u", i);
        assert_int_equal(take(client, 1000), 0);
    }
    assert_int_equal(take("ada", 1000), 0);
}

TEST(rate, every_class_but_the_unsaid_has_a_limit)
{
    for (int rate = RATE_UNSAID + 1; rate < RATE_CLASS_COUNT; rate++) {
        const struct rate_limit of = rate_class_limit((enum rate_class)rate);
        assert_true(of.per_s > 0 && of.burst >= of.per_s);
    }
    assert_int_equal(rate_class_limit(RATE_UNSAID).burst, 0);
    assert_string_equal(rate_class_text(RATE_SIGN_IN), "sign-in");
}
