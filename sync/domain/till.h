/* till.h - what a person wants done, checked against the present state and turned into events.
 *
 * Layer: sync/domain (pure). The prices, taxes and totals of an order come from the replicated
 * menu, never from the browser. A retry of the same request at another node gives the same order,
 * line and payment ids, so that both fold into one.
 */
#ifndef TRESTLE_SYNC_DOMAIN_TILL_H
#define TRESTLE_SYNC_DOMAIN_TILL_H

#include "sync/domain/day.h"
#include "sync/domain/guest.h"
#include "sync/domain/hold.h"
#include "sync/domain/menu.h"
#include "sync/domain/order.h"
#include "sync/domain/print_events.h"
#include "sync/domain/quote.h"
#include "sync/domain/stock.h"
#include "sync/log/run.h"

enum {
    TILL_EVENTS_MAX = 2 * ORDER_LINES_MAX + 8, /* what one command may write */
    TILL_BODY_BYTES_MAX = RUN_BYTES_MAX,
    REQUEST_KEY_BYTES_MIN = 16,
    REQUEST_KEY_BYTES_MAX = 64,
    CART_LINES_MAX = 40, /* see cart.h; they become an order's */
    CART_EDITS_MAX = 32,
    CART_ROW_BYTES_MAX = CART_LINES_MAX * 512 + 512,
    TABLE_ROW_BYTES_MAX = 32,
};

/* X(name, text, capability a person needs).
 *   done     accepts and starts what was not; no lines given = bump all
 *   recall   takes back done and refusals of the lines given; with truth also starts
 *   lapse    as refuse, by the gateway: nobody answered in time, or paid
 *   refund-wish, refund.auto   wish that the provider gives back: a person, a gateway's rule
 *   pay.x    what the provider told the gateway
 *   amend    yes or no to the late edits of the lines given
 *   unhand   takes back the last hand-over of each line given
 *   print    asks a printer for a ticket or a receipt: also again, or instead of another printer
 *   print.claim, print.done   by the device that owns the printer; never by a person
 *   order.adopt, order.drop   what a revocation voided of it counts after all, under the own log;
 *            or stays void
 *   device.place   by the device itself, when that is not what it stated last; never by a person
 *   quote    a customer's: what @lines cost, for a while; writes no event
 *   cart.add, cart.set   a customer's: one more line, more or fewer of one; writes no event
 *   table.sit, .code, .clear, .revoke   who shares a table's cart, and by which codes; no event
 *   tip      a customer says it of his own order, whoever sells of any
 *   contact  and blob.add: the host has the bytes of @blob durable already; so of a name that an
 *            order is placed with, which is in no event. Where there is no room for the name, the
 *            order goes without
 *   order.erase   the personal blobs of an order, all that it ever had */
