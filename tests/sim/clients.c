/* clients.c - what the people at the screens do: every command, at any node, in any state; and what
 * they may rely on: an answered request is kept, and counts once however often it is sent.
 */
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/sim/sim_internal.h"

enum {
    PEOPLE = 2,
    CHANGE_ODDS = 9000,
    KEYED_ODDS = 5000,
    NEW_ORDERS_LATELY = 6,
    LOOKS_MAX = 12, /* for an order that a wish makes sense for */
    KNOWN_LOOKS_MAX = 60,
    PLACE_MS = 60, /* time to do so */
};

/* Whether people ask at it. */
static bool is_served(const struct sim *sim, const struct cluster_node *node)
{
    return node->is_open && !liar_is(sim, node) && !flips_is_spoilt(sim, node);
}

/* --- the order as the node has it --- */

static int lines_compare(const void *a, const void *b)
{
    const struct order_line *first = a;
    const struct order_line *second = b;
    return first->id < second->id ? -1 : first->id > second->id;
}

/* In an order that no clock decides: whoever picks the second picks the same under any clocks. */
static void lines_sort(struct order *order)
{
    qsort(order->lines, order->lines_count, sizeof *order->lines, lines_compare);
}

/* A recent order most of the time; false when the node has not heard of it. */
static bool order_look(struct sim *sim, const struct cluster_node *node, struct command *command)
{
    if (sim->orders_count == 0) {
        return false;
    }
    const uint32_t window = sim_chance(sim, CHANGE_ODDS) && sim->orders_count > NEW_ORDERS_LATELY
                                ? NEW_ORDERS_LATELY
                                : sim->orders_count;
    command->order = sim->orders[sim->orders_count - 1 - sim_below(sim, window)];
    struct store_txn *txn = store_memory_begin(node->store, false);
    const int err = history_get(sim->history, txn, KIND_ORDER, &command->order);
    store_memory_abort(txn);
    if (err != 0) {
        return false;
    }
    order_derive(sim->history, sim->order);
    lines_sort(sim->order);
    return true;
}

/* An order as the node has it for a wish of @kind; none is as good when there is none. */
static void order_choose(struct sim *sim, const struct cluster_node *node, struct command *command)
{
    const struct wish *wish = &wishes[command->kind];
    versions_enter(sim, node);
    for (int i = 0; i < LOOKS_MAX; i++) {
        const bool is_here = order_look(sim, node, command);
        if (is_here && (wish->fits == NULL || wish->fits(sim->order))) {
            return;
        }
        if (!is_here && wish->fits == NULL) {
            sim->order->lines_count = 0; /* of an order that is not here, or is none */
            sim->history->count = 0;
            return;
        }
    }
}

void sim_known_take(struct sim *sim, enum command_kind kind, struct entity_id *ret_entity)
{
    for (int i = 0; i < KNOWN_LOOKS_MAX && sim->requests_count > 0; i++) {
        const struct request *request = &sim->requests[sim_below(sim, sim->requests_count)];
        for (uint32_t at = 0; at < SIM_NODES_MAX && request->command.kind == kind; at++) {
            if (request->has_answer[at]) {
                *ret_entity = request->answers[at].entity;
                return;
            }
        }
    }
}

static enum command_kind wish_draw(struct sim *sim)
{
    uint32_t sum = 0;
    for (unsigned kind = 0; kind < COMMAND_COUNT; kind++) {
        sum += wishes[kind].weight;
    }
    uint64_t drawn = sim_below(sim, sum);
    unsigned kind = 0;
    for (; drawn >= wishes[kind].weight; kind++) {
        drawn -= wishes[kind].weight;
    }
    return (enum command_kind)kind;
}

/* Two in a hundred are not allowed to what they ask for; one in ten has signed in. */
static struct principal principal_draw(struct sim *sim)
{
    struct principal principal = {.session = 1 + sim_below(sim, 3)};
    principal.role = sim_chance(sim, 200) ? ROLE_CUSTOMER : ROLE_MANAGER;
    principal.staff = sim_chance(sim, 1000) ? 1 + sim_below(sim, PEOPLE) : 0;
    return principal;
}

