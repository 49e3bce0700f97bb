/* order_events.h - the bodies of an order's events as plain structs, and their bytes.
 *
 * Layer: sync/domain (pure). Bytes: docs/protocol.md, "Order". Texts are borrowed from the bytes
 * decoded. Nothing here knows what an event means: that is the fold's (order.h).
 *
 * x_encode() writes the body to @writer, which remembers an overflow; the caller's values are in
 * range. x_decode() reads one body and checks every range named below; unknown trailing fields are
 * ignored. It returns 0, or ERR_MALFORMED, ERR_TOO_LARGE (a number or a text above its bound),
 * ERR_TOO_MANY (elements of a list), and then wrote nothing. For a fold all three mean: void.
 */
#ifndef TRESTLE_SYNC_DOMAIN_ORDER_EVENTS_H
#define TRESTLE_SYNC_DOMAIN_ORDER_EVENTS_H

#include "sync/domain/order.h"
#include "sync/domain/sheet.h"

enum {
    /* Operations in one recall, unhand or amend: 64 lines accepted, started, done and amended one
     * by one; 256 x 30 bytes are half an event. */
    ORDER_OPERATIONS_MAX = 256,
    ORDER_DAY_MAX = 1000000, /* trading days; a slip of a finger must not use them all up */
    TAX_BP_MAX = 10000,
};

/* Lines by id: at least one, none zero, each once. */
struct line_ids {
    uint32_t count;
    uint32_t ids[ORDER_LINES_MAX];
};

/* Operations that an event takes back or answers: at least one. */
struct operation_list {
    uint32_t count;
    struct operation operations[ORDER_OPERATIONS_MAX];
};

struct line_options {
    uint32_t count;
    struct line_option options[LINE_OPTIONS_MAX];
};

struct order_open {
    uint64_t day;      /* 0..ORDER_DAY_MAX */
    struct bytes lane; /* LANE_BYTES_MAX */
    uint32_t number;
    struct bytes channel, mode,
        name; /* NAME_BYTES_MAX each; a name in clear only older software wrote */
    bool is_pay_first;
    bool prices_include_tax;
    bool has_owner; /* a customer's; otherwise it is not in the body */
    struct order_owner owner;
    uint32_t table; /* its number, at most TABLE_NUMBER_MAX; 0 = none, and then it is not there */
    bool has_name_blob;    /* who it is for is in a personal blob; `name` is empty then, ... */
    struct hash name_blob; /* ... of this hash; otherwise it is not there */
};

struct line_add {
    uint32_t line;
    uint64_t item;            /* menu number, at most UINT32_MAX; 0 = free text */
    struct bytes name;        /* NAME_BYTES_MAX */
    uint32_t quantity;        /* 1..ORDER_QUANTITY_MAX */
    int64_t unit_price_minor; /* within MONEY_MAX; negative for a deposit that comes back */
    struct line_options options;
    uint32_t tax_bp;      /* at most TAX_BP_MAX */
    struct bytes station; /* NAME_BYTES_MAX */
    struct bytes note;    /* NOTE_BYTES_MAX */
    uint64_t stall;       /* number of its stall; 0 = none, and then it is not in the body */
};

struct line_set {
    uint32_t line;
    int32_t quantity_delta; /* within ORDER_QUANTITY_MAX of zero */
    bool has_options;
    struct line_options options;
    bool has_note;
    struct bytes note;
};

struct line_void {
    struct line_ids lines;
    struct bytes reason; /* REASON_BYTES_MAX */
};

struct order_accept {
    struct bytes station;
    uint32_t lines_count; /* at least one */
    struct {
        uint32_t line;
        uint32_t revision; /* that the kitchen saw */
    } lines[ORDER_LINES_MAX];
    int64_t total_minor; /* that the kitchen saw */
};

struct order_refuse {
    struct line_ids lines;
    struct bytes reason;
};

/* start and done */
struct order_progress {
    struct line_ids lines;
};

/* recall and unhand */
struct order_undo {
    struct operation_list operations;
};

struct order_handed {
    uint32_t lines_count; /* at least one, each line once */
    struct {
        uint32_t line;
        uint32_t units; /* 1..ORDER_QUANTITY_MAX */
    } lines[ORDER_LINES_MAX];
    bool is_uncollected; /* to nobody: whoever ordered it did not come */
};

