#include "node/print/plain.h"

#include <string.h>

static size_t repeat(uint8_t *to, uint8_t character, uint32_t count)
{
    memset(to, character, count);
    return count;
}

static uint32_t characters_of(struct bytes text)
{
    uint32_t count = 0;
    for (size_t at = 0; at < text.size; count++) {
        (void)paper_character(text, &at);
    }
    return count;
}

static size_t put_line(const struct paper *paper, const struct paper_line *line, uint8_t *to)
{
    const uint32_t count = characters_of(line->text);
    const bool is_centered = (line->style & PAPER_CENTERED) != 0 && count < paper->width;
    size_t size = is_centered ? repeat(to, ' ', (paper->width - count) / 2) : 0;
    memcpy(to + size, line->text.data, line->text.size);
    size += line->text.size;
    to[size++] = '\n';
    return size;
}

size_t plain_encode(const struct paper *paper, uint8_t *buffer)
{
    size_t size = 0;
    for (uint32_t i = 0; i < paper->lines_count; i++) {
        size += put_line(paper, &paper->lines[i], buffer + size);
    }
    size += repeat(buffer + size, '=', paper->width);
    buffer[size++] = '\n';
    return size;
}
