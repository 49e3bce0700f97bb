/* clients.c - what the people at the screens do: every command, at any node, in any state; and what
 * they may rely on: an answered request is kept, and counts once however often it is sent.
 */
#include <string.h>

#include "sync/base/check.h"
#include "tests/sim/sim_internal.h"

enum { PEOPLE = 2, CHANGE_ODDS = 9000, KEYED_ODDS = 5000, NEW_ORDERS_LATELY = 6, DAYS_MAX = 2 };

static uint64_t below(struct sim *sim, uint64_t limit)
{
    return prng_below(&sim->prng, limit);
}

/* ---- the order as the node has it ---- */

/* A recent order most of the time; false when the node has not heard of it. */
static bool order_look(struct sim *sim, const struct cluster_node *node, struct command *command)
{
    if (sim->orders_count == 0) {
        return false;
    }
    const uint32_t window = sim_chance(sim, CHANGE_ODDS) && sim->orders_count > NEW_ORDERS_LATELY
                                ? NEW_ORDERS_LATELY
                                : sim->orders_count;
    command->order = sim->orders[sim->orders_count - 1 - below(sim, window)];
    struct store_txn *txn = store_memory_begin(node->store, false);
    const int err = history_get(sim->history, txn, KIND_ORDER, &command->order);
    store_memory_abort(txn);
    if (err != 0) {
        return false;
    }
    order_derive(sim->history, sim->order);
    return true;
}

/* Some of its lines; none named = all. */
static void pick_lines(struct sim *sim, struct command *command)
{
    if (sim_chance(sim, 4000)) {
        return;
    }
    for (uint32_t i = 0; i < sim->order->lines_count && command->ids_count < ORDER_LINES_MAX; i++) {
        if (sim_chance(sim, 5000)) {
            command->ids[command->ids_count++] = sim->order->lines[i].id;
        }
    }
}

static void pick_line(struct sim *sim, struct command *command)
{
    if (sim->order->lines_count > 0) {
        command->ids[command->ids_count++] =
            sim->order->lines[below(sim, sim->order->lines_count)].id;
    }
}

/* ---- one function for each shape of command ---- */

static void fill_place(struct sim *sim, struct command *command)
{
    command->channel = bytes_of_text("counter");
    command->mode = bytes_of_text(sim_chance(sim, 5000) ? "eat-in" : "take-away");
    command->name = bytes_of_text("Ada");
    command->lines_count = 1 + (uint32_t)below(sim, 3);
    for (uint32_t i = 0; i < command->lines_count; i++) {
        struct wanted_line *line = &command->lines[i];
        line->item = 1 + below(sim, SHOP_ITEMS);
        line->quantity = 1 + (int32_t)below(sim, 3);
        if (line->item == 2 && sim_chance(sim, 5000)) {
            line->options[line->options_count++] =
                (struct wanted_option){.choice = (uint8_t)below(sim, 2)};
        }
    }
    if (sim_chance(sim, 3000)) {
        command->is_paid_now = true;
        command->method = bytes_of_text("cash");
    }
}

static void fill_lines_add(struct sim *sim, struct command *command)
{
    command->lines_count = 1;
    command->lines[0] = (struct wanted_line){.item = 1 + below(sim, SHOP_ITEMS), .quantity = 1};
}

static void fill_line_set(struct sim *sim, struct command *command)
{
    pick_line(sim, command);
    command->quantity_delta = sim_chance(sim, 3000) ? -1 : 1;
    if (sim_chance(sim, 3000)) {
        command->has_note = true;
        command->note = bytes_of_text(sim_chance(sim, 5000) ? "no onions" : "extra hot");
    }
}

static void fill_lines(struct sim *sim, struct command *command)
{
    pick_lines(sim, command);
    command->reason = bytes_of_text("mistake");
    command->station = bytes_of_text(sim_chance(sim, 5000) ? "grill" : "pot");
    command->truth = sim_chance(sim, 5000);
}