#define COMMANDS(X)                                                                                \
    X(COMMAND_ORDER_PLACE, "order.place", CAP_BUY)                                                 \
    X(COMMAND_QUOTE, "quote", CAP_BUY)                                                             \
    X(COMMAND_QUOTE_DROP, "quote.drop", CAP_BUY)                                                   \
    X(COMMAND_CART_ADD, "cart.add", CAP_BUY)                                                       \
    X(COMMAND_CART_SET, "cart.set", CAP_BUY)                                                       \
    X(COMMAND_TABLE_SIT, "table.sit", CAP_BUY)                                                     \
    X(COMMAND_TABLE_CODE, "table.code", CAP_POPUP)                                                 \
    X(COMMAND_TABLE_CLEAR, "table.clear", CAP_ORDER)                                               \
    X(COMMAND_TABLE_REVOKE, "table.revoke", CAP_POPUP)                                             \
    X(COMMAND_LINES_ADD, "lines.add", CAP_ORDER)                                                   \
    X(COMMAND_LINE_SET, "line.set", CAP_ORDER)                                                     \
    X(COMMAND_LINES_VOID, "lines.void", CAP_ORDER)                                                 \
    X(COMMAND_ACCEPT, "accept", CAP_COOK)                                                          \
    X(COMMAND_REFUSE, "refuse", CAP_COOK)                                                          \
    X(COMMAND_START, "start", CAP_COOK)                                                            \
    X(COMMAND_DONE, "done", CAP_COOK)                                                              \
    X(COMMAND_RECALL, "recall", CAP_COOK)                                                          \
    X(COMMAND_AMEND, "amend", CAP_COOK)                                                            \
    X(COMMAND_HAND_OVER, "hand-over", CAP_HAND_OVER)                                               \
    X(COMMAND_UNHAND, "unhand", CAP_HAND_OVER)                                                     \
    X(COMMAND_CANCEL, "cancel", CAP_CANCEL)                                                        \
    X(COMMAND_REINSTATE, "reinstate", CAP_ORDER)                                                   \
    X(COMMAND_PAY, "pay", CAP_TAKE_MONEY)                                                          \
    X(COMMAND_REFUND, "refund", CAP_REFUND)                                                        \
    X(COMMAND_DISCOUNT, "discount", CAP_DISCOUNT)                                                  \
    X(COMMAND_TIP, "tip", CAP_BUY)                                                                 \
    X(COMMAND_RECEIPT, "receipt", CAP_TAKE_MONEY)                                                  \
    X(COMMAND_REFUND_WISH, "refund-wish", CAP_REFUND)                                              \
    X(COMMAND_REFUND_AUTO, "refund.auto", CAP_GUEST)                                               \
    X(COMMAND_LAPSE, "lapse", CAP_GUEST)                                                           \
    X(COMMAND_PAY_INTENT, "pay.intent", CAP_STRIPE)                                                \
    X(COMMAND_PAY_REFUND, "pay.refund", CAP_STRIPE)                                                \
    X(COMMAND_PAY_DISPUTE, "pay.dispute", CAP_STRIPE)                                              \
    X(COMMAND_SEEN, "seen", CAP_COOK)                                                              \
    X(COMMAND_PRINT, "print", CAP_PRINT)                                                           \
    X(COMMAND_PRINT_CLAIM, "print.claim", CAP_PRINT)                                               \
    X(COMMAND_PRINT_DONE, "print.done", CAP_PRINT)                                                 \
    X(COMMAND_MENU_SET, "menu.set", CAP_MENU)                                                      \
    X(COMMAND_MENU_AVAILABLE, "menu.available", CAP_AVAILABILITY)                                  \
    X(COMMAND_MENU_PHOTO, "menu.photo", CAP_MENU)                                                  \
    X(COMMAND_STOCK_ADD, "stock.add", CAP_STOCK_ISSUE)                                             \
    X(COMMAND_STOCK_COUNT, "stock.count", CAP_STOCK_ISSUE)                                         \
    X(COMMAND_POPUP_SET, "popup.set", CAP_POPUP)                                                   \
    X(COMMAND_DAY_OPEN, "day.open", CAP_DAY)                                                       \
    X(COMMAND_DEVICE_ADD, "device.add", CAP_ROSTER)                                                \
    X(COMMAND_DEVICE_REVOKE, "device.revoke", CAP_ROSTER)                                          \
    X(COMMAND_DEVICE_RETIRE, "device.retire", CAP_ROSTER)                                          \
    X(COMMAND_DEVICE_ROLE, "device.role", CAP_ROSTER)                                              \
    X(COMMAND_DEVICE_RENAME, "device.rename", CAP_ROSTER)                                          \
    X(COMMAND_DEVICE_PLACE, "device.place", CAP_LOG)                                               \
    X(COMMAND_STAFF_ROLE, "staff.role", CAP_ROSTER)                                                \
    X(COMMAND_DAY_CLOSE, "day.close", CAP_DAY)                                                     \
    X(COMMAND_BLOB_ADD, "blob.add", CAP_ORDER)                                                     \
    X(COMMAND_BLOB_ERASE, "blob.erase", CAP_ERASE)                                                 \
    X(COMMAND_CONTACT, "contact", CAP_ORDER)                                                       \
    X(COMMAND_ORDER_ERASE, "order.erase", CAP_ERASE)                                               \
    X(COMMAND_RECORD_SET, "record.set", CAP_POPUP) /* whose holders may write each kind's */       \
    X(COMMAND_STAFF_PIN, "staff.pin", CAP_ROSTER)                                                  \
    X(COMMAND_REVIEW, "review", CAP_REVIEW)                                                        \
    X(COMMAND_REVIEW_HIDE, "review.hide", CAP_POPUP)                                               \
    X(COMMAND_DRAWER_OPEN, "drawer.open", CAP_TAKE_MONEY)                                          \
    X(COMMAND_DRAWER_MOVE, "drawer.move", CAP_TAKE_MONEY)                                          \
    X(COMMAND_DRAWER_COUNT, "drawer.count", CAP_TAKE_MONEY)                                        \
    X(COMMAND_ORDER_ADOPT, "order.adopt", CAP_ADOPT)                                               \
    X(COMMAND_ORDER_DROP, "order.drop", CAP_ADOPT)                                                 \
    X(COMMAND_STATION_BUSY, "station.busy", CAP_AVAILABILITY)                                      \
    X(COMMAND_MENU_CHOICE, "menu.choice", CAP_AVAILABILITY)

