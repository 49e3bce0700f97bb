/* json_qr.h - a QR code for a page to draw.
 *
 * Layer: node. As one path of SVG, which is a few kilobytes, needs no image and prints sharply.
 */
#ifndef TRESTLE_NODE_API_JSON_QR_H
#define TRESTLE_NODE_API_JSON_QR_H

#include "node/json/json.h"

enum {
    QR_TEXT_BYTES_MAX = 251, /* an address that brings somebody to a cart; it is drawn at once */
    QR_WIDTH_MAX = 61,       /* version 11, which has room for them with correction M */
    QR_RUN_BYTES_MAX = 12,   /* "M60 60.5h61" */
    QR_PATH_BYTES_MAX = QR_WIDTH_MAX * (QR_WIDTH_MAX + 1) / 2 * QR_RUN_BYTES_MAX,
};

/* Of a QrWanted. ERR_MALFORMED: it is none, or its text is too long; ERR_NO_MEMORY. @ret_value is
 * the caller's. */
MUST_CHECK int json_qr(struct bytes body, struct json_value **ret_value);

#endif
