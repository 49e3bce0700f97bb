/* Customers who want to hear of their order, or do not any more. */
#include <string.h>

#include "gateway/notify/messenger_state.h"
#include "node/json/json_build.h"
#include "node/os/entropy.h"

struct ask {
    uint64_t request;
    struct wish wish;
};

static const char is_over[] = "the order is over";
static const char is_early[] = "an SMS is sent for an order that the kitchen has taken, or that is "
                               "paid";
static const char many_phones[] = "this order had too many telephones already";
static const char many_recipients[] = "too many phones are told of this order already";
static const char many_orders[] = "too many orders are watched";
static const char is_day_full[] = "no more SMS are sent today";

/* ERR_LIMIT: of this trading day so many were sent that none would follow. */
static int day_check(struct messenger *messenger, const char **ret_where)
{
    uint32_t count = 0;
    const int err = sms_count_get(messenger->txn, messenger->day, &count);
    if (err == 0 && count >= messenger->config.sender.terms->sms_per_day) {
        *ret_where = is_day_full;
        return ERR_LIMIT;
    }
    return err;
}

/* Why not, with @ret_where; of messenger->order. */
static int wish_check(struct messenger *messenger, const struct wish *wish, bool is_erased,
                      const char **ret_where)
{
    const struct order *order = messenger->order;
    const bool is_taken =
        order->phase >= PHASE_ACCEPTED || order->paid_minor > 0 || order->ledger.held_minor > 0;
    const enum channel channel = wish->kind == WISH_PUSH ? CHANNEL_PUSH : CHANNEL_SMS;
    if (wish->kind == WISH_OFF) {
        return 0;
    }
    if (messenger->https[channel] == NULL) {
        return ERR_UNAVAILABLE;
    }
    if (is_erased || order->phase >= PHASE_COMPLETED) {
        *ret_where = is_over;
        return ERR_STATE;
    }
    if (channel == CHANNEL_SMS && !is_taken) {
        *ret_where = is_early;
        return ERR_STATE;
    }
    if (!is_taken && messenger->watched_count >= WATCHED_UNPAID_MAX) {
        *ret_where = many_orders;
        return ERR_LIMIT;
    }
    return channel == CHANNEL_SMS ? day_check(messenger, ret_where) : 0;
}

/* What he sees on his page he is not told. */
static void channel_begin(struct messenger *messenger, const struct watched *watched,
                          enum channel channel)
{
    struct recipient *recipient = &messenger->recipient;
    sendings_stale(messenger, &recipient->id, channel);
    if (!recipient_has(recipient, channel)) {
        recipient->out[channel].told |= messenger_news(messenger, watched);
    }
}

/* @phones: how many all recipients of the order gave. */
static int phone_take(struct messenger *messenger, const struct wish *wish,
                      const struct watched *watched, uint32_t phones, const char **ret_where)
{
    struct recipient *recipient = &messenger->recipient;
    const bool is_same = strcmp(recipient->phone, wish->phone) == 0;
    if (!is_same && phones >= RECIPIENT_PHONES_MAX) {
        *ret_where = many_phones;
        return ERR_LIMIT;
    }
    channel_begin(messenger, watched, CHANNEL_SMS);
    recipient->phones += !is_same;
    memcpy(recipient->phone, wish->phone, sizeof recipient->phone);
    return 0;
}

static int wish_take(struct messenger *messenger, const struct wish *wish,
                     const struct watched *watched, uint32_t phones, const char **ret_where)
{
    struct recipient *recipient = &messenger->recipient;
    if (wish->kind == WISH_SMS) {
        return phone_take(messenger, wish, watched, phones, ret_where);
    }
    if (wish->kind == WISH_PUSH) {
        channel_begin(messenger, watched, CHANNEL_PUSH);
        recipient->push = wish->push;
        return 0;
    }
    for (size_t i = 0; i < CHANNEL_COUNT; i++) {
        sendings_stale(messenger, &recipient->id, (enum channel)i);
        recipient_drop(recipient, (enum channel)i);
    }
    return 0;
}

static void wish_say(struct messenger *messenger, const struct ask *ask)
{
    struct json_value *object = json_new_object();
    struct text body = {.data = NULL};
    json_put_bool(object, "push", recipient_has(&messenger->recipient, CHANNEL_PUSH));
    json_put_bool(object, "sms", recipient_has(&messenger->recipient, CHANNEL_SMS));
    json_print(object, &body);
    worker_say(&messenger->worker, ask->request, 0, NULL, &body);
}

/* A row of his own, as it is or new. ERR_NOT_FOUND: there is none, and none is wanted; ERR_LIMIT.
 */
static int row_begin(struct messenger *messenger, const struct wish *wish, uint32_t recipients,
                     const char **ret_where)
{
    const int err = recipient_get(messenger->txn, &wish->id, &messenger->recipient);
    if (err != ERR_NOT_FOUND && err != ERR_MALFORMED) {
        return err;
    }
    recipient_init(&wish->id, messenger->order->day, &messenger->recipient);
    if (wish->kind == WISH_OFF) {
        return ERR_NOT_FOUND;
    }
    if (err == ERR_NOT_FOUND && recipients >= RECIPIENTS_MAX) {
        *ret_where = many_recipients;
        return ERR_LIMIT;
    }
    return 0;
}

/* messenger->recipient is read. */
static int row_take(struct messenger *messenger, const struct wish *wish, uint32_t phones,
                    const char **ret_where)
{
    struct watched *watched = watch(messenger, &wish->id);
    if (watched == NULL) {
        *ret_where = many_orders;
        return ERR_LIMIT;
    }
    const int err = wish_take(messenger, wish, watched, phones, ret_where);
    if (err != 0) {
        return err;
    }
    watched->is_changed = messenger->is_dirty = true;
    return recipient_put(messenger->txn, &messenger->recipient);
}

/* messenger->order is read, and may be told of. */
static int ask_take_up(struct messenger *messenger, const struct ask *ask, const char **ret_where)
{
    const struct wish *wish = &ask->wish;
    uint32_t recipients = 0, phones = 0;
    int err = recipients_count(messenger->txn, &wish->id.order, &recipients, &phones);
    err = err == 0 ? row_begin(messenger, wish, recipients, ret_where) : err;
    if (err == ERR_NOT_FOUND) { /* he was not to be told of it */
        wish_say(messenger, ask);
        return 0;
    }
    err = err == 0 ? row_take(messenger, wish, phones, ret_where) : err;
    if (err == 0) {
        wish_say(messenger, ask);
    }
    return err;
}

static int ask_answer(struct messenger *messenger, const struct ask *ask)
{
    const char *where = NULL;
    bool is_erased = false;
    int err = messenger_is_erased(messenger, &ask->wish.id.order, &is_erased);
    err = err == 0 ? messenger_order_read(messenger, &ask->wish.id.order) : err;
    err = err == 0 ? wish_check(messenger, &ask->wish, is_erased, &where) : err;
    err = err == 0 ? ask_take_up(messenger, ask, &where) : err;
    if (err != 0) {
        worker_say(&messenger->worker, ask->request, err == ERR_MALFORMED ? ERR_SPOILT : err, where,
                   NULL);
    }
    return err == ERR_FULL || err == ERR_IO ? err : 0;
}

int messenger_asks_turn(struct messenger *messenger)
{
    struct ask ask;
    int err = 0;
    while (err == 0 && worker_take(&messenger->worker, &ask.wish, &ask.request)) {
        err = ask_answer(messenger, &ask);
    }
    entropy_wipe(&ask, sizeof ask);
    return err;
}
