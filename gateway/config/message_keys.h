/* message_keys.h - the keys of messages to customers: whom push services know this gateway by, and
 * what lets it send SMS.
 *
 * Layer: gateway. Files of one line each that nobody else may read, in systemd's folder
 * ($CREDENTIALS_DIRECTORY) or else in STATE/message-keys:
 *
 *   vapid-private-key   base64url of 32 bytes; where there is none it is made, in
 *                       STATE/message-keys: browsers that subscribed know its public half, and are
 *                       lost with it
 *   sms-key             NAME:PASSWORD of the provider, or one token
 *
 * They are in no log, no error, no argument and nothing that replicates.
 */
#ifndef TRESTLE_GATEWAY_CONFIG_MESSAGE_KEYS_H
#define TRESTLE_GATEWAY_CONFIG_MESSAGE_KEYS_H

#include "gateway/config/secret_file.h"
#include "gateway/config/terms.h"
#include "gateway/notify/vapid.h"

struct message_keys {
    bool has_push, has_sms; /* set up and complete */
    struct vapid_key vapid;
    char sms_key[CREDENTIAL_BYTES_MAX + 1];
};

/* Those of what is set up in @terms; both may be off. @may_make: a VAPID key that is missing is
 * made, else it is ERR_NOT_FOUND. The owner wipes @ret_keys. What is wrong, and what to do, goes to
 * @ret_problem (PROBLEM_BYTES_MAX). ERR_NOT_FOUND: SMS are set up and have no key; ERR_FORBIDDEN,
 * ERR_MALFORMED, ERR_FULL, ERR_IO, ERR_TOO_LARGE, ERR_NO_MEMORY. */
MUST_CHECK int message_keys_load(const struct terms *terms, const char *state, bool may_make,
                                 struct message_keys *ret_keys, char *ret_problem);

#endif
