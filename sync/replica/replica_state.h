/* replica_state.h - what the files of the replica share. Turns: replica.c (life and turns),
 * replica_open.c (a store is opened), replica_fold.c (what is dirty is folded), replica_write.c
 * (the own log), replica_view.c (looking, auditing). Events: replica_accept.c (from peers),
 * replica_waiting.c (those that wait for a parent), replica_roster.c (what this device knows of the
 * roster). People: replica_command.c (what they want), replica_number.c (numbers of orders and
 * receipts), replica_guest.c (strangers), replica_cart.c (carts), replica_stock.c (what sells
 * here), replica_ask.c (rights to sell on the move), replica_voided.c (what a revocation took,
 * until somebody decides). Forks: replica_fork.c (found and stated), replica_salvage.c (carried
 * on), replica_restate.c (the roster stated again). The disk: replica_scrub.c,
 * replica_scrub_journal.c and replica_scrub_rows.c (read again), replica_meta.c (what the store
 * is), replica_heads.c (where logs end), replica_repair.c (what is spoilt is fetched),
 * replica_remake.c (rows made right), replica_rebuild.c (all rows anew, for another version).
 */
#ifndef TRESTLE_SYNC_REPLICA_STATE_H
#define TRESTLE_SYNC_REPLICA_STATE_H

#include "sync/domain/cart.h"
#include "sync/domain/guest.h"
#include "sync/domain/hold.h"
#include "sync/domain/quote.h"
#include "sync/domain/turn.h"
#include "sync/mesh/mesh.h"
#include "sync/replica/replica.h"
#include "sync/replica/replica_stock.h"

enum {
    ROW_BYTES_MAX = 2 * HISTORY_BODY_BYTES_MAX,
    DEVICE_ALLOWANCE_BYTES = 32 * 1024 * 1024,
    STORE_SHARE = 8, /* of the store another device may use one part: days are cheap to open */
    NUMBER_GAP =
        100, /* a new incarnation's order numbers start this far above: the old one may live on */
    REQUESTS_FORGOTTEN_PER_TURN = 16,
    TRADING_DAY_NONE = 0,
};

/* What of the pop-up's settings the replica needs at hand. */
struct popup_cache {
    bool is_known;
    uint64_t day;
    uint32_t copies;
};

/* The search for the event where a peer's branch of a log parts from ours: one at a time. */
struct fork_probe {
    bool is_active, wants_proof;
    uint32_t link;
    uint64_t log;
    uint64_t same;   /* both have this event */
    uint64_t differ; /* here they differ; 0 = not known yet */
    uint64_t asked_seq, asked_ms;
};

/* How far the voided part of a log that is here was looked through for what nobody carries. */
struct salvage_plan {
    uint64_t from; /* where it begins; 0 = nothing is voided */
    uint64_t next; /* to look at */
    uint64_t due_ms;
    uint64_t urgent_to; /* up to here it holds what boards show: nobody is waited for */
};

enum { VOIDED_CANDIDATES_MAX = 1024 };

/* The orders that a revocation voided something of and that await a decision: replica_voided.c. */
struct voided_list {
    bool is_due;       /* look through all that is voided */
    bool is_cut_short; /* there were more orders */
    uint32_t count;
    struct voided_order orders[VOIDED_ORDERS_MAX]; /* by id */
    uint32_t candidates_count;                     /* to look at when the turn is sealed */
    struct entity_id candidates[VOIDED_CANDIDATES_MAX];
};

/* What the disk holds is read again in the background, and what it spoilt fetched from peers. */
enum scrub_part { /* in this order; values are on disk */
                  SCRUB_TAILS,
                  SCRUB_META,
                  SCRUB_JOURNAL,
                  SCRUB_ENTITIES,
                  SCRUB_SALVAGES,
                  SCRUB_STATES,
                  SCRUB_INDEX,
                  SCRUB_REST
};

struct scrub_position {
    enum scrub_part part;
    uint64_t log;    /* TAILS: the next, or one after it; JOURNAL: looked at last */
    uint64_t seq;    /* JOURNAL: looked at last */
    uint64_t summed; /* JOURNAL: seq up to which bytes are counted */
    uint64_t bytes;  /* of the log's events from the first one on */
    struct key row;  /* ENTITIES to INDEX: looked at last */
    uint64_t due_ms; /* REST: when the next pass begins */
};

