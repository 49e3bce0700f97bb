#include "tests/lib/story.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/cluster_internal.h"
#include "tests/lib/sick.h"

enum {
    AUDIT_STRIDE = 7,
    SETTLE_MS = 5000,
    ANSWER_MS = 1000,
    TRACE_TIME_SIZE = 11,
    LINE_MAX_SIZE = 200
};

static void line_add(struct story *story, const char *who, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void line_add(struct story *story, const char *who, const char *format, ...)
{
    char *at = story->text + story->size;
    const size_t room = sizeof story->text - story->size;
    check(room > LINE_MAX_SIZE);
    int size =
        snprintf(at, room, "[%5llu] %-8s ", (unsigned long long)story->cluster->now_ms / 1000, who);
    va_list arguments;
    va_start(arguments, format);
    size += vsnprintf(at + size, room - (size_t)size, format, arguments);
    va_end(arguments);
    size += snprintf(at + size, room - (size_t)size, "\n");
    story->size += (size_t)size;
}

/* "[   0.123] counter  power lost" with whole seconds. */
static void on_trace(void *context, bool is_story, const char *line)
{
    struct story *story = context;
    char who[9] = "";
    if (!is_story) {
        return;
    }
    memcpy(who, line + TRACE_TIME_SIZE, sizeof who - 1);
    who[strcspn(who, " ")] = '\0';
    line_add(story, who, "%s", line + TRACE_TIME_SIZE + sizeof who);
}

static void on_answer(void *context, struct cluster_node *node, const struct effect_answer *answer)
{
    struct story *story = context;
    if (story->commands_count == 0) {
        return; /* the shop is being opened */
    }
    const struct command *command = &story->commands[answer->request];
    static const char *const texts[COMMAND_COUNT] = {
#define X(name, text, capability) [name] = (text),
        COMMANDS(X)
#undef X
    };
    if (answer->err == 0 && command->kind == COMMAND_ORDER_PLACE) {
        line_add(story, node->name, "order.place: number %u, %d events", answer->answer.number,
                 (int)answer->answer.events);
    } else {
        line_add(story, node->name, "%s: %s", texts[command->kind], err_code(answer->err));
    }
}

struct story *story_new(uint64_t seed)
{
    struct story *story = cluster_allocate(sizeof *story);
    story->cluster = cluster_new();
    story->commands = cluster_allocate(STORY_COMMANDS_MAX * sizeof *story->commands);
    story->history = history_new();
    story->order = cluster_allocate(sizeof *story->order);
    check(story->history != NULL);
    story->setup = (struct cluster_setup){.seed = seed,
                                          .knobs = cluster_knobs_calm(),
                                          .hooks = {.context = story,
                                                    .on_trace = on_trace,
                                                    .on_answer = on_answer,
                                                    .on_input = sick_till_on_input}};
    return story;
}

void story_free(struct story *story)
{
    for (uint32_t i = 0; i < story->cluster->count; i++) {
        if (story->cluster->nodes[i].is_open && story->cluster->nodes[i].txn == NULL) {
            sick_audit(&story->cluster->nodes[i], AUDIT_STRIDE);
        }
    }
    story->cluster->hooks = (struct cluster_hooks){0};
    cluster_free(story->cluster);
    free(story->commands);
    history_free(story->history);
    free(story->order);
    free(story);
}

void story_device(struct story *story, const char *name, enum role role, const char *lane)
{
    const uint32_t at = story->setup.nodes++;
    story->setup.devices[at].name = name;
    story->setup.devices[at].role = role;
    story->setup.devices[at].lane = lane;
}

void story_begin(struct story *story)
{
    cluster_start(story->cluster, &story->setup);
    shop_open(story->cluster);
    const bool is_settled = cluster_converge(story->cluster, SETTLE_MS);
    check(is_settled);
}

void story_tell(struct story *story, const char *text)
{
    line_add(story, "", "%s", text);
}

void story_note(struct story *story, uint32_t node, const char *format, ...)
{
    char text[LINE_MAX_SIZE / 2];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    line_add(story, story->cluster->nodes[node].name, "%s", text);
}

/* --- journals --- */

void story_forge(struct story *story, uint32_t node, const struct event *event, const char *text)
{
    uint8_t buffer[EVENT_BYTES_MAX];
    struct bytes bytes;
    struct log_head head;
    struct cluster_node *at = &story->cluster->nodes[node];
    cluster_crash(story->cluster, node);
    struct store_txn *txn = store_memory_begin(at->store, true);
    int err = event_encode(event, buffer, sizeof buffer, &bytes);
    err = err == 0 ? log_head_get(txn, at->log, &head) : err;
    err = err == 0 ? log_append(txn, &head, bytes) : err;
    err = err == 0 ? log_sign(txn, &head, &story->cluster->popup, &at->log_secret) : err;
    err = err == 0 ? store_memory_commit(txn) : err;
    check(err == 0);
    cluster_restart(story->cluster, node, 0);
    story_tell(story, text);
}

struct tally {
    uint32_t type, count;
};

static void tally_row(void *context, struct bytes key, struct bytes row)
{
    struct tally *tally = context;
    struct hash hash;
    struct bytes bytes;
    struct event event;
    (void)key;
    const int err = event_row_parse(row, &hash, &bytes);
    check(err == 0);
    if (event_decode(bytes, &event) == 0 && event.type == tally->type) {
        tally->count++;
    }
}

uint32_t story_events(const struct story *story, uint32_t node, uint32_t type)
{
    struct tally tally = {.type = type};
    store_memory_each(story->cluster->nodes[node].store, TABLE_LOG, tally_row, &tally);
    return tally.count;
}

/* --- commands --- */

static struct shop_key key_of(uint32_t key)
{
    return shop_key_make(1, key);
}

struct entity_id story_order_id(uint32_t key)
{
    struct command command;
    uint8_t session[8];
    const struct shop_key bytes = key_of(key);
    shop_command(&command, COMMAND_ORDER_PLACE);
    put_be64(session, command.principal.session);
    return entity_id_mint(1, bytes_of(session, sizeof session),
                          bytes_of(bytes.bytes, sizeof bytes.bytes));
}

static struct command *command_new(struct story *story)
{
    check(story->commands_count < STORY_COMMANDS_MAX);
    return &story->commands[story->commands_count++];
}

static void ask(struct story *story, uint32_t node, const struct command *command)
{
    cluster_command(story->cluster, node, command, (uint64_t)(command - story->commands));
}

/* Until the line that answers is there. */
static void await(struct story *story)
{
    const size_t before = story->size;
    const uint64_t until_ms = story->cluster->now_ms + ANSWER_MS;
    while (story->size == before && cluster_step(story->cluster, until_ms)) {
    }
    check(story->size > before);
}

static struct command *place(struct story *story, uint32_t key, uint32_t lines)
{
    struct command *command = command_new(story);
    struct shop_key *bytes = &story->keys[story->commands_count - 1];
    *bytes = key_of(key);
    shop_order(command, bytes, lines);
    return command;
}

void story_place(struct story *story, uint32_t node, uint32_t key, uint32_t lines)
{
    struct command *command = place(story, key, lines);
    command->principal.staff = story->staff;
    ask(story, node, command);
    await(story);
}

void story_place_and_crash(struct story *story, uint32_t node, uint32_t key, uint32_t lines)
{
    const uint64_t until_ms = story->cluster->now_ms + ANSWER_MS;
    ask(story, node, place(story, key, lines));
    while (story->cluster->nodes[node].txn == NULL && cluster_step(story->cluster, until_ms)) {
    }
    check(story->cluster->nodes[node].txn != NULL);
    cluster_crash(story->cluster, node);
}

void story_do(struct story *story, uint32_t node, enum command_kind kind, uint32_t order_key)
{
    struct command *command = command_new(story);
    shop_command(command, kind);
    command->principal.staff = story->staff;
    command->order = story_order_id(order_key);
    ask(story, node, command);
    await(story);
}

void story_ask(struct story *story, uint32_t node, const struct command *wanted)
{
    struct command *command = command_new(story);
    *command = *wanted;
    ask(story, node, command);
    await(story);
}

void story_open_day(struct story *story, uint32_t node, uint64_t day)
{
    struct command *command = command_new(story);
    shop_command(command, COMMAND_DAY_OPEN);
    command->day = day;
    ask(story, node, command);
    await(story);
}

/* --- boards --- */

/* The order as @node has it, in story->order; false when it has none. */
static bool order_read(struct story *story, uint32_t node, uint32_t order_key)
{
    const struct entity_id id = story_order_id(order_key);
    struct store_txn *txn = store_memory_begin(story->cluster->nodes[node].store, false);
    const int err = history_get(story->history, txn, KIND_ORDER, &id);
    store_memory_abort(txn);
    check(err == 0 || err == ERR_NOT_FOUND);
    if (err == 0) {
        order_derive(story->history, story->order);
    }
    return err == 0;
}

void story_flags(struct story *story, uint32_t node, uint32_t order_key)
{
    static const struct {
        uint32_t flag;
        const char *text;
    } flags[] = {
#define X(name, bit, text) {name, text},
        ORDER_FLAGS(X)
#undef X
    };
    char text[LINE_MAX_SIZE / 2] = "";
    size_t size = 0;
    const bool is_here = order_read(story, node, order_key);
    check(is_here);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if ((story->order->flags & flags[i].flag) != 0) {
            size += (size_t)snprintf(text + size, sizeof text - size, " %s", flags[i].text);
        }
    }
    line_add(story, story->cluster->nodes[node].name, "flags:%s", size > 0 ? text : " none");
}

