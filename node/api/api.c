#include "node/api/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/api/annex.h"
#include "node/api/api_errand.h"
#include "node/api/api_read.h"
#include "node/api/blob.h"
#include "node/api/cart.h"
#include "node/api/fill.h"
#include "node/api/query.h"
#include "node/api/sign.h"
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

/* --- rights --- */

/* Who asks for @capability and lacks it: somebody should sign in, or somebody else should. */
static int check_right(const struct caller *caller, int capability)
{
    bool has_token = caller->kind == CALLER_PERSON || caller->kind == CALLER_CUSTOMER;
    if (capability == API_PUBLIC) {
        return 0;
    }
    if (capability == API_SIGNED_IN) {
        return has_token ? 0 : ERR_UNAUTHENTICATED;
    }
    if (caller_may(caller, (enum capability)capability)) {
        return 0;
    }
    return caller->kind == CALLER_NOBODY ? ERR_UNAUTHENTICATED : ERR_FORBIDDEN;
}

/* At a gateway nobody looks after the stall, whatever his role: it may not write what comes of it.
 * What customers buy is theirs everywhere. A gateway's own tools have no role at all. */
static bool is_done_elsewhere(const struct api *api, const struct api_reply *reply)
{
    const struct gate_live *live = &api->state->live;
    const struct caller *caller = &reply->caller;
    if (live->role != ROLE_GATEWAY || !route_is_write(reply->route) ||
        reply->route->capability < 0) {
        return false; /* what asks for no right is done anywhere */
    }
    const enum capability capability = (enum capability)reply->route->capability;
    if (capability == CAP_BUY || (live->capabilities & capability_bit(capability)) != 0) {
        return false;
    }
    return caller->kind == CALLER_SCREEN || caller_may(caller, capability);
}

static int find_caller(const struct api *api, const struct access_request *request,
                       struct caller *ret_caller)
{
    const struct state *state = api->state;
    return access_caller(state->gate->access, &state->live, request, ret_caller);
}

int api_watch(struct api *api, const struct access_request *request, struct caller *ret_caller)
{
    state_refresh(api->state);
    int err = find_caller(api, request, ret_caller);
    return err != 0 ? err : check_right(ret_caller, CAP_READ_BOARDS);
}

int api_knock(struct api *api, const struct access_request *request, struct api_reply *reply)
{
    return access_admit_address(api->state->gate->access, request, RATE_READ, &reply->retry_ms);
}

