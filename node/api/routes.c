#include "node/api/routes.h"

#define KEYED .again = AGAIN_KEYED, .rate = RATE_WRITE
#define READ(path_, capability_, shape_, response_, ...)                                           \
    {                                                                                              \
        .method = "GET", .path = (path_), .capability = (capability_), .shape = (shape_),          \
        .response = (response_), .status = 200, .command = -1, .again = AGAIN_READS,               \
        .rate = RATE_READ, .summary = __VA_ARGS__                                                  \
    }
#define ANSWERS(status_, shape_, response_)                                                        \
    .status = (status_), .shape = (shape_), .response = &(response_)
#define WRITE(method_, path_, capability_, command_, request_, ...)                                \
    {                                                                                              \
        .method = (method_), .path = (path_), .capability = (capability_), .command = (command_),  \
        .request = &(request_), .response = &schema_done, .shape = SHAPE_DONE, .status = 200,      \
        KEYED, .summary = __VA_ARGS__                                                              \
    }
/* What is written is answered with what it became. */
#define MAKE(method_, path_, capability_, command_, request_, status_, shape_, response_, ...)     \
    {                                                                                              \
        .method = (method_), .path = (path_), .capability = (capability_), .command = (command_),  \
        .request = &(request_), ANSWERS(status_, shape_, response_), KEYED, .summary = __VA_ARGS__ \
    }
/* Nothing of it is written: asked again, it is answered again. */
#define ASK(path_, capability_, rate_, request_, status_, shape_, response_, ...)                  \
    {                                                                                              \
        .method = "POST", .path = (path_), .capability = (capability_), .command = -1,             \
        .request = &(request_), ANSWERS(status_, shape_, response_), .again = AGAIN_HARMLESS,      \
        .rate = (rate_), .summary = __VA_ARGS__                                                    \
    }
#define ORDER(action, capability, command, request, ...)                                           \
    WRITE("POST", "/api/orders/{id}/" action, capability, command, request, __VA_ARGS__)
#define DEVICE(action, command, request, ...)                                                      \
    WRITE("POST", "/api/devices/{device}/" action, CAP_ROSTER, command, request, __VA_ARGS__)

/* A list, a new one, a change of one. */
#define RECORDS(kind_, path_, capability_, list_, write_, one_, what)                              \
    READ("/api/" path_, capability_, SHAPE_RECORD_LIST, &(list_), what, .record = (kind_)),        \
        MAKE("POST", "/api/" path_, CAP_POPUP, COMMAND_RECORD_SET, write_, 201, SHAPE_RECORD,      \
             one_, "A new one; without a number it is given one.", .record = (kind_)),             \
        MAKE("PATCH", "/api/" path_ "/{number}", CAP_POPUP, COMMAND_RECORD_SET, write_, 200,       \
             SHAPE_RECORD, one_, "Change it; what is left out stays.", .record = (kind_))

