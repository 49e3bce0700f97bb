/* order_fold.h - what the steps of order_derive() share.
 *
 * Layer: sync/domain (pure); only for order*.c. A fold looks at a history from a *view*: all of it,
 * or what one of its events had seen. Steps, in this order:
 *
 *   fold_begin        what is undone: recalls, unhands, reinstatements
 *   fold_lines        which lines there are
 *   fold_facts        what was started, done, handed over
 *   fold_edits        which changes of a line count, wait or were turned down; quantities
 *                     (order_edits.c)
 *   order_fill_lines  the lines as people see them (order_lines.c)
 *   order_fill_*      claims, hand-overs, money (order_kitchen.c, order_money.c)
 *
 * Every loop goes over the events in the history's order, which is the same everywhere.
 */
#ifndef TRESTLE_SYNC_DOMAIN_ORDER_FOLD_H
#define TRESTLE_SYNC_DOMAIN_ORDER_FOLD_H

#include "sync/domain/order.h"

enum { FOLD_ALL = -1, FOLD_NONE = -1 };

/* What became of a line.set. */
enum edit_state {
    EDIT_APPLIED,
    EDIT_WAITING, /* late: for the kitchen's amend */
    EDIT_DROPPED, /* the kitchen said no */
};

struct fold_edit {
    uint16_t event;
    uint8_t line; /* index */
    bool has_options, has_note;
    enum edit_state state;
    int32_t delta;
    int32_t yes, no; /* the newest amend that says so; FOLD_NONE */
};

struct fold_line {
    uint32_t id;
    uint32_t added_at; /* the line.add that stands */
    bool has_rival;    /* another one of the same id says something else */
    int32_t quantity_added;
    int32_t quantity;                    /* with the edits that count */
    int32_t quantity_wished;             /* and those that wait */
    uint32_t edits;                      /* line.sets on it */
    uint64_t facts_saw[ENTITY_LOGS_MAX]; /* what every fact on it had seen; UINT64_MAX = no fact */
    uint64_t settled[ENTITY_LOGS_MAX];   /* edits up to there were in effect when handed over */
    bool is_started, is_done;
    uint64_t units_handed;    /* as said; may be more than there are */
    uint64_t units_collected; /* of them by somebody who came */
    uint32_t handovers;       /* that name it */
    uint64_t done_t;          /* earliest; UINT64_MAX = not done */
};

/* Too large to be thrown about, small enough for a stack: 0.25 MiB. */
struct fold {
    const struct history *history;
    int32_t view; /* an event whose past counts, or FOLD_ALL */
    bool is_cut_short;
    uint32_t lines_count;
    struct fold_line lines[ORDER_LINES_MAX];
    uint32_t edits_count;
    bool is_undone[ENTITY_EVENTS_MAX];
    uint64_t fact_lines[ENTITY_EVENTS_MAX]; /* the lines that event @i is a fact about, as bits */
    struct fold_edit edits[ENTITY_EVENTS_MAX];
};

void fold_begin(struct fold *fold, const struct history *history, int32_t view);
void fold_lines(struct fold *fold);
void fold_facts(struct fold *fold);
void fold_edits(struct fold *fold);

/* Whether event @index is of @type, in view and not undone. */
bool fold_has(const struct fold *fold, uint32_t index, uint32_t type);

/* Whether event @index refuses lines, a kitchen's refusal or the gateway's lapse, and which. */
struct order_refuse;
bool fold_refusal_get(const struct fold *fold, uint32_t index, struct order_refuse *ret_refuse);

/* Whose event @index is, which says @reason. */
struct hand fold_hand(const struct fold *fold, uint32_t index, struct bytes reason);

/* Index of line @id, or FOLD_NONE. */
int32_t fold_line_find(const struct fold *fold, uint32_t id);

/* The lines' indexes as bits. */
struct line_ids;
uint64_t fold_line_bits(const struct fold *fold, const struct line_ids *ids);

/* Whether neither of two events had seen the other. */
bool fold_is_concurrent(const struct fold *fold, uint32_t a, uint32_t b);

void order_fill_lines(const struct fold *fold, struct order *order);
void order_fill_kitchen(const struct fold *fold, struct order *order);
void order_fill_newest(const struct fold *fold, struct order *order);
void order_fill_payments(const struct fold *fold, struct order *order);

/* What the provider told and what is wished: into order->ledger, and its sums into the order's.
 * After order_fill_payments(). */
void order_fill_ledger(const struct fold *fold, struct order *order);

void order_fill_receipts(const struct fold *fold, struct order *order);

/* The bill before the phase, which asks whether it is paid; what is due after it. */
void order_fill_bill(const struct fold *fold, struct order *order);
void order_fill_tip(const struct fold *fold, struct order *order); /* of what the bill says */
void order_fill_due(struct order *order);

/* Whether any unit was handed over. */
bool order_is_handed(const struct order *order);

#endif
