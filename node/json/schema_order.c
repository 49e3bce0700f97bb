/* Orders: asked for, quoted, shown to the staff, their customers and the kitchen. */
#include "node/json/schema_fields.h"
#include "sync/domain/order.h"
#include "sync/domain/quote.h"
#include "sync/domain/record.h"

#define X(name, number, text) text,
WORDS(phase_words, ORDER_PHASES(X));
WORDS(flag_words, ORDER_FLAGS(X));
WORDS(intent_words, INTENT_STATES(X));
WORDS(refund_words, REFUND_STATUSES(X));
WORDS(dispute_words, DISPUTE_STATUSES(X));
WORDS(wish_words, WISH_STATES(X));
WORDS(quote_words, QUOTE_STATES(X));
#undef X
WORDS(progress_words, "waiting", "started", "done");
WORDS(line_state_words, "active", "void", "refused");
WORDS(tick_words, "copies", "seen", "accepted");
WORDS(receipt_words, "sale", "correction");
WORDS(mode_words, "eat-in", "take-away");
WORDS(print_words, "ticket", "receipt");

/* clang-format off */
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
    INT("tendered", 1, MONEY_MAX, OPTIONAL),
    TEXT("reference", 0, REFERENCE_BYTES_MAX, OPTIONAL,
        NOTE("the number of the card terminal's slip")));

SCHEMA(rate, "Rate", NULL,
    INT("tax_bp", 0, RATE_BP_MAX),
    INT("net", INT64_MIN, INT64_MAX),
    INT("tax", INT64_MIN, INT64_MAX),
    INT("gross", INT64_MIN, INT64_MAX));

SCHEMA(quote_wanted, "QuoteWanted", "What it would cost; prices come from the menu.",
    ENUM("mode", mode_words),
    OBJECT("lines", schema_line_wanted, MANY(1, ORDER_LINES_MAX)),
    WANTED_TIP,
    OBJECT("cart", schema_cart_seen, OPTIONAL,
           NOTE("these are the lines of the customer's cart: the device that keeps it answers")));

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

SCHEMA(quote_busy, "QuoteBusy", "The station at which it takes longest, and how long.",
    TEXT("station", 1, NAME_BYTES_MAX),
    COUNT("low_ms"),
    COUNT("high_ms"));

SCHEMA(quote, "Quote", "One for each customer: a new one takes the place of the old.",
    HEX("id", ID_DIGITS),
    COUNT("ends_in_ms",
        NOTE("until then its prices stand and its units are kept; 0 = it is over")),
    COUNT("ends", NOTE("the same as ms since 1970, by the device's clock")),
    ENUM("mode", mode_words),
    BOOL("prices_include_tax"),
    OBJECT("lines", schema_quoted_line, MANY(1, ORDER_LINES_MAX)),
    BOOL("complete", NOTE("every line can be had")),
    TEXT("currency", 0, CURRENCY_BYTES_MAX),
    MONEY("total", NOTE("what an order with it will cost, tax included")),
    MONEY("tip", OPTIONAL, NOTE("on top of `total`; an order with it will have it")),
    MONEY("tax"),
    OBJECT("rates", schema_rate, MANY(0, ORDER_LINES_MAX)),
    OBJECT("busy", schema_quote_busy, OPTIONAL,
        NOTE("a station that makes some of it has more to do than its throttle")),
    HEX("popup_id", POPUP_DIGITS),
    HEX("device", LOG_DIGITS, NOTE("that signed it, and keeps it")),
    HEX("signature", SIGNATURE_DIGITS,
        NOTE("Ed25519, by the device's key of the roster, over `trestle/quote/1` and all the rest "
             "of this object as RFC 8785 has it")));