const struct route routes[] = {
    READ("/healthz", API_PUBLIC, SHAPE_HEALTH, &schema_health, "The process is alive."),
    READ("/readyz", API_PUBLIC, SHAPE_READY, &schema_health,
         "The store is writable and the core turned less than 2 s ago."),
    READ("/api/openapi.json", API_PUBLIC, SHAPE_DOCUMENT, NULL, "This document."),
    READ("/metrics", CAP_READ_BOARDS, SHAPE_METRICS, NULL,
         "Figures in the text format of Prometheus."),
    READ("/api/session", API_PUBLIC, SHAPE_SESSION, &schema_session,
         "Who is looking, and the pop-up's settings."),
    ASK("/api/session", API_PUBLIC, RATE_SIGN_IN, schema_sign_in, 201, SHAPE_SIGNED_IN,
        schema_signed_in, "Sign in with a staff number and a PIN, over https or on this machine."),
    {.method = "DELETE",
     .path = "/api/session",
     .capability = API_SIGNED_IN,
     .again = AGAIN_HARMLESS,
     .rate = RATE_WRITE,
     .command = -1,
     ANSWERS(200, SHAPE_SIGNED_OUT, schema_health),
     .summary = "Sign out: the token opens nothing any more at this device."},
    ASK("/api/session/customer", API_PUBLIC, RATE_SIGN_IN, schema_nothing, 201, SHAPE_CUSTOMER,
        schema_signed_in, "A token for a customer, who stays nobody in particular."),
    ASK("/api/session/ticket", CAP_READ_BOARDS, RATE_READ, schema_nothing, 200, SHAPE_TICKET,
        schema_ticket,
        "A ticket that opens one /ws: the subprotocols of the handshake are trestle and "
        "ticket.TICKET."),
    READ("/api/status", CAP_READ_BOARDS, SHAPE_STATUS, &schema_status,
         "This device and its peers."),
    READ("/api/mesh", CAP_READ_BOARDS, SHAPE_MESH, &schema_mesh,
         "Who hears whom: each device as it tells of itself."),
    READ("/api/menu", API_PUBLIC, SHAPE_MENU, &schema_menu, "The menu."),
    READ("/api/order-page", API_PUBLIC, SHAPE_ORDER_PAGE, &schema_order_page,
         "The menu as customers see it, and how they can pay; it is in the page at /order."),
    MAKE("POST", "/api/menu", CAP_MENU, COMMAND_MENU_SET, schema_menu_new, 201, SHAPE_MENU_ITEM,
         schema_menu_item, "A new item."),
    /* Any other field than `available` needs CAP_MENU: a predicate beside the handler. */
    MAKE("PATCH", "/api/menu/{number}", CAP_AVAILABILITY, COMMAND_MENU_SET, schema_menu_write, 200,
         SHAPE_MENU_ITEM, schema_menu_item,
         "Change an item. `available` alone needs the capability availability, anything "
         "else menu."),
    {.method = "POST",
     .path = "/api/menu/{number}/photo",
     .capability = CAP_MENU,
     .takes_bytes = true,
     .bytes_max = PHOTO_BYTES_MAX,
     .command = COMMAND_MENU_PHOTO,
     .again = AGAIN_KEYED,
     .rate = RATE_BYTES,
     ANSWERS(200, SHAPE_MENU_ITEM, schema_menu_item),
     .summary = "A photo of an item, instead of the one that it has: JPEG, PNG or WebP, at most "
                "64 KiB."},
    MAKE("POST", "/api/menu/{number}/choice", CAP_AVAILABILITY, COMMAND_MENU_CHOICE,
         schema_choice_write, 200, SHAPE_MENU_ITEM, schema_menu_item,
         "One choice of an item is out, or to be had again."),
    READ("/api/photos/{hash}", API_PUBLIC, SHAPE_PHOTO, NULL,
         "The bytes of a photo that an item names; they never change."),
    MAKE("POST", "/api/menu/{number}/stock", CAP_STOCK_ISSUE, COMMAND_STOCK_ADD, schema_stock_write,
         200, SHAPE_MENU_ITEM, schema_menu_item,
         "Put units on the shelf, or say how many lie there."),
    {.method = "POST",
     .path = "/api/quotes",
     .capability = CAP_BUY,
     .request = &schema_quote_wanted,
     .command = COMMAND_QUOTE,
     .again = AGAIN_KEYED,
     .rate = RATE_QUOTE,
     .home = HOME_IF_CART,
     ANSWERS(201, SHAPE_QUOTE, schema_quote),
     .summary = "What a customer's cart costs; prices stand and units are kept for a while."},
    READ("/api/quotes/{id}", CAP_BUY, SHAPE_QUOTE_READ, &schema_quote,
         "The customer's own quote, and when it ends."),
    WRITE("POST", "/api/quotes/{id}/drop", CAP_BUY, COMMAND_QUOTE_DROP, schema_nothing,
          "The customer does not want it after all: what it kept is offered again."),
    ASK("/api/cart", API_PUBLIC, RATE_QUOTE, schema_nothing, 201, SHAPE_CART_OPENED,
        schema_cart_opened,
        "A customer's token, and a link by which others come to share its cart."),
    ASK("/api/cart/join", API_PUBLIC, RATE_QUOTE, schema_cart_join, 201, SHAPE_CART_JOINED,
        schema_cart_opened, "Share the cart of a link, and its orders.", .home = HOME_OF_LINK),
    ASK("/api/qr", CAP_BUY, RATE_QUOTE, schema_qr_wanted, 200, SHAPE_QR, schema_qr,
        "A text as a QR code to draw: a link for friends, a table's sheet."),
    READ("/api/cart", CAP_BUY, SHAPE_CART, &schema_cart, "The customer's own cart.",
         .home = HOME_OF_TOKEN),
    MAKE("POST", "/api/cart/lines", CAP_BUY, COMMAND_CART_ADD, schema_cart_line_new, 201,
         SHAPE_CART_CHANGED, schema_cart, "One more line.", .home = HOME_OF_TOKEN),
    MAKE("PATCH", "/api/cart/lines/{line}", CAP_BUY, COMMAND_CART_SET, schema_cart_line_set, 200,
         SHAPE_CART_CHANGED, schema_cart, "More or fewer of a line, or another note.",
         .home = HOME_OF_TOKEN),
    READ("/api/tables", CAP_READ_BOARDS, SHAPE_TABLE_LIST, &schema_table_list,
         "The tables that have, or had, codes; and where phones on this device's network order."),
    {.method = "POST",
     .path = "/api/tables/join",
     .capability = CAP_BUY,
     .request = &schema_table_join,
     .command = COMMAND_TABLE_SIT,
     .again = AGAIN_KEYED,
     .rate = RATE_QUOTE,
     ANSWERS(201, SHAPE_TABLE_JOINED, schema_cart_opened),
     .summary = "Share the cart of those who sit at a table, by the code of its sheet."},
    MAKE("POST", "/api/tables/{number}/code", CAP_POPUP, COMMAND_TABLE_CODE, schema_nothing, 201,
         SHAPE_TABLE_CODE, schema_table_code,
         "A code for a table's sheet; it opens the table wherever phones order."),
    WRITE("POST", "/api/tables/{number}/clear", CAP_ORDER, COMMAND_TABLE_CLEAR, schema_nothing,
          "They left: whoever comes next shares nothing with them."),
    WRITE("POST", "/api/tables/{number}/revoke", CAP_POPUP, COMMAND_TABLE_REVOKE, schema_nothing,
          "All codes of the table that were made so far open nothing any more."),
    {.method = "POST",
     .path = "/api/orders",
     .capability = CAP_BUY,
     .request = &schema_order_place,
     .command = COMMAND_ORDER_PLACE,
     .is_ordering = true,
     .home = HOME_IF_CART,
     KEYED,
     ANSWERS(201, SHAPE_ORDER_PLACED, schema_order_placed),
     .summary = "Place an order, and take the money with it."},
    READ("/api/orders", CAP_READ_BOARDS, SHAPE_ORDER_LIST, &schema_order_list,
         "Orders of a day (left out: the present one), newest first; settled=1: those that are "
         "done with.",
         .queries = {"day", "settled"}),
    READ("/api/orders/{id}", CAP_READ_BOARDS, SHAPE_ORDER, &schema_order, "One order."),
    READ("/api/orders/{id}/older", CAP_READ_BOARDS, SHAPE_ORDER_LIST, &schema_order_list,
         "The list of orders goes on behind this one, with the same questions.",
         .queries = {"day", "settled"}),
    READ("/api/orders/{id}/status", CAP_BUY, SHAPE_PURCHASE, &schema_purchase,
         "Where an order stands, for its customer."),
    READ("/api/orders/{id}/bill", CAP_BUY, SHAPE_BILL, &schema_bill,
         "What its customer keeps of an order: what it was, its tax, and how it was paid."),
    READ("/api/kitchen/board", CAP_READ_BOARDS, SHAPE_KITCHEN_BOARD, &schema_order_list,
         "What the kitchen has to do, oldest first."),
    READ("/api/pickup/board", API_PUBLIC, SHAPE_PICKUP_BOARD, &schema_pickup_board,
         "The numbers that wait and those that are ready."),
    ORDER("lines", CAP_ORDER, COMMAND_LINES_ADD, schema_lines_add, "Add lines."),
    WRITE("PATCH", "/api/orders/{id}/lines/{line}", CAP_ORDER, COMMAND_LINE_SET, schema_line_set,
          "Change a line."),
    ORDER("void", CAP_ORDER, COMMAND_LINES_VOID, schema_lines_void, "Take lines off the order."),
    ORDER("accept", CAP_COOK, COMMAND_ACCEPT, schema_accept, "The kitchen takes it."),
    ORDER("refuse", CAP_COOK, COMMAND_REFUSE, schema_refuse, "The kitchen cannot make it."),
    ORDER("start", CAP_COOK, COMMAND_START, schema_lines, "Cooking begins."),
    ORDER("done", CAP_COOK, COMMAND_DONE, schema_lines,
          "Cooked; without lines the whole order is bumped."),
    ORDER("recall", CAP_COOK, COMMAND_RECALL, schema_recall, "Take back done."),
    ORDER("amend", CAP_COOK, COMMAND_AMEND, schema_amend, "Yes or no to a late edit."),
    ORDER("hand-over", CAP_HAND_OVER, COMMAND_HAND_OVER, schema_hand_over, "Given out."),
    ORDER("unhand", CAP_HAND_OVER, COMMAND_UNHAND, schema_lines, "Take back a hand-over."),
    ORDER("cancel", CAP_CANCEL, COMMAND_CANCEL, schema_reason, "Cancel the order."),
    ORDER("reinstate", CAP_ORDER, COMMAND_REINSTATE, schema_nothing, "Take back a cancel."),
    READ("/api/voided", CAP_READ_BOARDS, SHAPE_VOIDED_LIST, &schema_voided_list,
         "Orders of a stolen device that do not count, and that this device holds, until a manager "
         "adopts or drops each."),
    ORDER("adopt", CAP_ADOPT, COMMAND_ORDER_ADOPT, schema_nothing,
          "What a stolen device wrote of it counts after all: it was a sale."),
    ORDER("drop", CAP_ADOPT, COMMAND_ORDER_DROP, schema_reason,
          "What a stolen device wrote of it stays void."),
    ORDER("pay", CAP_TAKE_MONEY, COMMAND_PAY, schema_pay, "Take money."),
    ORDER("refund", CAP_REFUND, COMMAND_REFUND, schema_refund, "Give money back."),
    ORDER("refund-wish", CAP_REFUND, COMMAND_REFUND_WISH, schema_refund_wish,
          "Wish that the card provider gives money back."),
    MAKE("POST", "/api/orders/{id}/receipt", CAP_TAKE_MONEY, COMMAND_RECEIPT, schema_nothing, 200,
         SHAPE_RECEIPT, schema_receipt,
         "A receipt with its number; the same one again as long as the order is the same."),
    READ("/api/orders/{id}/receipt", CAP_READ_BOARDS, SHAPE_RECEIPT_READ, &schema_receipt,
         "The receipt that was given."),
    READ("/api/reports/day", CAP_READ_REPORTS, SHAPE_REPORT, &schema_report,
         "What a trading day came to (left out: the present one).", .queries = {"day"}),
    READ("/api/reports/trade", CAP_READ_REPORTS, SHAPE_TRADE, &schema_trade,
         "How trade went: by quarter of an hour, item, channel, on so many trading days up to day "
         "(left out: the present one alone).",
         .queries = {"day", "days"}),
    {.method = "POST",
     .path = "/api/reconciliation",
     .summary = "Begin to compare orders, ledger and card provider, unless that is under way; at "
                "another device than a gateway: ask one.",
     .capability = CAP_READ_REPORTS,
     .request = &schema_reconcile_wanted,
     .command = -1,
     .again = AGAIN_HARMLESS,
     .rate = RATE_WRITE,
     ANSWERS(202, SHAPE_RECONCILIATION, schema_reconciliation)},
    READ("/api/reconciliation", CAP_READ_REPORTS, SHAPE_RECONCILIATION, &schema_reconciliation,
         "How far it is, or what came of it."),
    ORDER("discount", CAP_DISCOUNT, COMMAND_DISCOUNT, schema_discount, "Take something off."),
    ORDER("tip", CAP_BUY, COMMAND_TIP, schema_tip,
          "What the guest gives on top, instead of what was said before."),
    ORDER("contact", CAP_ORDER, COMMAND_CONTACT, schema_contact,
          "How to reach the guest; replaces what was said before."),
    ORDER(
        "erase", CAP_ERASE, COMMAND_ORDER_ERASE, schema_reason,
        "Erase the order's name, every contact that it ever had and what its reviews say, on every "
        "device."),
    {.method = "POST",
     .path = "/api/blobs",
     .capability = CAP_ORDER,
     .takes_bytes = true,
     .command = COMMAND_BLOB_ADD,
     .again = AGAIN_KEYED,
     .rate = RATE_BYTES,
     ANSWERS(201, SHAPE_BLOB, schema_blob),
     .summary = "Keep an image: JPEG, PNG or WebP, at most 1 MiB."},
    READ("/api/blobs/{hash}", CAP_READ_BOARDS, SHAPE_BYTES, NULL,
         "The bytes. Personal ones need the capability order."),
    WRITE("POST", "/api/blobs/{hash}/erase", CAP_ERASE, COMMAND_BLOB_ERASE, schema_reason,
          "Erase it on every device, for ever."),
    ORDER("print", CAP_PRINT, COMMAND_PRINT, schema_print,
          "Ask a printer for a ticket or a receipt; one that may exist already says so."),
    ORDER("seen", CAP_COOK, COMMAND_SEEN, schema_seen, "A kitchen's board drew the ticket."),
    MAKE("PATCH", "/api/popup", CAP_POPUP, COMMAND_POPUP_SET, schema_popup_write, 200,
         SHAPE_SESSION, schema_session, "Change the pop-up's settings."),
    MAKE("POST", "/api/day", CAP_DAY, COMMAND_DAY_OPEN, schema_day_open, 200, SHAPE_SESSION,
         schema_session, "Open a trading day."),
    READ("/api/day", CAP_READ_BOARDS, SHAPE_DAY, &schema_day,
         "A trading day (left out: the present one), and which devices are not in it yet.",
         .queries = {"day"}),
    MAKE("POST", "/api/day/close", CAP_DAY, COMMAND_DAY_CLOSE, schema_nothing, 200, SHAPE_DAY,
         schema_day, "Close the trading day; what arrives later is shown as late."),
    RECORDS(KIND_STALL, "stalls", API_PUBLIC, schema_stall_list, schema_stall_write, schema_stall,
            "The stalls."),
    RECORDS(KIND_STATION, "stations", CAP_READ_BOARDS, schema_station_list, schema_station_write,
            schema_station, "Where lines are routed."),
    WRITE("POST", "/api/stations/{number}/busy", CAP_AVAILABILITY, COMMAND_STATION_BUSY,
          schema_station_busy, "A cook says that a station takes longer for a while, or no more."),
    RECORDS(KIND_STAFF, "staff", CAP_READ_BOARDS, schema_staff_list, schema_staff_write,
            schema_staff, "The people who work here."),
    RECORDS(KIND_TAX, "taxes", API_PUBLIC, schema_tax_list, schema_tax_write, schema_tax,
            "The rates that items may name."),
    RECORDS(KIND_OFFER, "offers", API_PUBLIC, schema_offer_list, schema_offer_write, schema_offer,
            "Discounts that can be tapped."),
    RECORDS(KIND_PRINTER, "printers", CAP_READ_BOARDS, schema_printer_list, schema_printer_write,
            schema_printer, "The printers and who drives them."),
    READ("/api/reviews", CAP_READ_BOARDS, SHAPE_RECORD_LIST, &schema_review_list,
         "What customers say, hidden ones too; oldest order first.", .record = KIND_REVIEW),
    ORDER("review", CAP_REVIEW, COMMAND_REVIEW, schema_review_write,
          "Say how it was, once it was handed over; again = say it anew."),
    WRITE("POST", "/api/reviews/{id}/hide", CAP_POPUP, COMMAND_REVIEW_HIDE, schema_review_hide,
          "Take a review off the screens, or show it again."),
    READ("/api/devices", CAP_READ_BOARDS, SHAPE_DEVICE_LIST, &schema_device_list,
         "The devices of the pop-up."),
    DEVICE("revoke", COMMAND_DEVICE_REVOKE, schema_nothing,
           "It was stolen: what it signs from here on does not count, and nobody talks to it."),
    DEVICE("retire", COMMAND_DEVICE_RETIRE, schema_nothing,
           "It is dead: its rights to stock end. Nothing of what it wrote is voided."),
    DEVICE("role", COMMAND_DEVICE_ROLE, schema_device_role, "What it is from now on."),
    DEVICE("rename", COMMAND_DEVICE_RENAME, schema_device_rename, "What people call it."),
    ASK("/api/printers/{number}/test", CAP_PRINT, RATE_WRITE, schema_nothing, 202,
        SHAPE_PRINTER_TEST, schema_printer_status,
        "A printer of this device prints a test slip; what became of it is in Status."),
    READ("/api/invitation", CAP_ROSTER, SHAPE_INVITATION, &schema_invitation,
         "How the invitation of this device stands."),
    ASK("/api/invitation", CAP_ROSTER, RATE_WRITE, schema_invitation_wanted, 202, SHAPE_INVITATION,
        schema_invitation,
        "Invite a device, for five minutes and one use; one that is open already ends."),
    ASK("/api/invitation/compare", CAP_ROSTER, RATE_WRITE, schema_digits_compared, 202,
        SHAPE_INVITATION, schema_invitation,
        "Whether the newcomer's screen shows the same digits: it is taken in, or sent away."),
    ASK("/api/invitation/end", CAP_ROSTER, RATE_WRITE, schema_nothing, 202, SHAPE_INVITATION,
        schema_invitation, "Nobody is invited any more."),
    READ("/api/staff/roles", CAP_READ_BOARDS, SHAPE_PERSON_LIST, &schema_person_list,
         "What people may do, by staff number."),
    WRITE("POST", "/api/staff/{number}/pin", CAP_ROSTER, COMMAND_STAFF_PIN, schema_staff_pin,
          "The PIN that a person signs in with, sealed for each device; empty takes it away."),
    WRITE("POST", "/api/staff/{number}/role", CAP_ROSTER, COMMAND_STAFF_ROLE, schema_person_role,
          "What a person may do from now on; each device goes by it as soon as it hears of it."),
    READ("/api/drawers", CAP_TAKE_MONEY, SHAPE_DRAWER_LIST, &schema_drawer_list,
         "Cash sessions of a day (left out: the present one), and those that were not counted yet.",
         .queries = {"day"}),
    READ("/api/drawers/{id}", CAP_TAKE_MONEY, SHAPE_DRAWER, &schema_drawer,
         "One cash session: what is expected now (X) and what each count found (Z)."),
    MAKE("POST", "/api/drawers", CAP_TAKE_MONEY, COMMAND_DRAWER_OPEN, schema_drawer_open, 201,
         SHAPE_DRAWER_OPENED, schema_drawer, "Open a cash session at this device."),
    WRITE("POST", "/api/drawers/{id}/move", CAP_TAKE_MONEY, COMMAND_DRAWER_MOVE, schema_drawer_move,
          "Put cash in or take it out, beside sales."),
    WRITE("POST", "/api/drawers/{id}/count", CAP_TAKE_MONEY, COMMAND_DRAWER_COUNT,
          schema_drawer_count, "Say what was counted; it closes the session."),
};
const size_t routes_count = sizeof routes / sizeof routes[0];

/* --- views of the stream --- */

#define VIEW(name_, capability_, summary_)                                                         \
    {                                                                                              \
        .name = (name_), .capability = (capability_), .rate = RATE_READ, .summary = (summary_)     \
    }

const struct route_view route_views[] = {
    VIEW("counter", CAP_READ_BOARDS, "Orders that are not settled, and the last that are."),
    VIEW("kitchen", CAP_READ_BOARDS, "Orders that are to be made."),
    VIEW("pickup", CAP_READ_BOARDS, "Orders that are on their way out."),
    VIEW("office", CAP_READ_REPORTS, "What the day comes to."),
    {.name = "customer",
     .is_guests = true,
     .capability = API_PUBLIC,
     .rate = RATE_READ,
     .summary = "A customer's orders, place in the queue, cart, and what can be had."},
};
const size_t route_views_count = sizeof route_views / sizeof route_views[0];
