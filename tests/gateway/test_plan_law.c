/* test_plan_law.c - money follows the food, as a law: in a small world, against a provider that
 * does as it is asked, whatever happens to the order.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "gateway/settle/plan.h"
#include "tests/lib/prng.h"

enum {
    ID_BYTES = 8,
    WORLD_INTENTS = 6,
    WORLD_LINES = 3,
    WORLD_CALLS = 32,
    WORLD_STEPS = 60,
    SETTLE_ROUNDS = 40,
    WORLD_SEEDS = 4000
};

static const struct plan_terms terms = {
    .smallest_minor = 50, .decide_ms = 600000, .draft_ms = 900000, .unpaid_ms = 3600000};
static const struct plan_waits none;

struct world {
    struct prng prng;
    struct order order; /* as the gateway knows it */
    int64_t price_minor[WORLD_LINES];
    int64_t cash_minor;
    char ids[WORLD_INTENTS][ID_BYTES];
    /* The provider's truth, of which the gateway learns late. */
    uint32_t intents_count;
    struct ledger_intent truth[WORLD_INTENTS];
    bool is_wish_met[ORDER_WISHES_MAX];
    /* Sent under plans that may be old by now. */
    uint32_t calls_count;
    struct {
        enum provider_call_kind kind;
        uint32_t intent, wish;
        int64_t amount_minor;
        bool was_undecided;
    } calls[WORLD_CALLS];
};

static struct ledger_intent *truth_of(struct world *world, struct bytes id)
{
    for (uint32_t i = 0; i < world->intents_count; i++) {
        if (bytes_equal(world->truth[i].id, id)) {
            return &world->truth[i];
        }
    }
    fail_msg("no such intent");
    return NULL;
}

/* What the order comes to, of what the gateway has heard of its ledger. */
static void world_fold(struct world *world)
{
    struct order *order = &world->order;
    struct ledger *ledger = &order->ledger;
    order->owed_minor = 0;
    for (uint32_t i = 0; i < order->lines_count; i++) {
        struct order_line *line = &order->lines[i];
        line->is_active = !line->is_refused;
        if (order->is_cancelled ? line->handed > 0 : line->is_active) {
            order->owed_minor += world->price_minor[i];
        }
    }
    ledger->held_minor = ledger->received_minor = ledger->refunded_minor = 0;
    for (uint32_t i = 0; i < ledger->intents_count; i++) {
        const struct ledger_intent *intent = &ledger->intents[i];
        ledger->held_minor += intent->state == INTENT_HELD ? intent->capturable_minor : 0;
        ledger->received_minor += intent->received_minor;
        ledger->refunded_minor += intent->refunded_minor;
    }
    order->due_minor =
        world->cash_minor + ledger->received_minor - ledger->refunded_minor - order->owed_minor;
    int64_t left_minor = ledger->received_minor - ledger->refunded_minor;
    for (uint32_t i = 0; i < ledger->wishes_count; i++) {
        struct ledger_wish *wish = &ledger->wishes[i];
        wish->open_minor = wish->state != WISH_OPEN          ? 0
                           : wish->amount_minor < left_minor ? wish->amount_minor
                                                             : left_minor;
        left_minor -= wish->open_minor;
    }
}

/* A webhook, or an answer, or a poll: all of what is true now. */
static void world_hear(struct world *world)
{
    struct ledger *ledger = &world->order.ledger;
    ledger->intents_count = world->intents_count;
    memcpy(ledger->intents, world->truth, world->intents_count * sizeof *world->truth);
    for (uint32_t i = 0; i < ledger->wishes_count; i++) {
        if (world->is_wish_met[i]) {
            ledger->wishes[i].state = WISH_REFUNDED;
        }
    }
    world_fold(world);
}

