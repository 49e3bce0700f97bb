/* turn.h - what a turn has touched, and the folding of it: each dirty entity once, however many
 * events it got.
 *
 * Layer: sync/domain (pure). Events are remembered with their bytes, so that the fast path reads
 * nothing again. When the memory of a turn is used up the caller seals early; nothing is lost by
 * folding an entity twice. Every folded row that differs from the stored one gets the next change
 * number (change_number.h).
 */
#ifndef TRESTLE_SYNC_DOMAIN_TURN_H
#define TRESTLE_SYNC_DOMAIN_TURN_H

#include "sync/domain/entity.h"
#include "sync/domain/entity_kinds.h"
#include "sync/domain/stock_fold.h"

enum {
    TURN_EVENTS_MAX = 8192,
    TURN_ENTITIES_MAX = 8192,
    TURN_BYTES_MAX = 2 * 1024 * 1024,
    TURN_BUCKETS = 16384, /* power of two, twice the entities */
    BREADCRUMB_BYTES = 1 + ENTITY_ID_BYTES,
};

/* What names the entity that a program dies of, where the host keeps it beyond that: bytes alone,
 * as they stand in its file. A program that was killed while it folded one did not die of it: what
 * is folded well the next time has no deaths any more. */
struct breadcrumb_row {
    uint8_t now[BREADCRUMB_BYTES];  /* what is being folded: kind, 0 = nothing; entity */
    uint8_t last[BREADCRUMB_BYTES]; /* the one that ended a program last */
    uint8_t deaths;                 /* of it, in a row */
};

struct turn_event {
    struct operation id;
    struct bytes bytes; /* in turn.data */
    int32_t next;       /* of the same entity; -1 = last */
};

struct turn_entity {
    struct entity_id id;
    uint32_t kinds; /* kind_bit() of its events' kinds; of KIND_NONE when a type is unknown */
    bool is_dirty;
    bool is_full; /* the fast path will not do: refold from the log */
    int32_t first, last;
};

/* Large; made once. */
struct turn {
    uint32_t entities_count;
    struct turn_entity entities[TURN_ENTITIES_MAX];
    int32_t buckets[TURN_BUCKETS];
    uint32_t events_count;
    struct turn_event events[TURN_EVENTS_MAX];
    size_t size;
    uint8_t data[TURN_BYTES_MAX];
};

/* What folding needs beside the store. */
struct folder {
    const struct roster *roster;
    struct history *history;       /* scratch */
    struct order *order;           /* scratch */
    struct stock *stock;           /* scratch */
    struct stock_doubles *doubles; /* what folds noticed; may be NULL */
    uint8_t *row;                  /* scratch, row_capacity bytes */
    size_t row_capacity;
    uint64_t change_number;            /* the newest given out */
    struct breadcrumb_row *breadcrumb; /* or NULL: nothing outlives a crash */
    const struct entity_id *aside;     /* not to be folded: it crashes */
    uint32_t aside_count;
    const struct entity_id *right_to; /* all rows are gone through: those of entities above this one
                                         may say what they did before; NULL = none does */
    uint64_t appends, loads;          /* how often each path was taken */
    bool is_row_spoilt;   /* a stored row was no row, or one of the index not there: what else was
                             made of it is unknown; the reader clears it */
    bool is_blob_folded;  /* the state of a blob may have changed; the reader clears it */
    bool is_stock_folded; /* likewise what there is of an item */
};

void turn_reset(struct turn *turn);

/* Whether an event of @size bytes still fits. */
bool turn_has_room(const struct turn *turn, size_t size);

/* Remember a new event; its bytes are copied. The caller asked turn_has_room(). */
void turn_add(struct turn *turn, const struct operation *id, uint32_t type,
              const struct entity_id *entity, struct bytes bytes);

/* Refold the row of @kind of @entity from the log although no event came: what counts has changed.
 * KIND_NONE: every row. False when there is no room. */
bool turn_mark(struct turn *turn, enum kind kind, const struct entity_id *entity);

/* Forget what was marked and got no event; the rest is refolded from the log. There is room for one
 * more then, unless as many events came as a turn remembers. */
void turn_forget_marks(struct turn *turn);

bool turn_is_dirty(const struct turn *turn, const struct entity_id *entity);

/* Whether it is by anything else than new events of @type. */
bool turn_is_dirty_beside(const struct turn *turn, const struct entity_id *entity, uint32_t type);

/* Fold all but the roster (which is the replica's), and store what changed. ERR_IO, ERR_FULL. */
MUST_CHECK int turn_fold_all(struct turn *turn, struct store_txn *txn, struct folder *folder);

/* Whether @entity is one that is not to be folded here. */
bool folder_sets_aside(const struct folder *folder, const struct entity_id *entity);

/* The screens show the row of @kind of @entity anew, where there is one, although it is the same:
 * what a blob adds to it has come, or is gone. ERR_IO, ERR_FULL. */
MUST_CHECK int folder_show_anew(struct folder *folder, struct store_txn *txn, enum kind kind,
                                const struct entity_id *entity);

/* What somebody goes by: as history_get(), but of an entity whose row may not be right yet what
 * counts of it now, from the log. ERR_NOT_FOUND, ERR_IO, ERR_MALFORMED: @history is empty then or
 * to be reset. */
MUST_CHECK int folder_history_get(const struct folder *folder, struct history *history,
                                  struct store_txn *txn, enum kind kind,
                                  const struct entity_id *entity);

/* Fold @entity from the log, as a row would hold it, into folder->row: for audits; nothing is
 * written. An empty @ret_row: nothing of it counts. ERR_MISMATCH: what it has in the index besides
 * is wrong. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int fold_entity(struct store_txn *txn, struct folder *folder, enum kind kind,
                           const struct entity_id *entity, struct bytes *ret_row);

#endif
