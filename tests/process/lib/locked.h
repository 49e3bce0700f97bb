/* locked.h - a real node whose own screen is locked, with somebody of each role of people; and
 * every route of a table, asked by each of them and by tokens that are none.
 *
 * Whatever does not go as it should fails the test.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_LOCKED_H
#define TRESTLE_TESTS_PROCESS_LIB_LOCKED_H

#include "node/api/routes.h"
#include "tests/process/lib/client.h"
#include "tests/process/lib/programs.h"
#include "tests/process/lib/tokens.h"

/* Open @stall, whose first node runs: locked, with person number n in the role n. Its client. */
struct client *locked_open(struct stall *stall, struct identity *ret_identity);
void locked_close(struct stall *stall, struct client *client);

/* By its owner. */
void node_give_role(const struct node *node, uint64_t staff, const char *role);

/* A good one, of now, for the person who has @role, or a customer; overwritten by the next. */
const char *role_token(const struct identity *identity, enum role role);

/* Each route of @table is open to the roles that it names, and to no other. */
void routes_walk(struct client *client, const struct identity *identity,
                 const struct route_table *table);

/* The same at a gateway, where what only the stall may write is open to nobody, and whoever may
 * elsewhere is told so: how often. */
unsigned routes_walk_gateway(struct client *client, const struct identity *identity,
                             const struct route_table *table);

/* Until all of those people have their roles at @client's node, too. */
void await_people(struct client *client, const struct identity *identity);

/* No trick opens one of them: tokens.h. */
void routes_try_tricks(struct client *client, const struct identity *identity,
                       const struct route_table *table);

#endif
