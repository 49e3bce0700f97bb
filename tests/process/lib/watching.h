/* watching.h - every view of a node's stream, begun by everybody and by nobody: locked.h has the
 * node and its people.
 *
 * Whatever does not go as it should fails the test.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_WATCHING_H
#define TRESTLE_TESTS_PROCESS_LIB_WATCHING_H

#include "node/config/identity.h"

/* Each view is open to the roles that its row names, and to no other. */
void views_walk(int port, const struct identity *identity);

/* No trick opens one of them: tokens.h. */
void views_try_tricks(int port, const struct identity *identity);

/* The handshake for @view with @token (NULL = none): 101 when it is let in; it is left then. */
int view_begin(int port, const char *view, const char *token);

#endif
