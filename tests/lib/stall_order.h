/* stall_order.h - an order that stories begin with: two lines, 5.00 and 3.00, taken so far. */
#ifndef TRESTLE_TESTS_LIB_STALL_ORDER_H
#define TRESTLE_TESTS_LIB_STALL_ORDER_H

#include "tests/lib/stall.h"

enum base { UNPAID, PAID, ACCEPTED, COOKING, READY, CANC };

/* Known to everybody; paid unless it says otherwise. READY: stall.done is who made line 1. */
struct stall stall_at(enum base base);

#endif
