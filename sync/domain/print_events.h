/* print_events.h - the bodies of an order's print events as plain structs, and their bytes.
 *
 * Layer: sync/domain (pure). Bytes: docs/protocol.md, "Order". Coding as in order_events.h: texts
 * are borrowed, ERR_MALFORMED, ERR_TOO_LARGE, ERR_TOO_MANY.
 */
#ifndef TRESTLE_SYNC_DOMAIN_PRINT_EVENTS_H
#define TRESTLE_SYNC_DOMAIN_PRINT_EVENTS_H

#include "sync/base/id.h"
#include "sync/base/limits.h"

enum { PRINT_JOB_BYTES = 16, PRINT_CONTENT_BYTES = 8, PRINTER_NUMBER_MAX = 99999999 };

/* What is to be on paper: the same on every device that knows the same of the order. */
struct print_job {
    uint8_t bytes[PRINT_JOB_BYTES];
};

enum print_purpose { PRINT_TICKET = 1, PRINT_RECEIPT = 2 };

/* Why this piece of paper; all but the first say so on it. Values are on the wire. */
enum print_reason {
    PRINT_FIRST = 0,
    PRINT_AGAIN = 1,    /* the same printer, which may have printed it: POSSIBLE COPY */
    PRINT_TAKEOVER = 2, /* another printer, without the owner's consent: POSSIBLE COPY */
    PRINT_REPRINT = 3,  /* somebody wants another one: REPRINT */
    PRINT_REASON_COUNT
};

enum print_result {
    PRINT_DONE = 0,
    PRINT_FAILED = 1, /* surely nothing came out */
};

/* A line as the paper shows it; quantity 0 = void. */
struct print_line {
    uint32_t line;
    uint32_t quantity;
    uint8_t content[PRINT_CONTENT_BYTES]; /* hash of name, options and note */
};

/* print.claim: this printer puts this job on paper. It is durable before the first byte goes out.
 * An asked one is a person's or another device's wish: no byte goes out under it; the device that
 * owns the printer answers with a claim of its own. */
struct print_claim {
    struct print_job job;
    enum print_purpose purpose;
    uint32_t printer; /* 1..PRINTER_NUMBER_MAX */
    enum print_reason reason;
    bool is_asked;
    struct bytes station; /* NAME_BYTES_MAX; "" of a receipt */
    bool has_of;
    struct operation of;  /* the claim that this one answers, repeats or takes over */
    uint32_t version;     /* causal events of the order that the writer knew */
    uint32_t lines_count; /* may be 0 */
    struct print_line lines[ORDER_LINES_MAX];
};

/* print.done: what became of a claim. */
struct print_done {
    struct operation claim;
    enum print_result result;
};

void print_claim_encode(const struct print_claim *claim, struct writer *writer);
void print_done_encode(const struct print_done *done, struct writer *writer);

MUST_CHECK int print_claim_decode(struct bytes body, struct print_claim *ret_claim);
MUST_CHECK int print_done_decode(struct bytes body, struct print_done *ret_done);

#endif
