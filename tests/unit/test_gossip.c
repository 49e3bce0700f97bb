/* Each device gets each event once in a full mesh and hardly more often in others, and soon. */
#include "tests/lib/gossip.h"

#include "tests/lib/test.h"

enum { ORDERS = 40, INTERVAL_MS = 50, LOSS_ODDS = 200 };

static struct gossip_figures run_of(enum gossip_topology topology, uint32_t nodes,
                                    uint32_t loss_odds)
{
    struct gossip_setup setup = {.topology = topology,
                                 .nodes = nodes,
                                 .loss_odds = loss_odds,
                                 .orders = ORDERS,
                                 .interval_ms = INTERVAL_MS,
                                 .seed = 1};
    struct gossip_figures figures;
    gossip_run(&setup, &figures);
    assert_true(figures.is_converged);
    return figures;
}

TEST(gossip, a_full_mesh_delivers_each_event_once)
{
    struct gossip_figures figures = run_of(GOSSIP_FULL, 8, 0);
    assert_true(figures.copies <= 1.05);
    assert_true(figures.p99_ms <= 20);
}

TEST(gossip, a_partial_mesh_delivers_each_event_at_most_three_times_and_without_asking)
{
    static const enum gossip_topology partial[] = {GOSSIP_STAR, GOSSIP_TWO_CLIQUES, GOSSIP_RANDOM};
    for (size_t i = 0; i < sizeof partial / sizeof *partial; i++) {
        struct gossip_figures figures = run_of(partial[i], 12, 0);
        assert_true(figures.copies <= 3);
        assert_true(figures.p99_ms <= 60);
    }
}

/* Now and then a device takes two runs of a log in one turn: both go on, not the second alone. */
TEST(gossip, along_a_line_every_event_is_pushed_from_end_to_end)
{
    struct gossip_setup setup = {.topology = GOSSIP_LINE,
                                 .nodes = 8,
                                 .orders = 5 * ORDERS,
                                 .interval_ms = INTERVAL_MS,
                                 .seed = 1};
    struct gossip_figures figures;
    gossip_run(&setup, &figures);
    assert_true(figures.is_converged);
    assert_true(figures.copies <= 1.05);
    assert_true(figures.max_ms <= 100);
}

TEST(gossip, lost_links_cost_few_copies_and_all_arrives)
{
    assert_true(run_of(GOSSIP_FULL, 8, LOSS_ODDS).copies <= 1.1);
    assert_true(run_of(GOSSIP_LINE, 6, LOSS_ODDS).copies <= 3);
}
