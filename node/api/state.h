/* state.h - what the store and the core say now, read for the web thread.
 *
 * Layer: node. One per web thread: its scratch is large. Everything read is borrowed from the
 * scratch or the transaction and used before the next read.
 */
#ifndef TRESTLE_NODE_API_STATE_H
#define TRESTLE_NODE_API_STATE_H

#include "node/access/caller.h"
#include "node/api/gate.h"
#include "node/api/lag.h"
#include "node/blob/words.h"
#include "node/figures/board.h"
#include "node/figures/line_up.h"
#include "node/figures/station_load.h"
#include "node/figures/stuck.h"
#include "node/json/json.h"
#include "node/stream/teller.h"
#include "sync/domain/drawer.h"
#include "sync/domain/menu.h"
#include "sync/domain/quote.h"
#include "sync/domain/record.h"
#include "sync/domain/sheet.h"

enum { CURSOR_BYTES_MAX = 64, DOOR_BYTES_MAX = 100 };

struct state {
    const struct gate *gate;
    struct teller teller; /* its functions NULL: there is none */
    const char *version;
    char door[DOOR_BYTES_MAX]; /* an endpoint, where phones order over plain http; "" = nowhere */
    struct history *history;
    struct gate_live live; /* see state_refresh() */
    struct order order;    /* by state_order(); with ... */
    struct words name;     /* ... its name by state_order_shown() */
    struct menu_item item; /* by state_item(), with ... */
    struct stock stock;    /* scratch */
    struct stock_summary item_stock;
    bool is_stall_closed;             /* its stall is out of use, */
    bool has_photo;                   /* it names one that was not erased, ... */
    bool is_photo_here;               /* ... whose bytes this device has */
    struct popup popup;               /* by state_popup() */
    struct record record;             /* by state_record() */
    struct words words;               /* its, when it is a review */
    struct record review;             /* by state_review(), with ... */
    struct words said;                /* ... its words */
    struct drawer drawer;             /* by state_drawer() */
    struct sheet sheet;               /* by state_sheet() */
    struct quote quote;               /* by state_quote() */
    struct line_up line_up;           /* by line_up_look() */
    struct station_load station_load; /* by station_load_look() */
    struct day day;                   /* by state_day(); n = 0: none yet */
    struct history *scratch;
    struct board board;
    struct stuck stuck;          /* by stuck_look() */
    struct lag lag;              /* by lag_look() */
    struct gate_screens screens; /* that look at this device, as of the last tick, ... */
    uint32_t phones;             /* ... and customers' phones */
    uint64_t opaque;             /* events that need newer software, as of the last tick */
};

/* A place in the stream of changes. */
struct cursor {
    uint8_t incarnation[8]; /* of the store */
    uint32_t fold;
    uint64_t change;
};

/* NULL when there is no memory. Keeps @gate and @version. */
struct state *state_new(const struct gate *gate, const char *version);
void state_free(struct state *state);

/* What the teller says of now: NULL = customers can order; false = nothing of state->order. */
const char *state_pauses(const struct state *state);
bool state_holds(const struct state *state, struct told_hold *ret_hold);
/* How long it keeps state->order, which is unpaid; UINT64_MAX = it does not end it. */
uint64_t state_keeps_ms(const struct state *state);

/* What a person said that lies in the blob @hash, into @words; empty where it was erased or is not
 * here yet. Of what the disk lost the host is told. */
struct bytes state_words(const struct state *state, struct store_txn *txn, const struct hash *hash,
                         size_t bytes_max, struct words *words);

/* The trading day @n into state->day. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int state_day(struct state *state, struct store_txn *txn, uint64_t n);

/* Copy the live facts of the core. */
void state_refresh(struct state *state);

/* What whoever asked is told of @err, with which reading the store ended. A row of ours that is
 * none is no mistake of his: it is ERR_SPOILT, and the host is told, so that it looks at all rows.
 */
int state_read_error(const struct state *state, int err);

/* Derive one entity into the scratch. ERR_NOT_FOUND, ERR_SPOILT (as state_read_error()), ERR_IO. A
 * pop-up that was never set has its defaults. */
MUST_CHECK int state_order(struct state *state, struct store_txn *txn, const struct entity_id *id);
/* With the name in it that people see, which may be in a file. */
MUST_CHECK int state_order_shown(struct state *state, struct store_txn *txn,
                                 const struct entity_id *id);
