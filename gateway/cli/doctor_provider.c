/* trestle-gateway doctor: what the network says. */
#include <stdio.h>
#include <string.h>

#include "gateway/cli/doctor.h"
#include "gateway/stripe/reader.h"
#include "node/core/control.h"
#include "node/os/clock.h"

enum { TOTAL_MS = 15 * 1000, URL_BYTES_MAX = SETTING_BYTES_MAX + 32 };

static const char hook_path[] = "/webhooks/stripe";

/* One reading; false: it cannot even be tried. */
static bool read_once(const char *base_url, const char *key, struct bytes path,
                      struct stripe_read *ret_read)
{
    const struct stripe_reader_config config = {
        .base_url = base_url, .secret_key = key, .tries = 1, .total_ms = TOTAL_MS};
    struct stripe_reader *reader = NULL;
    *ret_read = (struct stripe_read){.status = 0};
    int err = stripe_reader_open(&config, &reader);
    err = err == 0 ? stripe_reader_get(reader, path, ret_read) : err;
    stripe_reader_close(reader);
    return err == 0;
}

static bool ask(const struct credentials *credentials, const struct terms *terms, const char *path,
                struct stripe_read *ret_read)
{
    return read_once(terms->stripe_url, credentials->secret_key, bytes_of_text(path), ret_read);
}

/* --- whether it answers --- */

static bool judge_uplink(const struct stripe_read *read, struct diagnoses *all)
{
    if (read->status == 0) {
        diagnose(all, DIAGNOSIS_FAIL, "uplink",
                 "look at the line to the internet; until then orders are held and nothing is lost",
                 "the provider does not answer: %s", read->trouble);
    } else if (read->reply == NULL) {
        diagnose(all, DIAGNOSIS_FAIL, "uplink",
                 "sign in to the network with a browser, or take another line",
                 "something else answers in the provider's place (status %u)", read->status);
    } else if (read->status == 401) {
        diagnose(all, DIAGNOSIS_FAIL, "keys", "put the right one into stripe-secret-key",
                 "the provider does not take the secret key");
    } else {
        diagnose(all, DIAGNOSIS_OK, "uplink", NULL, "the provider answers");
    }
    return read->status != 0 && read->reply != NULL && read->status != 401;
}

/* --- what the key may --- */

static void look_at_rights(const struct credentials *credentials, const struct terms *terms,
                           struct diagnoses *all)
{
    static const struct {
        const char *path, *what;
    } rows[] = {{"/v1/payment_intents?limit=1", "PaymentIntents"},
                {"/v1/charges?limit=1", "Charges"},
                {"/v1/refunds?limit=1", "Refunds"},
                {"/v1/disputes?limit=1", "Disputes"},
                {"/v1/events?limit=1", "Events"}};
    uint32_t refused = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stripe_read read;
        if (ask(credentials, terms, rows[i].path, &read) && read.status == 403) {
            diagnose(all, DIAGNOSIS_FAIL, "keys", "give it that right at the provider",
                     "the secret key may not read %s", rows[i].what);
            refused++;
        }
        stripe_read_close(&read);
    }
    if (refused == 0) {
        diagnose(all, DIAGNOSIS_OK, "keys", NULL,
                 "the secret key may read payments, charges, refunds, disputes and events");
    }
}

bool doctor_provider(const struct credentials *credentials, const struct terms *terms,
                     struct diagnoses *all)
{
    struct stripe_read list;
    (void)ask(credentials, terms, "/v1/payment_intents?limit=1", &list);
    const int64_t own_s = clock_wall_ms() / 1000;
    const bool is_there = judge_uplink(&list, all);
    if (is_there) {
        if (list.date_s > 0) {
            doctor_provider_clock(own_s, list.date_s, all);
        }
        look_at_rights(credentials, terms, all);
    }
    stripe_read_close(&list);
    return is_there;
}

/* --- webhooks --- */

/* What a stranger gets who only looks: our own refusal of another method than POST. */
static void look_from_outside(const char *origin, struct diagnoses *all)
{
    struct stripe_read read;
    const bool is_asked = read_once(origin, "", bytes_of_text(hook_path), &read);
    if (is_asked && read.status == 405 && read.reply != NULL) {
        diagnose(all, DIAGNOSIS_OK, "webhook", NULL, "%s%s reaches this gateway", origin,
                 hook_path);
    } else if (is_asked && read.status == 0) {
        diagnose(all, DIAGNOSIS_FAIL, "webhook",
                 "look at the name, the port, the firewall and the certificate: the provider must "
                 "get through; until then the list of events is read",
                 "%s%s is not reached from here: %s", origin, hook_path, read.trouble);
    } else {
        diagnose(all, DIAGNOSIS_FAIL, "webhook",
                 "let the proxy pass /webhooks/stripe to this gateway, as it is",
                 "at %s%s something else answers (status %u)", origin, hook_path, read.status);
    }
    stripe_read_close(&read);
}

static void judge_endpoints(const struct stripe_read *list, const char *origin,
                            struct diagnoses *all)
{
    char url[URL_BYTES_MAX];
    struct stripe_endpoint endpoint;
    bool is_there = false, is_enabled = false;
    (void)snprintf(url, sizeof url, "%s%s", origin, hook_path);
    for (uint32_t i = 0; stripe_reply_endpoint(list->reply, i, &endpoint); i++) {
        const bool is_it = bytes_equal(endpoint.url, bytes_of_text(url));
        is_there = is_there || is_it;
        is_enabled = is_enabled || (is_it && endpoint.is_enabled);
    }
    if (is_enabled) {
        diagnose(all, DIAGNOSIS_OK, "webhook", NULL, "the provider sends to it");
    } else {
        diagnose(
            all, DIAGNOSIS_FAIL, "webhook",
            is_there ? "enable it in the provider's dashboard"
                     : "make an endpoint for it in the provider's dashboard, and put its secret "
                       "into stripe-webhook-secret",
            is_there ? "the provider has switched %s off" : "the provider does not know %s", url);
    }
}

static void look_at_endpoints(const struct credentials *credentials, const struct terms *terms,
                              const char *origin, struct diagnoses *all)
{
    struct stripe_read list;
    if (ask(credentials, terms, "/v1/webhook_endpoints?limit=100", &list) &&
        stripe_read_is(&list, "list")) {
        judge_endpoints(&list, origin, all);
    } else if (list.status == 403) {
        diagnose(all, DIAGNOSIS_OK, "webhook", NULL,
                 "whether the provider sends to it this key may not see");
    } else {
        diagnose(all, DIAGNOSIS_WARN, "webhook", "run this again",
                 "whether the provider sends to it could not be seen now");
    }
    stripe_read_close(&list);
}

void doctor_webhook(const struct credentials *credentials, const struct terms *terms,
                    const struct place *place, struct diagnoses *all)
{
    if (place->settings.origins_count == 0) {
        diagnose(all, DIAGNOSIS_WARN, "webhook", "origin = https://HOST in trestle.conf",
                 "by which address the internet reaches it is not set");
        return;
    }
    const char *origin = place->settings.origins[0];
    if (control_is_running(place->state)) {
        look_from_outside(origin, all);
    } else {
        diagnose(all, DIAGNOSIS_OK, "webhook", NULL,
                 "whether %s is reached shows while the gateway runs", origin);
    }
    look_at_endpoints(credentials, terms, origin, all);
}
