/* trestle report: what a trading day came to. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/cli/days.h"
#include "node/cli/door.h"
#include "node/cli/menu_file.h"
#include "node/cli/reply.h"
#include "node/cli/report_look.h"

/* The sums in their order: of the report's fields, with what a person calls them. */
static const struct {
    const char *field;
    const char *text;
} sums[] = {
    {"owed", "sales, tax included"},
    {"tax", "of that tax"},
    {"discount", "discounts given"},
    {"tip", "tips, beside the sales"},
    {"paid", "paid"},
    {"refunded", "refunded"},
    {"forgiven", "refunded out of goodwill"},
    {"give_back", "still to give back"},
    {"collect", "still to collect"},
    {"held", "held by banks"},
    {"disputed", "disputed"},
    {"left_behind", "nobody came for it"},
};

static const char *const counts[] = {"orders",  "open",    "completed",  "cancelled",
                                     "refused", "flagged", "uncollected"};

static void print_money(const char *label, int64_t minor, unsigned digits)
{
    struct text amount = {0};
    menu_put_amount(&amount, minor, digits);
    (void)printf("  %-26s %12.*s\n", label, (int)amount.size, amount.data);
    text_close(&amount);
}

static void print_missing(const struct reply_node *report)
{
    const struct reply_node *missing = reply_find(report, "missing");
    for (size_t i = 0; i < reply_count(missing); i++) {
        (void)printf("not all of %s is in it yet\n", reply_text(reply_at(missing, i), "name"));
    }
    if (!reply_truth(report, "complete")) {
        (void)printf("the day has more orders than one report adds up\n");
    }
}

static void print_text(const struct reply_node *report, unsigned digits)
{
    const struct reply_node *methods = reply_find(report, "methods");
    const struct reply_node *rates = reply_find(report, "rates");
    const struct reply_node *tips = reply_find(report, "tips");
    (void)printf("day %" PRId64 "\n", reply_number(report, "day"));
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        (void)printf("  %-26s %12" PRId64 "\n", counts[i], reply_number(report, counts[i]));
    }
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        print_money(sums[i].text, reply_number(report, sums[i].field), digits);
    }
    for (size_t i = 0; i < reply_count(methods); i++) {
        const struct reply_node *method = reply_at(methods, i);
        (void)printf("%s\n", reply_text(method, "method"));
        print_money("paid", reply_number(method, "paid"), digits);
        print_money("refunded", reply_number(method, "refunded"), digits);
    }
    for (size_t i = 0; i < reply_count(rates); i++) {
        const struct reply_node *rate = reply_at(rates, i);
        const int64_t bp = reply_number(rate, "tax_bp");
        (void)printf("tax %" PRId64 ".%02" PRId64 " %%\n", bp / 100, bp % 100);
        print_money("net", reply_number(rate, "net"), digits);
        print_money("tax", reply_number(rate, "tax"), digits);
    }
    for (size_t i = 0; i < reply_count(tips); i++) {
        const struct reply_node *tip = reply_at(tips, i);
        (void)printf("tips of staff %" PRId64 "\n", reply_number(tip, "staff"));
        print_money("tips", reply_number(tip, "tip"), digits);
    }
    print_missing(report);
}

/* Rows of what, name, amount in minor units. */
static void print_csv(const struct reply_node *report)
{
    const struct reply_node *methods = reply_find(report, "methods");
    const struct reply_node *rates = reply_find(report, "rates");
    const struct reply_node *tips = reply_find(report, "tips");
    (void)printf("what,name,minor\n");
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        (void)printf("count,%s,%" PRId64 "\n", counts[i], reply_number(report, counts[i]));
    }
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        (void)printf("sum,%s,%" PRId64 "\n", sums[i].field, reply_number(report, sums[i].field));
    }
    for (size_t i = 0; i < reply_count(methods); i++) {
        const struct reply_node *method = reply_at(methods, i);
        (void)printf("paid,");
        report_print_quoted(reply_text(method, "method"));
        (void)printf(",%" PRId64 "\nrefunded,", reply_number(method, "paid"));
        report_print_quoted(reply_text(method, "method"));
        (void)printf(",%" PRId64 "\n", reply_number(method, "refunded"));
    }
    for (size_t i = 0; i < reply_count(rates); i++) {
        const struct reply_node *rate = reply_at(rates, i);
        (void)printf("net,%" PRId64 ",%" PRId64 "\n", reply_number(rate, "tax_bp"),
                     reply_number(rate, "net"));
        (void)printf("tax,%" PRId64 ",%" PRId64 "\n", reply_number(rate, "tax_bp"),
                     reply_number(rate, "tax"));
    }
    for (size_t i = 0; i < reply_count(tips); i++) {
        const struct reply_node *tip = reply_at(tips, i);
        (void)printf("tip,%" PRId64 ",%" PRId64 "\n", reply_number(tip, "staff"),
                     reply_number(tip, "tip"));
    }
}

