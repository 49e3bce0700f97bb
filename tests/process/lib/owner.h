/* owner.h - what its owner asks of a real node, over its control socket.
 *
 * Whatever does not go as it should fails the test.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_OWNER_H
#define TRESTLE_TESTS_PROCESS_LIB_OWNER_H

#include "node/json/text.h"
#include "tests/process/lib/programs.h"

/* The status; what it says is appended. */
int owner_ask(const struct node *node, const char *method, const char *path, const char *body,
              struct text *reply);

/* It is done: 200. */
void owner_does(const struct node *node, const char *method, const char *path, const char *body);

#endif
