#include "node/cli/report_look.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/os/file.h"

enum { BODY_NONE = -1, BODY_TRADE, BODY_SESSION, BODY_BEFORE, BODY_DRAWERS, BODY_STALLS };
enum { BESIDE_BYTES_MAX = 4 * 1024 * 1024, SECONDS_MS = 1000 };

static int ask(struct door *door, struct report_look *look, int at, const char *path,
               const char *missing)
{
    const struct http_request request = {.method = "GET", .path = path};
    const int status = door_find(door, &request, missing, &look->bodies[at]);
    if (status == EXIT_DONE) {
        look->replies[at] = reply_new(&look->bodies[at]);
    }
    return status;
}

/* --- what is beside it --- */

/* What `trestle report --json --full` of another pop-up wrote. */
static int beside_read(const char *path, struct report_look *look)
{
    uint8_t *data = NULL;
    size_t size = 0;
    const int err = file_read(path, BESIDE_BYTES_MAX, &data, &size);
    if (err != 0) {
        return err == ERR_NOT_FOUND ? tell_no_file(path) : tell_failure(path, err);
    }
    text_append(&look->bodies[BODY_BEFORE], data, size);
    free(data);
    look->replies[BODY_BEFORE] = reply_new(&look->bodies[BODY_BEFORE]);
    const struct reply_node *root = reply_root(look->replies[BODY_BEFORE]);
    look->before = reply_find(root, "trade");
    look->before_name = reply_text(root, "popup");
    look->is_beside = true;
    if (look->before != NULL && reply_number(root, "digits") == (int64_t)look->digits) {
        return EXIT_DONE;
    }
    tell("%s: is no report with amounts as here; trestle report --json --full writes one", path);
    return EXIT_FAILED;
}

static int before_ask(struct door *door, struct report_look *look)
{
    char path[64];
    const int64_t day = reply_number(look->trade, "day") - 1;
    if (day < 1) {
        return EXIT_DONE;
    }
    (void)snprintf(path, sizeof path, "/api/reports/trade?day=%" PRId64, day);
    const int status = ask(door, look, BODY_BEFORE, path, NULL);
    if (status == EXIT_DONE) {
        look->before = reply_root(look->replies[BODY_BEFORE]);
        (void)snprintf(look->before_text, sizeof look->before_text, "day %" PRId64, day);
        look->before_name = look->before_text;
    }
    return status;
}

/* --- hours and stalls --- */

static unsigned hour_of(int64_t at_ms)
{
    struct tm parts;
    const time_t seconds = (time_t)(at_ms / SECONDS_MS);
    return localtime_r(&seconds, &parts) == NULL ? 0 : (unsigned)parts.tm_hour;
}

/* Each list of slots, added to the hours as they lie from midnight on. */
static void slots_add(struct report_look *look, const struct reply_node *slots, bool is_before)
{
    for (size_t i = 0; i < reply_count(slots); i++) {
        const struct reply_node *slot = reply_at(slots, i);
        struct report_hour *hour = &look->hours[hour_of(reply_number(slot, "at"))];
        *(is_before ? &hour->before_orders : &hour->orders) += reply_number(slot, "orders");
        *(is_before ? &hour->before_owed_minor : &hour->owed_minor) += reply_number(slot, "owed");
    }
}

static bool is_idle(const struct report_hour *hours, uint32_t at)
{
    const struct report_hour *hour = &hours[at % REPORT_HOURS_MAX];
    return hour->orders == 0 && hour->before_orders == 0;
}

/* A night goes over midnight: it begins behind the longest time without an order. */
static uint32_t night_end(const struct report_hour *hours, uint32_t *ret_idle)
{
    uint32_t end = 0, longest = 0, idle = 0;
    for (uint32_t at = 0; at < 2 * REPORT_HOURS_MAX && idle < REPORT_HOURS_MAX; at++) {
        idle = is_idle(hours, at) ? idle + 1 : 0;
        if (idle > longest) {
            longest = idle;
            end = at + 1;
        }
    }
    *ret_idle = longest;
    return end;
}

static void hours_sum(struct report_look *look)
{
    struct report_hour hours[REPORT_HOURS_MAX];
    uint32_t idle = 0;
    for (uint32_t i = 0; i < REPORT_HOURS_MAX; i++) {
        look->hours[i].hour = i;
    }
    slots_add(look, reply_find(look->trade, "slots"), false);
    slots_add(look, reply_find(look->before, "slots"), true);
    const uint32_t first = night_end(look->hours, &idle);
    memcpy(hours, look->hours, sizeof hours);
    look->hours_count = REPORT_HOURS_MAX - idle;
    for (uint32_t i = 0; i < look->hours_count; i++) {
        look->hours[i] = hours[(first + i) % REPORT_HOURS_MAX];
    }
}

