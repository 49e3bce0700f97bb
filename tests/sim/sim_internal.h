/* sim_internal.h - what the files of the simulator share. */
#ifndef TRESTLE_TESTS_SIM_SIM_INTERNAL_H
#define TRESTLE_TESTS_SIM_SIM_INTERNAL_H

#include "sync/domain/entity.h"
#include "sync/domain/menu.h"
#include "sync/domain/order_events.h"
#include "sync/domain/whose.h"
#include "sync/log/run.h"
#include "tests/sim/liar.h"
#include "tests/sim/sim.h"

/* An event as its writer committed it. */
struct truth_event {
    struct hash chain;
    struct hash content; /* chain_event_hash() */
    uint32_t type;
    uint32_t receipts; /* of the log, up to here */
    bool is_signed;
    struct signature signature; /* verified, when is_signed */
};

/* A log as its writer committed it: what everybody else must hold a prefix of. A log that was
 * continued twice, by a clone or a restored device, is one of these for each branch, prefix
 * included. */
struct truth_log {
    uint64_t log;
    struct public_key key;
    uint64_t count, capacity;
    struct truth_event *events;
    uint64_t held[SIM_NODES_MAX]; /* the most that a device ever held, by its first node */
    uint64_t ticked;              /* up to here some device showed it as saved on others */
    uint64_t kept;                /* up to here some device held it when all was healed */
};

/* A statement that ends a log, as its writer committed it. */
struct cut {
    uint32_t truth; /* the log that states it, in sim->truth */
    uint64_t seq;
    uint32_t type;    /* log.fork, log.revoke or log.retire */
    uint64_t log;     /* what ends */
    uint64_t last;    /* the event that still counts; of a retirement that still sells of right */
    struct hash hash; /* of that event; of a revocation only */
};

/* An order.open that was committed. */
struct opened {
    uint64_t day, log, seq;
    struct hash chain;
    char lane[LANE_BYTES_MAX + 1];
    uint32_t number;
    struct entity_id order;
};

/* An event that was put under another's name and given to somebody. */
struct forged {
    uint64_t log, seq;
    struct hash content;
};
enum { SIM_FORGED_MAX = 256 }; /* the newest */

enum { REQUEST_TEXTS_MAX = 4, REQUEST_TEXT_BYTES = 32 };

/* A client's request, with every answer that it got. */
struct request {
    struct command command;
    uint32_t texts_count;
    char texts[REQUEST_TEXTS_MAX][REQUEST_TEXT_BYTES]; /* that @command borrows */
    struct shop_key key;
    bool is_keyed;
    int err; /* the last refusal; 0 = none */
    bool has_answer[SIM_NODES_MAX];
    bool is_forgotten[SIM_NODES_MAX]; /* by a device that was restored since */
    uint32_t truths[SIM_NODES_MAX];   /* the branch that it answered of */
    struct answer answers[SIM_NODES_MAX];
    uint64_t days[SIM_NODES_MAX]; /* the trading day at the node when it answered, at least */
};

/* What a device asked for of one log since all was healed: oracle_rounds.c. */
struct asks {
    uint32_t askings, rounds;
    uint64_t have;     /* after which event it asked last, when it did */
    uint64_t asked_ms; /* and when */
};

/* What an oracle remembers of a node. */
struct watch {
    uint32_t first;                 /* the node whose device it is: another one's for a clone */
    uint64_t seqs[SIM_TRUTHS_MAX];  /* committed, by truth log: of one branch only */
    uint64_t marks[SIM_TRUTHS_MAX]; /* ticks looked at */
    uint32_t revoked;               /* devices, when they were */
    struct asks asks[SIM_TRUTHS_MAX];
    uint64_t greeted_ms[LINKS_MAX]; /* when the link's HELLO came; 0 = before the heal */
    uint64_t change;                /* the newest change number looked at */
    uint64_t commits;               /* of its store, looked at; failed ones too */
    uint64_t day_before, day;       /* the trading day before and after the last turn */
    bool is_current;                /* @heads is what its store holds; not after a crash */
    struct hash heads, state;
    bool is_state_known;
    struct hash copy[3]; /* before a duplicated frame */
    uint64_t copy_log, copy_written;
};

