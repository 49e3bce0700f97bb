#include "sync/domain/stock_fold.h"

#include <string.h>

#include "sync/domain/stock_index.h"
#include "sync/domain/stock_walk.h"

/* --- taking in --- */

/* Note in the index; @ret_is_new says whether it was not there. In an audit it should be. */
static int note(struct stock_fold *fold, const struct key *key, bool *ret_is_new)
{
    struct bytes stored;
    const int err = store_get(fold->txn, TABLE_INDEX, key_bytes(key), &stored);
    const bool is_here = err == 0;
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    fold->is_index_wrong |= fold->is_audit && !is_here;
    *ret_is_new = fold->is_audit || !is_here;
    return fold->is_audit || is_here
               ? 0
               : store_put(fold->txn, TABLE_INDEX, key_bytes(key), bytes_of(NULL, 0));
}

/* Remove from the index. In an audit it should not be there. */
static int unnote(struct stock_fold *fold, const struct key *key)
{
    struct bytes stored;
    int err = fold->is_audit ? store_get(fold->txn, TABLE_INDEX, key_bytes(key), &stored)
                             : store_del(fold->txn, TABLE_INDEX, key_bytes(key));
    fold->is_index_stale |= fold->is_audit && err == 0;
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* What an event is about; one whose body names another item's number is void. */
static bool is_own_item(struct stock_fold *fold, uint64_t item)
{
    const struct entity_id id = entity_id_derive(KIND_STOCK, item);
    const bool is_own = fold->stock->item == item || entity_id_equal(&id, fold->entity);
    if (is_own) {
        fold->stock->item = item;
    }
    return is_own;
}

/* An event on its way into the sums. */
struct entry {
    const struct operation *id;
    uint64_t t;
    struct bytes body;
    bool is_reemitted;
};

static int apply_add(struct stock_fold *fold, const struct entry *entry)
{
    struct stock_add add;
    if (entry->is_reemitted || stock_add_decode(entry->body, &add) != 0) {
        return 0;
    }
    const uint64_t writer = entry->id->log;
    const bool is_meant = add.units > 0 ? add.issuer == writer : add.holder == writer;
    if (is_meant && is_own_item(fold, add.item)) {
        struct stock_account *account = stock_account(fold->stock, add.issuer, add.holder);
        if (account != NULL) {
            account->added += add.units;
        }
    }
    return 0;
}

static int apply_give(struct stock_fold *fold, const struct entry *entry)
{
    struct stock_give give;
    const uint64_t writer = entry->id->log;
    if (entry->is_reemitted || stock_give_decode(entry->body, &give) != 0 || give.to == writer ||
        !is_own_item(fold, give.item)) {
        return 0;
    }
    struct stock_account *giver = stock_account(fold->stock, give.issuer, writer);
    if (giver != NULL) {
        giver->given += give.units;
    }
    struct stock_account *taker = stock_account(fold->stock, give.issuer, give.to);
    if (taker != NULL) {
        taker->received += give.units;
    }
    return 0;
}

/* Whether another log took for the same line as it was added. */
static int note_double(struct stock_fold *fold, const struct operation *id,
                       const struct stock_take *take)
{
    struct stock_doubles *doubles = fold->doubles;
    struct stock_taken takes[STOCK_LINE_TAKES_MAX];
    uint32_t count = 0;
    bool is_double = false;
    if (doubles == NULL || take->is_change) {
        return 0;
    }
    const int err =
        stock_takes(fold->txn, &take->order, take->line, takes, STOCK_LINE_TAKES_MAX, &count);
    for (uint32_t i = 0; i < count && err == 0; i++) {
        is_double |= !takes[i].is_change && takes[i].take.log != id->log;
    }
    if (is_double && doubles->count < STOCK_DOUBLES_MAX) {
        doubles->lines[doubles->count++] =
            (struct stock_double){.order = take->order, .line = take->line};
    }
    return err;
}

static int apply_take(struct stock_fold *fold, const struct entry *entry)
{
    struct stock_take take;
    bool is_new = false;
    if (stock_take_decode(entry->body, &take) != 0 || !is_own_item(fold, take.item)) {
        return 0;
    }
    const struct key key = stock_key_take(entry->id, &take);
    struct stock_taken taken = {.item = take.item, .take = *entry->id, .units = take.units};
    int err = note(fold, &key, &is_new);
    if (err == 0 && is_new) {
        err = stock_units_undone(fold->txn, &take.order, &taken);
    }
    if (err != 0 || !is_new) {
        return err;
    }
    struct stock_account *account = stock_account(fold->stock, take.issuer, entry->id->log);
    if (account != NULL) {
        account->taken += take.units;
        account->undone += taken.undone;
        account->forced += take.is_forced ? take.units : 0;
    }
    return note_double(fold, entry->id, &take);
}

/* Credits the log that took. A take that is not here yet finds the undo in the index when it comes.
 */
static int apply_undo(struct stock_fold *fold, const struct entry *entry)
{
    struct stock_undo undo;
    struct stock_taken taken;
    bool is_new = false;
    if (stock_undo_decode(entry->body, &undo) != 0 || !is_own_item(fold, undo.item)) {
        return 0;
    }
    const struct key key = stock_key_undo(entry->id, &undo);
    int err = stock_take_find(fold->txn, &undo, &taken);
    const uint64_t before = taken.undone;
    if (err == 0) {
        err = note(fold, &key, &is_new);
    }
    if (err == 0 && taken.units > 0) {
        err = stock_units_undone(fold->txn, &undo.order, &taken);
    }
    if (err != 0 || taken.undone == before) {
        return err;
    }
    struct stock_account *account = stock_account(fold->stock, taken.issuer, undo.take.log);
    if (account != NULL) {
        account->undone += taken.undone - before;
    }
    return 0;
}

/* Of several the latest, as clocks said: it is shown and decides nothing. */
static int apply_count(struct stock_fold *fold, const struct entry *entry)
{
    struct stock *stock = fold->stock;
    struct stock_count count;
    if (stock_count_decode(entry->body, &count) != 0 || !is_own_item(fold, count.item)) {
        return 0;
    }
    const bool is_later =
        entry->t > stock->counted_t ||
        (entry->t == stock->counted_t && operation_compare(entry->id, &stock->counted_id) > 0);
    if (!stock->is_counted || is_later) {
        stock->is_counted = true;
        stock->counted = count.units;
        stock->counted_t = entry->t;
        stock->counted_id = *entry->id;
    }
    return 0;
}

static const struct {
    enum event_type type;
    int (*apply)(struct stock_fold *fold, const struct entry *entry);
} steps[] = {
    {EVENT_STOCK_ADD, apply_add},     {EVENT_STOCK_GIVE, apply_give},
    {EVENT_STOCK_TAKE, apply_take},   {EVENT_STOCK_UNDO, apply_undo},
    {EVENT_STOCK_COUNT, apply_count},
};

static int apply(struct stock_fold *fold, const struct operation *id, const struct event *event)
{
    const struct entry entry = {
        .id = id, .t = event->t, .body = event->body, .is_reemitted = event->is_reemitted};
    if (event_info_find(event->type) == NULL) {
        fold->stock->is_opaque |= event_type_is_critical(event->type);
    }
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (event->type == (uint32_t)steps[i].type) {
            return steps[i].apply(fold, &entry);
        }
    }
    return 0;
}

