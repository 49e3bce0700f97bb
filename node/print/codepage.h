/* codepage.h - characters as a printer's bytes.
 *
 * Layer: node. Nothing below 0x20 and no 0x7f ever comes out: what is on paper cannot be a command.
 */
#ifndef TRESTLE_NODE_PRINT_CODEPAGE_H
#define TRESTLE_NODE_PRINT_CODEPAGE_H

#include "sync/base/bytes.h"

struct codepage {
    const char *name;
    uint8_t number;       /* of ESC t, as most printers count */
    const uint16_t *high; /* characters of bytes 0x80..0xff; NULL = ASCII alone */
};

/* By name ("pc858", "cp1252", "ascii"); the first when there is no such. */
const struct codepage *codepage_find(struct bytes name);

/* 1..4 printable bytes for @character: its own, or letters that say the same, or "?". */
size_t codepage_encode(const struct codepage *codepage, uint32_t character, char ret_bytes[4]);

#endif