/* How often things go wrong in this run, per action, in 10,000. */
struct odds {
    uint32_t reset, partition, heal, one_way, swizzle, flap, slow_reader;
    uint32_t crash, full, io, commit, jump, rate, slow, two_links;
    uint32_t retry_here, retry_elsewhere;
    uint32_t copy, roll_back, clone, fork_twice, liar, flip, upgrade;
};

/* What was begun and what ends it. */
enum { SIM_LATER_MAX = 48 };
enum sim_later_kind { LATER_NOTHING, LATER_CLOG, LATER_FREE, LATER_FLAP, LATER_READ };
struct sim_later {
    uint64_t at_ms;
    enum sim_later_kind kind;
    uint32_t a, b; /* nodes */
};

/* Whose disk flips bits, and whether its store is unsound just now. */
struct flips {
    uint32_t node;
    bool is_spoilt;
    struct hash meta; /* over what its store said that it is, before */
};

struct sim {
    struct sim_options options;
    struct cluster *cluster;
    struct sim_stats *stats;
    uint64_t seed;
    struct prng prng; /* of clients and faults; the cluster has its own */
    struct prng oracle_prng;
    struct odds odds;
    uint32_t gap_max_ms;
    uint64_t heal_at_ms;
    struct sim_later later[SIM_LATER_MAX];
    struct liar liar;
    struct flips flips;
    bool is_old[SIM_NODES_MAX]; /* software that does not know all types of events */
    bool was_old[SIM_NODES_MAX];
    /* What clients know. */
    uint32_t requests_count;
    struct request *requests; /* SIM_REQUESTS_MAX + SIM_REQUESTS_CALM */
    uint32_t orders_count;
    struct entity_id orders[SIM_REQUESTS_MAX];
    struct request *asking; /* what is being filled in, and whom it is for */
    struct cluster_node *asked;
    uint64_t days;
    /* What the oracles know. */
    struct truth_log truth[SIM_TRUTHS_MAX];
    uint32_t truth_count;
    struct log_point fork_found; /* which this turn states */
    uint64_t fork_stated_seq;    /* where in its own log */
    uint32_t cuts_count;
    struct cut cuts[SIM_CUTS_MAX];
    uint32_t opened_count;
    struct opened opened[SIM_NUMBERS_MAX];
    struct watch watches[SIM_NODES_MAX];
    bool is_forging; /* somebody lies on links in this run */
    uint32_t forged_next;
    struct forged forged[SIM_FORGED_MAX];
    bool is_sparse;                 /* few devices in a line, each linked to its neighbours */
    bool is_large;                  /* as many devices as a pop-up may have, not all linked */
    bool is_copying;                /* devices are cloned and restored in this run */
    bool is_forking;                /* ... or somebody lies: logs may have several branches */
    bool is_robbed;                 /* a device was stolen, and revoked: theft.c */
    uint64_t robbed;                /* which, when is_robbed */
    bool is_twofold[SIM_NODES_MAX]; /* by first node: its log may have gone on twice */
    bool is_losing;                 /* a device's disk is gone for good in the end */
    struct cluster_copy backup;     /* of it, from the beginning; store NULL = none */
    uint32_t backup_of;
    bool is_backup_old;       /* written by old software */
    struct cluster_copy copy; /* store NULL = none */
    uint32_t copy_of, clones;
    bool is_copy_old;
    struct sights *sights;
    uint64_t copies_sent; /* of events, on all links */
    /* Scratch. */
    struct history *history;
    struct history *accepted; /* only for what is being asked of a device */
    struct order *order;
    struct message *message;
    uint8_t *row;
    struct hash trace_hash;
    bool is_shifted;     /* this run is one with other clocks */
    bool is_by_courtesy; /* in this run or the one before clocks decided who accepts once more */
    struct hash decided;
    bool is_healing; /* all is healed, and they are converging */
    bool is_failed;
    enum oracle failed_oracle;
    char failure[SIM_FAILURE_MAX];
};

