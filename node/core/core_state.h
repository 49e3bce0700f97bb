/* core_state.h - what the files of the core share: core.c (its life, the loop), core_turn.c (what a
 * turn does), core_patience.c (who waits for the next), core_release.c (its end), core_replica.c
 * (the replica opened and forgotten), core_live.c (the gate's end), and one file for each thing
 * that a turn serves.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_CORE_CORE_STATE_H
#define TRESTLE_NODE_CORE_CORE_STATE_H

#include <pthread.h>

#include "node/access/access.h"
#include "node/blob/blobs.h"
#include "node/config/book.h"
#include "node/core/breadcrumb.h"
#include "node/core/control.h"
#include "node/core/core.h"
#include "node/core/core_pair.h"
#include "node/core/fence.h"
#include "node/core/moment_body.h"
#include "node/mesh/beacon.h"
#include "node/mesh/enrolment.h"
#include "node/mesh/sightings.h"
#include "node/mesh/transport.h"
#include "node/store/store_lmdb.h"
#include "sync/replica/replica.h"

/* The request that a newcomer's certificate goes by; the web thread's never are that high. */
#define REQUEST_ENROL UINT64_MAX
/* And of printing: REQUEST_PRINT + index of the work. */
#define REQUEST_PRINT (UINT64_MAX - 4096)
/* And of stating where this device is. */
#define REQUEST_PLACE (UINT64_MAX - 4097)

/* An open invitation, and the newcomer whose certificate is being written. */
struct enrolling {
    bool is_open;
    uint64_t until_ms;
    uint32_t tries;
    struct invitation invitation;
    bool is_pairing; /* nobody has the invitation: six digits are compared */
    bool is_shown;   /* a screen asked for it, and shows it */
    struct pairing pairing;
    enum role role;
    char lane[LANE_BYTES_MAX + 1];
    char name[NAME_BYTES_MAX + 1]; /* "" = as the newcomer calls itself, or its role */
    bool is_pending;               /* a command of it is in this turn */
    struct routing caller;         /* who gets the answer, whoever else knocks meanwhile */
    struct enrol_hello hello;
    struct book_entry newcomer;
    struct command command;
};

/* What screens say of invitations, and what they are told: core_invite.c. */
struct core_invite {
    /* Under the core's lock: */
    bool is_asked, is_compared, is_ended;
    struct invite_wish wish;
    bool is_same;
    char digits[PAIR_DIGITS + 1];
    struct invite_view view;
    /* The core thread's: */
    struct invite_view telling; /* how it stands */
};

enum {
    CORE_BLOB_NEWS_MAX = EFFECT_BLOB_READS_MAX + EFFECT_BLOB_WRITES_MAX, /* of one turn */
    CORE_BLOB_LOOKS_MAX = 64, /* files looked for in a turn: under a millisecond */
    BLOB_FRAME_BYTES_MAX = BLOB_CHUNK_BYTES_MAX + 128,
};

/* What became of a blob's file. */
struct core_blob_news {
    struct hash hash;
    uint32_t size;
    bool is_good;
};

enum { CORE_BLOBS_LOST_MAX = 16 };

/* Of the files of blobs. */
struct core_blob_care {
    /* Under the lock: found to be lost. One too many is found again. */
    uint32_t lost_count;
    struct hash lost[CORE_BLOBS_LOST_MAX];
    /* The core thread's: */
    bool has_looked;
    struct hash looked; /* the last one that was read */
    uint64_t due_ms;    /* when to read the next */
};

/* How far the files of blobs that the store believes to be here have been looked for. */
struct core_blob_look {
    bool is_on;    /* there may be more */
    bool has_last; /* @last was looked for */
    struct hash last;
};

/* Of the store, and of who watches over the process. */
struct core_care {
    bool is_low;         /* the store's room is for this device's own orders */
    bool is_ballast;     /* it lies on the disk */
    bool is_scrub_whole; /* something was wrong: read all of the store again soon */
    bool is_hurried;     /* that is under way */
    bool is_settled;     /* it has run for so long that the start counts as good */
    bool is_store_new;   /* the old one was moved aside: so is the journal that it held */
    bool is_remaking;    /* rows are made right */
    unsigned starts;     /* in a row that did not settle, with this one */
    uint64_t scrub_ms, looked_ms, remade_ms;
    uint64_t hurried_ms; /* the last turn of a hurried scrub */
};

