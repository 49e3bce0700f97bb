/* Money: taken, given back, receipts, reports, cash sessions. */
#include "node/json/schema_fields.h"
#include "sync/domain/drawer.h"
#include "sync/domain/order.h"
#include "sync/domain/record.h"
#include "sync/domain/report.h"

WORDS(receipt_words, "sale", "correction");

/* clang-format off */
SCHEMA(pay, "Pay", NULL,
    TEXT("method", 1, SHORT_MAX),
    POSITIVE("amount"),
    POSITIVE("tendered", OPTIONAL),
    POSITIVE("tip", OPTIONAL,
        NOTE("of `amount`: on top of the order and of its tip until now")),
    TEXT("reference", 0, REFERENCE_BYTES_MAX, OPTIONAL));

SCHEMA(tip, "Tip",
    "An amount, at most what the order costs, or a share of that; not both. tip: 0 = none.",
    WANTED_TIP);

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

SCHEMA(discount, "Discount",
    "A percentage, an amount or an offer's number: exactly one. An offer that needs a manager, "
    "and by hand as much as one takes off, is given by a manager, owner or organiser: otherwise "
    "403 `needs_manager`.",
    INT("percent_bp", 1, 10000, OPTIONAL, NOTE("basis points")),
    POSITIVE("amount", OPTIONAL),
    INT("offer", 1, RECORD_NUMBER_MAX, OPTIONAL, NOTE("409 `unavailable`: it is out of use")),
    TEXT("reason", 0, REASON_BYTES_MAX, NOTE("empty: the offer's, or its name")));

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
    MONEY("tip", OPTIONAL, NOTE("on top of `total`; no sales")),
    MONEY("paid"),
    MONEY("refunded"));

SCHEMA(report_tip, "ReportTip", "What was tipped where this person took it.",
    COUNT("staff", NOTE("number; 0 = said by guests themselves, or by nobody in particular")),
    COUNT("tip"));

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
    BOOL("remaking", OPTIONAL,
         NOTE("true: this device makes its figures right, and they may be as before; ask again in "
              "some seconds")),
    COUNT("orders"),
    COUNT("open"),
    COUNT("completed"),
    COUNT("cancelled"),
    COUNT("refused"),
    COUNT("flagged", NOTE("a person must settle them")),
    COUNT("uncollected", NOTE("orders of which nobody came for a part, or for all")),
    INT("owed", INT64_MIN, INT64_MAX, NOTE("sales, tax included, after discounts")),
    INT("tax", INT64_MIN, INT64_MAX),
    COUNT("discount"),
    COUNT("tip", NOTE("on top of `owed`: no sales, and no tax is in it")),
    COUNT("paid"),
    COUNT("refunded"),
    COUNT("forgiven"),
    COUNT("give_back", NOTE("still due to customers")),
    COUNT("collect", NOTE("still due from customers")),
    COUNT("held"),
    COUNT("held_until", OPTIONAL,
        NOTE("when a bank lets go of the first of it, by the provider's clock; left out until a "
             "gateway heard it")),
    COUNT("disputed"),
    COUNT("left_behind",
        NOTE("what nobody came for, at its price before discounts; it may be paid")),
    OBJECT("methods", schema_report_method, MANY(0, 16)),
    OBJECT("rates", schema_rate, MANY(0, 32)),
    OBJECT("tips", schema_report_tip, MANY(0, REPORT_TIPS_MAX)),
    OBJECT("missing", schema_report_missing, MANY(0, DEVICES_MAX)));

SCHEMA(drawer_moved, "DrawerMoved", NULL,
    HEX("id", ID_DIGITS),
    MONEY("amount", NOTE("> 0 put in")),
    TEXT("reason", 0, REASON_BYTES_MAX));

SCHEMA(drawer_counted, "DrawerCounted", "With the figures up to what its writer had of the log.",
    HEX("id", ID_DIGITS),
    MONEY("counted"),
    TEXT("note", 0, NOTE_BYTES_MAX),
    MONEY("paid", NOTE("cash taken in sales")),
    MONEY("refunded", NOTE("cash given back")),
    MONEY("cash", NOTE("`paid` less `refunded`")),
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
    MONEY("paid", NOTE("up to now, cash taken in sales")),
    MONEY("refunded", NOTE("up to now, cash given back")),
    MONEY("cash", NOTE("`paid` less `refunded`")),
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
