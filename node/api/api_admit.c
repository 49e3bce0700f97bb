/* Who may: what is judged of a request by its line and headers, before its body is read or anything
 * is done.
 */
#include "node/api/api.h"

#include <string.h>

#include "node/api/annex.h"
#include "node/api/gate.h"
#include "node/api/query.h"
#include "sync/base/check.h"

/* --- the path --- */

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

bool api_is_newcomer(const struct api *api)
{
    return api->state->gate->joining != NULL;
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

/* Of a command: what customers do. An order that staff place is the stall's. */
static bool is_customers(const struct route *route, const struct caller *caller)
{
    check(route->capability >= 0); /* route_is_sound() */
    const uint64_t bit = capability_bit((enum capability)route->capability);
    const bool is_staffs = route->command == COMMAND_ORDER_PLACE && caller->kind != CALLER_CUSTOMER;
    return (role_person_capabilities(ROLE_CUSTOMER) & bit) != 0 && !is_staffs;
}

/* At a gateway nobody looks after the stall, whatever his role: what it writes of that is void.
 * What customers do is theirs everywhere. A gateway's own tools have no role at all. */
static bool is_done_elsewhere(const struct api *api, const struct api_reply *reply)
{
    const struct gate_live *live = &api->state->live;
    const struct caller *caller = &reply->caller;
    if (live->role != ROLE_GATEWAY || !route_is_write(reply->route) ||
        is_customers(reply->route, caller)) {
        return false;
    }
    return caller->kind == CALLER_SCREEN ||
           caller_may(caller, (enum capability)reply->route->capability);
}

static int find_caller(const struct api *api, const struct access_request *request,
                       struct caller *ret_caller)
{
    const struct state *state = api->state;
    return access_caller(state->gate->access, &state->live, request, ret_caller);
}

/* --- requests --- */

/* How often, who, whether he may: an address is counted before its token is looked at. */
static int admit_asker(const struct api *api, const struct access_request *request,
                       enum rate_class rate, int capability, struct api_reply *reply)
{
    struct access *access = api->state->gate->access;
    int err = access_admit_address(access, request, rate, &reply->retry_ms);
    if (err == 0) {
        err = find_caller(api, request, &reply->caller);
    }
    if (err == 0) {
        err = access_admit_caller(access, &reply->caller, rate, &reply->retry_ms);
    }
    return err != 0 ? err : check_right(&reply->caller, capability);
}

static int admit_caller(struct api *api, const struct api_request *request, struct api_reply *reply)
{
    const struct route *route = reply->route;
    const int err = admit_asker(api, &request->access, route->rate, route->capability, reply);
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

/* A device without a pop-up has nothing to say but how it comes into one. */
static bool is_for_members(const struct api *api, const struct route *route)
{
    return api_is_newcomer(api) && route->shape != SHAPE_JOINING;
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
    if (err == 0 && is_for_members(api, reply->route)) {
        api_problem_newcomer(reply);
        return ERR_BUSY;
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

/* --- streams --- */

int api_watch(struct api *api, const struct access_request *request, const struct route_view *view,
              struct api_reply *reply)
{
    state_refresh(api->state);
    if (api_is_newcomer(api)) {
        return ERR_BUSY;
    }
    return view->is_guests ? access_admit_address(api->state->gate->access, request, view->rate,
                                                  &reply->retry_ms)
                           : admit_asker(api, request, view->rate, view->capability, reply);
}

bool api_may_watch(const struct api *api, const struct caller *caller)
{
    const struct state *state = api->state;
    return access_stands(state->gate->access, &state->live, caller);
}