static const char *stall_name(const struct report_look *look, int64_t number)
{
    for (size_t i = 0; i < reply_count(look->stalls); i++) {
        const struct reply_node *stall = reply_at(look->stalls, i);
        if (reply_number(stall, "number") == number) {
            return reply_text(stall, "name");
        }
    }
    return number == 0 ? "of no stall" : "";
}

static struct report_stall *stall_of(struct report_look *look, int64_t number)
{
    for (uint32_t i = 0; i < look->stalls_count; i++) {
        if (look->sums[i].number == number) {
            return &look->sums[i];
        }
    }
    if (look->stalls_count == REPORT_STALLS_MAX) {
        return &look->sums[REPORT_STALLS_MAX - 1];
    }
    struct report_stall *sum = &look->sums[look->stalls_count++];
    sum->number = number;
    sum->name = stall_name(look, number);
    return sum;
}

static void stalls_sum(struct report_look *look)
{
    const struct reply_node *items = reply_find(look->trade, "items");
    for (size_t i = 0; i < reply_count(items); i++) {
        const struct reply_node *item = reply_at(items, i);
        struct report_stall *sum = stall_of(look, reply_number(item, "stall"));
        sum->units += reply_number(item, "units");
        sum->owed_minor += reply_number(item, "owed");
    }
}

/* --- all of it --- */

static int trade_ask(struct door *door, uint64_t day, struct report_look *look)
{
    char path[64] = "/api/reports/trade", missing[96];
    if (day != 0) {
        (void)snprintf(path, sizeof path, "/api/reports/trade?day=%" PRIu64, day);
    }
    (void)snprintf(missing, sizeof missing,
                   "there was no day %" PRIu64 "; trestle day says which is the present one", day);
    const int status = ask(door, look, BODY_TRADE, path, missing);
    look->trade = reply_root(look->replies[BODY_TRADE]);
    return status;
}

static int rest_ask(struct door *door, struct report_look *look)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/api/drawers?day=%" PRId64,
                   reply_number(look->trade, "day"));
    int status = ask(door, look, BODY_DRAWERS, path, NULL);
    if (status == EXIT_DONE) {
        status = ask(door, look, BODY_STALLS, "/api/stalls", NULL);
    }
    look->drawers = reply_find(reply_root(look->replies[BODY_DRAWERS]), "drawers");
    look->stalls = reply_find(reply_root(look->replies[BODY_STALLS]), "stalls");
    return status;
}

int report_look(struct door *door, uint64_t day, const char *beside, struct report_look *ret_look)
{
    struct report_look *look = ret_look;
    *look = (struct report_look){.before_name = ""};
    int status = ask(door, look, BODY_SESSION, "/api/session", NULL);
    look->session = reply_root(look->replies[BODY_SESSION]);
    look->digits = (unsigned)reply_number(look->session, "digits");
    if (status == EXIT_DONE) {
        status = trade_ask(door, day, look);
    }
    if (status == EXIT_DONE) {
        status = beside != NULL ? beside_read(beside, look) : before_ask(door, look);
    }
    if (status == EXIT_DONE) {
        status = rest_ask(door, look);
    }
    if (status == EXIT_DONE) {
        hours_sum(look);
        stalls_sum(look);
    }
    return status;
}

void report_look_close(struct report_look *look)
{
    for (size_t i = 0; i < sizeof look->bodies / sizeof look->bodies[0]; i++) {
        reply_free(look->replies[i]);
        text_close(&look->bodies[i]);
    }
}

/* --- as JSON and as rows --- */

static void print_body(const struct report_look *look, int at)
{
    if (at == BODY_NONE) {
        (void)fputs("null", stdout);
    } else {
        (void)printf("%.*s", (int)look->bodies[at].size, look->bodies[at].data);
    }
}

void report_print_json(const struct report_look *look)
{
    struct text text = {0};
    text_append_text(&text, "{\"popup\":");
    text_append_json(&text, reply_text(look->session, "popup"));
    text_append_text(&text, ",\"currency\":");
    text_append_json(&text, reply_text(look->session, "currency"));
    (void)printf("%.*s,\"digits\":%u,\"trade\":%.*s,\"before\":", (int)text.size, text.data,
                 look->digits, (int)look->bodies[BODY_TRADE].size, look->bodies[BODY_TRADE].data);
    text_close(&text);
    print_body(look, look->before != NULL && !look->is_beside ? BODY_BEFORE : BODY_NONE);
    (void)fputs(",\"beside\":", stdout);
    print_body(look, look->is_beside ? BODY_BEFORE : BODY_NONE);
    (void)printf(",\"drawers\":%.*s,\"stalls\":%.*s}\n", (int)look->bodies[BODY_DRAWERS].size,
                 look->bodies[BODY_DRAWERS].data, (int)look->bodies[BODY_STALLS].size,
                 look->bodies[BODY_STALLS].data);
}

