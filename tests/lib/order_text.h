/* order_text.h - everything that order_derive() says, as text: to compare views and to read them.
 */
#ifndef TRESTLE_TESTS_LIB_ORDER_TEXT_H
#define TRESTLE_TESTS_LIB_ORDER_TEXT_H

#include "sync/domain/order.h"

enum { ORDER_TEXT_MAX = 64 * 1024 };

/* All of it, in a form that is equal for equal orders. */
void order_text(const struct order *order, char *to, size_t capacity);

/* "COOKING late_edit unpaid": the phase and the flags, in the order of their bits. */
void order_brief(const struct order *order, char *to, size_t capacity);

#endif
