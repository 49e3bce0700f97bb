/* capability.h - what a device may write and a person may do: one table for append, merge and the
 * HTTP boundary.
 *
 * Layer: sync/log (pure). Routes and events name capabilities; roles are sets of them. On site any
 * device alone can run the stall: it may sell, cook and hand over by default. Scarce are roster,
 * menu, pop-up and refunds.
 */
#ifndef TRESTLE_SYNC_LOG_CAPABILITY_H
#define TRESTLE_SYNC_LOG_CAPABILITY_H

#include <stdbool.h>
#include <stdint.h>

/* X(name, bit, text). Bits are in certificates: never renumber. */
#define CAPABILITIES(X)                                                                            \
    X(CAP_LOG, 0, "log")       /* keep its own log: open, cert, fork, salvage, what it saw */      \
    X(CAP_ROSTER, 1, "roster") /* add, promote, revoke, retire devices */                          \
    X(CAP_ORDER, 2, "order")   /* open orders; add, change, void lines; reinstate */               \
    X(CAP_COOK, 3, "cook")     /* accept, refuse, start, done, recall, amend */                    \
    X(CAP_HAND_OVER, 4, "hand-over") /* handed, unhand */                                          \
    X(CAP_CANCEL, 5, "cancel")                                                                     \
    X(CAP_TAKE_MONEY, 6, "take-money") /* cash, card by an external reader */                      \
    X(CAP_REFUND, 7, "refund")                                                                     \
    X(CAP_DISCOUNT, 8, "discount")                                                                 \
    X(CAP_MENU, 9, "menu")                  /* items, prices, options */                           \
    X(CAP_AVAILABILITY, 10, "availability") /* 86 an item */                                       \
    X(CAP_POPUP, 11, "popup")               /* name, currency, taxes */                            \
    X(CAP_DAY, 12, "day")                   /* open and close a trading day */                     \
    X(CAP_STRIPE, 13, "stripe")             /* payment facts of the provider */                    \
    X(CAP_STOCK_ISSUE, 14, "stock-issue")                                                          \
    X(CAP_STOCK_MOVE, 15, "stock-move")                                                            \
    X(CAP_READ_BOARDS, 16, "read-boards")   /* HTTP only: what staff see */                        \
    X(CAP_READ_REPORTS, 17, "read-reports") /* HTTP only: takings, journal */                      \
    X(CAP_GUEST, 18, "guest")   /* the gateway's: time-outs, automatic refund wishes */            \
    X(CAP_ADOPT, 19, "adopt")   /* decide about the orders that a revocation voided */             \
    X(CAP_PRINT, 20, "print")   /* claim a print job */                                            \
    X(CAP_ERASE, 21, "erase")   /* erase personal data */                                          \
    X(CAP_REVIEW, 22, "review") /* what customers say */                                           \
    X(CAP_BUY, 23, "buy")       /* people only: place an order of one's own */

enum capability {
#define X(name, bit, text) name = (bit),
    CAPABILITIES(X)
#undef X
        CAP_COUNT
};

/* X(name, number, text). Numbers are in certificates: never renumber. */
#define ROLES(X)                                                                                   \
    X(ROLE_NONE, 0, "none")                                                                        \
    X(ROLE_COUNTER, 1, "counter")                                                                  \
    X(ROLE_KITCHEN, 2, "kitchen")                                                                  \
    X(ROLE_PICKUP, 3, "pickup")                                                                    \
    X(ROLE_GATEWAY, 4, "gateway")                                                                  \
    X(ROLE_COURIER, 5, "courier")                                                                  \
    X(ROLE_MANAGER, 6, "manager")                                                                  \
    X(ROLE_OWNER, 7, "owner")                                                                      \
    X(ROLE_ORGANISER, 8, "organiser")                                                              \
    X(ROLE_AUDITOR, 9, "auditor")                                                                  \
    X(ROLE_CUSTOMER, 10, "customer")

enum role {
#define X(name, number, text) name = (number),
    ROLES(X)
#undef X
        ROLE_COUNT
};

static inline uint64_t capability_bit(enum capability capability)
{
    return UINT64_C(1) << (unsigned)capability;
}

/* The capabilities that a *device* of this role gets in its certificate by default. */
uint64_t role_device_capabilities(enum role role);

/* The capabilities of a *person* or screen with this role. */
uint64_t role_person_capabilities(enum role role);

const char *role_text(enum role role);
/* ROLE_NONE when unknown. */
enum role role_of_text(const char *text);
const char *capability_text(enum capability capability);

#endif
