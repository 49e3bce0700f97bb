#include "node/cli/qr.h"

#include <stdbool.h>

#include "node/os/matrix_code.h"

/* The corners of the colour cube: a theme may make anything of "black" and "white". */
#define BLACK_ON_WHITE "\033[38;5;16;48;5;231m"
#define LINE_END       "\033[0m\n"

/* The modules of @row and of the one below it. */
static void line_draw(const struct matrix_code *code, int row, struct text *to)
{
    static const char *const blocks[2][2] = {{" ", "▄"}, {"▀", "█"}};
    text_append_text(to, BLACK_ON_WHITE);
    for (int column = -QR_MARGIN_MODULES; column < (int)code->width + QR_MARGIN_MODULES; column++) {
        const bool dark = matrix_code_is_dark(code, row, column);
        const bool dark_below = matrix_code_is_dark(code, row + 1, column);
        text_append_text(to, blocks[dark][dark_below]);
    }
    text_append_text(to, LINE_END);
}

int qr_draw(const char *text, struct text *to, unsigned *ret_columns)
{
    struct matrix_code code;
    const int err = matrix_code_encode(text, MATRIX_CORRECTION_L, &code);
    if (err != 0) {
        return err;
    }
    for (int row = -QR_MARGIN_MODULES; row < (int)code.width + QR_MARGIN_MODULES; row += 2) {
        line_draw(&code, row, to);
    }
    *ret_columns = code.width + 2 * QR_MARGIN_MODULES;
    return 0;
}
