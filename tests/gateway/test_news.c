/* test_news.c - what is news, to whom, and what follows from how a call ended: each row of the
 * tables. */
#include "tests/lib/test.h"

#include <string.h>

#include "gateway/notify/recipient.h"
#include "tests/lib/store_memory.h"

enum { SECOND_MS = 1000 };

static uint32_t now_of(enum order_phase phase, int64_t refunded, uint32_t flags, int64_t due,
                       bool is_late)
{
    static struct order order;
    memset(&order, 0, sizeof order);
    order.phase = phase;
    order.refunded_minor = refunded;
    order.flags = flags;
    order.due_minor = due;
    return news_of(&order, is_late);
}

TEST(news, what_is_true_follows_from_the_order_alone)
{
    const uint32_t accepted = NEWS_BIT(NEWS_ACCEPTED), lost = NEWS_BIT(NEWS_HOLD_LOST);
    assert_int_equal(now_of(PHASE_DRAFT, 0, FLAG_HOLD_LOST, -5, true), lost);
    assert_int_equal(now_of(PHASE_DRAFT, 0, 0, -5, true), 0);
    assert_int_equal(now_of(PHASE_CANCELLED, 0, FLAG_HOLD_LOST, -5, true),
                     NEWS_BIT(NEWS_CANCELLED));
    assert_int_equal(now_of(PHASE_PLACED, 0, 0, -5, true), 0);
    assert_int_equal(now_of(PHASE_PLACED, 0, FLAG_HOLD_LOST, -5, false), lost);
    assert_int_equal(now_of(PHASE_PLACED, 0, FLAG_HOLD_LOST, 0, false), 0);
    assert_int_equal(now_of(PHASE_ACCEPTED, 0, 0, 0, false), accepted);
    assert_int_equal(now_of(PHASE_COOKING, 0, 0, 0, true), accepted | NEWS_BIT(NEWS_LATE));
    assert_int_equal(now_of(PHASE_READY, 0, 0, 0, true), accepted | NEWS_BIT(NEWS_READY));
    assert_int_equal(now_of(PHASE_COMPLETED, 0, FLAG_HOLD_LOST, -5, true), 0);
    assert_int_equal(now_of(PHASE_COMPLETED, 3, 0, 0, false), NEWS_BIT(NEWS_REFUNDED));
    assert_int_equal(now_of(PHASE_CANCELLED, 0, 0, 0, false), NEWS_BIT(NEWS_CANCELLED));
    assert_int_equal(now_of(PHASE_REFUSED, 0, 0, 0, false), NEWS_BIT(NEWS_REFUSED));
}

TEST(news, what_counts_more_comes_first_and_what_is_old_never)
{
    const uint32_t ready = now_of(PHASE_READY, 0, 0, 0, false);
    const uint32_t late = now_of(PHASE_COOKING, 0, 0, 0, true);
    assert_int_equal(news_next(ready, 0, CHANNEL_PUSH), NEWS_READY);
    const uint32_t told = news_told(ready, 0, NEWS_READY);
    assert_int_equal(news_next(ready, told, CHANNEL_PUSH), NEWS_NONE);
    assert_int_equal(news_next(late, told, CHANNEL_PUSH), NEWS_NONE); /* it was called back */
    assert_int_equal(news_next(late, 0, CHANNEL_PUSH), NEWS_LATE);
    assert_int_equal(news_next(late, news_told(late, 0, NEWS_LATE), CHANNEL_PUSH), NEWS_NONE);
    assert_int_equal(news_next(late, 0, CHANNEL_SMS), NEWS_NONE); /* not worth one */
    const uint32_t back = now_of(PHASE_CANCELLED, 3, 0, 0, false);
    assert_int_equal(news_next(back, 0, CHANNEL_PUSH), NEWS_REFUNDED);
    assert_int_equal(news_next(back, news_told(back, 0, NEWS_REFUNDED), CHANNEL_PUSH), NEWS_NONE);
    const uint32_t part = now_of(PHASE_COOKING, 3, 0, 0, false); /* cancelled only afterwards */
    assert_int_equal(news_next(back, news_told(part, 0, NEWS_REFUNDED), CHANNEL_PUSH),
                     NEWS_CANCELLED);
}

