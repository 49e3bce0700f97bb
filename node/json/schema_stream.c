/* Shapes: the frames of the stream, both ways. */
#include "node/access/token.h"
#include "node/json/schema_fields.h"
#include "node/stream/live.h"
#include "sync/domain/order.h"
#include "sync/domain/record.h"

#define X(kind, word, path, ...) path,
WORDS(record_words, NUMBERED_RECORDS(X) "reviews", "drawers", "tables");
#undef X
WORDS(tick_words, "copies", "seen", "accepted");
WORDS(hello_word, "hello");
WORDS(snapshot_word, "snapshot");
WORDS(delta_word, "delta");
WORDS(marks_word, "marks");
WORDS(totals_word, "totals");
WORDS(seen_word, "seen");
WORDS(open_word, "open");
WORDS(follow_word, "follow");
WORDS(beat_word, "beat");

/* clang-format off */
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
    ENUM("records", record_words, MANY(0, 9), NOTE("lists that changed: read them again")),
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

SCHEMA(frame_totals, "FrameTotals",
    "For /ws?view=office: what the present trading day comes to, anew as it changes.",
    ENUM("type", totals_word),
    OBJECT("report", schema_report),
    COUNT("now"));

SCHEMA(frame_seen, "FrameSeen", "From a kitchen's board: the ticket was drawn on a visible page.",
    ENUM("type", seen_word),
    HEX("order", ID_DIGITS),
    TEXT("changed", 1, CURSOR_MAX + 16),
    TEXT("station", 0, SHORT_MAX));

SCHEMA(live_open, "LiveOpen", "A customer's first frame on /ws?view=customer: who that is.",
    ENUM("type", open_word),
    TEXT("token", 1, TOKEN_TEXT_MAX - 1),
    HEX("orders", ID_DIGITS, MANY(0, LIVE_ORDERS_MAX), NOTE("that it follows")),
    TEXT("cursor", 1, CURSOR_BYTES_MAX - 1, OPTIONAL,
        NOTE("the last that it was told, or Menu's")),
    BOOL("menu", OPTIONAL, NOTE("false: it has one, and wants only what changes of it")));

SCHEMA(live_follow, "LiveFollow", "From now on these orders instead of those before.",
    ENUM("type", follow_word),
    HEX("orders", ID_DIGITS, MANY(0, LIVE_ORDERS_MAX)));

SCHEMA(live_queue, "LiveQueue", "What is before one who orders now.",
    COUNT("waiting", NOTE("orders that the kitchen has to do")),
    OBJECT("ready_in", schema_ready_in, OPTIONAL));

SCHEMA(live_snapshot, "LiveSnapshot",
    "A customer's orders and the whole menu; in parts while `more`.",
    ENUM("type", snapshot_word),
    OBJECT("orders", schema_purchase, MANY(0, LIVE_ORDERS_MAX)),
    HEX("removed", ID_DIGITS, MANY(0, LIVE_ORDERS_MAX),
        NOTE("followed, and nobody's or another's")),
    OBJECT("items", schema_menu_item, MANY(0, MENU_ITEMS_MAX)),
    OBJECT("session", schema_session, OPTIONAL),
    OBJECT("queue", schema_live_queue, OPTIONAL),
    OBJECT("cart", schema_cart, OPTIONAL),
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
    OBJECT("cart", schema_cart, OPTIONAL),
    COUNT("now"),
    TEXT("cursor", 1, CURSOR_MAX, OPTIONAL));

SCHEMA(live_beat, "LiveBeat", "Nothing changed for 10 s.",
    ENUM("type", beat_word),
    COUNT("now"));
/* clang-format on */
