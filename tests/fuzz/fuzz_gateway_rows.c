/* fuzz_gateway_rows.c - rows of the gateway's own store as a failing disk may give them back: whom
 * it tells what, what it was to ask of the provider, what it noted. Each is said to be spoilt, or
 * is within the limits and written again as it was.
 *
 * Input: 1 byte, which row; then its value.
 */
#include <string.h>

#include "gateway/notify/recipient.h"
#include "gateway/settle/events.h"
#include "gateway/settle/notes.h"
#include "gateway/settle/outbox.h"
#include "sync/base/check.h"
#include "tests/lib/fuzz_mutate.h"
#include "tests/lib/store_memory.h"

enum { KEPT_BYTES_MAX = 2048 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(1)

static const struct entity_id order = {.bytes = {1, 2, 3}};

static struct bytes intent(void)
{
    return bytes_of_text("pi_1");
}

/* The key of the only row, copied to @buffer, and what lies there, which is borrowed. */
static struct bytes only_row(struct store_txn *txn, uint8_t buffer[STORE_KEY_BYTES_MAX],
                             struct bytes *ret_row)
{
    struct store_cursor cursor;
    struct bytes key;
    check(store_cursor_open(txn, TABLE_LOCAL, &cursor) == 0);
    check(store_cursor_next(&cursor, &key, ret_row) == 0 && key.size <= STORE_KEY_BYTES_MAX);
    memcpy(buffer, key.data, key.size);
    store_cursor_close(&cursor);
    return bytes_of(buffer, key.size);
}

/* @value in the place of what was just written. */
static void spoil(struct store_txn *txn, struct bytes value)
{
    uint8_t buffer[STORE_KEY_BYTES_MAX];
    struct bytes row;
    const struct bytes key = only_row(txn, buffer, &row);
    check(store_put(txn, TABLE_LOCAL, key, value) == 0);
}

/* The only row is @value again. */
static void check_same(struct store_txn *txn, struct bytes value)
{
    uint8_t buffer[STORE_KEY_BYTES_MAX];
    struct bytes row;
    (void)only_row(txn, buffer, &row);
    check(bytes_equal(row, value));
}

static void try_recipient(struct store_txn *txn, struct bytes value)
{
    const struct recipient_id id = {.order = order, .asker = 5};
    static struct recipient recipient, next;
    uint32_t recipients, phones;
    recipient_init(&id, 1, &recipient);
    check(recipient_put(txn, &recipient) == 0);
    spoil(txn, value);
    const int err = recipient_get(txn, &id, &recipient);
    check(recipient_next(txn, NULL, &next) == err && recipient_id_equal(&next.id, &id));
    check(recipients_count(txn, &order, &recipients, &phones) == 0 && recipients == 1);
    if (err != 0) {
        return;
    }
    check(phones == recipient.phones && phones <= RECIPIENT_PHONES_MAX);
    for (size_t i = 0; i < CHANNEL_COUNT; i++) {
        (void)recipient_step(&recipient, (enum channel)i, NEWS_ALL, 1, 0);
    }
    check(recipient_put(txn, &recipient) == 0);
    check_same(txn, value);
}

static void try_sms_count(struct store_txn *txn, struct bytes value)
{
    uint32_t count, again;
    check(sms_count_put(txn, 1, 2) == 0);
    spoil(txn, value);
    check(sms_count_get(txn, 1, &count) == 0);
    check(sms_count_put(txn, 1, count) == 0);
    check(sms_count_get(txn, 1, &again) == 0 && again == count);
}

/* One whose call is another's stands under a wrong key: a walk passes it by as spoilt. */
static void try_attempt(struct store_txn *txn, struct bytes value)
{
    const struct provider_call call = {
        .kind = CALL_CAPTURE, .intent = intent(), .amount_minor = 800};
    struct attempt attempt = attempt_of(&order, &call), walked;
    struct outbox_walk walk;
    check(outbox_put(txn, &attempt) == 0);
    spoil(txn, value);
    const int err = outbox_get(txn, &order, &call, &attempt);
    const bool is_in_place = err == 0 && provider_call_is(&attempt.call, &call);
    check(outbox_walk_open(txn, &order, &walk) == 0);
    check(outbox_walk_next(&walk, &walked) == (is_in_place ? 0 : ERR_NOT_FOUND));
    outbox_walk_close(&walk);
    check(walk.spoilt == !is_in_place);
    if (err == 0) {
        check(attempt.call.kind < PROVIDER_CALL_COUNT && attempt.call.amount_minor >= 0);
    }
    if (is_in_place) {
        check(outbox_put(txn, &attempt) == 0);
        check_same(txn, value);
    }
}

static void try_orphan(struct store_txn *txn, struct bytes value)
{
    struct orphan orphan = {.intent = intent(), .order = order}, next;
    check(notes_orphan_put(txn, &orphan) == 0);
    spoil(txn, value);
    const int err = notes_orphan_get(txn, intent(), &orphan);
    check(notes_orphan_next(txn, bytes_of_text(""), &next) == (err == 0 ? 0 : ERR_NOT_FOUND));
    if (err == 0) {
        check(orphan.state < INTENT_STATE_COUNT && orphan.amount_minor >= 0);
        check(notes_orphan_put(txn, &orphan) == 0);
        check_same(txn, value);
    }
}

static void try_intent(struct store_txn *txn, struct bytes value)
{
    struct entity_id found;
    check(notes_intent_put(txn, intent(), &order, 1) == 0);
    spoil(txn, value);
    (void)!notes_intent_get(txn, intent(), &found);
    check(notes_intent_put(txn, intent(), &order, 2) == 0);
    check(notes_intent_get(txn, intent(), &found) == 0 && entity_id_equal(&found, &order));
}

static void try_hold(struct store_txn *txn, struct bytes value)
{
    int64_t read_s;
    check(notes_hold_put(txn, intent(), 1) == 0);
    spoil(txn, value);
    (void)!notes_hold_get(txn, intent(), &read_s);
}

static void try_place(struct store_txn *txn, struct bytes value)
{
    int64_t seconds;
    check(notes_place_put(txn, PLACE_EVENTS, 1) == 0);
    spoil(txn, value);
    (void)!notes_place_get(txn, PLACE_EVENTS, &seconds);
}

static void try_key(struct store_txn *txn, struct bytes value)
{
    bool is_new;
    check(notes_key_use(txn, bytes_of_text("sk_1"), &is_new) == 0 && is_new);
    spoil(txn, value);
    check(notes_key_use(txn, bytes_of_text("sk_1"), &is_new) == 0);
    check(notes_key_use(txn, bytes_of_text("sk_1"), &is_new) == 0 && !is_new);
}

/* Whatever the rows say, what was noted long ago can be forgotten. */
static void try_forget(struct store_txn *txn, struct bytes value)
{
    uint32_t count;
    check(notes_intent_put(txn, intent(), &order, 1) == 0);
    spoil(txn, value);
    check(notes_forget(txn, INT64_MAX, 8, &count) == 0 && count <= 1);
}

static void try_event(struct store_txn *txn, struct bytes value)
{
    bool is_seen;
    uint32_t count;
    check(events_see(txn, bytes_of_text("evt_1"), 1) == 0);
    spoil(txn, value);
    (void)!events_is_seen(txn, bytes_of_text("evt_1"), &is_seen);
    check(events_forget(txn, INT64_MAX, 8, &count) == 0 && count <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const tries[])(struct store_txn *, struct bytes) = {
        try_recipient, try_sms_count, try_attempt, try_orphan, try_intent,
        try_hold,      try_place,     try_key,     try_forget, try_event};
    static struct store_memory *store;
    if (store == NULL) {
        store = store_memory_new();
    }
    if (size > 0 && size <= KEPT_BYTES_MAX) {
        struct store_txn *txn = store_memory_begin(store, true);
        tries[data[0] % (sizeof tries / sizeof tries[0])](txn, bytes_of(data + 1, size - 1));
        store_memory_abort(txn);
    }
    return 0;
}