SCHEMA(order_place, "OrderPlace", "Prices and totals come from the menu, never from here.",
    TEXT("channel", 1, SHORT_MAX, NOTE("counter")),
    ENUM("mode", mode_words, OPTIONAL, NOTE("without a quote, which has its own")),
    TEXT("name", 0, NAME_BYTES_MAX, OPTIONAL, NOTE("of the customer")),
    INT("table", 1, TABLE_NUMBER_MAX, OPTIONAL,
        NOTE("where it is brought; not a customer's: that is the one whose code brought him")),
    OBJECT("lines", schema_line_wanted, MANY(1, ORDER_LINES_MAX), OPTIONAL,
        NOTE("at the prices of the menu now")),
    HEX("quote", ID_DIGITS, OPTIONAL,
        NOTE("instead of `lines`, or with `cart`: what the customer was quoted, at those prices")),
    OBJECT("cart", schema_cart_seen, OPTIONAL,
        NOTE("instead of `lines`: what is in the customer's cart; one order for each round. With "
             "`quote` at those prices, without what it says cannot be had; else as the menu is "
             "now")),
    OBJECT("payment", schema_payment_wanted, OPTIONAL),
    WANTED_TIP,
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
    OBJECT("units", schema_line_units, MANY(1, ORDER_LINES_MAX), OPTIONAL),
    BOOL("uncollected", OPTIONAL, NOTE("to nobody: who ordered it did not come for it")));

SCHEMA(seen, "Seen", "A kitchen's board drew the ticket on a visible page.",
    TEXT("station", 0, SHORT_MAX),
    TEXT("changed", 1, CURSOR_MAX + 16, NOTE("Order.changed of what was drawn")));

SCHEMA(print, "Print", "A ticket of one station, or a receipt.",
    ENUM("what", print_words),
    TEXT("station", 0, NAME_BYTES_MAX, OPTIONAL, NOTE("of a ticket")),
    INT("printer", 1, MENU_NUMBERS_MAX, NOTE("its number")));

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
    INT("uncollected", 1, INT32_MAX, OPTIONAL, NOTE("of these: nobody came for them")),
    MONEY("unit_price", NOTE("without options")),
    MONEY("total", NOTE("after discount")),
    MONEY("discount"),
    MONEY("payable", NOTE("tax included; of equal units the first carry the odd cents")),
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
    MONEY("refunded"),
    COUNT("ends_at", OPTIONAL,
        NOTE("when the bank lets go of what is held, by the provider's clock; left out until a "
             "gateway heard it")),
    COUNT("lapsed_at", OPTIONAL,
        NOTE("when the bank let go, as nobody took the money in time")));

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

