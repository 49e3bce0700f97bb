#include "tests/settler/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/os/logger.h"
#include "sync/base/check.h"

enum {
    STEPS_MAX = 100000,
    STEP_TURNS_MAX = 2000,
    PAY_TRIES = 20,
    PAY_RUN_MS = 25 * 1000,
    AGAIN_MS = 6000,
};

struct scene *scene;

/* --- faults of the node's store: only while the settler turns --- */

static void node_fault_arm(void)
{
    const struct scene_fault *fault = &scene->fault;
    if (fault->strike == STRIKE_NODE && fault->nth > 0) {
        store_memory_fail(scene->host.store, fault->call, fault->nth, fault->err);
    }
    store_memory_fail_paths(scene->host.store, fault->strike == STRIKE_PATHS);
}

static void node_fault_disarm(uint64_t before)
{
    struct scene_fault *fault = &scene->fault;
    store_memory_fail_paths(scene->host.store, false);
    if (fault->strike == STRIKE_NODE && fault->nth > 0) {
        const uint64_t calls = store_memory_calls(scene->host.store, fault->call) - before;
        fault->nth = calls >= fault->nth ? 0 : fault->nth - (unsigned)calls;
        store_memory_fail(scene->host.store, fault->call, 0, 0);
    }
}

/* --- the settler's life --- */

static void on_answered(void *context)
{
    (void)context;
}

static void settler_up(void)
{
    const struct settler_config config = {.gate = &scene->host.gate,
                                          .folder = "nowhere",
                                          .popup = scene->host.journal.popup,
                                          .credentials = &scene->credentials,
                                          .terms = &scene->terms,
                                          .answered = on_answered};
    int err = 0;
    scene->opened++;
    scene->is_killed = false;
    do { /* whoever starts it tries until it runs */
        err = settler_open(&config, &scene->settler);
    } while (err != 0 && ++scene->opened < STEP_TURNS_MAX);
    check(err == 0);
}

static void line_clear(void)
{
    for (uint32_t i = 0; i < scene->line.count; i++) {
        text_close(&scene->line.answers[i].body);
    }
    scene->line.count = 0;
}

static void settler_down(void)
{
    settler_close(scene->settler);
    scene->settler = NULL;
    line_clear();
}

void scene_restart(void)
{
    settler_down();
    settler_up();
}

/* Of a process before the one that runs; who asked there asks again. */
static void answers_drop(void)
{
    for (uint32_t i = 0; i < scene->answers_count; i++) {
        text_close(&scene->answers[i].body);
    }
    scene->answers_count = 0;
}

static void answers_collect(void)
{
    struct annex_answer answer;
    while (settler_answered(scene->settler, &answer)) {
        if (scene->answers_count == SCENE_ANSWERS_MAX) {
            answers_drop();
        }
        scene->answers[scene->answers_count++] = answer;
    }
}

static void turn(void)
{
    const uint64_t before = store_memory_calls(scene->host.store, scene->fault.call);
    node_fault_arm();
    settler_turn(scene->settler);
    node_fault_disarm(before);
    if (scene->is_killed) {
        scene_restart();
    }
    answers_collect();
}

static bool is_line_due(void)
{
    for (uint32_t i = 0; i < scene->line.count; i++) {
        if (scene->line.due_ms[i] <= scene->now_ms) {
            return true;
        }
    }
    return false;
}

static uint64_t next_ms(uint64_t end_ms)
{
    uint64_t next = scene->settler->next_ms < end_ms ? scene->settler->next_ms : end_ms;
    for (uint32_t i = 0; i < scene->line.count; i++) {
        next = scene->line.due_ms[i] < next ? scene->line.due_ms[i] : next;
    }
    return next > scene->now_ms ? next : scene->now_ms + 1;
}

static void time_set(uint64_t now_ms)
{
    scene->now_ms = now_ms;
    scene->host.now_ms = now_ms;
    scene->provider.now_s = HOST_EPOCH_MS / 1000 + (int64_t)(now_ms / 1000);
}

/* Whether it is taken or durable; if not the provider sends it again. */
static bool hook_try(uint32_t at)
{
    const struct provider_event *event = &scene->provider.events[at];
    uint64_t request = 0;
    if (settler_receive(scene->settler, bytes_of_text(event->id), bytes_of_text(event->body),
                        &request) != 0) {
        return false;
    }
    turn();
    for (uint32_t i = 0; i < scene->answers_count; i++) {
        if (scene->answers[i].request == request) {
            return scene->answers[i].err == 0;
        }
    }
    return false;
}

