/* oracle_progress.c - I8: what was shown of an order goes back only by an event that says so.
 *
 * At each look at an order on a device it is compared with the last look there. When all that came
 * since is of a kind that can only move things on - accepted, started, done, handed over, seen,
 * printed, paid - then the phase has not gone back, and no line's progress or units handed over.
 * When something went (a fork or a revocation voids it) the change is a visible one too.
 *
 * A fact may make more of an order: what was refused is active again when somebody had begun it,
 * and an edit that a fact had not seen waits for the kitchen. Then there is more to do than before,
 * and the phase says so.
 */
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/sim/sim_internal.h"

enum {
    SIGHTS_MAX = 1 << 12, /* of orders on devices; a run has some hundreds */
    SIGHT_EVENTS_MAX = 64,
    SIGHT_LINES_MAX = 8,
};

struct line_sight {
    uint32_t id, progress, handed;
    int32_t quantity;
    bool is_active;
};

/* An order as a device showed it last. */
struct sight {
    bool is_used;
    uint32_t node;
    struct entity_id order;
    enum order_phase phase;
    uint32_t events_count;
    uint64_t events[SIGHT_EVENTS_MAX]; /* the beginnings of their chain hashes */
    uint32_t lines_count;
    struct line_sight lines[SIGHT_LINES_MAX];
};

struct sights {
    uint32_t count;
    struct sight sights[SIGHTS_MAX];
};

struct sights *progress_new(void)
{
    struct sights *sights = calloc(1, sizeof *sights);
    check(sights != NULL);
    return sights;
}

void progress_free(struct sights *sights)
{
    free(sights);
}

void progress_reset(struct sights *sights)
{
    for (uint32_t i = 0; i < SIGHTS_MAX && sights->count > 0; i++) {
        sights->sights[i].is_used = false;
    }
    sights->count = 0;
}

void progress_forget(struct sights *sights, const struct cluster_node *node)
{
    for (uint32_t i = 0; i < SIGHTS_MAX; i++) {
        struct sight *sight = &sights->sights[i];
        if (sight->is_used && sight->node == node->index) {
            sight->events_count = SIGHT_EVENTS_MAX + 1; /* as if too many to compare */
        }
    }
}

/* Its place, made when it is not there; NULL when all are taken. */
static struct sight *sight_find(struct sights *sights, uint32_t node, const struct entity_id *order)
{
    const uint32_t from = get_be32(order->bytes + 8) * 31 + node;
    for (uint32_t i = 0; i < SIGHTS_MAX; i++) {
        struct sight *sight = &sights->sights[(from + i) % SIGHTS_MAX];
        if (!sight->is_used) {
            *sight = (struct sight){.is_used = true,
                                    .node = node,
                                    .order = *order,
                                    .events_count = SIGHT_EVENTS_MAX + 1};
            sights->count++;
            return sight;
        }
        if (sight->node == node && entity_id_equal(&sight->order, order)) {
            return sight;
        }
    }
    return NULL;
}

static void sight_take(struct sight *ret_sight, const struct history *history,
                       const struct order *order)
{
    ret_sight->phase = order->phase;
    ret_sight->events_count = history->count;
    for (uint32_t i = 0; i < history->count && i < SIGHT_EVENTS_MAX; i++) {
        ret_sight->events[i] = get_be64(history->events[i].id.hash);
    }
    ret_sight->lines_count =
        order->lines_count < SIGHT_LINES_MAX ? order->lines_count : SIGHT_LINES_MAX;
    for (uint32_t i = 0; i < ret_sight->lines_count; i++) {
        const struct order_line *line = &order->lines[i];
        ret_sight->lines[i] = (struct line_sight){.id = line->id,
                                                  .progress = (uint32_t)line->progress,
                                                  .handed = line->handed,
                                                  .quantity = line->quantity,
                                                  .is_active = line->is_active};
    }
}

static bool has_event(const struct sight *sight, uint64_t event)
{
    for (uint32_t i = 0; i < sight->events_count; i++) {
        if (sight->events[i] == event) {
            return true;
        }
    }
    return false;
}

static bool moves_on(uint32_t type)
{
    static const uint32_t types[] = {
        EVENT_ACCEPT,  EVENT_START,       EVENT_DONE,       EVENT_HANDED,  EVENT_SEEN,
        EVENT_CONTACT, EVENT_PRINT_CLAIM, EVENT_PRINT_DONE, EVENT_RECEIPT, EVENT_PAY};
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++) {
        if (types[i] == type) {
            return true;
        }
    }
    return false;
}

/* Whether nothing went since @before, and all that came only moves things on. */
static bool is_onward(const struct sight *before, const struct sight *now,
                      const struct history *history)
{
    uint32_t kept = 0;
    if (before->events_count > SIGHT_EVENTS_MAX || now->events_count > SIGHT_EVENTS_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < now->events_count; i++) {
        const bool is_old = has_event(before, now->events[i]);
        kept += is_old ? 1 : 0;
        if (!is_old && !moves_on(history->events[i].type)) {
            return false;
        }
    }
    return kept == before->events_count;
}

/* Cancelled and refused are ends, not steps: a fact may revive what was refused. */
static bool is_step(enum order_phase phase)
{
    return phase <= PHASE_COMPLETED;
}

static const struct line_sight *line_find(const struct sight *sight, uint32_t id)
{
    for (uint32_t i = 0; i < sight->lines_count; i++) {
        if (sight->lines[i].id == id) {
            return &sight->lines[i];
        }
    }
    return NULL;
}

static bool is_same_work(const struct line_sight *before, const struct line_sight *now)
{
    return before != NULL && now->is_active == before->is_active &&
           now->quantity == before->quantity;
}

/* Whether there is as much to do of the order as before. */
static bool is_same_order(const struct sight *before, const struct sight *now)
{
    for (uint32_t i = 0; i < now->lines_count; i++) {
        if (!is_same_work(line_find(before, now->lines[i].id), &now->lines[i])) {
            return false;
        }
    }
    return now->lines_count == before->lines_count && now->lines_count < SIGHT_LINES_MAX;
}

static void lines_check(struct sim *sim, const struct cluster_node *node,
                        const struct sight *before, const struct sight *now)
{
    for (uint32_t i = 0; i < now->lines_count; i++) {
        const struct line_sight *line = &now->lines[i];
        const struct line_sight *old = line_find(before, line->id);
        if (old == NULL) {
            continue;
        }
        if (line->progress < old->progress ||
            (line->handed < old->handed && line->quantity >= old->quantity)) {
            sim_fail(sim, ORACLE_ONWARD, node,
                     "a line went from progress %u, %u handed over, to %u, %u by nothing that says "
                     "so",
                     old->progress, old->handed, line->progress, line->handed);
        }
    }
}

void progress_check(struct sim *sim, const struct cluster_node *node)
{
    static struct sight now;
    struct sight *before = sight_find(sim->sights, node->index, &sim->history->entity);
    if (before == NULL) {
        return;
    }
    now = *before;
    sight_take(&now, sim->history, sim->order);
    if (is_onward(before, &now, sim->history)) {
        sim->stats->oracles[ORACLE_ONWARD]++;
        lines_check(sim, node, before, &now);
        if (is_same_order(before, &now) && is_step(before->phase) && is_step(now.phase) &&
            now.phase < before->phase) {
            sim_fail(sim, ORACLE_ONWARD, node,
                     "an order went from %s to %s by nothing that says so",
                     order_phase_text(before->phase), order_phase_text(now.phase));
        }
    }
    *before = now;
}
