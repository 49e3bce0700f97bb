/* trestle-gateway: the node with an uplink. It is the same node, and settles with the card provider
 * and tells customers who went away while it runs. */
#include <stdlib.h>

#include "gateway/cli/commands.h"
#include "gateway/cli/doctor.h"
#include "gateway/config/apple_file.h"
#include "gateway/config/card_page.h"
#include "gateway/config/message_keys.h"
#include "gateway/routes.h"
#include "node/cli/cli.h"
#include "node/cli/program.h"
#include "node/os/entropy.h"
#include "node/os/logger.h"

struct gateway {
    char folder[PATH_BYTES_MAX]; /* of the settler's store */
    struct credentials credentials;
    struct card_page card_page;
    struct apple_file apple_file;
    char messages_folder[PATH_BYTES_MAX]; /* of the messenger's store */
    struct message_keys message_keys;
    struct annex_messages messages;
    struct gateway_desk desk;
};

static struct terms terms;

/* Whether this device's certificate lets it write what the provider says. */
static bool may_settle(const struct gate *gate)
{
    const uint64_t wanted = capability_bit(CAP_STRIPE) | capability_bit(CAP_GUEST);
    struct gate_live *live = calloc(1, sizeof *live);
    if (live == NULL) {
        return false;
    }
    gate->live(gate->context, live);
    const bool may = (live->capabilities & wanted) == wanted;
    free(live);
    return may;
}

/* It reads through a door of its own. */
static int reconciler_open(const struct program_host *host, struct gateway *gateway)
{
    struct reconciler_config config = {
        .popup = host->identity->popup, .credentials = &gateway->credentials, .terms = &terms};
    const int err = core_gate_more(host->core, &config.gate);
    return err == 0 ? reconciler_new(&config, &gateway->desk.reconciler) : err;
}

static int settle(const struct program_host *host, const struct gate *gate, struct gateway *gateway)
{
    const struct settler_config config = {.gate = gate,
                                          .folder = gateway->folder,
                                          .popup = host->identity->popup,
                                          .credentials = &gateway->credentials,
                                          .terms = &terms,
                                          .answered = host->wake_web,
                                          .context = host->wake_context};
    int err = path_join(gateway->folder, host->state, "gateway");
    err = err == 0 ? reconciler_open(host, gateway) : err;
    err = err == 0 ? settler_start(&config, &gateway->desk.settler) : err;
    if (err == 0) {
        card_page_init(&terms, &gateway->credentials, &gateway->card_page);
        gateway->desk.card = &gateway->card_page.card;
        logger_say(LEVEL_NOTICE, "settle", "card payments by %s%s", terms.stripe_url,
                   gateway->credentials.is_live ? "" : ", with test keys: no real money");
        return EXIT_DONE;
    }
    return tell_failure("card payments", err);
}

static int tell_customers(const struct program_host *host, struct gateway *gateway)
{
    struct messenger_config config = {.folder = gateway->messages_folder,
                                      .sender = {&terms, &gateway->message_keys},
                                      .answered = host->wake_web,
                                      .context = host->wake_context};
    int err = path_join(gateway->messages_folder, host->state, "messages");
    err = err == 0 ? core_gate_more(host->core, &config.gate) : err;
    err = err == 0 ? messenger_start(&config, &gateway->desk.messenger) : err;
    if (err != 0) {
        return tell_failure("messages to customers", err);
    }
    const struct message_keys *keys = &gateway->message_keys;
    gateway->messages = (struct annex_messages){
        .push_key = keys->has_push ? keys->vapid.text : NULL, .has_sms = keys->has_sms};
    gateway->desk.messages = &gateway->messages;
    logger_say(LEVEL_NOTICE, "messages", "customers are told of their orders by%s%s%s",
               keys->has_push ? " Web Push" : "", keys->has_push && keys->has_sms ? " and" : "",
               keys->has_sms ? " SMS" : "");
    return EXIT_DONE;
}

/* Neither set up: it is a gateway all the same; set up wrongly: somebody must look. */
static int tell_if_told(const struct program_host *host, struct gateway *gateway)
{
    char problem[PROBLEM_BYTES_MAX] = "";
    const struct message_keys *keys = &gateway->message_keys;
    const int err = message_keys_load(&terms, host->state, true, &gateway->message_keys, problem);
    if (err != 0) {
        tell("messages to customers: %s", problem);
        return err == ERR_FORBIDDEN ? EXIT_FORBIDDEN : EXIT_SETTINGS;
    }
    return keys->has_push || keys->has_sms ? tell_customers(host, gateway) : EXIT_DONE;
}