enum command_kind {
#define X(name, text, capability) name,
    COMMANDS(X)
#undef X
        COMMAND_COUNT
};

struct principal {
    uint64_t session; /* names whose idempotency keys these are; stable for one login or token */
    uint64_t origin;  /* a customer's: where the host sees him come from; 0 = it cannot tell */
    enum role role;
    uint64_t staff; /* staff number; 0 = the device's own screen */
    bool is_device; /* nobody: the device itself, which may do what a device of this role may */
};

struct wanted_option {
    uint8_t group, choice; /* indexes into the item's groups and choices */
};

struct wanted_line {
    uint64_t item;
    int32_t quantity;
    uint32_t options_count;
    struct wanted_option options[LINE_OPTIONS_MAX];
    struct bytes note;
};

/* One field of menu, pop-up or record: exactly one of the values is used, by the field. */
struct wanted_field {
    uint32_t field;
    struct bytes text; /* text fields, ids and hashes, or an encoded options value */
    int64_t number;
    bool truth;
};

/* What the provider told of one of its objects; the amount is the command's. */
struct wanted_fact {
    struct bytes id;     /* of the intent, the refund, the dispute */
    struct bytes intent; /* of a refund or a dispute */
    struct bytes event;  /* the provider's event that told it; empty = none */
    struct bytes wish;   /* of a refund: WISH_ID_BYTES or empty */
    struct bytes currency;
    uint32_t state; /* enum intent_state, refund_status, dispute_status */
    int64_t capturable_minor, received_minor;
    int64_t ends_s; /* of an intent: when its hold ends, or ended by itself; 0 = not told */
};

enum { WANTED_FIELDS_MAX = 20 };

/* Everything a person can ask for. Which members count depends on @kind; the rest is zero. All
 * bytes are borrowed until the step returns. */
