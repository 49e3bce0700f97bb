/* order.h - one order as people see it, derived from its history.
 *
 * Layer: sync/domain (pure). order_derive() is the fold's meaning: a pure function of the history.
 * Facts (started, cooked, handed over, money moved) only accumulate; intentions (accept, cancel,
 * edit) are resolved: physical facts beat intentions, among intentions the safer one wins; every
 * lost intention leaves a flag. docs/merge-rules.md has the tables.
 */
#ifndef TRESTLE_SYNC_DOMAIN_ORDER_H
#define TRESTLE_SYNC_DOMAIN_ORDER_H

#include "sync/domain/hand.h"
#include "sync/domain/history.h"
#include "sync/domain/ledger.h"
#include "sync/domain/tip.h"

/* X(name, number, text) in the order of an order's life. */
#define ORDER_PHASES(X)                                                                            \
    X(PHASE_DRAFT, 0,                                                                              \
      "draft") /* pay first and not paid, and the kitchen has not begun; or nothing in it */       \
    X(PHASE_PLACED, 1, "placed")                                                                   \
    X(PHASE_ACCEPTED, 2, "accepted")                                                               \
    X(PHASE_COOKING, 3, "cooking")                                                                 \
    X(PHASE_READY, 4, "ready")         /* every active line done */                                \
    X(PHASE_COMPLETED, 5, "completed") /* at least one line handed over, no active line open */    \
    X(PHASE_CANCELLED, 6, "cancelled")                                                             \
    X(PHASE_REFUSED, 7, "refused")

enum order_phase {
#define X(name, number, text) name = (number),
    ORDER_PHASES(X)
#undef X
        PHASE_COUNT
};

/* What a person must look at; each is shown in words. X(name, bit, text). */
#define ORDER_FLAGS(X)                                                                             \
    X(FLAG_CLAIM_CONFLICT, 0,                                                                      \
      "claim_conflict") /* two stations accepted without knowing of each other */                  \
    X(FLAG_DOUBLE_MADE, 1, "double_made")     /* two stations started the same line */             \
    X(FLAG_LATE_EDIT, 2, "late_edit")         /* changed after it was started: amend or not */     \
    X(FLAG_EDIT_CONFLICT, 3, "edit_conflict") /* concurrent options or notes: both shown */        \
    X(FLAG_HANDED_AND_CANCELLED, 4, "handed_and_cancelled")                                        \
    X(FLAG_HANDED_UNPAID, 5, "handed_unpaid")                                                      \
    X(FLAG_REFUNDED_AND_HANDED, 6, "refunded_and_handed")                                          \
    X(FLAG_DOUBLE_HANDOVER, 7, "double_handover")                                                  \
    X(FLAG_REFUSED_BUT_STARTED, 8, "refused_but_started") /* a fact beat the refusal */            \
    X(FLAG_WASTE, 9, "waste") /* something was made that nobody gets */                            \
    X(FLAG_REFUND_DUE, 10, "refund_due")                                                           \
    X(FLAG_UNPAID, 11, "unpaid")                                                                   \
    X(FLAG_TWO_NUMBERS, 12,                                                                        \
      "two_numbers") /* retried at another device: both numbers stay valid */                      \
    X(FLAG_LINE_CONFLICT, 13, "line_conflict") /* one line id, two contents */                     \
    X(FLAG_NEEDS_ACCEPT, 14, "needs_accept")   /* lines were added after it was accepted */        \
    X(FLAG_OPAQUE, 15, "opaque")               /* needs newer software: read-only here */          \
    X(FLAG_PENDING, 16, "pending")             /* a part is still on its way */                    \
    X(FLAG_CUT_SHORT, 17,                                                                          \
      "cut_short") /* more changes than an order may have: the rest does not count */              \
    X(FLAG_OVERFLOW, 18, "overflow") /* its amounts are too large to add up: shown as 0 */         \
    X(FLAG_PRINTED_TWICE, 19,                                                                      \
      "printed_twice") /* two printers did not know of each other: two tickets lie about */        \
    X(FLAG_HOLD_LOST, 20, "hold_lost") /* the bank no longer holds the amount: collect it */       \
    X(FLAG_PROVIDER_AT_ODDS, 21, "provider_at_odds") /* told both succeeded and canceled */        \
    X(FLAG_REFUND_FAILED, 22, "refund_failed")                                                     \
    X(FLAG_OVER_REFUNDED, 23, "over_refunded") /* refunded or wished above what was captured */    \
    X(FLAG_DISPUTED, 24, "disputed")                                                               \
    X(FLAG_WISH_AT_ODDS, 25, "wish_at_odds") /* two wishes for one unit, or two amounts */         \
    X(FLAG_ROLE_OUTDATED, 26,                                                                      \
      "role_outdated") /* somebody changed it under a role that was taken already elsewhere */