static bool is_marked(const struct story *story, uint32_t node)
{
    struct replica_log_info info;
    const struct order *order = story->order;
    for (uint32_t i = 0; replica_log_at(story->cluster->nodes[node].replica, i, &info); i++) {
        if (info.log == order->opened_log) {
            return info.mark >= order->opened_seq;
        }
    }
    return false;
}

void story_ticks(struct story *story, uint32_t node, uint32_t order_key)
{
    const bool is_here = order_read(story, node, order_key);
    check(is_here);
    line_add(story, story->cluster->nodes[node].name, "ticks: here%s%s, %s",
             is_marked(story, node) ? ", on 2 devices" : "", story->order->is_seen ? ", seen" : "",
             order_phase_text(story->order->phase));
}

static int amount_print(char *text, size_t size, const char *what, int64_t minor)
{
    return snprintf(text, size, "%s %lld.%02d", what, (long long)minor / 100, (int)(minor % 100));
}

void story_money(struct story *story, uint32_t node, uint32_t order_key)
{
    static const char *const states[WISH_STATE_COUNT] = {
#define X(name, number, text) [number] = (text),
        WISH_STATES(X)
#undef X
    };
    const bool is_here = order_read(story, node, order_key);
    check(is_here);
    const struct order *order = story->order;
    char text[LINE_MAX_SIZE / 2];
    size_t size = (size_t)amount_print(text, sizeof text, "paid", order->paid_minor);
    size += (size_t)amount_print(text + size, sizeof text - size, ", back", order->refunded_minor);
    for (uint32_t i = 0; i < order->ledger.wishes_count; i++) {
        const struct ledger_wish *wish = &order->ledger.wishes[i];
        size += (size_t)amount_print(text + size, sizeof text - size, "; wish", wish->amount_minor);
        size += (size_t)snprintf(text + size, sizeof text - size, " %s", states[wish->state]);
    }
    line_add(story, story->cluster->nodes[node].name, "%s", text);
}

