#include "sync/domain/quote.h"

#include <string.h>

#include "sync/base/money.h"
#include "sync/base/reader.h"
#include "sync/base/writer.h"
#include "sync/domain/tip.h"

enum { QUOTE_LABEL_BYTES = 5 };

/* --- the row --- */

struct key quote_key(uint64_t session)
{
    struct key key = {.size = QUOTE_LABEL_BYTES + 8};
    memcpy(key.data, "quote", QUOTE_LABEL_BYTES);
    put_be64(key.data + QUOTE_LABEL_BYTES, session);
    return key;
}

struct entity_id quote_id(uint64_t session, struct bytes key)
{
    struct entity_id id;
    uint8_t number[8];
    put_be64(number, session);
    const struct bytes parts[] = {bytes_of_text("trestle/quote/1"), bytes_of(number, sizeof number),
                                  key};
    hash_parts(id.bytes, sizeof id.bytes, parts, sizeof parts / sizeof parts[0]);
    return id;
}

void quote_write_head(const struct quote *quote, uint32_t count, struct writer *writer)
{
    write_array(writer, 8);
    write_uint(writer, QUOTE_VERSION);
    write_bin(writer, quote->id.bytes, sizeof quote->id.bytes);
    write_uint(writer, quote->until_mono_ms);
    write_text(writer, quote->mode);
    write_bool(writer, quote->prices_include_tax);
    write_int(writer, quote->tip_minor);
    write_uint(writer, quote->tip_bp);
    write_array(writer, count);
}

void quote_write_entry(const struct quote_entry *entry, struct writer *writer)
{
    write_array(writer, 3);
    write_uint(writer, entry->state);
    write_uint(writer, entry->left);
    line_add_encode(&entry->add, writer);
}

static void read_entry(struct reader *reader, struct quote_entry *entry)
{
    (void)read_array(reader, 3, 3);
    entry->state = (enum quote_state)read_uint(reader, QUOTE_STATE_COUNT - 1);
    entry->left = read_uint(reader, INT64_MAX);
    if (line_add_decode(read_raw(reader), &entry->add) != 0) {
        reader_fail(reader, ERR_MALFORMED);
    }
}

int quote_decode(struct bytes row, struct quote *ret_quote)
{
    struct reader reader;
    reader_init(&reader, row);
    (void)read_array(&reader, 8, 8);
    (void)read_uint(&reader, QUOTE_VERSION);
    read_fixed(&reader, ret_quote->id.bytes, sizeof ret_quote->id.bytes);
    ret_quote->until_mono_ms = read_uint(&reader, UINT64_MAX);
    ret_quote->mode = read_text(&reader, NAME_BYTES_MAX);
    ret_quote->prices_include_tax = read_bool(&reader);
    ret_quote->tip_minor = read_int(&reader, 0, MONEY_MAX);
    ret_quote->tip_bp = (uint32_t)read_uint(&reader, TIP_BP_MAX);
    ret_quote->entries_count = read_array(&reader, 1, ORDER_LINES_MAX);
    for (uint32_t i = 0; i < ret_quote->entries_count; i++) {
        read_entry(&reader, &ret_quote->entries[i]);
    }
    return reader_finish(&reader);
}

int quote_get(struct store_txn *txn, uint64_t session, struct quote *ret_quote)
{
    const struct key key = quote_key(session);
    struct bytes row;
    const int err = store_get(txn, TABLE_LOCAL, key_bytes(&key), &row);
    if (err == 0 && quote_decode(row, ret_quote) != 0) {
        return ERR_SPOILT;
    }
    return err;
}

int quote_bill_line(const struct line_add *add, struct bill_line *ret_line)
{
    int64_t price = add->unit_price_minor;
    int err = 0;
    for (uint32_t i = 0; i < add->options.count && err == 0; i++) {
        err = money_add(price, add->options.options[i].price_minor, &price);
    }
    if (err == 0) {
        *ret_line = (struct bill_line){
            .quantity = add->quantity, .tax_bp = add->tax_bp, .unit_price_minor = price};
    }
    return err;
}

int quote_bill(const struct quote *quote, struct bill *ret_bill)
{
    struct bill_line lines[ORDER_LINES_MAX];
    const enum bill_mode mode = quote->prices_include_tax ? BILL_INCLUSIVE : BILL_EXCLUSIVE;
    size_t count = 0;
    int err = 0;
    for (uint32_t i = 0; i < quote->entries_count && err == 0; i++) {
        if (quote_entry_counts(&quote->entries[i])) {
            err = quote_bill_line(&quote->entries[i].add, &lines[count++]);
        }
    }
    return err == 0 ? bill_compute(mode, lines, count, ret_bill) : err;
}

int quote_tip(const struct quote *quote, const struct bill *bill, int64_t *ret_tip)
{
    struct tip tip;
    const int err = tip_of(quote->tip_minor, quote->tip_bp, bill->sum.payable_minor, &tip);
    if (err == 0) {
        *ret_tip = tip.amount_minor;
    }
    return err;
}

/* --- which ones stand --- */

/* Its place; count when there is none. */
static uint32_t find(const struct quotes *quotes, uint64_t session)
{
    uint32_t at = 0;
    while (at < quotes->count && quotes->slots[at].session != session) {
        at++;
    }
    return at;
}

const struct quote_slot *quotes_find(const struct quotes *quotes, uint64_t session,
                                     uint64_t now_mono_ms)
{
    const uint32_t at = find(quotes, session);
    const bool stands = at < quotes->count && quotes->slots[at].until_mono_ms > now_mono_ms;
    return stands ? &quotes->slots[at] : NULL;
}

bool quotes_have(const struct quotes *quotes, uint64_t session)
{
    return find(quotes, session) < quotes->count;
}

int quotes_room(const struct quotes *quotes, uint64_t session, uint64_t origin)
{
    uint32_t neighbours = 0;
    if (quotes_have(quotes, session)) {
        return 0;
    }
    for (uint32_t i = 0; i < quotes->count; i++) {
        neighbours += origin != 0 && quotes->slots[i].origin == origin;
    }
    if (neighbours >= QUOTES_ORIGIN_MAX) {
        return ERR_LIMIT;
    }
    return quotes->count < QUOTES_MAX ? 0 : ERR_TOO_MANY;
}

int quotes_set(struct quotes *quotes, const struct quote_slot *slot)
{
    const uint32_t at = find(quotes, slot->session);
    if (at == QUOTES_MAX) {
        return ERR_TOO_MANY;
    }
    quotes->count += at == quotes->count;
    quotes->slots[at] = *slot;
    return 0;
}

void quotes_order(struct quotes *quotes, uint64_t session, const struct entity_id *order)
{
    const uint32_t at = find(quotes, session);
    if (at < quotes->count) {
        quotes->slots[at].is_ordered = true;
        quotes->slots[at].order = *order;
    }
}

void quotes_drop(struct quotes *quotes, uint64_t session)
{
    const uint32_t at = find(quotes, session);
    if (at < quotes->count) {
        quotes->slots[at] = quotes->slots[--quotes->count];
    }
}

bool quotes_ended(const struct quotes *quotes, uint64_t now_mono_ms, uint64_t *ret_session)
{
    for (uint32_t i = 0; i < quotes->count; i++) {
        if (quotes->slots[i].until_mono_ms <= now_mono_ms) {
            *ret_session = quotes->slots[i].session;
            return true;
        }
    }
    return false;
}
