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

/* Where the order is brought: of a customer the table of his cart, as long as nobody else sits
 * there; of others as the command says. 0 = to none. ERR_MALFORMED, ERR_IO. */
MUST_CHECK int till_order_table(struct task *task, uint32_t *ret_number);

/* After it: the next round begins. */
MUST_CHECK int till_cart_end_round(struct task *task);

#endif