void report_print_quoted(const char *text)
{
    (void)putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            (void)putchar('"');
        }
        (void)putchar(*text);
    }
    (void)putchar('"');
}

/* A spreadsheet would take such a name for a formula. */
static bool is_formula(const char *name)
{
    return name[0] != '\0' && strchr("=+-@\t\r", name[0]) != NULL;
}

static void print_row(const char *what, const char *name, int64_t number)
{
    struct text text = {0};
    text_append_text(&text, is_formula(name) ? "'" : "");
    text_append_text(&text, name);
    text_append(&text, "", 1);
    (void)printf("%s,", what);
    report_print_quoted(text.data);
    text_close(&text);
    (void)printf(",%" PRId64 "\n", number);
}

static void print_shares(const struct report_look *look, const char *list, const char *what)
{
    const struct reply_node *shares = reply_find(look->trade, list);
    for (size_t i = 0; i < reply_count(shares); i++) {
        const struct reply_node *share = reply_at(shares, i);
        print_row(what, reply_text(share, "name"), reply_number(share, "owed"));
    }
}

static void print_items(const struct report_look *look)
{
    const struct reply_node *items = reply_find(look->trade, "items");
    for (size_t i = 0; i < reply_count(items); i++) {
        const struct reply_node *item = reply_at(items, i);
        print_row("item", reply_text(item, "name"), reply_number(item, "owed"));
        print_row("item-units", reply_text(item, "name"), reply_number(item, "units"));
    }
}

static void print_waits(const struct report_look *look)
{
    static const char *const waits[] = {"waiting", "cooking", "handing"};
    static const char *const parts[] = {"orders", "half", "most", "nearly_all"};
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        const struct reply_node *wait = reply_find(look->trade, waits[i]);
        for (size_t at = 0; at < sizeof parts / sizeof parts[0]; at++) {
            print_row(waits[i], parts[at], reply_number(wait, parts[at]));
        }
    }
}

static void print_losses(const struct report_look *look)
{
    static const char *const losses[] = {"voided", "refused", "uncollected"};
    for (size_t i = 0; i < sizeof losses / sizeof losses[0]; i++) {
        const struct reply_node *loss = reply_find(look->trade, losses[i]);
        print_row("loss", losses[i], reply_number(loss, "amount"));
        print_row("loss-units", losses[i], reply_number(loss, "units"));
    }
    print_row("loss", "cancelled", reply_number(look->trade, "cancelled_owed"));
}

static void print_drawers(const struct report_look *look)
{
    static const char *const parts[] = {"float", "cash", "expected"};
    for (size_t i = 0; i < reply_count(look->drawers); i++) {
        const struct reply_node *drawer = reply_at(look->drawers, i);
        const struct reply_node *counts = reply_find(drawer, "counts");
        char name[64];
        for (size_t at = 0; at < sizeof parts / sizeof parts[0]; at++) {
            (void)snprintf(name, sizeof name, "%" PRId64 " %s", reply_number(drawer, "number"),
                           parts[at]);
            print_row("drawer", name, reply_number(drawer, parts[at]));
        }
        for (size_t at = 0; at < reply_count(counts); at++) {
            const struct reply_node *count = reply_at(counts, at);
            (void)snprintf(name, sizeof name, "%" PRId64 " counted",
                           reply_number(drawer, "number"));
            print_row("drawer", name, reply_number(count, "counted"));
        }
    }
}

void report_print_rows(const struct report_look *look)
{
    char hour[16];
    for (uint32_t i = 0; i < look->hours_count; i++) {
        (void)snprintf(hour, sizeof hour, "%02u:00", look->hours[i].hour);
        print_row("hour", hour, look->hours[i].owed_minor);
        print_row("hour-orders", hour, look->hours[i].orders);
    }
    for (uint32_t i = 0; i < look->stalls_count; i++) {
        print_row("stall", look->sums[i].name, look->sums[i].owed_minor);
    }
    print_items(look);
    print_shares(look, "channels", "channel");
    print_shares(look, "modes", "mode");
    print_waits(look);
    print_losses(look);
    print_drawers(look);
    if (look->before != NULL) {
        const struct reply_node *report = reply_find(look->before, "report");
        print_row("before", "orders", reply_number(report, "orders"));
        print_row("before", "owed", reply_number(report, "owed"));
    }
}