int stock_append(struct stock_fold *fold, const struct operation *id, const struct event *event)
{
    return apply(fold, id, event);
}

/* --- the full fold --- */

/* What an event notes in the index when it counts; false for one that notes nothing. */
static bool key_noted(const struct operation *place, const struct event *event, struct key *ret_key)
{
    const struct operation *id = event->is_reemitted ? &event->was : place;
    struct stock_take take;
    struct stock_undo undo;
    if (event->type == (uint32_t)EVENT_STOCK_TAKE && stock_take_decode(event->body, &take) == 0) {
        *ret_key = stock_key_take(id, &take);
        return true;
    }
    if (event->type == (uint32_t)EVENT_STOCK_UNDO && stock_undo_decode(event->body, &undo) == 0) {
        *ret_key = stock_key_undo(id, &undo);
        return true;
    }
    return false;
}

/* What an event left in the index, whether it counts or not. */
static int forget(struct stock_fold *fold, const struct operation *place, const struct event *event)
{
    struct key key;
    return key_noted(place, event, &key) ? unnote(fold, &key) : 0;
}

static int recall(struct stock_fold *fold, const struct operation *place, const struct event *event)
{
    bool is;
    const int err = stock_is_counting(fold, place, event, &is);
    if (err != 0 || !is) {
        return err;
    }
    return apply(fold, event->is_reemitted ? &event->was : place, event);
}

