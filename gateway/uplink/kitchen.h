/* kitchen.h - whether the kitchen is heard from, and what customers are told when it is not.
 *
 * Layer: gateway (pure). New card orders go on: the money is reserved and not charged, as nothing
 * is charged before the kitchen took it. When the kitchen is not heard from for a while, customers
 * cannot order here until it is; on site nothing changes. The kitchen is the devices with that
 * role; where no such device is in the pop-up, those that may cook; where there is none either, the
 * gateway itself.
 */
#ifndef TRESTLE_GATEWAY_UPLINK_KITCHEN_H
#define TRESTLE_GATEWAY_UPLINK_KITCHEN_H

#include "node/api/gate.h"

enum kitchen {
    KITCHEN_HEARD,
    KITCHEN_SILENT, /* card orders are held, and say so */
    KITCHEN_PAUSED, /* customers cannot order here until it is heard from */
};

enum { KITCHEN_SENTENCE_BYTES_MAX = 200 };

/* @pause_ms: how long it may be silent; 0 = for ever. */
enum kitchen kitchen_now(const struct gate_live *live, uint64_t pause_ms);

/* Why customers cannot order here. */
extern const char kitchen_paused_sentence[];

/* Where an order stands whose money is held while the kitchen has not taken it. @rule_ms: until the
 * pop-up's rule ends the hold, UINT64_MAX = it does not; @bank_ms: until the bank does, UINT64_MAX
 * = its moment is not known, 0 = it has come. */
void kitchen_hold_print(enum kitchen kitchen, uint64_t rule_ms, uint64_t bank_ms,
                        char ret_text[KITCHEN_SENTENCE_BYTES_MAX]);

#endif
