#include "tests/messenger/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/reply.h"
#include "sync/base/check.h"
#include "tests/lib/shop.h"

struct scene *scene;

enum { TURNS_MAX = 2000 };

static void on_answer(void *context)
{
    (void)context;
}

/* --- the process --- */

int scene_open(struct messenger **ret_messenger)
{
    const struct messenger_config config = {.gate = &scene->host.gate,
                                            .folder = "messages",
                                            .sender = {&scene->terms, &scene->keys},
                                            .answered = on_answer};
    return messenger_open(&config, ret_messenger);
}

static void messenger_up(void)
{
    check(scene_open(&scene->messenger) == 0);
}

static void messenger_down(void)
{
    messenger_close(scene->messenger);
    scene->messenger = NULL;
    memset(scene->line_count, 0, sizeof scene->line_count);
}

void scene_restart(void)
{
    messenger_down();
    scene->is_killed = false;
    messenger_up();
}

static void answers_take(void)
{
    struct annex_answer answer;
    while (messenger_answered(scene->messenger, &answer)) {
        scene->answered_err = answer.err;
        (void)snprintf(scene->where, sizeof scene->where, "%s",
                       answer.where != NULL ? answer.where : "");
        if (answer.err == 0) {
            struct reply *reply = reply_new(&answer.body);
            scene->has_push = reply_truth(reply_root(reply), "push");
            scene->has_sms = reply_truth(reply_root(reply), "sms");
            reply_free(reply);
        }
        text_close(&answer.body);
    }
}

static bool is_line_ready(void)
{
    return scene->line_count[CHANNEL_PUSH] + scene->line_count[CHANNEL_SMS] > 0;
}

/* The host's own turns meet no fault. */
static void turn_faulty(void)
{
    struct scene_fault *fault = &scene->fault;
    if (fault->store == NULL) {
        messenger_turn(scene->messenger);
        return;
    }
    const uint64_t before = store_memory_calls(fault->store, fault->call);
    store_memory_fail(fault->store, fault->call, (unsigned)fault->nth, ERR_IO);
    messenger_turn(scene->messenger);
    store_memory_fail(fault->store, fault->call, 0, 0);
    const uint64_t made = store_memory_calls(fault->store, fault->call) - before;
    fault->nth -= made < fault->nth ? made : fault->nth;
    fault->store = fault->nth > 0 ? fault->store : NULL;
}

static void turn(void)
{
    turn_faulty();
    if (scene->is_killed) {
        scene_restart();
        messenger_turn(scene->messenger);
    }
    answers_take();
}

void scene_run(uint64_t ms)
{
    const uint64_t end_ms = scene->now_ms + ms;
    turn();
    for (uint32_t i = 0; i < TURNS_MAX; i++) {
        const uint64_t next_ms = is_line_ready() ? scene->now_ms : scene->messenger->next_ms;
        if (next_ms > end_ms) {
            break;
        }
        scene->now_ms = scene->host.now_ms = next_ms > scene->now_ms ? next_ms : scene->now_ms;
        turn();
    }
    scene->now_ms = scene->host.now_ms = end_ms;
}

/* --- begin and end --- */

static void keys_make(void)
{
    struct p256_secret secret;
    p256_secret_make(&secret);
    check(vapid_key_of(&secret, &scene->keys.vapid) == 0);
    scene->keys.has_push = scene->keys.has_sms = true;
    (void)snprintf(scene->keys.sms_key, sizeof scene->keys.sms_key, "account:secret");
}

static void world_init(void)
{
    scene = calloc(1, sizeof *scene);
    check(scene != NULL);
    host_init(&scene->host);
    keys_make();
}

void scene_begin(enum scene_strike strike, uint64_t nth)
{
    if (scene == NULL) {
        world_init();
    }
    host_reset(&scene->host);
    scene->own = store_memory_new();
    scene->terms = (struct terms){.push_contact = "mailto:a@b.example",
                                  .sms_url = "https://sms.example.net/send?x=1",
                                  .sms_from = "Trestle",
                                  .sms_fields = "From,To,Body",
                                  .sms_per_day = 10,
                                  .late_minutes = 30};
    scene->keys.has_push = scene->keys.has_sms = true;
    scene->now_ms = scene->host.now_ms;
    scene->strike = strike;
    scene->nth = nth;
    scene->begins = scene->commits = 0;
    scene->is_killed = false;
    scene->open_err = scene->store_err = scene->push_err = 0;
    scene->dead = NULL;
    scene->asker = 1;
    scene->fault = (struct scene_fault){.store = NULL};
    scene->posts_count = scene->orders_count = 0;
    for (size_t i = 0; i < CHANNEL_COUNT; i++) {
        scene->servers[i] = (struct scene_server){.status = 201};
    }
    messenger_up();
}

void scene_end(void)
{
    messenger_down();
    store_memory_free(scene->own);
    scene->own = NULL;
}