/* Whether the event puts fold->sought into the index. */
static int seek_in(struct stock_fold *fold, const struct operation *place,
                   const struct event *event)
{
    struct key key;
    bool is = false;
    fold->is_over |=
        fold->until != NULL && fold->is_salvaged && operation_equal(place, fold->until);
    if (fold->is_over || fold->is_found || !key_noted(place, event, &key) ||
        !bytes_equal(key_bytes(&key), fold->sought)) {
        return 0;
    }
    const int err = stock_is_counting(fold, place, event, &is);
    fold->is_found |= is;
    return err;
}

/* Whether an event that was visited before puts the same into the index: then this one adds nothing
 * to the sums, as it finds that there when rows are made. Of what stands in logs only one can; what
 * is carried on may have been said anew in a log as well, or said anew twice on what is carried. */
static int is_known(const struct stock_fold *fold, const struct operation *place,
                    const struct event *event, bool *ret_is)
{
    struct stock_fold seek = *fold;
    struct key key;
    *ret_is = false;
    if (!fold->is_salvaged || !fold->stock->has_reemitted || !key_noted(place, event, &key)) {
        return 0;
    }
    seek.sought = key_bytes(&key);
    seek.until = place;
    seek.is_salvaged = seek.is_found = seek.is_over = false;
    const int err = stock_each_event(&seek, seek_in);
    *ret_is = seek.is_found;
    return err;
}

/* What does not count should have left nothing in the index. */
static int recall_audited(struct stock_fold *fold, const struct operation *place,
                          const struct event *event)
{
    bool is, is_known_here = false;
    int err = stock_is_counting(fold, place, event, &is);
    if (err != 0) {
        return err;
    }
    if (!is) {
        return event->is_reemitted ? 0 : forget(fold, place, event);
    }
    err = is_known(fold, place, event, &is_known_here);
    return err != 0 || is_known_here
               ? err
               : apply(fold, event->is_reemitted ? &event->was : place, event);
}

int stock_load(struct stock_fold *fold)
{
    stock_reset(fold->stock);
    fold->is_audit = false;
    int err = stock_each_event(fold, forget);
    return err == 0 ? stock_each_event(fold, recall) : err;
}

int stock_audit(struct stock_fold *fold)
{
    stock_reset(fold->stock);
    fold->is_audit = true;
    fold->is_index_wrong = fold->is_index_stale = fold->has_salvaged = false;
    const int err = stock_each_event(fold, recall_audited);
    /* What stands for another event leaves that one's keys, and what is carried on has the key of
     * the event that a fork voided. */
    const bool is_wrong =
        fold->is_index_wrong ||
        (fold->is_index_stale && !fold->stock->has_reemitted && !fold->has_salvaged);
    return err == 0 && is_wrong ? ERR_MISMATCH : err;
}

/* --- the way back --- */

/* The event that stands where the row says. */
static int seek_at(struct stock_fold *fold, const struct operation *place)
{
    struct operation id;
    struct event event;
    const int err = event_read(fold->txn, place->log, place->seq, &id, &event);
    if (err != 0) {
        return err == ERR_IO ? ERR_IO : 0;
    }
    const bool is_there = !event.is_reemitted && entity_id_equal(&event.entity, fold->entity);
    return is_there ? seek_in(fold, &id, &event) : 0;
}

int stock_key_is_right(const struct stock_fold *fold, struct bytes key, bool *ret_is)
{
    struct stock_fold seek = *fold;
    struct operation place;
    uint64_t item;
    *ret_is = false;
    if (!stock_key_parse(key, &item, &place)) {
        return 0;
    }
    const struct entity_id entity = entity_id_derive(KIND_STOCK, item);
    seek.entity = &entity;
    seek.sought = key;
    seek.until = NULL;
    seek.is_found = seek.is_over = false;
    int err = seek_at(&seek, &place);
    if (err == 0 && !seek.is_found) { /* another event may stand for it */
        err = stock_each_event(&seek, seek_in);
    }
    *ret_is = err == 0 && seek.is_found;
    return err;
}
