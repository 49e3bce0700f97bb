/* matrix_code.h - a text as the dark and light modules of a QR code (ISO/IEC 18004).
 *
 * Layer: node. libqrencode behind it; drawn on terminals by node/cli/qr.h and on screens by
 * node/api/json_qr.h. The error correction is the least, L: what a screen or a fresh sheet shows is
 * not scratched, and fewer modules are read from further away.
 */
#ifndef TRESTLE_NODE_OS_MATRIX_CODE_H
#define TRESTLE_NODE_OS_MATRIX_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "sync/base/err.h"

enum {
    MATRIX_WIDTH_MAX = 177,    /* modules of version 40 */
    MATRIX_MARGIN_MODULES = 4, /* light ones that the standard asks for around it */
};

struct matrix_code {
    unsigned width;                                       /* modules of a row, and rows */
    uint8_t modules[MATRIX_WIDTH_MAX * MATRIX_WIDTH_MAX]; /* row by row; 1 = dark */
};

/* Of @text (terminated, not empty). ERR_TOO_LARGE (about 2,900 bytes fit), ERR_NO_MEMORY. */
MUST_CHECK int matrix_code_encode(const char *text, struct matrix_code *ret_code);

/* Rows and columns count from the code's own corner; around it all is light. */
bool matrix_code_is_dark(const struct matrix_code *code, int row, int column);

#endif
