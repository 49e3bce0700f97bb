/* till_tip.h - what till_place.c and till_money.c ask of a tip.
 *
 * Layer: sync/domain (pure); only for till*.c.
 */
#ifndef TRESTLE_SYNC_DOMAIN_TILL_TIP_H
#define TRESTLE_SYNC_DOMAIN_TILL_TIP_H

#include "sync/domain/till_task.h"
#include "sync/domain/tip.h"

void till_tip_emit(struct task *task, const struct tip *tip);

/* With a payment: the command's tip, which is money, on top of what the order's tip is already.
 * ERR_TOO_LARGE. */
MUST_CHECK int till_tip_more(struct task *task);

#endif