struct command {
    enum command_kind kind;
    struct principal principal;
    struct bytes key;       /* idempotency key: be32 seconds since the epoch, then >= 12 random;
                               empty = none. Place, lines.add, pay, refund need one */
    struct hash body_hash;  /* of the request as received: one key, one body, or ERR_CONFLICT */
    struct entity_id order; /* for commands on an order; review.hide: the review;
                               drawer.move, drawer.count: the cash session */
    bool has_quote;         /* place: what ... */
    struct entity_id quote; /* ... this one says, instead of lines and mode; quote.drop: which */
    bool has_cart; /* place: @lines are those of the customer's cart, as it was at ...; with
                      a quote: at its prices */
    uint64_t cart_version;
    uint32_t cart_round;
    uint64_t generation; /* table.sit: of the code, ... */
    uint64_t issuer;     /* ... and the device that signed it */
    uint32_t table;      /* place: whoever works here says where it is brought; 0 = to none */
    uint32_t lines_count;
    struct wanted_line lines[ORDER_LINES_MAX]; /* place, lines.add, quote; cart.add: one */
    uint32_t ids_count;
    uint32_t ids[ORDER_LINES_MAX];    /* line ids; none = every active line */
    int32_t units[ORDER_LINES_MAX];   /* hand-over: units of ids[i]; 0 = all that are left */
    struct bytes name, channel, mode; /* place; mode is "eat-in" or "take-away" */
    bool is_paid_now;                 /* place: take @amount_minor of @method with it */
    bool is_draft;          /* place: it counts when it is paid, whatever the pop-up says of that */
    int32_t quantity_delta; /* line.set, of the one line in ids */
    bool has_options;       /* line.set: the options of lines[0] replace the line's */
    bool has_note;
    struct bytes note; /* line.set */
    bool truth; /* amend: yes; menu.available; menu.choice: it is to be had; review.hide: hidden;
                   recall: back to waiting (start too; when nothing of it was begun, the
                   acceptance); hand-over: nobody came */
    struct bytes reason;            /* void, refuse, cancel: required; discount, refund */
    struct bytes method, reference; /* place, pay, refund; method is "cash" or "card-external" */
    int64_t amount_minor; /* place with is_paid_now, pay, refund: 0 = all that is open; discount.
                             Drawer: float, move (> 0 in), counted */
    int64_t tendered_minor;
    uint32_t discount_bp; /* discount: a percentage instead of an amount, ... */
    uint64_t offer;       /* ... or what the offer of this number takes off; 0 = none */
    int64_t tip_minor;    /* tip, quote, place without one: what the guest gives on top, ... */
    uint32_t tip_bp; /* ... or this share of what is owed; 0 of both = nothing. pay: so much more
                        than the order's tip is already; it is in amount_minor */
    struct bytes station;       /* seen, accept (also the one that start and done imply) */
    uint64_t changed_log;       /* seen: order.changed as the board drew it */
    uint64_t changed_seq;       /* 0 = the newest known here */
    enum print_purpose purpose; /* print: a ticket of @station, or a receipt */
    uint32_t printer; /* print, print.claim: its number; print.done: who prints instead; 0 =
                         nobody. print.claim answers and print.done ends the claim that is the
                         event (changed_log, changed_seq) */
    bool is_forced;   /* place, lines.add, line.set, recall, reinstate: sell also without a right */
    int64_t stock_units; /* stock.add: more or (negative) fewer; stock.count: what is there */
    uint64_t item;       /* menu: the item's number; a new one needs a name and a price. Record:
                            its number; 0 of a new one = drawn from the key. drawer.open: what
                            people call the drawer */
    enum kind record;    /* record.set */
    struct bytes group, choice; /* menu.choice: by their names */
    uint32_t busy_minutes;      /* station.busy: struct station_busy */
    uint64_t busy_until_ms;
    bool is_new; /* record.set: it does not exist yet; otherwise it must */
    uint32_t fields_count;
    struct wanted_field fields[WANTED_FIELDS_MAX];
    struct bytes chain;   /* device.add: certificate chain */
    uint32_t units_count; /* refund-wish: these units, and all of the lines in ids; or else
                             @amount_minor for @slot */
    struct wish_unit wish_units[WISH_UNITS_MAX];
    uint32_t slot;           /* refund-wish: the how-manieth goodwill of the order */
    struct operation cause;  /* refund.auto: the cancel, refusal or lapse */
    struct wanted_fact fact; /* pay.intent, pay.refund, pay.dispute */
    uint64_t day;            /* day.open, day.close: 0 = the present one */
    struct hash blob;        /* blob.add, blob.erase, contact, staff.pin, order.place: its name */
    uint32_t blob_size;      /* of these: 0 = the person has no PIN any more, the order no name */
    struct bytes media;      /* of these */
    uint64_t device;         /* device.revoke, retire, role; rename, with `name` */
    enum role role;          /* device.role, staff.role; ROLE_NONE = no rights any more */
    uint64_t staff;          /* staff.role: whose */
    uint32_t endpoints_count;
    struct bytes endpoints[PLACE_ENDPOINTS_MAX]; /* device.place: where others can dial this one */
};

struct carts;  /* cart.h */
struct folder; /* turn.h */

/* What the till may look at. All pure; the store is read through @txn. */
struct till {
    struct store_txn *txn;
    const struct folder *folder; /* says whose rows may not be right yet; NULL = all are */
    struct history *history;     /* scratch: holds the order or the item of the command */
    struct history *scratch;     /* scratch: menu items, pop-up */
    struct order *order;         /* scratch for order_derive(): too large for a stack */
    struct stock *stock;         /* scratch */
    const struct holds *holds;   /* what customers are about to buy here */
    const struct quotes *quotes;
    const struct guests *guests;
    const struct carts *carts; /* NULL = none */
    uint64_t now_mono_ms;      /* for these */
    uint64_t quote_ms;         /* how long a new quote stands */
    uint64_t own_log;
    struct bytes lane;             /* of the own certificate */
    uint32_t number_next;          /* the next order number of (lane, day) */
    uint64_t now_t;                /* ms since the epoch */
    int64_t now_wall_ms;           /* ms since 1970, for what people are told */
    const struct day_close *close; /* day.close: what this device holds, NULL for all others */
    const struct roster *roster;
    const struct log_head *heads; /* of all logs that are here */
    const uint16_t *ascending;    /* places in heads, by log */
    uint32_t heads_count;
    uint64_t own_device;
    uint32_t receipt_next; /* the own log's next receipt number; 0 = not for this command */
    uint32_t incarnation;  /* of the own log */
    const struct secret_key *root_secret;   /* signs certificates where it is kept, else NULL */
    const struct secret_key *device_secret; /* signs them elsewhere */
    struct bytes own_chain;                 /* the issuer's part of them then */
};

