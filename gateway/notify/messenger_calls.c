/* Calls out, answers in. */
#include <string.h>

#include "gateway/notify/messenger_state.h"
#include "node/os/clock.h"
#include "node/os/entropy.h"
#include "node/os/logger.h"

enum {
    RELEASE_AGAIN_MS = 1000,
    LINE_FRESH_MS = 60 * 1000, /* a line that was there so lately is not what is missing */
    AHEAD_SAID_S = 60,         /* of a clock, worth a word */
};

static const char *const channels[CHANNEL_COUNT] = {"push", "SMS"};

/* --- out --- */

/* How many calls of @channel are out to @site. */
static uint32_t site_count(const struct messenger *messenger, enum channel channel,
                           const char *site)
{
    uint32_t count = 0;
    for (size_t i = 0; i < SENDINGS_MAX; i++) {
        const struct sending *sending = &messenger->sendings[channel][i];
        count += sending->name != 0 && strcmp(sending->site, site) == 0;
    }
    return count;
}

static bool is_site_full(const struct messenger *messenger, enum channel channel)
{
    char site[ENDPOINT_SITE_BYTES];
    if (channel != CHANNEL_PUSH) {
        return false;
    }
    endpoint_site(messenger->recipient.push.endpoint, site);
    return site_count(messenger, channel, site) >= SENDINGS_SITE_MAX;
}

struct sending *sending_new(struct messenger *messenger, enum channel channel)
{
    if (is_site_full(messenger, channel)) {
        return NULL;
    }
    for (size_t i = 0; i < SENDINGS_MAX; i++) {
        if (messenger->sendings[channel][i].name == 0) {
            return &messenger->sendings[channel][i];
        }
    }
    return NULL;
}

bool sending_is_there(const struct messenger *messenger, const struct recipient_id *id,
                      enum channel channel)
{
    for (size_t i = 0; i < SENDINGS_MAX; i++) {
        const struct sending *sending = &messenger->sendings[channel][i];
        if (sending->name != 0 && recipient_id_equal(&sending->id, id)) {
            return true;
        }
    }
    return false;
}

void sendings_stale(struct messenger *messenger, const struct recipient_id *id,
                    enum channel channel)
{
    for (size_t i = 0; i < SENDINGS_MAX; i++) {
        struct sending *sending = &messenger->sendings[channel][i];
        if (sending->name != 0 && recipient_id_equal(&sending->id, id)) {
            sending->is_stale = true;
        }
    }
}

void sending_close(struct sending *sending)
{
    letter_close(&sending->letter);
    entropy_wipe(sending, sizeof *sending);
}

/* There are never more than https takes: SENDINGS_MAX. Where there is no memory it waits. */
static void sending_release(struct messenger *messenger, enum channel channel,
                            struct sending *sending)
{
    const struct letter *letter = &sending->letter;
    struct https_call call = {.name = sending->name,
                              .is_post = true,
                              .path = bytes_of(letter->path.data, letter->path.size),
                              .body = bytes_of(letter->body.data, letter->body.size),
                              .headers_count = letter->headers_count};
    for (uint32_t i = 0; i < letter->headers_count; i++) {
        call.headers[i] = letter->headers[i];
    }
    if (https_push(messenger->https[channel], &call) != 0) {
        messenger_again(messenger, messenger->now_ms + RELEASE_AGAIN_MS);
        return;
    }
    sending->is_out = true;
    letter_close(&sending->letter);
}

void messenger_calls_release(struct messenger *messenger)
{
    for (size_t channel = 0; channel < CHANNEL_COUNT; channel++) {
        for (size_t i = 0; i < SENDINGS_MAX; i++) {
            struct sending *sending = &messenger->sendings[channel][i];
            if (sending->name != 0 && !sending->is_out && !sending->is_stale) {
                sending_release(messenger, (enum channel)channel, sending);
            }
        }
    }
}

/* --- in --- */

static struct sending *sending_find(struct messenger *messenger, enum channel channel,
                                    uint64_t name)
{
    for (size_t i = 0; i < SENDINGS_MAX; i++) {
        if (messenger->sendings[channel][i].name == name) {
            return &messenger->sendings[channel][i];
        }
    }
    return NULL;
}

/* Never to whom. */
static void end_say(const struct sending *sending, enum channel channel, enum message_end end,
                    const struct https_answer *answer)
{
    static const struct {
        enum log_level level;
        const char *text;
    } rows[] = {
        [END_DONE] = {LEVEL_INFO, "was taken"},
        [END_AGAIN] = {LEVEL_WARNING, "was not taken, and is tried again"},
        [END_UNSENT] = {LEVEL_WARNING, "could not leave, and is tried again"},
        [END_GONE] = {LEVEL_INFO, "has nobody to go to any more: the address is erased"},
        [END_REFUSED] = {LEVEL_ERROR, "was refused for good"},
        [END_UNKNOWN] = {LEVEL_ERROR, "may have been taken, and is not sent a second time"},
    };
    logger_say(rows[end].level, "messages", "%s of order %016llx, %s, %s (status %u)",
               channels[channel], (unsigned long long)get_be64(sending->id.order.bytes),
               news_info(sending->news)->word, rows[end].text, (unsigned)answer->status);
}

