/* test_bell.c - who waits at a bell goes on when it is rung, when it is time, and at the end. */
#include "tests/lib/test.h"

#include <stdatomic.h>
#include <unistd.h>

#include "node/os/bell.h"
#include "node/os/clock.h"

enum {
    SOON_S = 60 /* and who still waits then waits for nothing: the program ends */,
    ROUNDS = 1000
};

/* A thread that waits at one bell and tells at another how often it went on. */
struct waiter {
    struct bell bell, told;
    pthread_t thread;
    atomic_uint heard;
    atomic_bool has_left;
};

static void *waiter_run(void *context)
{
    struct waiter *waiter = context;
    while (bell_wait(&waiter->bell, UINT64_MAX)) {
        atomic_fetch_add(&waiter->heard, 1);
        bell_ring(&waiter->told);
    }
    atomic_store(&waiter->has_left, true);
    bell_ring(&waiter->told);
    return NULL;
}

static void begin(struct waiter *waiter)
{
    (void)alarm(SOON_S);
    bell_open(&waiter->bell);
    bell_open(&waiter->told);
    assert_int_equal(pthread_create(&waiter->thread, NULL, waiter_run, waiter), 0);
}

static void end(struct waiter *waiter)
{
    bell_end(&waiter->bell);
    while (!atomic_load(&waiter->has_left)) {
        assert_true(bell_wait(&waiter->told, UINT64_MAX));
    }
    assert_int_equal(pthread_join(waiter->thread, NULL), 0);
    bell_close(&waiter->bell);
    bell_close(&waiter->told);
    (void)alarm(0);
}

TEST(bell, each_ring_is_heard_by_who_waits_however_long)
{
    static struct waiter waiter;
    begin(&waiter);
    for (unsigned i = 0; i < ROUNDS; i++) {
        bell_ring(&waiter.bell);
        while (atomic_load(&waiter.heard) == i) {
            assert_true(bell_wait(&waiter.told, UINT64_MAX));
        }
        assert_int_equal(atomic_load(&waiter.heard), i + 1);
    }
    end(&waiter);
    assert_int_equal(atomic_load(&waiter.heard), ROUNDS);
}

TEST(bell, at_the_end_who_waits_goes_and_nobody_waits_any_more)
{
    static struct waiter waiter;
    begin(&waiter);
    end(&waiter);
    assert_int_equal(atomic_load(&waiter.heard), 0);
    struct bell bell;
    bell_open(&bell);
    bell_end(&bell);
    bell_ring(&bell);
    assert_false(bell_wait(&bell, UINT64_MAX));
    assert_false(bell_wait(&bell, UINT64_MAX));
    bell_close(&bell);
}

TEST(bell, rung_before_anybody_waits_it_is_heard_once_however_often_it_was)
{
    struct bell bell;
    bell_open(&bell);
    bell_ring(&bell);
    bell_ring(&bell);
    assert_true(bell_wait(&bell, UINT64_MAX));
    const uint64_t until_ms = clock_mono_ms() + 20;
    assert_true(bell_wait(&bell, until_ms)); /* nothing is heard of the second */
    assert_true(clock_mono_ms() >= until_ms);
    bell_close(&bell);
}

TEST(bell, a_time_that_has_come_is_not_waited_for_and_one_that_comes_ends_the_waiting)
{
    struct bell bell;
    bell_open(&bell);
    assert_true(bell_wait(&bell, 0));
    assert_true(bell_wait(&bell, clock_mono_ms()));
    for (uint64_t ms = 1; ms <= 64; ms *= 4) {
        const uint64_t until_ms = clock_mono_ms() + ms;
        assert_true(bell_wait(&bell, until_ms));
        assert_true(clock_mono_ms() >= until_ms);
    }
    bell_close(&bell);
}
