/* trestle-gateway doctor: messages to customers. It makes no key and sends nothing. */
#include "gateway/cli/doctor.h"
#include "gateway/config/message_keys.h"
#include "gateway/notify/letter.h"
#include "node/os/entropy.h"

static void say_push(const struct terms *terms, const struct message_keys *keys,
                     struct diagnoses *all)
{
    if (terms->push_practice[0] != '\0') {
        diagnose(all, DIAGNOSIS_WARN, "messages", "leave push-practice out of trestle.conf",
                 "pages may send messages to a push service of this machine, as for practice");
    }
    if (keys->has_push) {
        diagnose(all, DIAGNOSIS_OK, "messages", NULL, "Web Push: public key %.12s..., contact %s",
                 keys->vapid.text, terms->push_contact);
    }
}

/* What follows the host may be a token. */
static void say_sms(const struct terms *terms, struct diagnoses *all)
{
    char origin[SETTING_BYTES_MAX];
    sms_origin(terms->sms_url, origin);
    diagnose(all, DIAGNOSIS_OK, "messages", NULL, "SMS: by %s, at most %u a day", origin,
             (unsigned)terms->sms_per_day);
}

void doctor_messages(const struct terms *terms, const char *state, struct diagnoses *all)
{
    char problem[PROBLEM_BYTES_MAX] = "";
    struct message_keys keys;
    const int err = message_keys_load(terms, state, false, &keys, problem);
    const bool is_to_be_made =
        err == ERR_NOT_FOUND && !keys.has_push && !keys.has_sms && terms->push_contact[0] != '\0';
    if (err != 0) {
        diagnose(all, is_to_be_made ? DIAGNOSIS_WARN : DIAGNOSIS_FAIL, "messages",
                 is_to_be_made ? "start the gateway once"
                               : "mend it: the gateway does not start like this",
                 "%s", problem);
    } else if (!keys.has_push && !keys.has_sms) {
        diagnose(all, DIAGNOSIS_OK, "messages", NULL,
                 "neither push-contact nor sms-url is set: customers watch their page");
    } else {
        say_push(terms, &keys, all);
    }
    if (err == 0 && keys.has_sms) {
        say_sms(terms, all);
    }
    entropy_wipe(&keys, sizeof keys);
}