/* When to try it again. */
static void pause_set(struct messenger *messenger, const struct sending *sending,
                      enum channel channel, enum message_end end, uint32_t asked_s)
{
    struct watched *watched = watched_find(messenger, &sending->id);
    if (watched == NULL) {
        return;
    }
    const bool is_again = end == END_AGAIN || end == END_UNSENT;
    watched->is_due = true;
    watched->failures[channel] = is_again ? watched->failures[channel] + 1 : 0;
    watched->not_before_ms[channel] =
        is_again ? messenger->now_ms + message_pause_ms(watched->failures[channel], asked_s) : 0;
}

static uint32_t news_now(struct messenger *messenger, const struct sending *sending)
{
    const struct watched *watched = watched_find(messenger, &sending->id);
    return watched != NULL && messenger_order_read(messenger, &sending->id.order) == 0
               ? messenger_news(messenger, watched)
               : 0;
}

/* Of a row that is not there any more, or does not wait for this, nothing is kept. An address that
 * came meanwhile is not the one that is gone. */
static int sending_conclude(struct messenger *messenger, const struct sending *sending,
                            enum channel channel, enum message_end end)
{
    struct recipient *recipient = &messenger->recipient;
    const int err = recipient_get(messenger->txn, &sending->id, recipient);
    struct outgoing *outgoing = &recipient->out[channel];
    if (err == ERR_NOT_FOUND || err == ERR_MALFORMED) {
        return 0;
    }
    if (err != 0 || !outgoing->is_sending || outgoing->news != sending->news) {
        return err;
    }
    const bool is_gone = end == END_GONE && !sending->is_stale;
    outgoing_end(outgoing, news_now(messenger, sending),
                 end == END_GONE && sending->is_stale ? END_AGAIN : end);
    if (is_gone) {
        recipient_drop(recipient, channel);
    }
    messenger->is_dirty = true;
    return recipient_put(messenger->txn, recipient);
}

/* What never left is no try only where the line may be what was missing: not when others got
 * through just now, nor where a name leads into somebody's own network. */
static enum message_end line_judge(struct messenger *messenger, enum channel channel,
                                   const struct https_answer *answer, enum message_end end)
{
    uint64_t *line_ms = &messenger->line_ms[channel];
    if (end != END_UNSENT) {
        *line_ms = messenger->now_ms;
        return end;
    }
    const bool is_fresh = *line_ms > 0 && messenger->now_ms - *line_ms < LINE_FRESH_MS;
    return is_fresh || answer->is_private ? END_AGAIN : END_UNSENT;
}

/* A push service that does not take the signature may have another time than we: for him alone it
 * is the one that counts, as anybody may have told us of it. */
static void clock_learn(struct messenger *messenger, const struct sending *sending,
                        enum channel channel, const struct https_answer *answer)
{
    struct watched *watched = watched_find(messenger, &sending->id);
    const bool is_refused = answer->status == 401 || answer->status == 403;
    if (channel != CHANNEL_PUSH || !is_refused || answer->date_s == 0 || watched == NULL) {
        return;
    }
    watched->ahead_s = answer->date_s - clock_wall_ms() / 1000;
    if (watched->ahead_s > AHEAD_SAID_S || watched->ahead_s < -AHEAD_SAID_S) {
        logger_say(LEVEL_WARNING, "messages",
                   "a push service's clock is %lld s ahead of this machine's: set the clock",
                   (long long)watched->ahead_s);
    }
}

static int answer_take(struct messenger *messenger, enum channel channel,
                       const struct https_answer *answer)
{
    struct sending *sending = sending_find(messenger, channel, answer->name);
    if (sending == NULL) {
        return 0;
    }
    const enum message_end came = message_end_of(channel, answer->status, answer->is_unsent,
                                                 messenger->config.sender.terms->is_sms_repeatable);
    const enum message_end end = line_judge(messenger, channel, answer, came);
    clock_learn(messenger, sending, channel, answer);
    end_say(sending, channel, came, answer);
    pause_set(messenger, sending, channel, end, answer->retry_after_s);
    const int err = sending_conclude(messenger, sending, channel, end);
    sending_close(sending);
    return err;
}

/* What could not leave, and whose address is another one now, never will. */
static int unsent_settle(struct messenger *messenger, enum channel channel)
{
    int err = 0;
    for (size_t i = 0; i < SENDINGS_MAX && err == 0; i++) {
        struct sending *sending = &messenger->sendings[channel][i];
        if (sending->name != 0 && !sending->is_out && sending->is_stale) {
            err = sending_conclude(messenger, sending, channel, END_UNSENT);
            pause_set(messenger, sending, channel, END_DONE, 0); /* it is looked at at once */
            sending_close(sending);
        }
    }
    return err;
}

int messenger_calls_turn(struct messenger *messenger)
{
    struct https_answer answer;
    int err = 0;
    for (size_t channel = 0; channel < CHANNEL_COUNT && err == 0; channel++) {
        err = unsent_settle(messenger, (enum channel)channel);
        while (err == 0 && messenger->https[channel] != NULL &&
               https_take(messenger->https[channel], &answer)) {
            text_close(&answer.body);
            err = answer_take(messenger, (enum channel)channel, &answer);
        }
    }
    return err;
}
