#include "node/cli/door.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/api/api.h"
#include "node/cli/reply.h"
#include "node/cli/setup.h"
#include "node/cli/versions.h"
#include "node/core/control.h"
#include "node/core/core.h"
#include "node/os/clock.h"

enum { ANSWER_TURNS_MAX = 100, KEY_RANDOM_BYTES = 12 };

struct door {
    struct place place; /* its own: a door outlives the frame that opened it */
    bool is_node;
    bool has_epoch;
    int64_t epoch_ms;
    struct identity *identity; /* the rest only without a node */
    struct core *core;
    struct api *api;
};

/* --- without a node --- */

/* @identity NULL: the one on the disk. */
static int door_open_store(struct door *door, const struct identity *identity)
{
    door->identity = calloc(1, sizeof *door->identity);
    if (door->identity == NULL) {
        return ERR_NO_MEMORY;
    }
    int err = 0;
    if (identity != NULL) {
        *door->identity = *identity;
    } else {
        err = identity_load(door->place.state, door->identity);
    }
    struct core_config config = {.state = door->place.state,
                                 .settings = &door->place.settings,
                                 .identity = door->identity,
                                 .is_alone = true};
    if (err == 0) {
        err = core_open(&config, &door->core);
    }
    if (err == 0) {
        door->api = api_new(core_gate(door->core), program_version());
        err = door->api == NULL ? ERR_NO_MEMORY : 0;
    }
    return err;
}

/* Turn the core until what was pushed is answered. */
static int await_answer(struct door *door, struct effect_answer *ret_answer)
{
    struct command_queue *queue = core_gate(door->core)->queue;
    for (int i = 0; i < ANSWER_TURNS_MAX; i++) {
        int err = core_turn(door->core, 10);
        if (err != 0) {
            return err;
        }
        if (command_queue_answered(queue, ret_answer)) {
            return 0;
        }
    }
    return ERR_BUSY;
}

static int ask_store(struct door *door, const struct http_request *request, int *ret_status,
                     struct text *body)
{
    char path[API_PATH_BYTES_MAX];
    const char *query = strchr(request->path, '?');
    struct api_reply reply = {.status = 0};
    struct effect_answer answer;
    (void)snprintf(path, sizeof path, "%.*s",
                   (int)(query == NULL ? strlen(request->path) : (size_t)(query - request->path)),
                   request->path);
    struct api_request asked = {.access = {.entrance = ENTRANCE_CONTROL},
                                .method = request->method,
                                .path = path,
                                .query = query == NULL ? "" : query + 1,
                                .key = bytes_of_text(request->key == NULL ? "" : request->key),
                                .body = request->body};
    api_handle(door->api, &asked, &reply);
    if (reply.is_pending) {
        int err = await_answer(door, &answer);
        if (err != 0) {
            return err;
        }
        api_conclude(door->api, &answer, &reply);
    }
    *ret_status = reply.status;
    text_append(body, reply.body.data, reply.body.size);
    text_close(&reply.body);
    return 0;
}

int door_command(struct door *door, const struct command *command)
{
    struct effect_answer answer;
    if (door->is_node) {
        return ERR_STATE;
    }
    struct command_queue *queue = core_gate(door->core)->queue;
    struct api_command *slot = command_queue_reserve(queue);
    if (slot == NULL) {
        return ERR_BUSY;
    }
    slot->command = *command;
    command_queue_push(queue, slot);
    int err = await_answer(door, &answer);
    return err != 0 ? err : answer.err;
}

/* --- either way --- */

static int door_make(const struct place *place, const struct identity *identity,
                     struct door **ret_door)
{
    struct door *door = calloc(1, sizeof *door);
    if (door == NULL) {
        return tell_failure("this machine", ERR_NO_MEMORY);
    }
    door->place = *place;
    door->is_node = identity == NULL && control_is_running(place->state);
    int err = door->is_node ? 0 : door_open_store(door, identity);
    if (err == 0) {
        *ret_door = door;
        return EXIT_DONE;
    }
    door_close(door);
    if (err != ERR_NOT_FOUND) {
        return tell_state_failure(place->state, err);
    }
    return tell_not_set_up(place->state);
}

int door_open(const struct args *args, struct door **ret_door)
{
    struct place place;
    const int status = place_find(args, &place);
    return status == EXIT_DONE ? door_make(&place, NULL, ret_door) : status;
}

int door_open_new(const struct place *place, const struct identity *identity,
                  struct door **ret_door)
{
    return door_make(place, identity, ret_door);
}

void door_close(struct door *door)
{
    if (door == NULL) {
        return;
    }
    api_free(door->api);
    core_close(door->core);
    if (door->identity != NULL) {
        entropy_wipe(door->identity, sizeof *door->identity);
    }
    free(door->identity);
    free(door);
}

