/* oracle_time.c - I17: wall clocks decide nothing. The same run with other clocks comes to the same
 * orders, money and stock; names, the order of lists and times themselves are not looked at. */
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/stock.h"
#include "tests/sim/sim_internal.h"

#define DAY_MS INT64_C(86400000)

enum {
    FAR_DAYS = 4000, /* beyond all jumps, so that times have as many bytes in both runs */
    NOTES_MAX = 16 + 4 * ORDER_LINES_MAX,
};

void time_shift(struct sim *sim)
{
    for (uint32_t i = 0; i < sim->cluster->count; i++) {
        const int64_t days = sim->is_shifted ? (i % 2 == 0 ? 10 : -10) * (int64_t)(i + 1) : 0;
        cluster_jump_clock(sim->cluster, i, (FAR_DAYS + days) * DAY_MS);
    }
}

/* Numbers to be hashed. */
struct notes {
    uint32_t count;
    uint8_t bytes[NOTES_MAX * 8];
};

static void note(struct notes *notes, int64_t number)
{
    check(notes->count < NOTES_MAX);
    put_be64(notes->bytes + (size_t)8 * notes->count++, (uint64_t)number);
}

static void digest_add(struct hash *digest, const struct notes *notes)
{
    struct hash next;
    const struct bytes parts[] = {bytes_of(digest->bytes, sizeof digest->bytes),
                                  bytes_of(notes->bytes, (size_t)8 * notes->count)};
    hash_parts(next.bytes, sizeof next.bytes, parts, 2);
    *digest = next;
}

/* By id, whatever place a time gives them in the list. */
static const struct order_line *line_after(const struct order *order, const uint32_t *id)
{
    const struct order_line *next = NULL;
    for (uint32_t i = 0; i < order->lines_count; i++) {
        const struct order_line *line = &order->lines[i];
        if ((id == NULL || line->id > *id) && (next == NULL || line->id < next->id)) {
            next = line;
        }
    }
    return next;
}

static void order_add(struct sim *sim, struct store_txn *txn, const struct entity_id *id,
                      struct hash *digest)
{
    struct notes notes = {0};
    if (history_get(sim->history, txn, KIND_ORDER, id) != 0) {
        return;
    }
    order_derive(sim->history, sim->order);
    const struct order *order = sim->order;
    note(&notes, (int64_t)order->phase);
    note(&notes, (int64_t)order->numbers[0].number);
    note(&notes, order->total_minor);
    note(&notes, order->paid_minor);
    note(&notes, order->refunded_minor);
    note(&notes, order->due_minor);
    const struct order_line *line = line_after(order, NULL);
    for (; line != NULL; line = line_after(order, &line->id)) {
        note(&notes, line->id);
        note(&notes, line->quantity);
        note(&notes, (int64_t)line->progress);
        note(&notes, (int64_t)line->handed);
    }
    digest_add(digest, &notes);
}

static void stock_add_up(struct store_txn *txn, uint64_t item, struct hash *digest)
{
    static struct stock stock;
    const struct entity_id id = entity_id_derive(KIND_STOCK, item);
    struct notes notes = {0};
    if (stock_get(&stock, txn, &id) != 0) {
        return;
    }
    for (uint32_t i = 0; i < stock.accounts_count && notes.count + 2 < NOTES_MAX; i++) {
        note(&notes, stock.accounts[i].added);
        note(&notes, (int64_t)(stock.accounts[i].taken - stock.accounts[i].undone));
    }
    digest_add(digest, &notes);
}

static bool is_accept(const struct history *history, uint32_t at)
{
    return history->events[at].type == EVENT_ACCEPT;
}

/* Whether two accepted it who had not heard of each other. */
static bool is_contested(const struct history *history)
{
    for (uint32_t a = 0; a < history->count; a++) {
        for (uint32_t b = a + 1; b < history->count && is_accept(history, a); b++) {
            if (is_accept(history, b) && !history_saw(history, a, b) &&
                !history_saw(history, b, a)) {
                return true;
            }
        }
    }
    return false;
}

/* The earlier of two accepts has the claim, by courtesy, and who has it does not accept again: the
 * one thing that clocks decide, and it makes another run of the rest. */
void time_input(struct sim *sim, const struct cluster_node *node, const struct input *input)
{
    if (input->kind != INPUT_COMMAND || input->command->kind != COMMAND_ACCEPT) {
        return;
    }
    struct store_txn *txn = store_memory_begin(node->store, false);
    const int err = history_get(sim->accepted, txn, KIND_ORDER, &input->command->order);
    store_memory_abort(txn);
    sim->is_by_courtesy = sim->is_by_courtesy || (err == 0 && is_contested(sim->accepted));
}

struct hash time_decided(struct sim *sim, struct cluster_node *node)
{
    struct hash digest = {{0}};
    struct store_txn *txn = store_memory_begin(node->store, false);
    for (uint32_t i = 0; i < sim->orders_count; i++) {
        order_add(sim, txn, &sim->orders[i], &digest);
    }
    for (uint64_t item = 1; item <= SHOP_ITEMS; item++) {
        stock_add_up(txn, item, &digest);
    }
    store_memory_abort(txn);
    return digest;
}
