/* diner.h - a stall that sells Döner, Ayran and deposits, at one device: what people ask of its
 * till is written to its store, and folded into the rows at once, as a replica does when a turn
 * ends.
 *
 * There is one at a time. Each command is first tried at a disk that fails (sick.h).
 */
#ifndef TRESTLE_TESTS_LIB_DINER_H
#define TRESTLE_TESTS_LIB_DINER_H

#include "sync/domain/menu_events.h"
#include "sync/domain/order_events.h"
#include "sync/domain/till.h"
#include "tests/lib/store_memory.h"

enum { DINER_COUNTER_LOG = 0x0c, DINER_KITCHEN_LOG = 0x0d, DINER_KEY_BYTES = 16 };

/* 7.00 with one sauce and extras; 2.50; 2.00 come back. */
enum { DINER_DONER = 1, DINER_AYRAN = 2, DINER_PFAND = 3 };

struct diner {
    struct store_memory *store;
    struct history *history, *scratch, *folding;
    struct order scratch_order, order; /* order: as folded after the last command */
    struct till_result result;         /* of the last command */
    uint64_t log, seq, t;
    const char *lane;
    uint32_t number_next, receipt_next;
    uint32_t keys; /* given out */
    uint8_t key[DINER_KEY_BYTES];
    struct entity_id last; /* the order placed last */
    uint8_t row[HISTORY_ROW_BYTES_MAX];
};
extern struct diner diner;

/* With its menu, and with a trading day or without. */
void diner_open(void);
void diner_open_without_day(void);
void diner_close(void);

/* Another device at the same store: what it has seen is all there is. */
void diner_go_to(uint64_t log);

/* The error of till_run(); with 0 its events are written. _once: not tried at a disk that fails. */
int diner_run(const struct command *command);
int diner_run_once(const struct command *command);
/* Runs and tells how many events it took; it must be carried out. */
uint32_t diner_events_of(const struct command *command);
/* EVENT_NONE beyond those of the last result. */
enum event_type diner_event_type(uint32_t i);

/* A key that no command had. */
struct bytes diner_next_key(void);
/* A manager's command on the order placed last, with a key of its own. */
struct command diner_command(enum command_kind kind);
void diner_add_field(struct command *command, uint32_t field, const char *value, int64_t number);
struct command diner_item(uint64_t number, const char *name, int64_t price);
/* Of a Döner: a sauce (exactly one), extras (up to two). */
struct bytes diner_doner_options(uint8_t *data, size_t capacity);
void diner_open_day(uint64_t n);
void diner_set_popup(uint32_t field, int64_t number, bool truth);

struct wanted_line diner_doners(int32_t quantity);
struct wanted_line diner_ayrans(int32_t quantity);
struct command diner_order(struct wanted_line first, struct wanted_line second);
struct command diner_order_of_one(struct wanted_line line);
int diner_place(const struct command *command);
/* Two Döner at 7.00 and one Ayran at 2.50: 16.50. Lines 1 and 2. */
void diner_place_usual(void);

/* About lines @first and those after it, @count in all; 0: about the whole order. */
struct command diner_on_lines(enum command_kind kind, uint32_t count, uint32_t first);
uint32_t diner_tap(enum command_kind kind);
uint32_t diner_tap_line(enum command_kind kind, uint32_t line);
/* With a reason; the error. */
int diner_try_line(enum command_kind kind, uint32_t line);
const struct order_line *diner_line(uint32_t i);

#endif
