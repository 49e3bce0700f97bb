#include "gateway/settle/draft.h"

#include <stdio.h>
#include <string.h>

#include "gateway/settle/plan.h"
#include "sync/base/crypto.h"

enum { LINE_HASH_BYTES = 4 + 4 + 4 + 8, PARTIAL = FLAG_OPAQUE | FLAG_PENDING | FLAG_OVERFLOW };

/* Beyond what is paid and what banks hold already. */
static int64_t missing_of(const struct order *order)
{
    return -order->due_minor - order->ledger.held_minor;
}

static bool is_payable(const struct order *order)
{
    const bool is_gone = order->is_cancelled || order->phase == PHASE_REFUSED;
    return !is_gone && (order->flags & (PARTIAL | FLAG_CUT_SHORT)) == 0 && missing_of(order) > 0 &&
           order->ledger.intents_count < ORDER_INTENTS_MAX;
}

static void line_put(const struct order_line *line, uint8_t to[LINE_HASH_BYTES])
{
    put_be32(to, line->id);
    put_be32(to + 4, (uint32_t)line->quantity);
    put_be32(to + 8, line->revision);
    put_be64(to + 12, (uint64_t)line->payable_minor);
}

static void hash_fill(const struct order *order, struct bytes currency, struct draft *draft)
{
    uint8_t head[8 + 4 + CURRENCY_BYTES_MAX] = {0};
    uint8_t lines[ORDER_LINES_MAX * LINE_HASH_BYTES];
    size_t size = 0;
    put_be64(head, (uint64_t)draft->amount_minor);
    put_be32(head + 8, order->ledger.intents_count);
    memcpy(head + 12, currency.data, currency.size);
    for (uint32_t i = 0; i < order->lines_count; i++) {
        if (order->lines[i].is_active) {
            line_put(&order->lines[i], lines + size);
            size += LINE_HASH_BYTES;
        }
    }
    const struct bytes parts[] = {bytes_of_text("trestle/draft/1"),
                                  bytes_of(order->id.bytes, ENTITY_ID_BYTES),
                                  bytes_of(head, sizeof head), bytes_of(lines, size)};
    hash_parts(draft->hash, sizeof draft->hash, parts, sizeof parts / sizeof *parts);
}

/* Whole entries only: a name is not cut in the middle of a character. */
static void brief_fill(const struct order *order, struct draft *draft)
{
    for (uint32_t i = 0; i < order->lines_count; i++) {
        const struct order_line *line = &order->lines[i];
        char entry[NAME_BYTES_MAX + 32];
        const int size =
            snprintf(entry, sizeof entry, "%s%dx %.*s", draft->brief_size > 0 ? "; " : "",
                     (int)line->quantity, (int)line->name.size, (const char *)line->name.data);
        const bool fits =
            (size_t)size < sizeof entry && (size_t)size <= sizeof draft->brief - draft->brief_size;
        if (line->is_active && fits) {
            memcpy(draft->brief + draft->brief_size, entry, (size_t)size);
            draft->brief_size += (size_t)size;
        }
    }
}

int draft_make(const struct order *order, struct bytes currency, struct draft *ret_draft)
{
    if (!is_payable(order) || currency.size == 0 || currency.size > CURRENCY_BYTES_MAX) {
        return ERR_STATE;
    }
    memset(ret_draft, 0, sizeof *ret_draft);
    ret_draft->amount_minor = missing_of(order);
    hash_fill(order, currency, ret_draft);
    brief_fill(order, ret_draft);
    return 0;
}

const struct ledger_intent *draft_intent(const struct order *order, const struct draft *draft)
{
    for (uint32_t i = 0; i < order->ledger.intents_count; i++) {
        const struct ledger_intent *intent = &order->ledger.intents[i];
        if (plan_intent_is_payable(intent) && intent->amount_minor == draft->amount_minor) {
            return intent;
        }
    }
    return NULL;
}

/* Source: docs.stripe.com/currencies, "Minimum charge amounts". */
int64_t draft_smallest(struct bytes currency)
{
    static const struct {
        const char *currency;
        int64_t minor;
    } rows[] = {{"usd", 50}, {"eur", 50}, {"gbp", 30}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (bytes_equal(currency, bytes_of_text(rows[i].currency))) {
            return rows[i].minor;
        }
    }
    return 0;
}
