/* matrix_code.h - a text as the dark and light modules of a QR code (ISO/IEC 18004).
 *
 * Layer: node. libqrencode behind it; drawn on terminals by node/cli/qr.h, and on pages and their
 * print by node/json/json_qr.h.
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

/* How much of it may be spoilt. The less, the fewer modules, which are read from further away. */
enum matrix_correction {
    MATRIX_CORRECTION_L, /* 7 %: a terminal is not scratched, and has few lines */
    MATRIX_CORRECTION_M, /* 15 %: a sheet on a table gets greasy */
};

struct matrix_code {
    unsigned width;                                       /* modules of a row, and rows */
    uint8_t modules[MATRIX_WIDTH_MAX * MATRIX_WIDTH_MAX]; /* row by row; 1 = dark */
};

/* Of @text (terminated, not empty). ERR_TOO_LARGE (2,331 bytes fit with M, 2,953 with L),
 * ERR_NO_MEMORY. */
MUST_CHECK int matrix_code_encode(const char *text, enum matrix_correction correction,
                                  struct matrix_code *ret_code);

/* Rows and columns count from the code's own corner; around it all is light. */
bool matrix_code_is_dark(const struct matrix_code *code, int row, int column);

#endif