static void order_note(struct sim *sim, const struct request *request)
{
    uint8_t session[8];
    put_be64(session, request->command.principal.session);
    sim->orders[sim->orders_count++] =
        entity_id_mint(get_be32(request->key.bytes), bytes_of(session, sizeof session),
                       bytes_of(request->key.bytes, sizeof request->key.bytes));
}

/* Where a wish of @kind is asked for: a few at devices that may not. */
static struct cluster_node *place_draw(struct sim *sim, enum command_kind kind,
                                       struct cluster_node *node)
{
    if (wishes[kind].place == OFFICE && sim_chance(sim, 5000)) {
        return &sim->cluster->nodes[0];
    }
    for (uint32_t i = 0; wishes[kind].place == GATEWAY && i < sim->cluster->count; i++) {
        if (sim->cluster->nodes[i].role == ROLE_GATEWAY) {
            return &sim->cluster->nodes[i];
        }
    }
    return node;
}

static void ask(struct sim *sim, struct cluster_node *node)
{
    const enum command_kind kind = wish_draw(sim);
    node = place_draw(sim, kind, node);
    if (sim->requests_count >= SIM_REQUESTS_MAX || !is_served(sim, node) ||
        !versions_know(sim, node, kind)) {
        return;
    }
    const uint32_t number = sim->requests_count++;
    struct request *request = &sim->requests[number];
    struct command *command = &request->command;
    shop_command(command, kind);
    sim->asking = request;
    sim->asked = node;
    request->texts_count = 0;
    request->err = 0;
    memset(request->has_answer, 0, sizeof request->has_answer);
    command->principal = principal_draw(sim);
    if (wishes[kind].is_of_order) {
        order_choose(sim, node, command);
    }
    wishes[kind].fill(sim, command);
    if (kind == COMMAND_ORDER_PLACE && node->role == ROLE_GATEWAY) {
        command->principal.role = ROLE_CUSTOMER; /* nobody else orders there */
    }
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

struct request *clients_begin(struct sim *sim, enum command_kind kind)
{
    check(sim->requests_count < SIM_REQUESTS_MAX + SIM_REQUESTS_CALM);
    const uint32_t number = sim->requests_count++;
    struct request *request = &sim->requests[number];
    memset(request->has_answer, 0, sizeof request->has_answer);
    request->texts_count = 0;
    request->err = 0;
    request->is_keyed = true;
    request->key = shop_key_make((uint32_t)(sim->cluster->now_ms / 1000), number + 1);
    shop_command(&request->command, kind);
    shop_keyed(&request->command, &request->key);
    return request;
}

void clients_place(struct sim *sim, uint32_t node)
{
    struct request *request = clients_begin(sim, COMMAND_ORDER_PLACE);
    struct command *command = &request->command;
    command->channel = bytes_of_text("counter");
    command->mode = bytes_of_text("take-away");
    command->name = bytes_of_text("Eve");
    command->lines_count = 1;
    command->lines[0] = (struct wanted_line){.item = 1 + sim_below(sim, SHOP_ITEMS), .quantity = 1};
    cluster_command(sim->cluster, node, command, (uint64_t)(request - sim->requests));
    cluster_run(sim->cluster, PLACE_MS);
}

/* The same request again: at the same node, as after a lost answer, or at another. */
static void ask_again(struct sim *sim, bool is_elsewhere)
{
    if (sim->requests_count == 0) {
        return;
    }
    const uint32_t window = sim->requests_count < 20 ? sim->requests_count : 20;
    const uint32_t number = sim->requests_count - 1 - (uint32_t)sim_below(sim, window);
    const struct request *request = &sim->requests[number];
    if (!request->is_keyed) {
        return;
    }
    for (uint32_t i = 0; i < sim->cluster->count; i++) {
        const struct cluster_node *node = &sim->cluster->nodes[(number + i) % sim->cluster->count];
        if (is_served(sim, node) && versions_know(sim, node, request->command.kind) &&
            request->has_answer[node->index] != is_elsewhere) {
            cluster_command(sim->cluster, node->index, &request->command, number);
            *(is_elsewhere ? &sim->stats->retries_elsewhere : &sim->stats->retries_here) += 1;
            return;
        }
    }
}

void clients_act(struct sim *sim)
{
    struct cluster_node *node = &sim->cluster->nodes[sim_below(sim, sim->cluster->count)];
    if (!is_served(sim, node)) {
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

/* --- answers --- */

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

/* Of these no event is written: a retry is answered at another place of the log. */
static bool is_local(const struct request *request)
{
    static const bool local[COMMAND_COUNT] = {[COMMAND_QUOTE] = true,
                                              [COMMAND_QUOTE_DROP] = true,
                                              [COMMAND_CART_ADD] = true,
                                              [COMMAND_CART_SET] = true};
    return local[request->command.kind];
}

/* A quote that would say what another of its session says, which stands, is that one. */
static bool is_quote_of_session(const struct sim *sim, const struct request *request,
                                const struct answer *answer)
{
    for (uint32_t i = 0; i < sim->requests_count; i++) {
        const struct request *one = &sim->requests[i];
        const uint64_t session = one->command.principal.session;
        const struct entity_id id =
            quote_id(session, bytes_of(one->key.bytes, sizeof one->key.bytes));
        if (one->command.kind == COMMAND_QUOTE && session == request->command.principal.session &&
            entity_id_equal(&id, &answer->entity)) {
            return true;
        }
    }
    return false;
}

static bool is_entity_right(const struct sim *sim, const struct request *request,
                            const struct answer *before, const struct answer *answer)
{
    return entity_id_equal(&before->entity, &answer->entity) ||
           (request->command.kind == COMMAND_QUOTE && is_quote_of_session(sim, request, answer));
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
        if (!is_entity_right(sim, request, other, answer)) {
            sim_fail(sim, ORACLE_ONCE, node, "a retry went to another entity");
        } else if (i == node->index && !is_local(request) && !request->is_forgotten[i] &&
                   is_remembered(sim, node, request) && !answers_alike(other, answer)) {
            sim_fail(sim, ORACLE_ONCE, node,
                     "a retried request %u was answered seq %llu (%u events), before seq %llu (%u "
                     "events)",
                     (unsigned)(request - sim->requests), (unsigned long long)answer->seq,
                     answer->events, (unsigned long long)other->seq, other->events);
        }
    }
}

/* A remembered answer of a device that goes on under a new log is of its former one. */
static void durable_check(struct sim *sim, struct cluster_node *node, const struct answer *answer)
{
    const int32_t at = truth_find(sim, node, answer->log);
    const bool is_own = answer->log == node->log || sim->is_twofold[sim_watch(sim, node)->first];
    sim->stats->oracles[ORACLE_DURABLE]++;
    if (!is_own || at < 0 || answer->seq > sim_watch(sim, node)->seqs[at]) {
        sim_fail(sim, ORACLE_DURABLE, node, "answers with event %llu, which it has not committed",
                 (unsigned long long)answer->seq);
    }
}

void clients_answered(struct sim *sim, struct cluster_node *node,
                      const struct effect_answer *effect)
{
    struct request *request = &sim->requests[effect->request];
    if (effect->err != 0 && sim->requests_count > 0) {
        request->err = effect->err;
    }
    if (effect->err != 0 || sim->requests_count == 0) {
        return;
    }
    durable_check(sim, node, &effect->answer);
    if (sim->is_failed) {
        return;
    }
    sim->stats->commands[request->command.kind] +=
        effect->answer.events > 0 || is_local(request) ? 1 : 0;
    if (request->is_keyed) {
        once_check(sim, node, request, &effect->answer);
    }
    if (!request->has_answer[node->index]) {
        request->has_answer[node->index] = true;
        request->is_forgotten[node->index] = false;
        request->answers[node->index] = effect->answer;
        request->truths[node->index] = (uint32_t)truth_find(sim, node, effect->answer.log);
        request->days[node->index] = sim_watch(sim, node)->day_before;
    }
}

void clients_forget(struct sim *sim, const struct cluster_node *node)
{
    for (uint32_t i = 0; i < sim->requests_count; i++) {
        sim->requests[i].is_forgotten[node->index] = true;
    }
}