enum { CORE_RECONCILE_GATEWAYS_MAX = 4 };

/* Which of the things that a gateway told. */
struct core_telling_mark {
    uint64_t device; /* 0 = none */
    uint8_t boot[BOOT_ID_BYTES];
    uint64_t number;
};

struct core_telling {
    struct core_telling_mark mark;
    bool is_good;
    size_t size;
    uint8_t bytes[RECONCILE_PARTS_MAX * EPHEMERAL_BODY_BYTES_MAX];
};

struct core_reconcile_ask {
    uint64_t device; /* 0 = none */
    uint64_t number;
    struct reconcile_wish wish;
    bool is_answered; /* what came of it was told */
};

/* See core_reconcile.c. */
struct core_reconcile {
    /* Under the core's lock, of who asks: */
    uint64_t number; /* of the wish; 0 = none yet */
    struct reconcile_wish wish;
    uint64_t looked_ms; /* when somebody asked or looked last */
    struct core_telling told;
    struct core_telling_mark newest[CORE_RECONCILE_GATEWAYS_MAX];
    struct core_telling_mark old[CORE_RECONCILE_GATEWAYS_MAX]; /* the newest when it was asked */
    /* The core thread's, of who asks: */
    uint64_t asked_number, asked_ms;
    struct core_telling scratch;
    /* The core thread's, of who tells: */
    struct reconcile_host host; /* begin NULL = nobody compares here */
    struct core_reconcile_ask taken[LINKS_MAX];
    uint64_t begun_ms, told_ms; /* 0 = never */
    uint64_t version;           /* of the host's that `telling` is; 0 = nothing was printed yet */
    struct reconcile_standing standing;
    struct text telling;
    uint64_t tellings;
};

enum {
    CORE_ERRANDS_MAX = 64,
    CORE_ERRANDS_OF_DEVICE_MAX = 16, /* so that one device leaves room for the others' */
};

/* The oldest first. */
struct core_errand_box {
    uint32_t count;
    struct gate_errand errands[CORE_ERRANDS_MAX];
};

/* See core_errand.c. */
struct core_errands {
    struct core_errand_box arrived; /* the core thread's: over links in this turn */
    /* Under the core's lock: */
    struct core_errand_box sent;  /* to go over a link */
    struct core_errand_box heard; /* for the web thread */
};

enum {
    CORE_WAITS_MAX = 32, /* of the doors' slots: most stay free for who need not wait */
    CORE_PATIENCE_MS = 300,
};

/* A command that lacks rights to sell, which others have and are asked for: see core_patience.c. */
struct core_wait {
    const struct api_command *command;
    uint64_t until_ms; /* then it is decided */
    bool is_tried;     /* in this turn */
};

struct core_patience {
    bool is_stock_changed; /* since they were tried last */
    uint32_t count;
    struct core_wait waits[CORE_WAITS_MAX];
};

/* See core_health.c. */
struct core_health {
    /* Under the core's lock: of the others that told lately. */
    uint32_t count;
    struct gate_health healths[DEVICES_MAX];
    /* The core thread's: */
    struct gate_health told;
    uint64_t told_ms; /* 0 = never */
};

enum { DOOR_WEB, DOORS_OF_PROGRAM /* the first of them */ };

/* Where another thread asks: it reads on its own, and commands go through its queue. */
struct core_door {
    struct core *core;
    struct store_lmdb_reader *reader; /* NULL = nobody has this door */
    struct command_queue *queue;
    struct gate gate;
};

/* Test slips that screens ask for: core_print_test.c. */
struct core_print_tests {
    uint32_t count;
    uint32_t numbers[PRINTERS_MAX]; /* of printers; the oldest first */
};

