/* sim.h - one simulated pop-up: everything that one seed decides, and what must hold meanwhile.
 *
 * A run has two phases. In the first anything may fail and nothing may be wrong; then all is healed
 * and everybody must converge in bounded virtual time. The oracles (oracle_*.c) look after each
 * turn at what is committed and at all that is let out; they count how often they looked, so that
 * one that never did is noticed.
 */
#ifndef TRESTLE_TESTS_SIM_SIM_H
#define TRESTLE_TESTS_SIM_SIM_H

#include "tests/lib/shop.h"

enum {
    SIM_NODES_MAX = CLUSTER_NODES_MAX,
    SIM_DEVICES_FEW = 6, /* of most runs, and: */
    SIM_CLONES_MAX = 2,
    SIM_TRUTHS_MAX = 160,   /* branches of logs */
    SIM_TURNS = 1000,       /* of the first phase */
    SIM_TURNS_LARGE = 2000, /* of 64 devices: half of that until all are linked */
    SIM_CONVERGE_MS = 4000, /* at most, after the heal: links 1.9 s, then pulls */
    SIM_CONVERGE_P99_MS = 3000,
    SIM_CONVERGE_BUCKET_MS = 20,
    SIM_CONVERGE_BUCKETS = SIM_CONVERGE_MS / SIM_CONVERGE_BUCKET_MS + 1,
    SIM_ROUNDS_P99 = 2,  /* of few devices: what neighbours had, and what they got meanwhile */
    SIM_ROUNDS_MOST = 3, /* or as many as the mesh is wide, where that is more */
    SIM_ASKINGS_MAX = 15,
    SIM_ASKINGS_USUAL = 2,
    SIM_ASKINGS_USUAL_PERCENT = 95,
    SIM_ASKINGS_P99 = 3,        /* links come up one by one, and may bring more each time */
    SIM_CONTESTED_PERCENT = 10, /* at most, of the seeds that are run with other clocks */
    SIM_CALM_MS = 5500, /* who carries on what a fork voided waits up to 5 s before it writes */
    SIM_CALM_MAX_MS = 20000,
    SIM_NOTICE_MS = 2500,   /* until devices that are cut apart have noticed it */
    SIM_REQUESTS_MAX = 512, /* of clients, and in the end: */
    SIM_REQUESTS_CALM = 160,
    SIM_NUMBERS_MAX = 1024,
    SIM_CUTS_MAX = 512,
    SIM_FAILURE_MAX = 400,
};

