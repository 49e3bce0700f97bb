/* joiner.h - a device that is in no pop-up yet joins one, as somebody at its screen says: one try
 * at a time, on a thread of its own.
 *
 * Layer: node. What it holds of a code is wiped when the try ends, and is in no log.
 */
#ifndef TRESTLE_NODE_CLI_JOINER_H
#define TRESTLE_NODE_CLI_JOINER_H

#include "node/api/joining.h"
#include "node/cli/cli.h"

struct joiner;

/* @args and @place outlive it; @may_open: where others are let in to this device, nobody has said.
 * @on_done is called once, on its thread, when the keys are in the folder. ERR_NO_MEMORY. */
struct joiner_config {
    const struct args *args;
    const struct place *place;
    bool may_open;
    void (*on_done)(void *context);
    void *context;
};
MUST_CHECK int joiner_open(const struct joiner_config *config, struct joiner **ret_joiner);

/* Ends a try that is on its way, which may take some seconds. Accepts NULL. */
void joiner_close(struct joiner *joiner);

/* What the page asks; lives as long as the joiner. */
const struct joining_host *joiner_host(const struct joiner *joiner);

#endif
