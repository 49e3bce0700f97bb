#include "node/api/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/api/annex.h"
#include "node/api/api_errand.h"
#include "node/api/api_read.h"
#include "node/api/blob.h"
#include "node/api/cart.h"
#include "node/api/invite.h"
#include "node/api/sign.h"
#include "node/json/fill.h"
#include "node/os/clock.h"
#include "sync/base/check.h"

struct api *api_new(const struct gate *gate, const char *version)
{
    check(routes_mistake() == NULL);
    struct api *api = calloc(1, sizeof *api);
    if (api == NULL) {
        return NULL;
    }
    api->state = state_new(gate, version);
    api->errands = errands_new();
    if (api->state == NULL || api->errands == NULL) {
        api_free(api);
        return NULL;
    }
    json_print(json_openapi(), &api->document);
    state_refresh(api->state);
    return api;
}

void api_free(struct api *api)
{
    if (api == NULL) {
        return;
    }
    state_free(api->state);
    errands_free(api->errands);
    text_close(&api->document);
    free(api);
}

void api_set_door(struct api *api, const char *address, int port)
{
    char *door = api->state->door;
    const bool is_v6 = strchr(address, ':') != NULL;
    (void)snprintf(door, sizeof api->state->door, "tcp://%s%s%s:%d", is_v6 ? "[" : "", address,
                   is_v6 ? "]" : "", port);
}

void api_add(struct api *api, const struct annex *annex)
{
    const struct route_table table = {annex->routes, annex->routes_count};
    check(routes_mistake_in(&table) == NULL);
    api->annex = annex;
    api->state->teller = annex->teller;
    text_clear(&api->document);
    json_print(json_openapi_with(&table), &api->document);
}

/* --- writing --- */

/* What a route's capability cannot say. */
static int may_command(const struct caller *caller, const struct command *command)
{
    bool is_menu = command->kind == COMMAND_MENU_SET;
    return is_menu && !caller_may(caller, CAP_MENU) ? ERR_FORBIDDEN : 0;
}

/* Whether the phone may be anywhere, by the device that it talks to. */
static bool is_of_internet(const struct gate_live *live, uint64_t asker)
{
    const struct gate_peer *peer = gate_peer_find(live, asker);
    const bool is_by_gateway = asker != 0 && (peer == NULL || peer->role == ROLE_GATEWAY);
    return is_by_gateway || live->role == ROLE_GATEWAY;
}

/* Whatever it says: the stall sees who ordered, and nothing is cooked for the internet unpaid. */
static void fill_customer(const struct gate_live *live, uint64_t asker, struct command *command)
{
    command->channel = bytes_of_text("phone");
    command->is_draft |= is_of_internet(live, asker);
}

static int fill_command(const struct api *api, const struct api_request *request,
                        const struct api_reply *reply, struct api_command *command, char *where)
{
    struct json_value *body = NULL;
    int err = api_fill_key(request->key, command);
    if (err != 0) {
        (void)snprintf(where, JSON_WHERE_BYTES_MAX,
                       "the Idempotency-Key header: 32 to 128 hex "
                       "digits, seconds first");
        return err;
    }
    err = reply->route->takes_bytes
              ? 0
              : json_parse_as(reply->route->request, request->body, &body, where);
    if (err != 0) {
        return err;
    }
    command->command.body_hash = sign_body_hash(api->state, reply->route, request);
    command->command.principal = reply->caller.principal;
    err = api_fill(reply->route, &reply->match, body, command, where);
    json_free(body);
    if (err == 0) {
        err = api_cart_fill(api->state, command);
    }
    if (reply->caller.kind == CALLER_CUSTOMER) {
        fill_customer(&api->state->live, request->asker, &command->command);
    }
    return err != 0 ? err : may_command(&reply->caller, &command->command);
}

/* Bytes are durable before the command that speaks of them. */
static int keep_bytes(const struct api *api, const struct api_request *request,
                      struct api_command *command, struct api_reply *reply, char *where)
{
    const enum command_kind kind = command->command.kind;
    int err = 0;
    if (kind == COMMAND_ORDER_PLACE || kind == COMMAND_REVIEW) {
        err = api_blob_keep_words(api->state->gate, &command->command);
    } else if (kind == COMMAND_STAFF_PIN) {
        err = sign_keep_pin(api->state, request->body, command, where);
    } else if (kind == COMMAND_CONTACT || reply->route->takes_bytes) {
        err =
            api_blob_keep(api->state->gate, request->body, kind == COMMAND_CONTACT, command, where);
    }
    if (err == 0 && command->command.blob_size == 0) {
        return 0;
    }
    reply->is_bytes_kept = err == 0;
    reply->match.blob = command->command.blob;
    return err;
}

/* Staff are told on their screens, and never held up. */
static int find_full(struct api *api, const struct api_reply *reply, const struct command *command,
                     struct bytes *ret_station)
{
    const struct gate *gate = api->state->gate;
    struct store_txn *txn = NULL;
    *ret_station = bytes_of(NULL, 0);
    if (reply->caller.kind != CALLER_CUSTOMER) {
        return 0;
    }
    int err = gate->read_begin(gate->context, &txn);
    if (err != 0) {
        return err;
    }
    err = station_load_full(api->state, txn, command, clock_mono_ms(), ret_station);
    gate->read_end(gate->context, txn);
    return state_read_error(api->state, err);
}

