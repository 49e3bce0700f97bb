/* interview.h - trestle init at a terminal, without flags: it asks for what they would have said.
 *
 * Layer: node. Questions go to stderr. What is answered becomes flags, so there is one way from
 * them to a pop-up, and a script can say the same.
 */
#ifndef TRESTLE_NODE_CLI_INTERVIEW_H
#define TRESTLE_NODE_CLI_INTERVIEW_H

#include "node/cli/cli.h"

enum { INTERVIEW_BYTES_MAX = 4096 };

struct interview {
    struct args args; /* as they were, and what was answered */
    char said[INTERVIEW_BYTES_MAX];
    size_t said_size;
    const struct place *place;
};

/* Whether somebody is to be asked: a person sits there, and neither --name nor --from nor --json
 * says that this is all. */
bool interview_is_due(const struct args *args);

/* Ask for what @args do not say of a pop-up at @place. Keeps pointers to both, and into @interview,
 * which stays where it is. False, and told: the answers ended before the questions. */
bool interview(struct interview *interview, const struct args *args, const struct place *place);

#endif
