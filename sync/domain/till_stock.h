/* till_stock.h - what a command sells of what is counted, and what it gives back.
 *
 * Layer: sync/domain (pure); private to till*.c. Handlers say which lines they sell or give up; the
 * takes and undos are emitted after their own events, in the same run: sale and take are one.
 */
#ifndef TRESTLE_SYNC_DOMAIN_TILL_STOCK_H
#define TRESTLE_SYNC_DOMAIN_TILL_STOCK_H

#include "sync/domain/till_task.h"

/* @units of @item are sold on @line; @is_change: it was there before. @policy is the item's. */
void till_stock_sell(struct task *task, uint64_t item, enum stock_policy policy, uint32_t line,
                     uint32_t units, bool is_change);

/* The same with the policy that the menu says now; for lines of an order. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int till_stock_sell_more(struct task *task, const struct order_line *line,
                                    uint32_t units);

/* What the line has, and nobody took for it: it was given up before. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int till_stock_sell_again(struct task *task, const struct order_line *line);

/* Units of @line are not sold after all; UINT32_MAX = all. Nothing when it was begun: that food is
 * spent. */
void till_stock_give_up(struct task *task, const struct order_line *line, uint32_t units);

/* Of an item, here and now, besides what the command sold or wants already. */
struct stock_free {
    int64_t units;  /* that who asks may buy; at most ... */
    int64_t unheld; /* ... what nobody else holds: of what is strictly counted a customer may not
                       have all */
    int64_t used;   /* rights less unheld */
};

/* ERR_VERSION, ERR_IO, ERR_MALFORMED, ERR_SPOILT. */
MUST_CHECK int till_stock_free(struct task *task, uint64_t item, bool is_strict,
                               struct stock_free *ret_free);

/* How many rights to @item it takes that who asks may buy @units; @found of the same item, strictly
 * counted when @is_strict. */
uint64_t till_stock_rights_for(const struct task *task, uint64_t item, bool is_strict,
                               uint32_t units, const struct stock_free *found);

/* A customer is given so many of what is strictly counted: into result->wants. */
void till_stock_want(struct task *task, uint64_t item, uint32_t units);

/* Emit all that. ERR_UNAVAILABLE: no right to sell so many here, in result->short_item.
 * ERR_VERSION, ERR_IO, ERR_MALFORMED. */
MUST_CHECK int till_stock_settle(struct task *task);

#endif
