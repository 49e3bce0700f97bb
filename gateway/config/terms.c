#include "gateway/config/terms.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/config/sms_fields.h"
#include "sync/base/check.h"

enum { MINUTES_MAX = 7 * 24 * 60, SMS_PER_DAY_MAX = 100000 };

static int set_text(char *to, size_t capacity, const char *value)
{
    const size_t size = strlen(value) + 1;
    if (size > capacity) {
        return ERR_TOO_LARGE;
    }
    memcpy(to, value, size);
    return 0;
}

/* What goes into a header: a token in quotes, a policy of the page's. */
static bool is_quotable(const char *value)
{
    for (; *value != '\0'; value++) {
        if (*value <= ' ' || *value > '~' || *value == '"' || *value == '\\') {
            return false;
        }
    }
    return true;
}

/* What follows an origin of this machine in @value; NULL: it is another's. The port's end is its
 * host's: in "http://127.0.0.1:80@example.com" that would be a name and a password. */
static const char *after_own_origin(const char *value)
{
    static const char *const starts[] = {"http://127.0.0.1:", "http://[::1]:"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        const size_t size = strlen(starts[i]);
        const size_t digits =
            strncmp(value, starts[i], size) == 0 ? strspn(value + size, "0123456789") : 0;
        if (digits > 0) {
            return value + size + digits;
        }
    }
    return NULL;
}

static bool is_web_url(const char *value)
{
    const char *after = after_own_origin(value);
    const bool is_own = after != NULL && (*after == '\0' || *after == '/');
    const bool is_secure = strncmp(value, "https://", 8) == 0 && value[8] != '\0';
    return (is_own || is_secure) && is_quotable(value);
}

static int set_url(void *context, const char *value)
{
    struct terms *terms = context;
    return is_web_url(value) ? set_text(terms->stripe_url, sizeof terms->stripe_url, value)
                             : ERR_MALFORMED;
}

static int set_script(void *context, const char *value)
{
    struct terms *terms = context;
    return is_web_url(value) ? set_text(terms->stripe_script, sizeof terms->stripe_script, value)
                             : ERR_MALFORMED;
}

static int set_keys(void *context, const char *value)
{
    struct terms *terms = context;
    return set_text(terms->stripe_keys, sizeof terms->stripe_keys, value);
}

static int set_apple_file(void *context, const char *value)
{
    struct terms *terms = context;
    return set_text(terms->apple_pay_file, sizeof terms->apple_pay_file, value);
}

static int number_of(const char *value, unsigned long max, uint32_t *ret_number)
{
    char *end = NULL;
    if (value[0] < '0' || value[0] > '9') {
        return ERR_MALFORMED;
    }
    const unsigned long number = strtoul(value, &end, 10);
    if (*end != '\0' || number > max) {
        return ERR_MALFORMED;
    }
    *ret_number = (uint32_t)number;
    return 0;
}

static int minutes_of(const char *value, uint32_t *ret_minutes)
{
    return number_of(value, MINUTES_MAX, ret_minutes);
}

static int set_decide(void *context, const char *value)
{
    return minutes_of(value, &((struct terms *)context)->decide_minutes);
}

static int set_pay(void *context, const char *value)
{
    return minutes_of(value, &((struct terms *)context)->pay_minutes);
}

static int set_pause(void *context, const char *value)
{
    return minutes_of(value, &((struct terms *)context)->pause_minutes);
}

static int set_unpaid(void *context, const char *value)
{
    return minutes_of(value, &((struct terms *)context)->unpaid_minutes);
}

/* --- messages --- */

static int set_push_contact(void *context, const char *value)
{
    struct terms *terms = context;
    const bool is_one = strncmp(value, "mailto:", 7) == 0 || strncmp(value, "https://", 8) == 0;
    return is_one && is_quotable(value)
               ? set_text(terms->push_contact, sizeof terms->push_contact, value)
               : ERR_MALFORMED;
}

/* An origin of this machine, and nothing after it. */
static int set_push_practice(void *context, const char *value)
{
    struct terms *terms = context;
    const char *after = after_own_origin(value);
    const bool is_one = strncmp(value, "http://127", 10) == 0 && after != NULL && *after == '\0';
    return is_one ? set_text(terms->push_practice, sizeof terms->push_practice, value)
                  : ERR_MALFORMED;
}

static int set_sms_url(void *context, const char *value)
{
    struct terms *terms = context;
    return is_web_url(value) ? set_text(terms->sms_url, sizeof terms->sms_url, value)
                             : ERR_MALFORMED;
}

static int set_sms_from(void *context, const char *value)
{
    struct terms *terms = context;
    return text_is_clean(bytes_of_text(value))
               ? set_text(terms->sms_from, sizeof terms->sms_from, value)
               : ERR_MALFORMED;
}

