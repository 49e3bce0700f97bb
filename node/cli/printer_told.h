/* printer_told.h - how a printer is, for a person or a program.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_CLI_PRINTER_TOLD_H
#define TRESTLE_NODE_CLI_PRINTER_TOLD_H

#include "node/cli/cli.h"

struct printer_told {
    const char *printer; /* its number or its address */
    bool is_ready;
    const char *state; /* in words */
    int64_t waiting;   /* slips */
    const char *test;  /* "printed", "failed", "unsure", "waits"; NULL = none was asked for */
};

/* Print it. EXIT_DONE; EXIT_UNAVAILABLE, and told: it does not print. */
int printer_told_print(const struct args *args, const struct printer_told *told);

#endif
