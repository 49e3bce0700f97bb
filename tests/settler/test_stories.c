/* test_stories.c - what is taken and given back is what the orders say, story by story. */
#include "tests/lib/test.h"

#include "tests/settler/stories.h"

static void expect_books(const struct story *story)
{
    const struct provider_books books = provider_books(&scene->provider);
    const bool is_right = books.captured == story->books.captured &&
                          books.refunded == story->books.refunded &&
                          books.held == story->books.held && books.open == story->books.open;
    if (!is_right || !provider_is_sane(&scene->provider)) {
        fail_msg("%s: captured %lld, refunded %lld, held %lld, open %u", story->name,
                 (long long)books.captured, (long long)books.refunded, (long long)books.held,
                 (unsigned)books.open);
    }
}

/* What the provider has of our orders, they say too. */
static void expect_ledgers(const struct story *story)
{
    const struct scene_outcome outcome = scene_outcome();
    int64_t paid = 0, refunded = 0;
    for (uint32_t i = 0; i < outcome.orders_count; i++) {
        paid += outcome.orders[i].paid;
        refunded += outcome.orders[i].refunded;
    }
    if (paid != outcome.books.captured || refunded != outcome.books.refunded) {
        fail_msg("%s: the orders say %lld paid, %lld refunded", story->name, (long long)paid,
                 (long long)refunded);
    }
}

TEST(settler, takes_and_gives_back_what_the_orders_say)
{
    struct scene *it = scene_new();
    for (uint32_t i = 0; i < stories_count; i++) {
        scene_begin(NULL);
        stories[i].play();
        expect_books(&stories[i]);
        expect_ledgers(&stories[i]);
        scene_end();
    }
    scene_free(it);
}
