/* faults.c - what goes wrong, as often as the seed says. */
#include <stddef.h>
#include <string.h>

#include "tests/sim/sim_internal.h"

enum {
    OUTAGE_MAX_MS = 3000,
    STORE_CALLS_MAX = 60,
    SLOW_MAX_MS = 400,
    COMMIT_WAIT_MS = 300, /* how long a crash waits for a commit to hit */
    YEAR_MS_DAYS = 365,
    DAY_MS = 24 * 3600 * 1000,
    RATE_TRUE = 10000,
    RATE_OFF = 500,     /* 5 % */
    FORKING_ONE_IN = 4, /* seeds */
    FORGING_ONE_IN = 6,
    FORGE_ODDS_MAX = 2000,
    LYING_ONE_IN = 4,     /* of the others */
    MIXED_ONE_IN = 2,     /* of those without either, and with sound disks */
    SCRUBBING_ONE_IN = 6, /* of those with sound disks */
    SCRUB_RECORDS = 6,
    COMBINED_ONE_IN = 3, /* of those with one disaster: with a second, and a third */
};

static uint32_t node_draw(struct sim *sim)
{
    return sim_node_draw(sim);
}

/* Every other one hits in the middle of a commit, if there is one soon. */
static void crash(struct sim *sim)
{
    const uint32_t at = node_draw(sim);
    const struct cluster_node *node = &sim->cluster->nodes[at];
    const uint64_t until_ms = sim->cluster->now_ms + COMMIT_WAIT_MS;
    if (prng_one_in(&sim->prng, 2)) {
        while (node->txn == NULL && !sim->is_failed && cluster_step(sim->cluster, until_ms)) {
        }
    }
    if (node->is_running) {
        cluster_crash(sim->cluster, at);
        cluster_restart(sim->cluster, at, 20 + sim_below(sim, OUTAGE_MAX_MS));
    }
}

static void store_fail(struct sim *sim, enum store_memory_call call, int err)
{
    const struct cluster_store_fault fault = {
        .call = call,
        .nth = call == MEMORY_COMMIT ? 1 : 1 + (unsigned)sim_below(sim, STORE_CALLS_MAX),
        .err = err};
    cluster_fail_store(sim->cluster, node_draw(sim), &fault);
}

static void store_full(struct sim *sim)
{
    store_fail(sim, prng_one_in(&sim->prng, 4) ? MEMORY_COMMIT : MEMORY_PUT, ERR_FULL);
}

static void store_io(struct sim *sim)
{
    store_fail(sim, prng_one_in(&sim->prng, 2) ? MEMORY_GET : MEMORY_PUT, ERR_IO);
}

static void store_commit(struct sim *sim)
{
    store_fail(sim, MEMORY_COMMIT, ERR_IO);
}

static void clock_jump(struct sim *sim)
{
    const int64_t days = prng_between(&sim->prng, -YEAR_MS_DAYS, YEAR_MS_DAYS);
    const int64_t by_ms = days * DAY_MS + (int64_t)sim_below(sim, DAY_MS);
    cluster_jump_clock(sim->cluster, node_draw(sim), by_ms);
}

static void clock_rate(struct sim *sim)
{
    const int64_t rate = prng_between(&sim->prng, RATE_TRUE - RATE_OFF, RATE_TRUE + RATE_OFF);
    cluster_set_rate(sim->cluster, node_draw(sim), (uint32_t)rate);
}

static void slow(struct sim *sim)
{
    const bool is_slow = prng_one_in(&sim->prng, 2);
    const uint32_t slow_ms = is_slow ? 1 + (uint32_t)sim_below(sim, SLOW_MAX_MS) : 0;
    cluster_set_slow(sim->cluster, node_draw(sim), slow_ms);
}