static void show(const struct args *args, const struct text *body, unsigned digits)
{
    if (args_has(args, "json")) {
        (void)printf("%.*s\n", (int)body->size, body->data);
        return;
    }
    struct reply *reply = reply_new(body);
    if (args_has(args, "csv")) {
        print_csv(reply_root(reply));
    } else {
        print_text(reply_root(reply), digits);
    }
    if (reply_truth(reply_root(reply), "remaking")) {
        tell("this device's figures are being worked over, and may be as before: say it again in "
             "some seconds");
    }
    reply_free(reply);
}

/* What there is to say of @day; 0 = of the present one. */
static int report_get(struct door *door, uint64_t day, struct text *body)
{
    char path[64], missing[96];
    const int size = snprintf(path, sizeof path, "/api/reports/day");
    const struct http_request request = {.method = "GET", .path = path};
    if (day != 0) {
        (void)snprintf(path + size, sizeof path - (size_t)size, "?day=%llu",
                       (unsigned long long)day);
    }
    (void)snprintf(missing, sizeof missing,
                   "there was no day %llu; trestle day says which is the present one",
                   (unsigned long long)day);
    return door_find(door, &request, missing, body);
}

static bool has_form(const struct args *args)
{
    return args_has(args, "html") || args_has(args, "full") || args_has(args, "reconcile") ||
           args_flag(args, "beside") != NULL;
}

static void print_full(const struct args *args, const struct report_look *look)
{
    if (args_has(args, "html")) {
        report_print_html(look);
    } else if (args_has(args, "json")) {
        report_print_json(look);
    } else {
        print_csv(reply_find(look->trade, "report"));
        report_print_rows(look);
    }
}

/* The page, or all figures of it. What the API does not tell is read from the store when the door
 * is closed, which may have opened that itself. */
static int report_full(const struct args *args, uint64_t day)
{
    struct door *door = NULL;
    struct report_look look = {.before_name = ""};
    char state[PATH_BYTES_MAX];
    int status = place_state(args, state);
    if (status == EXIT_DONE) {
        status = door_open(args, &door);
    }
    if (status == EXIT_DONE && args_has(args, "reconcile")) {
        status = report_reconcile(door, day);
    }
    if (status == EXIT_DONE) {
        status = report_look(door, day, args_flag(args, "beside"), &look);
    }
    door_close(door);
    if (status == EXIT_DONE) {
        status = report_look_books(state, &look);
    }
    if (status == EXIT_DONE) {
        print_full(args, &look);
        status = fflush(stdout) == 0 ? EXIT_DONE : tell_failure("the report", ERR_FULL);
    }
    report_look_close(&look);
    return status;
}

static int report_short(const struct args *args, uint64_t day)
{
    struct text body = {0};
    unsigned digits = 2;
    struct door *door = NULL;
    int status = door_open(args, &door);
    if (status == EXIT_DONE) {
        status = door_digits(door, &digits);
    }
    if (status == EXIT_DONE) {
        status = report_get(door, day, &body);
    }
    if (status == EXIT_DONE) {
        show(args, &body, digits);
    }
    text_close(&body);
    door_close(door);
    return status;
}

int command_report(const struct args *args)
{
    uint64_t day;
    int status = day_flag(args, &day);
    if (status == EXIT_DONE && has_form(args) && !args_has(args, "html") &&
        !args_has(args, "json") && !args_has(args, "csv")) {
        tell("--full, --beside and --reconcile go with --html, --csv or --json");
        status = EXIT_USAGE;
    }
    if (status != EXIT_DONE) {
        return status;
    }
    return has_form(args) ? report_full(args, day) : report_short(args, day);
}
