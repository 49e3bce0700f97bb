#include "node/cli/report_look.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "node/os/file.h"

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

/* What a gateway found of this day; NULL: nobody has compared it, as far as this device was told.
 */
static const struct reply_node *reconciled(const struct report_look *look)
{
    const struct reply_node *told = reply_root(look->replies[BODY_RECONCILIATION]);
    const int64_t day = reply_number(told, "day"); /* 0 = of all days */
    const bool is_done = strcmp(reply_text(told, "state"), "done") == 0;
    return is_done && day == reply_number(look->trade, "day") ? told : NULL;
}

static int rest_ask(struct door *door, struct report_look *look)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/api/drawers?day=%" PRId64,
                   reply_number(look->trade, "day"));
    const struct {
        int at;
        const char *path;
    } rest[] = {{BODY_DRAWERS, path},
                {BODY_STALLS, "/api/stalls"},
                {BODY_STAFF, "/api/staff"},
                {BODY_STATUS, "/api/status"},
                {BODY_RECONCILIATION, "/api/reconciliation"}};
    int status = EXIT_DONE;
    for (size_t i = 0; i < sizeof rest / sizeof rest[0] && status == EXIT_DONE; i++) {
        status = ask(door, look, rest[i].at, rest[i].path, NULL);
    }
    look->drawers = reply_find(reply_root(look->replies[BODY_DRAWERS]), "drawers");
    look->stalls = reply_find(reply_root(look->replies[BODY_STALLS]), "stalls");
    look->staff = reply_find(reply_root(look->replies[BODY_STAFF]), "staff");
    look->status = reply_root(look->replies[BODY_STATUS]);
    look->reconciliation = reconciled(look);
    return status;
}

/* --- from the store itself --- */

static uint64_t id_of(const struct reply_node *node, const char *name)
{
    return strtoull(reply_text(node, name), NULL, 16);
}

int report_look_books(const char *state, struct report_look *look)
{
    struct report_heard heard[DEVICES_MAX];
    const struct reply_node *peers = reply_find(look->status, "peers");
    uint32_t count = 0;
    look->books = calloc(1, sizeof *look->books);
    if (look->books == NULL) {
        return tell_failure(state, ERR_NO_MEMORY);
    }
    for (size_t i = 0; i < reply_count(peers) && count < DEVICES_MAX; i++) {
        const struct reply_node *peer = reply_at(peers, i);
        heard[count++] = (struct report_heard){.device = id_of(peer, "device"),
                                               .ahead = (uint64_t)reply_number(peer, "ahead"),
                                               .is_linked = reply_truth(peer, "linked")};
    }
    return report_books_read(state, (uint64_t)reply_number(look->trade, "day"),
                             id_of(look->status, "device"), heard, count, look->books);
}

const char *report_staff_name(const struct report_look *look, int64_t number)
{
    for (size_t i = 0; i < reply_count(look->staff); i++) {
        const struct reply_node *person = reply_at(look->staff, i);
        if (reply_number(person, "number") == number) {
            return reply_text(person, "name");
        }
    }
    return "";
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
    free(look->books);
}

const char *report_who(const struct report_look *look, const struct reply_node *person,
                       char buffer[REPORT_WHO_BYTES_MAX])
{
    const char *by = reply_text(person, "by");
    const char *name = report_staff_name(look, reply_number(person, "staff"));
    if (strcmp(by, "nobody") == 0) {
        return "nobody signed in";
    }
    if (strcmp(by, "rule") == 0) {
        return "by itself: refused";
    }
    if (strcmp(by, "provider") == 0) {
        return "at the card provider";
    }
    (void)snprintf(buffer, REPORT_WHO_BYTES_MAX, "staff %" PRId64, reply_number(person, "staff"));
    return name[0] != '\0' ? name : buffer;
}
