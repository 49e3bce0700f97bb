/* paper.h - lines of styled text, before it is known what prints them.
 *
 * Layer: node. Texts come from strangers (names, notes): what is not a visible character is dropped
 * when a line is added, so no text can speak to the printer or to a terminal.
 */
#ifndef TRESTLE_NODE_PRINT_PAPER_H
#define TRESTLE_NODE_PRINT_PAPER_H

#include "sync/base/bytes.h"

enum {
    PAPER_LINES_MAX = 600, /* 64 lines with 16 options and notes, wrapped, are about that */
    PAPER_TEXT_BYTES_MAX = 48 * 1024,
    PAPER_WIDTH_MAX = 96,
};

enum paper_style {
    PAPER_PLAIN = 0,
    PAPER_BOLD = 1,
    PAPER_BIG = 2, /* twice as wide and high: half as many columns */
    PAPER_INVERSE = 4,
    PAPER_CENTERED = 8,
};

struct paper_line {
    unsigned style; /* enum paper_style */
    struct bytes text;
};

struct paper {
    uint32_t width;    /* columns */
    bool is_cut_short; /* did not fit: the last line says so */
    uint32_t lines_count;
    struct paper_line lines[PAPER_LINES_MAX];
    size_t text_size;
    uint8_t text[PAPER_TEXT_BYTES_MAX]; /* clean UTF-8 */
};

void paper_begin(struct paper *paper, uint32_t width);

/* A paragraph, broken between words. @indent columns before each line. */
void paper_add(struct paper *paper, unsigned style, uint32_t indent, struct bytes text);

/* As printf. */
void paper_say(struct paper *paper, unsigned style, uint32_t indent, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* @left ... @right, on one line where they fit. */
void paper_pair(struct paper *paper, unsigned style, struct bytes left, struct bytes right);

void paper_rule(struct paper *paper);

/* The next character of clean UTF-8, or of any bytes: what is not one gives 0xfffd. Moves @at. */
uint32_t paper_character(struct bytes text, size_t *at);

#endif