struct scrub {
    struct scrub_position at;
    struct scrub_position begun_at; /* when the turn began: what it finds goes when it is undone */
    bool is_turn_over;              /* sealed: the next input is of the next turn */
    bool is_kept;                   /* a turn was undone: the open after it goes on here */
    uint64_t unsaved;               /* records since the position was last written */
    bool is_wrong;   /* state or index are, since a remake began last: one is to begin */
    bool has_damage; /* events are listed as spoilt */
    /* What is fetched, one stretch after the other. */
    struct repair_request request; /* of the last: where the next is looked for */
    bool is_asked;                 /* and its answer waited for */
    uint32_t link;                 /* of whom; else who is asked first */
    uint64_t asked_ms, rest_until_ms;
    uint64_t rest_ms;         /* how long the last rest was; 0 = none since all was well */
    uint64_t cut_ms;          /* when a rest was cut short last; 0 = never */
    bool has_given_up;        /* nobody had one of them, since the last rest */
    bool is_told;             /* that was said */
    bool is_news;             /* somebody came, went, or has more, since the last rest */
    uint64_t neighbours;      /* mesh.neighbours when it was last looked at */
    bool is_tried[LINKS_MAX]; /* for the one at work, whoever comes and goes meanwhile */
    struct repair_request open[LINKS_MAX]; /* asked of each, and not answered; first_seq 0 = none */
};

/* Rows that are made of the journal are gone through and made right: replica_remake.c. */
enum remake_phase { /* in this order; values are on disk */
                    REMAKE_NONE,
                    REMAKE_SALVAGES,
                    REMAKE_TAKES,
                    REMAKE_ENTITIES,
                    REMAKE_STATES,
                    REMAKE_INDEX
};

struct remake {
    enum remake_phase phase;
    struct key row;          /* TAKES, STATES, INDEX: looked at last */
    struct entity_id entity; /* ENTITIES: looked at last */
    uint64_t count;          /* entities since it began, or since the open */
    bool is_first_due;       /* it began in this turn: what does not wait for it is to be folded */
    uint32_t work_max;       /* in a turn */
};

struct replica {
    bool is_open;
    bool
        is_log_lost; /* write nothing more under the own log: peers hold more of it, or it forked */
    struct replica_config config;
    size_t chain_size;
    uint8_t chain[CERT_CHAIN_BYTES_MAX];
    struct certificate certificate; /* own */
    uint64_t device, log;
    struct vector vector;
    struct roster roster;
    struct entity_id roster_entity, popup_entity;
    struct mesh mesh;
    struct popup_cache popup;
    uint64_t number_day; /* for which number_next is good; 0 = look it up */
    uint32_t number_next;
    bool is_turn_written;
    bool is_fork_check_due; /* the roster changed: is every fork stated where others see it? */
    struct fork_probe probe;
    uint64_t fork_stated; /* the log of which this turn states a fork; 0 = none */
    bool is_salvage_due;  /* the roster changed: carriers may have ceased to count */
    struct salvage_plan salvage_plans[LOGS_MAX]; /* by slot */
    struct voided_list voided;
    uint64_t change_number_sealed; /* newest that the screens were told of */
    struct folder folder;
    struct scrub scrub;
    struct remake remake;
    struct desk desk;             /* what sells here */
    struct holds holds;           /* what customers are about to buy here */
    struct quotes quotes;         /* for which price */
    struct carts carts;           /* what they put together before */
    struct guests guests;         /* who ordered here, and nobody answers for it yet */
    struct stock_doubles doubles; /* lines that were sold at two devices */
    /* Large scratch, made once. */
    struct turn *turn;
    struct history *history, *scratch;
    struct order *order;
    struct stock *stock;
    struct roster *roster_before;
    struct verified *verified; /* the signatures of the roster's events */
    struct run *run;
    struct hash (*fork_hashes)[RUN_EVENTS_MAX]; /* of two runs */
    struct till_result *result;
    struct day_close close; /* scratch */
    uint8_t *row;
    uint8_t *event_data;   /* one encoded event */
    uint8_t *salvage_data; /* the body of a salvage */
};

