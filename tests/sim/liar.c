#include "tests/sim/liar.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/menu_events.h"
#include "sync/domain/order_events.h"
#include "sync/domain/stock_events.h"
#include "sync/roster/statement.h"
#include "tests/lib/event_bodies.h"
#include "tests/lib/journal.h"
#include "tests/lib/plausible.h"
#include "tests/sim/sim_internal.h"

enum {
    WRITES_MAX = 60,
    WRITE_ODDS = 3000,
    SPLIT_ODDS = 500, /* of a turn: from then on it keeps two journals */
    TRICK_ODDS = 3000,
    JUNK_BYTES_MAX = 200,
    CLAIMED_SEQ = 1000000000,
    MADE_UP_ORDERS = 3,
    FAR_DAY = 100, /* more than are opened in a run */
    OFFICE_NODE = 0,
};

bool liar_is(const struct sim *sim, const struct cluster_node *node)
{
    return sim->liar.is_lying && node->index == sim->liar.node;
}

bool liar_wrote(const struct sim *sim, uint64_t log)
{
    return sim->liar.is_lying && log == sim->liar.log;
}

/* --- what it writes --- */

struct forgery {
    struct event event;
    struct writer writer; /* of the body */
    uint8_t data[EVENT_BYTES_MAX];
};

static void forgery_body(struct forgery *forgery)
{
    check(writer_finish(&forgery->writer, &forgery->event.body) == 0);
}

/* Some order that was asked for, which may have come to nothing. */
static struct entity_id order_draw(struct sim *sim)
{
    return sim->orders_count == 0 ? entity_id_derive(KIND_ORDER, 1)
                                  : sim->orders[sim_below(sim, sim->orders_count)];
}

/* Whether its certificate allows @info, on whatever is there: a gateway's does not. */
static bool is_allowed_anywhere(uint64_t capabilities, const struct event_info *info)
{
    return device_may_write(capabilities, info) &&
           (!capabilities_are_gateways(capabilities) ||
            gateway_reach(info->type, info->kind) == REACH_ANYTHING);
}

/* One that its certificate does not allow, about something that is there. None of stock: P7 adds up
 * what was written, whoever might. */
static void forge_forbidden(struct sim *sim, struct forgery *forgery)
{
    const uint64_t capabilities =
        role_device_capabilities(sim->cluster->nodes[sim->liar.node].role);
    const size_t from = sim_below(sim, body_samples_count);
    for (size_t i = 0; i < body_samples_count; i++) {
        const struct body_sample *sample = &body_samples[(from + i) % body_samples_count];
        const struct event_info *info = event_info_find(sample->type);
        if (!is_allowed_anywhere(capabilities, info) && info->kind != KIND_STOCK) {
            forgery->event.type = sample->type;
            forgery->event.entity = info->kind == KIND_ORDER
                                        ? order_draw(sim)
                                        : entity_id_derive(info->kind, sim_below(sim, 3));
            forgery->event.body = body_sample_bytes(sample, forgery->data, sizeof forgery->data);
            return;
        }
    }
}

/* One that its certificate allows, of which no word is meant: about whatever order there is, or one
 * that it makes up. */
static void forge_allowed(struct sim *sim, struct forgery *forgery)
{
    const uint64_t capabilities =
        role_device_capabilities(sim->cluster->nodes[sim->liar.node].role);
    const struct cluster_node *other = &sim->cluster->nodes[sim_node_draw(sim)];
    const size_t from = sim_below(sim, plausibles_count);
    const uint64_t made_up = sim_below(sim, MADE_UP_ORDERS);
    const struct plausible_about about = {.lane = bytes_of_text(other->lane),
                                          .day = sim->days,
                                          .log = other->log,
                                          .number = 1 + (uint32_t)sim_below(sim, 60),
                                          .pay = entity_id_derive(KIND_ORDER, made_up)};
    forgery->event.t = plausible_times[sim_below(sim, PLAUSIBLE_TIMES)];
    forgery->event.entity =
        sim_below(sim, 4) == 0 ? entity_id_derive(KIND_ORDER, 100 + made_up) : order_draw(sim);
    for (size_t i = 0; i < plausibles_count; i++) {
        const struct plausible *lie = &plausibles[(from + i) % plausibles_count];
        const struct event_info *info = event_info_find(lie->type);
        if ((capabilities & capability_bit(info->capability)) != 0) {
            forgery->event.type = lie->type;
            lie->encode(&about, &forgery->writer);
            forgery_body(forgery);
            sim->cluster->faults[FAULT_PLAUSIBLE]++;
            return;
        }
    }
}

