/* messenger.h - the thread that tells customers who went away: by Web Push, and by SMS.
 *
 * Layer: gateway. It reads the node's store and keeps who wants to hear of what in a store of its
 * own (recipient.h). What is to be sent is durable before it leaves and what became of it after:
 * killed between the two, a push is sent again under the same id, which the page shows once, and an
 * SMS only where the provider knows it by its key; else it is taken for sent.
 *
 *   messenger.c          what is there while it runs, and its turn
 *   messenger_doors.c    its thread (worker.h), and where others ask
 *   messenger_asks.c     customers who want to hear, or do not any more
 *   messenger_orders.c   the node's changes -> whose orders to look at
 *   messenger_look.c     one recipient: what is news, and to be sent
 *   messenger_forget.c   ... and when nothing of him stays
 *   messenger_calls.c    calls out, answers in
 *
 * A turn is one transaction of the own store; calls leave and askers are answered after its commit.
 */
#ifndef TRESTLE_GATEWAY_NOTIFY_MESSENGER_H
#define TRESTLE_GATEWAY_NOTIFY_MESSENGER_H

#include "gateway/notify/letter.h"
#include "node/api/annex.h"
#include "node/api/gate.h"

enum { MESSENGER_ASKS_MAX = 64 };

struct messenger;

/* Borrowed for the messenger's life. */
struct messenger_config {
    const struct gate *gate; /* a door of its own: core_gate_more() */
    const char *folder;      /* of its store; made when missing */
    struct letter_sender sender;
    void (*answered)(void *context); /* on its thread: messenger_answered() has something */
    void *context;
};

/* Its asks have names with this bit, so that they are not the settler's. */
#define MESSENGER_REQUEST_BIT (UINT64_C(1) << 63)

enum wish_kind { WISH_PUSH, WISH_SMS, WISH_OFF };

/* What a customer asks for, of an order that is his, for himself alone. */
struct wish {
    enum wish_kind kind;
    struct recipient_id id;
    struct push_target push;
    char phone[PHONE_TEXT_BYTES];
};

/* As store_lmdb_open(), and ERR_NO_MEMORY. */
MUST_CHECK int messenger_start(const struct messenger_config *config,
                               struct messenger **ret_messenger);

/* Ends the thread; what became of calls under way is for the next one. Accepts NULL. */
void messenger_stop(struct messenger *messenger);

/* From any thread: the node's store changed. */
void messenger_changed(struct messenger *messenger);

/* Of one asking thread: the answer is {"push":bool,"sms":bool}, or ERR_NOT_FOUND, ERR_STATE (the
 * order is over or erased; SMS: it is neither taken nor paid), ERR_LIMIT (too many
 * telephones or recipients; the day's SMS are sent), ERR_UNAVAILABLE (not offered here), ERR_FULL,
 * ERR_IO. ERR_BUSY: too many ask. */
MUST_CHECK int messenger_ask(struct messenger *messenger, const struct wish *wish,
                             uint64_t *ret_request);

/* The next answer; false when there is none. */
bool messenger_answered(struct messenger *messenger, struct annex_answer *ret_answer);

#endif