struct stock_summary story_stock_at(const struct story *story, uint32_t node, uint64_t item)
{
    const struct cluster_node *where = &story->cluster->nodes[node];
    const struct entity_id entity = entity_id_derive(KIND_STOCK, item);
    static struct stock stock;
    struct stock_summary summary;
    struct store_txn *txn = store_memory_begin(where->store, false);
    const struct stock_view view = {.roster = replica_roster(where->replica), .txn = txn};
    int err = stock_get(&stock, txn, &entity);
    err = err == 0 ? stock_summarise(&stock, &view, where->log, &summary) : err;
    check(err == 0);
    store_memory_abort(txn);
    return summary;
}

void story_stock(struct story *story, uint32_t node, uint64_t item)
{
    const struct stock_summary summary = story_stock_at(story, node, item);
    line_add(story, story->cluster->nodes[node].name, "stock: %d here, %d in all, %d oversold",
             (int)summary.here, (int)summary.all, (int)summary.oversold);
}

static const char *name_of(const struct story *story, uint64_t device)
{
    for (uint32_t i = 0; i < story->cluster->count; i++) {
        if (story->cluster->nodes[i].device == device) {
            return story->cluster->nodes[i].name;
        }
    }
    return "?";
}

void story_voided(struct story *story, uint32_t node)
{
    const struct cluster_node *at = &story->cluster->nodes[node];
    struct voided_order row;
    char text[LINE_MAX_SIZE / 2] = "";
    size_t size = 0;
    for (uint32_t i = 0; replica_voided_at(at->replica, i, &row); i++) {
        size += (size_t)snprintf(
            text + size, sizeof text - size, "%s %s-%u of %s, %u events, %u lines, %lld.%02d",
            size == 0 ? "" : ";", row.lane, row.number, name_of(story, row.device), row.events,
            row.lines, (long long)row.total_minor / 100, (int)(row.total_minor % 100));
    }
    line_add(story, at->name, "voided:%s", size > 0 ? text : " none");
}

