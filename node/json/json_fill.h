/* json_fill.h - what the files that fill commands share: json_fill.c (which body belongs to which
 * command), json_fill_order.c (orders, carts), json_fill_menu.c (menu, pop-up, stock),
 * json_fill_record.c (records, people, drawers).
 *
 * Layer: node, for those files alone. Every body has passed its schema.
 */
#ifndef TRESTLE_NODE_API_JSON_FILL_H
#define TRESTLE_NODE_API_JSON_FILL_H

#include "node/json/fill.h"
#include "node/json/json_build.h"
#include "node/json/json_read.h"

/* A body on its way into a command. Errors stick: the first one wins. */
struct fill {
    const struct json_value *body;
    struct api_command *into;
    struct command *command;
    char *where;
    int err;
};

/* json_fill.c: what is wrong, and where. */
void fill_fail(struct fill *fill, int err, const char *what);
/* Of the body. */
bool fill_has(const struct fill *fill, const char *name);
bool fill_truth(const struct fill *fill, const char *name);
/* A text of @object in the command's own storage; empty when it was left out. */
struct bytes fill_text(struct fill *fill, const struct json_value *object, const char *name);
/* What the body says as @name into the field. */
void fill_field_text(struct fill *fill, const char *name, struct wanted_field *field);
void fill_field_number(struct fill *fill, const char *name, struct wanted_field *field);
void fill_field_truth(struct fill *fill, const char *name, struct wanted_field *field);

/* json_fill_order.c: each fills the command of one body, or of several alike. */
void fill_ids(struct fill *fill);
/* Its one line is the body itself. */
void fill_cart_add(struct fill *fill);
void fill_cart_set(struct fill *fill);
/* What the code says: see cart.h. */
void fill_table_sit(struct fill *fill);
void fill_quote(struct fill *fill);
void fill_quote_drop(struct fill *fill);
void fill_place(struct fill *fill);
void fill_lines_add(struct fill *fill);
void fill_line_set(struct fill *fill);
void fill_reason(struct fill *fill);
void fill_accept(struct fill *fill);
void fill_recall(struct fill *fill);
void fill_amend(struct fill *fill);
void fill_hand_over(struct fill *fill);
void fill_money(struct fill *fill);
void fill_discount(struct fill *fill);
void fill_tip(struct fill *fill);
void fill_wish(struct fill *fill);
void fill_seen(struct fill *fill);
void fill_print(struct fill *fill);

/* json_fill_record.c */
void fill_record(struct fill *fill);
/* The PIN itself goes to the devices in a blob. */
void fill_pin(struct fill *fill);
void fill_review(struct fill *fill);
void fill_review_hide(struct fill *fill);
void fill_menu_choice(struct fill *fill);
void fill_station_busy(struct fill *fill);
void fill_drawer_open(struct fill *fill);
void fill_drawer_move(struct fill *fill);
void fill_drawer_count(struct fill *fill);
void fill_role(struct fill *fill);
void fill_name(struct fill *fill);
/* The body itself goes to a file: node/api/blob.h. */
void fill_bytes(struct fill *fill);

/* json_fill_menu.c */
void fill_menu(struct fill *fill);
void fill_stock(struct fill *fill);
void fill_popup(struct fill *fill);
void fill_day(struct fill *fill);

#endif