bool api_may_watch(const struct api *api, const struct caller *caller)
{
    const struct state *state = api->state;
    return caller_may(caller, CAP_READ_BOARDS) &&
           access_stands(state->gate->access, &state->live, caller);
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
    if (kind != COMMAND_CONTACT && kind != COMMAND_STAFF_PIN && !reply->route->takes_bytes) {
        return 0;
    }
    int err = kind == COMMAND_STAFF_PIN ? sign_keep_pin(api->state, request->body, command, where)
                                        : api_blob_keep(api->state->gate, request->body,
                                                        kind == COMMAND_CONTACT, command, where);
    if (err == 0 && command->command.blob_size == 0) {
        return 0;
    }
    reply->is_bytes_kept = err == 0;
    reply->match.blob = command->command.blob;
    return err;
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
    int err = fill_command(api, request, reply, command, where);
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

static int find_row(const struct api *api, const char *method, const char *path,
                    const struct route **ret_route, struct route_match *ret_match)
{
    int err = route_find(method, path, ret_route, ret_match);
    if (err == 0 || api->annex == NULL) {
        return err;
    }
    const struct route_table table = {api->annex->routes, api->annex->routes_count};
    const int annexed = route_find_in(&table, method, path, ret_route, ret_match);
    return annexed == ERR_NOT_FOUND ? err : annexed;
}

bool api_has(const struct api *api, const char *path)
{
    const struct route *route = NULL;
    struct route_match match;
    return strncmp(path, "/api/", 5) == 0 ||
           find_row(api, "", path, &route, &match) != ERR_NOT_FOUND;
}

struct api_want api_want(const struct api *api, const char *method, const char *path)
{
    const struct route *route = NULL;
    struct route_match match;
    if (find_row(api, method, path, &route, &match) != 0) {
        return (struct api_want){.body_bytes_max = API_BODY_BYTES_MAX};
    }
    const size_t usual = route->takes_bytes ? (size_t)BLOB_BYTES_MAX : (size_t)API_BODY_BYTES_MAX;
    return (struct api_want){.body_bytes_max = route->bytes_max != 0 ? route->bytes_max : usual,
                             .header = route->header};
}

/* Of a path that is known for others than the request's. */
static void refuse_method(const struct api *api, const char *path, struct api_reply *reply)
{
    char methods[ROUTE_METHODS_BYTES_MAX] = "";
    route_methods(path, methods);
    if (api->annex != NULL) {
        const struct route_table table = {api->annex->routes, api->annex->routes_count};
        route_methods_in(&table, path, methods);
    }
    api_problem_method(reply, methods);
}

static int find_route(const struct api *api, const struct api_request *request,
                      struct api_reply *reply)
{
    int err = find_row(api, request->method, request->path, &reply->route, &reply->match);
    if (err == 0 && !query_is_known(request->query, reply->route->queries, ROUTE_QUERIES_MAX)) {
        err = ERR_MALFORMED;
    }
    if (err == 0 && request->asker != 0 && reply->route->home == HOME_HERE) {
        err = ERR_FORBIDDEN;
    }
    return err;
}

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

/* How often, who, whether he may: an address is counted before its token is looked at. */
static int admit_caller(struct api *api, const struct api_request *request, struct api_reply *reply)
{
    struct access *access = api->state->gate->access;
    const enum rate_class rate = reply->route->rate;
    int err = access_admit_address(access, &request->access, rate, &reply->retry_ms);
    if (err == 0) {
        err = find_caller(api, &request->access, &reply->caller);
    }
    if (err == 0) {
        err = access_admit_caller(access, &reply->caller, rate, &reply->retry_ms);
    }
    if (err == 0) {
        err = check_right(&reply->caller, reply->route->capability);
    }
    return err == 0 && is_done_elsewhere(api, reply) ? ERR_FORBIDDEN : err;
}

static bool is_about_order(const struct route *route)
{
    static const char prefix[] = "/api/orders/{id}";
    return strncmp(route->path, prefix, sizeof prefix - 1) == 0;
}

/* A customer has his own orders alone; another's is as none. */
static int check_owner(struct api *api, const struct api_reply *reply)
{
    const struct gate *gate = api->state->gate;
    struct store_txn *txn = NULL;
    if (reply->caller.kind != CALLER_CUSTOMER || !is_about_order(reply->route)) {
        return 0;
    }
    int err = gate->read_begin(gate->context, &txn);
    if (err != 0) {
        return err;
    }
    err = state_order(api->state, txn, &reply->match.order);
    const bool is_own =
        err == 0 && order_is_of(&api->state->order, reply->caller.principal.session);
    gate->read_end(gate->context, txn);
    return err == 0 && !is_own ? ERR_NOT_FOUND : err;
}

/* Staff order as ever. */
static const char *why_not_now(const struct api *api, const struct api_reply *reply)
{
    const bool is_customers = reply->caller.kind == CALLER_CUSTOMER && reply->route->is_ordering;
    return is_customers ? state_pauses(api->state) : NULL;
}

/* All that is checked before a body is read or anything is done: the path, who asks, whether he
 * may. */
static int admit(struct api *api, const struct api_request *request, struct api_reply *reply)
{
    int err = find_route(api, request, reply);
    if (err == ERR_METHOD) {
        refuse_method(api, request->path, reply);
        return err;
    }
    if (err == 0) {
        err = admit_caller(api, request, reply);
    }
    if (err == 0) {
        err = check_owner(api, reply);
    }
    if (err == ERR_FORBIDDEN && is_done_elsewhere(api, reply)) {
        api_problem_elsewhere(reply);
        return err;
    }
    if (err != 0) {
        api_problem(reply, err, err == ERR_MALFORMED ? "the query" : "");
        return err;
    }
    const char *why = why_not_now(api, reply);
    if (why != NULL) {
        api_problem(reply, ERR_UNAVAILABLE, why);
    }
    return why != NULL ? ERR_UNAVAILABLE : 0;
}

int api_admit(struct api *api, const struct api_request *request, struct api_reply *ret_reply)
{
    *ret_reply = (struct api_reply){.status = 0};
    state_refresh(api->state);
    return admit(api, request, ret_reply);
}

bool api_is_vouched_for(const struct api_reply *reply)
{
    return reply->caller.kind == CALLER_PERSON || reply->caller.kind == CALLER_SCREEN;
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
    } else if (reply->route->shape == SHAPE_BYTES) {
        api_read_bytes(api, reply);
    } else if (reply->route->shape == SHAPE_METRICS) {
        api_read_metrics(api, reply);
    } else if (reply->route->shape == SHAPE_RECONCILIATION) {
        static const struct reconcile_host nobody;
        api_reconcile(api->state, api->annex != NULL ? &api->annex->reconcile : &nobody, request,
                      reply);
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