static int ask_either(struct door *door, const struct http_request *request, int *ret_status,
                      struct text *body)
{
    if (!door->is_node) {
        return ask_store(door, request, ret_status, body);
    }
    return http_ask(door->place.state, "ctl.sock", request, ret_status, body);
}

/* The pop-up's epoch, which a key counts its seconds from. */
static int door_epoch(struct door *door)
{
    struct http_request request = {.method = "GET", .path = "/api/session"};
    struct text body = {0};
    int status = 0;
    if (door->has_epoch) {
        return 0;
    }
    int err = ask_either(door, &request, &status, &body);
    struct reply *reply = err == 0 ? reply_new(&body) : NULL;
    if (reply != NULL) {
        door->epoch_ms = reply_number(reply_root(reply), "epoch");
    }
    door->has_epoch = reply != NULL && status == 200;
    reply_free(reply);
    text_close(&body);
    if (err == 0 && !door->has_epoch) {
        err = status == 503 ? ERR_BUSY : ERR_MALFORMED;
    }
    return err;
}

/* 4 bytes of seconds since the epoch and 12 of chance, in hex. */
static int key_make(struct door *door, char *to, size_t capacity)
{
    uint8_t bytes[4 + KEY_RANDOM_BYTES];
    int err = door_epoch(door);
    if (err != 0) {
        return err;
    }
    int64_t since_ms = clock_wall_ms() - door->epoch_ms;
    put_be32(bytes, since_ms > 0 ? (uint32_t)(since_ms / 1000) : 0);
    entropy_bytes(bytes + 4, KEY_RANDOM_BYTES);
    for (size_t i = 0; i < sizeof bytes; i++) {
        (void)snprintf(to + 2 * i, capacity - 2 * i, "%02x", bytes[i]);
    }
    return 0;
}

/* 0 with status and body, or an error as http_ask(). */
static int ask(struct door *door, const struct http_request *request, int *ret_status,
               struct text *body)
{
    char key[2 * (4 + KEY_RANDOM_BYTES) + 1];
    struct http_request asked = *request;
    int err = 0;
    if (strcmp(request->method, "GET") != 0 && request->key == NULL) {
        err = key_make(door, key, sizeof key);
        asked.key = key;
    }
    return err != 0 ? err : ask_either(door, &asked, ret_status, body);
}

/* What a problem+json says, in the words of err.h and with its place. */
static int tell_problem(int status, const struct text *body)
{
    struct reply *reply = reply_new(body);
    const char *title = reply == NULL ? "" : reply_text(reply_root(reply), "title");
    const char *detail = reply == NULL ? "" : reply_text(reply_root(reply), "detail");
    if (title[0] == '\0') {
        tell("the node answered %d", status);
    } else if (detail[0] ==
               '/') { /* the place and what is wrong with it: more than the title knows */
        tell("%s", detail + 1);
    } else {
        tell("%s%s%s%s", title, detail[0] == '\0' ? "" : " (", detail,
             detail[0] == '\0' ? "" : ")");
    }
    reply_free(reply);
    if (status == 503) {
        return EXIT_UNAVAILABLE;
    }
    if (status == 403) {
        return EXIT_FORBIDDEN;
    }
    return status == 507 ? EXIT_DISK : EXIT_FAILED;
}

/* What is said to be done and is no JSON, nobody can rely on. */
static int body_check(const struct text *body)
{
    struct reply *reply = reply_new(body);
    const bool is_json = reply != NULL;
    reply_free(reply);
    return is_json ? EXIT_DONE : tell_failure("the node", ERR_MALFORMED);
}

int door_find(struct door *door, const struct http_request *request, const char *missing,
              struct text *body)
{
    int status = 0;
    int err = ask(door, request, &status, body);
    if (err != 0) {
        return tell_failure("the node", err == ERR_NOT_FOUND ? ERR_BUSY : err);
    }
    if (status != 404 || missing == NULL) {
        return status / 100 == 2 ? body_check(body) : tell_problem(status, body);
    }
    tell("%s", missing);
    return EXIT_FAILED;
}

int door_get(struct door *door, const struct http_request *request, struct text *body)
{
    return door_find(door, request, NULL, body);
}

int door_digits(struct door *door, unsigned *ret_digits)
{
    struct http_request request = {.method = "GET", .path = "/api/session"};
    struct text body = {0};
    int status = door_get(door, &request, &body);
    struct reply *reply = status == EXIT_DONE ? reply_new(&body) : NULL;
    if (reply != NULL) {
        *ret_digits = (unsigned)reply_number(reply_root(reply), "digits");
    }
    reply_free(reply);
    text_close(&body);
    return status;
}