/* replica_write.c: the head of the own log, which is open. */
struct log_head *replica_own_head(struct replica *replica);

/* Append an event to the own log, and remember it in the turn. @parents come from the entity's
 * history. What was remembered before is folded when the turn is full. ERR_FORBIDDEN when this
 * device may not write that; ERR_TOO_LARGE; ERR_IO, ERR_FULL: abort the turn. */
MUST_CHECK int replica_append(struct replica *replica, struct store_txn *txn,
                              const struct event *event, struct effects *out);

/* End the own log's open run with a signature. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_sign(struct replica *replica, struct store_txn *txn);

/* Before the events of a command are checked: room for all of them in the turn, folding when there
 * is none. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_events_make_room(struct replica *replica, struct store_txn *txn,
                                        struct effects *out);

/* Whether every event may be written before any is: a command is written whole or not at all.
 * ERR_FORBIDDEN, ERR_TOO_LARGE. */
MUST_CHECK int replica_events_check(const struct replica *replica, const struct till_result *result,
                                    const struct command *command);

/* Write the till's events, which were checked, as one block. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_events_append(struct replica *replica, struct store_txn *txn,
                                     const struct till_result *result,
                                     const struct command *command, uint64_t now_t,
                                     struct effects *out);

/* replica_fold.c */

/* Refold what an event of @type is about, before the turn ends; what was marked before is folded
 * when there is no room. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_mark(struct replica *replica, struct store_txn *txn, uint32_t type,
                            const struct entity_id *entity, struct effects *out);

/* The roster was folded anew: mark the entities of events with a parent that is voided now and was
 * not before, or the other way round. ERR_LIMIT: no room; ERR_IO. */
MUST_CHECK int replica_mark_waiting(struct replica *replica, struct store_txn *txn);

/* Mark the entities of the events of a log that others carry, from @from on. ERR_LIMIT: no room,
 * and @from is the first that was not marked; ERR_IO. */
MUST_CHECK int replica_mark_salvaged(struct replica *replica, struct store_txn *txn,
                                     struct operation *from);

/* What reading the rows of salvages came to, @err, is to the turn: of one that the disk spoilt all
 * are made anew at the next scrub, and until then the turn cannot be. 0 also where there are none;
 * ERR_IO. */
MUST_CHECK int replica_salvages_read(struct replica *replica, int err);

/* Fold what is dirty; a dirty roster first, with whatever it makes valid or void. ERR_IO, ERR_FULL.
 */
MUST_CHECK int replica_fold(struct replica *replica, struct store_txn *txn, struct effects *out);

/* The pop-up's settings; read again when they changed. ERR_IO. */
MUST_CHECK int replica_popup(struct replica *replica, struct store_txn *txn,
                             struct popup_cache *ret_popup);

/* replica_open.c: the clock reading of an event written at @now. */
uint64_t replica_t_of_moment(const struct replica *replica, struct moment now);

/* Remember that peers hold more of @log, the own one, than this device. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_keep_lost(struct store_txn *txn, uint64_t log);

/* replica_fork.c: forks are found, proven, stated; and what voids the end of a log limits what is
 * told of it. */

/* Bring the limits of all logs in line with the roster, the heads and what the disk spoilt. ERR_IO.
 */
MUST_CHECK int replica_limits(struct replica *replica, struct store_txn *txn);

/* Take the FORKQ or FORKP in replica->mesh.message, which came over @link. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_fork_take(struct replica *replica, struct store_txn *txn, uint32_t link,
                                 struct moment now, struct effects *out);

/* The EVENTS in replica->mesh.message, which came over @link, lie beyond the end of the log of
 * @slot and are not taken in: state the first log.fork among them that claims a lower fork than is
 * known here, if it proves it; a fork of the own log ends that. Nothing else of them is believed.
 * At most one proof is verified, and one fork stated in a turn: what is left out here comes again.
 * After one that proves nothing no more of that log is heard over @link. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_fork_overhear(struct replica *replica, struct store_txn *txn, uint32_t link,
                                     uint32_t slot, struct effects *out);

/* The end of a turn: look into suspicions, and state what is known. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_fork_seal(struct replica *replica, struct store_txn *txn, struct moment now,
                                 struct effects *out);

/* replica_roster.c: an event of the roster in the store, whether it counts or not. The body is
 * borrowed from the transaction. */
