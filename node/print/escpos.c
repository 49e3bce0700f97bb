#include "node/print/escpos.h"

#include <string.h>

enum { ESC = 0x1b, GS = 0x1d, DLE = 0x10, EOT = 0x04, LF = 0x0a };

/* --- bytes --- */

struct output {
    uint8_t *data;
    size_t size;
    unsigned style; /* as the printer has it now */
};

static void put(struct output *output, const uint8_t *bytes, size_t size)
{
    memcpy(output->data + output->size, bytes, size);
    output->size += size;
}

#define PUT(output, ...)                                                                           \
    put((output), (const uint8_t[]){__VA_ARGS__}, sizeof(const uint8_t[]){__VA_ARGS__})

/* Only what differs from the line before. */
static void put_style(struct output *output, unsigned style)
{
    static const struct {
        unsigned style;
        uint8_t command[2], on;
    } rows[] = {{PAPER_CENTERED, {ESC, 'a'}, 1},
                {PAPER_BOLD, {ESC, 'E'}, 1},
                {PAPER_BIG, {GS, '!'}, 0x11},
                {PAPER_INVERSE, {GS, 'B'}, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (((style ^ output->style) & rows[i].style) != 0) {
            put(output, rows[i].command, 2);
            PUT(output, (style & rows[i].style) != 0 ? rows[i].on : 0);
        }
    }
    output->style = style;
}

static void put_text(struct output *output, const struct codepage *codepage, struct bytes text)
{
    char bytes[4];
    for (size_t at = 0; at < text.size;) {
        const size_t size = codepage_encode(codepage, paper_character(text, &at), bytes);
        put(output, (const uint8_t *)bytes, size);
    }
}

/* A line is at most PAPER_WIDTH_MAX characters, each at most as many bytes as in UTF-8 or, spelled,
 * four; a style takes 12. */
_Static_assert(ESCPOS_BYTES_MAX >=
                   PAPER_TEXT_BYTES_MAX * 3 + PAPER_LINES_MAX * 16 + 64 /* begin, cut */,
               "every paper fits");

size_t escpos_encode(const struct paper *paper, const struct codepage *codepage, void *buffer)
{
    struct output output = {.data = buffer};
    PUT(&output, ESC, '@', ESC, 't', codepage->number);
    for (uint32_t i = 0; i < paper->lines_count; i++) {
        put_style(&output, paper->lines[i].style);
        put_text(&output, codepage, paper->lines[i].text);
        PUT(&output, LF);
    }
    put_style(&output, PAPER_PLAIN);
    PUT(&output, GS, 'V', 66, 3); /* feed to the knife and three dots, cut */
    return output.size;
}

/* --- status --- */

void escpos_ask(enum escpos_question question, uint8_t ret_request[ESCPOS_REQUEST_BYTES])
{
    ret_request[0] = DLE;
    ret_request[1] = EOT;
    ret_request[2] = (uint8_t)question;
}

int escpos_answer(enum escpos_question question, uint8_t answer, unsigned *troubles)
{
    static const struct {
        enum escpos_question question;
        uint8_t bits;
        unsigned trouble;
    } rows[] = {{ESCPOS_ASK_PRINTER, 0x08, PRINTER_OFFLINE},
                {ESCPOS_ASK_OFFLINE, 0x04, PRINTER_COVER_OPEN},
                {ESCPOS_ASK_OFFLINE, 0x20, PRINTER_PAPER_OUT},
                {ESCPOS_ASK_OFFLINE, 0x40, PRINTER_BROKEN},
                {ESCPOS_ASK_ERROR, 0x08, PRINTER_CUTTER},
                {ESCPOS_ASK_ERROR, 0x20, PRINTER_BROKEN},
                {ESCPOS_ASK_PAPER, 0x0c, PRINTER_PAPER_LOW},
                {ESCPOS_ASK_PAPER, 0x60, PRINTER_PAPER_OUT}};
    if ((answer & 0x93) != 0x12) {
        return ERR_MALFORMED; /* bits 1 and 4 are set, 0 and 7 are not, in every answer */
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].question == question && (answer & rows[i].bits) != 0) {
            *troubles |= rows[i].trouble;
        }
    }
    return 0;
}

const char *printer_trouble_text(unsigned troubles)
{
    static const struct {
        unsigned trouble;
        const char *text;
    } rows[] = {
#define X(name, bit, text) {name, text},
        PRINTER_TROUBLES(X)
#undef X
    };
    /* Offline is the least that can be said: look for its cause first. */
    for (size_t i = 1; i < sizeof rows / sizeof rows[0]; i++) {
        if ((troubles & rows[i].trouble & PRINTER_STOPS) != 0) {
            return rows[i].text;
        }
    }
    if ((troubles & PRINTER_OFFLINE) != 0) {
        return rows[0].text;
    }
    return (troubles & PRINTER_PAPER_LOW) != 0 ? "its paper is running out" : "ready";
}
