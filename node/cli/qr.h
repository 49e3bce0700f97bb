/* qr.h - a text as a QR code on a terminal.
 *
 * Layer: node. Half blocks: a character is two modules, the upper and the lower one. Always black
 * on white, with the white margin that ISO/IEC 18004 asks for: in the terminal's own colours a dark
 * one would show the code inverted and without a margin, which many scanners do not read.
 */
#ifndef TRESTLE_NODE_CLI_QR_H
#define TRESTLE_NODE_CLI_QR_H

#include "node/json/text.h"
#include "node/os/matrix_code.h"
#include "sync/base/err.h"

enum { QR_MARGIN_MODULES = MATRIX_MARGIN_MODULES };

/* Append @text (not empty) as a code to @to: lines of UTF-8, each of which sets its colours and
 * takes @ret_columns of the terminal; half as many lines, rounded up. ERR_TOO_LARGE (about 2,900
 * bytes fit), ERR_NO_MEMORY. */
MUST_CHECK int qr_draw(const char *text, struct text *to, unsigned *ret_columns);

#endif
