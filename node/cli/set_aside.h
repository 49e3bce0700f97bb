/* set_aside.h - what a device has set aside because its software dies of it, in a person's words.
 *
 * Layer: node. Looks only. The rows of what is set aside stay as they were: whoever shows or judges
 * them says so.
 */
#ifndef TRESTLE_NODE_CLI_SET_ASIDE_H
#define TRESTLE_NODE_CLI_SET_ASIDE_H

#include "node/core/breadcrumb.h"

#define SET_ASIDE_ADVICE                                                                           \
    "look at it on another device, and report it; other software, once it is here, folds it again"

enum { SET_ASIDE_NAME_BYTES_MAX = 64 };

/* The list in the state folder @state, as a node goes by it: one that cannot be read is empty, and
 * told. */
void set_aside_load(const char *state, struct aside *ret_aside);

/* What people call @entity by its row: "order A7 of day 2"; without one what it is, and its id. */
void set_aside_name(struct store_txn *txn, const struct entity_id *entity,
                    char ret_name[SET_ASIDE_NAME_BYTES_MAX]);

#endif