static void fill_amend(struct sim *sim, struct command *command)
{
    pick_line(sim, command);
    command->truth = sim_chance(sim, 7000);
}

static void fill_hand_over(struct sim *sim, struct command *command)
{
    pick_lines(sim, command);
    for (uint32_t i = 0; i < command->ids_count; i++) {
        command->units[i] = (int32_t)below(sim, 2);
    }
}

static void fill_money(struct sim *sim, struct command *command)
{
    command->method = bytes_of_text(sim_chance(sim, 7000) ? "cash" : "card-external");
    command->reference = bytes_of_text("slip 1");
    command->reason = bytes_of_text("cold");
    command->amount_minor = sim_chance(sim, 5000) ? 0 : 100;
}

static void fill_discount(struct sim *sim, struct command *command)
{
    command->reason = bytes_of_text("friend");
    command->discount_bp = 1000 * (1 + (uint32_t)below(sim, 3));
}

static void fill_seen(struct sim *sim, struct command *command)
{
    (void)sim;
    command->station = bytes_of_text("grill");
}

static void fill_menu_set(struct sim *sim, struct command *command)
{
    const struct principal principal = command->principal;
    shop_item(command, 1 + below(sim, SHOP_ITEMS));
    command->principal = principal;
    for (uint32_t i = 0; i < command->fields_count; i++) {
        if (command->fields[i].field == (uint32_t)MENU_PRICE) {
            command->fields[i].number += (int64_t)below(sim, 5) * 10;
        }
    }
}

static void fill_available(struct sim *sim, struct command *command)
{
    command->item = 1 + below(sim, SHOP_ITEMS);
    command->truth = sim_chance(sim, 8000);
}

static void fill_popup(struct sim *sim, struct command *command)
{
    command->fields[command->fields_count++] =
        (struct wanted_field){.field = POPUP_LATE_AFTER, .number = 60 + (int64_t)below(sim, 600)};
}

static void fill_day(struct sim *sim, struct command *command)
{
    sim->days = sim->days < DAYS_MAX && sim_chance(sim, 1000) ? sim->days + 1 : sim->days;
    command->day = sim->days;
}

static void fill_device(struct sim *sim, struct command *command)
{
    command->chain = sim->cluster->nodes[below(sim, sim->cluster->count)].config.chain;
}

static void fill_other_device(struct sim *sim, struct command *command)
{
    static const enum role roles[] = {ROLE_COUNTER, ROLE_KITCHEN, ROLE_PICKUP};
    const struct cluster_node *node = &sim->cluster->nodes[below(sim, sim->cluster->count)];
    const enum role drawn = roles[below(sim, 3)];
    command->device = node->device;
    /* A demotion voids what its writer had not heard of: the oracles' books do not have that. */
    command->role = node->role == ROLE_MANAGER ? ROLE_MANAGER : drawn;
    command->name = bytes_of_text(sim_chance(sim, 5000) ? "Front" : "Back");
}

/* Now and then somebody is dismissed. */
static void fill_staff(struct sim *sim, struct command *command)
{
    command->staff = 1 + below(sim, PEOPLE);
    command->role = sim_chance(sim, 3000) ? ROLE_NONE : ROLE_MANAGER;
}

