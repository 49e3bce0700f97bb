/* provider.h - a card provider in this process: intents, refunds, disputes, events, idempotency
 * keys, and what may go wrong on the way to it. It keeps books by which the settler is judged.
 *
 * Nothing here is shared with the settler: requests are read and answers written by hand.
 */
#ifndef TRESTLE_TESTS_SETTLER_PROVIDER_H
#define TRESTLE_TESTS_SETTLER_PROVIDER_H

#include "gateway/https/https.h"

enum {
    PROVIDER_OBJECTS_MAX = 48,
    PROVIDER_EVENTS_MAX = 256,
    PROVIDER_KEYS_MAX = 128,
    PROVIDER_TROUBLES_MAX = 8,
    PROVIDER_META_MAX = 72,
    PROVIDER_BODY_MAX = 1400,
};

/* What becomes of a call. */
enum trouble_kind {
    TROUBLE_BEFORE,    /* the line breaks before the provider hears it ... */
    TROUBLE_AFTER,     /* ... or after it did it */
    TROUBLE_HUNG,      /* as after, and it takes as long as anybody waits */
    TROUBLE_BROKEN,    /* 500, not done */
    TROUBLE_LATER,     /* 429 */
    TROUBLE_SHUT,      /* 401 */
    TROUBLE_BARRED,    /* 403 */
    TROUBLE_PORTAL,    /* 200, the page of another server, with another time */
    TROUBLE_DECLINED,  /* 402 */
    TROUBLE_MISUSED,   /* 400, the key was another call's */
    TROUBLE_REFUSED,   /* 404 */
    TROUBLE_SENSELESS, /* done, and the object's id and state are none */
    TROUBLE_ALIEN,     /* 200, an object of that type, and no fact */
    TROUBLE_BARE,      /* of events: a list of what they are about */
    TROUBLE_ENDLESS,   /* of a list: there are more, and no id to go on after */
    /* Done, but another intent than was asked for: it is captured at once, asks for more, in
     * another currency, or cannot be paid. */
    TROUBLE_CHARGED,
    TROUBLE_AMOUNT,
    TROUBLE_CURRENCY,
    TROUBLE_SECRET,
};

struct trouble {
    const char *part; /* of method and path: "POST /v1/refunds" */
    enum trouble_kind kind;
    uint32_t times;
};

struct provider_intent {
    char id[16], status[32], popup[PROVIDER_META_MAX], order[PROVIDER_META_MAX],
        draft[PROVIDER_META_MAX];
    int64_t amount, capturable, received, created_s;
    int64_t ends_s;   /* of its hold: seven days after it began */
    int64_t lapsed_s; /* its hold ended then by itself; 0 = it did not */
    uint32_t captures;
    const char *method, *currency, *secret;
};

struct provider_refund {
    char id[16], status[32], popup[PROVIDER_META_MAX], order[PROVIDER_META_MAX],
        wish[PROVIDER_META_MAX];
    uint32_t intent;
    int64_t amount;
};

struct provider_dispute {
    char id[16], status[32];
    uint32_t intent;
    int64_t amount;
};

struct provider_event {
    char id[16];
    int64_t created_s;
    char body[PROVIDER_BODY_MAX];
};

struct provider_key {
    char key[160];
    char call[PROVIDER_BODY_MAX], answer[PROVIDER_BODY_MAX];
    uint32_t status;
};

struct provider {
    int64_t now_s;     /* the caller's */
    uint32_t page_max; /* objects of a page, whatever is asked for; 0 = no bound */
    bool is_timeless;  /* its answers have no date */
    bool is_forgetful; /* of keys */
    uint32_t intents_count, refunds_count, disputes_count, events_count, keys_count;
    struct provider_intent intents[PROVIDER_OBJECTS_MAX];
    struct provider_refund refunds[PROVIDER_OBJECTS_MAX];
    struct provider_dispute disputes[PROVIDER_OBJECTS_MAX];
    struct provider_event events[PROVIDER_EVENTS_MAX];
    struct provider_key keys[PROVIDER_KEYS_MAX];
    uint32_t troubles_count;
    struct trouble troubles[PROVIDER_TROUBLES_MAX];
    uint64_t calls;
};

/* Do a call, or what goes wrong with it; ms until the answer is there. */
uint64_t provider_call(struct provider *provider, const struct https_call *call,
                       struct https_answer *ret_answer);

void provider_trouble(struct provider *provider, const char *part, enum trouble_kind kind,
                      uint32_t times);

/* --- what others do there --- */

/* A customer pays the intent, which is held then; or begins to; or the bank lets go. */
void provider_hold(struct provider *provider, uint32_t intent);
void provider_process(struct provider *provider, uint32_t intent);
void provider_lose(struct provider *provider, uint32_t intent);
/* What every hold does whose time is over. */
void provider_lapse(struct provider *provider, uint32_t intent);
/* An intent that nobody here asked for; @order in hexadecimal. */
uint32_t provider_intent_add(struct provider *provider, int64_t amount, const char *popup,
                             const char *order);
/* Somebody gives back by hand. */
void provider_refund_add(struct provider *provider, uint32_t intent, int64_t amount);
void provider_refund_set(struct provider *provider, uint32_t refund, const char *status);
uint32_t provider_dispute_add(struct provider *provider, uint32_t intent);
void provider_dispute_set(struct provider *provider, uint32_t dispute, const char *status);
/* An event that says nothing of money. */
void provider_noise(struct provider *provider);

/* --- the books --- */

struct provider_books {
    int64_t captured, refunded, held;
    uint32_t open; /* intents that somebody could pay */
};
struct provider_books provider_books(const struct provider *provider);
/* Nothing was captured twice, no more than was held, and nothing given back twice. */
bool provider_is_sane(const struct provider *provider);

#endif
