/* oracle_cuts.c - P11 by the book: what a proven fork or a revocation ends, ends at the earliest
 * event that any of them names; a retirement ends rights to stock only. The statements are kept as
 * their writers committed them, so that no replica's own roster is asked. */
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
    } else if (event->type == EVENT_LOG_RETIRE && log_cut_decode(event->body, &stated) == 0) {
        cut.log = stated.log;
        cut.last = stated.seq;
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

/* A fork proves itself; a revocation is void where the log that states it forked before. */
static bool is_standing(const struct sim *sim, const struct cluster_node *node,
                        const struct cut *cut)
{
    const uint64_t stating = sim->truth[cut->truth].log;
    for (uint32_t i = 0; i < sim->cuts_count && cut->type != EVENT_LOG_FORK; i++) {
        const struct cut *other = &sim->cuts[i];
        if (other->type == EVENT_LOG_FORK && other->log == stating && other->last < cut->seq &&
            is_known(sim, node, other)) {
            return false;
        }
    }
    return is_known(sim, node, cut);
}

/* Whether @id lies on the chain that the revocation keeps; with @is_held only if some device that
 * is left has all of that. */
static bool is_kept(const struct sim *sim, const struct cut *cut, const struct operation *id,
                    bool is_held)
{
    for (uint32_t i = 0; i < sim->truth_count && id->seq <= cut->last; i++) {
        const struct truth_log *truth = &sim->truth[i];
        const uint64_t count = is_held ? truth->kept : truth->count;
        if (truth->log == cut->log && count >= cut->last &&
            hash_equal(&truth->events[cut->last - 1].chain, &cut->hash) &&
            memcmp(truth->events[id->seq - 1].chain.bytes, id->hash, sizeof id->hash) == 0) {
            return true;
        }
    }
    return false;
}

bool cuts_keep(const struct sim *sim, const struct cluster_node *node, const struct operation *id)
{
    bool is_named = false;
    for (uint32_t i = 0; i < sim->cuts_count; i++) {
        const struct cut *cut = &sim->cuts[i];
        if (cut->type == EVENT_LOG_REVOKE && cut->log == id->log && is_standing(sim, node, cut)) {
            is_named = true;
            if (!is_kept(sim, cut, id, true)) {
                return false;
            }
        }
    }
    const struct roster_log *log = roster_log_find(replica_roster(node->replica), id->log);
    return is_named || !sim->is_robbed || log == NULL || log->device != sim->robbed;
}

/* Of an order of which nothing was adopted: each event is what its own log says. */
void cuts_state(struct sim *sim, struct cluster_node *node)
{
    for (uint32_t i = 0; i < sim->cuts_count && !sim->is_failed; i++) {
        const struct cut *cut = &sim->cuts[i];
        if (cut->type != EVENT_LOG_REVOKE || !is_standing(sim, node, cut)) {
            continue;
        }
        for (uint32_t at = 0; at < sim->history->count; at++) {
            const struct operation *id = &sim->history->events[at].id;
            sim->stats->oracles[ORACLE_RIGHTS]++;
            if (id->log == cut->log && id->seq > 1 && !is_kept(sim, cut, id, false)) {
                sim_fail(sim, ORACLE_RIGHTS, node, "shows event %llu, which was revoked",
                         (unsigned long long)id->seq);
            }
        }
    }
}

void cuts_turn(struct sim *sim, struct cluster_node *node)
{
    for (uint32_t i = 0; i < sim->cuts_count && !sim->is_failed; i++) {
        const struct cut *cut = &sim->cuts[i];
        if (cut->type == EVENT_LOG_RETIRE || !is_standing(sim, node, cut)) {
            continue;
        }
        sim->stats->oracles[ORACLE_RIGHTS]++;
        if (forks_count_to(node, cut->log) > cut->last) {
            sim_fail(sim, ORACLE_RIGHTS, node, "counts a log beyond event %llu, where it ends",
                     (unsigned long long)cut->last);
        }
    }
}

/* Where @log stands among @ends; @count = not there. */
static uint32_t end_find(const struct log_point *ends, uint32_t count, uint64_t log)
{
    uint32_t at = 0;
    while (at < count && ends[at].log != log) {
        at++;
    }
    return at;
}

uint32_t cuts_ends(const struct sim *sim, struct log_point *ret_ends)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sim->cuts_count; i++) {
        const struct cut *cut = &sim->cuts[i];
        const uint32_t at = end_find(ret_ends, count, cut->log);
        if (cut->type == EVENT_LOG_FORK) {
            continue;
        }
        if (at == count || cut->last < ret_ends[at].seq) {
            ret_ends[at] = (struct log_point){.log = cut->log, .seq = cut->last};
        }
        count += at == count;
    }
    return count;
}

bool cuts_is_retired(const struct sim *sim, const struct cluster_node *node, uint64_t log)
{
    for (uint32_t i = 0; i < sim->cuts_count; i++) {
        const struct cut *cut = &sim->cuts[i];
        if (cut->type == EVENT_LOG_RETIRE && cut->log == log && is_standing(sim, node, cut)) {
            return true;
        }
    }
    return false;
}
