#include "node/cli/event_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/cli/menu_file.h"
#include "node/cli/terminal.h"
#include "sync/domain/menu_events.h"
#include "sync/domain/order_events.h"

enum { WORD_BYTES_MAX = 128 };

static void put_number(struct text *to, int64_t number)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%" PRId64, number);
    text_append_text(to, digits);
}

/* What people typed: cut to a line, and nothing in it moves a cursor. */
static void put_said(struct text *to, const char *before, struct bytes said)
{
    char text[WORD_BYTES_MAX];
    size_t size = said.size < sizeof text ? said.size : sizeof text - 1;
    while (size < said.size && size > 0 && (said.data[size] & 0xc0) == 0x80) {
        size--; /* no half a letter */
    }
    if (size > 0) {
        (void)snprintf(text, sizeof text, "%.*s", (int)size, (const char *)said.data);
        text_disarm(text);
        text_append_text(to, before);
        text_append_text(to, text);
    }
}

/* --- those that say more than that they happened --- */

static void say_open(const struct event *event, const struct event_scene *scene, struct text *to)
{
    int64_t units = 0;
    (void)event;
    for (uint32_t i = 0; scene->order != NULL && i < scene->order->lines_count; i++) {
        units += scene->order->lines[i].quantity;
    }
    text_append_text(to, " placed, ");
    put_number(to, units);
    text_append_text(to, units == 1 ? " item" : " items");
    if (scene->order != NULL) {
        put_said(to, ", ", scene->order->mode);
        put_said(to, ", ", scene->order->channel);
    }
}

static void say_line(const struct event *event, const struct event_scene *scene, struct text *to)
{
    struct line_add add;
    (void)scene;
    if (line_add_decode(event->body, &add) == 0) {
        text_append_text(to, ": ");
        put_number(to, add.quantity);
        put_said(to, " x ", add.name);
    }
}

static void say_pay(const struct event *event, const struct event_scene *scene, struct text *to)
{
    struct order_pay pay;
    if (order_pay_decode(event->body, &pay) == 0) {
        text_append_text(to, ": ");
        menu_put_amount(to, pay.amount_minor, scene->digits);
        put_said(to, " taken, ", pay.method);
    }
}

static void say_refund(const struct event *event, const struct event_scene *scene, struct text *to)
{
    struct order_refund refund;
    if (order_refund_decode(event->body, &refund) == 0) {
        text_append_text(to, ": ");
        menu_put_amount(to, refund.amount_minor, scene->digits);
        put_said(to, " given back, ", refund.method);
        put_said(to, ": ", refund.reason);
    }
}

static void say_discount(const struct event *event, const struct event_scene *scene,
                         struct text *to)
{
    struct order_discount discount;
    int64_t sum = 0;
    if (order_discount_decode(event->body, &discount) != 0) {
        return;
    }
    for (uint32_t i = 0; i < discount.lines_count; i++) {
        sum += discount.lines[i].amount_minor;
    }
    text_append_text(to, ": discount of ");
    menu_put_amount(to, sum, scene->digits);
    put_said(to, ": ", discount.reason);
}

static void say_cancel(const struct event *event, const struct event_scene *scene, struct text *to)
{
    struct order_cancel cancel;
    (void)scene;
    text_append_text(to, " cancelled");
    if (order_cancel_decode(event->body, &cancel) == 0) {
        put_said(to, ": ", cancel.reason);
    }
}

static void say_refuse(const struct event *event, const struct event_scene *scene, struct text *to)
{
    struct order_refuse refuse;
    (void)scene;
    text_append_text(to, ": refused");
    if (order_refuse_decode(event->body, &refuse) == 0) {
        put_said(to, ": ", refuse.reason);
    }
}

static void say_handed(const struct event *event, const struct event_scene *scene, struct text *to)
{
    struct order_handed handed;
    (void)scene;
    if (order_handed_decode(event->body, &handed) == 0) {
        text_append_text(to, handed.is_uncollected ? ": nobody came for it" : ": handed over");
    }
}

static void say_void(const struct event *event, const struct event_scene *scene, struct text *to)
{
    struct line_void voided;
    (void)scene;
    text_append_text(to, ": taken off");
    if (line_void_decode(event->body, &voided) == 0) {
        put_said(to, ": ", voided.reason);
    }
}

static void say_available(const struct event *event, const struct event_scene *scene,
                          struct text *to)
{
    struct menu_available available;
    (void)scene;
    if (menu_available_decode(event->body, &available) == 0) {
        text_append_text(to, available.is_available ? "an item is to be had again"
                                                    : "an item is sold out");
    }
}

static void say_choice(const struct event *event, const struct event_scene *scene, struct text *to)
{
    struct menu_choice_said said;
    (void)scene;
    if (menu_choice_decode(event->body, &said) == 0) {
        text_append_text(to, said.is_available ? "a choice is to be had again" : "a choice is out");
        put_said(to, ": ", said.choice);
    }
}

static void say_day(const struct event *event, const struct event_scene *scene, struct text *to)
{
    struct day_open open;
    (void)scene;
    if (day_open_decode(event->body, &open) == 0) {
        text_append_text(to, "day ");
        put_number(to, (int64_t)open.n);
        text_append_text(to, " is open");
    }
}

/* --- all of them --- */

