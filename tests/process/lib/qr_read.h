/* qr_read.h - reads a QR code that was drawn on a terminal, as a scanner would.
 *
 * Written from ISO/IEC 18004 alone, versions 1 to 9 with the least correction: so that a code that
 * is inverted, mirrored, without its margin or of other data fails a test. Errors are not
 * corrected: in a terminal there are none.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_QR_READ_H
#define TRESTLE_TESTS_PROCESS_LIB_QR_READ_H

#include <stddef.h>

enum { QR_READ_BYTES_MAX = 256 };

/* The text of the code whose lines @drawn begins with; fails the test where there is none. */
void qr_read(const char *drawn, char ret_text[QR_READ_BYTES_MAX]);

#endif
