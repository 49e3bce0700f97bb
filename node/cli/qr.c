#include "node/cli/qr.h"

#include <errno.h>
#include <stdbool.h>

#include <qrencode.h>

/* The corners of the colour cube: a theme may make anything of "black" and "white". */
#define BLACK_ON_WHITE "\033[38;5;16;48;5;231m"
#define LINE_END       "\033[0m\n"

/* Rows and columns count from the code's own corner; around it all is light. */
static bool is_dark(const QRcode *code, int row, int column)
{
    if (row < 0 || column < 0 || row >= code->width || column >= code->width) {
        return false;
    }
    return (code->data[row * code->width + column] & 1) != 0;
}

/* The modules of @row and of the one below it. */
static void line_draw(const QRcode *code, int row, struct text *to)
{
    static const char *const blocks[2][2] = {{" ", "▄"}, {"▀", "█"}};
    text_append_text(to, BLACK_ON_WHITE);
    for (int column = -QR_MARGIN_MODULES; column < code->width + QR_MARGIN_MODULES; column++) {
        text_append_text(to, blocks[is_dark(code, row, column)][is_dark(code, row + 1, column)]);
    }
    text_append_text(to, LINE_END);
}

int qr_draw(const char *text, struct text *to, unsigned *ret_columns)
{
    /* The least correction: what a terminal shows is not scratched, and a small code fits more of
     * them. */
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
    if (code == NULL) {
        return errno == ERANGE ? ERR_TOO_LARGE : ERR_NO_MEMORY;
    }
    for (int row = -QR_MARGIN_MODULES; row < code->width + QR_MARGIN_MODULES; row += 2) {
        line_draw(code, row, to);
    }
    *ret_columns = (unsigned)(code->width + 2 * QR_MARGIN_MODULES);
    QRcode_free(code);
    return 0;
}
