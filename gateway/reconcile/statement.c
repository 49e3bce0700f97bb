#include "gateway/reconcile/statement.h"

#include <stdio.h>
#include <string.h>

#include "gateway/stripe/request.h"
#include "sync/base/check.h"

enum { DAY_S = 24 * 3600 };

struct listing {
    struct stripe_reader *reader;
    struct statement *statement;
    void (*on_page)(void *context, const char *what, size_t count);
    void *context;
};

void statement_close(struct statement *statement)
{
    money_list_close(&statement->items);
}

/* --- objects --- */

static void text_copy(char *to, struct bytes from)
{
    check(from.size <= PROVIDER_ID_BYTES_MAX); /* or it is no fact */
    memcpy(to, from.data, from.size);
    to[from.size] = '\0';
}

static void intent_fill(struct money_item *item, const struct stripe_fact *fact)
{
    const struct pay_intent *intent = &fact->intent;
    text_copy(item->id, intent->id);
    text_copy(item->intent, intent->id);
    item->state = (int)intent->state;
    item->amount_minor = intent->amount_minor;
    item->held_minor = intent->capturable_minor;
    item->received_minor = intent->received_minor;
    check(intent->currency.size <= CURRENCY_BYTES_MAX);
    memcpy(item->currency, intent->currency.data, intent->currency.size);
}

static void refund_fill(struct money_item *item, const struct stripe_fact *fact)
{
    const struct pay_refund *refund = &fact->refund;
    text_copy(item->id, refund->id);
    text_copy(item->intent, refund->intent);
    item->state = (int)refund->status;
    item->amount_minor = refund->amount_minor;
    item->has_wish = refund->wish.size > 0;
}

static void dispute_fill(struct money_item *item, const struct stripe_fact *fact)
{
    const struct pay_dispute *dispute = &fact->dispute;
    text_copy(item->id, dispute->id);
    text_copy(item->intent, dispute->intent);
    item->state = (int)dispute->status;
    item->amount_minor = dispute->amount_minor;
}

static int fact_add(struct statement *statement, const struct stripe_fact *fact)
{
    static void (*const fills[])(struct money_item * item, const struct stripe_fact *fact) = {
        [STRIPE_INTENT] = intent_fill,
        [STRIPE_REFUND] = refund_fill,
        [STRIPE_DISPUTE] = dispute_fill};
    struct money_item *item = money_list_add(&statement->items);
    if (item == NULL) {
        return ERR_TOO_MANY;
    }
    item->kind = fact->kind;
    item->has_order = fact->has_order;
    item->popup = fact->popup;
    item->order = fact->order;
    item->since_s = fact->created_s;
    fills[fact->kind](item, fact);
    return 0;
}

static int facts_add(struct statement *statement, const struct stripe_reply *reply)
{
    struct stripe_fact fact;
    bool is_fact = false;
    int err = 0;
    for (uint32_t i = 0; err == 0 && stripe_reply_object(reply, i, &fact, &is_fact); i++) {
        err = is_fact ? fact_add(statement, &fact) : 0;
    }
    return err;
}

/* --- what went wrong --- */

static int refuse(struct statement *statement, const char *what, const struct stripe_read *read)
{
    const bool is_key = read->status == 401 || read->status == 403;
    if (is_key) {
        (void)snprintf(statement->problem, sizeof statement->problem,
                       "the provider does not let our secret key read %s (%u): give the key that "
                       "right, or put the right one into stripe-secret-key",
                       what, read->status);
    } else if (read->status == 0) {
        (void)snprintf(statement->problem, sizeof statement->problem,
                       "the provider does not answer (%s): look at the uplink and try again",
                       read->trouble);
    } else {
        (void)snprintf(statement->problem, sizeof statement->problem,
                       "the provider cannot list %s now (%u): try again", what, read->status);
    }
    return is_key ? ERR_FORBIDDEN : ERR_UNAVAILABLE;
}

/* --- lists --- */

/* The ids of a page are borrowed from it: @after is a copy. */
static int page_take(const struct listing *listing, const char *what,
                     const struct stripe_read *read, char *after, bool *ret_is_more)
{
    struct bytes next;
    if (!stripe_read_is(read, "list")) {
        return refuse(listing->statement, what, read);
    }
    const int err = facts_add(listing->statement, read->reply);
    *ret_is_more = stripe_reply_has_more(read->reply, &next) && next.size > 0;
    if (*ret_is_more) {
        text_copy(after, next);
    }
    listing->on_page(listing->context, what, listing->statement->items.count);
    return err;
}

static int list_read(const struct listing *listing, const char *what,
                     struct stripe_request (*list)(int64_t since_s, struct bytes after,
                                                   uint32_t count_max))
{
    char after[PROVIDER_ID_BYTES_MAX + 1] = "";
    bool is_more = true;
    int err = 0;
    while (err == 0 && is_more) {
        struct stripe_read read = {.status = 0};
        struct stripe_request request =
            list(listing->statement->since_s, bytes_of_text(after), STRIPE_LIST_MAX);
        err = stripe_reader_get(listing->reader, bytes_of(request.path.data, request.path.size),
                                &read);
        err = err == 0 ? page_take(listing, what, &read, after, &is_more) : err;
        stripe_read_close(&read);
        stripe_request_close(&request);
    }
    return err;
}

/* What time it is there: any answer tells. */
static int clock_read(const struct listing *listing, int64_t *ret_now_s)
{
    struct stripe_read read = {.status = 0};
    struct stripe_request request = stripe_list_intents(0, bytes_of(NULL, 0), 1);
    int err =
        stripe_reader_get(listing->reader, bytes_of(request.path.data, request.path.size), &read);
    if (err == 0 && (!stripe_read_is(&read, "list") || read.date_s <= 0)) {
        err = refuse(listing->statement, "payments", &read);
    }
    *ret_now_s = read.date_s;
    stripe_read_close(&read);
    stripe_request_close(&request);
    return err;
}

int statement_read(struct stripe_reader *reader, unsigned days, struct statement *statement,
                   void (*on_page)(void *context, const char *what, size_t count), void *context)
{
    static const struct {
        const char *what;
        struct stripe_request (*list)(int64_t since_s, struct bytes after, uint32_t count_max);
    } lists[] = {
#define X(what, list) {(what), (list)},
        STATEMENT_LISTS(X)
#undef X
    };
    const struct listing listing = {reader, statement, on_page, context};
    int64_t now_s = 0;
    int err = clock_read(&listing, &now_s);
    statement->since_s = now_s - (int64_t)days * DAY_S;
    for (size_t i = 0; i < sizeof lists / sizeof *lists && err == 0; i++) {
        err = list_read(&listing, lists[i].what, lists[i].list);
    }
    return err;
}

int statement_look(struct stripe_reader *reader, const char *id, struct statement *statement)
{
    struct stripe_read read = {.status = 0};
    struct stripe_request request = stripe_intent_of(bytes_of_text(id));
    int err = stripe_reader_get(reader, bytes_of(request.path.data, request.path.size), &read);
    if (err == 0 && stripe_read_is(&read, "payment_intent")) {
        err = facts_add(statement, read.reply);
    } else if (err == 0 && read.status != 404) {
        err = refuse(statement, "payments", &read);
    }
    stripe_read_close(&read);
    stripe_request_close(&request);
    return err;
}
