/* program.h - a program that is more than a node: its name, and what it adds while a node runs.
 *
 * Layer: node. The node knows nothing of what is added but these functions.
 */
#ifndef TRESTLE_NODE_CLI_PROGRAM_H
#define TRESTLE_NODE_CLI_PROGRAM_H

#include "node/api/annex.h"
#include "node/cli/doctor.h"
#include "node/config/identity.h"
#include "node/config/settings.h"
#include "node/core/core.h"

/* What is added may use, from its start to its stop. */
struct program_host {
    const char *state; /* folder */
    const struct settings *settings;
    const struct identity *identity;
    struct core *core;
    /* From any thread: the annex has answers, take them. */
    void (*wake_web)(void *context);
    void *wake_context;
};

struct program {
    const char *name;                   /* "trestle" */
    struct route_table routes;          /* that it adds, for the document */
    const struct cli_command *commands; /* that it adds */
    size_t commands_count;
    /* What `doctor` looks at besides; NULL = nothing. */
    void (*doctor)(const struct place *place, struct diagnoses *all);
    /* The core is open, nothing else runs yet. EXIT_DONE, with what the web server gets, or told.
     * NULL = it is a node and nothing more. */
    int (*start)(const struct program_host *host, void **ret_context, struct annex *ret_annex);
    /* On the core's thread: what the store holds may have changed, or commands were answered. */
    void (*changed)(void *context);
    /* On the core's thread, at SIGHUP: files that it read may be others. NULL = it read none. */
    void (*reload)(void *context);
    /* The web server has stopped, the core not yet. */
    void (*stop)(void *context);
};

/* Run the program: what main() does; its exit status. */
int program_main(const struct program *program, int argc, char **argv);

/* The one that runs. */
const struct program *program_running(void);

#endif