static void hooks_send(void)
{
    while (scene->has_hooks && scene->hooked < scene->provider.events_count &&
           hook_try(scene->hooked)) {
        scene->hooked++;
    }
}

/* All that happens at this moment. */
static void now(void)
{
    bool goes_on = true;
    for (uint32_t i = 0; goes_on; i++) {
        check(i < STEP_TURNS_MAX);
        hooks_send();
        turn();
        goes_on =
            host_turn(&scene->host) || is_line_due() || scene->settler->next_ms <= scene->now_ms;
    }
}

void scene_run(uint64_t ms)
{
    const uint64_t end_ms = scene->now_ms + ms;
    uint32_t steps = 0;
    now();
    while (scene->now_ms < end_ms) {
        check(++steps < STEPS_MAX);
        time_set(next_ms(end_ms));
        now();
    }
}

void scene_sleep(uint64_t ms)
{
    time_set(scene->now_ms + ms);
}

/* --- begin and end --- */

struct scene *scene_new(void)
{
    scene = calloc(1, sizeof *scene);
    check(scene != NULL);
    logger_configure(LOG_FORMAT_TEXT, 0, "scene");
    host_init(&scene->host);
    scene->history = history_new();
    scene->order = calloc(1, sizeof *scene->order);
    check(scene->history != NULL && scene->order != NULL);
    return scene;
}

void scene_free(struct scene *it)
{
    host_free(&it->host);
    history_free(it->history);
    free(it->order);
    free(it);
}

void scene_begin(const struct scene_fault *fault)
{
    host_reset(&scene->host);
    memset(&scene->provider, 0, sizeof scene->provider);
    memset(&scene->line, 0, sizeof scene->line);
    scene->own = store_memory_new();
    scene->terms = (struct terms){.decide_minutes = 8, .pay_minutes = 15, .unpaid_minutes = 30};
    (void)snprintf(scene->credentials.secret_key, sizeof scene->credentials.secret_key,
                   "sk_test_1");
    (void)snprintf(scene->credentials.publishable_key, sizeof scene->credentials.publishable_key,
                   "pk_test_1");
    scene->has_hooks = false;
    scene->hooked = 0;
    scene->wall_off_ms = 0;
    scene->orders_count = 0;
    scene->opened = 0;
    scene->open_err = scene->store_err = 0;
    scene->begins = scene->commits = 0;
    scene->fault = fault != NULL ? *fault : (struct scene_fault){.strike = STRIKE_NONE};
    if (scene->fault.strike == STRIKE_OWN) {
        store_memory_fail(scene->own, scene->fault.call, scene->fault.nth, scene->fault.err);
    }
    store_memory_fail_paths(scene->own, scene->fault.strike == STRIKE_PATHS);
    scene->host.read_fault = scene->fault.strike == STRIKE_READ ? scene->fault.nth : 0;
    time_set(scene->host.now_ms);
    settler_up();
}

void scene_end(void)
{
    settler_down();
    answers_drop();
    store_memory_free(scene->own);
    scene->own = NULL;
}

/* --- what people do --- */

static uint32_t place(uint32_t lines, bool is_customer)
{
    const struct entity_id nobody = {{0}};
    struct command command = host_command(&scene->host, COMMAND_ORDER_PLACE, &nobody);
    struct answer answer;
    check(scene->orders_count < SCENE_ORDERS_MAX);
    command.channel = bytes_of_text("web");
    command.mode = bytes_of_text("take-away");
    command.name = bytes_of_text("Ada");
    command.is_draft = true;
    command.lines_count = lines;
    for (uint32_t i = 0; i < lines; i++) {
        command.lines[i] = (struct wanted_line){.item = i + 1, .quantity = i == 0 ? 2 : 1};
    }
    if (is_customer) {
        command.principal = (struct principal){.session = 7, .role = ROLE_CUSTOMER};
    }
    check(host_do(&scene->host, &command, &answer) == 0);
    scene->orders[scene->orders_count] = answer.entity;
    return scene->orders_count++;
}

uint32_t scene_place(uint32_t lines)
{
    return place(lines, false);
}

uint32_t scene_place_customers(uint32_t lines)
{
    return place(lines, true);
}

/* The answer to @request, with its body closed; ERR_INTERNAL: there is none. */
static int answer_take(uint64_t request)
{
    int err = ERR_INTERNAL;
    for (uint32_t i = 0; i < scene->answers_count; i++) {
        err = scene->answers[i].request == request ? scene->answers[i].err : err;
    }
    answers_drop();
    return err;
}

