/* stall_till.h - a person of a story (stall.h) asks for something at the till: judged by the order
 * as that person's device has it, and written to its log.
 *
 * There is no pop-up, no menu and no stock: what a command reads of them is what nobody wrote.
 */
#ifndef TRESTLE_TESTS_LIB_STALL_TILL_H
#define TRESTLE_TESTS_LIB_STALL_TILL_H

#include "sync/domain/till.h"
#include "tests/lib/stall.h"

/* With an order of two lines: 2 at 5.00, 1 at 3.00; 13.00 in all. */
struct stall stall_of_two(bool is_paid);

/* A manager's command on the stall's order, with a key of its own. */
struct command stall_command(const struct stall *stall, enum command_kind kind);

/* Ask at @at; tried before at disks that fail (sick.h). The error of till_run(); with 0 its events
 * are written, and how many goes to @ret_events (or NULL). */
int stall_ask(struct stall *stall, enum person at, const struct command *command,
              uint32_t *ret_events);

#endif
