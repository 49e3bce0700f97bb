/* escpos.h - paper as the bytes that most thermal printers understand, and what they say of
 * themselves.
 *
 * Layer: node. Commands used, all in Epson's reference and in every clone we know of: ESC @, ESC t,
 * ESC a, ESC E, GS !, GS B, GS V 66, ESC p, DLE EOT. Between them stand only printable bytes and
 * LF.
 */
#ifndef TRESTLE_NODE_PRINT_ESCPOS_H
#define TRESTLE_NODE_PRINT_ESCPOS_H

#include "node/print/codepage.h"
#include "node/print/paper.h"
#include "sync/base/err.h"

enum { ESCPOS_BYTES_MAX = 4 * PAPER_TEXT_BYTES_MAX, ESCPOS_REQUEST_BYTES = 3 };

/* @buffer of ESCPOS_BYTES_MAX; bytes written. Never fails: the paper's own bounds fit. */
size_t escpos_encode(const struct paper *paper, const struct codepage *codepage, void *buffer);

/* What a printer may be asked in the middle of anything: DLE EOT n. */
enum escpos_question {
    ESCPOS_ASK_PRINTER = 1,
    ESCPOS_ASK_OFFLINE = 2,
    ESCPOS_ASK_ERROR = 3,
    ESCPOS_ASK_PAPER = 4
};

/* X(name, bit, text): the text is for a person. */
#define PRINTER_TROUBLES(X)                                                                        \
    X(PRINTER_OFFLINE, 0, "the printer is offline")                                                \
    X(PRINTER_COVER_OPEN, 1, "its cover is open")                                                  \
    X(PRINTER_PAPER_OUT, 2, "it is out of paper")                                                  \
    X(PRINTER_PAPER_LOW, 3, "its paper is running out") /* still prints */                         \
    X(PRINTER_CUTTER, 4, "its cutter is stuck")                                                    \
    X(PRINTER_BROKEN, 5, "it reports an error: switch it off and on")                              \
    X(PRINTER_UNREACHABLE, 6, "it does not answer: look at its cable, its network and its power")  \
    X(PRINTER_NOT_ALLOWED, 7, "this device's settings do not allow that address")

enum printer_trouble {
#define X(name, bit, text) name = 1 << (bit),
    PRINTER_TROUBLES(X)
#undef X
};

/* With one of these nothing can be printed. */
enum {
    PRINTER_STOPS = PRINTER_OFFLINE | PRINTER_COVER_OPEN | PRINTER_PAPER_OUT | PRINTER_CUTTER |
                    PRINTER_BROKEN | PRINTER_UNREACHABLE | PRINTER_NOT_ALLOWED
};

void escpos_ask(enum escpos_question question, uint8_t ret_request[ESCPOS_REQUEST_BYTES]);

/* Add what the one byte of answer says to @troubles. ERR_MALFORMED: it is no such answer. */
MUST_CHECK int escpos_answer(enum escpos_question question, uint8_t answer, unsigned *troubles);

/* The worst of @troubles in words; "ready" when there is none. */
const char *printer_trouble_text(unsigned troubles);

#endif
