#include "node/os/matrix_code.h"

#include <errno.h>
#include <stddef.h>

#include <qrencode.h>

int matrix_code_encode(const char *text, enum matrix_correction correction,
                       struct matrix_code *ret_code)
{
    static const QRecLevel levels[] = {
        [MATRIX_CORRECTION_L] = QR_ECLEVEL_L,
        [MATRIX_CORRECTION_M] = QR_ECLEVEL_M,
    };
    QRcode *code = QRcode_encodeString8bit(text, 0, levels[correction]);
    if (code == NULL) {
        return errno == ERANGE ? ERR_TOO_LARGE : ERR_NO_MEMORY;
    }
    ret_code->width = (unsigned)code->width;
    for (unsigned i = 0; i < ret_code->width * ret_code->width; i++) {
        ret_code->modules[i] = code->data[i] & 1;
    }
    QRcode_free(code);
    return 0;
}

bool matrix_code_is_dark(const struct matrix_code *code, int row, int column)
{
    const int width = (int)code->width;
    if (row < 0 || column < 0 || row >= width || column >= width) {
        return false;
    }
    return code->modules[row * width + column] != 0;
}