int scene_pay_once(uint32_t order)
{
    uint64_t request = 0;
    answers_drop();
    check(settler_pay(scene->settler, &scene->orders[order], &request) == 0);
    const uint32_t opened = scene->opened;
    scene_run(PAY_RUN_MS);
    return opened == scene->opened ? answer_take(request) : ERR_BUSY;
}

bool scene_pay(uint32_t order)
{
    for (uint32_t i = 0; i < PAY_TRIES; i++) {
        if (scene_pay_once(order) == 0) {
            return true;
        }
        scene_run(AGAIN_MS);
    }
    return false;
}

static struct command order_command(enum command_kind kind, uint32_t order)
{
    struct command command = host_command(&scene->host, kind, &scene->orders[order]);
    command.reason = bytes_of_text("sold out");
    return command;
}

static void ask(const struct command *command)
{
    check(host_do(&scene->host, command, NULL) == 0);
    scene_run(0);
}

void scene_do(enum command_kind kind, uint32_t order)
{
    const struct command command = order_command(kind, order);
    ask(&command);
}

void scene_do_line(enum command_kind kind, uint32_t order, uint32_t line)
{
    struct command command = order_command(kind, order);
    command.ids_count = 1;
    command.ids[0] = line;
    if (kind == COMMAND_LINES_ADD) {
        command.ids_count = 0;
        command.lines_count = 1;
        command.lines[0] = (struct wanted_line){.item = line, .quantity = 1};
    }
    ask(&command);
}

void scene_tip(uint32_t order, int64_t amount, uint32_t bp)
{
    struct command command = order_command(COMMAND_TIP, order);
    command.tip_minor = amount;
    command.tip_bp = bp;
    ask(&command);
}

void scene_wish(uint32_t order, uint32_t slot, int64_t amount)
{
    struct command command = order_command(COMMAND_REFUND_WISH, order);
    command.slot = slot;
    command.amount_minor = amount;
    ask(&command);
}

int scene_hook(const char *id, const char *body)
{
    uint64_t request = 0;
    answers_drop();
    check(settler_receive(scene->settler, bytes_of_text(id), bytes_of_text(body), &request) == 0);
    scene_run(0);
    return answer_take(request);
}

const struct order *scene_look(uint32_t order)
{
    host_look(&scene->host, &scene->orders[order], scene->history, scene->order);
    return scene->order;
}

/* --- the own store --- */

struct rows {
    char mark;
    uint32_t count;
    size_t size;
    uint8_t key[STORE_KEY_BYTES_MAX];
};

static void on_row(void *context, struct bytes key, struct bytes value)
{
    struct rows *rows = context;
    (void)value;
    if (key.data[0] == (uint8_t)rows->mark && rows->count++ == 0) {
        rows->size = key.size;
        memcpy(rows->key, key.data, key.size);
    }
}

static struct rows rows_of(char mark)
{
    struct rows rows = {.mark = mark};
    store_memory_each(scene->own, TABLE_LOCAL, on_row, &rows);
    return rows;
}

uint32_t scene_rows(char mark)
{
    return rows_of(mark).count;
}

void scene_put(const void *key, size_t key_size, const void *value, size_t size)
{
    struct store_txn *txn = store_memory_begin(scene->own, true);
    check(store_put(txn, TABLE_LOCAL, bytes_of(key, key_size), bytes_of(value, size)) == 0);
    check(store_memory_commit(txn) == 0);
}

void scene_spoil(char mark, const void *value, size_t size)
{
    const struct rows rows = rows_of(mark);
    check(rows.count > 0);
    scene_put(rows.key, rows.size, value != NULL ? value : "???", value != NULL ? size : 3);
}

/* --- how it ended --- */

struct scene_outcome scene_outcome(void)
{
    struct scene_outcome outcome;
    memset(&outcome, 0, sizeof outcome); /* compared as bytes */
    outcome.books = provider_books(&scene->provider);
    outcome.orders_count = scene->orders_count;
    for (uint32_t i = 0; i < scene->orders_count; i++) {
        const struct order *order = scene_look(i);
        outcome.orders[i].phase = order->phase;
        outcome.orders[i].paid = order->paid_minor;
        outcome.orders[i].refunded = order->refunded_minor;
        outcome.orders[i].due = order->due_minor;
    }
    return outcome;
}