struct statement {
    struct log_point at;
    uint32_t type; /* EVENT_NONE: the disk spoilt it */
    uint64_t by;
    struct bytes body;
};

/* The one after @from, which moves to it; the key of the roster's entity comes before all.
 * ERR_NOT_FOUND, ERR_IO. */
MUST_CHECK int replica_statement_after(const struct replica *replica, struct store_txn *txn,
                                       struct key *from, struct statement *ret_statement);

/* replica_restate.c: what this device stated of the roster and a fork voids is stated again under
 * the own log, once. May leave the turn dirty. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_restate(struct replica *replica, struct store_txn *txn, struct moment now,
                               struct effects *out);

/* replica_salvage.c: what forks void is carried on under the own log. */

/* Logs of which something is carried, each from the lowest event on that this is about. */
struct carried {
    uint32_t count;
    struct log_point from[LOGS_MAX];
};

/* Add @log from @seq on, or the log of the salvage with @body, unless @roster does not know it:
 * nothing that is carried of it counts before its log.open came. */
void carried_add(struct carried *carried, const struct roster *roster, uint64_t log, uint64_t seq);
void carried_add_salvage(struct carried *carried, const struct roster *roster, struct bytes body);

/* @run came and is stored: mark the entities of what its salvages carry and of what comes after
 * that on the same branches, as a gap before it may be closed now. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_salvage_mark_run(struct replica *replica, struct store_txn *txn,
                                        const struct run *run, struct effects *out);

/* The same of what is carried of @log from @seq on: 0 when the event before its fork came, which
 * the carried ones continue. */
MUST_CHECK int replica_salvage_mark_log(struct replica *replica, struct store_txn *txn,
                                        uint64_t log, uint64_t seq, struct effects *out);

/* The roster changed, and nothing was folded by it yet: remember which of what it voids is on the
 * boards here. ERR_IO. */
MUST_CHECK int replica_salvage_note(struct replica *replica, struct store_txn *txn);

/* The end of a turn: carry on what nobody does. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_salvage_seal(struct replica *replica, struct store_txn *txn,
                                    struct moment now, struct effects *out);

/* replica_voided.c: what revocations voided, for people to decide. */

/* The roster was folded anew, from replica->roster_before: all that is voided is looked through
 * again when that changed. */
void replica_voided_roster(struct replica *replica);

/* Before a fold: remember which of the dirty orders have voided events here. ERR_IO. */
MUST_CHECK int replica_voided_note(struct replica *replica, struct store_txn *txn);

/* The end of a turn: bring the list in line. ERR_IO. */
MUST_CHECK int replica_voided_seal(struct replica *replica, struct store_txn *txn);

/* replica_meta.c: what the store is, as the host says; an empty store becomes so, and a row that
 * the disk spoilt is written again. ERR_MISMATCH: it is another pop-up's or newer software's;
 * ERR_VERSION: another version's fold; ERR_IO, ERR_FULL. */
MUST_CHECK int replica_meta_open(struct replica *replica, struct store_txn *txn,
                                 struct effects *out);

/* The same of a store that is open, which is known to be the right one. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_meta_look(struct replica *replica, struct store_txn *txn,
                                 struct effects *out);

/* replica_scrub.c: before an open, it begins with a new process, or goes on after a turn that was
 * undone; a turn begins, is sealed, is undone. */
void replica_scrub_reset(struct replica *replica);
void replica_scrub_turn_begin(struct replica *replica);
void replica_scrub_turn_end(struct replica *replica);
void replica_scrub_turn_undo(struct replica *replica);

/* Read some records again, as @input says; find what the list of spoilt events says at an open.
 * ERR_IO, ERR_FULL. */
MUST_CHECK int replica_scrub(struct replica *replica, struct store_txn *txn,
                             const struct input *input, struct effects *out);
MUST_CHECK int replica_scrub_open(struct replica *replica, struct store_txn *txn);

