/* trestle-gateway reconcile: whether orders, ledger and provider say the same. A gateway that runs
 * is asked; where none runs, the command looks itself. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/cli/commands.h"
#include "gateway/reconcile/difference.h"
#include "gateway/reconcile/reconciler.h"
#include "node/cli/door.h"
#include "node/cli/reply.h"
#include "node/cli/setup.h"
#include "node/cli/terminal.h"
#include "node/core/control.h"
#include "node/os/entropy.h"
#include "sync/domain/order_events.h"

enum { LOOK_NS = 200 * 1000000, WISH_BYTES_MAX = 96 };

static const char where[] = "/api/reconciliation";

/* Either a gateway that runs, or our own. */
struct asked {
    struct door *door;
    struct reconciler *reconciler;
    struct core *core;
    struct identity identity;
    struct credentials credentials;
};

/* --- without a gateway --- */

static int keys_load(struct asked *asked, const struct place *place)
{
    char problem[PROBLEM_BYTES_MAX];
    const int err =
        credentials_load(terms_of_program(), place->state, &asked->credentials, problem);
    if (err == 0) {
        return EXIT_DONE;
    }
    tell("%s", problem);
    return err == ERR_FORBIDDEN ? EXIT_FORBIDDEN : EXIT_SETTINGS;
}

static int own_open(struct asked *asked, const struct place *place)
{
    const struct core_config core = {.state = place->state,
                                     .settings = &place->settings,
                                     .identity = &asked->identity,
                                     .is_alone = true};
    struct reconciler_config config = {.credentials = &asked->credentials,
                                       .terms = terms_of_program()};
    const int status = keys_load(asked, place);
    if (status != EXIT_DONE) {
        return status;
    }
    int err = identity_load(place->state, &asked->identity);
    if (err == ERR_NOT_FOUND) {
        return tell_not_set_up(place->state);
    }
    config.popup = asked->identity.popup;
    err = err == 0 ? core_open(&core, &asked->core) : err;
    err = err == 0 ? core_gate_more(asked->core, &config.gate) : err;
    err = err == 0 ? reconciler_new(&config, &asked->reconciler) : err;
    return err == 0 ? EXIT_DONE : tell_state_failure(place->state, err);
}

static void asked_close(struct asked *asked)
{
    reconciler_free(asked->reconciler);
    core_close(asked->core);
    door_close(asked->door);
    entropy_wipe(asked, sizeof *asked);
}

/* --- asking --- */

