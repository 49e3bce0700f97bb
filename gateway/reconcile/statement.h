/* statement.h - the provider's side of a reconciliation: its payments, refunds and disputes since a
 * moment, page after page.
 *
 * Layer: gateway. Blocking; it reads and changes nothing.
 */
#ifndef TRESTLE_GATEWAY_RECONCILE_STATEMENT_H
#define TRESTLE_GATEWAY_RECONCILE_STATEMENT_H

#include "gateway/reconcile/books.h"
#include "gateway/stripe/reader.h"

enum { STATEMENT_PROBLEM_BYTES_MAX = 200 };

struct statement {
    struct money_list items;
    int64_t since_s;
    char problem[STATEMENT_PROBLEM_BYTES_MAX]; /* what stopped it, and what to do */
};

/* What it reads, in this order. */
#define STATEMENT_LISTS(X)                                                                         \
    X("payments", stripe_list_intents)                                                             \
    X("refunds", stripe_list_refunds)                                                              \
    X("disputes", stripe_list_disputes)

/* What was made in the last @days, by the provider's clock. @on_page is called with what is read
 * and how many objects there are of all. ERR_UNAVAILABLE, ERR_FORBIDDEN (@statement->problem says
 * why), ERR_TOO_MANY, ERR_EXPIRED (cancelled), ERR_NO_MEMORY. */
MUST_CHECK int statement_read(struct stripe_reader *reader, unsigned days,
                              struct statement *statement,
                              void (*on_page)(void *context, const char *what, size_t count),
                              void *context);

/* The payment @id as well, if the provider has it. As statement_read(). */
MUST_CHECK int statement_look(struct stripe_reader *reader, const char *id,
                              struct statement *statement);

void statement_close(struct statement *statement);

#endif