/* What is drawn for, by the name that --without takes. */
static const struct {
    const char *name;
    size_t odds; /* in struct odds */
    void (*act)(struct sim *sim);
} faults[] = {
    {"reset", offsetof(struct odds, reset), fault_reset},
    {"partition", offsetof(struct odds, partition), fault_partition},
    {"one-way", offsetof(struct odds, one_way), fault_one_way},
    {"swizzle", offsetof(struct odds, swizzle), fault_swizzle},
    {"flap", offsetof(struct odds, flap), fault_flap},
    {"slow-reader", offsetof(struct odds, slow_reader), fault_slow_reader},
    {"crash", offsetof(struct odds, crash), crash},
    {"full", offsetof(struct odds, full), store_full},
    {"io", offsetof(struct odds, io), store_io},
    {"commit", offsetof(struct odds, commit), store_commit},
    {"jump", offsetof(struct odds, jump), clock_jump},
    {"rate", offsetof(struct odds, rate), clock_rate},
    {"slow", offsetof(struct odds, slow), slow},
    {"two-links", offsetof(struct odds, two_links), fault_two_links},
    {"copy", offsetof(struct odds, copy), fault_copy},
    {"roll-back", offsetof(struct odds, roll_back), fault_roll_back},
    {"clone", offsetof(struct odds, clone), fault_clone},
    {"fork-twice", offsetof(struct odds, fork_twice), fault_fork_twice},
    {"liar", offsetof(struct odds, liar), liar_act},
    {"flip", offsetof(struct odds, flip), fault_flip},
    {"upgrade", offsetof(struct odds, upgrade), fault_upgrade},
};

/* What the network and the people do wrong all the time. */
static const struct {
    const char *name;
    size_t knob; /* in struct cluster_knobs */
} habits[] = {
    {"straggle", offsetof(struct cluster_knobs, straggle_odds)},
    {"duplicate", offsetof(struct cluster_knobs, duplicate_odds)},
    {"forge", offsetof(struct cluster_knobs, forge_odds)},
};

enum { FAULTS = sizeof faults / sizeof *faults, HABITS = sizeof habits / sizeof *habits };

const char *sim_fault_name(unsigned at)
{
    if (at < FAULTS) {
        return faults[at].name;
    }
    return at < FAULTS + HABITS ? habits[at - FAULTS].name : NULL;
}

static bool is_without(const struct sim *sim, unsigned at)
{
    return (sim->options.without >> at & 1) != 0;
}

static void habits_drop(struct sim *sim)
{
    for (unsigned i = 0; i < HABITS; i++) {
        if (is_without(sim, FAULTS + i)) {
            memset((char *)&sim->cluster->knobs + habits[i].knob, 0, sizeof(uint32_t));
        }
    }
}

/* A third of the seeds do without each. */
static uint32_t odds_draw(struct sim *sim, uint32_t most)
{
    return prng_one_in(&sim->prng, 3) ? 0 : 1 + (uint32_t)sim_below(sim, most);
}

/* Clones, a liar, flipped bits, old software: mostly one of them, at times several. What is drawn
 * for that comes from numbers of its own, so that the other runs are as they were without. */
static void disasters_draw(struct sim *sim)
{
    struct odds *odds = &sim->odds;
    struct prng also = {.state = ~(sim->seed << 1)};
    sim->is_copying = !sim->is_large && prng_one_in(&sim->prng, FORKING_ONE_IN);
    const bool is_lying = sim->is_copying ? prng_one_in(&also, COMBINED_ONE_IN)
                                          : prng_one_in(&sim->prng, LYING_ONE_IN);
    if (is_lying && !sim->is_sparse) { /* who relays nothing would cut a line in two */
        liar_draw(sim);
        odds->liar = odds_draw(sim, 400);
    }
    if (sim->is_copying) {
        odds->copy = odds_draw(sim, 200);
        odds->roll_back = odds_draw(sim, 200);
        odds->clone = odds_draw(sim, 500);
        odds->fork_twice = odds_draw(sim, 400);
    }
    sim->is_forging = prng_one_in(&sim->oracle_prng, FORGING_ONE_IN);
    if (sim->is_forging) {
        sim->cluster->knobs.forge_odds = 1 + (uint32_t)sim_oracle_below(sim, FORGE_ODDS_MAX);
    }
    sim->is_forking = sim->is_copying || sim->liar.is_on;
    const bool is_lying_only =
        sim->liar.is_on && !sim->is_copying; /* else who holds what may lose it */
    if (!sim->is_forking || (is_lying_only && prng_one_in(&also, COMBINED_ONE_IN))) {
        odds->flip = odds_draw(sim, 60);
        flips_draw(sim);
    }
    if (sim->liar.is_on && sim->flips.node == sim->liar.node) {
        odds->flip = 0;
    }
    const bool is_alone = !sim->is_forking && odds->flip == 0;
    const bool is_mixed =
        is_alone ? prng_one_in(&sim->prng, MIXED_ONE_IN) : prng_one_in(&also, COMBINED_ONE_IN);
    if (is_mixed) {
        versions_draw(sim);
        odds->upgrade = odds_draw(sim, 60);
    }
}

