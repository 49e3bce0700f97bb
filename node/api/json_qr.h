/* json_qr.h - a QR code for a page to draw.
 *
 * Layer: node. As one path of SVG, which is a few kilobytes, needs no image and prints sharply.
 */
#ifndef TRESTLE_NODE_API_JSON_QR_H
#define TRESTLE_NODE_API_JSON_QR_H

#include "node/api/json.h"
#include "node/os/matrix_code.h"

enum {
    QR_TEXT_BYTES_MAX = 900, /* an address and a table's code */
    QR_RUN_BYTES_MAX = 16,   /* "M176 176.5h177" */
    QR_PATH_BYTES_MAX = MATRIX_WIDTH_MAX * (MATRIX_WIDTH_MAX + 1) / 2 * QR_RUN_BYTES_MAX,
};

/* Of a QrWanted. ERR_MALFORMED, ERR_TOO_LARGE, ERR_NO_MEMORY. @ret_value is the caller's. */
MUST_CHECK int json_qr(struct bytes body, struct json_value **ret_value);

#endif
