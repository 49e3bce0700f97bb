/* till_line.h - a line of an order as the menu has it now.
 *
 * Layer: sync/domain (pure); private to till*.c.
 */
#ifndef TRESTLE_SYNC_DOMAIN_TILL_LINE_H
#define TRESTLE_SYNC_DOMAIN_TILL_LINE_H

#include "sync/domain/till_task.h"

/* The options that @wanted names by index. ERR_MISMATCH: not what the menu offers; ERR_UNAVAILABLE:
 * one of them is out, the task's result says which; ERR_TOO_MANY. */
MUST_CHECK int till_line_options(struct task *task, const struct menu_item *item,
                                 const struct wanted_line *wanted,
                                 struct line_options *ret_options);

/* Whether what a line names, with the menu's words of a while ago, is to be had of @item now: as
 * above, ERR_UNAVAILABLE. Choices are found by their names alone, whatever they cost now: of a name
 * that several groups have it is refused when fewer of them are left than the line has. A choice
 * that the menu has no more was promised with the line. */
MUST_CHECK int till_line_still(struct task *task, const struct menu_item *item,
                               const struct line_options *options);

/* All but the line's id, for an order of @mode. The texts of @ret_add live as long as till->scratch
 * is not used again. ERR_UNAVAILABLE, ERR_MISMATCH (its options), ERR_MALFORMED, ERR_VERSION,
 * ERR_IO. */
MUST_CHECK int till_line_of(struct task *task, const struct wanted_line *wanted, struct bytes mode,
                            struct line_add *ret_add, enum stock_policy *ret_stock);

/* Whether the command's lines fit beside @present ones. ERR_MALFORMED: there are none;
 * ERR_TOO_MANY. */
MUST_CHECK int till_check_lines(const struct task *task, uint32_t present);

#endif
