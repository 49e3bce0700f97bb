/* The bytes, in docs/protocol.md's words:
 *
 *   pay.intent   [id, state, amount, capturable, received, currency] | [..., ends]
 *   pay.refund   [id, intent, amount, status, wish or empty]
 *   pay.dispute  [id, intent, amount, status]
 *   pay.seen     [id]
 *   refund.wish, refund.auto  [wish, [[line, [unit, ...]], ...], amount, reason]
 */
#include "sync/domain/ledger_events.h"

#include "sync/domain/body.h"

static struct bytes read_provider_id(struct reader *reader)
{
    const struct bytes id = read_text(reader, PROVIDER_ID_BYTES_MAX);
    if (id.size == 0) {
        reader_fail(reader, ERR_MALFORMED);
    }
    return id;
}

static int64_t read_amount(struct reader *reader)
{
    return read_int(reader, 0, MONEY_MAX);
}

/* --- what the provider told --- */

void pay_intent_encode(const struct pay_intent *intent, struct writer *writer)
{
    write_array(writer, intent->ends_s > 0 ? 7 : 6);
    write_text(writer, intent->id);
    write_uint(writer, intent->state);
    write_int(writer, intent->amount_minor);
    write_int(writer, intent->capturable_minor);
    write_int(writer, intent->received_minor);
    write_text(writer, intent->currency);
    if (intent->ends_s > 0) {
        write_int(writer, intent->ends_s);
    }
}

/* Of @fields that are left. Software that does not know it takes the event whatever it is, so one
 * that makes no sense is as one that is not there. */
static int64_t read_ends(struct reader *reader, uint32_t *fields)
{
    if (*fields == 0) {
        return 0;
    }
    struct reader field;
    --*fields;
    reader_init(&field, read_raw(reader));
    const int64_t ends_s = read_int(&field, 0, PROVIDER_TIME_MAX);
    return reader_finish(&field) == 0 ? ends_s : 0;
}

int pay_intent_decode(struct bytes body, struct pay_intent *ret_intent)
{
    struct reader reader;
    uint32_t unknown = body_begin(&reader, body, 6);
    struct pay_intent intent;
    intent.id = read_provider_id(&reader);
    intent.state = (enum intent_state)read_uint(&reader, INTENT_STATE_COUNT - 1);
    intent.amount_minor = read_amount(&reader);
    intent.capturable_minor = read_amount(&reader);
    intent.received_minor = read_amount(&reader);
    intent.currency = read_text(&reader, CURRENCY_BYTES_MAX);
    intent.ends_s = read_ends(&reader, &unknown);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_intent = intent;
    }
    return err;
}

void pay_refund_encode(const struct pay_refund *refund, struct writer *writer)
{
    write_array(writer, 5);
    write_text(writer, refund->id);
    write_text(writer, refund->intent);
    write_int(writer, refund->amount_minor);
    write_uint(writer, refund->status);
    write_bin(writer, refund->wish.data, refund->wish.size);
}

int pay_refund_decode(struct bytes body, struct pay_refund *ret_refund)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 5);
    struct pay_refund refund;
    refund.id = read_provider_id(&reader);
    refund.intent = read_provider_id(&reader);
    refund.amount_minor = read_amount(&reader);
    refund.status = (enum refund_status)read_uint(&reader, REFUND_STATUS_COUNT - 1);
    refund.wish = read_bin(&reader, 0, WISH_ID_BYTES);
    if (refund.wish.size != 0 && refund.wish.size != WISH_ID_BYTES) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_refund = refund;
    }
    return err;
}

void pay_dispute_encode(const struct pay_dispute *dispute, struct writer *writer)
{
    write_array(writer, 4);
    write_text(writer, dispute->id);
    write_text(writer, dispute->intent);
    write_int(writer, dispute->amount_minor);
    write_uint(writer, dispute->status);
}

int pay_dispute_decode(struct bytes body, struct pay_dispute *ret_dispute)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 4);
    struct pay_dispute dispute;
    dispute.id = read_provider_id(&reader);
    dispute.intent = read_provider_id(&reader);
    dispute.amount_minor = read_amount(&reader);
    dispute.status = (enum dispute_status)read_uint(&reader, DISPUTE_STATUS_COUNT - 1);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_dispute = dispute;
    }
    return err;
}

