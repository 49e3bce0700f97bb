#include "gateway/notify/news.h"

#include <stdio.h>
#include <string.h>

#include "gateway/notify/base64url.h"
#include "node/api/state.h"
#include "sync/base/check.h"
#include "sync/base/crypto.h"

static const struct news_info rows[NEWS_COUNT] = {
#define X(name, number, word_, seconds, is_urgent_, is_sms_, text_)                                \
    [name] = {.word = (word_),                                                                     \
              .text = (text_),                                                                     \
              .life_s = (seconds),                                                                 \
              .is_urgent = (is_urgent_),                                                           \
              .is_sms = (is_sms_)},
    NEWS(X)
#undef X
};

static const enum news ranked[NEWS_COUNT] = {
#define X(name, ...) name,
    NEWS(X)
#undef X
};

/* What nobody needs to hear after it; of what is not true then nothing is taken as told. */
static const uint32_t makes_old[NEWS_COUNT] = {
    [NEWS_READY] = NEWS_BIT(NEWS_LATE) | NEWS_BIT(NEWS_ACCEPTED),
    [NEWS_REFUNDED] = NEWS_BIT(NEWS_REFUSED) | NEWS_BIT(NEWS_CANCELLED),
    [NEWS_LATE] = NEWS_BIT(NEWS_ACCEPTED),
};

const struct news_info *news_info(enum news news)
{
    check(news < NEWS_COUNT);
    return &rows[news];
}

/* --- what is true --- */

static uint32_t of_phase(enum order_phase phase)
{
    static const uint32_t sets[PHASE_COUNT] = {
        [PHASE_ACCEPTED] = NEWS_BIT(NEWS_ACCEPTED),
        [PHASE_COOKING] = NEWS_BIT(NEWS_ACCEPTED),
        [PHASE_READY] = NEWS_BIT(NEWS_ACCEPTED) | NEWS_BIT(NEWS_READY),
        [PHASE_CANCELLED] = NEWS_BIT(NEWS_CANCELLED),
        [PHASE_REFUSED] = NEWS_BIT(NEWS_REFUSED),
    };
    return sets[phase];
}

uint32_t news_of(const struct order *order, bool is_late)
{
    const bool is_being_made = order->phase == PHASE_ACCEPTED || order->phase == PHASE_COOKING;
    const bool is_open = order->phase <= PHASE_READY; /* a draft again, where the hold placed it */
    uint32_t set = of_phase(order->phase);
    if (order->refunded_minor > 0) {
        set |= NEWS_BIT(NEWS_REFUNDED);
    }
    if (is_late && is_being_made) {
        set |= NEWS_BIT(NEWS_LATE);
    }
    if (is_open && (order->flags & FLAG_HOLD_LOST) != 0 && order->due_minor < 0) {
        set |= NEWS_BIT(NEWS_HOLD_LOST);
    }
    return set;
}

/* --- what is news --- */

/* What makes something else old that was told. */
static uint32_t is_old(uint32_t told)
{
    return (told & NEWS_BIT(NEWS_READY)) != 0 ? makes_old[NEWS_READY] : 0;
}

enum news news_next(uint32_t now, uint32_t told, enum channel channel)
{
    const uint32_t left = now & ~told & ~is_old(told);
    for (size_t i = 0; i < NEWS_COUNT; i++) {
        const enum news news = ranked[i];
        if ((left & NEWS_BIT(news)) != 0 && (channel == CHANNEL_PUSH || rows[news].is_sms)) {
            return news;
        }
    }
    return NEWS_NONE;
}

uint32_t news_told(uint32_t now, uint32_t told, enum news news)
{
    return told | NEWS_BIT(news) | (makes_old[news] & now);
}

/* --- words --- */

void news_id(const struct entity_id *order, enum news news, char ret_id[NEWS_ID_TEXT_BYTES])
{
    uint8_t number[4], id[NEWS_ID_BYTES];
    put_be32(number, (uint32_t)news);
    const struct bytes parts[] = {bytes_of_text("trestle/message/1"),
                                  bytes_of(order->bytes, sizeof order->bytes),
                                  bytes_of(number, sizeof number)};
    hash_parts(id, sizeof id, parts, sizeof parts / sizeof *parts);
    base64url_print(bytes_of(id, sizeof id), ret_id);
}

static const char *text_of(const struct order *order, enum news news)
{
    if (news != NEWS_REFUNDED) {
        return rows[news].text;
    }
    return order->phase == PHASE_CANCELLED ? "Your %s was cancelled, and money given back."
           : order->phase == PHASE_REFUSED ? "Your %s could not be taken, and money was given back."
                                           : rows[news].text;
}

void news_say(const struct order *order, enum news news, char ret_said[NEWS_SAID_BYTES_MAX])
{
    char named[sizeof "order " + NUMBER_TEXT_BYTES_MAX] = "order";
    char number[NUMBER_TEXT_BYTES_MAX];
    if (order->numbers_count > 0) {
        number_print(order->numbers[0].lane, order->numbers[0].number, number);
        (void)snprintf(named, sizeof named, "order %s", number);
    }
    const char *text = text_of(order, news);
    const char *gap = strstr(text, "%s"); /* each has one */
    (void)snprintf(ret_said, NEWS_SAID_BYTES_MAX, "%.*s%s%s", (int)(gap - text), text, named,
                   gap + 2);
}
