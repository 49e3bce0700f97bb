/* ask.h - what a person has to say before something that cannot be taken back.
 *
 * Layer: node. Questions go to stderr, and only where somebody sits at a terminal: a script says
 * --yes and --reason.
 */
#ifndef TRESTLE_NODE_CLI_ASK_H
#define TRESTLE_NODE_CLI_ASK_H

#include "node/cli/cli.h"

/* Whether the person means to do to @name what @question says; --yes does. Otherwise told. */
bool ask_is_meant(const struct args *args, const char *name, const char *question);

/* Why, for the journal: --reason, or what is typed into @buffer. NULL, and told, without one. */
const char *ask_reason(const struct args *args, char *buffer, size_t capacity);

/* A line of stdin into @buffer, without its end; at a terminal after @question, and not shown.
 * False when there is none, or a longer one. The caller wipes @buffer. */
bool ask_secret(const char *question, char *buffer, size_t capacity);

#endif
