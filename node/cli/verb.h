/* verb.h - the verbs of a command, as `trestle stock add` has: which one is meant, and its run at
 * the node's API.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_CLI_VERB_H
#define TRESTLE_NODE_CLI_VERB_H

#include "node/cli/door.h"

struct verb {
    const char *name;
    uint32_t words; /* that the command is given, its name among them; 0 = as many as it may have */
    int (*run)(const struct args *args, struct door *door); /* an exit status; it tells itself */
};

/* The one of @count that the first word of @args names; without a word the first. NULL: there is
 * none with that name and so many words. */
const struct verb *verb_find(const struct args *args, const struct verb *verbs, size_t count);

/* Runs it with the door of the place that @args mean. Its exit status, or the door's. */
int verb_run(const struct args *args, const struct verb *verb);

#endif
