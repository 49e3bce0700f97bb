#include "tests/process/lib/qr_read.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

#define BLACK_ON_WHITE "\033[38;5;16;48;5;231m"

enum {
    VERSION_MAX = 9,
    MARGIN = 4,
    SIDE_MAX = 17 + 4 * VERSION_MAX + 2 * MARGIN,
    CODEWORDS_MAX = 292
};

/* By version, with correction L: bytes of data, blocks that they are dealt to (all of one length),
 * and the centres of the alignment patterns. */
static const struct form {
    size_t bytes, blocks;
    int centres[3];
} forms[VERSION_MAX + 1] = {
    [1] = {19, 1, {0}},          [2] = {34, 1, {6, 18}},      [3] = {55, 1, {6, 22}},
    [4] = {80, 1, {6, 26}},      [5] = {108, 1, {6, 30}},     [6] = {136, 2, {6, 34}},
    [7] = {156, 2, {6, 22, 38}}, [8] = {194, 2, {6, 24, 42}}, [9] = {232, 2, {6, 26, 46}},
};

struct code {
    bool dark[SIDE_MAX + 1][SIDE_MAX]; /* margin and all; an odd side leaves half a line */
    int side, version, mask;           /* side: without the margin */
};

/* --- what was drawn --- */

/* The two modules of the character at *@at, which is stepped over. */
static bool glyph_read(const char **at, bool *ret_upper, bool *ret_lower)
{
    static const struct {
        const char *text;
        bool upper, lower;
    } glyphs[] = {{" ", false, false}, {"▀", true, false}, {"▄", false, true}, {"█", true, true}};
    for (size_t i = 0; i < sizeof glyphs / sizeof glyphs[0]; i++) {
        if (strncmp(*at, glyphs[i].text, strlen(glyphs[i].text)) != 0) {
            continue;
        }
        *at += strlen(glyphs[i].text);
        *ret_upper = glyphs[i].upper;
        *ret_lower = glyphs[i].lower;
        return true;
    }
    return false;
}

static int line_read(struct code *code, int row, const char **at)
{
    int columns = 0;
    bool upper, lower;
    *at += strlen(BLACK_ON_WHITE);
    for (; glyph_read(at, &upper, &lower); columns++) {
        assert_true(columns < SIDE_MAX && row < SIDE_MAX);
        code->dark[row][columns] = upper;
        code->dark[row + 1][columns] = lower;
    }
    assert_int_equal(strncmp(*at, "\033[0m", 4), 0);
    *at += strcspn(*at, "\n");
    *at += **at == '\n';
    return columns;
}

static void lines_read(struct code *code, const char *drawn)
{
    int columns = 0, rows = 0;
    for (; strncmp(drawn, BLACK_ON_WHITE, strlen(BLACK_ON_WHITE)) == 0; rows += 2) {
        const int these = line_read(code, rows, &drawn);
        assert_true(rows == 0 || these == columns);
        columns = these;
    }
    assert_int_equal(rows, columns + 1); /* the side is odd */
    code->side = columns - 2 * MARGIN;
    code->version = (code->side - 17) / 4;
    assert_true(code->version >= 1 && code->version <= VERSION_MAX);
    assert_int_equal(code->side, 17 + 4 * code->version);
    for (int y = 0; y < rows; y++) {
        for (int x = 0; x < columns; x++) {
            if (y < MARGIN || x < MARGIN || y >= MARGIN + code->side || x >= MARGIN + code->side) {
                assert_false(code->dark[y][x]);
            }
        }
    }
}

static bool module(const struct code *code, int x, int y)
{
    return code->dark[MARGIN + y][MARGIN + x];
}

/* --- what is data --- */

/* A finder looks like no other, and the fourth corner has none: so the code stands upright. */
static void finders_check(const struct code *code)
{
    const int far = code->side - 7;
    const int corners[3][2] = {{0, 0}, {far, 0}, {0, far}};
    for (int i = 0; i < 3; i++) {
        for (int y = 0; y < 7; y++) {
            for (int x = 0; x < 7; x++) {
                const int across = abs(x - 3), down = abs(y - 3); /* from its centre */
                assert_int_equal(module(code, corners[i][0] + x, corners[i][1] + y),
                                 across != 2 && down != 2 ? 1 : across == 3 || down == 3);
            }
        }
    }
}