/* replica_remake.c: go through all rows that are made of the journal from now on, a part in each
 * turn, the first in the next one that looks (anew: and the store says so at once); go on where the
 * store says that it was. replica_remake_first(): when the turn that began it was folded, the
 * pop-up's settings and everybody's record, by whose PIN he signs in: screens read the rows.
 * replica_remake_some(): the part of this turn. ERR_IO, ERR_FULL. */
void replica_remake_begin(struct replica *replica);
MUST_CHECK int replica_remake_anew(struct replica *replica, struct store_txn *txn);
MUST_CHECK int replica_remake_first(struct replica *replica, struct store_txn *txn);
MUST_CHECK int replica_remake_open(struct replica *replica, struct store_txn *txn);
MUST_CHECK int replica_remake_some(struct replica *replica, struct store_txn *txn,
                                   struct moment now, struct effects *out);

/* replica_rebuild.c: enter again what the salvages among the roster's events carry; fold the rows
 * of
 * @kinds of @entity anew. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_salvage_rebuild(struct store_txn *txn);
MUST_CHECK int replica_entity_fold(struct replica *replica, struct store_txn *txn,
                                   const struct entity_id *entity, uint32_t kinds);

/* Look at one event of the log in @slot, and list it or take it off the list. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_scrub_event(struct replica *replica, struct store_txn *txn, uint32_t slot,
                                   uint64_t seq, struct effects *out);

/* replica_heads.c: the head of the log that the event @bytes opens, before it; its certificate must
 * lead to the root. ERR_MALFORMED, ERR_BAD_SIGNATURE, ERR_MISMATCH (not @log), ERR_FORBIDDEN. */
MUST_CHECK int replica_head_of_opening(const struct replica *replica, uint64_t log,
                                       struct bytes bytes, struct log_head *ret_head);

/* Before the heads are read at an open: make those of the journal anew that do not fit it. ERR_IO,
 * ERR_FULL. */
MUST_CHECK int replica_heads_mend(struct replica *replica, struct store_txn *txn,
                                  struct effects *out);

/* The log in @slot was read to its end: its head, in memory and in the store, says whose it is and
 * how many @bytes its events have (NULL: they were not counted). ERR_IO, ERR_FULL. */
MUST_CHECK int replica_head_look(struct replica *replica, struct store_txn *txn, uint32_t slot,
                                 const uint64_t *bytes, struct effects *out);

/* replica_repair.c: the end of a turn: ask for what is spoilt. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_repair_seal(struct replica *replica, struct store_txn *txn,
                                   struct moment now, struct effects *out);

/* Whether @events over @link answer that, however late; take them. ERR_IO, ERR_FULL. */
bool replica_repair_awaits(const struct replica *replica, uint32_t link,
                           const struct events *events);
MUST_CHECK int replica_repair_take(struct replica *replica, struct store_txn *txn, uint32_t link,
                                   struct effects *out);

/* replica_accept.c: the run of replica->mesh.message.events in replica->run, unverified.
 * ERR_MALFORMED. */
MUST_CHECK int replica_run_of_message(struct replica *replica);

/* replica_accept.c: the EVENTS in replica->mesh.message came over @link in a frame of @frame_size
 * bytes. */
MUST_CHECK int replica_accept(struct replica *replica, struct store_txn *txn, uint32_t link,
                              size_t frame_size, struct moment now, struct effects *out);

/* replica_stock.c */

/* A command was judged: what it sold, when @is_written, and what it had no right to sell. */
void replica_stock_note(struct replica *replica, const struct till_result *result, bool is_written,
                        struct moment now);

/* Units of @item that were sold here lately. */
uint64_t replica_stock_demand(const struct desk *desk, uint64_t item);

/* Write an event of this device's own on the stock of @item, unless it may write none any more.
 * ERR_IO, ERR_FULL. */
MUST_CHECK int replica_stock_append(struct replica *replica, struct store_txn *txn,
                                    enum event_type type, uint64_t item, struct bytes body,
                                    struct moment now, struct effects *out);

/* Undo what was sold twice, and ask for what is lacking. May leave the turn dirty. ERR_IO,
 * ERR_FULL. */
MUST_CHECK int replica_stock_seal(struct replica *replica, struct store_txn *txn, struct moment now,
                                  struct effects *out);