SCHEMA(order, "Order", NULL,
    HEX("id", ID_DIGITS),
    TEXT("number", 0, 16, NOTE("the first of `numbers`")),
    TEXT("numbers", 1, 16, MANY(0, ORDER_NUMBERS_MAX)),
    COUNT("day"),
    ENUM("phase", phase_words),
    TEXT("channel", 0, NAME_BYTES_MAX),
    BOOL("guest", OPTIONAL,
        NOTE("a guest ordered it himself: all that a gateway orders is so, whatever it calls the "
             "channel; left out: staff took it")),
    TEXT("mode", 0, NAME_BYTES_MAX),
    TEXT("name", 0, NAME_BYTES_MAX),
    INT("table", 1, TABLE_NUMBER_MAX, OPTIONAL, NOTE("where it is brought")),
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
    MONEY("tip", OPTIONAL, NOTE("on top of `owed`, and not in it")),
    MONEY("paid"),
    MONEY("refunded"),
    MONEY("due", NOTE("> 0 give back, < 0 collect; the tip with it")),
    ENUM("stuck", tick_words, OPTIONAL,
        NOTE("the tick that it waits for too long; on /ws it is in `marks`")),
    OBJECT("provider", schema_provider, OPTIONAL),
    COUNT("reserved_for_ms", OPTIONAL,
        NOTE("whole minutes, rounded down, until the hold ends by itself unless it is accepted; "
             "on a gateway")),
    COUNT("kept_for_ms", OPTIONAL,
        NOTE("so too, until an unpaid order ends and what it keeps is sold again")),
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

SCHEMA(bill_line, "BillLine", NULL,
    COUNT("item", NOTE("of the menu; 0 = none of it")),
    TEXT("name", 0, NAME_BYTES_MAX),
    TEXT("note", 0, NOTE_BYTES_MAX),
    OBJECT("options", schema_quoted_option, MANY(0, LINE_OPTIONS_MAX)),
    INT("quantity", 1, ORDER_QUANTITY_MAX),
    MONEY("discount"),
    MONEY("payable", NOTE("tax included")),
    INT("tax_bp", 0, RATE_BP_MAX));

SCHEMA(paid_by, "PaidBy", NULL,
    TEXT("method", 0, NAME_BYTES_MAX, NOTE("`card-online` is the provider's")),
    MONEY("amount"));

SCHEMA(bill, "Bill",
    "What a customer keeps of an order. A receipt with a number is the stall's to give.",
    TEXT("number", 0, 16),
    TEXT("mode", 0, NAME_BYTES_MAX),
    COUNT("at"),
    OBJECT("lines", schema_bill_line, MANY(0, ORDER_LINES_MAX), NOTE("neither refused nor void")),
    OBJECT("rates", schema_rate, MANY(0, ORDER_LINES_MAX)),
    MONEY("discount"),
    MONEY("total", NOTE("what is owed")),
    MONEY("tip", OPTIONAL, NOTE("on top of `total`")),
    MONEY("tax"),
    OBJECT("paid_by", schema_paid_by, MANY(0, ORDER_PAYMENTS_MAX + 1)),
    MONEY("refunded"),
    MONEY("due", NOTE("> 0 will be given back, < 0 is to be paid")),
    OBJECT("receipts", schema_receipt_brief, MANY(1, ORDER_RECEIPTS_MAX), OPTIONAL));

SCHEMA(ready_in, "ReadyIn", "From now on, as orders went that became ready lately.",
    COUNT("low_ms"),
    COUNT("high_ms"));

SCHEMA(own_review, "OwnReview", "What its customer says of an order.",
    INT("rating", 0, 5, NOTE("0 = nothing yet")),
    TEXT("text", 0, REVIEW_BYTES_MAX));

SCHEMA(purchase, "Purchase", "An order as its customer sees it.",
    HEX("id", ID_DIGITS),
    TEXT("number", 0, 16, NOTE("what is called out: A42")),
    ENUM("phase", phase_words),
    TEXT("said", 1, 200, NOTE("where it stands, for a person")),
    TEXT("mode", 0, NAME_BYTES_MAX),
    TEXT("name", 0, NAME_BYTES_MAX),
    INT("table", 1, TABLE_NUMBER_MAX, OPTIONAL, NOTE("where it is brought")),
    OBJECT("lines", schema_purchase_line, MANY(0, ORDER_LINES_MAX)),
    MONEY("total"),
    MONEY("tax"),
    MONEY("tip", OPTIONAL, NOTE("on top of `total`")),
    MONEY("paid"),
    MONEY("reserved", NOTE("held by a bank, not charged")),
    COUNT("reserved_for_ms", OPTIONAL,
        NOTE("whole minutes, rounded down, until that ends by itself unless the kitchen takes it; "
             "on a gateway")),
    COUNT("reserved_until", OPTIONAL,
        NOTE("when the bank ends it, by the provider's clock; left out until a gateway heard it")),
    COUNT("lapsed_at", OPTIONAL,
        NOTE("when a bank ended one, as nobody took the money in time")),
    COUNT("kept_for_ms", OPTIONAL,
        NOTE("so too, until an unpaid order ends and what it keeps is sold again")),
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
             "they did")),
    BOOL("uncollected", OPTIONAL, NOTE("some of it was not collected: who asks may still get it")),
    OBJECT("review", schema_own_review, OPTIONAL,
        NOTE("once it was handed over, where this device may write a review")));

SCHEMA(order_list, "OrderList", NULL,
    TEXT("cursor", 1, CURSOR_MAX),
    OBJECT("orders", schema_order, MANY(0, ORDERS_MAX)));

SCHEMA(pickup_board, "PickupBoard", "Numbers only.",
    TEXT("cursor", 1, CURSOR_MAX),
    TEXT("preparing", 1, 16, MANY(0, ORDERS_MAX)),
    TEXT("ready", 1, 16, MANY(0, ORDERS_MAX)));
/* clang-format on */