static void world_pay(struct world *world)
{
    if (world->intents_count == WORLD_INTENTS || world->order.due_minor >= 0 ||
        world->order.is_cancelled) {
        return;
    }
    const uint32_t at = world->intents_count++;
    (void)snprintf(world->ids[at], ID_BYTES, "pi_%u", at);
    world->truth[at] = (struct ledger_intent){.id = bytes_of_text(world->ids[at]),
                                              .state = INTENT_CREATED,
                                              .amount_minor = -world->order.due_minor};
}

/* The customer's bank promises the amount of an intent that is still open. */
static void world_hold(struct world *world)
{
    for (uint32_t i = 0; i < world->intents_count; i++) {
        struct ledger_intent *intent = &world->truth[i];
        if (intent->state == INTENT_CREATED && prng_below(&world->prng, 2) == 0) {
            intent->state = INTENT_HELD;
            intent->capturable_minor = intent->amount_minor;
            return;
        }
    }
}

static void world_decide(struct world *world)
{
    struct order_line *line =
        &world->order.lines[prng_below(&world->prng, world->order.lines_count)];
    if (prng_below(&world->prng, 3) == 0 && line->handed == 0) {
        line->is_refused = true; /* also after it was accepted, also after the capture */
    } else {
        line->is_accepted = true;
    }
    if (line->is_accepted && !line->is_refused && prng_below(&world->prng, 4) == 0) {
        line->handed = 1;
    }
}

static void world_lapse(struct world *world)
{
    for (uint32_t i = 0; i < world->order.lines_count; i++) {
        world->order.lines[i].is_refused |= !world->order.lines[i].is_accepted;
    }
    world_fold(world);
}

/* Plan, and send what was not sent before under the same key. */
static void world_plan(struct world *world, const struct plan_waits *waits)
{
    static struct plan plan;
    struct ledger *ledger = &world->order.ledger;
    plan_make(&world->order, &terms, waits, &plan);
    for (uint32_t i = 0; i < plan.calls_count && world->calls_count < WORLD_CALLS; i++) {
        const struct provider_call *call = &plan.calls[i];
        uint32_t wish = 0;
        while (call->kind == CALL_REFUND && !bytes_equal(ledger->wishes[wish].id, call->wish)) {
            wish++;
        }
        world->calls[world->calls_count].kind = call->kind;
        world->calls[world->calls_count].intent =
            (uint32_t)(truth_of(world, call->intent) - world->truth);
        world->calls[world->calls_count].wish = wish;
        world->calls[world->calls_count].amount_minor = call->amount_minor;
        world->calls[world->calls_count++].was_undecided =
            plan_is_undecided(&world->order) && !world->order.is_cancelled;
    }
    if (plan.is_lapse_due) {
        world_lapse(world);
    }
    if (plan.is_wish_due && ledger->wishes_count < ORDER_WISHES_MAX) {
        static const char names[ORDER_WISHES_MAX + 1] = "abcdefghijklmnop";
        const int64_t left_minor = ledger->received_minor - ledger->refunded_minor;
        const int64_t due_minor = world->order.due_minor;
        ledger->wishes[ledger->wishes_count] =
            (struct ledger_wish){.id = bytes_of(names + ledger->wishes_count, 1),
                                 .state = WISH_OPEN,
                                 .amount_minor = due_minor < left_minor ? due_minor : left_minor};
        ledger->wishes_count++;
        world_fold(world);
    }
}