/* Numbers without end, below zero, nothing at all; types of the future. */
static void forge_absurd(struct sim *sim, struct forgery *forgery)
{
    static const char *const bodies[] = {
        "90",
        "99cf7fffffffffffffffa141cf7fffffffffffffffa0a0a0c2c3c0",
        "9901cf7fffffffffffffffa0cf7fffffffffffffffcf7fffffffffffffff9000a0a0",
        "9801ffffffffffffff00",
    };
    static const uint32_t types[] = {
        EVENT_ORDER_OPEN, EVENT_LINE_ADD, EVENT_LINE_SET, EVENT_LINE_VOID, EVENT_PAY, EVENT_REFUND,
        EVENT_DISCOUNT,   EVENT_HANDED,   EVENT_DONE,     EVENT_STOCK_ADD, 30000,     30001};
    const char *hex = bodies[sim_below(sim, sizeof bodies / sizeof *bodies)];
    forgery->event.type = types[sim_below(sim, sizeof types / sizeof *types)];
    forgery->event.entity = order_draw(sim);
    forgery->event.body = bytes_of_hex(forgery->data, hex);
    if (msgpack_validate(forgery->event.body, VALUE_DEPTH_MAX - 1) != 0) {
        forgery->event.body = bytes_of_hex(forgery->data, bodies[0]);
    }
}

/* Rights to sell that it has not, for another device. */
static void forge_give(struct sim *sim, struct forgery *forgery)
{
    const struct cluster_node *to = &sim->cluster->nodes[sim_node_draw(sim)];
    const struct stock_give give = {.item = 1 + sim_below(sim, SHOP_ITEMS),
                                    .units = 1 + sim_below(sim, 1000),
                                    .to = to->log,
                                    .issuer = sim->cluster->nodes[OFFICE_NODE].log};
    forgery->event.type = EVENT_STOCK_GIVE;
    forgery->event.entity = entity_id_derive(KIND_STOCK, give.item);
    stock_give_encode(&give, &forgery->writer);
    forgery_body(forgery);
}

/* A trading day far ahead, which its role may open: whoever counted it gave every device room for
 * all the days until then. */
static void forge_day(struct sim *sim, struct forgery *forgery)
{
    const uint64_t days[] = {FAR_DAY + sim_below(sim, FAR_DAY), ORDER_DAY_MAX};
    const struct day_open open = {.n = days[sim_below(sim, sizeof days / sizeof *days)]};
    forgery->event.type = EVENT_DAY_OPEN;
    forgery->event.entity = entity_id_derive(KIND_POPUP, 0);
    day_open_encode(&open, &forgery->writer);
    forgery_body(forgery);
}

/* It says that it has seen what nobody has written. */
static void forge_saw(struct sim *sim, struct forgery *forgery)
{
    struct roster_saw saw = {.count = 1};
    saw.heads[0] = (struct log_point){.log = sim->cluster->nodes[OFFICE_NODE].log,
                                      .seq = 1 + sim_below(sim, CLAIMED_SEQ)};
    forgery->event.type = EVENT_ROSTER_SAW;
    forgery->event.entity = entity_id_derive(KIND_ROSTER, 0);
    check(roster_saw_encode(&saw, forgery->data, sizeof forgery->data, &forgery->event.body) == 0);
}

/* A fact about an order, after something that nobody has written. */
static void forge_orphan(struct sim *sim, struct forgery *forgery)
{
    forgery->event.type = EVENT_REINSTATE;
    forgery->event.entity = order_draw(sim);
    forgery->event.parents_count = 1;
    forgery->event.parents[0] = (struct operation){
        .log = sim->cluster->nodes[OFFICE_NODE].log, .seq = CLAIMED_SEQ, .hash = {7}};
    forgery->event.body = bytes_of_hex(forgery->data, "90");
}

