/* print_address.h - a printer at an address, tried from this machine, whether or not a node runs.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_CLI_PRINT_ADDRESS_H
#define TRESTLE_NODE_CLI_PRINT_ADDRESS_H

#include "node/cli/cli.h"

/* Print a test slip there (--width, --codepage), or only ask it how it is. What is known then is
 * told or printed. EXIT_DONE, EXIT_UNAVAILABLE: something stops it; EXIT_USAGE: no such address is
 * a printer's; EXIT_FAILED. */
int print_address_test(const struct args *args, const char *address);
int print_address_status(const struct args *args, const char *address);

#endif
