#include "tests/lib/ledger_facts.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/ledger_events.h"

enum { BODY_BYTES = 4096 };

static struct bytes text(const char *string)
{
    return bytes_of_text(string);
}

struct fact fact_of(uint32_t type, struct writer *writer, const uint8_t *data)
{
    struct bytes body;
    struct fact fact = {.type = type};
    check(writer_finish(writer, &body) == 0);
    check(body.size <= sizeof fact.body);
    memcpy(fact.body, data, body.size);
    fact.size = body.size;
    return fact;
}

static struct fact told_of(const struct pay_intent *intent)
{
    uint8_t data[BODY_BYTES];
    struct writer writer;
    writer_init(&writer, data, sizeof data);
    pay_intent_encode(intent, &writer);
    return fact_of(EVENT_PAY_INTENT, &writer, data);
}

struct fact intent_told(const char *id, enum intent_state state, int64_t amount, int64_t capturable,
                        int64_t received)
{
    const struct pay_intent intent = {text(id), state,       amount, capturable,
                                      received, text("eur"), 0};
    return told_of(&intent);
}

struct fact end_told(const char *id, enum intent_state state, int64_t ends_s)
{
    const struct pay_intent intent = {.id = text(id),
                                      .state = state,
                                      .amount_minor = 800,
                                      .capturable_minor = state == INTENT_HELD ? 800 : 0,
                                      .currency = text("eur"),
                                      .ends_s = ends_s};
    return told_of(&intent);
}

struct fact refund_told(const char *id, const char *intent, int64_t amount,
                        enum refund_status status, struct bytes wish)
{
    uint8_t data[BODY_BYTES];
    struct writer writer;
    const struct pay_refund refund = {text(id), text(intent), amount, status, wish};
    writer_init(&writer, data, sizeof data);
    pay_refund_encode(&refund, &writer);
    return fact_of(EVENT_PAY_REFUND, &writer, data);
}

struct fact dispute_told(const char *id, int64_t amount, enum dispute_status status)
{
    uint8_t data[BODY_BYTES];
    struct writer writer;
    const struct pay_dispute dispute = {text(id), text("pi_1"), amount, status};
    writer_init(&writer, data, sizeof data);
    pay_dispute_encode(&dispute, &writer);
    return fact_of(EVENT_PAY_DISPUTE, &writer, data);
}

struct fact wish_made(uint32_t type, uint8_t id, uint32_t unit, int64_t amount)
{
    uint8_t data[BODY_BYTES];
    uint8_t bytes[WISH_ID_BYTES];
    struct writer writer;
    memset(bytes, id, sizeof bytes);
    struct refund_wish wish = {.id = bytes_of(bytes, sizeof bytes),
                               .units_count = unit > 0,
                               .amount_minor = amount,
                               .reason = text("cold")};
    wish.units[0] = (struct wish_unit){1, unit};
    writer_init(&writer, data, sizeof data);
    refund_wish_encode(&wish, &writer);
    return fact_of(type, &writer, data);
}

struct bytes wish_name(uint8_t id)
{
    static uint8_t names[256][WISH_ID_BYTES];
    memset(names[id], id, WISH_ID_BYTES);
    return bytes_of(names[id], WISH_ID_BYTES);
}

void ledger_tell(struct ledger *ledger, const struct fact *fact)
{
    const struct bytes body = bytes_of(fact->body, fact->size);
    struct pay_intent intent;
    struct pay_refund refund;
    struct pay_dispute dispute;
    struct refund_wish wish;
    if (fact->type == EVENT_PAY_INTENT && pay_intent_decode(body, &intent) == 0) {
        ledger_add_intent(ledger, &intent);
    } else if (fact->type == EVENT_PAY_REFUND && pay_refund_decode(body, &refund) == 0) {
        ledger_add_refund(ledger, &refund);
    } else if (fact->type == EVENT_PAY_DISPUTE && pay_dispute_decode(body, &dispute) == 0) {
        ledger_add_dispute(ledger, &dispute);
    } else if (refund_wish_decode(body, &wish) == 0) {
        ledger_add_wish(ledger, &wish, body, fact->type == EVENT_REFUND_WISH);
    }
}

struct ledger ledger_of(const struct fact *facts, size_t count)
{
    struct ledger ledger;
    ledger_reset(&ledger);
    for (size_t i = 0; i < count; i++) {
        ledger_tell(&ledger, &facts[i]);
    }
    ledger_settle(&ledger);
    return ledger;
}
