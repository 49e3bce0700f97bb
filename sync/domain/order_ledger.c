/* An order's ledger: the provider's facts and the wishes among its events, joined. */
#include "sync/domain/order_fold.h"

static void add_intent(struct ledger *ledger, const struct history_event *event)
{
    struct pay_intent intent;
    if (pay_intent_decode(event->body, &intent) == 0) {
        ledger_add_intent(ledger, &intent);
    }
}

static void add_refund(struct ledger *ledger, const struct history_event *event)
{
    struct pay_refund refund;
    if (pay_refund_decode(event->body, &refund) == 0) {
        ledger_add_refund(ledger, &refund);
    }
}

static void add_dispute(struct ledger *ledger, const struct history_event *event)
{
    struct pay_dispute dispute;
    if (pay_dispute_decode(event->body, &dispute) == 0) {
        ledger_add_dispute(ledger, &dispute);
    }
}

static void add_wish(struct ledger *ledger, const struct history_event *event)
{
    struct refund_wish wish;
    if (refund_wish_decode(event->body, &wish) == 0) {
        ledger_add_wish(ledger, &wish, event->body, event->type == EVENT_REFUND_WISH);
    }
}

static const struct {
    enum event_type type;
    void (*add)(struct ledger *ledger, const struct history_event *event);
} adders[] = {
    {EVENT_PAY_INTENT, add_intent},   {EVENT_PAY_REFUND, add_refund},
    {EVENT_PAY_DISPUTE, add_dispute}, {EVENT_REFUND_WISH, add_wish},
    {EVENT_REFUND_AUTO, add_wish},
};

/* What each problem is called on the order. */
static const struct {
    enum ledger_problem problem;
    enum order_flag flag;
} flags[] = {
    {LEDGER_AT_ODDS, FLAG_PROVIDER_AT_ODDS},    {LEDGER_OVER_REFUNDED, FLAG_OVER_REFUNDED},
    {LEDGER_REFUND_FAILED, FLAG_REFUND_FAILED}, {LEDGER_DISPUTED, FLAG_DISPUTED},
    {LEDGER_WISH_AT_ODDS, FLAG_WISH_AT_ODDS},   {LEDGER_CUT_SHORT, FLAG_CUT_SHORT},
};

static void add_event(const struct fold *fold, uint32_t index, struct ledger *ledger)
{
    for (size_t i = 0; i < sizeof adders / sizeof adders[0]; i++) {
        if (fold_has(fold, index, adders[i].type)) {
            adders[i].add(ledger, &fold->history->events[index]);
        }
    }
}

/* Of several people who wished the same the smallest operation's: with @stands only of those whose
 * words are the ones that stand. */
static void fill_hand(const struct fold *fold, uint32_t index, bool stands, struct ledger *ledger)
{
    const struct bytes body = fold->history->events[index].body;
    struct refund_wish wish;
    if (!fold_has(fold, index, EVENT_REFUND_WISH) || refund_wish_decode(body, &wish) != 0) {
        return;
    }
    for (uint32_t i = 0; i < ledger->wishes_count; i++) {
        struct ledger_wish *row = &ledger->wishes[i];
        if (row->hand.log == 0 && bytes_equal(row->id, wish.id) &&
            (!stands || bytes_equal(row->body, body))) {
            row->hand = fold_hand(fold, index, wish.reason);
        }
    }
}

/* Where the words that stand are a rule's, a person who wished the same has his own. */
static void fill_hands(const struct fold *fold, struct ledger *ledger)
{
    for (uint32_t i = 0; i < fold->history->count; i++) {
        fill_hand(fold, i, true, ledger);
    }
    for (uint32_t i = 0; i < fold->history->count; i++) {
        fill_hand(fold, i, false, ledger);
    }
}

void order_fill_ledger(const struct fold *fold, struct order *order)
{
    struct ledger *ledger = &order->ledger;
    ledger_reset(ledger);
    for (uint32_t i = 0; i < fold->history->count; i++) {
        add_event(fold, i, ledger);
    }
    ledger_settle(ledger);
    fill_hands(fold, ledger);
    order->paid_minor += ledger->received_minor;
    order->refunded_minor += ledger->refunded_minor;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        order->flags |= (ledger->problems & flags[i].problem) != 0 ? (uint32_t)flags[i].flag : 0;
    }
}