static void forge(struct sim *sim, struct forgery *forgery)
{
    static void (*const ways[])(struct sim * sim, struct forgery * forgery) = {
        forge_forbidden, forge_forbidden, forge_allowed, forge_allowed, forge_absurd,
        forge_saw,       forge_orphan,    forge_day,     forge_give};
    const size_t count = sizeof ways / sizeof *ways - (sim->liar.is_giving ? 0 : 1);
    forgery->event = (struct event){.t = 1 + sim_below(sim, 1u << 20)};
    writer_init(&forgery->writer, forgery->data, sizeof forgery->data);
    ways[sim_below(sim, count)](sim, forgery);
}

static void write_one(struct sim *sim)
{
    static struct forgery forgery;
    static uint8_t data[EVENT_BYTES_MAX];
    struct liar *liar = &sim->liar;
    const unsigned branch = liar->is_split ? (unsigned)sim_below(sim, LIAR_BRANCHES) : 0;
    struct bytes bytes;
    forge(sim, &forgery);
    int err = event_encode(&forgery.event, data, sizeof data, &bytes);
    check(err == 0);
    struct store_txn *txn = store_memory_begin(liar->stores[branch], true);
    err = log_append(txn, &liar->heads[branch], bytes);
    err = err != 0 ? err
                   : log_sign(txn, &liar->heads[branch], &sim->cluster->popup,
                              &sim->cluster->nodes[liar->node].log_secret);
    check(err == 0);
    err = store_memory_commit(txn);
    check(err == 0);
    liar->written++;
    sim->cluster->faults[FAULT_NONSENSE]++;
}

static void split(struct liar *liar)
{
    liar->stores[1] = store_memory_clone(liar->stores[0]);
    liar->heads[1] = liar->heads[0];
    liar->is_split = true;
}

/* --- what it says --- */

static uint8_t frame_data[MESSAGE_BYTES_MAX];

/* Which version of its journal the device at the other end is shown. */
static unsigned branch_for(const struct liar *liar, uint32_t link)
{
    return liar->is_split ? (unsigned)(liar->devices[link] & 1) : 0;
}

static void say_bytes(struct sim *sim, uint32_t link, struct bytes frame)
{
    cluster_say(sim->cluster, sim->liar.node, link, frame);
}

static void say(struct sim *sim, uint32_t link, struct writer *writer)
{
    struct bytes frame;
    check(writer_finish(writer, &frame) == 0);
    say_bytes(sim, link, frame);
}

static struct head_claim claim_own(const struct liar *liar, uint32_t link)
{
    const struct log_head *head = &liar->heads[branch_for(liar, link)];
    struct head_claim claim = {.log = head->log, .seq = head->seq};
    memcpy(claim.hash, head->hash.bytes, sizeof claim.hash);
    return claim;
}

/* The truth about the own journal; now and then of some journal what nobody has written. */
static uint32_t claims_make(struct sim *sim, uint32_t link, struct head_claim *claims)
{
    claims[0] = claim_own(&sim->liar, link);
    if (!sim_chance(sim, TRICK_ODDS)) {
        return 1;
    }
    const uint64_t log = sim->cluster->nodes[sim_node_draw(sim)].log;
    const struct head_claim absurd = {.log = log, .seq = CLAIMED_SEQ, .hash = {1, 2, 3}};
    sim->cluster->faults[FAULT_CLAIMED]++;
    if (log == claims[0].log) {
        claims[0] = absurd;
        return 1;
    }
    const bool is_first = log < claims[0].log; /* ascending */
    claims[1] = is_first ? claims[0] : absurd;
    claims[0] = is_first ? absurd : claims[0];
    return 2;
}

static void say_hello(struct sim *sim, uint32_t link)
{
    struct head_claim claims[2];
    struct writer writer;
    const struct cluster_node *node = &sim->cluster->nodes[sim->liar.node];
    struct hello hello = {.version_min = PROTOCOL_VERSION_MIN,
                          .version_max = PROTOCOL_VERSION_MAX,
                          .popup = sim->cluster->popup,
                          .device = node->device,
                          .fold_version = FOLD_VERSION,
                          .wall_ms = CLUSTER_EPOCH_MS};
    memcpy(hello.boot, node->config.boot, sizeof hello.boot);
    const uint32_t count = claims_make(sim, link, claims);
    writer_init(&writer, frame_data, sizeof frame_data);
    message_write_hello(&writer, &hello, claims, count, NULL, 0);
    say(sim, link, &writer);
}

