#include "tests/lib/stall_order.h"

struct stall stall_at(enum base base)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 42);
    (void)do_add(&stall, C, 1, 1, 500);
    (void)do_add(&stall, C, 2, 1, 300);
    stall_sync(&stall);
    if (base != UNPAID) {
        (void)do_pay(&stall, G, 1, 800);
    }
    if (base >= ACCEPTED && base <= READY) {
        (void)do_accept(&stall, K, 2);
    }
    if (base == COOKING || base == READY) {
        (void)do_start(&stall, K, 1);
    }
    if (base == READY) {
        (void)do_start(&stall, K, 2);
        stall.done = do_done(&stall, K, 1);
        (void)do_done(&stall, K, 2);
    }
    if (base == CANC) {
        (void)do_cancel(&stall, C);
    }
    stall_sync(&stall);
    return stall;
}