TEST(news, each_sentence_names_the_order_and_what_became_of_it)
{
    static struct order order;
    char said[NEWS_SAID_BYTES_MAX], id[NEWS_ID_TEXT_BYTES], other[NEWS_ID_TEXT_BYTES];
    memset(&order, 0, sizeof order);
    news_say(&order, NEWS_READY, said);
    assert_string_equal(said, "Your order is ready.");
    order.numbers_count = 1;
    order.numbers[0] = (struct order_number){.lane = bytes_of_text("A"), .number = 12};
    news_say(&order, NEWS_READY, said);
    assert_string_equal(said, "Your order A12 is ready.");
    news_say(&order, NEWS_REFUNDED, said);
    assert_string_equal(said, "Money for your order A12 was given back.");
    order.phase = PHASE_CANCELLED;
    news_say(&order, NEWS_REFUNDED, said);
    assert_string_equal(said, "Your order A12 was cancelled, and money given back.");
    order.phase = PHASE_REFUSED;
    news_say(&order, NEWS_REFUNDED, said);
    assert_string_equal(said, "Your order A12 could not be taken, and money was given back.");
    news_id(&order.id, NEWS_READY, id);
    news_id(&order.id, NEWS_LATE, other);
    assert_int_equal(strlen(id), NEWS_ID_TEXT_BYTES - 1);
    assert_string_not_equal(id, other);
}

/* --- steps --- */

TEST(news, one_message_is_on_its_way_at_a_time)
{
    static const struct recipient_id id = {.order = {{1}}, .asker = 5};
    const uint32_t ready = now_of(PHASE_READY, 0, 0, 0, false);
    struct recipient recipient;
    recipient_init(&id, 1, &recipient);
    struct outgoing *out = &recipient.out[CHANNEL_PUSH];
    assert_int_equal(recipient_step(&recipient, CHANNEL_PUSH, ready, 5, 0).kind, STEP_NONE);
    strcpy(recipient.push.endpoint, "https://push.example.net/1");
    assert_int_equal(recipient_step(&recipient, CHANNEL_PUSH, 0, 5, 0).kind, STEP_NONE);
    assert_int_equal(recipient_step(&recipient, CHANNEL_PUSH, ready, 5, 6).kind, STEP_WAIT);
    assert_int_equal(recipient_step(&recipient, CHANNEL_PUSH, ready, 5, 5).kind, STEP_SEND);
    outgoing_begin(out, NEWS_READY);
    assert_int_equal(recipient_step(&recipient, CHANNEL_PUSH, ready, 5, 5).kind, STEP_NONE);
    outgoing_end(out, ready, END_UNSENT);
    assert_int_equal(out->tries, 0);
    for (uint32_t i = 0; i < RECIPIENT_TRIES_MAX; i++) {
        assert_int_equal(recipient_step(&recipient, CHANNEL_PUSH, ready, 5, 0).kind, STEP_SEND);
        outgoing_begin(out, NEWS_READY);
        outgoing_end(out, ready, END_AGAIN);
    }
    assert_int_equal(recipient_step(&recipient, CHANNEL_PUSH, ready, 5, 0).kind, STEP_GIVE_UP);
    const uint32_t cancelled =
        now_of(PHASE_CANCELLED, 0, 0, 0, false); /* other news, other tries */
    assert_int_equal(recipient_step(&recipient, CHANNEL_PUSH, cancelled, 5, 0).kind, STEP_SEND);
    outgoing_begin(out, NEWS_CANCELLED);
    assert_int_equal(out->tries, 1);
    outgoing_end(out, cancelled, END_DONE);
    assert_int_equal(recipient_step(&recipient, CHANNEL_PUSH, cancelled, 5, 0).kind, STEP_NONE);
}