/* The first failure counts; the run ends at the next step. */
void sim_fail(struct sim *sim, enum oracle oracle, const struct cluster_node *node,
              const char *format, ...) __attribute__((format(printf, 4, 5)));
bool sim_chance(struct sim *sim, uint32_t odds);
/* 0..@limit-1, of the numbers that decide what clients and faults do. */
uint64_t sim_below(struct sim *sim, uint64_t limit);
/* The same of the oracles' own numbers: what is drawn of them changes no workload. */
uint64_t sim_oracle_below(struct sim *sim, uint64_t limit);
/* Whether some device's log may have gone on twice by now; a liar's is its own affair. */
bool sim_has_clones(const struct sim *sim);
struct watch *sim_watch(struct sim *sim, const struct cluster_node *node);
/* Until nobody has written anything for SIM_CALM_MS: forks are proven, and carried on by somebody;
 * SIM_CALM_MAX_MS at most. */
void sim_calm_down(struct sim *sim);

/* --- wishes.c, wishes_shop.c: what people ask for --- */

enum wish_place { ANYWHERE, GATEWAY, OFFICE }; /* where it is asked for, mostly or only */

struct wish {
    uint32_t weight;
    enum wish_place place;
    bool is_of_order, is_keyed;
    bool (*fits)(const struct order *order); /* an order that it makes sense for; NULL = any */
    void (*fill)(struct sim *sim, struct command *command);
};
extern const struct wish wishes[COMMAND_COUNT];

void wish_menu_set(struct sim *sim, struct command *command);
void wish_available(struct sim *sim, struct command *command);
void wish_popup(struct sim *sim, struct command *command);
void wish_day(struct sim *sim, struct command *command);
void wish_device(struct sim *sim, struct command *command);
void wish_other_device(struct sim *sim, struct command *command);
void wish_staff(struct sim *sim, struct command *command);
void wish_stock_add(struct sim *sim, struct command *command);
void wish_stock_count(struct sim *sim, struct command *command);
void wish_record(struct sim *sim, struct command *command);
void wish_pin(struct sim *sim, struct command *command);
void wish_review_hide(struct sim *sim, struct command *command);
void wish_drawer_open(struct sim *sim, struct command *command);
void wish_drawer_move(struct sim *sim, struct command *command);
void wish_drawer_count(struct sim *sim, struct command *command);
void wish_blob_of(struct sim *sim, struct command *command, const char *text);
void wish_blob_add(struct sim *sim, struct command *command);
void wish_erase(struct sim *sim, struct command *command);
void wish_place(struct sim *sim, struct command *command);

/* --- calm.c --- */
/* The item of which nothing is counted, so that it is never sold out: a manager's, without a key.
 */
void calm_bread(struct command *command);
/* Some of it, paid at once. */
void calm_order(struct command *command);

/* --- start.c --- */
/* The devices of this seed, linked, and the shop that is open there. */
void start_popup(struct sim *sim, const struct cluster_hooks *hooks);

/* --- clients.c --- */

/* The entity of some earlier answer to a command of @kind; as it is when there was none. */
void sim_known_take(struct sim *sim, enum command_kind kind, struct entity_id *ret_entity);
void clients_act(struct sim *sim);
/* A manager's request of its own, keyed; the rest of the command is the caller's. */
struct request *clients_begin(struct sim *sim, enum command_kind kind);
/* Somebody asks for a small order there, which may be refused. */
void clients_place(struct sim *sim, uint32_t node);
/* The node was restored from a copy: it may have forgotten what it answered. */
void clients_forget(struct sim *sim, const struct cluster_node *node);
void clients_answered(struct sim *sim, struct cluster_node *node,
                      const struct effect_answer *effect);

/* --- faults.c --- */
void faults_draw(struct sim *sim);
void faults_act(struct sim *sim);
void faults_end(struct sim *sim);

/* --- faults_disk.c --- */
void fault_copy(struct sim *sim);
void fault_roll_back(struct sim *sim);
void fault_clone(struct sim *sim);
void fault_fork_twice(struct sim *sim);

