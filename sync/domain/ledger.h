/* ledger.h - what the payment provider told of one order, joined; and the wishes for a refund.
 *
 * Layer: sync/domain (pure). A join: each object of the provider is one row under the provider's
 * own id, and every fact about it only adds (sets of states seen, largest amounts). So a webhook
 * that is retried, reordered, or received by two gateways changes nothing, and amounts count once
 * per object. Laws (tests/unit/test_ledger.c): any order and any repetition of the same facts give
 * the same ledger; what is refunded of an intent never exceeds what it received.
 *
 * Nothing here moves money. A gateway that does reads `open_minor` and `held_minor`.
 *
 * docs/adr/0015-the-ledger-is-a-join.md has the reasons, docs/merge-rules.md what a person sees.
 */
#ifndef TRESTLE_SYNC_DOMAIN_LEDGER_H
#define TRESTLE_SYNC_DOMAIN_LEDGER_H

#include "sync/domain/hand.h"
#include "sync/domain/ledger_events.h"

struct ledger_intent {
    struct bytes id;
    uint32_t states; /* bits of enum intent_state that were ever told */
    enum intent_state state;
    int64_t amount_minor, capturable_minor, received_minor; /* the largest told */
    int64_t refunded_minor;                                 /* of received, by live refunds */
    struct bytes currency;
    bool is_at_odds;          /* told with two currencies */
    int64_t ends_s, lapsed_s; /* of a hold: when the bank lets go; when it did, as nobody took it in
                                 time. The largest told, 0 = not told */
};

struct ledger_refund {
    struct bytes id;
    struct bytes intent;
    struct bytes wish; /* empty = none */
    enum refund_status status;
    int64_t amount_minor;
    bool is_at_odds;       /* told of two intents or two wishes */
    int64_t counted_minor; /* 0 when it failed; never more than its intent has left */
};

struct ledger_dispute {
    struct bytes id;
    struct bytes intent;
    enum dispute_status status;
    int64_t amount_minor;
    bool is_at_odds; /* told of two intents */
};

#define WISH_STATES(X)                                                                             \
    X(WISH_OPEN, 0, "wished") /* nothing of it was refunded yet, or only a part */                 \
    X(WISH_PENDING, 1, "pending")                                                                  \
    X(WISH_REFUNDED, 2, "refunded")                                                                \
    X(WISH_FAILED, 3, "failed")     /* a person decides: nobody tries again by himself */          \
    X(WISH_OVERLAPS, 4, "overlaps") /* names a unit that another wish names: a person decides */

enum wish_state {
#define X(name, number, text) name = (number),
    WISH_STATES(X)
#undef X
        WISH_STATE_COUNT
};

struct ledger_wish {
    struct bytes id;
    struct bytes body; /* of the event that stands: refund_wish_decode() gives its units */
    struct hand hand;  /* the first person whose wish is the body that stands; where that is a
                        * rule's, the first who wished it. order_fill_ledger() fills it in */
    bool is_a_persons; /* somebody with the right to refund wished it, not only a rule */
    bool has_rival;    /* the same id with another amount or other units */
    enum wish_state state;
    int64_t amount_minor;
    int64_t given_minor; /* by live refunds that name it */
    int64_t open_minor;  /* still to be refunded for it: never more than is there */
    struct bytes reason;
};

/* What a person must look at; order.h has the words. */
enum ledger_problem {
    LEDGER_AT_ODDS = 1 << 0,       /* succeeded and canceled, or two currencies */
    LEDGER_OVER_REFUNDED = 1 << 1, /* more was refunded or wished than was received */
    LEDGER_REFUND_FAILED = 1 << 2,
    LEDGER_DISPUTED = 1 << 3,
    LEDGER_WISH_AT_ODDS = 1 << 4, /* rivals, overlaps, two refunds for one wish */
    LEDGER_HOLD_LOST = 1 << 5,    /* an amount was held for us and is no more */
    LEDGER_CUT_SHORT = 1 << 6,    /* more objects than are kept: the lowest ids stay */
};

/* Rows by id. Bytes are borrowed from what was added. */
struct ledger {
    uint32_t intents_count, refunds_count, disputes_count, wishes_count;
    struct ledger_intent intents[ORDER_INTENTS_MAX];
    struct ledger_refund refunds[ORDER_PROVIDER_REFUNDS_MAX];
    struct ledger_dispute disputes[ORDER_DISPUTES_MAX];
    struct ledger_wish wishes[ORDER_WISHES_MAX];
    int64_t received_minor; /* the sums, by ledger_settle() */
    int64_t held_minor;     /* promised by banks, not captured */
    int64_t refunded_minor;
    int64_t forgivable_minor; /* of refunded: what persons wished */
    int64_t disputed_minor;   /* open or lost */
    int64_t hold_ends_s;      /* when the first of the holds ends; 0 = none is known to */
    int64_t lapsed_s;         /* when the last of those ended that nobody took in time; 0 = none */
    uint32_t problems;        /* enum ledger_problem */
};

void ledger_reset(struct ledger *ledger);

void ledger_add_intent(struct ledger *ledger, const struct pay_intent *intent);
void ledger_add_refund(struct ledger *ledger, const struct pay_refund *refund);
void ledger_add_dispute(struct ledger *ledger, const struct pay_dispute *dispute);
/* @body is what @wish was decoded from. */
void ledger_add_wish(struct ledger *ledger, const struct refund_wish *wish, struct bytes body,
                     bool is_a_persons);

/* States, sums and problems of what was added. May be called again after more was added. */
void ledger_settle(struct ledger *ledger);

/* NULL when there is none. */
const struct ledger_wish *ledger_find_wish(const struct ledger *ledger, struct bytes id);

/* Whether both name the same unit of a line. */
bool ledger_wishes_overlap(const struct ledger_wish *a, const struct refund_wish *b);

/* Whether adding the fact would change anything: a repeated one need not be written. */
bool ledger_knows_intent(const struct ledger *ledger, const struct pay_intent *intent);
bool ledger_knows_refund(const struct ledger *ledger, const struct pay_refund *refund);
bool ledger_knows_dispute(const struct ledger *ledger, const struct pay_dispute *dispute);

const char *wish_state_text(enum wish_state state);

#endif