/* X(name, short name, what must hold). The short name is what a planted bug names. */
#define ORACLES(X)                                                                                 \
    X(ORACLE_CONVERGENCE, "P1", "equal heads, equal state and index")                              \
    X(ORACLE_DUPLICATION, "P2", "a frame taken twice changes nothing")                             \
    X(ORACLE_FOLD, "P3", "the stored row is the full fold")                                        \
    X(ORACLE_EXPOSURE, "P4", "no state shows an event without its parents")                        \
    X(ORACLE_JOURNAL, "P5", "journals only grow, chained and signed")                              \
    X(ORACLE_DURABLE, "P6", "nothing is sent or answered that is not durable")                     \
    X(ORACLE_STOCK, "P7", "nothing is sold twice")                                                 \
    X(ORACLE_MONEY, "P8", "money is counted once for each object")                                 \
    X(ORACLE_KEPT, "P9", "what a living device holds survives a fork")                             \
    X(ORACLE_FORGERY, "P10", "nothing forged gets into a journal")                                 \
    X(ORACLE_RIGHTS, "P11", "no state shows an event that its writer might not write")             \
    X(ORACLE_LIVENESS, "P12", "after the heal all converge in time")                               \
    X(ORACLE_BOUNDS, "P13", "what a link makes a device hold is bounded")                          \
    X(ORACLE_COPIES, "P14", "in peace each event comes to each device once, nearly")               \
    X(ORACLE_NUMBERS, "P15", "order numbers are unique, receipts without a gap")                   \
    X(ORACLE_LOSS, "I2", "what was ticked outlives the loss of a device")                          \
    X(ORACLE_UPGRADE, "P16", "an upgraded device comes to what the others have")                   \
    X(ORACLE_PAPER, "I5", "nothing is printed twice without saying so")                            \
    X(ORACLE_REPORT, "I10", "a day's report is the journal, to the cent")                          \
    X(ORACLE_BOARDS, "I13", "linked devices show the same within a second")                        \
    X(ORACLE_MISSED, "I16", "who missed 1,000 events has them 2 s after the heal")                 \
    X(ORACLE_ERASED, "I18", "what was erased is nowhere, and the journal verifies")                \
    X(ORACLE_ONWARD, "I8", "status goes back only by an event that says so")                       \
    X(ORACLE_VERIFIER, "I11", "the verifier finds whatever is done to a journal")                  \
    X(ORACLE_ALONE, "I15", "one device alone takes, changes and finishes an order")                \
    X(ORACLE_TIME, "I17", "other clocks, the same orders, money and stock")                        \
    X(ORACLE_ANSWERS, "answers", "what was answered is never lost")                                \
    X(ORACLE_ONCE, "once", "a request that is retried counts once")                                \
    X(ORACLE_DECIDED, "decided", "what was voided is listed until decided, and counts once")       \
    X(ORACLE_SHELF, "shelf", "in peace every unit is sold at whichever device")                    \
    X(ORACLE_TICKS, "ticks", "a tick means that many copies")                                      \
    X(ORACLE_ALARMS, "alarms", "no alarm among honest devices")

enum oracle {
#define X(name, text, what) name,
    ORACLES(X)
#undef X
        ORACLE_COUNT
};

/* What a run adds up; plain numbers, so that workers can hand them over. */
struct sim_stats {
    uint64_t faults[FAULT_COUNT];
    uint64_t oracles[ORACLE_COUNT];
    uint64_t commands[COMMAND_COUNT]; /* that wrote something */
    uint64_t retries_here, retries_elsewhere;
    uint64_t contested; /* run with other clocks and not judged: clocks decided who has a claim */
    uint64_t seeds, failures;
    uint64_t turns, frames, events;
    uint32_t converged[SIM_CONVERGE_BUCKETS];   /* after the heal, by time; seeds without forks */
    uint32_t askings[SIM_ASKINGS_MAX + 1];      /* the same, by how often somebody asked */
    uint32_t rounds[SIM_ASKINGS_MAX + 1];       /* and in how many rounds: oracle_rounds.c */
    uint32_t rounds_large[SIM_ASKINGS_MAX + 1]; /* ... of 64 devices */
    uint64_t converge_ms_max, missed_ms_max;
};

struct sim_options {
    bool is_traced;
    bool is_hashed;
    bool is_each_path_failing; /* store_paths.h: in a third of the turns */
    uint64_t turns;            /* of the first phase; 0 = SIM_TURNS */
    uint64_t without;          /* bit i: the fault sim_fault_name(i) does not strike */
    uint64_t blind;            /* bit i: oracle i finds nothing */
};

struct sim; /* large; made once for many seeds */

struct sim *sim_new(const struct sim_options *options);
void sim_free(struct sim *sim);

/* Run one seed; adds to @stats. False when an oracle failed: sim_failure() says which and why. */
bool sim_run(struct sim *sim, uint64_t seed, struct sim_stats *stats);
const char *sim_failure(const struct sim *sim);
enum oracle sim_failed_oracle(const struct sim *sim);
/* Over all inputs, outputs and committed rows of the last run; when asked for. */
struct hash sim_trace_hash(const struct sim *sim);

/* What --without names; NULL past the end. At most 64. */
const char *sim_fault_name(unsigned at);

const char *oracle_name(enum oracle oracle);
const char *oracle_text(enum oracle oracle);

#endif
