/* oracle_cuts.c - P11 by the book: what a proven fork or a revocation ends, ends at the earliest
 * event that any of them names. The statements are kept as their writers committed them, so that no
 * replica's own roster is asked. */
#include <string.h>

#include "sync/base/check.h"
#include "sync/roster/statement.h"
#include "tests/sim/sim_internal.h"

void cuts_note(struct sim *sim, const struct truth_log *truth, const struct event *event)
{
    struct cut cut = {
        .truth = (uint32_t)(truth - sim->truth), .seq = truth->count, .type = event->type};
    struct log_point fork;
    struct log_cut stated;
    if (event->type == EVENT_LOG_FORK &&
        log_fork_verify(event->body, &sim->cluster->popup, &fork) == 0) {
        cut.log = fork.log;
        cut.last = fork.seq - 1;
    } else if (event->type == EVENT_LOG_REVOKE && log_cut_decode(event->body, &stated) == 0) {
        cut.log = stated.log;
        cut.last = stated.seq;
        cut.hash = stated.hash;
    } else {
        return;
    }
    check(sim->cuts_count < SIM_CUTS_MAX);
    sim->cuts[sim->cuts_count++] = cut;
}

static bool is_known(const struct sim *sim, const struct cluster_node *node, const struct cut *cut)
{
    return truth_is_held(sim, node, &sim->truth[cut->truth], cut->seq);
}

void cuts_turn(struct sim *sim, struct cluster_node *node)
{
    for (uint32_t i = 0; i < sim->cuts_count && !sim->is_failed; i++) {
        const struct cut *cut = &sim->cuts[i];
        if (cut->type != EVENT_LOG_FORK || !is_known(sim, node, cut)) {
            continue;
        }
        sim->stats->oracles[ORACLE_RIGHTS]++;
        if (forks_count_to(node, cut->log) > cut->last) {
            sim_fail(sim, ORACLE_RIGHTS, node, "counts a log beyond event %llu, where it forked",
                     (unsigned long long)cut->last);
        }
    }
}