/* A flag's number from 1 to @max; without the flag *@number stays. */
static int number_read(const struct args *args, const char *name, unsigned long max,
                       unsigned long *number)
{
    const char *text = args_flag(args, name);
    char *end = NULL;
    if (text == NULL) {
        return EXIT_DONE;
    }
    *number = strtoul(text, &end, 10);
    if (text[0] < '1' || text[0] > '9' || *end != '\0' || *number > max) {
        tell("--%s wants a number from 1 to %lu", name, max);
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static int wish_read(const struct args *args, struct reconcile_wish *ret_wish)
{
    unsigned long days = RECONCILE_DAYS, day = 0;
    int status = number_read(args, "days", RECONCILE_DAYS_MAX, &days);
    status = status == EXIT_DONE ? number_read(args, "day", ORDER_DAY_MAX, &day) : status;
    *ret_wish = (struct reconcile_wish){
        .days = (unsigned)days, .is_shared = args_has(args, "shared"), .day = day};
    return status;
}

static void wish_print(const struct reconcile_wish *wish, char text[WISH_BYTES_MAX])
{
    char day[32] = "";
    if (wish->day != 0) {
        (void)snprintf(day, sizeof day, ",\"day\":%" PRIu64, wish->day);
    }
    (void)snprintf(text, WISH_BYTES_MAX, "{\"days\":%u,\"shared\":%s%s}", wish->days,
                   wish->is_shared ? "true" : "false", day);
}

static int begin(struct asked *asked, const struct reconcile_wish *wish, struct text *body)
{
    char text[WISH_BYTES_MAX];
    if (asked->door == NULL) {
        const int err = reconciler_begin(asked->reconciler, wish);
        return err == 0 ? EXIT_DONE : tell_failure("this machine", err);
    }
    wish_print(wish, text);
    const struct http_request request = {
        .method = "POST", .path = where, .body = bytes_of_text(text)};
    return door_get(asked->door, &request, body);
}

static int look(struct asked *asked, struct text *body)
{
    const struct http_request request = {.method = "GET", .path = where};
    text_clear(body);
    if (asked->door != NULL) {
        return door_get(asked->door, &request, body);
    }
    struct reconcile_standing standing;
    reconciler_print(asked->reconciler, SIZE_MAX, body, &standing);
    return EXIT_DONE;
}

/* --- meanwhile --- */

/* On a terminal, in place; a script is not told. */
static void progress_say(const struct reply_node *now)
{
    if (terminal_is_colourful(stderr)) {
        (void)fprintf(stderr, "\r\033[Kreading %s: %" PRId64 " at the provider, %" PRId64 " orders",
                      reply_text(now, "reading"), reply_number(now, "objects"),
                      reply_number(now, "orders"));
    }
}

static void progress_end(void)
{
    if (terminal_is_colourful(stderr)) {
        (void)fputs("\r\033[K", stderr);
    }
}

/* Somebody else may ask a gateway that runs for another one as soon as ours has ended. */
static bool is_ours(const struct reply_node *now, const struct reconcile_wish *wish)
{
    const struct reconcile_wish found = {.days = (unsigned)reply_number(now, "days"),
                                         .is_shared = reply_truth(now, "shared"),
                                         .day = (uint64_t)reply_number(now, "day")};
    return reconcile_answers(&found, wish);
}

/* Until it has ended; @ret_reply is the caller's. */
static int wait_for_end(struct asked *asked, struct text *body, struct reply **ret_reply)
{
    const struct timespec pause = {.tv_nsec = LOOK_NS};
    int status = EXIT_DONE;
    for (;;) {
        status = look(asked, body);
        *ret_reply = status == EXIT_DONE ? reply_new(body) : NULL;
        const bool is_reading = *ret_reply != NULL &&
                                strcmp(reply_text(reply_root(*ret_reply), "state"), "reading") == 0;
        if (!is_reading) {
            break;
        }
        progress_say(reply_root(*ret_reply));
        reply_free(*ret_reply);
        (void)nanosleep(&pause, NULL);
    }
    progress_end();
    return status;
}

/* --- saying --- */

static const char *const sides[] = {"at_provider", "in_ledger"};

static void print_amount(int64_t minor, const struct money_style *style)
{
    struct text amount = {.data = NULL};
    money_style_print(style, minor, &amount);
    (void)printf(" %18.*s", (int)amount.size, amount.data);
    text_close(&amount);
}

static void print_row(const char *label, const struct reply_node *result, const char *field,
                      const struct money_style *style)
{
    (void)printf("  %-12s", label);
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        print_amount(reply_number(reply_find(result, sides[i]), field), style);
    }
    (void)putchar('\n');
}

/* What each side comes to; of the orders, that is all they say. */
static void print_total(const struct reply_node *result, const struct money_style *style)
{
    (void)printf("  %-12s", "comes to");
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        const struct reply_node *sums = reply_find(result, sides[i]);
        print_amount(reply_number(sums, "taken") - reply_number(sums, "given_back") +
                         reply_number(sums, "held"),
                     style);
    }
    print_amount(reply_number(result, "owed"), style);
    (void)putchar('\n');
    if (reply_number(result, "tip") > 0) {
        (void)printf("  of the orders' sum, tips:");
        print_amount(reply_number(result, "tip"), style);
        (void)putchar('\n');
    }
}

