#include "gateway/notify/recipient.h"

#include <string.h>

enum {
    PAUSE_FIRST_MS = 2000,
    PAUSE_DOUBLINGS = 9, /* 17 minutes */
    PAUSE_ASKED_S_MAX = 3600,
};

void recipient_init(const struct recipient_id *id, uint64_t day, struct recipient *ret_recipient)
{
    memset(ret_recipient, 0, sizeof *ret_recipient);
    ret_recipient->id = *id;
    ret_recipient->day = day;
    for (size_t i = 0; i < CHANNEL_COUNT; i++) {
        ret_recipient->out[i].news = NEWS_NONE;
    }
}

bool recipient_has(const struct recipient *recipient, enum channel channel)
{
    return channel == CHANNEL_PUSH ? recipient->push.endpoint[0] != '\0'
                                   : recipient->phone[0] != '\0';
}

static void outgoing_clear(struct outgoing *outgoing)
{
    outgoing->news = NEWS_NONE;
    outgoing->is_sending = false;
    outgoing->tries = 0;
}

void recipient_drop(struct recipient *recipient, enum channel channel)
{
    if (channel == CHANNEL_PUSH) {
        memset(&recipient->push, 0, sizeof recipient->push);
    } else {
        memset(recipient->phone, 0, sizeof recipient->phone);
    }
    outgoing_clear(&recipient->out[channel]);
}

/* --- what to do next --- */

struct step recipient_step(const struct recipient *recipient, enum channel channel, uint32_t now,
                           uint64_t now_ms, uint64_t not_before_ms)
{
    const struct outgoing *outgoing = &recipient->out[channel];
    const enum news news = news_next(now, outgoing->told, channel);
    struct step step = {.kind = STEP_NONE, .news = news};
    if (news == NEWS_NONE || outgoing->is_sending || !recipient_has(recipient, channel)) {
        return step;
    }
    const bool is_again = outgoing->news == news && outgoing->tries > 0;
    step.kind = is_again && outgoing->tries >= RECIPIENT_TRIES_MAX ? STEP_GIVE_UP
                : not_before_ms > now_ms                           ? STEP_WAIT
                                                                   : STEP_SEND;
    return step;
}

void outgoing_begin(struct outgoing *outgoing, enum news news)
{
    outgoing->tries = outgoing->news == news ? outgoing->tries + 1 : 1;
    outgoing->news = news;
    outgoing->is_sending = true;
}

/* 401 and 403 are said of a signature by a clock that is wrong, which the answer sets right; where
 * that is not it, the tries have an end. */
static enum message_end push_end(uint32_t status)
{
    const bool is_passing = status == 0 || status == 401 || status == 403 || status == 408 ||
                            status == 429 || status >= 500;
    return status >= 200 && status < 300    ? END_DONE
           : status == 404 || status == 410 ? END_GONE
           : is_passing                     ? END_AGAIN
                                            : END_REFUSED;
}

/* That it was not taken is only certain where the provider says so: 503 may be a proxy's, which had
 * handed it on. */
static enum message_end sms_end(uint32_t status, bool is_repeatable)
{
    const bool is_certain = status == 429;
    const bool is_passing = status == 0 || status == 408 || status >= 500;
    return status >= 200 && status < 300 ? END_DONE
           : is_certain                  ? END_AGAIN
           : is_passing                  ? (is_repeatable ? END_AGAIN : END_UNKNOWN)
                                         : END_REFUSED;
}

enum message_end message_end_of(enum channel channel, uint32_t status, bool is_unsent,
                                bool is_repeatable)
{
    if (is_unsent) {
        return END_UNSENT;
    }
    return channel == CHANNEL_PUSH ? push_end(status) : sms_end(status, is_repeatable);
}

void outgoing_end(struct outgoing *outgoing, uint32_t now, enum message_end end)
{
    outgoing->is_sending = false;
    if (end == END_UNSENT && outgoing->tries > 0) {
        outgoing->tries--;
    }
    if (end != END_AGAIN && end != END_UNSENT) {
        outgoing->told = news_told(now, outgoing->told, outgoing->news);
        outgoing_clear(outgoing);
    }
}

bool outgoing_recover(struct outgoing *outgoing, bool is_repeatable)
{
    if (!outgoing->is_sending) {
        return false;
    }
    outgoing_end(outgoing, 0, is_repeatable ? END_AGAIN : END_UNKNOWN);
    return true;
}

uint64_t message_pause_ms(uint32_t tries, uint32_t asked_s)
{
    const uint32_t doublings = tries < 1                  ? 0
                               : tries <= PAUSE_DOUBLINGS ? tries - 1
                                                          : PAUSE_DOUBLINGS;
    const uint32_t capped_s = asked_s < PAUSE_ASKED_S_MAX ? asked_s : PAUSE_ASKED_S_MAX;
    const uint64_t own_ms = (uint64_t)PAUSE_FIRST_MS << doublings;
    const uint64_t asked_ms = (uint64_t)capped_s * 1000;
    return own_ms > asked_ms ? own_ms : asked_ms;
}