/* replica_ask.c: rights to sell on the move. All use replica->stock. */

/* Ask others for what is lacking here of @units of @item, if any of them has some. ERR_IO. */
MUST_CHECK int replica_ask(struct replica *replica, struct store_txn *txn, struct desk_item *item,
                           uint64_t units, struct moment now, struct effects *out);

/* Whether there is any use in that. ERR_IO. */
MUST_CHECK int replica_ask_can_help(struct replica *replica, struct store_txn *txn, uint64_t item,
                                    bool *ret_can);

/* The ASK in replica->mesh.message came over @link: give, and ask on for the rest. ERR_IO,
 * ERR_FULL. */
MUST_CHECK int replica_asked(struct replica *replica, struct store_txn *txn, uint32_t link,
                             struct moment now, struct effects *out);

/* replica_roster.c */

/* Write what of the people's roles this device has seen, unless its log says so already: what
 * follows is judged by it. Folds when it writes. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_tell_view(struct replica *replica, struct store_txn *txn, uint64_t now_t,
                                 struct effects *out);

/* Take up the newest certificate that an admin gave this device: with a log.cert, when its log does
 * not say so already. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_adopt_certificate(struct replica *replica, struct store_txn *txn,
                                         uint64_t now_t, struct effects *out);

/* replica_view.c: whether the stored row of @kind of @entity is what its events fold to, and the
 * index has what belongs to it. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int replica_row_is_right(struct replica *replica, struct store_txn *txn, enum kind kind,
                                    const struct entity_id *entity, bool *ret_is_right);

/* replica_view.c: the entity after @after that an event is about,
 * whether its log says it or another carries it, and the kinds of its events.
 * ERR_NOT_FOUND past the last, ERR_IO. */
MUST_CHECK int replica_entity_after(struct store_txn *txn, const struct entity_id *after,
                                    struct entity_id *ret_entity, uint32_t *ret_kinds);

/* replica_cart.c */
/* Which carts are in the store; those that are too many or spoilt are dropped. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_cart_open(struct replica *replica, struct store_txn *txn, struct moment now);
/* Before a command is judged: those that ended are dropped. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_cart_before(struct replica *replica, struct store_txn *txn,
                                   struct moment now);
/* After a command that succeeded: what it left of a cart or a table. The till saw that there is
 * room: nothing is refused any more. @ret_dropped: the session whose cart made room, or 0. ERR_IO,
 * ERR_FULL. */
MUST_CHECK int replica_cart_after(struct replica *replica, struct store_txn *txn,
                                  const struct command *command, struct moment now,
                                  uint64_t *ret_dropped);

/* replica_guest.c */

/* Quotes that lie in the store and stand no more: a process before this one made them. ERR_IO,
 * ERR_FULL. */
MUST_CHECK int replica_guest_open(struct replica *replica, struct store_txn *txn);

/* Before a command is judged: what ended is given back. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_guest_before(struct replica *replica, struct store_txn *txn,
                                    const struct command *command, struct moment now);

/* It was judged, as replica->result says, and its events are written. ERR_BUSY: no room for one
 * more quote, and nothing changed; ERR_IO, ERR_FULL. */
MUST_CHECK int replica_guest_after(struct replica *replica, struct store_txn *txn,
                                   const struct command *command, struct moment now);

/* replica_command.c: judge the command of @input, and answer. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_command(struct replica *replica, struct store_txn *txn,
                               const struct input *input, struct effects *out);

/* replica_number.c: the device's lane, of its certificate. */
struct bytes replica_lane(const struct replica *replica);

/* Before a command that may give an order a number on @day: replica->number_next. ERR_IO. */
MUST_CHECK int replica_number_prepare(struct replica *replica, struct store_txn *txn, uint64_t day);

/* It gave @number out. ERR_IO, ERR_FULL. */
MUST_CHECK int replica_number_keep(const struct replica *replica, struct store_txn *txn,
                                   uint64_t day, uint32_t number);

/* Before a command that may give a receipt: the number that it has then. ERR_IO. */
MUST_CHECK int replica_receipt_prepare(const struct replica *replica, struct store_txn *txn,
                                       struct till *till);

#endif