MUST_CHECK int state_item(struct state *state, struct store_txn *txn, const struct entity_id *id);
MUST_CHECK int state_popup(struct state *state, struct store_txn *txn);
MUST_CHECK int state_record(struct state *state, struct store_txn *txn, enum kind kind,
                            const struct entity_id *id);
MUST_CHECK int state_drawer(struct state *state, struct store_txn *txn, const struct entity_id *id);
MUST_CHECK int state_sheet(struct state *state, struct store_txn *txn, const struct entity_id *id);

/* What the customer with @session says of state->order, which was read: its kind is NULL while he
 * has nothing to say here, it is not known while he said nothing. ERR_SPOILT, ERR_IO. */
MUST_CHECK int state_review(struct state *state, struct store_txn *txn, uint64_t session);

/* The quote @id of the customer with @session. ERR_EXPIRED: it is over, or there is none. */
MUST_CHECK int state_quote(struct state *state, struct store_txn *txn, uint64_t session,
                           const struct entity_id *id);

/* The newest change. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int cursor_now(struct store_txn *txn, struct cursor *ret_cursor);
void cursor_print(const struct cursor *cursor, char ret_text[CURSOR_BYTES_MAX]);
/* ERR_MALFORMED. */
MUST_CHECK int cursor_parse(const char *text, struct cursor *ret_cursor);
bool cursor_fits(const struct cursor *cursor, const struct cursor *now);

/* "A42" */
enum { NUMBER_TEXT_BYTES_MAX = 16 };
void number_print(struct bytes lane, uint32_t number, char ret_text[NUMBER_TEXT_BYTES_MAX]);

/* Order.changed: names the newest line-changing operation. */
enum { CHANGED_TEXT_BYTES_MAX = 40 };
void changed_print(uint64_t log, uint64_t seq, char ret_text[CHANGED_TEXT_BYTES_MAX]);
MUST_CHECK int changed_parse(const char *text, uint64_t *ret_log, uint64_t *ret_seq);

/* Encoders of what state_x() derived; the values are the caller's. */
struct json_value *state_json_blob(const struct hash *hash, const struct blob *blob);
struct json_value *state_json_day(const struct state *state);
struct json_value *state_json_order(const struct state *state);
struct json_value *state_json_item(const struct state *state);
struct json_value *state_json_record(const struct state *state);
struct json_value *state_json_session(const struct state *state, const struct caller *caller);

/* The answers of the routes that read. ERR_NOT_FOUND, ERR_MALFORMED, ERR_IO. */
MUST_CHECK int state_json_menu(struct state *state, struct store_txn *txn,
                               struct json_value **ret_value);
/* A cash session with its figures, of state->drawer, which was read. */
MUST_CHECK int state_json_drawer(struct state *state, struct store_txn *txn,
                                 struct json_value **ret_value);
MUST_CHECK int state_json_tables(struct state *state, struct store_txn *txn,
                                 struct json_value **ret_value);
/* Those of @day and those that were not counted yet. */
MUST_CHECK int state_json_drawers(struct state *state, struct store_txn *txn, uint64_t day,
                                  struct json_value **ret_value);
MUST_CHECK int state_json_records(struct state *state, struct store_txn *txn, enum kind kind,
                                  struct json_value **ret_value);
MUST_CHECK int state_json_status(struct state *state, struct store_txn *txn,
                                 struct json_value **ret_value);
MUST_CHECK int state_json_orders(struct state *state, struct store_txn *txn,
                                 const struct board_query *query, bool is_oldest_first,
                                 struct json_value **ret_value);
MUST_CHECK int state_json_pickup(struct state *state, struct store_txn *txn,
                                 struct json_value **ret_value);

struct json_value *state_json_devices(const struct state *state);
struct json_value *state_json_voided(const struct state *state, struct store_txn *txn);
struct json_value *state_json_mesh(const struct state *state);
struct json_value *state_json_people(const struct state *state);
struct json_value *state_json_health(bool ok);
struct json_value *state_json_hello(const struct state *state, const struct caller *caller,
                                    int64_t now_ms, bool is_resumed);
struct json_value *state_json_marks(const struct state *state, int64_t now_ms);
struct json_value *state_json_done(const struct answer *answer);
/* Of state->order, which was read. */
struct json_value *state_json_placed(const struct state *state, const struct answer *answer);

#endif
