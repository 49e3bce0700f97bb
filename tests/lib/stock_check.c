#include "tests/lib/stock_check.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/log/event.h"

enum { SALES_MAX = 1 << 16, SHARES_MAX = 256 };

struct sale {
    struct operation id;
    uint64_t issuer;
    uint64_t units, undone;
    bool is_forced;
};

/* What a log that ended had of the units of @issuer, as in struct stock_sums. */
struct share {
    uint64_t log, issuer, late;
    int64_t left;
};

struct work {
    struct stock_sums sums;
    const struct stock_ends *ends;
    struct share shares[SHARES_MAX];
    struct entity_id entity;
    int64_t added;
    uint32_t seen_count, sales_count, undos_count, shares_count;
    /* The first so many of each; kept from call to call, since fresh memory would be most of the
     * cost. */
    struct operation *seen;
    struct sale *sales;
    struct stock_undo *undos;
};

static bool is_seen(struct work *work, const struct operation *id)
{
    for (uint32_t i = 0; i < work->seen_count; i++) {
        if (operation_equal(&work->seen[i], id)) {
            return true;
        }
    }
    check(work->seen_count < SALES_MAX);
    work->seen[work->seen_count++] = *id;
    return false;
}

/* --- logs that ended --- */

/* The last event of @log before its end; NULL = it has none. */
static const struct log_point *end_of(const struct work *work, uint64_t log)
{
    for (uint32_t i = 0; i < work->ends->count; i++) {
        if (work->ends->ends[i].log == log) {
            return &work->ends->ends[i];
        }
    }
    return NULL;
}

static struct share *share_of(struct work *work, uint64_t log, uint64_t issuer)
{
    uint32_t at = 0;
    while (at < work->shares_count &&
           (work->shares[at].log != log || work->shares[at].issuer != issuer)) {
        at++;
    }
    check(at < SHARES_MAX);
    if (at == work->shares_count) {
        work->shares[work->shares_count++] = (struct share){.log = log, .issuer = issuer};
    }
    return &work->shares[at];
}

static void receive(struct work *work, uint64_t log, uint64_t issuer, uint64_t units)
{
    if (end_of(work, log) != NULL) {
        share_of(work, log, issuer)->left += (int64_t)units;
    }
}

/* The event @id spends rights of its log. */
static void spend(struct work *work, const struct operation *id, uint64_t issuer, uint64_t units)
{
    const struct log_point *end = end_of(work, id->log);
    if (end != NULL && id->seq > end->seq) {
        share_of(work, id->log, issuer)->late += units;
    } else if (end != NULL) {
        share_of(work, id->log, issuer)->left -= (int64_t)units;
    }
}

static void shares_add_up(struct work *work)
{
    for (uint32_t i = 0; i < work->shares_count; i++) {
        struct share *share = &work->shares[i];
        if (share->log == work->ends->cheat) {
            share->left = share->left > 0 ? share->left : 0;
            share->late = share->late < (uint64_t)share->left ? share->late : (uint64_t)share->left;
        }
        work->sums.late += share->late;
        work->sums.left += share->left;
    }
}

/* --- events --- */

static void add_in(struct work *work, const struct operation *id, const struct stock_add *add)
{
    work->added += add->units;
    if (add->units > 0) {
        receive(work, add->holder, add->issuer, (uint64_t)add->units);
    } else {
        spend(work, id, add->issuer, (uint64_t)-add->units);
    }
}

static void take_in(struct work *work, const struct operation *id, const struct event *event)
{
    struct stock_add add;
    struct stock_take take;
    struct stock_undo undo;
    struct stock_give give;
    if (event->type == (uint32_t)EVENT_STOCK_ADD && stock_add_decode(event->body, &add) == 0) {
        add_in(work, id, &add);
    } else if (event->type == (uint32_t)EVENT_STOCK_GIVE &&
               stock_give_decode(event->body, &give) == 0) {
        receive(work, give.to, give.issuer, give.units);
        spend(work, id, give.issuer, give.units);
    } else if (event->type == (uint32_t)EVENT_STOCK_TAKE &&
               stock_take_decode(event->body, &take) == 0) {
        work->sales[work->sales_count++] = (struct sale){
            .id = *id, .issuer = take.issuer, .units = take.units, .is_forced = take.is_forced};
    } else if (event->type == (uint32_t)EVENT_STOCK_UNDO &&
               stock_undo_decode(event->body, &undo) == 0) {
        work->undos[work->undos_count++] = undo;
    }
}

static void store_read(struct work *work, struct store_txn *txn)
{
    const struct key first = key_entity(&work->entity);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    int err = store_cursor_open(txn, TABLE_ENTITY, &cursor);
    check(err == 0);
    err = store_cursor_seek(&cursor, key_bytes(&first), &key, &value);
    for (; err == 0; err = store_cursor_next(&cursor, &key, &value)) {
        struct operation id = {0};
        struct entity_id entity;
        struct hash hash;
        struct bytes bytes;
        struct event event;
        check(key_entity_event_parse(key, &entity, &id.log, &id.seq) == 0);
        if (!entity_id_equal(&entity, &work->entity)) {
            break;
        }
        check(event_get(txn, id.log, id.seq, &hash, &bytes) == 0);
        check(event_decode(bytes, &event) == 0);
        memcpy(id.hash, hash.bytes, OPERATION_HASH_BYTES);
        if (!is_seen(work, &id)) {
            take_in(work, &id, &event);
        }
    }
    store_cursor_close(&cursor);
}

static uint64_t undone_of(const struct work *work, const struct sale *sale)
{
    uint64_t undone = 0;
    for (uint32_t i = 0; i < work->undos_count; i++) {
        if (operation_equal(&work->undos[i].take, &sale->id)) {
            undone += work->undos[i].units;
        }
    }
    return undone < sale->units ? undone : sale->units;
}

struct stock_sums stock_check_sums(struct store_txn *const *txns, uint32_t count, uint64_t item,
                                   const struct stock_ends *ends)
{
    static struct operation seen[SALES_MAX];
    static struct sale sales[SALES_MAX];
    static struct stock_undo undos[SALES_MAX];
    struct work work = {.entity = entity_id_derive(KIND_STOCK, item),
                        .ends = ends,
                        .seen = seen,
                        .sales = sales,
                        .undos = undos};
    for (uint32_t i = 0; i < count; i++) {
        store_read(&work, txns[i]);
    }
    for (uint32_t i = 0; i < work.sales_count; i++) {
        const struct sale *sale = &work.sales[i];
        const uint64_t units = sale->units - undone_of(&work, sale);
        if (sale->is_forced) {
            work.sums.forced += units;
        } else {
            work.sums.taken += units;
            spend(&work, &sale->id, sale->issuer, units);
        }
    }
    shares_add_up(&work);
    work.sums.added = work.added > 0 ? (uint64_t)work.added : 0;
    return work.sums;
}
