/* commands.h - the commands that trestle-gateway has and trestle has not, and what its doctor looks
 * at besides.
 *
 * Layer: gateway.
 */
#ifndef TRESTLE_GATEWAY_CLI_COMMANDS_H
#define TRESTLE_GATEWAY_CLI_COMMANDS_H

#include "node/cli/program.h"

extern const struct cli_command gateway_commands[];
extern const size_t gateway_commands_count;

/* Exit status 0: all matches; 1: something does not. */
int command_reconcile(const struct args *args);

#endif
