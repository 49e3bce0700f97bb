/* scrub_stall.h - three devices with a few orders that all have, of which the kitchen's disk spoils
 * something; what is told of it meanwhile, and whether it heals. One stall at a time.
 */
#ifndef TRESTLE_TESTS_LIB_SCRUB_STALL_H
#define TRESTLE_TESTS_LIB_SCRUB_STALL_H

#include "tests/lib/shop.h"
#include "tests/lib/spoil.h"

enum { COUNTER, KITCHEN, PICKUP, NODES, ORDERS = 4, SETTLE_MS = 20000, HEAL_MS = 12000 };

/* So often each was told, since the stall began. */
extern uint32_t scrub_alarms[ALARM_COUNT];

/* ORDERS orders, by those commands with those keys, which must stay. The caller frees it by
 * cluster_free(). */
struct cluster *scrub_stall_new(struct command *commands, struct shop_key *keys);

/* The order that @command places. */
struct entity_id scrub_order_of(const struct command *command);
/* What a cancel of @order at the kitchen comes to; 1 = it is not answered. */
int scrub_cancel(struct cluster *cluster, const struct entity_id *order, uint64_t request);

/* The power goes at the kitchen, its disk is spoilt, and the power comes back. */
void scrub_spoil_at_rest(struct cluster *cluster,
                         void (*spoil)(struct store_memory *store, enum store_table table,
                                       uint64_t row, uint64_t bit),
                         enum store_table table, uint64_t row, uint64_t bit);

/* The whole journal of @node verifies, and nothing is listed as spoilt. */
bool scrub_is_sound(struct cluster *cluster, uint32_t node);
/* Whether the kitchen's rows of @table are the counter's. */
bool scrub_has_table_of_counter(struct cluster *cluster, enum store_table table);
/* Time passes until the kitchen is as the counter is; false when it is not in HEAL_MS. */
bool scrub_heals(struct cluster *cluster);

#endif
