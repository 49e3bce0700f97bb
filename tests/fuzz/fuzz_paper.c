/* fuzz_paper.c - a stranger's text on paper is never a command, and what a printer answers is
 * understood or refused.
 *
 * Input: 1 byte of width, 1 of style, 1 of indent and code page, 1 that a printer answered, then
 * text; its first half stands left on a line, its second right, and all of it in a paragraph.
 */
#include "node/print/escpos.h"
#include "sync/base/check.h"
#include "tests/lib/paper_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_answer(uint8_t answer)
{
    for (int question = ESCPOS_ASK_PRINTER; question <= ESCPOS_ASK_PAPER; question++) {
        unsigned troubles = 0;
        if (escpos_answer((enum escpos_question)question, answer, &troubles) != 0) {
            check(troubles == 0);
        }
        check(printer_trouble_text(troubles)[0] != '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct paper paper;
    if (size < 4) {
        return 0;
    }
    const struct bytes text = bytes_of(data + 4, size - 4);
    const size_t half = text.size / 2;
    paper_begin(&paper, 8 + data[0] % (PAPER_WIDTH_MAX - 7U));
    paper_add(&paper, data[1] & 15U, data[2] % 8U, text);
    paper_pair(&paper, data[1] >> 4, bytes_of(text.data, half),
               bytes_of(text.data + half, text.size - half));
    paper_rule(&paper);
    paper_check(&paper, data[2] >> 4);
    check_answer(data[3]);
    return 0;
}