static void format_read(struct code *code)
{
    unsigned bits = 0;
    for (int x = 0; x <= 8; x++) { /* bit 14 comes first; the timing pattern lies between */
        bits = x == 6 ? bits : bits << 1 | module(code, x, 8);
    }
    bits ^= 0x5412 >> 7;
    assert_int_equal(bits >> 6, 1); /* correction L */
    code->mask = (int)(bits >> 3 & 7);
}

/* A finder, its separator and the format beside it. */
static bool is_corner(const struct code *code, int x, int y)
{
    const int far = code->side - 8;
    return (x < 9 && y < 9) || (x < 9 && y >= far) || (x >= far && y < 9);
}

/* Any two centres make a pattern, but for those that would lie on a finder. */
static bool is_aligned(const struct code *code, int x, int y)
{
    const int *centres = forms[code->version].centres;
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            if (centres[i] > 0 && centres[j] > 0 && !is_corner(code, centres[i], centres[j]) &&
                abs(x - centres[i]) <= 2 && abs(y - centres[j]) <= 2) {
                return true;
            }
        }
    }
    return false;
}

static bool is_data(const struct code *code, int x, int y)
{
    const int far = code->side - 11;
    const bool is_timing = x == 6 || y == 6;
    const bool is_version = code->version >= 7 && ((x < 6 && y >= far) || (y < 6 && x >= far));
    return !is_timing && !is_version && !is_corner(code, x, y) && !is_aligned(code, x, y);
}

static bool is_masked(int mask, int x, int y)
{
    const int rest[8] = {(x + y) % 2,
                         y % 2,
                         x % 3,
                         (x + y) % 3,
                         (x / 3 + y / 2) % 2,
                         x * y % 2 + x * y % 3,
                         (x * y % 2 + x * y % 3) % 2,
                         ((x + y) % 2 + x * y % 3) % 2};
    return rest[mask] == 0;
}

/* --- what it says --- */

/* The codewords as they lie: two columns at a time from the right, up and down in turn. */
static void codewords_read(const struct code *code, uint8_t words[CODEWORDS_MAX])
{
    size_t bits = 0;
    bool is_upward = true;
    memset(words, 0, CODEWORDS_MAX);
    for (int right = code->side - 1; right > 0; right -= 2, is_upward = !is_upward) {
        right -= right == 6; /* the timing pattern's column is none of a pair */
        for (int i = 0; i < 2 * code->side; i++) {
            const int x = right - i % 2;
            const int y = is_upward ? code->side - 1 - i / 2 : i / 2;
            if (!is_data(code, x, y)) {
                continue;
            }
            assert_true(bits < (size_t)8 * CODEWORDS_MAX);
            if (module(code, x, y) != is_masked(code->mask, x, y)) {
                words[bits / 8] |= (uint8_t)(0x80 >> bits % 8);
            }
            bits++;
        }
    }
}

/* Undo the dealing: word i is of block i modulo their number. */
static void blocks_join(const struct form *form, const uint8_t *words, uint8_t data[CODEWORDS_MAX])
{
    const size_t each = form->bytes / form->blocks;
    for (size_t i = 0; i < form->bytes; i++) {
        data[i % form->blocks * each + i / form->blocks] = words[i];
    }
}

void qr_read(const char *drawn, char ret_text[QR_READ_BYTES_MAX])
{
    static struct code code;
    uint8_t words[CODEWORDS_MAX], data[CODEWORDS_MAX] = {0};
    memset(&code, 0, sizeof code);
    lines_read(&code, drawn);
    finders_check(&code);
    format_read(&code);
    codewords_read(&code, words);
    blocks_join(&forms[code.version], words, data);
    assert_int_equal(data[0] >> 4, 4); /* bytes: four bits, their number in eight, then they */
    const size_t size = (size_t)((data[0] & 15) << 4 | data[1] >> 4);
    assert_true(size < QR_READ_BYTES_MAX && size + 2 < CODEWORDS_MAX);
    for (size_t i = 0; i < size; i++) {
        ret_text[i] = (char)((data[i + 1] & 15) << 4 | data[i + 2] >> 4);
    }
    ret_text[size] = '\0';
}