struct core {
    const char *state;
    const struct settings *settings;
    const struct identity *identity;
    bool is_alone;
    struct log_key log_key;
    struct replica_config replica_config;
    struct breadcrumb breadcrumb;
    struct aside aside;
    struct fence fence;
    uint64_t fence_from; /* where the journal ended after the last commit */
    struct store_lmdb *store;
    struct store_lmdb_reader *usage_reader;
    struct core_door doors[COMMAND_DOORS_MAX];
    struct transport *transport;
    struct beacon *beacon; /* NULL = none */
    struct sightings sightings;
    uint64_t looked_ms; /* for beacons */
    struct replica *replica;
    struct effects *effects;
    struct control control;
    struct book *book;
    struct welcome *welcome; /* scratch */
    uint8_t *welcome_frame;  /* scratch */
    struct enrolling enrolling;
    struct core_invite invite;
    uint64_t joined; /* the device that came in last, while no other is invited; 0 = none */
    struct core_print *print;
    struct core_print_tests print_tests; /* under the lock */
    struct core_care care;
    struct blobs *blobs;
    struct access *access;
    uint32_t blob_news_count;
    struct core_blob_news blob_news[CORE_BLOB_NEWS_MAX];
    struct core_blob_look blob_look;
    uint8_t blob_frame[BLOB_FRAME_BYTES_MAX];
    struct core_blob_care blob_care;
    int wake_fd, signal_fd; /* signal_fd: the caller's, -1 = none */
    void (*on_news)(void *context);
    void *news_context;
    void (*on_reload)(void *context);
    void *reload_context;
    uint64_t started_ms, wake_ms;
    bool is_news, is_links_changed;
    bool is_place_told; /* where this device is dialled now, in its journal */
    bool is_open;       /* the replica is */
    bool is_undone;     /* it knows of a turn that was not committed: this was the last */
    uint64_t retry_ms;  /* when to open it again, after a failure */
    uint32_t failures;  /* in a row, of turns without commands */
    /* Commands of this turn, and those of an aborted one, which are tried one a turn. */
    uint32_t taken_count, replays_count;
    const struct api_command *taken[API_COMMANDS_MAX];
    const struct api_command *replays[API_COMMANDS_MAX];
    struct core_patience patience;
    /* Under the lock: what the web thread may look at, and what it found. */
    pthread_mutex_t lock;
    bool is_row_spoilt; /* see core_care_row() */
    uint64_t turned_ms, published_ms;
    uint64_t carried_ms; /* when something was to be carried on last; 0 = never */
    struct gate_live live;
    struct gate_screens screens;
    /* The core thread's: */
    struct gate_screens screens_told;
    uint64_t screens_told_ms; /* 0 = never */
    struct core_health health;
    struct core_reconcile reconcile;
    struct core_errands errands;
};

/* core_turn.c */
/* One turn: what waits is stepped and committed, or all of it undone. ERR_IO: stop. */
MUST_CHECK int core_turn_inputs(struct core *core);
/* One without a replica: whoever asks is told that nothing can be written. ERR_IO: stop. */
MUST_CHECK int core_turn_closed(struct core *core);
/* Peers hold more of our journal than we do: go on under a new key, which is on the disk before an
 * event is signed with it. ERR_IO: stop. */
MUST_CHECK int core_renew_log(struct core *core);

/* core_patience.c */
/* Those whose time has come, or who may be helped by now, are taken into the turn. */
void core_patience_take(struct core *core);
/* Whether @command, which is being tried, can wait. */
bool core_patience_has(const struct core *core, const struct api_command *command);
/* It was answered that others are asked for what it lacks: it waits. */
void core_patience_keep(struct core *core, const struct api_command *command);
/* The turn ended, or was undone: who was tried and was not kept waits no more. */
void core_patience_settle(struct core *core);
/* When to look again at the latest; UINT64_MAX = nobody waits. */
uint64_t core_patience_due_ms(const struct core *core);

/* core_release.c */
/* Seal and commit what was stepped in @txn, and release it. After an error nothing of it happened;
 * the transaction has ended either way. @ret_is_commit: it was the commit that failed. ERR_FULL,
 * ERR_IO. */
MUST_CHECK int core_turn_end(struct core *core, struct store_txn *txn, bool *ret_is_commit);

/* core_replica.c */
/* As replica_open(); what other software folded is folded anew first. */
MUST_CHECK int core_replica_begin(struct core *core);
/* The same after a turn that was undone. ERR_IO: for good; a store that only is full is tried again
 * later, which is no error. */
