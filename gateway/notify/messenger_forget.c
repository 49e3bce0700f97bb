/* When nothing stays of somebody who wanted to hear: where his messages go is personal, and worth
 * nothing after the day. By no wall clock, which may be years off until there is a line. */
#include "gateway/notify/messenger_state.h"

enum { HOUR_MS = 60 * 60 * 1000 };

/* Hours in which this process ran: who switches the gateway off in between keeps it longer. */
void idle_note(struct messenger *messenger, struct watched *watched)
{
    struct recipient *recipient = &messenger->recipient;
    if (watched->is_changed) {
        messenger->is_dirty |= recipient->idle_h > 0;
        recipient->idle_h = 0;
        watched->hour_ms = messenger->now_ms;
        watched->is_changed = false;
    }
    const uint64_t hours = (messenger->now_ms - watched->hour_ms) / HOUR_MS;
    if (hours > 0) {
        const uint64_t left = RECIPIENT_IDLE_H - recipient->idle_h;
        recipient->idle_h += (uint32_t)(hours < left ? hours : left);
        watched->hour_ms += hours * HOUR_MS;
        messenger->is_dirty = true;
    }
    watched->next_ms = watched->hour_ms + HOUR_MS;
}

bool messenger_is_past(const struct messenger *messenger)
{
    const struct recipient *recipient = &messenger->recipient;
    return messenger->day > recipient->day + 1 || recipient->idle_h == RECIPIENT_IDLE_H;
}

/* Nothing is on its way by @channel, nor to be sent. */
static bool is_quiet(const struct messenger *messenger, const struct watched *watched,
                     enum channel channel)
{
    const struct recipient *recipient = &messenger->recipient;
    const struct step step = recipient_step(recipient, channel, messenger_news(messenger, watched),
                                            messenger->now_ms, 0);
    return messenger->https[channel] == NULL ||
           (step.kind == STEP_NONE && !recipient->out[channel].is_sending);
}

bool messenger_is_settled(const struct messenger *messenger, const struct watched *watched)
{
    const uint64_t day = messenger->recipient.day;
    const bool is_day_over =
        messenger->day > day || (messenger->day == day && messenger->is_day_closed);
    return is_day_over && messenger->order->phase >= PHASE_COMPLETED &&
           is_quiet(messenger, watched, CHANNEL_PUSH) && is_quiet(messenger, watched, CHANNEL_SMS);
}

int messenger_forget(struct messenger *messenger, struct watched *watched)
{
    for (size_t i = 0; i < CHANNEL_COUNT; i++) {
        sendings_stale(messenger, &watched->id, (enum channel)i);
    }
    watched->is_gone = true;
    messenger->is_dirty = true;
    return recipient_del(messenger->txn, &watched->id);
}

void watched_compact(struct messenger *messenger)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < messenger->watched_count; i++) {
        if (!messenger->watched[i].is_gone) {
            messenger->watched[count++] = messenger->watched[i];
        }
    }
    messenger->watched_count = count;
}
