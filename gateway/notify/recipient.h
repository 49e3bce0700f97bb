/* recipient.h - who wants to hear of an order, what he was told, and what is on its way to him:
 * durable, in this gateway alone.
 *
 * Layer: gateway (pure: over sync/base/store.h). The store is the gateway's own, beside the node's;
 * nothing of it replicates. Of an order that some put together each phone is a recipient of its
 * own. Rows in TABLE_LOCAL:
 *
 *   'R' || order || be64 asker   [version, day, idle hours, endpoint, bin point, bin auth, phone,
 *                                 phones, then for each channel: told, news, sending, tries]
 *   'D'                          [version, day, SMS that were sent in that trading day]
 *
 * Where addresses are "" he does not want to hear any more; what he was told is kept as long as the
 * others' addresses (messenger_forget.c), so that he is not told again.
 */
#ifndef TRESTLE_GATEWAY_NOTIFY_RECIPIENT_H
#define TRESTLE_GATEWAY_NOTIFY_RECIPIENT_H

#include "gateway/notify/endpoint.h"
#include "gateway/notify/news.h"
#include "sync/base/store.h"

enum {
    RECIPIENTS_MAX = 8,       /* of one order */
    RECIPIENT_PHONES_MAX = 3, /* numbers that an order may be given, by all of them together */
    RECIPIENT_TRIES_MAX = 12, /* of one message */
    RECIPIENT_IDLE_H = 24,    /* this gateway's running hours without a change, until he is
                                 forgotten whatever the day */
};

struct outgoing {
    uint32_t told;   /* set of news */
    enum news news;  /* that is on its way, or was tried; NEWS_NONE = none */
    bool is_sending; /* it may have left, and what became of it is not known */
    uint32_t tries;  /* of that news */
};

/* Whose wish of which order. */
struct recipient_id {
    struct entity_id order;
    uint64_t asker; /* a phone: the half of its token's number that is not the session's */
};

static inline bool recipient_id_equal(const struct recipient_id *a, const struct recipient_id *b)
{
    return a->asker == b->asker && entity_id_equal(&a->order, &b->order);
}

struct recipient {
    struct recipient_id id;
    uint64_t day;            /* the order's trading day */
    uint32_t idle_h;         /* whole hours without a change, at most RECIPIENT_IDLE_H */
    struct push_target push; /* endpoint "" = none */
    char phone[PHONE_TEXT_BYTES];
    uint32_t phones; /* how many numbers he gave, one after the other */
    struct outgoing out[CHANNEL_COUNT];
};

/* Nobody yet. */
void recipient_init(const struct recipient_id *id, uint64_t day, struct recipient *ret_recipient);

/* Whether he is to be reached by it. */
bool recipient_has(const struct recipient *recipient, enum channel channel);
/* He is not to be reached by it any more; what is on its way is forgotten. */
void recipient_drop(struct recipient *recipient, enum channel channel);

/* --- what to do next --- */

enum step_kind {
    STEP_NONE, /* nothing is news, or what is on its way must come to its end first */
    STEP_SEND,
    STEP_WAIT,    /* until not_before_ms */
    STEP_GIVE_UP, /* it was tried often enough: it counts as told */
};

struct step {
    enum step_kind kind;
    enum news news;
};

/* @now: what is true of the order; @not_before_ms: after a failure. */
struct step recipient_step(const struct recipient *recipient, enum channel channel, uint32_t now,
                           uint64_t now_ms, uint64_t not_before_ms);

/* Just before it leaves, and is committed. */
void outgoing_begin(struct outgoing *outgoing, enum news news);

/* What became of it. */
enum message_end {
    END_DONE,    /* it was taken */
    END_AGAIN,   /* it was not, and may be later */
    END_UNSENT,  /* it never left: no line; that is no try */
    END_GONE,    /* nobody is there any more: the address is to be erased */
    END_REFUSED, /* it never will be */
    END_UNKNOWN, /* it may have been taken, and a second one would be one too many */
};
/* @is_repeatable: a second sending does no harm. @status as https_answer's, 0 = none came. */
enum message_end message_end_of(enum channel channel, uint32_t status, bool is_unsent,
                                bool is_repeatable);
void outgoing_end(struct outgoing *outgoing, uint32_t now, enum message_end end);

/* At start: what may have left before this process. True when the row changed. */
bool outgoing_recover(struct outgoing *outgoing, bool is_repeatable);

/* How long to wait after the @tries-th failure; @asked_s: as the server asked, 0 = it did not. */
uint64_t message_pause_ms(uint32_t tries, uint32_t asked_s);

/* --- rows --- */

/* Insert or replace. ERR_FULL, ERR_IO. */
MUST_CHECK int recipient_put(struct store_txn *txn, const struct recipient *recipient);
/* ERR_NOT_FOUND, ERR_IO; ERR_MALFORMED: the disk spoilt it. */
MUST_CHECK int recipient_get(struct store_txn *txn, const struct recipient_id *id,
                             struct recipient *ret_recipient);
/* 0 also when there is none. ERR_FULL, ERR_IO. */
MUST_CHECK int recipient_del(struct store_txn *txn, const struct recipient_id *id);
/* The first above @after, by order and asker; NULL = of all. Only the id of a spoilt row is told,
 * by ERR_MALFORMED. ERR_NOT_FOUND, ERR_IO. */
MUST_CHECK int recipient_next(struct store_txn *txn, const struct recipient_id *after,
                              struct recipient *ret_recipient);
/* How many recipients @order has, and numbers that they gave. ERR_IO. */
MUST_CHECK int recipients_count(struct store_txn *txn, const struct entity_id *order,
                                uint32_t *ret_recipients, uint32_t *ret_phones);

/* SMS that were sent, or may have been, in the trading day @day; a spoilt row counts none. ERR_IO.
 */
MUST_CHECK int sms_count_get(struct store_txn *txn, uint64_t day, uint32_t *ret_count);
MUST_CHECK int sms_count_put(struct store_txn *txn, uint64_t day, uint32_t count);

#endif
