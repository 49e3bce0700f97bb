#include "node/api/routes.h"

#include <string.h>

#define KEYED .again = AGAIN_KEYED, .rate = RATE_WRITE
#define READ(path_, capability_, shape_, response_, ...)                                           \
    {                                                                                              \
        .method = "GET", .path = (path_), .capability = (capability_), .shape = (shape_),          \
        .response = (response_), .status = 200, .command = -1, .again = AGAIN_READS,               \
        .rate = RATE_READ, .summary = __VA_ARGS__                                                  \
    }
#define WRITE(method_, path_, capability_, command_, request_, ...)                                \
    {                                                                                              \
        .method = (method_), .path = (path_), .capability = (capability_), .command = (command_),  \
        .request = &(request_), .response = &schema_done, .shape = SHAPE_DONE, .status = 200,      \
        KEYED, .summary = __VA_ARGS__                                                              \
    }
#define ORDER(action, capability, command, request, ...)                                           \
    WRITE("POST", "/api/orders/{id}/" action, capability, command, request, __VA_ARGS__)
#define DEVICE(action, command, request, ...)                                                      \
    WRITE("POST", "/api/devices/{device}/" action, CAP_ROSTER, command, request, __VA_ARGS__)
#define ANSWERS(status_, shape_, response_)                                                        \
    .status = (status_), .shape = (shape_), .response = &(response_)

/* A list, a new one, a change of one. */
#define RECORDS(kind_, path_, capability_, list_, write_, one_, what)                              \
    READ("/api/" path_, capability_, SHAPE_RECORD_LIST, &(list_), what, .record = (kind_)),        \
        {.method = "POST",                                                                         \
         .path = "/api/" path_,                                                                    \
         .capability = CAP_POPUP,                                                                  \
         .request = &(write_),                                                                     \
         .command = COMMAND_RECORD_SET,                                                            \
         KEYED,                                                                                    \
         ANSWERS(201, SHAPE_RECORD, one_),                                                         \
         .record = (kind_),                                                                        \
         .summary = "A new one; without a number it is given one."},                               \
    {                                                                                              \
        .method = "PATCH", .path = "/api/" path_ "/{number}", .capability = CAP_POPUP,             \
        .request = &(write_), .command = COMMAND_RECORD_SET, KEYED,                                \
        ANSWERS(200, SHAPE_RECORD, one_), .record = (kind_),                                       \
        .summary = "Change it; what is left out stays."                                            \
    }