/* How often each is asked for, and what it is asked with. */
static const struct {
    uint32_t weight;
    bool is_of_order, is_keyed;
    void (*fill)(struct sim *sim, struct command *command);
} wishes[COMMAND_COUNT] = {
    [COMMAND_ORDER_PLACE] = {26, false, true, fill_place},
    [COMMAND_LINES_ADD] = {6, true, true, fill_lines_add},
    [COMMAND_LINE_SET] = {8, true, false, fill_line_set},
    [COMMAND_LINES_VOID] = {3, true, false, fill_lines},
    [COMMAND_ACCEPT] = {9, true, false, fill_lines},
    [COMMAND_REFUSE] = {3, true, false, fill_lines},
    [COMMAND_START] = {7, true, false, fill_lines},
    [COMMAND_DONE] = {9, true, false, fill_lines},
    [COMMAND_RECALL] = {5, true, false, fill_lines},
    [COMMAND_AMEND] = {4, true, false, fill_amend},
    [COMMAND_HAND_OVER] = {10, true, false, fill_hand_over},
    [COMMAND_UNHAND] = {4, true, false, fill_lines},
    [COMMAND_CANCEL] = {3, true, false, fill_lines},
    [COMMAND_REINSTATE] = {4, true, false, fill_lines},
    [COMMAND_PAY] = {8, true, true, fill_money},
    [COMMAND_REFUND] = {4, true, true, fill_money},
    [COMMAND_DISCOUNT] = {3, true, false, fill_discount},
    [COMMAND_SEEN] = {6, true, false, fill_seen},
    [COMMAND_MENU_SET] = {4, false, false, fill_menu_set},
    [COMMAND_MENU_AVAILABLE] = {4, false, false, fill_available},
    [COMMAND_POPUP_SET] = {2, false, false, fill_popup},
    [COMMAND_DAY_OPEN] = {2, false, false, fill_day},
    [COMMAND_DEVICE_ADD] = {1, false, false, fill_device},
    [COMMAND_DEVICE_RETIRE] = {1, false, false, fill_other_device},
    [COMMAND_DEVICE_ROLE] = {1, false, false, fill_other_device},
    [COMMAND_DEVICE_RENAME] = {1, false, false, fill_other_device},
    [COMMAND_STAFF_ROLE] = {3, false, false, fill_staff},
};

static enum command_kind wish_draw(struct sim *sim)
{
    uint32_t sum = 0;
    for (unsigned kind = 0; kind < COMMAND_COUNT; kind++) {
        sum += wishes[kind].weight;
    }
    uint64_t drawn = below(sim, sum);
    unsigned kind = 0;
    for (; drawn >= wishes[kind].weight; kind++) {
        drawn -= wishes[kind].weight;
    }
    return (enum command_kind)kind;
}

/* Two in a hundred are not allowed to what they ask for; one in ten has signed in. */
static struct principal principal_draw(struct sim *sim)
{
    return (struct principal){.session = 1 + below(sim, 3),
                              .role = sim_chance(sim, 200) ? ROLE_CUSTOMER : ROLE_MANAGER,
                              .staff = sim_chance(sim, 1000) ? 1 + below(sim, PEOPLE) : 0};
}

static void order_note(struct sim *sim, const struct request *request)
{
    uint8_t session[8];
    put_be64(session, request->command.principal.session);
    sim->orders[sim->orders_count++] =
        entity_id_mint(get_be32(request->key.bytes), bytes_of(session, sizeof session),
                       bytes_of(request->key.bytes, sizeof request->key.bytes));
}

static void ask(struct sim *sim, const struct cluster_node *node)
{
    if (sim->requests_count == SIM_REQUESTS_MAX) {
        return;
    }
    const uint32_t number = sim->requests_count++;
    struct request *request = &sim->requests[number];
    struct command *command = &request->command;
    const enum command_kind kind = wish_draw(sim);
    shop_command(command, kind);
    memset(request->has_answer, 0, sizeof request->has_answer);
    command->principal = principal_draw(sim);
    if (wishes[kind].is_of_order && !order_look(sim, node, command)) {
        sim->order->lines_count = 0; /* of an order that is not here, or is none */
    }
    wishes[kind].fill(sim, command);
    request->is_keyed = wishes[kind].is_keyed || sim_chance(sim, KEYED_ODDS);
    request->key = shop_key_make((uint32_t)(sim->cluster->now_ms / 1000), number + 1);
    if (request->is_keyed) {
        shop_keyed(command, &request->key);
    }
    if (kind == COMMAND_ORDER_PLACE) {
        order_note(sim, request);
    }
    cluster_command(sim->cluster, node->index, command, number);
}

