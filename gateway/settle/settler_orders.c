/* The node's changes: each order that changed is planned anew, and its plan taken up. */
#include <string.h>

#include "gateway/settle/settler_state.h"
#include "node/os/logger.h"
#include "sync/base/check.h"
#include "sync/log/tables.h"

enum {
    CHANGES_PER_READ = 200, /* of one read transaction: it ends soon */
    BUSY_AGAIN_MS = 1000,   /* the core has no room for a command */
    RESCAN_MS = 60 * 1000,  /* more orders wait than we remember */
    COPIES_DEFAULT = 2,
};

/* --- the pop-up --- */

static int popup_read(struct settler *settler, struct store_txn *node)
{
    const struct entity_id id = entity_id_derive(KIND_POPUP, 0);
    struct popup popup;
    int err = history_get(settler->history, node, KIND_POPUP, &id);
    if (err == ERR_NOT_FOUND) {
        history_reset(settler->history, KIND_POPUP, &id);
        err = 0;
    }
    if (err != 0) {
        return err;
    }
    popup_derive(settler->history, &popup);
    memset(settler->currency, 0, sizeof settler->currency);
    check(popup.currency.size <= CURRENCY_BYTES_MAX); /* CURRENCY_BYTES, or it is no event */
    for (size_t i = 0; i < popup.currency.size; i++) {
        settler->currency[i] = (char)(popup.currency.data[i] | 0x20); /* ASCII lower case */
    }
    settler->copies = popup.copies;
    return 0;
}

/* --- one order --- */

static int order_derive_now(struct settler *settler, struct store_txn *node,
                            const struct entity_id *id)
{
    const int err = history_get(settler->history, node, KIND_ORDER, id);
    if (err == 0) {
        order_derive(settler->history, settler->order);
    }
    return err;
}

static struct plan_terms terms_of(const struct settler *settler)
{
    const struct terms *terms = settler->config.terms;
    return (struct plan_terms){.smallest_minor = draft_smallest(settler_currency(settler)),
                               .decide_ms = (uint64_t)terms->decide_minutes * 60 * 1000,
                               .draft_ms = (uint64_t)terms->pay_minutes * 60 * 1000,
                               .unpaid_ms = (uint64_t)terms->unpaid_minutes * 60 * 1000};
}

static void plan_now(struct settler *settler)
{
    const struct plan_terms terms = terms_of(settler);
    const struct plan_waits waits = waits_look(&settler->waits, settler->order, settler->now_ms);
    plan_make(settler->order, &terms, &waits, settler->plan);
}

/* It is the order's. */
static int intent_note(struct settler *settler, struct bytes intent)
{
    struct entity_id known;
    int err = notes_intent_get(settler->txn, intent, &known);
    if (err == 0 && entity_id_equal(&known, &settler->order->id)) {
        return 0;
    }
    settler->is_dirty = true;
    return notes_intent_put(settler->txn, intent, &settler->order->id, settler_now_s(settler));
}

/* It is no orphan any more. */
static int orphan_forget(struct settler *settler, struct bytes intent)
{
    struct orphan orphan;
    const int err = notes_orphan_get(settler->txn, intent, &orphan);
    if (err == ERR_NOT_FOUND) {
        return 0;
    }
    settler->is_dirty = true;
    return err == 0 || err == ERR_MALFORMED ? notes_orphan_del(settler->txn, intent) : err;
}

/* Whose its intents are. */
static int intents_note(struct settler *settler)
{
    const struct ledger *ledger = &settler->order->ledger;
    int err = 0;
    for (uint32_t i = 0; i < ledger->intents_count && err == 0; i++) {
        err = intent_note(settler, ledger->intents[i].id);
        err = err == 0 ? orphan_forget(settler, ledger->intents[i].id) : err;
    }
    return err;
}

/* Nothing is asked of the provider, and nothing will be unless it changes; a draft that nobody can
 * pay as it is. */
static bool is_settled(const struct settler *settler)
{
    const struct plan *plan = settler->plan;
    const struct order *order = settler->order;
    const bool is_over =
        order->phase >= PHASE_COMPLETED ||
        (order->phase == PHASE_DRAFT && !plan_is_payable(order) && order->ledger.held_minor == 0);
    const bool is_disputed = (plan->notices & PLAN_DISPUTED) != 0; /* keys stay used meanwhile */
    return is_over && plan->calls_count == 0 && !plan->is_wish_due && !is_disputed;
}

static int plan_take(struct settler *settler)
{
    const struct entity_id *id = &settler->order->id;
    bool is_changed = false;
    int err = outbox_take(settler->txn, id, settler->plan, &is_changed);
    if (err == ERR_LIMIT) {
        logger_say(LEVEL_ERROR, "settle",
                   "order %016llx has more card calls than is sane: look at it at the provider",
                   (unsigned long long)get_be64(id->bytes));
        return 0;
    }
    settler->is_dirty = settler->is_dirty || is_changed;
    if (err != 0 || !is_settled(settler)) {
        return err;
    }
    err = outbox_forget(settler->txn, id, &is_changed);
    settler->is_dirty = settler->is_dirty || is_changed;
    return err;
}

/* What the plan wants written. */
static bool rules_tell(struct settler *settler)
{
    const bool is_lapsed = !settler->plan->is_lapse_due || rule_tell(settler, true);
    const bool is_wished = !settler->plan->is_wish_due || rule_tell(settler, false);
    return is_lapsed && is_wished;
}