void pay_seen_encode(const struct pay_seen *seen, struct writer *writer)
{
    write_array(writer, 1);
    write_text(writer, seen->id);
}

int pay_seen_decode(struct bytes body, struct pay_seen *ret_seen)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 1);
    const struct pay_seen seen = {.id = read_provider_id(&reader)};
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_seen = seen;
    }
    return err;
}

/* --- wishes --- */

/* How many units from @from on are of one line. */
static uint32_t units_of_line(const struct refund_wish *wish, uint32_t from)
{
    uint32_t count = 1;
    while (from + count < wish->units_count &&
           wish->units[from + count].line == wish->units[from].line) {
        count++;
    }
    return count;
}

static uint32_t lines_of(const struct refund_wish *wish)
{
    uint32_t count = 0;
    for (uint32_t at = 0; at < wish->units_count; at += units_of_line(wish, at)) {
        count++;
    }
    return count;
}

void refund_wish_encode(const struct refund_wish *wish, struct writer *writer)
{
    write_array(writer, 4);
    write_bin(writer, wish->id.data, wish->id.size);
    write_array(writer, lines_of(wish));
    for (uint32_t at = 0; at < wish->units_count;) {
        const uint32_t count = units_of_line(wish, at);
        write_array(writer, 2);
        write_uint(writer, wish->units[at].line);
        write_array(writer, count);
        for (uint32_t end = at + count; at < end; at++) {
            write_uint(writer, wish->units[at].unit);
        }
    }
    write_int(writer, wish->amount_minor);
    write_text(writer, wish->reason);
}

/* The units of one line: ascending. */
static void read_units(struct reader *reader, uint32_t line, struct refund_wish *wish)
{
    const uint32_t count = read_array(reader, 1, WISH_UNITS_MAX - wish->units_count);
    uint32_t before = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t unit = (uint32_t)read_int(reader, (int64_t)before + 1, ORDER_QUANTITY_MAX);
        wish->units[wish->units_count + i] = (struct wish_unit){line, unit};
        before = unit;
    }
    wish->units_count += count;
}

static void read_wished_lines(struct reader *reader, struct refund_wish *wish)
{
    const uint32_t lines = read_array(reader, 0, ORDER_LINES_MAX);
    uint32_t before = 0;
    for (uint32_t i = 0; i < lines; i++) {
        (void)read_array(reader, 2, 2);
        const uint32_t line = (uint32_t)read_int(reader, (int64_t)before + 1, UINT32_MAX);
        read_units(reader, line, wish);
        before = line;
    }
}

int refund_wish_decode(struct bytes body, struct refund_wish *ret_wish)
{
    struct reader reader;
    const uint32_t unknown = body_begin(&reader, body, 4);
    struct refund_wish wish;
    wish.units_count = 0;
    wish.id = read_bin(&reader, WISH_ID_BYTES, WISH_ID_BYTES);
    read_wished_lines(&reader, &wish);
    wish.amount_minor = read_int(&reader, 1, MONEY_MAX);
    wish.reason = read_text(&reader, REASON_BYTES_MAX);
    const int err = body_end(&reader, unknown);
    if (err == 0) {
        *ret_wish = wish;
    }
    return err;
}

/* --- words --- */

#define X(name, number, text) [name] = (text),
static const char *const intent_texts[] = {INTENT_STATES(X)};
static const char *const refund_texts[] = {REFUND_STATUSES(X)};
static const char *const dispute_texts[] = {DISPUTE_STATUSES(X)};
#undef X

const char *intent_state_text(enum intent_state state)
{
    return (unsigned)state < INTENT_STATE_COUNT ? intent_texts[state] : "unknown";
}

const char *refund_status_text(enum refund_status status)
{
    return (unsigned)status < REFUND_STATUS_COUNT ? refund_texts[status] : "unknown";
}

const char *dispute_status_text(enum dispute_status status)
{
    return (unsigned)status < DISPUTE_STATUS_COUNT ? dispute_texts[status] : "unknown";
}
