/* paper_check.h - laws of what goes to a printer, whatever was written on the paper. */
#ifndef TRESTLE_TESTS_LIB_PAPER_CHECK_H
#define TRESTLE_TESTS_LIB_PAPER_CHECK_H

#include <stdlib.h>

#include "node/print/escpos.h"
#include "node/print/plain.h"
#include "sync/base/check.h"

/* Size of the command of ours at @bytes; 0 = it is none. */
static inline size_t paper_command_size(const uint8_t *bytes, size_t size)
{
    static const struct {
        uint8_t first, second;
        size_t size;
    } commands[] = {{0x1b, '@', 2}, {0x1b, 't', 3}, {0x1b, 'a', 3}, {0x1b, 'E', 3},
                    {0x1b, 'p', 5}, {0x1d, '!', 3}, {0x1d, 'B', 3}, {0x1d, 'V', 4}};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (size >= commands[i].size && bytes[0] == commands[i].first &&
            bytes[1] == commands[i].second) {
            return commands[i].size;
        }
    }
    return 0;
}

/* Between commands there is nothing but what can be seen, and one cut at the end. */
static inline void paper_check_escpos(const struct paper *paper, const char *codepage)
{
    static uint8_t bytes[ESCPOS_BYTES_MAX];
    const struct codepage *page = codepage_find(bytes_of_text(codepage));
    const size_t size = escpos_encode(paper, page, bytes);
    check(size <= sizeof bytes);
    uint32_t cuts = 0, lines = 0;
    for (size_t at = 0; at < size;) {
        const size_t command = paper_command_size(bytes + at, size - at);
        check(command > 0 || bytes[at] >= 0x20 || bytes[at] == '\n');
        check(command > 0 || bytes[at] != 0x7f);
        cuts += command > 0 && bytes[at + 1] == 'V';
        lines += bytes[at] == '\n' && command == 0;
        at += command > 0 ? command : 1;
    }
    check(cuts == 1 && lines == paper->lines_count);
}

/* In the code page of @choice: one of them, because the search for letters is what takes long. */
static inline void paper_check(const struct paper *paper, unsigned choice)
{
    static const char *const pages[] = {"pc858", "cp1252", "ascii"};
    static uint8_t plain[PLAIN_BYTES_MAX];
    check(paper->lines_count <= PAPER_LINES_MAX && paper->text_size <= PAPER_TEXT_BYTES_MAX);
    paper_check_escpos(paper, pages[choice % 3]);
    const size_t size = plain_encode(paper, plain);
    check(size <= sizeof plain && text_is_utf8(bytes_of(plain, size)));
    for (size_t i = 0; i < size; i++) {
        check((plain[i] >= 0x20 || plain[i] == '\n') && plain[i] != 0x7f);
    }
}

#endif
