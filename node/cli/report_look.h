/* report_look.h - all that a report of a trading day shows: how trade went, the day before or
 * another pop-up's day beside it, the cash sessions, who took something off, what was sold out,
 * whose journals are here, what the card provider says.
 *
 * Layer: node. The figures are the API's own, as /office shows them: nothing is added up here but
 * quarters of an hour into hours, and items into stalls.
 */
#ifndef TRESTLE_NODE_CLI_REPORT_LOOK_H
#define TRESTLE_NODE_CLI_REPORT_LOOK_H

#include "node/cli/door.h"
#include "node/cli/reply.h"
#include "node/cli/report_books.h"

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

/* What was asked for. */
enum report_body {
    BODY_TRADE,
    BODY_SESSION,
    BODY_BEFORE,
    BODY_DRAWERS,
    BODY_STALLS,
    BODY_STAFF,
    BODY_STATUS,
    BODY_RECONCILIATION,
    BODY_COUNT
};

struct report_look {
    struct text bodies[BODY_COUNT];
    struct reply *replies[BODY_COUNT];
    const struct reply_node *session, *trade, *drawers, *stalls, *staff, *status;
    const struct reply_node *reconciliation; /* NULL = the day was not compared */
    struct report_books *books;              /* by report_look_books() */
    const struct reply_node *before;         /* NULL = there is nothing to compare with */
    const char *before_name;                 /* "day 1", or of which pop-up */
    char before_text[32];
    bool is_beside; /* it is another pop-up's */
    unsigned digits;
    uint32_t hours_count;
    struct report_hour hours[REPORT_HOURS_MAX];
    uint32_t stalls_count;
    struct report_stall sums[REPORT_STALLS_MAX]; /* the last is of all further ones */
};

enum { REPORT_SCHEMA = 1 }; /* of report_print_json(): fields are only added within it */

/* Of @day, 0 = the present one. @beside: a file that report --json --full wrote, whose day is
 * compared with instead of the day before; NULL = none. EXIT_DONE, or told; closed either way by
 * report_look_close(). */
int report_look(struct door *door, uint64_t day, const char *beside, struct report_look *ret_look);
void report_look_close(struct report_look *look);

/* Before it: have a gateway compare the orders of @day, 0 = the present one, with the card
 * provider, and wait for it. EXIT_DONE, or told. */
int report_reconcile(struct door *door, uint64_t day);

/* What is read from the store in the state folder @state, when the door is closed. EXIT_DONE, or
 * told. */
int report_look_books(const char *state, struct report_look *look);

/* Of a person: "" = no record has it. */
const char *report_staff_name(const struct report_look *look, int64_t number);

/* A row of Trade.people: "Ann", "staff 7", "nobody signed in"; borrowed, or from @buffer. */
enum { REPORT_WHO_BYTES_MAX = 32 };
const char *report_who(const struct report_look *look, const struct reply_node *person,
                       char buffer[REPORT_WHO_BYTES_MAX]);

/* The report as one JSON object {schema, popup, currency, digits, trade: Trade, before: Trade or
 * null, beside: such an object or null, drawers: DrawerList, stalls: StallList, staff, closed,
 * devices, sold_out, reconciliation: Reconciliation or null}, docs/operating.md; as a table of rows
 * "what,name,minor" behind those of the day; and as a page of HTML that prints on one sheet. */
void report_print_json(const struct report_look *look);
void report_print_rows(const struct report_look *look);
void report_print_html(const struct report_look *look);

/* A name within a table of rows, quoted. */
void report_print_quoted(const char *text);

#endif
