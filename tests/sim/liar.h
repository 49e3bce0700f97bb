/* liar.h - a device of the pop-up falls into hostile hands: its keys are good, its word is not.
 *
 * From some turn on it runs no replica. It signs two versions of its journal and shows one to half
 * of the others; it writes what its role forbids (as a gateway, on anybody's order), what makes no
 * sense, what it has not, days that nobody opened; it claims events that nobody has written, also
 * of other devices' journals; it repeats what it heard, cuts frames short and makes some up. When
 * all is healed it stays as it is, but writes no more.
 */
#ifndef TRESTLE_TESTS_SIM_LIAR_H
#define TRESTLE_TESTS_SIM_LIAR_H

#include "sync/log/run.h"
#include "tests/lib/cluster.h"

enum {
    LIAR_BRANCHES = 2,
    LIAR_LINKS_MAX = 2 * CLUSTER_NODES_MAX,
    LIAR_HEARD_MAX = 16,
    LIAR_HEARD_BYTES = 2048,
};

struct liar {
    bool is_on;    /* in this run somebody lies, or is going to */
    bool is_lying; /* has begun */
    bool is_quiet; /* writes no more */
    uint32_t node;
    uint64_t device, log;
    bool is_split;
    bool is_giving; /* rights to sell that it has not, in one version of its journal */
    uint32_t written;
    struct log_head heads[LIAR_BRANCHES];
    struct store_memory *stores[LIAR_BRANCHES];
    bool is_linked[LIAR_LINKS_MAX];
    uint64_t devices[LIAR_LINKS_MAX]; /* at the other end */
    uint32_t heard_count;
    size_t heard_sizes[LIAR_HEARD_MAX];
    uint8_t heard[LIAR_HEARD_MAX][LIAR_HEARD_BYTES];
};

struct sim;

/* Nobody lies. */
void liar_reset(struct sim *sim);
/* Somebody is going to. */
void liar_draw(struct sim *sim);
/* It begins, when it has not and can. */
void liar_act(struct sim *sim);
/* Hook: @input is NULL when some time has passed. */
void liar_hear(struct sim *sim, struct cluster_node *node, const struct input *input);
void liar_end(struct sim *sim);
void liar_free(struct sim *sim);
bool liar_is(const struct sim *sim, const struct cluster_node *node);
/* Whether @log is its journal, of which anybody may come with one more version. */
bool liar_wrote(const struct sim *sim, uint64_t log);

#endif