/* Without a secret key it is a node all the same; with a wrong one somebody must look. */
static int settle_if_told(const struct program_host *host, struct gateway *gateway)
{
    char problem[PROBLEM_BYTES_MAX] = "";
    const struct gate *gate = NULL;
    int err = credentials_load(&terms, host->state, &gateway->credentials, problem);
    if (err == ERR_NOT_FOUND) {
        logger_say(LEVEL_NOTICE, "settle", "no card payments: %s", problem);
        return EXIT_DONE;
    }
    if (err != 0) {
        tell("card payments: %s", problem);
        return err == ERR_FORBIDDEN ? EXIT_FORBIDDEN : EXIT_SETTINGS;
    }
    if (credentials_check_screen(&gateway->credentials, terms.stripe_url,
                                 host->settings->is_screen_locked, problem) != 0) {
        tell("card payments: %s", problem);
        return EXIT_SETTINGS;
    }
    err = core_gate_more(host->core, &gate);
    if (err != 0) {
        return tell_failure("card payments", err);
    }
    if (!may_settle(gate)) {
        tell("card payments: this device may not settle with the provider; on an admin's device: "
             "trestle device role %016llx gateway",
             (unsigned long long)host->identity->device);
        return EXIT_FORBIDDEN;
    }
    return settle(host, gate, gateway);
}

static int open_apple_file(struct gateway *gateway)
{
    const int err = apple_file_load(&gateway->apple_file, terms.apple_pay_file);
    if (err == 0) {
        gateway->desk.apple_file = &gateway->apple_file;
        return EXIT_DONE;
    }
    tell("apple-pay-file = %s: it must be there, readable for this user, with 1 to %d bytes",
         terms.apple_pay_file, APPLE_FILE_BYTES_MAX);
    return EXIT_SETTINGS;
}

static void gateway_stop(void *context)
{
    struct gateway *gateway = context;
    apple_file_close(&gateway->apple_file);
    reconciler_free(gateway->desk.reconciler);
    settler_stop(gateway->desk.settler);
    messenger_stop(gateway->desk.messenger);
    entropy_wipe(gateway, sizeof *gateway);
    free(gateway);
}

static int gateway_start(const struct program_host *host, void **ret_context,
                         struct annex *ret_annex)
{
    struct gateway *gateway = calloc(1, sizeof *gateway);
    if (gateway == NULL) {
        return tell_failure("the gateway", ERR_NO_MEMORY);
    }
    apple_file_init(&gateway->apple_file);
    int status = open_apple_file(gateway);
    status = status == EXIT_DONE ? settle_if_told(host, gateway) : status;
    status = status == EXIT_DONE ? tell_if_told(host, gateway) : status;
    if (status != EXIT_DONE) {
        gateway_stop(gateway);
        return status;
    }
    gateway->desk.credentials = &gateway->credentials;
    gateway->desk.terms = &terms;
    gateway->desk.uplink = (struct uplink){.settler = gateway->desk.settler, .terms = &terms};
    const struct reconcile_host reconcile = gateway_reconcile_host(&gateway->desk);
    core_on_reconcile(host->core, &reconcile);
    *ret_context = gateway;
    *ret_annex = gateway_annex(&gateway->desk);
    return EXIT_DONE;
}

static void gateway_changed(void *context)
{
    const struct gateway *gateway = context;
    if (gateway->desk.settler != NULL) {
        settler_changed(gateway->desk.settler);
    }
    if (gateway->desk.messenger != NULL) {
        messenger_changed(gateway->desk.messenger);
    }
}

static void gateway_reload(void *context)
{
    struct gateway *gateway = context;
    if (apple_file_load(&gateway->apple_file, terms.apple_pay_file) != 0) {
        logger_say(LEVEL_ERROR, "web", "apple-pay-file = %s is wrong; the old one stays",
                   terms.apple_pay_file);
    }
}

int main(int argc, char **argv)
{
    const struct program program = {.name = "trestle-gateway",
                                    .routes = gateway_route_table,
                                    .commands = gateway_commands,
                                    .commands_count = gateway_commands_count,
                                    .doctor = gateway_doctor,
                                    .start = gateway_start,
                                    .changed = gateway_changed,
                                    .reload = gateway_reload,
                                    .stop = gateway_stop};
    terms_extend(&terms);
    return program_main(&program, argc, argv);
}