TEST(news, what_became_of_a_call_follows_from_its_status)
{
    static const struct {
        uint32_t status;
        enum message_end push, sms, repeatable;
    } rows[] = {
        {200, END_DONE, END_DONE, END_DONE},          {201, END_DONE, END_DONE, END_DONE},
        {202, END_DONE, END_DONE, END_DONE},          {0, END_AGAIN, END_UNKNOWN, END_AGAIN},
        {100, END_REFUSED, END_REFUSED, END_REFUSED}, {302, END_REFUSED, END_REFUSED, END_REFUSED},
        {400, END_REFUSED, END_REFUSED, END_REFUSED}, {403, END_AGAIN, END_REFUSED, END_REFUSED},
        {401, END_AGAIN, END_REFUSED, END_REFUSED},   {404, END_GONE, END_REFUSED, END_REFUSED},
        {410, END_GONE, END_REFUSED, END_REFUSED},    {408, END_AGAIN, END_UNKNOWN, END_AGAIN},
        {413, END_REFUSED, END_REFUSED, END_REFUSED}, {429, END_AGAIN, END_AGAIN, END_AGAIN},
        {500, END_AGAIN, END_UNKNOWN, END_AGAIN},     {503, END_AGAIN, END_UNKNOWN, END_AGAIN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const uint32_t status = rows[i].status;
        assert_int_equal(message_end_of(CHANNEL_PUSH, status, false, false), rows[i].push);
        assert_int_equal(message_end_of(CHANNEL_SMS, status, false, false), rows[i].sms);
        assert_int_equal(message_end_of(CHANNEL_SMS, status, false, true), rows[i].repeatable);
    }
    assert_int_equal(message_end_of(CHANNEL_SMS, 0, true, false), END_UNSENT);
}

TEST(news, what_may_have_left_before_this_process_goes_again_only_where_that_does_no_harm)
{
    struct outgoing out = {.news = NEWS_NONE};
    assert_false(outgoing_recover(&out, true));
    outgoing_begin(&out, NEWS_READY);
    assert_true(outgoing_recover(&out, true));
    assert_int_equal(out.told, 0);
    outgoing_begin(&out, NEWS_READY);
    assert_true(outgoing_recover(&out, false));
    assert_int_equal(out.told, NEWS_BIT(NEWS_READY));
    assert_int_equal(out.news, NEWS_NONE);
}

TEST(news, pauses_grow_and_a_server_may_ask_for_an_hour_at_most)
{
    assert_int_equal(message_pause_ms(0, 0), 2 * SECOND_MS);
    assert_int_equal(message_pause_ms(1, 0), 2 * SECOND_MS);
    assert_int_equal(message_pause_ms(2, 0), 4 * SECOND_MS);
    assert_int_equal(message_pause_ms(9, 0), 512 * SECOND_MS);
    assert_int_equal(message_pause_ms(99, 0), 1024 * SECOND_MS);
    assert_int_equal(message_pause_ms(1, 30), 30 * SECOND_MS);
    assert_int_equal(message_pause_ms(1, UINT32_MAX), 3600 * SECOND_MS);
}

/* --- rows --- */

static struct recipient full_recipient(void)
{
    static const struct recipient_id id = {.order = {{1}}, .asker = 5};
    struct recipient recipient;
    recipient_init(&id, 3, &recipient);
    recipient.idle_h = RECIPIENT_IDLE_H;
    memset(recipient.push.endpoint, 'e', ENDPOINT_URL_BYTES_MAX);
    memset(&recipient.push.keys, 7, sizeof recipient.push.keys);
    strcpy(recipient.phone, "+491701234567890");
    recipient.phones = RECIPIENT_PHONES_MAX;
    for (size_t i = 0; i < CHANNEL_COUNT; i++) {
        recipient.out[i] = (struct outgoing){NEWS_ALL, NEWS_ACCEPTED, true, RECIPIENT_TRIES_MAX};
    }
    return recipient;
}

TEST(news, a_row_is_read_as_it_was_written)
{
    const struct recipient recipient = full_recipient();
    struct recipient read;
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(recipient_get(txn, &recipient.id, &read), ERR_NOT_FOUND);
    assert_int_equal(recipient_next(txn, NULL, &read), ERR_NOT_FOUND);
    assert_int_equal(recipient_put(txn, &recipient), 0);
    assert_int_equal(sms_count_put(txn, 3, 8), 0);
    assert_int_equal(recipient_get(txn, &recipient.id, &read), 0);
    assert_string_equal(read.push.endpoint, recipient.push.endpoint);
    assert_memory_equal(&read.push.keys, &recipient.push.keys, sizeof read.push.keys);
    assert_string_equal(read.phone, recipient.phone);
    assert_int_equal(read.day, 3);
    assert_int_equal(read.out[CHANNEL_SMS].told, NEWS_ALL);
    assert_true(read.out[CHANNEL_SMS].is_sending);
    assert_int_equal(read.idle_h, RECIPIENT_IDLE_H);
    assert_int_equal(recipient_next(txn, NULL, &read), 0);
    assert_int_equal(recipient_next(txn, &recipient.id, &read), ERR_NOT_FOUND);
    assert_int_equal(recipient_del(txn, &recipient.id), 0);
    assert_int_equal(recipient_del(txn, &recipient.id), 0);
    store_memory_abort(txn);
    store_memory_free(store);
}

TEST(news, the_recipients_of_an_order_are_counted_apart_from_those_of_others)
{
    struct recipient recipient = full_recipient(), read;
    uint32_t recipients = 0, phones = 0;
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    const struct entity_id order = recipient.id.order;
    assert_int_equal(recipients_count(txn, &order, &recipients, &phones), 0);
    assert_int_equal(recipients + phones, 0);
    for (recipient.id.asker = 0; recipient.id.asker < 3; recipient.id.asker++) {
        recipient.phones = (uint32_t)recipient.id.asker;
        assert_int_equal(recipient_put(txn, &recipient), 0);
    }
    recipient.id.order.bytes[11]++;
    assert_int_equal(recipient_put(txn, &recipient), 0);
    assert_int_equal(sms_count_put(txn, 3, 8), 0);
    assert_int_equal(recipients_count(txn, &order, &recipients, &phones), 0);
    assert_int_equal(recipients, 3);
    assert_int_equal(phones, 3);
    const struct recipient_id second = {.order = order, .asker = 1};
    assert_int_equal(recipient_next(txn, &second, &read), 0);
    assert_int_equal(read.id.asker, 2);
    store_memory_abort(txn);
    store_memory_free(store);
}

TEST(news, a_row_that_the_disk_spoilt_is_told_from_none)
{
    static const uint8_t key[21] = {'R', 1, [20] = 5}, day[] = {'D'};
    static const uint8_t sense[] = {0x93, 0x02, 0x03, 0x08};
    const struct recipient recipient = full_recipient();
    struct recipient read;
    struct bytes row;
    uint8_t copy[2048];
    uint32_t count = 9;
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    assert_int_equal(recipient_put(txn, &recipient), 0);
    assert_int_equal(store_get(txn, TABLE_LOCAL, bytes_of(key, sizeof key), &row), 0);
    const size_t size = row.size;
    memcpy(copy, row.data, size);
    for (size_t cut = 0; cut < size; cut += 7) {
        assert_int_equal(
            store_put(txn, TABLE_LOCAL, bytes_of(key, sizeof key), bytes_of(copy, cut)), 0);
        assert_int_equal(recipient_get(txn, &recipient.id, &read), ERR_MALFORMED);
        assert_int_equal(recipient_next(txn, NULL, &read), ERR_MALFORMED);
        assert_true(recipient_id_equal(&read.id, &recipient.id));
    }
    copy[1] ^= 3; /* another version */
    assert_int_equal(store_put(txn, TABLE_LOCAL, bytes_of(key, sizeof key), bytes_of(copy, size)),
                     0);
    assert_int_equal(recipient_get(txn, &recipient.id, &read), ERR_MALFORMED);
    struct recipient odd = recipient;
    odd.out[0].news = NEWS_NONE; /* nothing is on its way, and is being sent */
    assert_int_equal(recipient_put(txn, &odd), 0);
    assert_int_equal(recipient_get(txn, &recipient.id, &read), ERR_MALFORMED);
    assert_int_equal(sms_count_get(txn, 3, &count), 0);
    assert_int_equal(count, 0);
    assert_int_equal(sms_count_put(txn, 3, 8), 0);
    assert_int_equal(sms_count_get(txn, 3, &count), 0);
    assert_int_equal(count, 8);
    assert_int_equal(sms_count_get(txn, 4, &count), 0);
    assert_int_equal(count, 0);
    assert_int_equal(
        store_put(txn, TABLE_LOCAL, bytes_of(day, sizeof day), bytes_of(sense, sizeof sense)), 0);
    assert_int_equal(sms_count_get(txn, 3, &count), 0);
    assert_int_equal(count, 0);
    store_memory_abort(txn);
    store_memory_free(store);
}
