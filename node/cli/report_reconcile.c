/* trestle report --reconcile: a gateway compares the day with the card provider first. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "node/api/reconcile.h"
#include "node/cli/report_look.h"
#include "node/os/clock.h"

enum { LOOKS_MAX = 450, LOOK_MS = 200 }; /* a gateway reads weeks of payments in a minute */

static const int64_t day_length_ms = 86400000;

/* How far back the provider has to look so that it sees all of the day. */
static unsigned days_back(const struct reply_node *trade)
{
    const int64_t first = reply_number(reply_at(reply_find(trade, "slots"), 0), "at");
    const int64_t days = first == 0 ? 0 : (clock_wall_ms() - first) / day_length_ms + 2;
    const int64_t least = days > RECONCILE_DAYS ? days : RECONCILE_DAYS;
    return least < RECONCILE_DAYS_MAX ? (unsigned)least : RECONCILE_DAYS_MAX;
}

/* The wish for @day as JSON; 0 = the present one. EXIT_DONE, or told. */
static int wish_print(struct door *door, uint64_t day, char *wish, size_t size)
{
    char path[64] = "/api/reports/trade";
    struct text body = {0};
    if (day != 0) {
        (void)snprintf(path, sizeof path, "/api/reports/trade?day=%" PRIu64, day);
    }
    const struct http_request request = {.method = "GET", .path = path};
    const int status = door_get(door, &request, &body);
    if (status == EXIT_DONE) {
        struct reply *reply = reply_new(&body);
        const struct reply_node *trade = reply_root(reply);
        (void)snprintf(wish, size, "{\"day\":%" PRId64 ",\"days\":%u}", reply_number(trade, "day"),
                       days_back(trade));
        reply_free(reply);
    }
    text_close(&body);
    return status;
}

/* Whether it is over; *@ret_status says how it ended. */
static bool is_over(struct door *door, int *ret_status)
{
    const struct http_request request = {.method = "GET", .path = "/api/reconciliation"};
    struct text body = {0};
    bool is_it = true;
    *ret_status = door_get(door, &request, &body);
    if (*ret_status == EXIT_DONE) {
        struct reply *reply = reply_new(&body);
        const struct reply_node *told = reply_root(reply);
        const char *state = reply_text(told, "state");
        is_it = strcmp(state, "asked") != 0 && strcmp(state, "reading") != 0;
        if (is_it && strcmp(state, "done") != 0) {
            const char *problem = reply_text(told, "problem");
            tell("the day could not be compared with the card provider%s%s",
                 problem[0] == '\0' ? "" : ": ", problem);
            *ret_status = EXIT_FAILED;
        }
        reply_free(reply);
    }
    text_close(&body);
    return is_it;
}

int report_reconcile(struct door *door, uint64_t day)
{
    static const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
    char wish[64];
    struct text body = {0};
    int status = wish_print(door, day, wish, sizeof wish);
    if (status != EXIT_DONE) {
        return status;
    }
    const struct http_request request = {
        .method = "POST", .path = "/api/reconciliation", .body = bytes_of_text(wish)};
    status = door_get(door, &request, &body);
    text_close(&body);
    for (int looks = 0; status == EXIT_DONE; looks++) {
        if (is_over(door, &status)) {
            return status;
        }
        if (looks == LOOKS_MAX) {
            tell("no gateway has compared the day yet; ask again in a while");
            return EXIT_FAILED;
        }
        (void)nanosleep(&pause, NULL);
    }
    return status;
}