/* The provider takes one of the calls, whichever comes through first, perhaps an old one. */
static void world_execute(struct world *world)
{
    if (world->calls_count == 0) {
        return;
    }
    const size_t at = prng_below(&world->prng, world->calls_count);
    struct ledger_intent *intent = &world->truth[world->calls[at].intent];
    const int64_t amount_minor = world->calls[at].amount_minor;
    switch (world->calls[at].kind) {
    case CALL_CAPTURE:
        if (intent->state == INTENT_HELD && amount_minor <= intent->capturable_minor) {
            assert_false(world->calls[at].was_undecided);
            intent->state = INTENT_SUCCEEDED;
            intent->received_minor = amount_minor;
            intent->capturable_minor = 0;
        }
        break;
    case CALL_CANCEL:
        if (intent->state != INTENT_SUCCEEDED) {
            intent->state = INTENT_CANCELED;
            intent->capturable_minor = 0;
        }
        break;
    case CALL_REFUND: /* a wish's key is used once for an intent; here a wish is met by one */
        if (!world->is_wish_met[world->calls[at].wish] &&
            intent->refunded_minor + amount_minor <= intent->received_minor) {
            intent->refunded_minor += amount_minor;
            world->is_wish_met[world->calls[at].wish] = true;
        }
        break;
    case CALL_CREATE:
    case PROVIDER_CALL_COUNT:
        fail();
    }
    world->calls[at] = world->calls[--world->calls_count];
}

static void world_step(struct world *world)
{
    switch (prng_below(&world->prng, 10)) {
    case 0:
        world_pay(world);
        break;
    case 1:
        world_hold(world);
        break;
    case 2:
        world_decide(world);
        break;
    case 3:
        world->order.is_cancelled |= prng_below(&world->prng, 6) == 0;
        break;
    case 4:
        if (prng_below(&world->prng, 8) == 0 && world->order.due_minor < 0) {
            world->cash_minor -= world->order.due_minor;
        }
        break;
    case 5:
    case 6:
        world_hear(world);
        break;
    default:
        world_execute(world);
    }
    world_fold(world);
    world_plan(world, &none);
}

static void world_begin(struct world *world, uint64_t seed)
{
    memset(world, 0, sizeof *world);
    world->prng.state = seed;
    world->order.phase = PHASE_PLACED;
    world->order.lines_count = (uint32_t)(1 + prng_below(&world->prng, WORLD_LINES));
    for (uint32_t i = 0; i < world->order.lines_count; i++) {
        world->order.lines[i] = (struct order_line){.id = i + 1, .quantity = 1};
        world->price_minor[i] = prng_between(&world->prng, 100, 1000);
    }
    world_fold(world);
}

/* Nobody does anything any more, all is heard, and the kitchen's time is over. */
static void world_settle(struct world *world)
{
    const struct plan_waits over = {.undecided_ms = terms.decide_ms, .draft_ms = terms.draft_ms};
    for (int i = 0; i < SETTLE_ROUNDS; i++) {
        world_hear(world);
        world_plan(world, &over);
        while (world->calls_count > 0) {
            world_execute(world);
        }
    }
    world_hear(world);
}

static void check_settled(const struct world *world)
{
    static struct plan plan;
    const struct ledger *ledger = &world->order.ledger;
    const struct plan_waits over = {.undecided_ms = terms.decide_ms, .draft_ms = terms.draft_ms};
    plan_make(&world->order, &terms, &over, &plan);
    assert_int_equal(plan.calls_count, 0);
    assert_int_equal(ledger->held_minor, 0);
    for (uint32_t i = 0; i < ledger->intents_count; i++) {
        assert_true(ledger->intents[i].state == INTENT_SUCCEEDED ||
                    ledger->intents[i].state == INTENT_CANCELED ||
                    (ledger->intents[i].state == INTENT_CREATED && world->order.due_minor < 0));
    }
    const int64_t taken_minor = ledger->received_minor - ledger->refunded_minor;
    const int64_t surplus_minor = world->order.due_minor;
    assert_true(taken_minor >= 0);
    assert_true(surplus_minor <= 0 || taken_minor == 0); /* what is left over is cash */
}

TEST(plan_law, whatever_happens_nobody_is_charged_for_more_than_the_kitchen_took)
{
    static struct world world;
    for (uint64_t seed = 1; seed <= WORLD_SEEDS; seed++) {
        world_begin(&world, seed);
        for (int i = 0; i < WORLD_STEPS; i++) {
            world_step(&world);
        }
        world_settle(&world);
        check_settled(&world);
    }
}