static int set_sms_fields(void *context, const char *value)
{
    struct terms *terms = context;
    struct sms_fields fields;
    const int err = sms_fields_parse(value, &fields);
    return err == 0 ? set_text(terms->sms_fields, sizeof terms->sms_fields, value) : err;
}

static int set_sms_repeats(void *context, const char *value)
{
    struct terms *terms = context;
    terms->is_sms_repeatable = strcmp(value, "yes") == 0;
    return terms->is_sms_repeatable || strcmp(value, "no") == 0 ? 0 : ERR_MALFORMED;
}

static int set_sms_per_day(void *context, const char *value)
{
    return number_of(value, SMS_PER_DAY_MAX, &((struct terms *)context)->sms_per_day);
}

static int set_late(void *context, const char *value)
{
    return minutes_of(value, &((struct terms *)context)->late_minutes);
}

static const struct setting_more rows[] = {
    {SETTING_INFO("stripe-url", "URL", "where card payments are asked for",
                  SETTING_USUAL("https://api.stripe.com")),
     "https://HOST, or http://127.0.0.1:PORT", set_url},
    {SETTING_INFO("stripe-script", "URL", "the provider's script for the page where customers pay",
                  SETTING_USUAL("https://js.stripe.com/endive/stripe.js")),
     "https://HOST/PATH, or http://127.0.0.1:PORT/PATH", set_script},
    {SETTING_INFO("stripe-keys", "FOLDER",
                  "where the provider's keys lie (systemd's credentials, STATE/stripe)",
                  SETTING_WITHOUT("systemd's credentials, or stripe in the state folder")),
     "a path", set_keys},
    {SETTING_INFO("apple-pay-file", "FILE",
                  "what the provider hands out for Apple, which asks for it here"),
     "a path", set_apple_file},
    {SETTING_INFO(
         "pause-minutes", "N",
         "when the kitchen is not heard from for so long, customers cannot order; 0 = never",
         SETTING_USUAL("5")),
     "0 to 10080", set_pause},
    {SETTING_INFO("decide-minutes", "N",
                  "what the kitchen has not accepted by then is refused; 0 = never",
                  SETTING_USUAL("20")),
     "0 to 10080", set_decide},
    {SETTING_INFO("pay-minutes", "N",
                  "what is not paid by then cannot be paid by card any more; 0 = never",
                  SETTING_USUAL("30")),
     "0 to 10080", set_pay},
    {SETTING_INFO("unpaid-minutes", "N",
                  "a customer's order that nobody paid or confirmed by then is refused; 0 = never",
                  SETTING_USUAL("60")),
     "0 to 10080", set_unpaid},
    {SETTING_INFO(
         "push-contact", "URL",
         "customers' browsers are told of their orders (Web Push); whom a push service may ask",
         SETTING_WITHOUT("no Web Push")),
     "mailto:NAME@HOST, or https://HOST/PATH", set_push_contact},
    {SETTING_INFO("push-practice", "URL", "a push service for practice, on this machine"),
     "http://127.0.0.1:PORT", set_push_practice},
    {SETTING_INFO("sms-url", "URL",
                  "customers' telephones are told of their orders: where SMS are sent from",
                  SETTING_WITHOUT("no SMS")),
     "https://HOST/PATH, or http://127.0.0.1:PORT/PATH", set_sms_url},
    {SETTING_INFO("sms-from", "TEXT", "the sender of SMS, as their provider wants it"),
     "a number or a name", set_sms_from},
    {SETTING_INFO("sms-fields", "NAMES",
                  "how the provider calls sender, receiver and text of an SMS",
                  SETTING_USUAL("From,To,Body")),
     "three names with commas: From,To,Body", set_sms_fields},
    {SETTING_INFO("sms-repeats", "yes|no",
                  "yes: the provider sends once what comes twice with one Idempotency-Key",
                  SETTING_USUAL("no")),
     "yes or no", set_sms_repeats},
    {SETTING_INFO("sms-per-day", "N", "SMS of one trading day at most", SETTING_USUAL("200")),
     "0 to 100000", set_sms_per_day},
    {SETTING_INFO(
         "late-minutes", "N",
         "what was accepted so long ago and is not ready is late, and its customer is told; 0 = "
         "never",
         SETTING_USUAL("30")),
     "0 to 10080", set_late},
};

static const struct terms *extended;

const struct terms *terms_of_program(void)
{
    return extended;
}

void terms_extend(struct terms *terms)
{
    extended = terms;
    *terms = (struct terms){.sms_per_day = 0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(rows[i].info.usual == NULL || rows[i].set(terms, rows[i].info.usual) == 0);
    }
    settings_extend(rows, sizeof rows / sizeof *rows, terms);
}
