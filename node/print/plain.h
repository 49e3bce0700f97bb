/* plain.h - paper as text: the virtual printer of demos and tests.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_PRINT_PLAIN_H
#define TRESTLE_NODE_PRINT_PLAIN_H

#include "node/print/paper.h"

enum { PLAIN_BYTES_MAX = 2 * PAPER_TEXT_BYTES_MAX + PAPER_LINES_MAX * PAPER_WIDTH_MAX };

/* @buffer of PLAIN_BYTES_MAX; bytes written. UTF-8; the cut is a line of "=". */
size_t plain_encode(const struct paper *paper, uint8_t *buffer);

#endif