const struct route routes[] = {
    READ("/healthz", API_PUBLIC, SHAPE_HEALTH, &schema_health, "The process is alive."),
    READ("/readyz", API_PUBLIC, SHAPE_READY, &schema_health,
         "The store is writable and the core turned less than 2 s ago."),
    READ("/api/openapi.json", API_PUBLIC, SHAPE_DOCUMENT, NULL, "This document."),
    READ("/metrics", CAP_READ_BOARDS, SHAPE_METRICS, NULL,
         "Figures in the text format of Prometheus."),
    READ("/api/session", API_PUBLIC, SHAPE_SESSION, &schema_session,
         "Who is looking, and the pop-up's settings."),
    {.method = "POST",
     .path = "/api/session",
     .capability = API_PUBLIC,
     .again = AGAIN_HARMLESS,
     .rate = RATE_SIGN_IN,
     .request = &schema_sign_in,
     .command = -1,
     ANSWERS(201, SHAPE_SIGNED_IN, schema_signed_in),
     .summary = "Sign in with a staff number and a PIN, over https or on this machine."},
    {.method = "DELETE",
     .path = "/api/session",
     .capability = API_SIGNED_IN,
     .again = AGAIN_HARMLESS,
     .rate = RATE_WRITE,
     .command = -1,
     ANSWERS(200, SHAPE_SIGNED_OUT, schema_health),
     .summary = "Sign out: the token opens nothing any more at this device."},
    {.method = "POST",
     .path = "/api/session/customer",
     .capability = API_PUBLIC,
     .again = AGAIN_HARMLESS,
     .rate = RATE_SIGN_IN,
     .request = &schema_nothing,
     .command = -1,
     ANSWERS(201, SHAPE_CUSTOMER, schema_signed_in),
     .summary = "A token for a customer, who stays nobody in particular."},
    {.method = "POST",
     .path = "/api/session/ticket",
     .capability = CAP_READ_BOARDS,
     .again = AGAIN_HARMLESS,
     .rate = RATE_READ,
     .request = &schema_nothing,
     .command = -1,
     ANSWERS(200, SHAPE_TICKET, schema_ticket),
     .summary = "A ticket that opens one /ws: the subprotocols of the handshake are trestle and "
                "ticket.TICKET."},
    READ("/api/status", CAP_READ_BOARDS, SHAPE_STATUS, &schema_status,
         "This device and its peers."),
    READ("/api/menu", API_PUBLIC, SHAPE_MENU, &schema_menu, "The menu."),
    {.method = "POST",
     .path = "/api/menu",
     .capability = CAP_MENU,
     .request = &schema_menu_new,
     .command = COMMAND_MENU_SET,
     KEYED,
     ANSWERS(201, SHAPE_MENU_ITEM, schema_menu_item),
     .summary = "A new item."},
    /* Any other field than `available` needs CAP_MENU: a predicate beside the handler. */
    {.method = "PATCH",
     .path = "/api/menu/{number}",
     .capability = CAP_AVAILABILITY,
     .request = &schema_menu_write,
     .command = COMMAND_MENU_SET,
     KEYED,
     ANSWERS(200, SHAPE_MENU_ITEM, schema_menu_item),
     .summary = "Change an item. `available` alone needs the capability availability, anything "
                "else menu."},
    {.method = "POST",
     .path = "/api/menu/{number}/stock",
     .capability = CAP_STOCK_ISSUE,
     .request = &schema_stock_write,
     .command = COMMAND_STOCK_ADD,
     KEYED,
     ANSWERS(200, SHAPE_MENU_ITEM, schema_menu_item),
     .summary = "Put units on the shelf, or say how many lie there."},
    {.method = "POST",
     .path = "/api/quotes",
     .capability = CAP_BUY,
     .request = &schema_quote_wanted,
     .command = COMMAND_QUOTE,
     .again = AGAIN_KEYED,
     .rate = RATE_QUOTE,
     ANSWERS(201, SHAPE_QUOTE, schema_quote),
     .summary = "What a customer's cart costs; prices stand and units are kept for a while."},
    READ("/api/quotes/{id}", CAP_BUY, SHAPE_QUOTE_READ, &schema_quote,
         "The customer's own quote, and when it ends."),
    WRITE("POST", "/api/quotes/{id}/drop", CAP_BUY, COMMAND_QUOTE_DROP, schema_nothing,
          "The customer does not want it after all: what it kept is offered again."),
    {.method = "POST",
     .path = "/api/orders",
     .capability = CAP_BUY,
     .request = &schema_order_place,
     .command = COMMAND_ORDER_PLACE,
     .is_ordering = true,
     KEYED,
     ANSWERS(201, SHAPE_ORDER_PLACED, schema_order_placed),
     .summary = "Place an order, and take the money with it."},
    READ("/api/orders", CAP_READ_BOARDS, SHAPE_ORDER_LIST, &schema_order_list,
         "Orders of a day (left out: the present one), newest first; settled=1: those that are "
         "done with.",
         .queries = {"day", "settled"}),
    READ("/api/orders/{id}", CAP_READ_BOARDS, SHAPE_ORDER, &schema_order, "One order."),
    READ("/api/orders/{id}/status", CAP_BUY, SHAPE_PURCHASE, &schema_purchase,
         "Where an order stands, for its customer."),
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
    {.method = "POST",
     .path = "/api/orders/{id}/receipt",
     .capability = CAP_TAKE_MONEY,
     .request = &schema_nothing,
     .command = COMMAND_RECEIPT,
     KEYED,
     ANSWERS(200, SHAPE_RECEIPT, schema_receipt),
     .summary = "A receipt with its number; the same one again as long as the order is the same."},
    READ("/api/orders/{id}/receipt", CAP_READ_BOARDS, SHAPE_RECEIPT_READ, &schema_receipt,
         "The receipt that was given."),
    READ("/api/reports/day", CAP_READ_REPORTS, SHAPE_REPORT, &schema_report,
         "What a trading day came to (left out: the present one).", .queries = {"day"}),
    ORDER("discount", CAP_DISCOUNT, COMMAND_DISCOUNT, schema_discount, "Take something off."),
    ORDER("contact", CAP_ORDER, COMMAND_CONTACT, schema_contact,
          "How to reach the guest; replaces what was said before."),
    ORDER("erase", CAP_ERASE, COMMAND_ORDER_ERASE, schema_reason,
          "Erase every contact that the order ever had, on every device."),
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
    {.method = "PATCH",
     .path = "/api/popup",
     .capability = CAP_POPUP,
     .request = &schema_popup_write,
     .command = COMMAND_POPUP_SET,
     KEYED,
     ANSWERS(200, SHAPE_SESSION, schema_session),
     .summary = "Change the pop-up's settings."},
    {.method = "POST",
     .path = "/api/day",
     .capability = CAP_DAY,
     .request = &schema_day_open,
     .command = COMMAND_DAY_OPEN,
     KEYED,
     ANSWERS(200, SHAPE_SESSION, schema_session),
     .summary = "Open a trading day."},
    READ("/api/day", CAP_READ_BOARDS, SHAPE_DAY, &schema_day,
         "A trading day (left out: the present one), and which devices are not in it yet.",
         .queries = {"day"}),
    {.method = "POST",
     .path = "/api/day/close",
     .capability = CAP_DAY,
     .request = &schema_nothing,
     .command = COMMAND_DAY_CLOSE,
     KEYED,
     ANSWERS(200, SHAPE_DAY, schema_day),
     .summary = "Close the trading day; what arrives later is shown as late."},
    RECORDS(KIND_STALL, "stalls", API_PUBLIC, schema_stall_list, schema_stall_write, schema_stall,
            "The stalls."),
    RECORDS(KIND_STATION, "stations", CAP_READ_BOARDS, schema_station_list, schema_station_write,
            schema_station, "Where lines are routed."),
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
    {.method = "POST",
     .path = "/api/drawers",
     .capability = CAP_TAKE_MONEY,
     .request = &schema_drawer_open,
     .command = COMMAND_DRAWER_OPEN,
     KEYED,
     ANSWERS(201, SHAPE_DRAWER_OPENED, schema_drawer),
     .summary = "Open a cash session at this device."},
    WRITE("POST", "/api/drawers/{id}/move", CAP_TAKE_MONEY, COMMAND_DRAWER_MOVE, schema_drawer_move,
          "Put cash in or take it out, beside sales."),
    WRITE("POST", "/api/drawers/{id}/count", CAP_TAKE_MONEY, COMMAND_DRAWER_COUNT,
          schema_drawer_count, "Say what was counted; it closes the session."),
};
const size_t routes_count = sizeof routes / sizeof routes[0];

