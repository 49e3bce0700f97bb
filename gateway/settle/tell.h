/* tell.h - what the gateway writes into the journal: the provider's facts, and what its own rules
 * ask for, as commands to the core.
 *
 * Layer: gateway. Nothing here decides about money: facts are joined, and the plan follows from
 * them.
 */
#ifndef TRESTLE_GATEWAY_SETTLE_TELL_H
#define TRESTLE_GATEWAY_SETTLE_TELL_H

#include "gateway/settle/plan.h"
#include "gateway/stripe/reply.h"
#include "node/api/queue.h"

/* Each fills an empty command; the bytes are copied. ERR_TOO_LARGE: the core's storage is too small
 * for ids of that size. */

/* @fact of @order. The id of the event that told it is left out: facts join, so the gateway's own
 * memory of events does, and the journal need not hold a row for each. */
MUST_CHECK int tell_fact(struct api_command *command, const struct stripe_fact *fact,
                         const struct entity_id *order);

/* Nobody answered in time: the lines of @order that wait for the kitchen. */
MUST_CHECK int tell_lapse(struct api_command *command, const struct order *order);

/* Give back what is due because of what changed last in @history, of @order. ERR_NOT_FOUND: every
 * change has its wish already. */
MUST_CHECK int tell_refund(struct api_command *command, const struct history *history,
                           const struct order *order);

#endif