/* --- trace_hash.c: nothing unless it is asked for --- */
void trace_input(struct sim *sim, const struct cluster_node *node, const struct input *input);
/* The node's turn is committed; its effects are not released yet. */
void trace_turn(struct sim *sim, const struct cluster_node *node);

/* --- flips.c --- */
void flips_draw(struct sim *sim);
void fault_flip(struct sim *sim);
/* While it is, its rows are not looked at, and nobody asks there. */
bool flips_is_spoilt(const struct sim *sim, const struct cluster_node *node);
/* Whether it is sound again, now and then. */
void flips_turn(struct sim *sim, struct cluster_node *node);
/* When all is healed: until it is. */
void flips_settle(struct sim *sim);

/* --- versions.c: P16 --- */
void versions_reset(struct sim *sim);
/* Some devices have old software. */
void versions_draw(struct sim *sim);
/* What runs from now on is @node's. */
void versions_enter(const struct sim *sim, const struct cluster_node *node);
/* Whether the software of @node can carry out such a command. */
bool versions_know(const struct sim *sim, const struct cluster_node *node, enum command_kind kind);
/* @clone runs the software of @of. */
void versions_clone(struct sim *sim, uint32_t of, uint32_t clone);
/* The disk of @node is a copy now, which was written by old software when @is_old. */
void versions_restored(struct sim *sim, struct cluster_node *node, bool is_old);
void fault_upgrade(struct sim *sim);
/* All that is old is upgraded. */
void versions_end(struct sim *sim);
/* Some devices, drawn of @prng, get older software and fold their store anew. */
void versions_age(struct sim *sim, struct prng *prng);

/* --- faults_net.c --- */
uint32_t sim_node_draw(struct sim *sim);
void fault_reset(struct sim *sim);
void fault_two_links(struct sim *sim);
void fault_one_way(struct sim *sim);
void fault_swizzle(struct sim *sim);
void fault_flap(struct sim *sim);
void fault_slow_reader(struct sim *sim);
void fault_partition(struct sim *sim);
/* Nobody hears @node for a while, nor does it hear what it has forgotten. */
void fault_apart(struct sim *sim, uint32_t node);
void net_begin(struct sim *sim);
/* What is due: the end of what lasts. */
void net_act(struct sim *sim);
void net_end(struct sim *sim);
/* At the end of some runs, just before. */
void net_last_words(struct sim *sim);

/* --- oracle_journal.c: P5, P15 --- */
void journal_reset(struct sim *sim);
/* Where the branch of @log that @node holds stands in sim->truth, or -1. */
int32_t truth_find(const struct sim *sim, const struct cluster_node *node, uint64_t log);
/* Whether @node holds event @seq as it is in @truth. */
bool truth_is_held(const struct sim *sim, const struct cluster_node *node,
                   const struct truth_log *truth, uint64_t seq);
/* What the node held is gone: its disk is another one. */
void journal_forget(struct sim *sim, const struct cluster_node *node);
void journal_turn(struct sim *sim, struct cluster_node *node);
/* Every row of the node's journals, by the truth and by log_verify(). */
void journal_verify(struct sim *sim, struct cluster_node *node);

/* --- oracle_book.c: a journal's hashes and signatures, anew with libsodium --- */
/* What a log of @key begins with. */
struct hash book_genesis(const struct popup_id *popup, const uint8_t *key);
/* An event's own hash, and the chain's where it follows @before. */
struct hash book_content(struct bytes event);
struct hash book_next(const struct hash *before, const struct hash *content);
/* Whether @signature is that of @truth's key for event @seq and all before it. */
bool book_is_signed(const struct sim *sim, const struct truth_log *truth, uint64_t seq,
                    const uint8_t *signature);

/* --- oracle_told.c: P6, ticks --- */
/* What @node lets out to @link. */
void told_send(struct sim *sim, struct cluster_node *node, uint32_t link, struct bytes frame);
/* What @node ticked in the turn that ended. */
void told_ticks(struct sim *sim, struct cluster_node *node);