MUST_CHECK int core_replica_retry(struct core *core);
/* A turn was undone: what the replica knows, and all links, begin anew. */
void core_replica_forget(struct core *core);
/* A BYE, written to @frame. */
enum { BYE_FRAME_BYTES_MAX = 16 };
struct bytes core_bye(enum bye_reason reason, uint8_t frame[BYE_FRAME_BYTES_MAX]);
/* So that peers need not wait for silence to tell them. */
void core_say_goodbye(struct core *core, enum bye_reason reason);

/* core_live.c */
/* Its queue and reader. ERR_NO_MEMORY, ERR_BUSY, ERR_IO. */
MUST_CHECK int core_door_open(struct core *core, unsigned at);
void core_door_close(struct core_door *door);
/* To the queue that the command came from. */
void core_door_answer(struct core *core, const struct effect_answer *answer);
/* What this device may write now. */
uint64_t core_capabilities(const struct core *core);
/* Before a commit: whether what was written is being carried on. Who reads what was committed and
 * misses it asks then. */
void core_tell_carrying(struct core *core);
/* After a turn. @is_whole: marks and peers too, not only the time. */
void core_publish(struct core *core, bool is_whole);
/* How full it is; also forgets readers that died, such as an export that was killed. */
MUST_CHECK int core_measure_store(struct core *core);

/* core_beacon.c */
void core_beacon_open(struct core *core);
void core_beacon_serve(struct core *core);
/* core_fence.c */
/* Before the replica opens: a store that is not the one this device left gets a new journal. */
MUST_CHECK int core_fence_open(struct core *core);
/* Before a commit: the journal stays within its lease. As file_write(). */
MUST_CHECK int core_fence_move(struct core *core);
/* After it. */
void core_fence_passed(struct core *core);
/* At an orderly stop: the journal ends here. */
void core_fence_stop(struct core *core);

/* core_store.c */
/* Open the store; one that is no store any more is moved aside, and a new one begun, which peers
 * fill. As store_lmdb_open(). */
MUST_CHECK int core_store_open(struct core *core);
/* What is in it cannot be worked with: the next start moves it aside. */
void core_store_condemn(const struct core *core, const char *why);

/* A start has come far enough; or this one did not, by @err. */
void core_store_settled(const struct core *core);
void core_store_refused(const struct core *core, int err);

/* core.c: what a door's queue and a printer call, on threads of their own. */
void core_wake(void *context);

/* core_care.c */
void core_care_open(struct core *core);
/* In a turn that had nothing else to do: read some of the store again. ERR_IO, ERR_FULL. */
MUST_CHECK int core_care_scrub(struct core *core, struct store_txn *txn, bool is_idle);
/* A stored row is none: all are looked at soon. For any thread. */
void core_care_row(struct core *core);
/* A turn was undone with @err: what can be done about it before the next. */
void core_care_failed(struct core *core, int err);
/* After a turn: ballast, room, the service manager's watchdog. */
void core_care_turn(struct core *core);
void core_care_close(struct core *core);

/* core_screens.c */
/* Tell the others how many screens there are, when that changed or was told long ago. */
MUST_CHECK int core_tell_screens(struct core *core);
/* What @device told; unchanged when it told nothing lately. */
void core_screens_of(const struct core *core, uint64_t device, struct gate_screens *ret_screens);

/* core_health.c */
/* Tell the others how this device stands, when a link or a printer changed or it was told long ago.
 */
MUST_CHECK int core_tell_health(struct core *core);
/* Under the lock: read anew what the others told. */
void core_health_publish(struct core *core);

/* core_reconcile.c */
/* Ask or tell, when there is something to ask or tell; look at what was told. */
MUST_CHECK int core_reconcile_step(struct core *core);

/* core_reconcile_tell.c */
void core_reconcile_close(struct core *core);

/* core_reconcile_ask.c, for the web thread */
void core_reconcile_ask(struct core *core, const struct reconcile_wish *wish);
enum reconcile_news core_reconcile_look(struct core *core, struct text *body, uint64_t *ret_device);

