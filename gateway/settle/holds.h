/* holds.h - when a bank's hold is to be read at the provider: once, for the moment at which the
 * bank lets go, and from that moment on until the provider says what became of it.
 *
 * Layer: gateway (pure). What is read is told to the order as any fact is, and so at each screen of
 * the stall. Whoever was off when a hold ended reads it at once.
 */
#ifndef TRESTLE_GATEWAY_SETTLE_HOLDS_H
#define TRESTLE_GATEWAY_SETTLE_HOLDS_H

#include <stdint.h>

enum { HOLD_AGAIN_S = 10 * 60 /* what has ended and is still called held */ };

#define HOLD_NEVER INT64_MAX

/* Seconds from @now_s until it is to be read; 0 = now, HOLD_NEVER. @ends_s: when it ends, 0 = not
 * told; @read_s: when it was read last, 0 = never. All by the provider's clock. */
int64_t hold_read_in_s(int64_t ends_s, int64_t read_s, int64_t now_s);

#endif