void faults_draw(struct sim *sim)
{
    struct odds *odds = &sim->odds;
    *odds = (struct odds){0}; /* one draw a statement: compilers differ in the order */
    odds->reset = odds_draw(sim, 1500);
    odds->partition = odds_draw(sim, 400);
    odds->heal = odds_draw(sim, 500);
    odds->one_way = odds_draw(sim, 300);
    odds->swizzle = odds_draw(sim, 150);
    odds->flap = odds_draw(sim, 200);
    odds->slow_reader = odds_draw(sim, 150);
    odds->crash = odds_draw(sim, 400);
    odds->full = odds_draw(sim, 300);
    odds->io = odds_draw(sim, 300);
    odds->commit = odds_draw(sim, 150);
    odds->jump = odds_draw(sim, 200);
    odds->rate = odds_draw(sim, 200);
    odds->slow = odds_draw(sim, 300);
    odds->two_links = sim->is_large || sim->is_sparse ? 0 : odds_draw(sim, 200);
    odds->retry_here = odds_draw(sim, 2000);
    odds->retry_elsewhere = odds_draw(sim, 1500);
    disasters_draw(sim);
    if (odds->flip == 0 && prng_one_in(&sim->oracle_prng, SCRUBBING_ONE_IN)) {
        sim->cluster->knobs.scrub_records = SCRUB_RECORDS; /* and finds nothing: else an alarm */
    }
    sim->clones = 0;
    cluster_copy_free(&sim->copy);
    sim->gap_max_ms = 4 + (uint32_t)sim_below(sim, 150);
    net_begin(sim);
    habits_drop(sim);
}

static uint32_t odds_of(const struct sim *sim, unsigned at)
{
    uint32_t odds;
    memcpy(&odds, (const char *)&sim->odds + faults[at].odds, sizeof odds);
    return odds;
}

/* Each fault draws from numbers of its own, of which one is taken whether or not it strikes: so
 * that a run without one of them is otherwise as much the same as can be. */
void faults_act(struct sim *sim)
{
    for (unsigned i = 0; i < FAULTS && !sim->is_failed; i++) {
        const uint64_t own = prng_next(&sim->prng);
        const struct prng others = sim->prng;
        sim->prng.state = own;
        if (sim_chance(sim, odds_of(sim, i)) && !is_without(sim, i)) {
            faults[i].act(sim);
        }
        sim->prng = others;
    }
    net_act(sim);
}

/* Who was lied to over a link takes nothing more of that log over it: they link anew. */
static void liars_leave(struct cluster *cluster)
{
    for (uint32_t a = 0; a < cluster->count; a++) {
        for (uint32_t b = a + 1; b < cluster->count; b++) {
            cluster_reset_link(cluster, a, b);
        }
    }
}

/* All is well from now on; clocks stay as they are. */
void faults_end(struct sim *sim)
{
    struct cluster *cluster = sim->cluster;
    net_last_words(sim);
    net_end(sim);
    liar_end(sim);
    versions_end(sim);
    for (uint32_t i = 0; i < cluster->count; i++) {
        cluster_set_slow(cluster, i, 0);
        cluster_fail_store(cluster, i, &(struct cluster_store_fault){.nth = 0});
        cluster_restart(cluster, i, 0);
    }
    if (sim->is_forging) {
        liars_leave(cluster);
    }
    const uint32_t notice_max_ms = cluster->knobs.notice_max_ms;
    cluster->knobs = cluster_knobs_calm();
    cluster->knobs.notice_max_ms = notice_max_ms;
}
