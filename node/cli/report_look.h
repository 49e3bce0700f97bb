/* report_look.h - all that a report of a trading day shows: how trade went, the day before or
 * another pop-up's day beside it, the cash sessions.
 *
 * Layer: node. The figures are the API's own, as /office shows them: nothing is added up here but
 * quarters of an hour into hours, and items into stalls.
 */
#ifndef TRESTLE_NODE_CLI_REPORT_LOOK_H
#define TRESTLE_NODE_CLI_REPORT_LOOK_H

#include "node/cli/door.h"
#include "node/cli/reply.h"

enum { REPORT_HOURS_MAX = 24, REPORT_STALLS_MAX = 64 };

/* By the clock of this machine (TZ). A night goes over midnight: the first is the one behind the
 * longest time without an order. */
struct report_hour {
    unsigned hour; /* 0..23 */
    int64_t orders, owed_minor;
    int64_t before_orders, before_owed_minor;
};

struct report_stall {
    int64_t number; /* 0 = none */
    const char *name;
    int64_t units, owed_minor;
};

struct report_look {
    struct text bodies[5];
    struct reply *replies[5];
    const struct reply_node *session, *trade, *drawers, *stalls;
    const struct reply_node *before; /* NULL = there is nothing to compare with */
    const char *before_name;         /* "day 1", or of which pop-up */
    char before_text[32];
    bool is_beside; /* it is another pop-up's */
    unsigned digits;
    uint32_t hours_count;
    struct report_hour hours[REPORT_HOURS_MAX];
    uint32_t stalls_count;
    struct report_stall sums[REPORT_STALLS_MAX]; /* the last is of all further ones */
};

/* Of @day, 0 = the present one. @beside: a file that report --json --full wrote, whose day is
 * compared with instead of the day before; NULL = none. EXIT_DONE, or told; closed either way by
 * report_look_close(). */
int report_look(struct door *door, uint64_t day, const char *beside, struct report_look *ret_look);
void report_look_close(struct report_look *look);

/* The report as one JSON object {popup, currency, digits, trade: Trade, before: Trade or null,
 * beside: such an object or null, drawers: DrawerList, stalls: StallList}, as a table of rows
 * "what,name,minor" behind those of the day, and as a page of HTML that prints on one sheet. */
void report_print_json(const struct report_look *look);
void report_print_rows(const struct report_look *look);
void report_print_html(const struct report_look *look);

/* A name within a table of rows, quoted. */
void report_print_quoted(const char *text);

#endif
