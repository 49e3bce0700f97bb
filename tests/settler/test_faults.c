/* test_faults.c - each story once more with a store that fails once, a process that ends once, for
 * each place where that may happen: in the end all is as without it, and nothing was taken or given
 * back twice.
 *
 * TRESTLE_SETTLER_PLACES=all takes every place, which is some minutes; otherwise two of each kind
 * in each story, spread over all of it.
 */
#include "tests/lib/test.h"

#include <stdlib.h>
#include <string.h>

#include "tests/settler/stories.h"

enum { PLACES_EACH = 2, HOUR_MS = 60 * 60 * 1000 };

/* How often the story came by such places. */
static uint64_t places_of(const struct scene_fault *fault)
{
    switch (fault->strike) {
    case STRIKE_OWN:
        return store_memory_calls(scene->own, fault->call);
    case STRIKE_NODE:
        return store_memory_calls(scene->host.store, fault->call);
    case STRIKE_BEGIN:
        return scene->begins;
    case STRIKE_READ:
        return scene->host.reads;
    case STRIKE_KILLED:
    case STRIKE_LOST:
        return scene->commits;
    case STRIKE_NONE:
    case STRIKE_PATHS:
        break;
    }
    return 0;
}

static uint64_t stride_of(uint64_t places)
{
    const bool is_all = getenv("TRESTLE_SETTLER_PLACES") != NULL;
    return is_all || places <= PLACES_EACH ? 1 : places / PLACES_EACH;
}

static struct scene_outcome play(const struct story *story, const struct scene_fault *fault)
{
    scene_begin(fault);
    story->play();
    return scene_outcome();
}

static void expect_same(const struct story *story, const struct scene_fault *fault,
                        const struct scene_outcome *good)
{
    const struct scene_outcome outcome = play(story, fault);
    if (memcmp(&outcome, good, sizeof outcome) != 0 || !provider_is_sane(&scene->provider)) {
        fail_msg("%s, fault %d of call %d, the %u-th, %d: captured %lld, refunded %lld, held %lld, "
                 "open %u",
                 story->name, (int)fault->strike, (int)fault->call, fault->nth, fault->err,
                 (long long)outcome.books.captured, (long long)outcome.books.refunded,
                 (long long)outcome.books.held, (unsigned)outcome.books.open);
    }
    scene_end();
}

/* @salt: where among them to begin. */
static uint64_t each_place(const struct story *story, const struct scene_fault *kind,
                           uint64_t places, uint64_t salt, const struct scene_outcome *good)
{
    const uint64_t stride = stride_of(places);
    struct scene_fault fault = *kind;
    uint64_t trials = 0;
    for (uint64_t nth = 1 + salt % stride; nth <= places; nth += stride, trials++) {
        fault.nth = (unsigned)nth;
        expect_same(story, &fault, good);
    }
    return trials;
}

enum { KINDS_MAX = 9 };

static void each_kind(const struct scene_fault *kinds, size_t count)
{
    uint64_t trials = 0;
    struct scene *it = scene_new();
    for (uint32_t i = 0; i < stories_count; i++) {
        const struct scene_outcome good = play(&stories[i], NULL);
        uint64_t places[KINDS_MAX];
        for (size_t kind = 0; kind < count; kind++) {
            places[kind] = places_of(&kinds[kind]);
        }
        scene_end();
        for (size_t kind = 0; kind < count; kind++) {
            trials += each_place(&stories[i], &kinds[kind], places[kind], 13 * i + kind, &good);
        }
    }
    assert_true(trials >= stories_count);
    scene_free(it);
}

TEST(settler, comes_to_the_same_end_when_its_own_store_fails_once)
{
    static const struct scene_fault kinds[] = {
        {.strike = STRIKE_OWN, .call = MEMORY_GET, .err = ERR_IO},
        {.strike = STRIKE_OWN, .call = MEMORY_OPEN, .err = ERR_IO},
        {.strike = STRIKE_OWN, .call = MEMORY_PUT, .err = ERR_FULL},
        {.strike = STRIKE_OWN, .call = MEMORY_PUT, .err = ERR_IO},
        {.strike = STRIKE_OWN, .call = MEMORY_DEL, .err = ERR_FULL},
        {.strike = STRIKE_OWN, .call = MEMORY_DEL, .err = ERR_IO},
        {.strike = STRIKE_OWN, .call = MEMORY_COMMIT, .err = ERR_FULL},
        {.strike = STRIKE_OWN, .call = MEMORY_COMMIT, .err = ERR_IO},
        {.strike = STRIKE_BEGIN, .err = ERR_IO},
    };
    each_kind(kinds, sizeof kinds / sizeof *kinds);
}

TEST(settler, comes_to_the_same_end_when_the_nodes_store_cannot_be_read_once)
{
    static const struct scene_fault kinds[] = {
        {.strike = STRIKE_NODE, .call = MEMORY_GET, .err = ERR_IO},
        {.strike = STRIKE_NODE, .call = MEMORY_OPEN, .err = ERR_IO},
        {.strike = STRIKE_READ, .err = ERR_BUSY},
    };
    each_kind(kinds, sizeof kinds / sizeof *kinds);
}

TEST(settler, comes_to_the_same_end_when_it_is_killed_once)
{
    static const struct scene_fault kinds[] = {
        {.strike = STRIKE_KILLED},
        {.strike = STRIKE_LOST},
    };
    each_kind(kinds, sizeof kinds / sizeof *kinds);
}

TEST(settler, shows_nobody_a_form_that_became_another_whatever_write_fails_once)
{
    struct scene *it = scene_new();
    uint64_t puts = 0;
    for (uint64_t nth = 0; nth <= puts; nth++) {
        const struct scene_fault fault = {.strike = nth > 0 ? STRIKE_OWN : STRIKE_NONE,
                                          .call = MEMORY_PUT,
                                          .nth = (unsigned)nth,
                                          .err = ERR_IO};
        scene_begin(&fault);
        const uint32_t order = scene_place(1);
        assert_true(scene_pay(order));
        const uint32_t before = scene->provider.intents_count;
        for (uint32_t i = 0; i < before; i++) {
            scene->provider.intents[i].amount++; /* by hand, at the provider */
        }
        (void)scene_pay_once(order); /* refused, or another that is right */
        scene_run(HOUR_MS);
        for (uint32_t i = 0; i < before; i++) {
            assert_string_equal(scene->provider.intents[i].status, "canceled");
        }
        puts = nth == 0 ? store_memory_calls(scene->own, MEMORY_PUT) : puts;
        scene_end();
    }
    assert_true(puts > 0);
    scene_free(it);
}

/* A story fails many times here; each way through the code to a store fails once. */
TEST(settler, comes_to_the_same_end_when_each_way_to_a_store_fails_once)
{
    struct scene *it = scene_new();
    const struct scene_fault fault = {.strike = STRIKE_PATHS};
    uint64_t failed = 0;
    for (uint32_t i = 0; i < stories_count; i++) {
        const struct scene_outcome good = play(&stories[i], NULL);
        scene_end();
        const struct scene_outcome outcome = play(&stories[i], &fault);
        failed += store_memory_paths_failed(scene->own);
        if (memcmp(&outcome, &good, sizeof outcome) != 0 || !provider_is_sane(&it->provider)) {
            fail_msg("%s: another end", stories[i].name);
        }
        scene_end();
    }
    assert_true(failed > 100);
    scene_free(it);
}
