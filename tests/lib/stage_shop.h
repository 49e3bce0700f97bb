/* stage_shop.h - what a stage's replica sells: a day, items on the menu, units that it may sell.
 */
#ifndef TRESTLE_TESTS_LIB_STAGE_SHOP_H
#define TRESTLE_TESTS_LIB_STAGE_SHOP_H

#include "sync/domain/menu.h"
#include "tests/lib/stage.h"

/* Day 1, by an owner. */
void stage_open_day(struct stage *stage);

/* Put on the menu, or changed, by an owner. */
void stage_set_item(struct stage *stage, uint64_t number, const char *name, int64_t price_minor,
                    enum stock_policy policy);

/* Have @command begin anew, as one of who signed in as @role under @session, from a phone, to take
 * away, and with a key of its own. The key lives until the next call. */
void stage_command_begin(const struct stage *stage, struct command *command, enum command_kind kind,
                         uint64_t session, enum role role);

/* The replica's own rights to sell @item. */
int64_t stage_rights(struct stage *stage, uint64_t item);

#endif
