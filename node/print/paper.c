#include "node/print/paper.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { CHARACTER_BYTES_MAX = 4, SAID_BYTES_MAX = 1024, REPLACEMENT = 0xfffd };

/* --- characters --- */

static bool is_continued(struct bytes text, size_t from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (from + i >= text.size || (text.data[from + i] & 0xc0) != 0x80) {
            return false;
        }
    }
    return true;
}

uint32_t paper_character(struct bytes text, size_t *at)
{
    const uint8_t first = text.data[(*at)++];
    const size_t more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    if (more == 0) {
        return first;
    }
    if (first < 0xc2 || first > 0xf4 || !is_continued(text, *at, more)) {
        return REPLACEMENT;
    }
    uint32_t character = first & (0x3fu >> more);
    for (size_t i = 0; i < more; i++) {
        character = character << 6 | (text.data[(*at)++] & 0x3fu);
    }
    return character;
}

/* Whether it is shown; controls, also those that turn the writing direction, are not. */
static bool is_visible(uint32_t character)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {{0, 0x1f},
                  {0x7f, 0x9f},
                  {0xad, 0xad},
                  {0x300, 0x36f},
                  {0x200b, 0x200f},
                  {0x2028, 0x202e},
                  {0x2060, 0x206f},
                  {0xd800, 0xdfff},
                  {0xfe00, 0xfe0f},
                  {0xfeff, 0xfeff},
                  {0xfff9, 0xfffc},
                  {0xe0000, 0xe0fff},
                  {0x110000, UINT32_MAX}};
    for (size_t i = 0; hidden[i].first <= character; i++) { /* the last takes all that is left */
        if (character <= hidden[i].last) {
            return false;
        }
    }
    return true;
}

static size_t character_write(uint32_t character, uint8_t *to)
{
    const size_t more = character < 0x80 ? 0 : character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    static const uint8_t marks[CHARACTER_BYTES_MAX] = {0, 0xc0, 0xe0, 0xf0};
    for (size_t i = more; i > 0; i--, character >>= 6) {
        to[i] = (uint8_t)(0x80 | (character & 0x3f));
    }
    to[0] = (uint8_t)(marks[more] | character);
    return more + 1;
}

/* --- lines --- */

void paper_begin(struct paper *paper, uint32_t width)
{
    paper->width = width < 16 ? 16 : width > PAPER_WIDTH_MAX ? PAPER_WIDTH_MAX : width;
    paper->is_cut_short = false;
    paper->lines_count = 0;
    paper->text_size = 0;
}

/* A line to write into; NULL when the paper is full, which its last line then says. */
static struct paper_line *line_begin(struct paper *paper, unsigned style)
{
    static const char full[] = "... and more: see the screen";
    const size_t room = PAPER_TEXT_BYTES_MAX - paper->text_size;
    if (paper->is_cut_short) {
        return NULL;
    }
    paper->is_cut_short = paper->lines_count == PAPER_LINES_MAX - 1 ||
                          room < (size_t)CHARACTER_BYTES_MAX * PAPER_WIDTH_MAX + sizeof full;
    struct paper_line *line = &paper->lines[paper->lines_count++];
    *line =
        (struct paper_line){.style = style, .text = bytes_of(paper->text + paper->text_size, 0)};
    if (!paper->is_cut_short) {
        return line;
    }
    memcpy(paper->text + paper->text_size, full, sizeof full - 1);
    line->text.size = sizeof full - 1;
    paper->text_size += line->text.size;
    return NULL;
}

static void line_put(struct paper *paper, struct paper_line *line, uint32_t character)
{
    const size_t size = character_write(character, paper->text + paper->text_size);
    line->text.size += size;
    paper->text_size += size;
}

/* How many columns of @text from @at are visible, at most @limit; a word is not begun that does not
 * end within. @ret_next: where the rest begins. */
static uint32_t words_that_fit(struct bytes text, size_t at, uint32_t limit, size_t *ret_next)
{
    uint32_t count = 0;
    uint32_t fitting = 0;
    size_t next = at;
    while (at < text.size) {
        const size_t before = at;
        const uint32_t character = paper_character(text, &at);
        if (!is_visible(character)) {
            continue;
        }
        if (character == ' ') {
            fitting = count;
            next = at;
        }
        if (count == limit) {
            *ret_next = fitting > 0 ? next : before;
            return fitting > 0 ? fitting : limit;
        }
        count++;
    }
    *ret_next = text.size;
    return count;
}

static void put_visible(struct paper *paper, struct paper_line *line, struct bytes text, size_t at,
                        uint32_t count)
{
    while (at < text.size && count > 0) {
        const uint32_t character = paper_character(text, &at);
        if (is_visible(character)) {
            line_put(paper, line, character);
            count--;
        }
    }
}

static void put_spaces(struct paper *paper, struct paper_line *line, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        line_put(paper, line, ' ');
    }
}

static uint32_t columns_of(const struct paper *paper, unsigned style)
{
    return (style & PAPER_BIG) != 0 ? paper->width / 2 : paper->width;
}

void paper_add(struct paper *paper, unsigned style, uint32_t indent, struct bytes text)
{
    const uint32_t columns = columns_of(paper, style) - indent;
    size_t at = 0;
    do {
        struct paper_line *line = line_begin(paper, style);
        size_t next = 0;
        if (line == NULL) {
            return;
        }
        const uint32_t count = words_that_fit(text, at, columns, &next);
        put_spaces(paper, line, indent);
        put_visible(paper, line, text, at, count);
        at = next;
    } while (at < text.size);
}

void paper_say(struct paper *paper, unsigned style, uint32_t indent, const char *format, ...)
{
    char said[SAID_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(said, sizeof said, format, arguments);
    va_end(arguments);
    if (size >= 0) {
        const size_t whole = (size_t)size < sizeof said ? (size_t)size : sizeof said - 1;
        paper_add(paper, style, indent, bytes_of(said, whole));
    }
}

static uint32_t visible_count(struct bytes text)
{
    uint32_t count = 0;
    for (size_t at = 0; at < text.size;) {
        count += is_visible(paper_character(text, &at));
    }
    return count;
}

void paper_pair(struct paper *paper, unsigned style, struct bytes left, struct bytes right)
{
    const uint32_t columns = columns_of(paper, style);
    const uint32_t left_columns = visible_count(left);
    const uint32_t right_columns = visible_count(right);
    if (left_columns + 1 + right_columns > columns) {
        paper_add(paper, style, 0, left);
        left = bytes_of(NULL, 0);
    }
    struct paper_line *line = line_begin(paper, style);
    if (line == NULL) {
        return;
    }
    const uint32_t said = left.size == 0 ? 0 : left_columns;
    const uint32_t shown = right_columns < columns ? right_columns : columns;
    put_visible(paper, line, left, 0, said);
    put_spaces(paper, line, columns - said - shown);
    put_visible(paper, line, right, 0, shown);
}

void paper_rule(struct paper *paper)
{
    struct paper_line *line = line_begin(paper, PAPER_PLAIN);
    for (uint32_t i = 0; line != NULL && i < paper->width; i++) {
        line_put(paper, line, '-');
    }
}
