/* ledger_events.h - the bodies of what the payment provider told, of wishes for a refund and of
 * receipts, and their bytes.
 *
 * Layer: sync/domain (pure). As order_events.h: encoders trust the caller's ranges, decoders check
 * them and borrow texts from the bytes. Bytes: docs/protocol.md, "Money".
 */
#ifndef TRESTLE_SYNC_DOMAIN_LEDGER_EVENTS_H
#define TRESTLE_SYNC_DOMAIN_LEDGER_EVENTS_H

#include "sync/base/id.h"
#include "sync/base/limits.h"

enum { WISH_ID_BYTES = 16 };

#define PROVIDER_TIME_MAX (INT64_C(1) << 42) /* seconds; in milliseconds still exact anywhere */

/* X(name, number, text). A payment at the provider goes up; numbers are on disk. */
#define INTENT_STATES(X)                                                                           \
    X(INTENT_CREATED, 0, "created")                                                                \
    X(INTENT_PROCESSING, 1, "processing")                                                          \
    X(INTENT_HELD, 2, "requires_capture") /* the customer's bank holds the amount for us */        \
    X(INTENT_CANCELED, 3, "canceled")                                                              \
    X(INTENT_SUCCEEDED, 4, "succeeded")

enum intent_state {
#define X(name, number, text) name = (number),
    INTENT_STATES(X)
#undef X
        INTENT_STATE_COUNT
};

/* A refund that succeeded may still fail, weeks later. */
#define REFUND_STATUSES(X)                                                                         \
    X(REFUND_PENDING, 0, "pending")                                                                \
    X(REFUND_REQUIRES_ACTION, 1, "requires_action")                                                \
    X(REFUND_SUCCEEDED, 2, "succeeded")                                                            \
    X(REFUND_CANCELED, 3, "canceled")                                                              \
    X(REFUND_FAILED, 4, "failed")

enum refund_status {
#define X(name, number, text) name = (number),
    REFUND_STATUSES(X)
#undef X
        REFUND_STATUS_COUNT
};

#define DISPUTE_STATUSES(X)                                                                        \
    X(DISPUTE_OPEN, 0, "open")                                                                     \
    X(DISPUTE_WON, 1, "won")                                                                       \
    X(DISPUTE_LOST, 2, "lost")

enum dispute_status {
#define X(name, number, text) name = (number),
    DISPUTE_STATUSES(X)
#undef X
        DISPUTE_STATUS_COUNT
};

/* One snapshot of an object of the provider. */
struct pay_intent {
    struct bytes id; /* 1..PROVIDER_ID_BYTES_MAX */
    enum intent_state state;
    int64_t amount_minor;     /* each 0..MONEY_MAX */
    int64_t capturable_minor; /* held and not captured */
    int64_t received_minor;
    struct bytes currency; /* CURRENCY_BYTES_MAX */
    /* Seconds since 1970 by the provider's clock, up to PROVIDER_TIME_MAX; 0 = not told. Held: when
     * the bank lets go. Canceled: when it ended by itself, as nobody took it in time. */
    int64_t ends_s;
};

struct pay_refund {
    struct bytes id, intent;
    int64_t amount_minor; /* 0..MONEY_MAX */
    enum refund_status status;
    struct bytes wish; /* WISH_ID_BYTES, or empty: nobody here wished it */
};

struct pay_dispute {
    struct bytes id, intent;
    int64_t amount_minor; /* 0..MONEY_MAX */
    enum dispute_status status;
};

/* An event of the provider that was dealt with. */
struct pay_seen {
    struct bytes id;
};

/* Units of a line count from 1. */
struct wish_unit {
    uint32_t line, unit;
};

/* refund.wish and refund.auto. */
struct refund_wish {
    struct bytes id;                        /* WISH_ID_BYTES: wish.h says of what */
    uint32_t units_count;                   /* 0 = an amount that stands for no unit */
    struct wish_unit units[WISH_UNITS_MAX]; /* ascending, each once */
    int64_t amount_minor;                   /* 1..MONEY_MAX */
    struct bytes reason;                    /* REASON_BYTES_MAX */
};

void pay_intent_encode(const struct pay_intent *intent, struct writer *writer);
void pay_refund_encode(const struct pay_refund *refund, struct writer *writer);
void pay_dispute_encode(const struct pay_dispute *dispute, struct writer *writer);
void pay_seen_encode(const struct pay_seen *seen, struct writer *writer);
void refund_wish_encode(const struct refund_wish *wish, struct writer *writer);

MUST_CHECK int pay_intent_decode(struct bytes body, struct pay_intent *ret_intent);
MUST_CHECK int pay_refund_decode(struct bytes body, struct pay_refund *ret_refund);
MUST_CHECK int pay_dispute_decode(struct bytes body, struct pay_dispute *ret_dispute);
MUST_CHECK int pay_seen_decode(struct bytes body, struct pay_seen *ret_seen);
MUST_CHECK int refund_wish_decode(struct bytes body, struct refund_wish *ret_wish);

const char *intent_state_text(enum intent_state state);
const char *refund_status_text(enum refund_status status);
const char *dispute_status_text(enum dispute_status status);

#endif
