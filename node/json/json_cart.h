/* json_cart.h - carts in JSON.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_API_JSON_CART_H
#define TRESTLE_NODE_API_JSON_CART_H

#include "node/access/caller.h"
#include "node/json/json.h"
#include "sync/domain/cart.h"

enum {
    CART_PROOF_BYTES = 16,
    CART_LINK_BYTES = 8 + 8 + CART_PROOF_BYTES, /* cart.h */
    CART_LINK_DIGITS = 2 * CART_LINK_BYTES,
};

struct json_value *json_cart(const struct cart *cart);
struct json_value *json_cart_opened(const char *token, const struct caller *caller,
                                    struct bytes link);
struct json_value *json_table_code(uint64_t number, const char *code);

/* The link of a CartJoin: @to has @size bytes. ERR_MALFORMED. */
MUST_CHECK int json_cart_link(struct bytes body, uint8_t *to, size_t size);

#endif
