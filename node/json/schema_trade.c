/* How trade went. */
#include "node/figures/trade.h"
#include "node/json/schema_fields.h"

/* clang-format off */
SCHEMA(trade_day, "TradeDay", NULL,
    COUNT("day"),
    COUNT("orders"),
    INT("owed", INT64_MIN, INT64_MAX));

SCHEMA(trade_slot, "TradeSlot", "The orders that were opened within a quarter of an hour.",
    COUNT("at", NOTE("its begin")),
    COUNT("orders"),
    INT("owed", INT64_MIN, INT64_MAX));

SCHEMA(trade_share, "TradeShare", NULL,
    TEXT("name", 0, NAME_BYTES_MAX),
    COUNT("orders"),
    INT("owed", INT64_MIN, INT64_MAX));

SCHEMA(trade_item, "TradeItem", "What an item brought in; what most comes first.",
    COUNT("item", NOTE("0: it was typed in, or stands for all further ones")),
    COUNT("stall", NOTE("0 = none")),
    TEXT("name", 0, NAME_BYTES_MAX),
    COUNT("lines"),
    COUNT("units"),
    COUNT("handed", NOTE("of the units")),
    INT("owed", INT64_MIN, INT64_MAX, NOTE("tax included, after discounts")),
    INT("discount", INT64_MIN, INT64_MAX));

SCHEMA(trade_loss, "TradeLoss", "Lines that were sold and are not; or units of lines that are.",
    COUNT("lines"),
    COUNT("units"),
    INT("amount", INT64_MIN, INT64_MAX, NOTE("what they would have cost, before discounts")));

WORDS(trade_by, "person", "nobody", "rule", "provider");

SCHEMA(trade_deduction, "TradeDeduction", NULL,
    COUNT("count", NOTE("lines, orders, discounts or refunds")),
    INT("amount", INT64_MIN, INT64_MAX));

SCHEMA(trade_person, "TradePerson", "What somebody took off orders.",
    ENUM("by", trade_by,
        NOTE("a person who was signed in; nobody was; the rule that refunds what the kitchen "
             "refuses; the card provider, where nobody here asked for it")),
    COUNT("staff", NOTE("number; 0 = none of a person")),
    OBJECT("voids", schema_trade_deduction, NOTE("lines; together `voided`")),
    OBJECT("cancels", schema_trade_deduction, NOTE("orders; together `cancelled_owed`")),
    OBJECT("discounts", schema_trade_deduction, NOTE("together `report.discount`")),
    OBJECT("refunds", schema_trade_deduction, NOTE("together `report.refunded`")));

SCHEMA(trade_wait, "TradeWait",
    "Whole seconds that half, nine in ten and 99 in 100 of the orders did not exceed.",
    COUNT("orders", NOTE("of which both ends are known")),
    COUNT("half"),
    COUNT("most"),
    COUNT("nearly_all"));

SCHEMA(trade, "Trade",
    "How trade went over some trading days. By day, channel, mode and lane the amounts come to "
    "`report.owed`; by slot with `untimed_owed`, by item with `kept`.",
    COUNT("day", NOTE("the last of them, as that of the report")),
    OBJECT("report", schema_report, NOTE("the sums over all of them")),
    OBJECT("days", schema_trade_day, MANY(0, TRADE_DAYS_MAX)),
    OBJECT("slots", schema_trade_slot, MANY(0, TRADE_SLOTS_MAX),
        NOTE("those with orders, by time")),
    COUNT("untimed", NOTE("orders whose time makes no sense")),
    INT("untimed_owed", INT64_MIN, INT64_MAX),
    OBJECT("channels", schema_trade_share, MANY(0, TRADE_SHARES_MAX)),
    OBJECT("modes", schema_trade_share, MANY(0, TRADE_SHARES_MAX)),
    OBJECT("lanes", schema_trade_share, MANY(0, TRADE_SHARES_MAX),
        NOTE("letters of the devices that gave the orders their numbers")),
    OBJECT("items", schema_trade_item, MANY(0, TRADE_ITEMS_MAX)),
    INT("kept", INT64_MIN, INT64_MAX,
        NOTE("owed for the part of cancelled orders that was handed over")),
    OBJECT("voided", schema_trade_loss),
    OBJECT("refused", schema_trade_loss),
    OBJECT("uncollected", schema_trade_loss,
        NOTE("units that were made, and nobody came for; they may be paid")),
    INT("cancelled_owed", INT64_MIN, INT64_MAX,
        NOTE("what cancelled orders would have come to")),
    COUNT("discounted", NOTE("orders with a discount")),
    OBJECT("people", schema_trade_person, MANY(0, TRADE_PEOPLE_MAX),
        NOTE("whose word took something off")),
    OBJECT("cooking", schema_trade_wait, NOTE("from accepted to ready")),
    OBJECT("waiting", schema_trade_wait, NOTE("from ordered to ready")),
    OBJECT("handing", schema_trade_wait, NOTE("from ready to handed over")));
/* clang-format on */