/* core_errand.c */
/* A frame of a link, whatever it is: kept if it is an errand or the answer to one. */
void core_errand_hear(struct core *core, uint32_t link, struct bytes frame);
/* The turn that brought them was committed; or undone. */
void core_errands_release(struct core *core);
void core_errands_forget(struct core *core);
/* After a turn: what waits goes to its links; what has none comes back. */
void core_errands_send(struct core *core);
void core_errands_close(struct core *core);
/* For the web thread, as the gate's. */
bool core_errand_say(struct core *core, uint64_t device, struct bytes frame);
bool core_errand_take(struct core *core, struct gate_errand *ret_errand);

/* core_links.c */
/* State where this device is dialled, once after the start. ERR_IO, ERR_FULL. */
MUST_CHECK int core_tell_place(struct core *core, struct store_txn *txn);
/* The roster or the book changed. */
void core_update_links(struct core *core);
/* What others should dial to reach this device; "" = they cannot. */
void core_advertised(const struct core *core, char *ret_endpoint);
/* What a newcomer should dial, while an invitation is open. */
void core_enrol_endpoint(const struct core *core, char *ret_endpoint);

/* core_blobs.c */
/* Open their folder, and remove what a crash left in it that the store does not want. */
MUST_CHECK int core_blobs_open(struct core *core);
/* Tell the replica what became of blobs since the last turn, and of some more of those whose files
 * are to be here that they are not. ERR_IO, ERR_FULL. */
MUST_CHECK int core_blobs_step(struct core *core, struct store_txn *txn);
/* The turn was undone: what is missing is looked for from the start. */
void core_blobs_forget(struct core *core);
/* Read, keep and erase what the turn wants, after its frames went out. */
void core_blobs_release(struct core *core);

/* core_blobs_care.c */
/* The file of @hash is gone, as whoever read it found, on any thread. */
void core_blobs_lost(struct core *core, const struct hash *hash);
/* One that was told; false when there is none. */
bool core_blobs_take_lost(struct core *core, struct hash *ret_hash);
/* Read the next file when that is due; one after the other, and then a pause. */
void core_blobs_look(struct core *core);

/* core_print.c */
MUST_CHECK int core_print_open(struct core *core);
void core_print_close(struct core *core);
/* Outcomes of the printers, then claims, as commands of this turn. ERR_IO, ERR_FULL. */
MUST_CHECK int core_print_step(struct core *core, struct store_txn *txn);
void core_print_answered(struct core *core, const struct effect_answer *answer);
/* For the web thread: printer @number prints a test slip. False: too many are asked for. */
MUST_CHECK bool core_print_test(struct core *core, uint32_t number);
/* After the commit: send what was claimed to the printers, and look for more. */
void core_print_release(struct core *core);
/* How the printers are. */
void core_print_live(const struct core *core, struct gate_live *live);
/* The turn was undone: what was asked in it is asked again. */
void core_print_forget(struct core *core);

/* core_invite.c */
/* What people ask for at the keyboard, and at screens. */
void core_serve_control(struct core *core);
void core_serve_invite(struct core *core);
/* The invitation ended, before its door is forgotten. */
void core_invite_ended(struct core *core, const char *why);
/* After a turn: screens are shown how it stands. */
void core_invite_tell(struct core *core);
/* For the web thread: node/api/gate.h. */
void core_invite_ask(struct core *core, const struct invite_wish *wish);
MUST_CHECK int core_invite_compare(struct core *core, const char *digits, bool is_same);
void core_invite_end(struct core *core);
void core_invite_look(struct core *core, struct invite_view *ret_view);

/* core_enrol.c */
void core_invitation_close(struct core *core, const char *why);
/* Who is there is sent away. */
void core_newcomer_refuse(struct core *core, enum bye_reason reason);
/* And counted; at INVITATION_TRIES_MAX the invitation ends. */
void core_try_count(struct core *core, const char *what);
void core_enrol_expire(struct core *core);
/* Somebody knocked; a command may be pending after that. */
void core_enrol_event(struct core *core, const struct transport_event *event);
/* What became of it. */
void core_enrol_answered(struct core *core, const struct effect_answer *answer);

#endif
