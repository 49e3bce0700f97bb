/* till_cart.h - carts, and the tables where they are shared.
 *
 * Layer: sync/domain (pure); private to till*.c.
 */
#ifndef TRESTLE_SYNC_DOMAIN_TILL_CART_H
#define TRESTLE_SYNC_DOMAIN_TILL_CART_H

#include "sync/domain/till_task.h"

/* Before an order of a cart: whether it is still as the customer saw it. ERR_MISMATCH. */
MUST_CHECK int till_cart_check(struct task *task);

/* Whether @quote is the price of these lines. Its lines get the notes of the cart's, which say
 * whose they are. ERR_MISMATCH. */
MUST_CHECK int till_cart_quoted(const struct task *task, struct quote *quote);

/* After it: the next round begins. */
MUST_CHECK int till_cart_end_round(struct task *task);

#endif
