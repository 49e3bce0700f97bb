/* settler.h - the thread that settles with the card provider.
 *
 * Layer: gateway. It reads the node's store, plans each order that changed (plan.h), keeps what is
 * to be asked in a store of its own (outbox.h) before it is asked, reads what the provider answers,
 * sends and lists (gateway/stripe), and writes that as facts through the core. Killed at any point
 * it goes on from the two stores: whatever is not known to be done is asked again under the same
 * key, whatever is not told is told again.
 *
 *   settler.c           what is there while it runs, and its turn
 *   settler_doors.c     its thread (worker.h), and where others ask
 *   settler_orders.c    the node's changes -> plans -> attempts
 *   settler_attempts.c  which attempts may go, and what came of them
 *   settler_calls.c     requests out, answers in
 *   settler_facts.c     what the provider says -> commands
 *   settler_lists.c     its lists of events and of intents
 *   settler_orphans.c   payments whose order is not here
 *   settler_holds.c     when banks let go
 *   settler_pay.c       customers who want to pay
 *
 * A turn is one transaction of the own store; calls leave and askers are answered after its commit.
 */
#ifndef TRESTLE_GATEWAY_SETTLE_SETTLER_H
#define TRESTLE_GATEWAY_SETTLE_SETTLER_H

#include "gateway/config/credentials.h"
#include "node/api/annex.h"
#include "node/api/gate.h"

enum { SETTLER_ASKS_MAX = 512, SETTLER_ASKED_BYTES_MAX = 16 * 1024 * 1024 };

struct settler;

/* Borrowed for the settler's life. */
struct settler_config {
    const struct gate *gate; /* a door of its own: core_gate_more() */
    const char *folder;      /* of its store; made when missing */
    struct popup_id popup;
    const struct credentials *credentials;
    const struct terms *terms;
    void (*answered)(void *context); /* on its thread: settler_answered() has something */
    void *context;
};

/* ERR_BUSY: another has that folder open; ERR_MALFORMED: no such URL, or no store there;
 * ERR_FORBIDDEN, ERR_FULL, ERR_NO_MEMORY, ERR_IO. */
MUST_CHECK int settler_start(const struct settler_config *config, struct settler **ret_settler);

/* Ends the thread; calls under way are asked again by the next one. Accepts NULL. */
void settler_stop(struct settler *settler);

/* From any thread: the node's store changed, or the core answered. */
void settler_changed(struct settler *settler);

/* Seconds since 1970 by the provider's clock, as its answers tell it; from any thread. */
int64_t settler_now_s(const struct settler *settler);

/* Until the hold of @order, which waits for the kitchen, ends by the pop-up's own rule; from any
 * thread. UINT64_MAX: not before the bank ends it, or too many wait to tell. */
uint64_t settler_hold_ends_in_ms(struct settler *settler, const struct entity_id *order);

/* Until @order, which its customer has not paid, ends by itself and what it keeps is sold again;
 * from any thread. UINT64_MAX: it does not, or too many wait to tell. */
uint64_t settler_unpaid_ends_in_ms(struct settler *settler, const struct entity_id *order);

/* What is to be asked of the provider and not known to be done; the last is given up until a person
 * looked. */
struct settler_depth {
    uint32_t creates, captures, cancels, refunds, stuck;
};
/* As of a second ago; from any thread. */
struct settler_depth settler_depth(struct settler *settler);

/* --- of one asking thread --- */

/* A customer wants to pay @order: the answer is {client_secret, publishable_key, amount,
 * currency, attempt}.
 * ERR_BUSY: too many ask. */
MUST_CHECK int settler_pay(struct settler *settler, const struct entity_id *order,
                           uint64_t *ret_request);

/* An event of the provider, checked: answered when it is durable. ERR_BUSY. */
MUST_CHECK int settler_receive(struct settler *settler, struct bytes id, struct bytes body,
                               uint64_t *ret_request);

/* The next answer; false when there is none. */
bool settler_answered(struct settler *settler, struct annex_answer *ret_answer);

#endif