/* --- matching --- */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* @text is @count bytes in hex. */
static bool match_hex(const char *text, size_t size, uint8_t *to, size_t count)
{
    if (size != count * 2)
        return false;
    for (size_t i = 0; i < count; i++) {
        int high = hex_value(text[2 * i]);
        int low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        to[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

static bool match_order(const char *text, size_t size, struct route_match *match)
{
    return match_hex(text, size, match->order.bytes, ENTITY_ID_BYTES);
}

static bool match_device(const char *text, size_t size, struct route_match *match)
{
    uint8_t bytes[8];
    if (!match_hex(text, size, bytes, sizeof bytes))
        return false;
    match->device = get_be64(bytes);
    return true;
}

static bool match_blob(const char *text, size_t size, struct route_match *match)
{
    return match_hex(text, size, match->blob.bytes, sizeof match->blob.bytes);
}

/* A positive number of 32 bits in its shortest decimal form. */
static bool match_number(const char *text, size_t size, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (size == 0 || size > 10 || text[0] == '0')
        return false;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(text[i] - '0');
    }
    *ret_number = number;
    return number <= UINT32_MAX;
}

static bool match_line(const char *text, size_t size, struct route_match *match)
{
    uint64_t number = 0;
    bool matches = match_number(text, size, &number);
    match->line = (uint32_t)number;
    return matches;
}

static bool match_item(const char *text, size_t size, struct route_match *match)
{
    return match_number(text, size, &match->number);
}

static const struct {
    const char *name;
    bool (*match)(const char *text, size_t size, struct route_match *match);
} parameters[] = {{"{id}", match_order},
                  {"{line}", match_line},
                  {"{number}", match_item},
                  {"{device}", match_device},
                  {"{hash}", match_blob}};

static bool segment_matches(const char *pattern, size_t pattern_size, const char *text,
                            size_t text_size, struct route_match *match)
{
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++)
        if (strlen(parameters[i].name) == pattern_size &&
            memcmp(pattern, parameters[i].name, pattern_size) == 0)
            return parameters[i].match(text, text_size, match);
    return pattern_size == text_size && memcmp(pattern, text, text_size) == 0;
}

static bool path_matches(const char *pattern, const char *path, struct route_match *match)
{
    while (*pattern == '/' && *path == '/') {
        size_t pattern_size = strcspn(++pattern, "/");
        size_t path_size = strcspn(++path, "/");
        if (!segment_matches(pattern, pattern_size, path, path_size, match))
            return false;
        pattern += pattern_size;
        path += path_size;
    }
    return *pattern == '\0' && *path == '\0';
}

int route_find_in(const struct route_table *table, const char *method, const char *path,
                  const struct route **ret_route, struct route_match *ret_match)
{
    bool is_path_known = false;
    for (size_t i = 0; i < table->count; i++) {
        struct route_match match = {.number = 0};
        if (!path_matches(table->routes[i].path, path, &match))
            continue;
        is_path_known = true;
        if (strcmp(table->routes[i].method, method) == 0) {
            *ret_route = &table->routes[i];
            *ret_match = match;
            return 0;
        }
    }
    return is_path_known ? ERR_STATE : ERR_NOT_FOUND;
}

int route_find(const char *method, const char *path, const struct route **ret_route,
               struct route_match *ret_match)
{
    const struct route_table table = {routes, routes_count};
    return route_find_in(&table, method, path, ret_route, ret_match);
}

/* --- who may --- */

uint32_t route_roles(const struct route *route)
{
    uint32_t roles = 0;
    for (unsigned role = ROLE_NONE + 1; role < ROLE_COUNT; role++) {
        bool may =
            route->capability < 0 || (role_person_capabilities((enum role)role) &
                                      capability_bit((enum capability)route->capability)) != 0;
        roles |= may && role != ROLE_GATEWAY ? UINT32_C(1) << role : 0;
    }
    return roles;
}

/* --- the table itself --- */

static bool route_is_schemaless(const struct route *route)
{
    return route->shape == SHAPE_DOCUMENT || route->shape == SHAPE_BYTES ||
           route->shape == SHAPE_METRICS;
}

/* Its method, what a second request does, and whether it is a command of the core's go together. */
static bool method_is_sound(const struct route *route)
{
    static const struct {
        const char *method;
        enum route_again again;
        bool is_write, has_body;
    } rows[] = {{"GET", AGAIN_READS, false, false},
                {"POST", AGAIN_KEYED, true, true},
                {"POST", AGAIN_HARMLESS, false, true},
                {"DELETE", AGAIN_HARMLESS, false, false},
                {"PATCH", AGAIN_KEYED, true, true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].method, route->method) == 0 && rows[i].again == route->again &&
            (rows[i].is_write == route_is_write(route) || route->shape == SHAPE_ANNEX))
            return rows[i].has_body == (route->request != NULL || route->takes_bytes);
    return false;
}