struct order_cancel {
    struct bytes reason;
};

struct order_amend {
    struct operation_list operations;
    bool is_yes;
};

struct order_discount {
    struct bytes reason;
    uint32_t lines_count; /* at least one, each line once */
    struct {
        uint32_t line;
        int64_t amount_minor; /* 0..MONEY_MAX: taken off the line */
    } lines[ORDER_LINES_MAX];
};

struct order_seen {
    struct bytes station;
    struct operation changed;
};

/* What a revocation voided of the order in one log, up to an operation, stays void. */
struct order_drop {
    struct operation newest;
    struct bytes reason; /* REASON_BYTES_MAX */
};

struct order_pay {
    struct entity_id id;
    struct bytes method;    /* NAME_BYTES_MAX */
    int64_t amount_minor;   /* 1..MONEY_MAX: counted towards the order */
    int64_t tendered_minor; /* 0..MONEY_MAX: what was handed over; 0 = exactly */
    int64_t rounding_minor; /* of cash: amount + rounding changed hands */
    struct bytes reference; /* REFERENCE_BYTES_MAX */
};

struct order_refund {
    struct entity_id id;
    struct bytes method;
    int64_t amount_minor; /* 1..MONEY_MAX */
    struct bytes reference;
    struct bytes reason;
};

void order_open_encode(const struct order_open *open, struct writer *writer);
void line_add_encode(const struct line_add *add, struct writer *writer);
void line_set_encode(const struct line_set *set, struct writer *writer);
void line_void_encode(const struct line_void *gone, struct writer *writer);
void order_accept_encode(const struct order_accept *accept, struct writer *writer);
void order_refuse_encode(const struct order_refuse *refuse, struct writer *writer);
void order_progress_encode(const struct order_progress *progress, struct writer *writer);
void order_undo_encode(const struct order_undo *undo, struct writer *writer);
void order_handed_encode(const struct order_handed *handed, struct writer *writer);
void order_cancel_encode(const struct order_cancel *cancel, struct writer *writer);
void order_reinstate_encode(struct writer *writer);
void order_amend_encode(const struct order_amend *amend, struct writer *writer);
void order_discount_encode(const struct order_discount *discount, struct writer *writer);
void order_seen_encode(const struct order_seen *seen, struct writer *writer);
void order_drop_encode(const struct order_drop *drop, struct writer *writer);
void order_pay_encode(const struct order_pay *pay, struct writer *writer);
void order_refund_encode(const struct order_refund *refund, struct writer *writer);

MUST_CHECK int order_open_decode(struct bytes body, struct order_open *ret_open);
MUST_CHECK int line_add_decode(struct bytes body, struct line_add *ret_add);
MUST_CHECK int line_set_decode(struct bytes body, struct line_set *ret_set);
MUST_CHECK int line_void_decode(struct bytes body, struct line_void *ret_void);
MUST_CHECK int order_accept_decode(struct bytes body, struct order_accept *ret_accept);
MUST_CHECK int order_refuse_decode(struct bytes body, struct order_refuse *ret_refuse);
MUST_CHECK int order_progress_decode(struct bytes body, struct order_progress *ret_progress);
MUST_CHECK int order_undo_decode(struct bytes body, struct order_undo *ret_undo);
MUST_CHECK int order_handed_decode(struct bytes body, struct order_handed *ret_handed);
MUST_CHECK int order_cancel_decode(struct bytes body, struct order_cancel *ret_cancel);
MUST_CHECK int order_reinstate_decode(struct bytes body);
MUST_CHECK int order_amend_decode(struct bytes body, struct order_amend *ret_amend);
MUST_CHECK int order_discount_decode(struct bytes body, struct order_discount *ret_discount);
MUST_CHECK int order_seen_decode(struct bytes body, struct order_seen *ret_seen);
MUST_CHECK int order_drop_decode(struct bytes body, struct order_drop *ret_drop);
MUST_CHECK int order_pay_decode(struct bytes body, struct order_pay *ret_pay);
MUST_CHECK int order_refund_decode(struct bytes body, struct order_refund *ret_refund);

#endif