/* Of an order's events the words come behind its number. */
static const struct {
    enum event_type type;
    const char *words;
    void (*say)(const struct event *event, const struct event_scene *scene, struct text *to);
} rows[] = {
    {EVENT_LOG_OPEN, "a journal begins", NULL},
    {EVENT_LOG_CERT, "a device has new papers", NULL},
    {EVENT_ROSTER_SAW, "this device knows what people may do", NULL},
    {EVENT_DEVICE_ADD, "a device joined", NULL},
    {EVENT_DEVICE_CAPS, "a device has another role", NULL},
    {EVENT_LOG_FORK, "a journal was found in two versions", NULL},
    {EVENT_LOG_REVOKE, "a device was revoked", NULL},
    {EVENT_LOG_RETIRE, "a device was retired", NULL},
    {EVENT_SALVAGE, "what another journal lost is carried on", NULL},
    {EVENT_STAFF_ROLE, "a person may do something else", NULL},
    {EVENT_DEVICE_PLACE, "says where it is reached", NULL},
    {EVENT_ORDER_OPEN, NULL, say_open},
    {EVENT_LINE_ADD, NULL, say_line},
    {EVENT_LINE_SET, ": a line changed", NULL},
    {EVENT_LINE_VOID, NULL, say_void},
    {EVENT_ACCEPT, " accepted", NULL},
    {EVENT_REFUSE, NULL, say_refuse},
    {EVENT_START, ": begun", NULL},
    {EVENT_DONE, ": done", NULL},
    {EVENT_RECALL, ": back to the kitchen", NULL},
    {EVENT_HANDED, NULL, say_handed},
    {EVENT_UNHAND, ": not handed over after all", NULL},
    {EVENT_CANCEL, NULL, say_cancel},
    {EVENT_REINSTATE, " stands again", NULL},
    {EVENT_AMEND, ": the kitchen answered a late change", NULL},
    {EVENT_DISCOUNT, NULL, say_discount},
    {EVENT_SEEN, ": a kitchen's screen shows it", NULL},
    {EVENT_ORDER_DROP, ": was no sale", NULL},
    {EVENT_LAPSE, " lapsed", NULL},
    {EVENT_CONTACT, ": its guest can be reached", NULL},
    {EVENT_PRINT_CLAIM, ": a printer takes it", NULL},
    {EVENT_PRINT_DONE, ": printed, or given up", NULL},
    {EVENT_RECEIPT, ": has a receipt", NULL},
    {EVENT_TIP_SET, ": has a tip", NULL},
    {EVENT_PAY, NULL, say_pay},
    {EVENT_REFUND, NULL, say_refund},
    {EVENT_PAY_INTENT, ": the card provider told of its payment", NULL},
    {EVENT_PAY_REFUND, ": the card provider told of a refund", NULL},
    {EVENT_PAY_DISPUTE, ": the card provider told of a dispute", NULL},
    {EVENT_REFUND_WISH, ": a card is to be given back to", NULL},
    {EVENT_REFUND_AUTO, ": a card is to be given back to", NULL},
    {EVENT_PAY_SEEN, ": the card provider's books were looked at", NULL},
    {EVENT_MENU_SET, "the menu changed", NULL},
    {EVENT_MENU_AVAILABLE, NULL, say_available},
    {EVENT_MENU_CHOICE, NULL, say_choice},
    {EVENT_STOCK_ADD, "stock was put there, or taken away", NULL},
    {EVENT_STOCK_GIVE, "stock was passed on", NULL},
    {EVENT_STOCK_TAKE, "stock was sold", NULL},
    {EVENT_STOCK_UNDO, "stock is there again", NULL},
    {EVENT_STOCK_COUNT, "stock was counted", NULL},
    {EVENT_POPUP_SET, "the pop-up's settings changed", NULL},
    {EVENT_DAY_OPEN, NULL, say_day},
    {EVENT_DAY_CLOSE, "a day was closed", NULL},
    {EVENT_BLOB_ADD, "a photo, a name or a text was kept", NULL},
    {EVENT_BLOB_ERASE, "a photo, a name or a text was erased", NULL},
    {EVENT_STALL_SET, "a stall changed", NULL},
    {EVENT_STATION_SET, "a station changed", NULL},
    {EVENT_STATION_BUSY, "how long guests wait for a station", NULL},
    {EVENT_STAFF_SET, "a person's record changed", NULL},
    {EVENT_TAX_SET, "a tax changed", NULL},
    {EVENT_OFFER_SET, "an offer changed", NULL},
    {EVENT_PRINTER_SET, "a printer changed", NULL},
    {EVENT_REVIEW_SET, "a guest said how it was", NULL},
    {EVENT_REVIEW_HIDE, "a review was hidden, or is shown again", NULL},
    {EVENT_DRAWER_OPEN, "a cash drawer was opened", NULL},
    {EVENT_DRAWER_MOVE, "cash was put in or taken out", NULL},
    {EVENT_DRAWER_COUNT, "a cash drawer was counted", NULL},
    {EVENT_SHEET_SET, "a table has other codes", NULL},
    {EVENT_SHEET_CLEAR, "others sit at a table", NULL},
};

void event_words(const struct event *event, const struct event_scene *scene, struct text *to)
{
    const struct event_info *info = event_info_find(event->type);
    if (info != NULL && info->kind == KIND_ORDER) {
        text_append_text(to, scene->number[0] == '\0' ? "an order" : "order ");
        text_append_text(to, scene->number);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (event->type != (uint32_t)rows[i].type) {
            continue;
        }
        if (rows[i].say != NULL) {
            rows[i].say(event, scene, to);
        } else {
            text_append_text(to, rows[i].words);
        }
        return;
    }
    text_append_text(to, "something that newer software knows");
}
