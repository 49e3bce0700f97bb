/* print.h - what of an order is on paper, and what should be.
 *
 * Layer: sync/domain (pure). A *job* is a thing to print: the lines of one station as they are now,
 * or a receipt; its id derives from the order's id and what is to be printed, so every device finds
 * the same. A *slip* is one piece of paper: a claim of a job by a printer. All follows from the set
 * of the order's events, so however often an event arrives, a revision of an order is one job per
 * station; when it was claimed it is due no more.
 *
 * Nothing prints twice silently. Who prints a job again says so on the paper; two who could not
 * know of each other are flagged (FLAG_PRINTED_TWICE) on every device that hears of both.
 */
#ifndef TRESTLE_SYNC_DOMAIN_PRINT_H
#define TRESTLE_SYNC_DOMAIN_PRINT_H

#include "sync/domain/order.h"
#include "sync/domain/print_events.h"

bool print_job_equal(const struct print_job *a, const struct print_job *b);

enum { PRINT_SLIPS_MAX = 64 }; /* of one order; beyond them nothing of it is printed by itself */

/* One piece of paper. Texts are borrowed from the history. */
struct print_slip {
    struct operation id;
    uint32_t event; /* index in the history: the claim's body is there */
    uint64_t t;
    struct print_job job;
    enum print_purpose purpose;
    uint32_t printer;
    enum print_reason reason;
    bool is_asked;
    struct bytes station;
    bool has_of;
    struct operation of;
    bool is_done;
    enum print_result result; /* when done */
    bool is_replaced;         /* another claim answers, repeats or takes over this one */
    bool has_twin;            /* elsewhere somebody printed the same, not knowing of it */
};

struct print_slips {
    uint32_t count; /* in the history's order */
    bool is_cut_short;
    struct print_slip slips[PRINT_SLIPS_MAX];
};

void print_slips_find(const struct history *history, struct print_slips *ret_slips);

/* The slip whose claim is (@log, @seq); NULL. */
const struct print_slip *print_slip_at(const struct print_slips *slips, uint64_t log, uint64_t seq);

/* Neither done nor replaced: somebody still has to do something. */
static inline bool print_slip_is_open(const struct print_slip *slip)
{
    return !slip->is_done && !slip->is_replaced;
}

/* Bytes of it may have gone to a printer: neither a wish nor one that surely failed. */
static inline bool print_slip_may_exist(const struct print_slip *slip)
{
    return !slip->is_asked && !(slip->is_done && slip->result == PRINT_FAILED);
}

/* The ticket of @station as it should be: job, version and every line of the station. @order is
 * derived from @history. */
void print_ticket_want(const struct history *history, const struct order *order,
                       struct bytes station, struct print_claim *ret_claim);

/* The receipt @receipt, of which lane, incarnation and number count. NULL: the bill of an order
 * that is not paid, as it would be now: a payment or a change of the total makes it another one. */
void print_receipt_want(const struct order *order, const struct order_receipt *receipt,
                        struct print_claim *ret_claim);

/* Which of the order's receipts job @job puts on paper; NULL: none, it is a bill. */
const struct order_receipt *print_receipt_of(const struct order *order,
                                             const struct print_job *job);

/* The last that was claimed for a line at @station, leaving out those of job @except (or NULL);
 * false when it was never. @ret_is_agreed: no other claim of the same version says otherwise. */
bool print_paper_find(const struct history *history, struct bytes station, uint32_t line,
                      const struct print_job *except, struct print_line *ret_line,
                      bool *ret_is_agreed);

/* Whether the ticket of @station is to be printed by itself: the kitchen is to cook it, and it says
 * something that no claim has put on paper. Fills @ret_claim as print_ticket_want() either way. */
bool print_ticket_is_due(const struct history *history, const struct order *order,
                         const struct print_slips *slips, struct bytes station,
                         struct print_claim *ret_claim);

/* Whether two printed the same without knowing of each other. */
bool print_is_doubled(const struct history *history);

#endif