static void say_status(struct sim *sim, uint32_t link)
{
    struct head_claim claims[2];
    struct writer writer;
    const struct status status = {.wall_ms = CLUSTER_EPOCH_MS, .digest = {9}};
    const uint32_t count = claims_make(sim, link, claims);
    writer_init(&writer, frame_data, sizeof frame_data);
    message_write_status(&writer, &status, claims, count, NULL, 0);
    say(sim, link, &writer);
}

/* What its store has of @log after @have, as one run. */
static void say_events(struct sim *sim, uint32_t link, uint64_t log, uint64_t have)
{
    static struct run run;
    struct writer writer;
    struct store_txn *txn =
        store_memory_begin(sim->liar.stores[branch_for(&sim->liar, link)], false);
    if (run_read(txn, log, have + 1, RUN_BYTES_MAX, &run) == 0) {
        writer_init(&writer, frame_data, sizeof frame_data);
        message_write_events_begin(&writer, log, run.first_seq, run.count);
        for (uint32_t i = 0; i < run.count; i++) {
            write_bin(&writer, run.events[i].bytes.data, run.events[i].bytes.size);
        }
        message_write_events_end(&writer, &run.signature, false);
        say(sim, link, &writer);
    }
    store_memory_abort(txn);
}

/* --- tricks --- */

static void say_junk(struct sim *sim, uint32_t link)
{
    const size_t size = 1 + sim_below(sim, JUNK_BYTES_MAX);
    for (size_t i = 0; i < size; i++) {
        frame_data[i] = (uint8_t)sim_below(sim, 256);
    }
    say_bytes(sim, link, bytes_of(frame_data, size));
    sim->cluster->faults[FAULT_JUNK]++;
}

static void say_again(struct sim *sim, uint32_t link)
{
    const struct liar *liar = &sim->liar;
    if (liar->heard_count > 0) {
        const uint32_t at = (uint32_t)sim_below(sim, liar->heard_count);
        say_bytes(sim, link, bytes_of(liar->heard[at], liar->heard_sizes[at]));
        sim->cluster->faults[FAULT_REPLAYED]++;
    }
}

static void say_half(struct sim *sim, uint32_t link)
{
    const struct liar *liar = &sim->liar;
    if (liar->heard_count > 0) {
        const uint32_t at = (uint32_t)sim_below(sim, liar->heard_count);
        say_bytes(sim, link, bytes_of(liar->heard[at], 1 + sim_below(sim, liar->heard_sizes[at])));
        sim->cluster->faults[FAULT_JUNK]++;
    }
}

static void say_want_all(struct sim *sim, uint32_t link)
{
    struct writer writer;
    const struct want_entry want = {
        .log = sim->cluster->nodes[sim_node_draw(sim)].log, .have = 0, .is_restart = true};
    writer_init(&writer, frame_data, sizeof frame_data);
    message_write_want(&writer, &want, 1, UINT32_MAX);
    say(sim, link, &writer);
}

static void say_ask(struct sim *sim, uint32_t link)
{
    struct writer writer;
    const struct stock_ask ask = {.item = 1 + sim_below(sim, SHOP_ITEMS),
                                  .units = UINT32_MAX,
                                  .log = sim->liar.log,
                                  .number = 1 + sim_below(sim, CLAIMED_SEQ)};
    writer_init(&writer, frame_data, sizeof frame_data);
    message_write_ask(&writer, &ask);
    say(sim, link, &writer);
}

static void say_unasked(struct sim *sim, uint32_t link)
{
    const struct log_head *head = &sim->liar.heads[branch_for(&sim->liar, link)];
    say_events(sim, link, head->log, sim_below(sim, head->seq));
}

static void trick(struct sim *sim, uint32_t link)
{
    static void (*const tricks[])(struct sim * sim, uint32_t link) = {
        say_junk, say_again, say_again, say_half, say_want_all, say_ask, say_unasked, say_unasked};
    tricks[sim_below(sim, sizeof tricks / sizeof *tricks)](sim, link);
}

/* --- what it hears --- */

static void keep(struct sim *sim, struct bytes frame)
{
    struct liar *liar = &sim->liar;
    if (frame.size > LIAR_HEARD_BYTES) {
        return;
    }
    const uint32_t at = liar->heard_count < LIAR_HEARD_MAX
                            ? liar->heard_count++
                            : (uint32_t)sim_below(sim, LIAR_HEARD_MAX);
    memcpy(liar->heard[at], frame.data, frame.size);
    liar->heard_sizes[at] = frame.size;
}