enum order_flag {
#define X(name, bit, text) name = 1 << (bit),
    ORDER_FLAGS(X)
#undef X
};

enum line_progress { LINE_WAITING = 0, LINE_STARTED = 1, LINE_DONE = 2 };

struct line_option {
    struct bytes name;
    int64_t price_minor; /* per unit, may be negative */
};

/* Text fields are borrowed from the history. */
struct order_line {
    uint32_t id;
    uint64_t item; /* menu number; 0 = free text */
    struct bytes name;
    struct bytes station; /* "" = any */
    uint64_t stall;       /* number; 0 = none */
    struct bytes note;
    int64_t unit_price_minor; /* without options */
    uint32_t options_count;
    struct line_option options[LINE_OPTIONS_MAX];
    uint32_t tax_bp;         /* basis points, for the order's mode */
    int32_t quantity;        /* in effect: >= 0 */
    int32_t quantity_wished; /* with edits that wait for the kitchen's amend; = quantity when there
                                are none */
    uint32_t revision;       /* line-changing events on it */
    enum line_progress progress;
    uint32_t handed;        /* units given out, at most quantity */
    uint32_t uncollected;   /* of these: left behind, as nobody came for them */
    int64_t discount_minor; /* its share, scaled to the quantity */
    bool is_void;
    struct hand voided; /* when is_void: of several the smallest operation's */
    bool is_refused;
    bool is_active; /* neither void nor refused, quantity > 0 */
    bool is_accepted;
    bool is_added_late;           /* after an accept had been seen */
    bool has_conflict;            /* options or note edited concurrently */
    struct bytes note_other;      /* the other note, when has_conflict */
    uint32_t options_other_count; /* the other choice of options, when has_conflict */
    struct line_option options_other[LINE_OPTIONS_MAX];
    int64_t payable_minor; /* of an active line: after its discount, tax included */
};

/* Unique in its lane and day. */
struct order_number {
    uint64_t day; /* of the opening that called it; a retry after midnight has another */
    struct bytes lane;
    uint32_t number;
};

struct order_payment {
    struct entity_id id;
    struct bytes method;    /* "cash", "card-external", ... */
    int64_t amount_minor;   /* counted towards the order */
    int64_t tendered_minor; /* what was handed over, for change; 0 = exactly */
    int64_t rounding_minor; /* of cash: amount + rounding changed hands */
    struct bytes reference; /* slip number */
    struct hand hand;       /* whose report stands: who took it, or gave it back and why */
    bool is_refund;
};

/* What is left of one discount. */
struct order_discounted {
    struct hand hand;
    int64_t minor; /* of what is owed; all of an order's come to its owed_discount_minor */
};

enum receipt_kind {
    RECEIPT_SALE = 0,
    RECEIPT_CORRECTION = 1, /* the order changed after an earlier one */
};

struct order_receipt {
    struct operation id;
    uint64_t t;
    uint32_t number; /* dense in its log, from 1 */
    int64_t total_minor, tax_minor;
    enum receipt_kind kind;
    struct bytes lane;
    uint32_t incarnation;
};