/* More wait than we remember. */
static void rescan_later(struct settler *settler)
{
    if (settler->rescan_ms == 0) {
        settler->rescan_ms = settler->now_ms + RESCAN_MS;
    }
}

/* settler->order is read. */
static int order_settle(struct settler *settler)
{
    plan_now(settler);
    int err = intents_note(settler);
    err = err == 0 ? plan_take(settler) : err;
    if (err != 0) {
        return err;
    }
    uint64_t again_ms = rules_tell(settler) ? settler->plan->again_ms : BUSY_AGAIN_MS;
    err = holds_look(settler, &again_ms);
    if (err != 0) {
        return err;
    }
    if (!waits_plan(&settler->waits, &settler->order->id, settler->now_ms, again_ms)) {
        rescan_later(settler);
    }
    return orphans_claim(settler);
}

void order_again(struct settler *settler, const struct entity_id *id, uint64_t wait_ms)
{
    const uint64_t at_ms = settler->now_ms + wait_ms;
    settler_again(settler, at_ms);
    if (!waits_soon(&settler->waits, id, at_ms)) {
        rescan_later(settler);
    }
}

/* A row that the disk spoilt is being mended; it changes then. */
static int order_look(struct settler *settler, struct store_txn *node, const struct entity_id *id)
{
    const int err = order_derive_now(settler, node, id);
    if (err == ERR_NOT_FOUND || err == ERR_MALFORMED) {
        return 0;
    }
    return err != 0 ? err : order_settle(settler);
}

int order_read(struct settler *settler, const struct entity_id *id)
{
    const struct gate *gate = settler->config.gate;
    struct store_txn *node = NULL;
    int err = gate->read_begin(gate->context, &node);
    if (err == 0) {
        err = order_derive_now(settler, node, id); /* the history keeps its own bytes */
        gate->read_end(gate->context, node);
    }
    return err;
}

int order_wants(struct settler *settler, const struct kept_call *of,
                const struct provider_call **ret_call)
{
    const int err = order_read(settler, &of->order);
    *ret_call = NULL;
    if (err != 0) {
        return err == ERR_NOT_FOUND ? 0 : err;
    }
    plan_now(settler);
    *ret_call = plan_find(settler->plan, &of->call);
    return 0;
}

/* --- changes --- */

static int change_look(struct settler *settler, struct store_txn *node, struct bytes state)
{
    enum kind kind = KIND_NONE;
    struct entity_id id;
    if (key_state_parse(state, &kind, &id) != 0) {
        return 0;
    }
    if (kind == KIND_POPUP) {
        return popup_read(settler, node);
    }
    return kind == KIND_ORDER ? order_look(settler, node, &id) : 0;
}

/* From the cursor on; *@ret_is_all: there are no more. */
static int changes_read(struct settler *settler, struct store_txn *node, bool *ret_is_all)
{
    const struct key from = key_change(settler->cursor.change + 1);
    struct store_cursor cursor;
    struct bytes key, state;
    int err = store_cursor_open(node, TABLE_CHANGE, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &state);
    for (int i = 0; i < CHANGES_PER_READ && err == 0; i++) {
        const uint64_t number = key.size == 8 ? get_be64(key.data) : settler->cursor.change;
        err = change_look(settler, node, state);
        settler->cursor.change = err == 0 ? number : settler->cursor.change;
        err = err == 0 ? store_cursor_next(&cursor, &key, &state) : err;
    }
    store_cursor_close(&cursor);
    *ret_is_all = err == ERR_NOT_FOUND;
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* Another store, or other software folded it: everything is looked at. */
static int cursor_begin(struct settler *settler, struct store_txn *node)
{
    struct cursor now;
    int err = cursor_now(node, &now);
    if (settler->rescan_ms != 0 && settler->rescan_ms <= settler->now_ms) {
        settler->rescan_ms = 0;
        settler->cursor.change = 0;
    }
    if (err == 0 && !cursor_fits(&settler->cursor, &now)) {
        now.change = 0;
        settler->cursor = now;
        settler->is_scanned = false;
        settler->copies = COPIES_DEFAULT;
        err = popup_read(settler, node);
    }
    return err;
}

static int waits_turn(struct settler *settler, struct store_txn *node)
{
    struct entity_id id;
    int err = 0;
    while (err == 0 && waits_due(&settler->waits, settler->now_ms, &id)) {
        err = order_look(settler, node, &id);
    }
    settler_again(settler, waits_next(&settler->waits));
    settler_again(settler, settler->rescan_ms != 0 ? settler->rescan_ms : UINT64_MAX);
    return err;
}

int orders_turn(struct settler *settler)
{
    const struct gate *gate = settler->config.gate;
    struct store_txn *node = NULL;
    bool is_all = false;
    int err = gate->read_begin(gate->context, &node);
    settler->is_orphans_noted = false;
    if (err != 0) {
        settler_again(settler, settler->now_ms + BUSY_AGAIN_MS);
        return 0;
    }
    err = cursor_begin(settler, node);
    err = err == 0 ? changes_read(settler, node, &is_all) : err;
    err = err == 0 ? waits_turn(settler, node) : err;
    gate->read_end(gate->context, node);
    settler->is_scanned = settler->is_scanned || (err == 0 && is_all);
    if (!is_all) {
        settler_again(settler, settler->now_ms);
    }
    return err;
}
