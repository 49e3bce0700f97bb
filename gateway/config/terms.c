#include "gateway/config/terms.h"

#include <stdlib.h>
#include <string.h>

enum { MINUTES_MAX = 7 * 24 * 60 };

static int set_text(char *to, size_t capacity, const char *value)
{
    const size_t size = strlen(value) + 1;
    if (size > capacity) {
        return ERR_TOO_LARGE;
    }
    memcpy(to, value, size);
    return 0;
}

static bool is_web_url(const char *value)
{
    return strncmp(value, "https://", 8) == 0 || strncmp(value, "http://127.0.0.1:", 17) == 0 ||
           strncmp(value, "http://[::1]:", 13) == 0;
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

static int minutes_of(const char *value, uint32_t *ret_minutes)
{
    char *end = NULL;
    if (value[0] < '0' || value[0] > '9') {
        return ERR_MALFORMED;
    }
    const unsigned long minutes = strtoul(value, &end, 10);
    if (*end != '\0' || minutes > MINUTES_MAX) {
        return ERR_MALFORMED;
    }
    *ret_minutes = (uint32_t)minutes;
    return 0;
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

static const struct setting_more rows[] = {
    {{"stripe-url", "URL", "where card payments are asked for"},
     "https://HOST, or http://127.0.0.1:PORT",
     set_url},
    {{"stripe-script", "URL", "the provider's script for the page where customers pay"},
     "https://HOST/PATH, or http://127.0.0.1:PORT/PATH",
     set_script},
    {{"stripe-keys", "FOLDER",
      "where the provider's keys lie (systemd's credentials, STATE/stripe)"},
     "a path",
     set_keys},
    {{"pause-minutes", "N",
      "when the kitchen is not heard from for so long, customers cannot order; 0 = never"},
     "0 to 10080",
     set_pause},
    {{"decide-minutes", "N", "what the kitchen has not accepted by then is refused; 0 = never"},
     "0 to 10080",
     set_decide},
    {{"pay-minutes", "N", "what is not paid by then cannot be paid by card any more; 0 = never"},
     "0 to 10080",
     set_pay},
    {{"unpaid-minutes", "N",
      "a customer's order that nobody paid or confirmed by then is refused; 0 = never"},
     "0 to 10080",
     set_unpaid},
};

static const struct terms *extended;

const struct terms *terms_of_program(void)
{
    return extended;
}

void terms_extend(struct terms *terms)
{
    extended = terms;
    *terms = (struct terms){.stripe_url = "https://api.stripe.com",
                            .stripe_script = "https://js.stripe.com/endive/stripe.js",
                            .pause_minutes = 5,
                            .decide_minutes = 20,
                            .pay_minutes = 30,
                            .unpaid_minutes = 60};
    settings_extend(rows, sizeof rows / sizeof *rows, terms);
}
