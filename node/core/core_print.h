/* core_print.h - what the files of the core's printing share: core_print.c (slips as commands of
 * turns), core_print_look.c (which are due), core_print_work.c (those on their way),
 * core_print_test.c (test slips) and core_printers.c (which printers, and the way to them).
 *
 * Layer: node; only for these.
 */
#ifndef TRESTLE_NODE_CORE_CORE_PRINT_H
#define TRESTLE_NODE_CORE_CORE_PRINT_H

#include "node/blob/words.h"
#include "node/core/core_state.h"
#include "node/print/codepage.h"
#include "node/print/slip.h"
#include "node/print/spool.h"
#include "sync/domain/record.h"

enum {
    PRINT_WORK_MAX = 64,    /* commands on their way, ... */
    PRINT_OUTCOMES_MAX = 8, /* ... of which so many are for what became of slips alone */
    PRINT_TURN_MAX = 8,     /* of them in one turn: people go first */
    PRINT_LIVE_MAX = 512,   /* slips in the printers' hands */
    PRINT_WAITS_MAX = 32,   /* orders whose names are on their way */
};

/* A printer of the pop-up; of ours, the way to it. */
struct core_printer {
    uint32_t number;
    bool is_own;
    char stations[NOTE_BYTES_MAX + 1]; /* with commas between; "" = all */
    uint32_t width, backup;
    const struct codepage *codepage;
    struct spool_config config;
    struct spool *spool; /* NULL when not ours, or when it could not be started */
    unsigned troubles;   /* as last told */
    enum gate_test test; /* of the last test slip */
    uint64_t
        behind; /* it has its fill: what changed from here on is looked at again; 0 = nothing */
};

/* A command to be given, until it was answered. */
struct print_work {
    bool is_used, is_issued;
    bool is_done;    /* print.done instead of print.claim */
    bool is_printed; /* of a done */
    struct entity_id order;
    uint32_t printer, backup;
    uint64_t log, seq; /* the claim that is answered or done; 0 = the first of @station */
    size_t station_size;
    uint8_t station[NAME_BYTES_MAX];
};

/* A claim of this run whose outcome is still to come. */
struct print_live {
    bool is_used, is_pushed;
    struct entity_id order;
    uint64_t log, seq;
    uint32_t printer;
};

/* An order whose first ticket waits for its name until then. */
struct print_wait {
    bool is_used;
    struct entity_id order;
    uint64_t until_ms;
};

struct core_print {
    struct history *history, *scratch;
    struct order order;
    struct words name; /* its */
    struct print_slips slips;
    struct paper paper;
    uint8_t bytes[ESCPOS_BYTES_MAX];
    struct command command;
    bool is_again;          /* look at every order, not only at what changed */
    bool is_blind;          /* the orders could not be read when it looked last, which was said */
    uint64_t rest_until_ms; /* and when it looks again */
    uint64_t change;        /* looked at up to here */
    uint64_t at;            /* the change of the order that is being looked at */
    uint32_t printers_count;
    struct core_printer printers[PRINTERS_MAX];
    struct print_work work[PRINT_WORK_MAX];
    struct print_live live[PRINT_LIVE_MAX];
    struct print_wait waits[PRINT_WAITS_MAX];
};

/* --- core_print_work.c --- */

/* In one of the first @room places. False when none is free: then it is looked for again. */
bool print_work_add(struct core_print *print, const struct print_work *work, size_t room);

/* NULL when the claim is none of this run's. */
struct print_live *print_live_find(struct core_print *print, uint64_t log, uint64_t seq);
uint32_t print_live_count(const struct core_print *print);

/* Slips that the printer has or is about to get. */
uint32_t print_held_by(const struct core_print *print, uint32_t printer);

/* One that has its fill, out of paper perhaps, must not take the room of others: what is due there
 * is looked for again when it has printed half of that. */
bool print_has_place(const struct core_print *print, struct core_printer *printer);

/* --- core_print_test.c --- */

/* The name of a test slip among a spool's jobs; those of claims are lower. */
enum { PRINT_JOB_TEST = PRINT_LIVE_MAX };

/* Test slips that were asked for go to their printers. */
void core_print_test_step(struct core *core);

/* One came to its end. */
void core_print_test_ended(struct core *core, struct core_printer *printer,
                           enum spool_outcome outcome);

/* What screens are shown of @printer's; with the core's lock held. */
enum gate_test core_print_test_told(const struct core *core, const struct core_printer *printer);

/* --- core_print_look.c --- */

/* Whether any printer is ours. */
bool core_print_has_own(const struct core_print *print);

/* Find what is due. ERR_FULL: there is no room for more work. ERR_IO, ERR_SPOILT, ERR_MALFORMED,
 * ERR_NO_MEMORY. */
MUST_CHECK int core_print_look(struct core *core, struct store_txn *txn);

/* When the next ticket has waited long enough for a name; UINT64_MAX = none waits. */
uint64_t core_print_waits_until(const struct core_print *print);

/* --- core_printers.c --- */

/* Read the printers' records anew; those that changed lose what they had not printed yet, which is
 * printed again as a possible copy. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int core_printers_load(struct core *core, struct store_txn *txn);
void core_printers_close(struct core_print *print);

struct core_printer *core_printer_find(struct core_print *print, uint32_t number);

/* The one that prints the tickets of @station by itself: the lowest that names it, else the lowest
 * that prints all; NULL. The same on every device. */
struct core_printer *core_printer_of(struct core_print *print, struct bytes station);

/* Say once what is in the way of each, and that it is over. */
void core_printers_tell(struct core_print *print);

/* print->paper as @printer takes it, in print->bytes; its size. */
size_t core_printer_encode(struct core_print *print, const struct core_printer *printer);

/* Lay out the slip of @live and hand it to its printer. */
MUST_CHECK int core_printer_push(struct core *core, struct store_txn *txn, uint32_t live);

#endif