/* The events that a command makes; the replica adds parents, t, by and appends them as one run.
 * Those of one entity follow each other. */
struct till_event {
    enum event_type type;
    struct entity_id entity;
    struct bytes body; /* in till_result.body_data */
    /* It re-emits the one that is stored there (log 0 = it is new), which stood in its log after
     * another that is no longer said there (log 0 = none). */
    struct operation again, again_after;
};

struct till_result {
    struct entity_id entity;
    enum kind kind;
    uint32_t events_count;
    struct till_event events[TILL_EVENTS_MAX];
    bool is_number_used;
    bool is_receipt_used;
    bool is_blob_used;  /* its events speak of the command's blob */
    bool is_row_spoilt; /* the disk made no row of one that the command could do without */
    uint32_t number;    /* of a new order */
    uint64_t day;
    int64_t total_minor;   /* of a new order; of another as it was before the command */
    int64_t change_minor;  /* cash to give back */
    uint64_t short_item;   /* also on an error: the first that there was no right to sell ... */
    uint64_t short_units;  /* ... and how many rights to it would do */
    uint64_t refused_item; /* on an error that is about one item of the menu: which; 0 = none */
    struct choice_place refused_choice; /* and because of which of its choices */
    struct quote_slot quote;            /* of a new quote */
    struct bytes quote_row;             /* its row, in body_data; empty = no new one */
    uint32_t wants_count; /* of a quote: what it holds; of a customer's order: what of the */
    struct hold_want wants[ORDER_LINES_MAX]; /* strictly counted was sold. Each item once */
    uint64_t cart_session;                   /* whose cart is ... */
    struct bytes cart_row;  /* ... this from now on; empty = nothing of it changed */
    struct bytes table_row; /* of the command's table; likewise */
    uint8_t cart_data[CART_ROW_BYTES_MAX], table_data[TABLE_ROW_BYTES_MAX];
    size_t body_size;
    uint8_t body_data[TILL_BODY_BYTES_MAX];
};

/* Check @command and fill @ret_result; zero events = it is already so (a repeated tap, a retry that
 * arrives where the order is known), which is success. On an error @ret_result holds nothing of
 * use.
 *
 *   ERR_FORBIDDEN    the person's role may not do that
 *   ERR_NEEDS_MANAGER  the offer needs a manager, or so much by hand does, as one takes off no more
 *   ERR_NOT_FOUND    no such order, line or item
 *   ERR_STATE        not now: cancelled, handed over, nothing owed, no trading day opened; or a
 *                    device without a lane should give a number
 *   ERR_UNAVAILABLE  the item is sold out, here or everywhere (short_item), or off the menu
 *   ERR_MISMATCH     what the person saw has changed: the menu does not offer these options so,
 *                    the total is less than was asked for, what was tendered is not enough
 *   ERR_VERSION      the order or item needs newer software: read-only here
 *   ERR_MALFORMED, ERR_TOO_MANY, ERR_TOO_LARGE, ERR_OVERFLOW
 *                    the command is not what docs/protocol.md allows; no room is left on the order
 *   ERR_EXISTS       another record has that number
 *   ERR_EXPIRED      the quote's time is over, or there is no such one of this session
 *   ERR_LIMIT        too many orders of this customer, or of all, that nobody answers for
 *   ERR_CONFLICT     the key was used for another quote
 *   ERR_BUSY         too many customers hold something
 *   ERR_IO           the store; ERR_SPOILT: a damaged row
 */
MUST_CHECK int till_run(const struct till *till, const struct command *command,
                        struct till_result *ret_result);

#endif