/* --- theft.c --- */
/* At the end of some runs. */
void theft_act(struct sim *sim);
/* Whether it is the stolen device, or has its keys. */
bool theft_is_out(const struct sim *sim, const struct cluster_node *node);

/* --- adoption.c --- */
/* After a theft: people decide on what was voided, and what must hold then. */
void adoption_act(struct sim *sim);

/* --- oracle_cuts.c: P11 --- */
/* The last event of @truth, @event, was just committed. */
void cuts_note(struct sim *sim, const struct truth_log *truth, const struct event *event);
/* The history in sim->history, of which @node has a row, shows nothing that a revocation ended. */
void cuts_state(struct sim *sim, struct cluster_node *node);
/* Whether no revocation that @node knows of ends @id, as far as its chain is still held. */
bool cuts_keep(const struct sim *sim, const struct cluster_node *node, const struct operation *id);
/* Nothing counts at @node that lies behind a cut which it knows of. */
void cuts_turn(struct sim *sim, struct cluster_node *node);
/* Each log that was retired or revoked, by whomever, and the earliest event that any of these
 * statements names as its last; at most SIM_CUTS_MAX. A device that was revoked is among them. */
uint32_t cuts_ends(const struct sim *sim, struct log_point *ret_ends);
/* Whether a retirement of @log stands at @node. */
bool cuts_is_retired(const struct sim *sim, const struct cluster_node *node, uint64_t log);

/* --- oracle_forks.c: P9 --- */
/* Up to where the log counts at @node. */
uint64_t forks_count_to(const struct cluster_node *node, uint64_t log);
/* Who holds what when all is healed, and that it is everywhere in the end. */
void forks_note_kept(struct sim *sim);
void forks_check(struct sim *sim, struct cluster_node *node);
/* What @node found to be forked in this turn, it carries on in the same turn. */
void forks_turn(struct sim *sim, struct cluster_node *node);

/* --- calm.c: P14, I15; in the end --- */
void calm_check(struct sim *sim);
/* The last thing in a run: what that device does stays with it. */
void alone_check(struct sim *sim);

/* --- oracle_forgery.c: P10 --- */
/* A hook of the cluster: forge what is in @frame, if that can be done. */
size_t forgery_make(void *context, struct cluster_node *to, struct bytes frame, uint8_t *ret_frame);
/* Whether somebody was given that as event @seq of @log. */
bool forgery_is(const struct sim *sim, uint64_t log, uint64_t seq, const struct hash *content);

/* --- oracle_copies.c: I2 --- */
/* When the shop is open and its faults are drawn. */
void copies_begin(struct sim *sim);
/* Some device shows event @seq as saved on others. */
void copies_note_tick(struct truth_log *truth, uint64_t seq);
/* When all is to be healed: one disk is not. */
void copies_lose(struct sim *sim);

/* --- oracle_links.c: P13 --- */
void links_turn(struct sim *sim, const struct cluster_node *node);
/* The frame is decoded in sim->message. */
void links_send(struct sim *sim, const struct cluster_node *node, struct bytes frame);
/* All is healed and nobody asks for anything: until devices have come to rest. */
void links_rest(struct sim *sim);

/* --- oracle_rounds.c: P12 --- */
/* All is healed: nobody has asked for anything yet. */
void rounds_begin(struct sim *sim);
/* @node is about to take @input. */
void rounds_input(struct sim *sim, const struct cluster_node *node, const struct input *input);
/* @node asks over @link for the log that stands at @truth in sim->truth. */
void rounds_want(struct sim *sim, const struct cluster_node *node, uint32_t link, uint32_t truth,
                 const struct want_entry *want);
/* They have converged: what the device that asked most often counts. */
void rounds_end(struct sim *sim);

/* --- oracle_progress.c: I8 --- */
struct sights *progress_new(void);
void progress_free(struct sights *sights);
void progress_reset(struct sights *sights);
/* What the node showed is gone: its disk is another one. */
void progress_forget(struct sights *sights, const struct cluster_node *node);
/* The order in sim->order, of the history in sim->history, as @node shows it now. */
void progress_check(struct sim *sim, const struct cluster_node *node);

