/* report.h - what a trading day came to: the sum over its orders, to the cent.
 *
 * Layer: sync/domain (pure). Law: every amount is the sum of that amount over the orders that were
 * added; by method, and by rate, they add up to the whole (tests/unit/test_report.c).
 */
#ifndef TRESTLE_SYNC_DOMAIN_REPORT_H
#define TRESTLE_SYNC_DOMAIN_REPORT_H

#include "sync/domain/order.h"

enum {
    REPORT_METHODS_MAX = 16, /* further ones are added up as "other" */
    REPORT_RATES_MAX = 32,   /* further ones as the last */
    REPORT_TIPS_MAX = 33,    /* staff numbers, 0 among them, to which further ones are added */
};

#define PROVIDER_METHOD "card-online" /* how what the provider took is called */

struct report_method {
    char name[NAME_BYTES_MAX + 1]; /* "cash", "card-external", "card-online" = the provider's */
    uint64_t payments, refunds;    /* counts */
    int64_t paid_minor, refunded_minor;
    int64_t rounding_minor; /* of cash: what changed hands beside the amounts */
};

/* What was tipped on orders where this person said so. */
struct report_tip {
    uint64_t staff; /* number; 0 = the guests themselves, or nobody in particular */
    int64_t tip_minor;
};

struct report {
    uint64_t orders; /* all of the day */
    uint64_t open, completed, cancelled, refused;
    uint64_t flagged;       /* a person must settle them */
    uint64_t uncollected;   /* nobody came for a part of them, or for all */
    int64_t left_minor;     /* what that part would cost, before discounts; it may be paid */
    int64_t owed_minor;     /* sales, tax included, after discounts */
    int64_t tax_minor;      /* of owed */
    int64_t discount_minor; /* given on owed */
    int64_t tip_minor;      /* on top of owed: no sales, and no tax is in it */
    int64_t paid_minor, refunded_minor, forgiven_minor;
    int64_t give_back_minor, collect_minor; /* still due, either way */
    int64_t held_minor, disputed_minor;
    int64_t hold_ends_s; /* when the first of what is held ends, as ledger.h says; 0 = not known */
    uint32_t methods_count;
    struct report_method methods[REPORT_METHODS_MAX];
    uint32_t rates_count;
    struct order_rate rates[REPORT_RATES_MAX]; /* by rate */
    uint32_t tips_count;
    struct report_tip tips[REPORT_TIPS_MAX]; /* by staff number */
};

/* What @units of @line would cost with its options, before discounts; 0 of a price that no bill
 * takes. */
int64_t report_worth(const struct order_line *line, uint32_t units);

/* What the lines of @order come to that are neither void nor refused. */
int64_t report_payable(const struct order *order);

void report_reset(struct report *report);
void report_add(struct report *report, const struct order *order);

#endif
