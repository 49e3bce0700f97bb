/* letter.h - a message as it leaves: the call to a push service or to a provider of SMS.
 *
 * Layer: gateway. What is in it is a customer's: the owner closes it, which wipes.
 */
#ifndef TRESTLE_GATEWAY_NOTIFY_LETTER_H
#define TRESTLE_GATEWAY_NOTIFY_LETTER_H

#include "gateway/config/message_keys.h"
#include "gateway/https/https.h"
#include "gateway/notify/recipient.h"

enum { LETTER_HEADERS_MAX = 6 };

struct letter {
    struct text path, body; /* as https_call's */
    uint32_t headers_count;
    char headers[LETTER_HEADERS_MAX][VAPID_HEADER_BYTES_MAX];
};

/* Who sends. Borrowed. */
struct letter_sender {
    const struct terms *terms;
    const struct message_keys *keys;
};

/* To @recipient, that @news of @order. @now_s by the wall clock: push services look at it.
 * ERR_MALFORMED: the row's key is no point. */
MUST_CHECK int letter_push(const struct letter_sender *sender, const struct recipient *recipient,
                           const struct order *order, enum news news, int64_t now_s,
                           struct letter *ret_letter);
/* The same to his telephone. ERR_MALFORMED: @terms have no such fields. */
MUST_CHECK int letter_sms(const struct letter_sender *sender, const struct recipient *recipient,
                          const struct order *order, enum news news, struct letter *ret_letter);
void letter_close(struct letter *letter);

/* "https://host" of the provider's URL, for https_config. */
void sms_origin(const char *url, char ret_origin[SETTING_BYTES_MAX]);

#endif
