/* One recipient of an order's messages: what is news to him, and to be sent. */
#include <string.h>

#include "gateway/notify/messenger_state.h"
#include "node/os/clock.h"
#include "node/os/logger.h"

enum { READ_AGAIN_MS = 1000 };

/* --- reading --- */

int messenger_order_read(struct messenger *messenger, const struct entity_id *id)
{
    const int err = history_get(messenger->history, messenger->node, KIND_ORDER, id);
    if (err == 0) {
        order_derive(messenger->history, messenger->order);
    }
    return err;
}

int messenger_is_erased(struct messenger *messenger, const struct entity_id *id,
                        bool *ret_is_erased)
{
    const struct hash hash = blob_hash_of_messages(id);
    const struct entity_id entity = blob_entity(&hash);
    struct blob blob;
    const int err = history_get(messenger->history, messenger->node, KIND_BLOB, &entity);
    *ret_is_erased = false;
    if (err == 0) {
        blob_derive(messenger->history, &blob);
        *ret_is_erased = blob.is_erased;
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

static uint64_t late_ms(const struct messenger *messenger)
{
    return (uint64_t)messenger->config.sender.terms->late_minutes * 60 * 1000;
}

static bool is_being_made(const struct order *order)
{
    return order->phase == PHASE_ACCEPTED || order->phase == PHASE_COOKING;
}

/* By a clock that only grows, from when this process saw it: after a restart later, never sooner.
 */
static void accepted_note(const struct messenger *messenger, struct watched *watched)
{
    if (!is_being_made(messenger->order)) {
        watched->accepted_ms = 0;
    } else if (watched->accepted_ms == 0) {
        watched->accepted_ms = messenger->now_ms;
    }
}

static bool is_late(const struct messenger *messenger, const struct watched *watched)
{
    return late_ms(messenger) > 0 && watched->accepted_ms > 0 &&
           messenger->now_ms - watched->accepted_ms >= late_ms(messenger);
}

uint32_t messenger_news(const struct messenger *messenger, const struct watched *watched)
{
    return news_of(messenger->order, is_late(messenger, watched));
}

/* --- sending --- */

/* Of a trading day; said once. *@ret_may false: it counts as told. */
static int sms_admit(struct messenger *messenger, bool is_first, bool *ret_may)
{
    uint32_t count = 0;
    int err = sms_count_get(messenger->txn, messenger->day, &count);
    *ret_may = !is_first || count < messenger->config.sender.terms->sms_per_day;
    if (err == 0 && !*ret_may && !messenger->is_day_full) {
        messenger->is_day_full = true;
        logger_say(LEVEL_WARNING, "messages",
                   "no more SMS today: sms-per-day = %u were sent; pushes go on",
                   (unsigned)messenger->config.sender.terms->sms_per_day);
    }
    return err == 0 && *ret_may && is_first
               ? sms_count_put(messenger->txn, messenger->day, count + 1)
               : err;
}

static int compose(struct messenger *messenger, const struct watched *watched, enum channel channel,
                   enum news news, struct letter *letter)
{
    const struct letter_sender *sender = &messenger->config.sender;
    return channel == CHANNEL_PUSH
               ? letter_push(sender, &messenger->recipient, messenger->order, news,
                             clock_wall_ms() / 1000 + watched->ahead_s, letter)
               : letter_sms(sender, &messenger->recipient, messenger->order, news, letter);
}

/* Its letter is composed; it leaves after the commit. */
static void sending_fill(struct messenger *messenger, const struct watched *watched,
                         enum channel channel, enum news news, struct sending *sending)
{
    sending->name = ++messenger->names;
    sending->id = watched->id;
    sending->news = news;
    if (channel == CHANNEL_PUSH) {
        endpoint_site(messenger->recipient.push.endpoint, sending->site);
    }
    messenger->look_from = (uint32_t)(watched - messenger->watched) + 1;
}

/* No room: an answer that comes makes some, and he is looked at again. */
static int send(struct messenger *messenger, struct watched *watched, enum channel channel,
                enum news news)
{
    struct outgoing *outgoing = &messenger->recipient.out[channel];
    struct sending *sending = sending_new(messenger, channel);
    bool may = true;
    int err = 0;
    if (sending == NULL) {
        watched->is_due = true;
        return 0;
    }
    messenger->is_dirty = true;
    const bool is_first = outgoing->news != news;
    outgoing_begin(outgoing, news);
    if (channel == CHANNEL_SMS) {
        err = sms_admit(messenger, is_first, &may);
    }
    if (err == 0 && (!may || compose(messenger, watched, channel, news, &sending->letter) != 0)) {
        outgoing_end(outgoing, messenger_news(messenger, watched), END_REFUSED);
    } else if (err == 0) {
        sending_fill(messenger, watched, channel, news, sending);
    }
    return err;
}

static void look_at(struct watched *watched, uint64_t at_ms)
{
    watched->next_ms = at_ms < watched->next_ms ? at_ms : watched->next_ms;
}

static int step_take(struct messenger *messenger, struct watched *watched, enum channel channel)
{
    struct outgoing *outgoing = &messenger->recipient.out[channel];
    const uint32_t now = messenger_news(messenger, watched);
    const struct step step = recipient_step(&messenger->recipient, channel, now, messenger->now_ms,
                                            watched->not_before_ms[channel]);
    switch (messenger->https[channel] == NULL ? STEP_NONE : step.kind) {
    case STEP_NONE:
        break;
    case STEP_WAIT:
        look_at(watched, watched->not_before_ms[channel]);
        break;
    case STEP_GIVE_UP:
        messenger->is_dirty = true;
        outgoing_end(outgoing, now, END_REFUSED);
        watched->next_ms = messenger->now_ms; /* something else may be news */
        break;
    case STEP_SEND:
        return send(messenger, watched, channel, step.news);
    }
    return 0;
}

/* What may have left, and whose answer never comes: a process that died, or a disk that was full
 * when it came. */
static void lost_settle(struct messenger *messenger, enum channel channel)
{
    struct recipient *recipient = &messenger->recipient;
    const bool is_repeatable =
        channel == CHANNEL_PUSH || messenger->config.sender.terms->is_sms_repeatable;
    if (!sending_is_there(messenger, &recipient->id, channel) &&
        outgoing_recover(&recipient->out[channel], is_repeatable)) {
        messenger->is_dirty = true;
    }
}

/* --- one recipient --- */

/* Its row and the order are read. */
static int steps_take(struct messenger *messenger, struct watched *watched)
{
    int err = 0;
    accepted_note(messenger, watched);
    if (watched->accepted_ms > 0 && late_ms(messenger) > 0 && !is_late(messenger, watched)) {
        look_at(watched, watched->accepted_ms + late_ms(messenger));
    }
    for (size_t i = 0; i < CHANNEL_COUNT && err == 0; i++) {
        lost_settle(messenger, (enum channel)i);
        err = step_take(messenger, watched, (enum channel)i);
    }
    return err == 0 && messenger->is_dirty ? recipient_put(messenger->txn, &messenger->recipient)
                                           : err;
}

/* The order is read. */
static int recipient_look(struct messenger *messenger, struct watched *watched)
{
    int err = recipient_get(messenger->txn, &watched->id, &messenger->recipient);
    if (err == ERR_NOT_FOUND || err == ERR_MALFORMED) {
        return messenger_forget(messenger, watched);
    }
    if (err != 0) {
        return err;
    }
    idle_note(messenger, watched);
    if (messenger_is_past(messenger)) {
        return messenger_forget(messenger, watched);
    }
    err = steps_take(messenger, watched);
    return err == 0 && messenger_is_settled(messenger, watched)
               ? messenger_forget(messenger, watched)
               : err;
}

/* Erased, or gone from the store: nothing of it stays. */
static int look(struct messenger *messenger, struct watched *watched)
{
    bool is_erased = false;
    watched->is_due = false;
    watched->next_ms = UINT64_MAX;
    int err = messenger_is_erased(messenger, &watched->id.order, &is_erased);
    err = err == 0 && !is_erased ? messenger_order_read(messenger, &watched->id.order) : err;
    if (is_erased || err == ERR_NOT_FOUND) {
        return messenger_forget(messenger, watched);
    }
    if (err != 0) { /* a row that the disk spoilt is being mended */
        watched->next_ms = messenger->now_ms + READ_AGAIN_MS;
        return 0;
    }
    return recipient_look(messenger, watched);
}

/* Who waits for room waits no longer than all others: it begins after whom was sent to last. */
int messenger_look_turn(struct messenger *messenger)
{
    const uint32_t count = messenger->watched_count, from = messenger->look_from;
    int err = 0;
    for (uint32_t i = 0; i < count && err == 0; i++) {
        struct watched *watched = &messenger->watched[(from + i) % count];
        if (watched->is_due || watched->next_ms <= messenger->now_ms) {
            err = look(messenger, watched);
        }
    }
    watched_compact(messenger);
    for (uint32_t i = 0; i < messenger->watched_count; i++) {
        messenger_again(messenger, messenger->watched[i].next_ms);
    }
    return err;
}
