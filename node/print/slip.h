/* slip.h - what a ticket and a receipt look like.
 *
 * Layer: node. Pure: from an order and one of its slips (sync/domain/print.h) to lines of text. The
 * first ticket of a station lists its lines; a later one only what changed, as ADDED, NOW and VOID;
 * one that may lie about already says so in its first line.
 */
#ifndef TRESTLE_NODE_PRINT_SLIP_H
#define TRESTLE_NODE_PRINT_SLIP_H

#include "node/print/paper.h"
#include "sync/domain/print.h"

struct slip_input {
    const struct history *history;
    const struct order *order; /* derived from it */
    const struct print_slip *slip;
    struct bytes popup, currency;
    uint32_t currency_digits;
    const char *time; /* of the claim, for a person: "18:05" */
    uint32_t width;
};

/* ERR_MALFORMED: the claim is not in the history. */
MUST_CHECK int slip_layout(const struct slip_input *input, struct paper *ret_paper);

/* To try a printer: its number or address, umlauts, a ruler as wide as the paper should be. */
void slip_test(const char *printer, uint32_t width, struct paper *ret_paper);

#endif