static void print_sums(const struct reply_node *result)
{
    static const struct {
        const char *field, *label;
    } rows[] = {{"taken", "taken"},
                {"given_back", "given back"},
                {"held", "held"},
                {"disputed", "disputed"}};
    struct money_style style = {.digits = (unsigned)reply_number(result, "digits")};
    (void)snprintf(style.currency, sizeof style.currency, "%s", reply_text(result, "currency"));
    if (reply_number(result, "day") > 0) {
        (void)printf("orders of day %" PRId64 ": ", reply_number(result, "day"));
    }
    (void)printf("%" PRId64 " payments, %" PRId64 " refunds, %" PRId64 " disputes, %" PRId64
                 " orders looked at\n",
                 reply_number(result, "payments"), reply_number(result, "refunds"),
                 reply_number(result, "disputes"), reply_number(result, "orders"));
    if (reply_number(result, "others") > 0) {
        (void)printf("%" PRId64 " at the provider are not of this pop-up\n",
                     reply_number(result, "others"));
    }
    (void)printf("  %-12s %18s %18s %18s\n", "", "provider", "ledger", "orders");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_row(rows[i].label, result, rows[i].field, &style);
    }
    print_total(result, &style);
}

static void print_differences(const struct reply_node *result)
{
    const struct reply_node *list = reply_find(result, "differences");
    const int64_t found = reply_number(result, "found");
    for (size_t i = 0; i < reply_count(list); i++) {
        const struct reply_node *one = reply_at(list, i);
        const char *object = reply_text(one, "object");
        (void)printf("\n%s%s%s%s\n  -> %s\n", reply_text(one, "said"),
                     object[0] != '\0' ? "  [" : "", object, object[0] != '\0' ? "]" : "",
                     reply_text(one, "next"));
    }
    if (found > (int64_t)reply_count(list)) {
        (void)printf("\nand %" PRId64 " more\n", found - (int64_t)reply_count(list));
    }
    (void)printf(found == 0 ? "\nall matches\n" : "\n%" PRId64 " do not match\n", found);
}

static int show(const struct args *args, const struct reconcile_wish *wish,
                const struct reply_node *result, const struct text *body)
{
    const bool is_done = strcmp(reply_text(result, "state"), "done") == 0;
    if (!is_ours(result, wish)) {
        tell("not reconciled: somebody else asked for another comparison; run this again");
        return EXIT_UNAVAILABLE;
    }
    if (args_has(args, "json")) {
        (void)printf("%.*s\n", (int)body->size, body->data);
    }
    if (!is_done) {
        tell("not reconciled: %s", reply_text(result, "problem"));
        return EXIT_UNAVAILABLE;
    }
    if (!args_has(args, "json")) {
        print_sums(result);
        print_differences(result);
    }
    return reply_truth(result, "matches") ? EXIT_DONE : EXIT_FAILED;
}

/* --- the command --- */

static int asked_open(struct asked *asked, const struct args *args)
{
    static struct place place; /* the core keeps looking into it */
    const int status = place_find(args, &place);
    if (status != EXIT_DONE) {
        return status;
    }
    return control_is_running(place.state) ? door_open(args, &asked->door)
                                           : own_open(asked, &place);
}

/* EXIT_FAILED says that something does not match, and nothing else does. */
static int unsaid(int status)
{
    return status == EXIT_FAILED ? EXIT_UNAVAILABLE : status;
}

int command_reconcile(const struct args *args)
{
    struct reconcile_wish wish;
    struct asked *asked = calloc(1, sizeof *asked);
    struct reply *reply = NULL;
    struct text body = {.data = NULL};
    if (asked == NULL) {
        return tell_failure("this machine", ERR_NO_MEMORY);
    }
    int status = wish_read(args, &wish);
    status = status == EXIT_DONE ? unsaid(asked_open(asked, args)) : status;
    status = status == EXIT_DONE ? unsaid(begin(asked, &wish, &body)) : status;
    status = status == EXIT_DONE ? unsaid(wait_for_end(asked, &body, &reply)) : status;
    status = status == EXIT_DONE ? show(args, &wish, reply_root(reply), &body) : status;
    reply_free(reply);
    text_close(&body);
    asked_close(asked);
    free(asked);
    return status;
}
