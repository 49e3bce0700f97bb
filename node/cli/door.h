/* door.h - the API of the node of a state folder, whether it runs or not.
 *
 * Layer: node. When a node runs, requests go to its control socket. When none does, the door opens
 * the store itself (under its lock) and answers with the same routes, alone: neither listening nor
 * dialling. So each command exists once.
 */
#ifndef TRESTLE_NODE_CLI_DOOR_H
#define TRESTLE_NODE_CLI_DOOR_H

#include "node/cli/cli.h"
#include "node/cli/http.h"
#include "node/config/identity.h"
#include "sync/domain/till.h"

struct door;

/* Of the place that @args mean. EXIT_DONE, or told. */
int door_open(const struct args *args, struct door **ret_door);

/* For a state folder that is being made: nobody runs there, and @identity is not on the disk yet.
 * Both are copied. EXIT_DONE, or told. */
int door_open_new(const struct place *place, const struct identity *identity,
                  struct door **ret_door);

/* Accepts NULL. */
void door_close(struct door *door);

/* Ask, with a fresh Idempotency-Key when @request has none and writes. A reply that is not good is
 * told. EXIT_DONE with the body, which the caller closes either way, or an exit status. */
int door_get(struct door *door, const struct http_request *request, struct text *body);

/* As door_get() for what may not be there: then @missing is told, not the problem. */
int door_find(struct door *door, const struct http_request *request, const char *missing,
              struct text *body);

/* The pop-up's money: minor units per unit = 10^@ret_digits. EXIT_DONE, or told. */
int door_digits(struct door *door, unsigned *ret_digits);

/* Without a node: one command straight to the journal (what has no route). ERR_STATE: a node runs;
 * or the command's error. */
MUST_CHECK int door_command(struct door *door, const struct command *command);

#endif
