/* What becomes of a request when its answer comes, and how a problem is told. */
#include <stdio.h>

#include "node/api/annex.h"
#include "node/api/api.h"
#include "node/api/api_read.h"
#include "node/api/blob.h"
#include "node/api/sign.h"
#include "node/json/json_problem.h"
#include "sync/base/check.h"

/* --- problems --- */

static int status_of(int err)
{
    static const struct {
        int err, status;
    } statuses[] = {
        {ERR_MALFORMED, 400},   {ERR_UNAUTHENTICATED, 401},
        {ERR_FORBIDDEN, 403},   {ERR_NEEDS_MANAGER, 403},
        {ERR_NOT_FOUND, 404},   {ERR_METHOD, 405},
        {ERR_CONFLICT, 409},    {ERR_EXISTS, 409},
        {ERR_MISMATCH, 409},    {ERR_STATE, 409},
        {ERR_UNAVAILABLE, 409}, {ERR_VERSION, 409},
        {ERR_EXPIRED, 410},     {ERR_TOO_LARGE, 413},
        {ERR_TOO_MANY, 422},    {ERR_OVERFLOW, 422},
        {ERR_LIMIT, 429},       {ERR_BUSY, 503},
        {ERR_SPOILT, 503},      {ERR_FULL, 507},
    };
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (statuses[i].err == err) {
            return statuses[i].status;
        }
    }
    return 500;
}

/* Prints @problem and frees it. */
static void problem_set(struct api_reply *reply, int err, struct json_value *problem)
{
    text_clear(&reply->body);
    reply->is_problem = true;
    reply->is_pending = false;
    reply->status = status_of(err);
    json_print(problem, &reply->body);
}

void api_problem(struct api_reply *reply, int err, const char *where)
{
    problem_set(reply, err, json_problem(err, status_of(err), where));
}

void api_problem_elsewhere(struct api_reply *reply)
{
    const int err = ERR_FORBIDDEN;
    problem_set(reply, err,
                json_problem_saying(err, status_of(err),
                                    "A gateway may not do that. Do it at a device of the stall.",
                                    ""));
}

void api_problem_away(struct api_reply *reply, const char *where)
{
    problem_set(reply, ERR_BUSY, json_away_problem(status_of(ERR_BUSY), where));
}

void api_problem_newcomer(struct api_reply *reply)
{
    const int err = ERR_BUSY;
    problem_set(reply, err,
                json_problem_saying(err, status_of(err),
                                    "This device is in no pop-up yet. Open /join at it.", ""));
}

void api_problem_full(struct api_reply *reply, struct bytes station)
{
    problem_set(reply, ERR_UNAVAILABLE, json_full_problem(status_of(ERR_UNAVAILABLE), station));
}

void api_problem_method(struct api_reply *reply, const char *methods)
{
    (void)snprintf(reply->allow, sizeof reply->allow, "%s", methods);
    api_problem(reply, ERR_METHOD, methods);
}

/* --- what comes back --- */

void api_conclude_annex(struct api *api, struct annex_answer *answer, struct api_reply *reply)
{
    check(reply->is_pending && reply->is_annexed && reply->request == answer->request);
    state_refresh(api->state);
    reply->is_pending = false;
    reply->status = reply->route->status;
    if (answer->err == 0) {
        text_append(&reply->body, answer->body.data, answer->body.size);
    } else {
        api_problem(reply, answer->err, answer->where != NULL ? answer->where : "");
    }
}

void api_conclude_sign_in(struct api *api, const struct pin_answer *answer, struct api_reply *reply)
{
    struct json_value *value = NULL;
    check(reply->is_pending && reply->is_signing_in && reply->request == answer->request);
    state_refresh(api->state);
    reply->is_pending = false;
    reply->status = reply->route->status;
    const int err = sign_in_end(api->state, answer, &value);
    if (err == 0) {
        json_print(value, &reply->body);
        return;
    }
    reply->retry_ms = answer->wait_ms;
    api_problem(reply, err, err == ERR_LIMIT ? SIGN_IN_LOCKED : SIGN_IN_WRONG);
}

static int conclude_placed(struct api *api, const struct answer *answer, struct api_reply *reply)
{
    struct store_txn *txn = NULL;
    const struct gate *gate = api->state->gate;
    int err = gate->read_begin(gate->context, &txn);
    if (err != 0) {
        return err;
    }
    err = state_order(api->state, txn, &answer->entity);
    if (err == 0 && api->state->order.numbers_count == 0) {
        err = ERR_INTERNAL;
    }
    if (err == 0) {
        json_print(state_json_placed(api->state, answer), &reply->body);
    }
    gate->read_end(gate->context, txn);
    return err;
}

/* A retry, or a refusal, leaves bytes that nothing speaks of. */
static void settle_bytes(struct api *api, const struct api_reply *reply)
{
    struct store_txn *txn = NULL;
    const struct gate *gate = api->state->gate;
    if (!reply->is_bytes_kept || gate->read_begin(gate->context, &txn) != 0) {
        return;
    }
    api_blob_settle(gate, txn, &reply->match.blob);
    gate->read_end(gate->context, txn);
}

/* A refusal that is about one item of the menu says about which. */
static void item_problem(struct api *api, const struct effect_answer *answer,
                         struct api_reply *reply)
{
    struct store_txn *txn = NULL;
    const struct gate *gate = api->state->gate;
    int found = gate->read_begin(gate->context, &txn);
    if (found == 0) {
        found = state_item(api->state, txn, &answer->answer.entity);
    }
    problem_set(reply, answer->err,
                json_item_problem(answer->err, status_of(answer->err), answer->answer.number, found,
                                  &answer->answer.choice, api->state));
    if (txn != NULL) {
        gate->read_end(gate->context, txn);
    }
}

/* What went wrong where an order was to be placed, and is not about an item. */
static const char *where_of(int err, const struct api_reply *reply)
{
    if (reply->route->shape != SHAPE_ORDER_PLACED) {
        return "";
    }
    if (err == ERR_LIMIT) {
        return "orders that are not paid for";
    }
    if (err != ERR_MISMATCH) {
        return "";
    }
    return reply->has_cart ? "what is in the cart" : "what is paid";
}

void api_conclude(struct api *api, const struct effect_answer *answer, struct api_reply *reply)
{
    static const struct api_request no_request = {.query = ""};
    check(reply->is_pending && reply->request == answer->request);
    reply->is_pending = false;
    reply->status = reply->route->status;
    state_refresh(api->state);
    settle_bytes(api, reply);
    int err = answer->err;
    if (err == 0 && reply->route->shape == SHAPE_DONE) {
        json_print(state_json_done(&answer->answer), &reply->body);
    } else if (err == 0 && reply->route->shape == SHAPE_ORDER_PLACED) {
        err = api_written(api, conclude_placed(api, &answer->answer, reply));
    } else if (err == 0) {
        api_read(api, &no_request, &answer->answer, reply);
    }
    if (answer->err != 0 && answer->answer.kind == KIND_MENU) {
        item_problem(api, answer, reply);
    } else if (err != 0) {
        api_problem(reply, err, where_of(err, reply));
    }
}