void story_links(struct story *story, uint32_t node)
{
    const struct cluster_node *at = &story->cluster->nodes[node];
    const struct roster *roster = replica_roster(at->replica);
    char text[LINE_MAX_SIZE / 2] = "";
    size_t size = 0;
    struct replica_peer peer;
    for (uint32_t i = 0; i < story->cluster->count; i++) {
        for (uint32_t p = 0; replica_peer_at(at->replica, p, &peer); p++) {
            if (peer.is_ready && peer.device == story->cluster->nodes[i].device) {
                size += (size_t)snprintf(text + size, sizeof text - size, " %s",
                                         name_of(story, peer.device));
            }
        }
    }
    for (uint32_t i = 0; i < roster->devices_count; i++) {
        if (roster->devices[i].is_revoked) {
            size += (size_t)snprintf(text + size, sizeof text - size, "; %s is revoked",
                                     name_of(story, roster->devices[i].id));
        }
    }
    line_add(story, at->name, "linked with%s", size > 0 ? text : " nobody");
}

bool story_is_alike(const struct story *story, uint32_t a, uint32_t b)
{
    struct store_txn *txn_a = store_memory_begin(story->cluster->nodes[a].store, false);
    struct store_txn *txn_b = store_memory_begin(story->cluster->nodes[b].store, false);
    struct hash digest_a;
    struct hash digest_b;
    int err = replica_state_digest(txn_a, &digest_a);
    err = err == 0 ? replica_state_digest(txn_b, &digest_b) : err;
    check(err == 0);
    store_memory_abort(txn_a);
    store_memory_abort(txn_b);
    return hash_equal(&digest_a, &digest_b);
}

void story_board(struct story *story, uint32_t node, uint32_t order_key)
{
    const struct cluster_node *at = &story->cluster->nodes[node];
    if (!order_read(story, node, order_key)) {
        line_add(story, at->name, "board: nothing");
        return;
    }
    const struct order *order = story->order;
    char numbers[64] = "";
    size_t size = 0;
    for (uint32_t i = 0; i < order->numbers_count; i++) {
        size +=
            (size_t)snprintf(numbers + size, sizeof numbers - size, "%s%.*s-%u", i == 0 ? "" : " ",
                             (int)order->numbers[i].lane.size,
                             (const char *)order->numbers[i].lane.data, order->numbers[i].number);
    }
    line_add(story, at->name, "board: %s %s, %u lines, %lld.%02d", numbers,
             order_phase_text(order->phase), order->lines_count,
             (long long)order->total_minor / 100, (int)(order->total_minor % 100));
}