static void answer(struct sim *sim, uint32_t link, struct bytes frame)
{
    const struct message *message = sim->message;
    keep(sim, frame);
    if (message_decode(frame, sim->message) != 0 || message->kind != MESSAGE_WANT) {
        return;
    }
    for (uint32_t i = 0; i < message->wants_count; i++) {
        if (message->wants[i].log == sim->liar.log || sim_chance(sim, TRICK_ODDS)) {
            say_events(sim, link, message->wants[i].log, message->wants[i].have);
        }
    }
}

static void time_passes(struct sim *sim)
{
    struct liar *liar = &sim->liar;
    const bool is_splitting = !liar->is_quiet && !liar->is_split && !liar->is_giving;
    if (is_splitting && sim_chance(sim, SPLIT_ODDS)) {
        split(liar);
        sim->cluster->faults[FAULT_EQUIVOCATED]++;
    }
    if (!liar->is_quiet && liar->written < WRITES_MAX && sim_chance(sim, WRITE_ODDS)) {
        write_one(sim);
    }
    for (uint32_t link = 0; link < LIAR_LINKS_MAX; link++) {
        if (liar->is_linked[link]) {
            say_status(sim, link);
        }
        if (liar->is_linked[link] && sim_chance(sim, TRICK_ODDS)) {
            trick(sim, link);
        }
    }
}

void liar_hear(struct sim *sim, struct cluster_node *node, const struct input *input)
{
    struct liar *liar = &sim->liar;
    versions_enter(sim, node);
    if (input == NULL) {
        time_passes(sim);
    } else if (input->kind == INPUT_LINK_UP) {
        liar->is_linked[input->link] = true;
        liar->devices[input->link] = input->device;
        say_hello(sim, input->link);
    } else if (input->kind == INPUT_LINK_DOWN) {
        liar->is_linked[input->link] = false;
    } else if (input->kind == INPUT_MESSAGE) {
        answer(sim, input->link, input->message);
    }
}

/* --- a run --- */

/* Some device that does not administrate the pop-up: who does may do all that. */
static bool node_choose(struct sim *sim)
{
    const uint32_t count = sim->cluster->count;
    const uint32_t from = sim_node_draw(sim);
    for (uint32_t i = 0; i < count; i++) {
        const struct cluster_node *node = &sim->cluster->nodes[(from + i) % count];
        const bool is_admin =
            (role_device_capabilities(node->role) & capability_bit(CAP_ROSTER)) != 0;
        if (!is_admin) {
            sim->liar.node = node->index;
            sim->liar.device = node->device;
            return true;
        }
    }
    return false;
}

void liar_reset(struct sim *sim)
{
    liar_free(sim);
    memset(&sim->liar, 0, sizeof sim->liar);
}

void liar_draw(struct sim *sim)
{
    struct liar *liar = &sim->liar;
    liar->is_on = node_choose(sim);
    liar->is_giving = prng_one_in(&sim->prng, 3);
}

void liar_free(struct sim *sim)
{
    for (unsigned i = 0; i < LIAR_BRANCHES; i++) {
        store_memory_free(sim->liar.stores[i]);
        sim->liar.stores[i] = NULL;
    }
}

void liar_act(struct sim *sim)
{
    struct liar *liar = &sim->liar;
    struct cluster_node *node = &sim->cluster->nodes[liar->node];
    if (!liar->is_on || liar->is_lying || !node->is_running || node->log == 0) {
        return;
    }
    liar->is_lying = true;
    liar->log = node->log;
    cluster_turn_liar(sim->cluster, liar->node);
    liar->stores[0] = store_memory_clone(node->store);
    struct store_txn *txn = store_memory_begin(node->store, false);
    const int err = log_head_get(txn, liar->log, &liar->heads[0]);
    check(err == 0);
    store_memory_abort(txn);
    sim->is_twofold[liar->node] = true;
    sim->is_old[liar->node] = false;
    journal_forget(sim, node); /* what only a liar holds nobody gets */
}

void liar_end(struct sim *sim)
{
    sim->liar.is_quiet = true;
}
