/* shop.h - a small pop-up for the simulator and the scenarios: four dishes, a day, orders.
 *
 * Each function fills @ret_command, which borrows @key (16 bytes) and static texts only.
 */
#ifndef TRESTLE_TESTS_LIB_SHOP_H
#define TRESTLE_TESTS_LIB_SHOP_H

#include "sync/domain/till.h"
#include "tests/lib/cluster.h"

enum {
    SHOP_ITEMS = 4,
    SHOP_ITEM_CHOSEN = 2, /* "Sauce": "Mild" or "Hot" or none */
    SHOP_SETTINGS = 1 + 2 * SHOP_ITEMS + 1,
    SHOP_KEY_BYTES = 16
};

struct shop_key {
    uint8_t bytes[SHOP_KEY_BYTES];
};

/* The key of the @number-th request that a client makes at @seconds of the pop-up. */
struct shop_key shop_key_make(uint32_t seconds, uint64_t number);

/* A manager's command without a key; the rest is zero. */
void shop_command(struct command *ret_command, enum command_kind kind);
void shop_keyed(struct command *command, const struct shop_key *key);

/* Item 1..SHOP_ITEMS as it is at first: 3.50, 4.00, 4.50 ...; the second has an option group. */
void shop_item(struct command *ret_command, uint64_t item);

/* One line of each of the first @lines items, twice the first. */
void shop_order(struct command *ret_command, const struct shop_key *key, uint32_t lines);

/* Settings, menu and day 1, at node 0; the virtual time that this takes passes. */
void shop_open(struct cluster *cluster);

#endif
