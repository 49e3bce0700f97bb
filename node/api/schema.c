#include "node/api/schema.h"

#include "sync/domain/blob.h"

#include <string.h>

#include "node/access/sealed_pin.h"
#include "node/access/tickets.h"
#include "node/access/token.h"
#include "node/api/live.h"
#include "node/api/teller.h"
#include "sync/base/err.h"
#include "sync/base/limits.h"
#include "sync/domain/order.h"
#include "sync/domain/quote.h"
#include "sync/domain/record.h"
#include "sync/log/capability.h"
#include "sync/replica.h"
#include "sync/roster/roster.h"

enum {
    ID_DIGITS = 2 * ENTITY_ID_BYTES,
    HASH_DIGITS = 2 * HASH_BYTES,
    LOG_DIGITS = 16,
    SHORT_MAX = 40, /* names of categories, stations, methods */
    DESCRIPTION_MAX = NOTE_BYTES_MAX,
    CURSOR_MAX = 64,
    ORDERS_MAX = 500,
    RATE_BP_MAX = 10000,
    MENU_NUMBERS_MAX = 99999999, /* as sync/domain/menu_events.h */
    DAY_MAX = 1000000,           /* as sync/domain/order_events.h */
};

/* --- words --- */

#define WORDS(symbol, ...)                                                                         \
    static const char *const symbol##_list[] = {__VA_ARGS__};                                      \
    static const struct schema_words symbol = {sizeof symbol##_list / sizeof symbol##_list[0],     \
                                               symbol##_list}

#define X(name, number, text) text,
WORDS(phase_words, ORDER_PHASES(X));
WORDS(flag_words, ORDER_FLAGS(X));
WORDS(role_words, ROLES(X));
WORDS(capability_words, CAPABILITIES(X));
WORDS(intent_words, INTENT_STATES(X));
WORDS(refund_words, REFUND_STATUSES(X));
WORDS(dispute_words, DISPUTE_STATUSES(X));
WORDS(wish_words, WISH_STATES(X));
WORDS(quote_words, QUOTE_STATES(X));
#undef X
#define X(name, value, code, text) code,
WORDS(code_words, ERR_LIST(X));
#undef X
WORDS(progress_words, "waiting", "started", "done");
WORDS(line_state_words, "active", "void", "refused");
WORDS(tick_words, "copies", "seen", "accepted");
WORDS(receipt_words, "sale", "correction");
WORDS(stock_words, "off", "warn", "strict");
WORDS(mode_words, "eat-in", "take-away");
WORDS(link_words, "linked", "connecting", "refused", "lost");
WORDS(allergen_words, "gluten", "crustaceans", "eggs", "fish", "peanuts", "soybeans", "milk",
      "nuts", "celery", "mustard", "sesame", "sulphites", "lupin", "molluscs");
WORDS(diet_words, "vegetarian", "vegan", "halal", "kosher");
WORDS(hello_word, "hello");
WORDS(snapshot_word, "snapshot");
WORDS(delta_word, "delta");
WORDS(marks_word, "marks");
WORDS(seen_word, "seen");
WORDS(open_word, "open");
WORDS(follow_word, "follow");
WORDS(beat_word, "beat");
WORDS(print_words, "ticket", "receipt");

#define X(kind, word, path, ...) path,
WORDS(record_words, NUMBERED_RECORDS(X) "reviews", "drawers");
#undef X

/* --- fields --- */

/* The last argument takes further designated members with it: C11 wants no empty "...". */
#define TEXT(name_, min_, ...)                                                                     \
    {                                                                                              \
        .name = (name_), .type = SCHEMA_TEXT, .min = (min_), .max = __VA_ARGS__                    \
    }
#define INT(name_, min_, ...)                                                                      \
    {                                                                                              \
        .name = (name_), .type = SCHEMA_INT, .min = (min_), .max = __VA_ARGS__                     \
    }
#define COUNT(...)                                                                                 \
    {                                                                                              \
        .type = SCHEMA_INT, .min = 0, .max = INT64_MAX, .name = __VA_ARGS__                        \
    }
#define MONEY(...)                                                                                 \
    {                                                                                              \
        .type = SCHEMA_INT, .min = -MONEY_MAX, .max = MONEY_MAX, .name = __VA_ARGS__               \
    }
#define POSITIVE(...)                                                                              \
    {                                                                                              \
        .type = SCHEMA_INT, .min = 1, .max = MONEY_MAX, .name = __VA_ARGS__                        \
    }
#define BOOL(...)                                                                                  \
    {                                                                                              \
        .type = SCHEMA_BOOL, .name = __VA_ARGS__                                                   \
    }
#define HEX(name_, ...)                                                                            \
    {                                                                                              \
        .name = (name_), .type = SCHEMA_HEX, .max = __VA_ARGS__                                    \
    }
#define ENUM(name_, ...)                                                                           \
    {                                                                                              \
        .name = (name_), .type = SCHEMA_ENUM, .words = &__VA_ARGS__                                \
    }
#define OBJECT(name_, ...)                                                                         \
    {                                                                                              \
        .name = (name_), .type = SCHEMA_OBJECT, .object = &__VA_ARGS__                             \
    }
#define OPTIONAL         .is_optional = true
#define MANY(min_, max_) .is_array = true, .items_min = (min_), .items_max = (max_)
#define NOTE(text)       .note = (text)
#define LINE_IDS         INT("lines", 1, UINT32_MAX, MANY(1, ORDER_LINES_MAX), OPTIONAL)

#define SCHEMA(suffix, name_, note_, ...)                                                          \
    static const struct schema_field fields_##suffix[] = {__VA_ARGS__};                            \
    const struct schema schema_##suffix = {.name = (name_),                                        \
                                           .note = (note_),                                        \
                                           .count =                                                \
                                               sizeof fields_##suffix / sizeof fields_##suffix[0], \
                                           .fields = fields_##suffix}

/* clang-format off */
SCHEMA(problem, "Problem", "RFC 9457 application/problem+json.",
    TEXT("type", 0, 200),
    TEXT("title", 0, 200, NOTE("what to do next, for a person")),
    INT("status", 400, 599),
    ENUM("code", code_words),
    TEXT("detail", 0, 400, NOTE("where: a JSON pointer and what is wrong there; may be empty")),
    INT("item", 1, MENU_NUMBER_MAX, OPTIONAL, NOTE("that it is about: its number on the menu")),
    TEXT("item_name", 1, NAME_BYTES_MAX, OPTIONAL));

SCHEMA(health, "Health", NULL, BOOL("ok"));

SCHEMA(session, "Session", "Who is looking, at which device, and the pop-up's settings.",
    TEXT("popup", 0, NAME_BYTES_MAX, NOTE("its name")),
    COUNT("epoch", NOTE("ms since 1970; idempotency keys count seconds from it")),
    TEXT("currency", 3, 3, NOTE("ISO 4217")),
    INT("digits", 0, 4, NOTE("minor units per unit = 10^digits")),
    BOOL("prices_include_tax"),
    INT("cash_step", 1, 100000, NOTE("cash is rounded to multiples of this, minor units")),
    BOOL("pay_first"),
    INT("copies", 1, DEVICES_MAX, NOTE("k of \"on k devices\"")),
    INT("late_after_s", 1, 86400),
    INT("escalate_after_s", 0, 86400,
        NOTE("an order whose next tick takes longer is stuck; 0 = none is")),
    COUNT("day", NOTE("the trading day; 0 = none opened yet")),
    HEX("device", LOG_DIGITS),
    TEXT("device_name", 0, NAME_BYTES_MAX),
    ENUM("role", role_words, NOTE("of this session; none: nobody is signed in")),
    COUNT("staff", NOTE("number of the person who is signed in; 0 = nobody in particular")),
    TEXT("lane", 0, LANE_BYTES_MAX,
        NOTE("letters of the numbers that this device gives; may be empty")),
    HEX("log", LOG_DIGITS),
    ENUM("capabilities", capability_words, MANY(0, CAP_COUNT)),
    TEXT("version", 0, 80),
    TEXT("paused", 1, TOLD_BYTES_MAX, OPTIONAL,
        NOTE("why customers cannot order here just now, for a person; left out: they can")));

SCHEMA(ticket, "Ticket", "For one handshake of /ws, soon.",
    HEX("ticket", TICKET_TEXT_BYTES),
    COUNT("life_s", NOTE("for so long from now on")));

SCHEMA(sign_in, "SignIn", NULL,
    INT("staff", 1, RECORD_NUMBER_MAX),
    TEXT("pin", PIN_DIGITS_MIN, PIN_DIGITS_MAX, NOTE("digits")));

SCHEMA(signed_in, "SignedIn", "Send it with each request: Authorization: Bearer TOKEN.",
    TEXT("token", 1, TOKEN_TEXT_MAX),
    COUNT("expires", NOTE("ms since 1970, by the clock of this device")),
    COUNT("staff", NOTE("0 = a customer")),
    ENUM("role", role_words),
    ENUM("capabilities", capability_words, MANY(0, CAP_COUNT)));

SCHEMA(staff_pin, "StaffPin", NULL,
    TEXT("pin", 0, PIN_DIGITS_MAX, NOTE("4 to 12 digits; empty: none any more")));

SCHEMA(popup_write, "PopupWrite", "Settings to change; what is left out stays.",
    TEXT("name", 1, NAME_BYTES_MAX, OPTIONAL),
    TEXT("currency", 3, 3, OPTIONAL),
    INT("digits", 0, 4, OPTIONAL),
    BOOL("prices_include_tax", OPTIONAL),
    INT("cash_step", 1, 100000, OPTIONAL),
    BOOL("pay_first", OPTIONAL),
    INT("copies", 1, DEVICES_MAX, OPTIONAL),
    INT("late_after_s", 1, 86400, OPTIONAL),
    INT("escalate_after_s", 0, 86400, OPTIONAL));

SCHEMA(day_open, "DayOpen", NULL, INT("day", 1, DAY_MAX));

SCHEMA(choice, "Choice", NULL,
    TEXT("name", 1, NAME_BYTES_MAX),
    MONEY("price", NOTE("added to the item's price")));

SCHEMA(group, "Group", "Options of an item: between min and max of the choices.",
    TEXT("name", 1, NAME_BYTES_MAX),
    INT("min", 0, MENU_CHOICES_MAX),
    INT("max", 0, MENU_CHOICES_MAX),
    OBJECT("choices", schema_choice, MANY(1, MENU_CHOICES_MAX)));

/* What a menu item holds, but its number and what follows from it. @o makes each optional. */
#define MENU_ITEM_REST(o) \
    TEXT("category", 0, NAME_BYTES_MAX, o), \
    INT("position", 0, UINT32_MAX, o), \
    INT("stall", 0, RECORD_NUMBER_MAX, NOTE("number of its stall; 0 = none"), o), \
    INT("tax", 0, RECORD_NUMBER_MAX, \
        NOTE("number of a tax, whose rates count; 0 = the item's own"), o), \
    INT("tax_eat_in", 0, RATE_BP_MAX, NOTE("basis points"), o), \
    INT("tax_take_away", 0, RATE_BP_MAX, NOTE("basis points"), o), \
    TEXT("station", 0, SHORT_MAX, NOTE("empty = any"), o), \
    ENUM("allergens", allergen_words, MANY(0, 14), o), \
    ENUM("diet", diet_words, MANY(0, 4), o), \
    TEXT("description", 0, DESCRIPTION_MAX, o), \
    OBJECT("groups", schema_group, MANY(0, MENU_OPTION_GROUPS_MAX), o), \
    BOOL("hidden", o), \
    ENUM("stock_policy", stock_words, \
         NOTE("off: not counted; warn: sold all the same; strict: from rights only"), o)
#define REQUIRED .is_optional = false

SCHEMA(stock, "Stock", "Of an item that is counted; zeros where it is off.",
    COUNT("here", NOTE("units that this device may sell without asking")),
    COUNT("all", NOTE("units that all devices may sell, as far as is known here")),
    COUNT("oversold", NOTE("units that were sold without a right and not covered since")));

SCHEMA(stock_write, "StockWrite", "Either of them.",
    INT("add", -1000000, 1000000, OPTIONAL, NOTE("units more; negative: fewer")),
    INT("counted", 0, 1000000, OPTIONAL, NOTE("what lies there; what differs is corrected")));

SCHEMA(menu_item, "MenuItem", NULL,
    INT("number", 1, MENU_NUMBERS_MAX),
    TEXT("name", 0, NAME_BYTES_MAX),
    MONEY("price"),
    MENU_ITEM_REST(REQUIRED),
    BOOL("available", NOTE("false also when it is strict and nobody has any left")),
    OBJECT("stock", schema_stock),
    BOOL("price_conflict",
        NOTE("two prices were set at once; the lower is charged until it is set again")),
    BOOL("conflict", NOTE("another field was set twice at once")));

SCHEMA(menu, "Menu", NULL,
    TEXT("cursor", 1, CURSOR_MAX),
    OBJECT("items", schema_menu_item, MANY(0, MENU_ITEMS_MAX)));

SCHEMA(menu_new, "MenuNew", "A new item.",
    INT("number", 1, MENU_NUMBERS_MAX),
    TEXT("name", 1, NAME_BYTES_MAX),
    INT("price", 0, MONEY_MAX),
    MENU_ITEM_REST(OPTIONAL));

SCHEMA(menu_write, "MenuWrite", "Fields to change; what is left out stays. `available` alone.",
    TEXT("name", 1, NAME_BYTES_MAX, OPTIONAL),
    INT("price", 0, MONEY_MAX, OPTIONAL),
    MENU_ITEM_REST(OPTIONAL),
    BOOL("available", OPTIONAL));

SCHEMA(option_wanted, "OptionWanted", "Indexes into the item's groups and their choices.",
    INT("group", 0, MENU_OPTION_GROUPS_MAX - 1),
    INT("choice", 0, MENU_CHOICES_MAX - 1));

SCHEMA(line_wanted, "LineWanted", NULL,
    INT("item", 1, MENU_NUMBERS_MAX, NOTE("its number on the menu")),
    INT("quantity", 1, ORDER_QUANTITY_MAX),
    OBJECT("options", schema_option_wanted, MANY(0, LINE_OPTIONS_MAX), OPTIONAL),
    TEXT("note", 0, NOTE_BYTES_MAX, OPTIONAL));

SCHEMA(payment_wanted, "PaymentWanted", "Taken with the order.",
    TEXT("method", 1, SHORT_MAX, NOTE("cash, card-external")),
    INT("amount", 1, MONEY_MAX, OPTIONAL, NOTE("left out = the whole total")),
    INT("tendered", 1, MONEY_MAX, OPTIONAL));

SCHEMA(rate, "Rate", NULL,
    INT("tax_bp", 0, RATE_BP_MAX),
    INT("net", INT64_MIN, INT64_MAX),
    INT("tax", INT64_MIN, INT64_MAX),
    INT("gross", INT64_MIN, INT64_MAX));

SCHEMA(quote_wanted, "QuoteWanted", "What it would cost; prices come from the menu.",
    ENUM("mode", mode_words),
    OBJECT("lines", schema_line_wanted, MANY(1, ORDER_LINES_MAX)));

SCHEMA(quoted_option, "QuotedOption", NULL,
    TEXT("name", 0, NAME_BYTES_MAX),
    MONEY("price"));

SCHEMA(quoted_line, "QuotedLine", NULL,
    COUNT("item"),
    TEXT("name", 0, NAME_BYTES_MAX, NOTE("empty: nothing on the menu has that number")),
    TEXT("note", 0, NOTE_BYTES_MAX),
    OBJECT("options", schema_quoted_option, MANY(0, LINE_OPTIONS_MAX)),
    INT("quantity", 1, ORDER_QUANTITY_MAX),
    MONEY("unit_price", NOTE("without options")),
    MONEY("payable", NOTE("of the line, tax included; 0 when it cannot be had")),
    MONEY("tax"),
    ENUM("state", quote_words,
        NOTE("held: kept for this customer; offered: not counted; short: only `left` can be had; "
             "sold-out. The last two are in no total and will not be ordered")),
    COUNT("left", NOTE("of `short`")));

SCHEMA(quote, "Quote", "One for each customer: a new one takes the place of the old.",
    HEX("id", ID_DIGITS),
    COUNT("ends_in_ms",
        NOTE("until then its prices stand and its units are kept; 0 = it is over")),
    ENUM("mode", mode_words),
    BOOL("prices_include_tax"),
    OBJECT("lines", schema_quoted_line, MANY(1, ORDER_LINES_MAX)),
    BOOL("complete", NOTE("every line can be had")),
    MONEY("total", NOTE("what an order with it will cost, tax included")),
    MONEY("tax"),
    OBJECT("rates", schema_rate, MANY(0, ORDER_LINES_MAX)));

SCHEMA(order_place, "OrderPlace", "Prices and totals come from the menu, never from here.",
    TEXT("channel", 1, SHORT_MAX, NOTE("counter")),
    ENUM("mode", mode_words, OPTIONAL, NOTE("with `lines`; a quote has its own")),
    TEXT("name", 0, NAME_BYTES_MAX, OPTIONAL, NOTE("of the customer or the table")),
    OBJECT("lines", schema_line_wanted, MANY(1, ORDER_LINES_MAX), OPTIONAL,
        NOTE("at the prices of the menu now")),
    HEX("quote", ID_DIGITS, OPTIONAL,
        NOTE("instead of `lines`: what the customer was quoted, at those prices")),
    OBJECT("payment", schema_payment_wanted, OPTIONAL),
    BOOL("pay_first", OPTIONAL, NOTE("a draft until it is paid, whatever the pop-up says")),
    BOOL("forced", OPTIONAL, NOTE("also without a right to sell it: the portion is in sight")));

SCHEMA(order_placed, "OrderPlaced", NULL,
    HEX("id", ID_DIGITS),
    TEXT("number", 1, 16, NOTE("what is called out: A42")),
    COUNT("day"),
    MONEY("total"),
    MONEY("change", NOTE("cash to give back")),
    HEX("log", LOG_DIGITS),
    COUNT("seq"));

SCHEMA(lines_add, "LinesAdd", NULL,
    OBJECT("lines", schema_line_wanted, MANY(1, ORDER_LINES_MAX)),
    BOOL("forced", OPTIONAL, NOTE("as when placing")));

SCHEMA(line_set, "LineSet", "Changes to one line; what is left out stays.",
    INT("delta", -ORDER_QUANTITY_MAX, ORDER_QUANTITY_MAX, OPTIONAL, NOTE("added to the quantity")),
    TEXT("note", 0, NOTE_BYTES_MAX, OPTIONAL),
    OBJECT("options", schema_option_wanted, MANY(0, LINE_OPTIONS_MAX), OPTIONAL),
    BOOL("forced", OPTIONAL, NOTE("as when placing")));

SCHEMA(lines_void, "LinesVoid", NULL,
    INT("lines", 1, UINT32_MAX, MANY(1, ORDER_LINES_MAX)),
    TEXT("reason", 1, REASON_BYTES_MAX));

SCHEMA(refuse, "Refuse", "Lines left out = all of them.",
    LINE_IDS,
    TEXT("reason", 1, REASON_BYTES_MAX));

SCHEMA(accept, "Accept", NULL, TEXT("station", 0, SHORT_MAX, OPTIONAL));

SCHEMA(lines, "Lines", "Lines left out = all of them.", LINE_IDS);

SCHEMA(recall, "Recall", "Takes back done; with `waiting` also started, accepted and refused.",
    LINE_IDS,
    BOOL("waiting", OPTIONAL));

SCHEMA(amend, "Amend", "The kitchen's answer to a late edit of a line.",
    INT("line", 1, UINT32_MAX),
    BOOL("yes"));

SCHEMA(line_units, "LineUnits", NULL,
    INT("line", 1, UINT32_MAX),
    INT("units", 1, ORDER_QUANTITY_MAX));

SCHEMA(hand_over, "HandOver", "Units left out = everything.",
    OBJECT("units", schema_line_units, MANY(1, ORDER_LINES_MAX), OPTIONAL));

SCHEMA(reason, "Reason", NULL, TEXT("reason", 1, REASON_BYTES_MAX));

SCHEMA(contact, "Contact", "Lies in an erasable file, not in the journal.",
    TEXT("name", 0, NAME_BYTES_MAX, OPTIONAL),
    TEXT("phone", 0, SHORT_MAX, OPTIONAL),
    TEXT("address", 0, NOTE_BYTES_MAX, OPTIONAL),
    TEXT("note", 0, NOTE_BYTES_MAX, OPTIONAL));

SCHEMA(blob, "Blob", NULL,
    HEX("hash", HASH_DIGITS),
    COUNT("size"),
    TEXT("media", 1, MEDIA_BYTES_MAX));

SCHEMA(day, "Day", NULL,
    COUNT("day"),
    BOOL("closed"),
    COUNT("closes", NOTE("by how many devices or times; what counts is all that any of them held")),
    COUNT("closed_at", NOTE("0 = not yet")),
    TEXT("missing", 0, NAME_BYTES_MAX, MANY(0, DEVICES_MAX),
        NOTE("devices that are out of reach or have more than this one; none that was revoked or "
             "retired")));

SCHEMA(pay, "Pay", NULL,
    TEXT("method", 1, SHORT_MAX),
    POSITIVE("amount"),
    POSITIVE("tendered", OPTIONAL),
    TEXT("reference", 0, REFERENCE_BYTES_MAX, OPTIONAL));

SCHEMA(refund, "Refund", NULL,
    TEXT("method", 1, SHORT_MAX),
    POSITIVE("amount"),
    TEXT("reason", 0, REASON_BYTES_MAX),
    TEXT("reference", 0, REFERENCE_BYTES_MAX, OPTIONAL));

SCHEMA(unit_numbers, "UnitNumbers", "Units of a line count from 1; left out = all of it.",
    INT("line", 1, UINT32_MAX),
    INT("units", 1, ORDER_QUANTITY_MAX, MANY(1, WISH_UNITS_MAX), OPTIONAL));

SCHEMA(refund_wish, "RefundWish",
    "That the card provider gives back either units, or an amount out of goodwill: then `slot` "
    "counts the order's goodwill amounts, so that one asked for twice is one.",
    OBJECT("lines", schema_unit_numbers, MANY(1, ORDER_LINES_MAX), OPTIONAL),
    POSITIVE("amount", OPTIONAL),
    INT("slot", 1, ORDER_WISHES_MAX, OPTIONAL),
    TEXT("reason", 1, REASON_BYTES_MAX));

SCHEMA(discount, "Discount", "A percentage or an amount, not both.",
    INT("percent_bp", 1, 10000, OPTIONAL, NOTE("basis points")),
    POSITIVE("amount", OPTIONAL),
    TEXT("reason", 0, REASON_BYTES_MAX));

SCHEMA(seen, "Seen", "A kitchen's board drew the ticket on a visible page.",
    TEXT("station", 0, SHORT_MAX),
    TEXT("changed", 1, CURSOR_MAX + 16, NOTE("Order.changed of what was drawn")));

SCHEMA(print, "Print", "A ticket of one station, or a receipt.",
    ENUM("what", print_words),
    TEXT("station", 0, NAME_BYTES_MAX, OPTIONAL, NOTE("of a ticket")),
    INT("printer", 1, MENU_NUMBERS_MAX, NOTE("its number")));

SCHEMA(done, "Done", NULL,
    HEX("id", ID_DIGITS),
    HEX("log", LOG_DIGITS),
    COUNT("seq"),
    COUNT("events", NOTE("how many were written; 0 = it was so already")));

SCHEMA(option, "Option", NULL, TEXT("name", 0, NAME_BYTES_MAX), MONEY("price"));

SCHEMA(line, "Line", NULL,
    INT("id", 1, UINT32_MAX),
    COUNT("item", NOTE("number on the menu; 0 = free text")),
    TEXT("name", 0, NAME_BYTES_MAX),
    TEXT("station", 0, NAME_BYTES_MAX),
    COUNT("stall", NOTE("number of its stall; 0 = none")),
    TEXT("note", 0, NOTE_BYTES_MAX),
    TEXT("other_note", 0, NOTE_BYTES_MAX,
        NOTE("written at the same time, elsewhere; when `conflict`")),
    OBJECT("options", schema_option, MANY(0, LINE_OPTIONS_MAX)),
    INT("quantity", 0, INT32_MAX, NOTE("in effect")),
    INT("wished", 0, INT32_MAX, NOTE("with edits that wait for the kitchen's yes")),
    ENUM("progress", progress_words),
    INT("handed", 0, INT32_MAX, NOTE("units given out")),
    MONEY("unit_price", NOTE("without options")),
    MONEY("total", NOTE("after discount")),
    MONEY("discount"),
    ENUM("state", line_state_words),
    BOOL("accepted"),
    BOOL("added_late"),
    BOOL("conflict"));

SCHEMA(payment, "Payment", NULL,
    HEX("id", ID_DIGITS),
    TEXT("method", 0, NAME_BYTES_MAX),
    MONEY("amount"),
    MONEY("tendered"),
    BOOL("refund"),
    TEXT("reference", 0, REFERENCE_BYTES_MAX));

SCHEMA(provider_payment, "ProviderPayment", NULL,
    TEXT("id", 1, PROVIDER_ID_BYTES_MAX),
    ENUM("state", intent_words),
    MONEY("amount"),
    MONEY("held", NOTE("by the customer's bank, for us")),
    MONEY("received"),
    MONEY("refunded"));

SCHEMA(provider_refund, "ProviderRefund", NULL,
    TEXT("id", 1, PROVIDER_ID_BYTES_MAX),
    TEXT("payment", 1, PROVIDER_ID_BYTES_MAX),
    ENUM("status", refund_words),
    MONEY("amount"));

SCHEMA(provider_dispute, "ProviderDispute", NULL,
    TEXT("id", 1, PROVIDER_ID_BYTES_MAX),
    ENUM("status", dispute_words),
    MONEY("amount"));

SCHEMA(wish_lines, "WishLines", NULL,
    INT("line", 1, UINT32_MAX),
    INT("units", 1, ORDER_QUANTITY_MAX, MANY(1, WISH_UNITS_MAX)));

SCHEMA(wish, "Wish", "That money goes back.",
    HEX("id", 32),
    ENUM("state", wish_words),
    MONEY("amount"),
    MONEY("open", NOTE("still to be given back")),
    BOOL("automatic", NOTE("a rule wished it, no person")),
    TEXT("reason", 0, REASON_BYTES_MAX),
    OBJECT("lines", schema_wish_lines, MANY(0, ORDER_LINES_MAX)));

SCHEMA(provider, "Provider", "What the card provider told of an order, and what is wished back.",
    MONEY("held"),
    MONEY("forgiven", NOTE("given back by a person's wish: not asked for again")),
    OBJECT("payments", schema_provider_payment, MANY(0, ORDER_INTENTS_MAX)),
    OBJECT("refunds", schema_provider_refund, MANY(0, ORDER_PROVIDER_REFUNDS_MAX)),
    OBJECT("disputes", schema_provider_dispute, MANY(0, ORDER_DISPUTES_MAX)),
    OBJECT("wishes", schema_wish, MANY(0, ORDER_WISHES_MAX)));

SCHEMA(receipt_brief, "ReceiptBrief", NULL,
    TEXT("name", 1, 40, NOTE("lane, incarnation of the device's log, number")),
    INT("number", 1, UINT32_MAX, NOTE("dense in its log, from 1")),
    ENUM("kind", receipt_words),
    MONEY("total"),
    MONEY("tax"),
    HEX("hash", 8, NOTE("of the journal's chain at the receipt")));

SCHEMA(receipt_line, "ReceiptLine", NULL,
    TEXT("name", 0, NAME_BYTES_MAX),
    INT("quantity", 0, INT32_MAX),
    MONEY("discount"),
    MONEY("payable"),
    INT("tax_bp", 0, RATE_BP_MAX));

SCHEMA(receipt, "Receipt", "The lines and rates are the order's present ones.",
    TEXT("name", 1, 40),
    INT("number", 1, UINT32_MAX),
    ENUM("kind", receipt_words),
    MONEY("total"),
    MONEY("tax"),
    HEX("hash", 8, NOTE("of the journal's chain at the receipt")),
    BOOL("current", NOTE("the order has not changed since; otherwise ask for a new one")),
    COUNT("at"),
    OBJECT("lines", schema_receipt_line, MANY(0, ORDER_LINES_MAX)),
    OBJECT("rates", schema_rate, MANY(0, ORDER_LINES_MAX)),
    MONEY("discount"),
    MONEY("paid"),
    MONEY("refunded"));

SCHEMA(report_method, "ReportMethod", NULL,
    TEXT("method", 1, NAME_BYTES_MAX, NOTE("`card-online` is the provider's")),
    COUNT("payments"),
    COUNT("refunds"),
    COUNT("paid"),
    COUNT("refunded"),
    INT("rounding", INT64_MIN, INT64_MAX, NOTE("of cash: what changed hands beside the amounts")));

SCHEMA(report_missing, "ReportMissing", "A device whose events may not all be here yet.",
    TEXT("name", 0, NAME_BYTES_MAX),
    BOOL("linked"),
    COUNT("events", NOTE("that are known to be missing")));

SCHEMA(report, "Report", "A trading day: the sums over its orders.",
    COUNT("day"),
    BOOL("complete", NOTE("false: the day has more orders than one report adds up")),
    COUNT("orders"),
    COUNT("open"),
    COUNT("completed"),
    COUNT("cancelled"),
    COUNT("refused"),
    COUNT("flagged", NOTE("a person must settle them")),
    INT("owed", INT64_MIN, INT64_MAX, NOTE("sales, tax included, after discounts")),
    INT("tax", INT64_MIN, INT64_MAX),
    COUNT("discount"),
    COUNT("paid"),
    COUNT("refunded"),
    COUNT("forgiven"),
    COUNT("give_back", NOTE("still due to customers")),
    COUNT("collect", NOTE("still due from customers")),
    COUNT("held"),
    COUNT("disputed"),
    OBJECT("methods", schema_report_method, MANY(0, 16)),
    OBJECT("rates", schema_rate, MANY(0, 32)),
    OBJECT("missing", schema_report_missing, MANY(0, DEVICES_MAX)));

SCHEMA(order, "Order", NULL,
    HEX("id", ID_DIGITS),
    TEXT("number", 0, 16, NOTE("the first of `numbers`")),
    TEXT("numbers", 1, 16, MANY(0, ORDER_NUMBERS_MAX)),
    COUNT("day"),
    ENUM("phase", phase_words),
    TEXT("channel", 0, NAME_BYTES_MAX),
    TEXT("mode", 0, NAME_BYTES_MAX),
    TEXT("name", 0, NAME_BYTES_MAX),
    COUNT("opened_at"),
    COUNT("accepted_at", NOTE("0 = not yet")),
    COUNT("ready_at", NOTE("0 = not yet")),
    COUNT("handed_at", NOTE("0 = not yet")),
    ENUM("flags", flag_words, MANY(0, 32)),
    OBJECT("lines", schema_line, MANY(0, ORDER_LINES_MAX)),
    OBJECT("payments", schema_payment, MANY(0, ORDER_PAYMENTS_MAX)),
    MONEY("total"),
    MONEY("tax"),
    MONEY("owed"),
    MONEY("paid"),
    MONEY("refunded"),
    MONEY("due", NOTE("> 0 give back, < 0 collect")),
    ENUM("stuck", tick_words, OPTIONAL,
        NOTE("the tick that it waits for too long; on /ws it is in `marks`")),
    OBJECT("provider", schema_provider, OPTIONAL),
    COUNT("reserved_for_ms", OPTIONAL,
        NOTE("from now on, until the hold ends by itself unless it is accepted; on a gateway")),
    OBJECT("receipts", schema_receipt_brief, MANY(1, ORDER_RECEIPTS_MAX), OPTIONAL),
    BOOL("cancelled"),
    TEXT("reason", 0, REASON_BYTES_MAX),
    TEXT("claimed_by", 0, LOG_DIGITS, NOTE("log whose accept holds; empty = none")),
    HEX("log", LOG_DIGITS, NOTE("where it was opened")),
    COUNT("seq"),
    BOOL("late", NOTE("of a closed day, and not in its close")),
    TEXT("contact", 0, HASH_DIGITS,
        NOTE("hash of the blob that says how to reach the guest; empty = none")),
    TEXT("changed", 0, CURSOR_MAX + 16, NOTE("names the newest line-changing operation; opaque")),
    BOOL("seen"));

SCHEMA(purchase_line, "PurchaseLine", NULL,
    INT("id", 1, UINT32_MAX),
    TEXT("name", 0, NAME_BYTES_MAX),
    TEXT("note", 0, NOTE_BYTES_MAX),
    INT("quantity", 0, ORDER_QUANTITY_MAX),
    INT("handed", 0, ORDER_QUANTITY_MAX),
    MONEY("payable", NOTE("tax included")),
    ENUM("progress", progress_words),
    ENUM("state", line_state_words));

SCHEMA(ready_in, "ReadyIn", "From now on, as orders went that became ready lately.",
    COUNT("low_ms"),
    COUNT("high_ms"));

SCHEMA(purchase, "Purchase", "An order as its customer sees it.",
    HEX("id", ID_DIGITS),
    TEXT("number", 0, 16, NOTE("what is called out: A42")),
    ENUM("phase", phase_words),
    TEXT("said", 1, 200, NOTE("where it stands, for a person")),
    TEXT("mode", 0, NAME_BYTES_MAX),
    TEXT("name", 0, NAME_BYTES_MAX),
    OBJECT("lines", schema_purchase_line, MANY(0, ORDER_LINES_MAX)),
    MONEY("total"),
    MONEY("tax"),
    MONEY("paid"),
    MONEY("reserved", NOTE("held by a bank, not charged")),
    COUNT("reserved_for_ms", OPTIONAL,
        NOTE("from now on, until that ends by itself unless the kitchen takes it; on a gateway")),
    MONEY("refunded"),
    MONEY("due", NOTE("> 0 will be given back, < 0 is to be paid")),
    BOOL("cancelled"),
    TEXT("reason", 0, REASON_BYTES_MAX, NOTE("of a cancel or refusal")),
    COUNT("opened_at"),
    COUNT("accepted_at", NOTE("0 = not yet")),
    COUNT("ready_at", NOTE("0 = not yet")),
    COUNT("handed_at", NOTE("0 = not yet")),
    COUNT("ahead", OPTIONAL, NOTE("orders before it that are not ready; while the kitchen has it")),
    OBJECT("ready_in", schema_ready_in, OPTIONAL,
        NOTE("left out while too few orders became ready, and when it takes longer than "
             "they did")));

SCHEMA(order_list, "OrderList", NULL,
    TEXT("cursor", 1, CURSOR_MAX),
    OBJECT("orders", schema_order, MANY(0, ORDERS_MAX)));

SCHEMA(pickup_board, "PickupBoard", "Numbers only.",
    TEXT("cursor", 1, CURSOR_MAX),
    TEXT("preparing", 1, 16, MANY(0, ORDERS_MAX)),
    TEXT("ready", 1, 16, MANY(0, ORDERS_MAX)));

SCHEMA(screens, "Screens", "How many screens of each kind look at a device.",
    COUNT("counter"),
    COUNT("kitchen"),
    COUNT("pickup"));

SCHEMA(peer, "Peer", "Another device of the pop-up.",
    HEX("device", LOG_DIGITS),
    TEXT("name", 0, NAME_BYTES_MAX),
    ENUM("role", role_words),
    BOOL("linked"),
    INT("heard_ms_ago", -1, INT64_MAX, NOTE("-1 = never")),
    COUNT("behind", NOTE("events that it still lacks")),
    COUNT("ahead", NOTE("events that it has and we lack")),
    INT("clock_offset_ms", -INT64_MAX, INT64_MAX, NOTE("its clock minus ours; 0 when not linked")),
    ENUM("state", link_words),
    OBJECT("screens", schema_screens, OPTIONAL, NOTE("left out when it told nothing lately")));

SCHEMA(printer_status, "PrinterStatus", "A printer that this device owns.",
    COUNT("number"),
    BOOL("ready"),
    COUNT("waiting", NOTE("slips")),
    TEXT("state", 0, 120, NOTE("what is in its way, for a person")));

SCHEMA(status, "Status", NULL,
    HEX("device", LOG_DIGITS),
    COUNT("day"),
    COUNT("events"),
    COUNT("logs"),
    COUNT("opaque", NOTE("events that need newer software")),
    COUNT("orders_active"),
    COUNT("orders_stuck", NOTE("whose next tick has not come in time")),
    COUNT("orders_voided", NOTE("that somebody must decide on; /api/voided names them")),
    COUNT("store_bytes"),
    COUNT("store_bytes_max"),
    COUNT("uptime_s"),
    COUNT("beacons_sent", NOTE("0 = none are sent: not wanted, or loopback only")),
    COUNT("beacons_heard", NOTE("of this pop-up's other devices")),
    COUNT("beacons_foreign", NOTE("of others, or nonsense")),
    OBJECT("peers", schema_peer, MANY(0, DEVICES_MAX)),
    OBJECT("printers", schema_printer_status, MANY(0, PRINTERS_MAX)),
    TEXT("version", 0, 80));

SCHEMA(device, "Device", "A device of the pop-up, this one among them.",
    HEX("id", LOG_DIGITS),
    TEXT("name", 0, NAME_BYTES_MAX),
    ENUM("role", role_words),
    TEXT("lane", 0, LANE_BYTES_MAX),
    BOOL("own", NOTE("it is the one that answers")),
    BOOL("revoked", NOTE("stolen: what it signed later does not count, and nobody talks to it")),
    BOOL("retired", NOTE("dead: it may come back, but its stock went to others")),
    ENUM("state", link_words, OPTIONAL, NOTE("of the link; left out for the own device")));

SCHEMA(device_list, "DeviceList", NULL,
    OBJECT("devices", schema_device, MANY(0, DEVICES_MAX)));

SCHEMA(device_role, "DeviceRole", "What a device is from now on.", ENUM("role", role_words));

SCHEMA(device_rename, "DeviceRename", NULL, TEXT("name", 1, NAME_BYTES_MAX));

SCHEMA(voided_line, "VoidedLine", NULL,
    COUNT("quantity"),
    TEXT("name", 0, NAME_BYTES_MAX));

SCHEMA(voided, "Voided",
    "An order of which a revocation voided something that is held here; what it would be, if it "
    "is adopted.",
    HEX("id", ID_DIGITS),
    TEXT("number", 1, 16),
    TEXT("name", 0, NAME_BYTES_MAX, NOTE("whose it is")),
    HEX("device", LOG_DIGITS, NOTE("that was revoked")),
    TEXT("device_name", 0, NAME_BYTES_MAX),
    COUNT("opened_at"),
    COUNT("lines"),
    OBJECT("shown", schema_voided_line, MANY(0, VOIDED_LINES_SHOWN_MAX),
        NOTE("the first of its lines")),
    MONEY("total"),
    COUNT("events", NOTE("that do not count")));

SCHEMA(voided_list, "VoidedList", "Oldest first.",
    OBJECT("orders", schema_voided, MANY(0, VOIDED_ORDERS_MAX)));

SCHEMA(person, "Person", "What a person may do.",
    POSITIVE("staff"),
    ENUM("role", role_words, NOTE("none: nothing any more")),
    COUNT("version", NOTE("how often that was said")),
    BOOL("disputed",
        NOTE("two admins said otherwise at once: only what both allow, until one says it again")));

SCHEMA(person_list, "PersonList", NULL,
    OBJECT("people", schema_person, MANY(0, ROSTER_PEOPLE_MAX)));

SCHEMA(person_role, "PersonRole", "What a person may do from now on.", ENUM("role", role_words));

SCHEMA(mark, "Mark", "Events of `log` up to `seq` are on `copies` devices.",
    HEX("log", LOG_DIGITS),
    COUNT("seq"));

SCHEMA(frame_hello, "FrameHello", "The node's first frame on /ws.",
    ENUM("type", hello_word),
    OBJECT("session", schema_session),
    COUNT("now"),
    BOOL("resumed", NOTE("the cursor was good; no snapshot follows")));

SCHEMA(frame_snapshot, "FrameSnapshot", "The view's whole state; in parts while `more`.",
    ENUM("type", snapshot_word),
    OBJECT("orders", schema_order, MANY(0, ORDERS_MAX)),
    OBJECT("items", schema_menu_item, MANY(0, MENU_ITEMS_MAX)),
    TEXT("cursor", 1, CURSOR_MAX),
    BOOL("more"));

SCHEMA(frame_delta, "FrameDelta", "Newest states of what changed since the last cursor.",
    ENUM("type", delta_word),
    OBJECT("orders", schema_order, MANY(0, ORDERS_MAX)),
    HEX("removed", ID_DIGITS, MANY(0, 2 * ORDERS_MAX), NOTE("orders that left the view")),
    OBJECT("items", schema_menu_item, MANY(0, MENU_ITEMS_MAX)),
    OBJECT("session", schema_session, OPTIONAL),
    ENUM("records", record_words, MANY(0, 8), NOTE("lists that changed: read them again")),
    TEXT("cursor", 1, CURSOR_MAX));

SCHEMA(stuck, "Stuck",
    "An order whose next tick has not come within `escalate_after_s`, counted by this node.",
    HEX("id", ID_DIGITS),
    ENUM("tick", tick_words, NOTE("the one that is awaited")));

SCHEMA(frame_marks, "FrameMarks", "Each second, and whenever a mark or a peer's link moves.",
    ENUM("type", marks_word),
    OBJECT("logs", schema_mark, MANY(0, LOGS_MAX)),
    OBJECT("peers", schema_peer, MANY(0, DEVICES_MAX)),
    OBJECT("stuck", schema_stuck, MANY(0, 64), OPTIONAL),
    OBJECT("printers", schema_printer_status, MANY(1, PRINTERS_MAX), OPTIONAL,
        NOTE("of this device, those that do not print")),
    COUNT("opaque", OPTIONAL,
        NOTE("events that need newer software; left out when there are none")),
    COUNT("voided", OPTIONAL, NOTE("orders that a manager must decide on: read them again")),
    COUNT("now"));

SCHEMA(frame_seen, "FrameSeen", "From a kitchen's board: the ticket was drawn on a visible page.",
    ENUM("type", seen_word),
    HEX("order", ID_DIGITS),
    TEXT("changed", 1, CURSOR_MAX + 16),
    TEXT("station", 0, SHORT_MAX));

/* --- customers' phones on /ws, see live.h --- */

SCHEMA(live_open, "LiveOpen", "A customer's first frame on /ws?view=customer: who that is.",
    ENUM("type", open_word),
    TEXT("token", 1, TOKEN_TEXT_MAX - 1),
    HEX("orders", ID_DIGITS, MANY(0, LIVE_ORDERS_MAX), NOTE("that it follows")),
    TEXT("cursor", 1, CURSOR_BYTES_MAX - 1, OPTIONAL, NOTE("the last that it was told, or Menu's")));

SCHEMA(live_follow, "LiveFollow", "From now on these orders instead of those before.",
    ENUM("type", follow_word),
    HEX("orders", ID_DIGITS, MANY(0, LIVE_ORDERS_MAX)));

SCHEMA(live_queue, "LiveQueue", "What is before one who orders now.",
    COUNT("waiting", NOTE("orders that the kitchen has to do")),
    OBJECT("ready_in", schema_ready_in, OPTIONAL));

SCHEMA(live_snapshot, "LiveSnapshot", "A customer's orders and the whole menu; in parts while `more`.",
    ENUM("type", snapshot_word),
    OBJECT("orders", schema_purchase, MANY(0, LIVE_ORDERS_MAX)),
    HEX("removed", ID_DIGITS, MANY(0, LIVE_ORDERS_MAX),
        NOTE("followed, and nobody's or another's")),
    OBJECT("items", schema_menu_item, MANY(0, MENU_ITEMS_MAX)),
    OBJECT("session", schema_session, OPTIONAL),
    OBJECT("queue", schema_live_queue, OPTIONAL),
    COUNT("now"),
    BOOL("more"),
    TEXT("cursor", 1, CURSOR_MAX, OPTIONAL, NOTE("all up to it was told")));

SCHEMA(live_delta, "LiveDelta", "Newest states of what changed for a customer.",
    ENUM("type", delta_word),
    OBJECT("orders", schema_purchase, MANY(0, LIVE_ORDERS_MAX)),
    HEX("removed", ID_DIGITS, MANY(0, LIVE_ORDERS_MAX)),
    OBJECT("items", schema_menu_item, MANY(0, MENU_ITEMS_MAX)),
    OBJECT("session", schema_session, OPTIONAL),
    OBJECT("queue", schema_live_queue, OPTIONAL),
    COUNT("now"),
    TEXT("cursor", 1, CURSOR_MAX, OPTIONAL));

SCHEMA(live_beat, "LiveBeat", "Nothing changed for 10 s.",
    ENUM("type", beat_word),
    COUNT("now"));

/* --- records: rows of sync/domain/record_fields.h --- */

#define SHOWN_TEXT(name, min, max, ...)   TEXT(name, 0, max, __VA_ARGS__)
#define SHOWN_NUMBER(name, min, max, ...) INT(name, 0, max, __VA_ARGS__)
#define SHOWN_TRUTH(name, min, max, ...)  BOOL(name, __VA_ARGS__)
#define SHOWN_BYTES(name, min, max, ...)  TEXT(name, 0, 2 * INT64_C(max), __VA_ARGS__)
#define ASKED_TEXT(name, min, max, ...)   TEXT(name, min, max, __VA_ARGS__)
#define ASKED_NUMBER(name, min, max, ...) INT(name, min, max, __VA_ARGS__)
#define ASKED_TRUTH(name, min, max, ...)  BOOL(name, __VA_ARGS__)
#define ASKED_BYTES(name, min, max, ...)                                                           \
    TEXT(name, 2 * INT64_C(min), 2 * INT64_C(max), __VA_ARGS__)
#define SHOWN(symbol, number, name, form, min, max, merge, otherwise, note_)                       \
    SHOWN_##form(name, min, max, .note = (note_)),
#define ASKED(symbol, number, name, form, min, max, merge, otherwise, note_)                       \
    ASKED_##form(name, min, max, .note = (note_), OPTIONAL),

#define RECORD_SCHEMAS(word, name_, path, fields, count)                                           \
    SCHEMA(word, name_, NULL,                                                                      \
        HEX("id", ID_DIGITS),                                                                      \
        NUMBERED_FIELDS(SHOWN, MERGE_TRUE)                                                         \
        fields(SHOWN)                                                                              \
        BOOL("conflict", NOTE("a field was set twice at once; say it again to settle it")));       \
    SCHEMA(word##_list, name_ "List", NULL,                                                        \
        TEXT("cursor", 1, CURSOR_MAX),                                                             \
        OBJECT(path, schema_##word, MANY(0, count)));                                              \
    SCHEMA(word##_write, name_ "Write", "A new one needs a name; only a new one says a number.",   \
        NUMBERED_FIELDS(ASKED, MERGE_TRUE)                                                         \
        fields(ASKED))

RECORD_SCHEMAS(stall, "Stall", "stalls", STALL_FIELDS, STALLS_MAX);
RECORD_SCHEMAS(station, "Station", "stations", STATION_FIELDS, STATIONS_MAX);
RECORD_SCHEMAS(staff, "Staff", "staff", STAFF_FIELDS, STAFF_MAX);
RECORD_SCHEMAS(tax, "Tax", "taxes", TAX_FIELDS, TAXES_MAX);
RECORD_SCHEMAS(offer, "Offer", "offers", OFFER_FIELDS, OFFERS_MAX);
RECORD_SCHEMAS(printer, "Printer", "printers", PRINTER_FIELDS, PRINTERS_MAX);

SCHEMA(review, "Review", NULL,
    HEX("id", ID_DIGITS),
    REVIEW_FIELDS(SHOWN)
    MODERATION_FIELDS(SHOWN)
    BOOL("conflict", NOTE("a field was set twice at once; say it again to settle it")));
SCHEMA(review_list, "ReviewList", NULL,
    TEXT("cursor", 1, CURSOR_MAX),
    OBJECT("reviews", schema_review, MANY(0, REVIEWS_MAX)));
SCHEMA(review_write, "ReviewWrite", "The first time with a rating; what is left out stays.",
    INT("rating", 1, 5, OPTIONAL),
    TEXT("text", 0, REVIEW_BYTES_MAX, OPTIONAL),
    TEXT("photo", 0, 64, OPTIONAL, NOTE("hash of a blob, hex; empty = none")));
SCHEMA(review_hide, "ReviewHide", NULL,
    BOOL("hidden"),
    TEXT("reason", 0, REASON_BYTES_MAX, NOTE("wanted when hidden")));

/* --- cash sessions --- */

SCHEMA(drawer_moved, "DrawerMoved", NULL,
    HEX("id", ID_DIGITS),
    MONEY("amount", NOTE("> 0 put in")),
    TEXT("reason", 0, REASON_BYTES_MAX));

SCHEMA(drawer_counted, "DrawerCounted", "With the figures up to what its writer had of the log.",
    HEX("id", ID_DIGITS),
    MONEY("counted"),
    TEXT("note", 0, NOTE_BYTES_MAX),
    MONEY("cash", NOTE("taken in sales less given back")),
    MONEY("expected"),
    MONEY("difference", NOTE("counted less expected")),
    COUNT("missing", NOTE("events that this device lacks: the figures are without them")),
    BOOL("overflow", NOTE("too large to add up: the figures are 0")));

SCHEMA(drawer, "Drawer", "A cash session.",
    HEX("id", ID_DIGITS),
    COUNT("number"),
    COUNT("day"),
    HEX("log", LOG_DIGITS, NOTE("whose cash it holds")),
    COUNT("opened_at"),
    COUNT("opened_by", NOTE("staff number; 0 = the device's own screen")),
    MONEY("float"),
    OBJECT("moves", schema_drawer_moved, MANY(0, DRAWER_MOVES_MAX)),
    OBJECT("counts", schema_drawer_counted, MANY(0, DRAWER_COUNTS_MAX)),
    MONEY("cash", NOTE("up to now, taken in sales less given back")),
    MONEY("expected", NOTE("up to now: float, moves and cash")),
    BOOL("counted", NOTE("closed")),
    BOOL("counted_twice", NOTE("both stand; a manager decides")),
    BOOL("opened_twice", NOTE("a retry opened it at another device: its cash is not in it")),
    BOOL("overflow"),
    BOOL("cut_short"));

SCHEMA(drawer_list, "DrawerList", NULL,
    TEXT("cursor", 1, CURSOR_MAX),
    OBJECT("drawers", schema_drawer, MANY(0, DRAWERS_MAX)));

SCHEMA(drawer_open, "DrawerOpen", NULL,
    INT("number", 1, DRAWER_NUMBER_MAX),
    INT("float", 0, MONEY_MAX));

SCHEMA(drawer_move, "DrawerMove", NULL,
    MONEY("amount", NOTE("> 0 put in, < 0 taken out")),
    TEXT("reason", 1, REASON_BYTES_MAX));

SCHEMA(drawer_count, "DrawerCount", NULL,
    INT("counted", 0, MONEY_MAX),
    TEXT("note", 0, NOTE_BYTES_MAX, OPTIONAL));
/* clang-format on */

/* The body `{}`: an empty array of fields is not C. */
const struct schema schema_nothing = {.name = "Nothing", .note = "{}"};

#define X(suffix, name) &schema_##suffix,
const struct schema *const schemas[] = {SCHEMAS(X)};
#undef X
const size_t schemas_count = sizeof schemas / sizeof schemas[0];

const struct schema_field *schema_field_find(const struct schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->count; i++)
        if (strcmp(schema->fields[i].name, name) == 0)
            return &schema->fields[i];
    return NULL;
}

static bool field_is_sound(const struct schema_field *field)
{
    return (field->type == SCHEMA_ENUM) == (field->words != NULL) &&
           (field->type == SCHEMA_OBJECT) == (field->object != NULL) && field->min <= field->max &&
           (!field->is_array || (field->items_max > 0 && field->items_min <= field->items_max));
}

static const char *schema_mistake(const struct schema *schema)
{
    for (size_t i = 0; i < schema->count; i++)
        if (!field_is_sound(&schema->fields[i]) ||
            schema_field_find(schema, schema->fields[i].name) != &schema->fields[i])
            return schema->fields[i].name;
    return NULL;
}

const char *schemas_mistake(void)
{
    const char *mistake = NULL;
    for (size_t i = 0; i < schemas_count && mistake == NULL; i++)
        mistake = schema_mistake(schemas[i]);
    return mistake;
}
