/* currency.h - currencies as people type them, and what their smallest coin is.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_CLI_CURRENCY_H
#define TRESTLE_NODE_CLI_CURRENCY_H

#include "node/cli/cli.h"

enum { CURRENCY_BYTES = 4, CURRENCY_DIGITS_MAX = 4 };

/* @text as an ISO 4217 code: three letters, large ones in @ret_code. False: it is none. Whether
 * anybody pays with it is not asked. */
bool currency_read(const char *text, char ret_code[CURRENCY_BYTES]);

/* Minor units of @code per unit = 10^this, by ISO 4217: 0, 2 or 3. */
unsigned currency_digits(const char *code);

/* What --digits says, else --currency, else euros; for flags that were looked at. */
unsigned currency_digits_of(const struct args *args);

#endif
