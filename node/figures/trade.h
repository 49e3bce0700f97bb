/* trade.h - how trade went over some trading days: by quarter of an hour, item, channel and so on.
 *
 * Layer: node (pure: adds up orders that were derived; no store, no clock). Some 0.5 MB: trade_new.
 * Law: the amounts by day, by channel, by mode and by lane, each with what had no room of its own,
 * come to report.owed_minor; by slot with `untimed`; by item with `kept_minor`; what people took
 * off (`people`) comes to `voided`, `cancelled_minor`, and the report's discounts and refunds
 * (tests/process/test_trade.c). tests/figures/figures.py computes all of it anew from an export.
 */
#ifndef TRESTLE_NODE_API_TRADE_H
#define TRESTLE_NODE_API_TRADE_H

#include "sync/domain/deduction.h"
#include "sync/domain/report.h"

enum {
    TRADE_ORDERS_MAX = 20000, /* in all: some 20 us each */
    TRADE_DAYS_MAX = 31,
    TRADE_SLOT_MS = 900000,                /* zones of time lie quarters of an hour apart */
    TRADE_SLOTS_MAX = TRADE_DAYS_MAX * 96, /* later ones count as untimed */
    TRADE_ITEMS_MAX = 600,                 /* further ones are added up as the last, "other" */
    TRADE_SHARES_MAX = 32,                 /* the same */
    TRADE_PEOPLE_MAX = ROSTER_PEOPLE_MAX + DEDUCTION_SOURCE_COUNT, /* further ones: nobody's */
};

struct trade_slot {
    int64_t at_ms; /* its begin, since 1970 */
    uint64_t orders;
    int64_t owed_minor;
};

struct trade_share {
    char name[NAME_BYTES_MAX + 1];
    uint64_t orders;
    int64_t owed_minor;
};

struct trade_shares {
    uint32_t count;
    struct trade_share shares[TRADE_SHARES_MAX];
};

struct trade_item {
    uint64_t item, stall;          /* numbers; item 0 = typed in, and told apart by name */
    char name[NAME_BYTES_MAX + 1]; /* as the first order had it */
    uint64_t lines;
    uint64_t units, handed;
    int64_t owed_minor, discount_minor;
};

/* Lines that were sold and are not, or units that nobody came for: what they would cost before
 * discounts. */
struct trade_loss {
    uint64_t lines, units;
    int64_t minor;
};

/* What somebody took off, by kind. */
struct trade_person {
    enum deduction_source source;
    uint64_t staff; /* number; 0 = it was no person, or nobody was signed in */
    struct {
        uint64_t count; /* lines, orders, discounts, refunds */
        int64_t minor;
    } sums[DEDUCTION_KIND_COUNT];
};

/* How long something took, in whole seconds, of the orders of which both ends are known. */
struct trade_wait {
    uint32_t count;
    uint32_t seconds[TRADE_ORDERS_MAX]; /* sorted by trade_finish() */
};

struct trade {
    int64_t epoch_ms;
    struct report report;
    struct trade_shares channels, modes, lanes; /* lanes: of the number that is called first */
    uint32_t days_count, slots_count, items_count;
    struct {
        uint64_t day, orders;
        int64_t owed_minor;
    } days[TRADE_DAYS_MAX];
    struct trade_slot slots[TRADE_SLOTS_MAX]; /* by time, those with orders */
    struct trade_item items[TRADE_ITEMS_MAX];
    uint64_t untimed; /* orders whose time makes no sense, or has no slot */
    int64_t untimed_minor;
    int64_t kept_minor; /* owed for the handed part of orders that were cancelled */
    struct trade_loss voided, refused, uncollected;
    uint32_t people_count;
    struct trade_person people[TRADE_PEOPLE_MAX]; /* those who did, by source and number */
    int64_t cancelled_minor;                      /* what cancelled orders would have come to */
    uint64_t discounted;                          /* orders with a discount */
    struct trade_wait cooking;                    /* from accepted to ready */
    struct trade_wait waiting;                    /* from ordered to ready */
    struct trade_wait handing;                    /* from ready to handed over */
};

/* @epoch_ms: of the pop-up, since 1970. NULL: no memory. */
struct trade *trade_new(int64_t epoch_ms);
void trade_free(struct trade *trade);

/* The orders added next are of @day, which comes after those before. At most TRADE_DAYS_MAX. */
void trade_begin_day(struct trade *trade, uint64_t day);

/* At most TRADE_ORDERS_MAX. */
void trade_add(struct trade *trade, const struct order *order);

/* Sort items by what they brought in, and the waits. */
void trade_finish(struct trade *trade);

/* The least of the waits that @percent of 100 do not exceed; 0 where there are none. */
uint32_t trade_quantile(const struct trade_wait *wait, uint32_t percent);

#endif
