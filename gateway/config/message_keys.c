#include "gateway/config/message_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/os/entropy.h"

enum { SECRET_TEXT_BYTES = BASE64URL_TEXT_BYTES(P256_SECRET_BYTES) };

static const char vapid_name[] = "vapid-private-key";
static const char sms_name[] = "sms-key";

static int problem(char *ret_problem, int err, const char *text)
{
    (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "%s", text);
    return err;
}

/* systemd's file, or else our own; "" in @to when neither is there. */
static int key_load(const char *own, const char *name, char *to, char *ret_problem)
{
    const char *given = getenv("CREDENTIALS_DIRECTORY");
    to[0] = '\0';
    int err =
        given != NULL && given[0] != '\0' ? secret_file_load(given, name, to, ret_problem) : 0;
    return err == 0 && to[0] == '\0' ? secret_file_load(own, name, to, ret_problem) : err;
}

/* --- Web Push --- */

static int secret_read(const char *text, struct vapid_key *ret_key)
{
    struct p256_secret secret;
    int err = base64url_parse(bytes_of_text(text), secret.bytes, sizeof secret.bytes);
    err = err == 0 ? vapid_key_of(&secret, ret_key) : err;
    entropy_wipe(&secret, sizeof secret);
    return err;
}

/* A new one, durable before any browser hears of it. */
static int secret_make(const char *own, char text[CREDENTIAL_BYTES_MAX + 1])
{
    char path[PATH_BYTES_MAX];
    struct p256_secret secret;
    int err = folder_make(own);
    err = err == 0 ? path_join(path, own, vapid_name) : err;
    if (err == 0) {
        p256_secret_make(&secret);
        base64url_print(bytes_of(secret.bytes, sizeof secret.bytes), text);
        entropy_wipe(&secret, sizeof secret);
        err = file_write(path, bytes_of_text(text), 0600);
    }
    return err;
}

static int push_load(const char *own, bool may_make, struct message_keys *keys, char *ret_problem)
{
    char text[CREDENTIAL_BYTES_MAX + 1];
    _Static_assert(SECRET_TEXT_BYTES <= sizeof text, "a secret fits");
    int err = key_load(own, vapid_name, text, ret_problem);
    if (err == 0 && text[0] == '\0') {
        err = may_make ? secret_make(own, text) : ERR_NOT_FOUND;
        if (err != 0) {
            (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "%.300s/%s: %s", own, vapid_name,
                           may_make ? err_text(err) : "it is made when the gateway starts");
        }
    }
    if (err == 0 && secret_read(text, &keys->vapid) != 0) {
        err = problem(ret_problem, ERR_MALFORMED,
                      "vapid-private-key is no private key: 43 characters of base64url; without "
                      "the file a new one is made, and browsers subscribe anew");
    }
    keys->has_push = err == 0;
    entropy_wipe(text, sizeof text);
    return err;
}

/* --- SMS --- */

static int sms_load(const char *own, const struct terms *terms, struct message_keys *keys,
                    char *ret_problem)
{
    const int err = key_load(own, sms_name, keys->sms_key, ret_problem);
    if (err != 0) {
        return err;
    }
    if (keys->sms_key[0] == '\0') {
        return problem(
            ret_problem, ERR_NOT_FOUND,
            "sms-url is set and there is no file sms-key: NAME:PASSWORD of the provider, "
            "or its token, in systemd's credentials or STATE/message-keys");
    }
    if (terms->sms_from[0] == '\0') {
        return problem(ret_problem, ERR_MALFORMED,
                       "sms-url is set and sms-from is not: the number or name that SMS come from");
    }
    keys->has_sms = true;
    return 0;
}

int message_keys_load(const struct terms *terms, const char *state, bool may_make,
                      struct message_keys *ret_keys, char *ret_problem)
{
    char own[PATH_BYTES_MAX];
    memset(ret_keys, 0, sizeof *ret_keys);
    (void)problem(ret_problem, 0, "the folder of the keys has too long a name");
    int err = path_join(own, state, "message-keys");
    if (err == 0 && terms->push_contact[0] != '\0') {
        err = push_load(own, may_make, ret_keys, ret_problem);
    }
    if (err == 0 && terms->sms_url[0] != '\0') {
        err = sms_load(own, terms, ret_keys, ret_problem);
    }
    return err;
}
