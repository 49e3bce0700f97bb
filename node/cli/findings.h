/* findings.h - what a proof finds wrong: a list with room for the first of them.
 *
 * Layer: node.
 *
 * A finding is one of
 *   edited      bytes, chain or signature do not hold: somebody changed what was written
 *   forked      two versions of one journal, each signed
 *   lost        one store lacks events that another has and that devices bring to each other: what
 *               a fork or a revocation voided stays where it is
 *   duplicate   one event twice in a store, or one order number twice in a day
 *   receipt     a journal's receipts are not 1, 2, 3 and so on, or one names a lane or a journal
 *               that is not its own
 *   state       the folded state is not what the journals say
 */
#ifndef TRESTLE_NODE_CLI_FINDINGS_H
#define TRESTLE_NODE_CLI_FINDINGS_H

#include <stdint.h>

enum { FINDINGS_MAX = 256, FINDING_BYTES_MAX = 240 };

struct finding {
    const char *kind; /* as above */
    char text[FINDING_BYTES_MAX];
};

struct findings {
    uint32_t count; /* all of them; the first FINDINGS_MAX are kept */
    struct finding items[FINDINGS_MAX];
};

void findings_add(struct findings *findings, const char *kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