/* The same request again: at the same node, as after a lost answer, or at another. */
static void ask_again(struct sim *sim, bool is_elsewhere)
{
    if (sim->requests_count == 0) {
        return;
    }
    const uint32_t window = sim->requests_count < 20 ? sim->requests_count : 20;
    const uint32_t number = sim->requests_count - 1 - (uint32_t)below(sim, window);
    const struct request *request = &sim->requests[number];
    if (!request->is_keyed) {
        return;
    }
    for (uint32_t i = 0; i < sim->cluster->count; i++) {
        const struct cluster_node *node = &sim->cluster->nodes[(number + i) % sim->cluster->count];
        if (node->is_open && request->has_answer[node->index] != is_elsewhere) {
            cluster_command(sim->cluster, node->index, &request->command, number);
            *(is_elsewhere ? &sim->stats->retries_elsewhere : &sim->stats->retries_here) += 1;
            return;
        }
    }
}

void clients_act(struct sim *sim)
{
    const struct cluster_node *node = &sim->cluster->nodes[below(sim, sim->cluster->count)];
    if (!node->is_open) {
        return;
    }
    if (sim_chance(sim, sim->odds.retry_here)) {
        ask_again(sim, false);
    } else if (sim_chance(sim, sim->odds.retry_elsewhere)) {
        ask_again(sim, true);
    } else {
        ask(sim, node);
    }
}

/* ---- answers ---- */

static bool answers_alike(const struct answer *a, const struct answer *b)
{
    return a->seq == b->seq && a->log == b->log && a->events == b->events &&
           a->number == b->number && a->total_minor == b->total_minor &&
           a->change_minor == b->change_minor && entity_id_equal(&a->entity, &b->entity);
}

/* Answers are kept for the trading day in which they were given and the one after it; a device that
 * was away may come to a later day at once. */
static bool is_remembered(struct sim *sim, const struct cluster_node *node,
                          const struct request *request)
{
    return sim_watch(sim, node)->day <= request->days[node->index] + 1;
}

static void once_check(struct sim *sim, struct cluster_node *node, const struct request *request,
                       const struct answer *answer)
{
    for (uint32_t i = 0; i < sim->cluster->count; i++) {
        const struct answer *other = &request->answers[i];
        if (!request->has_answer[i]) {
            continue;
        }
        sim->stats->oracles[ORACLE_ONCE]++;
        if (!entity_id_equal(&other->entity, &answer->entity)) {
            sim_fail(sim, ORACLE_ONCE, node, "a retry went to another entity");
        } else if (i == node->index && is_remembered(sim, node, request) &&
                   !answers_alike(other, answer)) {
            sim_fail(sim, ORACLE_ONCE, node,
                     "a retried request %u was answered seq %llu (%u events), before seq %llu (%u "
                     "events)",
                     (unsigned)(request - sim->requests), (unsigned long long)answer->seq,
                     answer->events, (unsigned long long)other->seq, other->events);
        }
    }
}

static void durable_check(struct sim *sim, struct cluster_node *node, const struct answer *answer)
{
    const int32_t at = truth_find(sim, answer->log);
    sim->stats->oracles[ORACLE_DURABLE]++;
    if (answer->log != node->log || at < 0 || answer->seq > sim_watch(sim, node)->seqs[at]) {
        sim_fail(sim, ORACLE_DURABLE, node, "answers with event %llu, which it has not committed",
                 (unsigned long long)answer->seq);
    }
}

void clients_answered(struct sim *sim, struct cluster_node *node,
                      const struct effect_answer *effect)
{
    struct request *request = &sim->requests[effect->request];
    if (effect->err != 0 || sim->requests_count == 0) {
        return;
    }
    durable_check(sim, node, &effect->answer);
    sim->stats->commands[request->command.kind] += effect->answer.events > 0 ? 1 : 0;
    if (request->is_keyed) {
        once_check(sim, node, request, &effect->answer);
    }
    if (!request->has_answer[node->index]) {
        request->has_answer[node->index] = true;
        request->answers[node->index] = effect->answer;
        request->days[node->index] = sim_watch(sim, node)->day_before;
    }
}
