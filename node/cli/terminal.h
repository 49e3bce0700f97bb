/* terminal.h - what goes to a terminal, and what must not.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_CLI_TERMINAL_H
#define TRESTLE_NODE_CLI_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* @to is a terminal, and NO_COLOR does not say no. */
bool terminal_is_colourful(FILE *to);

/* Columns and rows of stdout; 80 by 24 when it is none. */
void terminal_size(unsigned *ret_columns, unsigned *ret_rows);

/* Replace every control character of @text (UTF-8) by '?': a name that a stranger chose must not
 * move the cursor. C1 controls in two bytes as well. */
void text_disarm(char *text);

#endif