void scene_free(void)
{
    host_free(&scene->host);
    free(scene);
    scene = NULL;
}

/* --- what people do --- */

static uint32_t place(bool is_draft)
{
    const struct entity_id nobody = {{0}};
    struct command command = host_command(&scene->host, COMMAND_ORDER_PLACE, &nobody);
    struct answer answer;
    check(scene->orders_count < SCENE_ORDERS_MAX);
    command.channel = bytes_of_text("web");
    command.mode = bytes_of_text("take-away");
    command.name = bytes_of_text("Ada");
    command.is_draft = is_draft;
    command.lines_count = 1;
    command.lines[0] = (struct wanted_line){.item = 1, .quantity = 1};
    check(host_do(&scene->host, &command, &answer) == 0);
    scene->orders[scene->orders_count] = answer.entity;
    scene_run(0);
    return scene->orders_count++;
}

uint32_t scene_place(void)
{
    return place(false);
}

uint32_t scene_draft(void)
{
    return place(true);
}

int scene_try(const struct command *command)
{
    const int err = host_do(&scene->host, command, NULL);
    scene_run(0);
    return err;
}

void scene_do(enum command_kind kind, uint32_t order)
{
    struct command command = host_command(&scene->host, kind, &scene->orders[order]);
    command.reason = bytes_of_text("sold out");
    command.method = bytes_of_text(kind == COMMAND_PAY || kind == COMMAND_REFUND ? "cash" : "");
    check(scene_try(&command) == 0);
}

void scene_day(uint64_t day)
{
    struct command command;
    shop_command(&command, COMMAND_DAY_OPEN);
    command.day = day;
    check(scene_try(&command) == 0);
}

void scene_day_close(void)
{
    struct command command;
    shop_command(&command, COMMAND_DAY_CLOSE);
    check(scene_try(&command) == 0);
}

static struct wish wish_of(enum wish_kind kind, uint32_t order)
{
    return (struct wish){.kind = kind,
                         .id = {.order = scene->orders[order], .asker = scene->asker}};
}

static int ask(const struct wish *wish)
{
    uint64_t request = 0;
    scene->answered_err = ERR_INTERNAL; /* none came */
    const int err = messenger_ask(scene->messenger, wish, &request);
    check((request & MESSENGER_REQUEST_BIT) != 0 || err != 0);
    scene_run(0);
    return err != 0 ? err : scene->answered_err;
}

int scene_push(uint32_t order, const char *endpoint)
{
    struct wish wish = wish_of(WISH_PUSH, order);
    (void)snprintf(wish.push.endpoint, sizeof wish.push.endpoint, "%s", endpoint);
    wish.push.keys.p256dh = scene->keys.vapid.point; /* some point */
    return ask(&wish);
}

int scene_sms(uint32_t order, const char *phone)
{
    struct wish wish = wish_of(WISH_SMS, order);
    (void)snprintf(wish.phone, sizeof wish.phone, "%s", phone);
    return ask(&wish);
}

int scene_off(uint32_t order)
{
    const struct wish wish = wish_of(WISH_OFF, order);
    return ask(&wish);
}

/* --- looking --- */

uint32_t scene_posts(enum channel channel, const char *part)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < scene->posts_count; i++) {
        const struct scene_post *post = &scene->posts[i];
        count += post->channel == channel &&
                 (strstr(post->body, part) != NULL || strstr(post->headers, part) != NULL);
    }
    return count;
}

static bool holds(struct bytes row, const char *text)
{
    const size_t size = strlen(text);
    for (size_t i = 0; i + size <= row.size; i++) {
        if (memcmp(row.data + i, text, size) == 0) {
            return true;
        }
    }
    return false;
}

/* Rows of recipients; with @text, those that hold it. */
static uint32_t rows_count(const char *text)
{
    struct store_txn *txn = store_memory_begin(scene->own, false);
    struct store_cursor cursor;
    struct bytes key, row;
    uint32_t count = 0;
    check(store_cursor_open(txn, TABLE_LOCAL, &cursor) == 0);
    while (store_cursor_next(&cursor, &key, &row) == 0) {
        count += key.data[0] == 'R' && (text == NULL || holds(row, text));
    }
    store_cursor_close(&cursor);
    store_memory_abort(txn);
    return count;
}

bool scene_holds(const char *text)
{
    return rows_count(text) > 0;
}

uint32_t scene_rows(void)
{
    return rows_count(NULL);
}

void scene_spoil(uint32_t order)
{
    uint8_t key[1 + ENTITY_ID_BYTES + 8] = {'R'};
    memcpy(key + 1, scene->orders[order].bytes, ENTITY_ID_BYTES);
    put_be64(key + 1 + ENTITY_ID_BYTES, scene->asker);
    struct store_txn *txn = store_memory_begin(scene->own, true);
    check(store_put(txn, TABLE_LOCAL, bytes_of(key, sizeof key), bytes_of_text("spoilt")) == 0);
    check(store_memory_commit(txn) == 0);
}