/* --- oracle_verifier.c: I11 --- */
/* On copies of its disk. */
void verifier_check(struct sim *sim, const struct cluster_node *node);

/* --- oracle_report.c: I10 --- */
/* In the end, when all hold the same. */
void report_check(struct sim *sim, struct cluster_node *node);

/* --- oracle_erased.c: I18 --- */
/* The same. */
void erased_check(struct sim *sim, struct cluster_node *node);

/* --- shelf.c: shelf --- */
/* In the end of runs without clones, while all are linked. */
void shelf_check(struct sim *sim);

/* --- missed.c: I16 --- */
/* At the very end of some runs. */
void missed_check(struct sim *sim);

/* --- oracle_salvaged.c: P4, P11 of what others carry on or adopted --- */
/* Whether some event of @entity stands for another one: a manager adopted it. */
bool adopted_any(struct store_txn *txn, const struct entity_id *entity);
/* The order whose full history is in sim->history. */
void salvaged_check(struct sim *sim, const struct cluster_node *node, struct store_txn *txn);

/* --- oracle_time.c: I17 --- */
/* Every device's clock is wrong by days, in the shifted run by others. */
void time_shift(struct sim *sim);
/* What was decided of orders, money and stock, as @node has it. */
struct hash time_decided(struct sim *sim, struct cluster_node *node);
/* @node is about to do as @input says. */
void time_input(struct sim *sim, const struct cluster_node *node, const struct input *input);

/* --- oracle_trade.c: P7, P8, P15, I5 --- */
/* The order whose full history is in sim->history counts each payment once. */
void trade_money(struct sim *sim, struct cluster_node *node);
/* The drawer whose full history is in sim->history counts each move once. */
void trade_drawer(struct sim *sim, struct cluster_node *node);
/* The last event of @truth, @event, which @node has just written, leaves no receipt number out. */
void trade_receipt(struct sim *sim, const struct cluster_node *node, struct truth_log *truth,
                   const struct event *event);
/* Nothing was sold twice, as far as anybody knows. */
void trade_stock(struct sim *sim);
/* What @node has just written, @event, sells nothing of right when it knows that it was retired. */
void trade_take(struct sim *sim, const struct cluster_node *node, const struct event *event);
/* A claim that @node has just written, @event, prints nothing twice without saying so. */
void trade_claim(struct sim *sim, struct cluster_node *node, struct store_txn *txn,
                 const struct event *event);

/* --- oracle_state.c: P1, P2, P3, P4 --- */
/* Of state and index. */
struct hash state_digest(const struct store_memory *store);
void state_turn(struct sim *sim, struct cluster_node *node);
/* What its store holds now nobody has looked at: its last commit may have reached the disk, or the
 * disk lies. Only the next turn tells. */
void state_forget(struct sim *sim, const struct cluster_node *node);
void state_copy(struct sim *sim, struct cluster_node *node, bool is_after);
void state_audit(struct sim *sim, struct cluster_node *node);
void state_compare(struct sim *sim, struct cluster_node *node);
/* Whether others carry on something of @entity that a fork voided. */
bool state_has_salvaged(struct store_txn *txn, const struct entity_id *entity);
/* Whether @event, which its writer at @id may write, is no gateway's or reaches an entity of @kind:
 * an order is @whose. */
bool state_is_in_reach(const struct roster *roster, const struct operation *id,
                       const struct event *event, enum kind kind, enum whose whose);
/* In the end: with everybody. */
void state_agree(struct sim *sim, struct cluster_node *node);

/* --- oracle_upgrade.c: P16 --- */
/* Fold all anew what is in @store, a copy of what @node has; false when it says that another
 * version has folded it. */
bool upgrade_fold(struct store_memory *store, const struct cluster_node *node, struct moment now);
/* Whether @node, which runs, and @other disagree because of an upgrade. */
bool upgrade_is_to_blame(const struct sim *sim, const struct cluster_node *node,
                         const struct cluster_node *other);

#endif