/* CAP_LOG is a device's own affair: no route has it, and one that says nothing would. */
static bool right_is_sound(const struct route *route)
{
    return route->capability >= API_SIGNED_IN && route->capability < CAP_COUNT &&
           route->capability != CAP_LOG && route_roles(route) != 0 &&
           (route->capability >= 0 || !route_is_write(route)) && route->rate != RATE_UNSAID;
}

bool route_is_sound(const struct route *route)
{
    return route->path[0] == '/' && route->summary != NULL && route->status >= 200 &&
           route->status < 300 && !(route->takes_bytes && route->request != NULL) &&
           route_is_schemaless(route) == (route->response == NULL) && method_is_sound(route) &&
           right_is_sound(route);
}

static bool is_there_twice(const struct route_table *table, size_t at)
{
    const struct route *route = &table->routes[at];
    for (size_t i = 0; i < at; i++)
        if (strcmp(route->method, table->routes[i].method) == 0 &&
            strcmp(route->path, table->routes[i].path) == 0)
            return true;
    return false;
}

const char *routes_mistake_in(const struct route_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        if (!route_is_sound(&table->routes[i]) || is_there_twice(table, i))
            return table->routes[i].path;
    return NULL;
}

const char *routes_mistake(void)
{
    const struct route_table table = {routes, routes_count};
    const char *mistake = routes_mistake_in(&table);
    return mistake != NULL ? mistake : schemas_mistake();
}