/* What is owed at one rate of tax. */
struct order_rate {
    uint32_t tax_bp;
    int64_t net_minor, tax_minor, payable_minor;
};

/* Which customer's order it is, told so that any device can compare and nobody can tell that two
 * orders are the same customer's. */
enum { ORDER_OWNER_BYTES = 16 };
struct order_owner {
    uint8_t bytes[ORDER_OWNER_BYTES];
};

struct order {
    struct entity_id id;
    uint64_t day;
    uint64_t opened_t;    /* ms since the epoch, by the opener's clock */
    struct bytes channel; /* "counter", "web", ... */
    struct bytes mode;    /* "eat-in", "take-away" */
    struct bytes name;    /* customer's, in clear: only older software wrote it so */
    uint32_t table;       /* where it is brought; 0 = to none */
    bool is_pay_first;
    bool prices_include_tax;
    bool has_owner; /* a customer's own, by the first opening */
    struct order_owner owner;
    uint32_t numbers_count;
    struct order_number numbers[ORDER_NUMBERS_MAX]; /* lower lane first */
    enum order_phase phase;
    uint32_t flags; /* enum order_flag */
    uint32_t lines_count;
    struct order_line
        lines[ORDER_LINES_MAX]; /* those it was placed with by id, then later ones by t */
    uint32_t payments_count;
    struct order_payment payments[ORDER_PAYMENTS_MAX]; /* by t */
    int64_t total_minor; /* active lines after discount, tax included */
    int64_t tax_minor;
    int64_t owed_minor; /* total; when cancelled, of what was handed over all the same */
    int64_t paid_minor;
    int64_t refunded_minor;
    int64_t forgiven_minor; /* refunded by a person's wish: not asked for again */
    struct tip tip;         /* as it was said; amount 0 = none */
    int64_t tip_minor;      /* what is left of it: beside the total and what is owed */
    uint64_t tip_by;     /* staff number of who said it; 0 = the guest, or nobody in particular */
    int64_t due_minor;   /* paid - refunded + forgiven - owed - tip: > 0 give back, < 0 collect */
    uint64_t claimed_by; /* log whose accept holds; 0 = none */
    bool is_cancelled;   /* an active cancel exists, whatever the phase */
    struct hand cancel;  /* when is_cancelled: of several the smallest operation's */
    struct bytes reason; /* of the cancel or the refusal shown */
    uint64_t opened_log, opened_seq;   /* where it was opened: ticks */
    uint64_t changed_log, changed_seq; /* the newest line-changing operation: what `seen` names */
    struct operation changed;
    bool is_seen;                           /* a kitchen's board drew the newest lines */
    uint64_t accepted_t, ready_t, handed_t; /* 0 = not yet */
    int64_t owed_tax_minor, owed_discount_minor;
    uint32_t discounts_count;
    struct order_discounted discounts[ORDER_DISCOUNTS_MAX]; /* by operation */
    uint32_t rates_count;
    struct order_rate rates[ORDER_LINES_MAX]; /* of what is owed, by rate */
    uint32_t receipts_count;
    struct order_receipt receipts[ORDER_RECEIPTS_MAX]; /* by log and number */
    struct ledger ledger;  /* of the provider; in paid and refunded it is counted */
    bool has_name_blob;    /* whose it is, is in a blob ... */
    struct hash name_blob; /* ... of this hash, which may be erased, or not here yet */
    bool has_contact;      /* how to reach the guest is in a blob ... */
    struct hash contact;   /* ... of this hash, which may be erased by now */
};

/* @ret_order borrows from @history and lives as long as that is unchanged. Never fails: a body that
 * makes no sense is void. */
void order_derive(const struct history *history, struct order *ret_order);

/* BLAKE2b-128("trestle/owner/1" || be64 session || order), of the customer with that session. */
struct order_owner order_owner_of(uint64_t session, const struct entity_id *order);
bool order_is_of(const struct order *order, uint64_t session);

const char *order_phase_text(enum order_phase phase);

#endif
