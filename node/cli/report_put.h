/* report_put.h - pieces of a report's page, written to standard output; only for report_*.c.
 *
 * Layer: node. What may come from a person is escaped here: the page holds no script and fetches
 * nothing.
 */
#ifndef TRESTLE_NODE_CLI_REPORT_PUT_H
#define TRESTLE_NODE_CLI_REPORT_PUT_H

#include "node/cli/report_look.h"

/* What one sheet has room for; the rest is added up in a table's last row. */
enum {
    ITEMS_SHOWN = 12,
    ROWS_SHOWN = 8,
    DRAWERS_SHOWN = 6,
    PEOPLE_SHOWN = 7,
    SPELLS_SHOWN = 8,
    BOOKS_SHOWN = 8,
};

/* Text of ours, as it is. */
void put(const char *text);
/* Anybody's text. */
void put_escaped(const char *text);
/* @minor in units of the pop-up's currency. */
void put_amount(const struct report_look *look, int64_t minor);

/* Begin a row with its name; the caller ends it with "</tr>". */
void cell_name(const char *name);
void cell_amount(const struct report_look *look, int64_t minor);
void cell_count(int64_t count);
/* By this machine's clock: "19:42"; with the date where it is of another date than @day_ms. Empty
 * of 0. */
enum { REPORT_TIME_BYTES_MAX = 24 };
void report_time_print(int64_t at_ms, int64_t day_ms, char ret_text[REPORT_TIME_BYTES_MAX]);
void cell_time(int64_t at_ms, int64_t day_ms);

/* @heads: words with commas between; the first column has none. */
void table_begin_named(const char *id, const char *title, const char *heads);
void table_end(void);

/* Who took something off, who was sold out of what, whose journals are here, and what the card
 * provider says. */
void put_people(const struct report_look *look);
void put_sold_out(const struct report_look *look);
void put_devices(const struct report_look *look);
void put_provider(const struct report_look *look);

#endif