static void push_command(struct api *api, const struct api_request *request,
                         struct api_reply *reply)
{
    char where[JSON_WHERE_BYTES_MAX] = "";
    struct command_queue *queue = api->state->gate->queue;
    struct api_command *command = command_queue_reserve(queue);
    if (command == NULL) {
        api_problem(reply, ERR_BUSY, "");
        return;
    }
    struct bytes full = bytes_of(NULL, 0);
    int err = fill_command(api, request, reply, command, where);
    if (err == 0) {
        err = find_full(api, reply, &command->command, &full);
    }
    if (err == 0 && full.size > 0) {
        command_queue_drop(queue, command);
        api_problem_full(reply, full);
        return;
    }
    if (err == 0) {
        err = keep_bytes(api, request, command, reply, where);
    }
    if (err != 0) {
        command_queue_drop(queue, command);
        api_problem(reply, err, where);
        return;
    }
    reply->is_pending = true;
    reply->request = command->request;
    reply->has_cart = command->command.has_cart;
    if (reply->match.number == 0) {
        reply->match.number = command->command.item;
    }
    command_queue_push(queue, command);
}

/* --- the doors --- */

static void answer_document(struct api *api, struct api_reply *reply)
{
    reply->status = reply->route->status;
    text_append(&reply->body, api->document.data, api->document.size);
}

static void annex_ask(struct api *api, const struct api_request *request, struct api_reply *reply)
{
    char where[JSON_WHERE_BYTES_MAX] = "";
    struct json_value *body = NULL;
    const struct annex_request handed = {.route = reply->route,
                                         .match = &reply->match,
                                         .caller = &reply->caller,
                                         .header = request->header,
                                         .body = request->body};
    int err = reply->route->request == NULL
                  ? 0
                  : json_parse_as(reply->route->request, request->body, &body, where);
    json_free(body);
    reply->status = reply->route->status;
    if (err == 0) {
        api->annex->handle(api->annex->context, &handed, reply);
    } else {
        api_problem(reply, err, where);
    }
}

/* A request with a body that is no command of the core's. */
static void answer_harmless(struct api *api, const struct api_request *request,
                            struct api_reply *reply)
{
    char where[JSON_WHERE_BYTES_MAX] = "";
    struct json_value *body = NULL;
    const struct route *route = reply->route;
    int err =
        route->request == NULL ? 0 : json_parse_as(route->request, request->body, &body, where);
    if (err == 0 && route->shape == SHAPE_SIGNED_IN) {
        err = sign_in_begin(api->state, &request->access, body, reply, where);
    } else if (err == 0) {
        api_read(api, request, NULL, reply);
    }
    json_free(body);
    if (err != 0) {
        api_problem(reply, err, where);
    }
}

/* A body may have taken its time, and whoever sent it may have been sent away meanwhile. */
static bool is_still_let_in(struct api *api, const struct api_request *request,
                            const struct api_reply *reply)
{
    const struct state *state = api->state;
    if (request->body.size == 0) {
        return true;
    }
    state_refresh(api->state);
    return reply->caller.kind == CALLER_NOBODY ||
           access_stands(state->gate->access, &state->live, &reply->caller);
}

static void answer_here(struct api *api, const struct api_request *request, struct api_reply *reply)
{
    if (reply->route->shape == SHAPE_DOCUMENT) {
        answer_document(api, reply);
    } else if (reply->route->shape == SHAPE_BYTES || reply->route->shape == SHAPE_PHOTO) {
        api_read_bytes(api, reply);
    } else if (reply->route->shape == SHAPE_METRICS) {
        api_read_metrics(api, reply);
    } else if (reply->route->shape == SHAPE_RECONCILIATION) {
        static const struct reconcile_host nobody;
        api_reconcile(api->state, api->annex != NULL ? &api->annex->reconcile : &nobody, request,
                      reply);
    } else if (reply->route->shape == SHAPE_INVITATION) {
        api_invite(api->state, request, reply);
    } else if (reply->route->shape == SHAPE_JOINING) {
        api_joining(api->state, request, reply);
    } else if (reply->route->shape == SHAPE_ANNEX) {
        annex_ask(api, request, reply);
    } else if (route_is_write(reply->route)) {
        push_command(api, request, reply);
    } else if (reply->route->again == AGAIN_HARMLESS) {
        answer_harmless(api, request, reply);
    } else {
        api_read(api, request, NULL, reply);
    }
}

void api_answer(struct api *api, const struct api_request *request, struct api_reply *reply)
{
    if (!is_still_let_in(api, request, reply)) {
        api_problem(reply, ERR_UNAUTHENTICATED, "");
        return;
    }
    const uint64_t home = errand_home(api, request, reply);
    if (home != 0) {
        errand_begin(api, home, request, reply);
    } else {
        answer_here(api, request, reply);
    }
}

void api_handle(struct api *api, const struct api_request *request, struct api_reply *ret_reply)
{
    if (api_admit(api, request, ret_reply) == 0) {
        api_answer(api, request, ret_reply);
    }
}

int api_seen(struct api *api, const struct caller *caller, struct bytes frame)
{
    char where[JSON_WHERE_BYTES_MAX];
    struct command_queue *queue = api->state->gate->queue;
    if (!caller_may(caller, CAP_COOK)) {
        return ERR_FORBIDDEN;
    }
    struct api_command *command = command_queue_reserve(queue);
    if (command == NULL) {
        return ERR_BUSY;
    }
    int err = api_fill_seen(frame, command, where);
    if (err != 0) {
        command_queue_drop(queue, command);
        return err;
    }
    command->command.principal = caller->principal;
    command_queue_push(queue, command);
    return 0;
}
