/* cli_parts.h - what the files of the command line share: cli.c (from arguments to a command),
 * cli_table.c (which commands there are), cli_args.c (reading arguments), cli_help.c (help),
 * program.c (whose command line it is).
 *
 * Layer: node, for those files alone.
 */
#ifndef TRESTLE_NODE_CLI_CLI_PARTS_H
#define TRESTLE_NODE_CLI_CLI_PARTS_H

#include <stdio.h>

#include "node/cli/cli.h"

/* cli_args.c: @argv after the command's name, for args->command. False: told why not. */
bool args_read(struct args *args, int argc, char **argv);

/* program.c: from here on it is a copy of @program that runs. */
struct program;
void program_begin(const struct program *program);

/* cli_help.c */
void help_command(const struct cli_command *command);
void help_program(FILE *to);

#endif
