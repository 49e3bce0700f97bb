/* news.h - what a customer who went away should hear of his order, and in which words.
 *
 * Layer: gateway (pure). Of what is true of an order now the first row that he was not told of is
 * the news; what it makes old is not told any more. Each is told once per order and way, whatever
 * the order does afterwards: one that was called back and is ready again stays told.
 */
#ifndef TRESTLE_GATEWAY_NOTIFY_NEWS_H
#define TRESTLE_GATEWAY_NOTIFY_NEWS_H

#include "sync/domain/order.h"

/* X(name, word, seconds that a push service keeps it, it matters at once, it is worth an SMS,
 *   the sentence: %s is the order with its number)
 * In the order of what counts more. Rows are stored by number: new ones go to the end of the
 * numbers, wherever they stand. */
#define NEWS(X)                                                                                    \
    X(NEWS_READY, 0, "ready", 3600, true, true, "Your %s is ready.")                               \
    X(NEWS_REFUNDED, 1, "refunded", 1800, false, false, "Money for your %s was given back.")       \
    X(NEWS_REFUSED, 2, "refused", 1800, true, true, "Your %s could not be taken.")                 \
    X(NEWS_CANCELLED, 3, "cancelled", 1800, true, true, "Your %s was cancelled.")                  \
    X(NEWS_HOLD_LOST, 4, "hold_lost", 1800, true, true,                                            \
      "The money reserved for your %s was not charged and is free again: please pay at the "       \
      "counter.")                                                                                  \
    X(NEWS_LATE, 5, "late", 1800, false, false, "Your %s takes longer than usual.")                \
    X(NEWS_ACCEPTED, 6, "accepted", 1800, false, false, "The kitchen has taken your %s.")

enum news {
#define X(name, number, word, seconds, is_urgent, is_sms, text) name = (number),
    NEWS(X)
#undef X
        NEWS_COUNT,
    NEWS_NONE = NEWS_COUNT
};

/* Sets of news. */
#define NEWS_BIT(news) (1U << (unsigned)(news))
enum { NEWS_ALL = (1 << NEWS_COUNT) - 1 };

enum channel { CHANNEL_PUSH, CHANNEL_SMS, CHANNEL_COUNT };

struct news_info {
    const char *word, *text;
    uint32_t life_s;
    bool is_urgent, is_sms;
};
const struct news_info *news_info(enum news news);

/* What is true of the order, as a set. @is_late: it was taken so long ago that it should be ready.
 */
uint32_t news_of(const struct order *order, bool is_late);

/* The news for whom knows @told already, of what is @now: NEWS_NONE = none. */
enum news news_next(uint32_t now, uint32_t told, enum channel channel);

/* What whom it is told to knows then: @told, the news, and what it makes old. */
uint32_t news_told(uint32_t now, uint32_t told, enum news news);

/* Names the message for ever: who hears it a second time knows it. BLAKE2b-128(
 * "trestle/message/1" || order || be32 news), as base64url. */
enum { NEWS_ID_BYTES = 16, NEWS_ID_TEXT_BYTES = 23, NEWS_SAID_BYTES_MAX = 200 };
void news_id(const struct entity_id *order, enum news news, char ret_id[NEWS_ID_TEXT_BYTES]);

/* The sentence, with the order's number where it has one. */
void news_say(const struct order *order, enum news news, char ret_said[NEWS_SAID_BYTES_MAX]);

#endif
