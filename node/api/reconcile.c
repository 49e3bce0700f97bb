#include "node/api/reconcile.h"

#include <stdio.h>
#include <string.h>

#include "node/api/api.h"
#include "node/api/state.h"
#include "node/json/json_build.h"
#include "node/json/json_read.h"

/* What a gateway of its own prints: DIFFERENCES_TOLD_MAX of them and their sums take less. */
enum { OWN_BYTES_MAX = 1024 * 1024 };

bool reconcile_answers(const struct reconcile_wish *found, const struct reconcile_wish *wanted)
{
    return found->days == 0 || (found->days == wanted->days && found->day == wanted->day &&
                                found->is_shared == wanted->is_shared);
}

/* --- asking --- */

static int wish_read(struct bytes body, struct reconcile_wish *ret_wish, char *where)
{
    struct json_value *value = NULL;
    const int err = json_parse_as(&schema_reconcile_wanted, body, &value, where);
    if (err != 0) {
        return err;
    }
    const int64_t days = json_get_int(value, "days");
    *ret_wish = (struct reconcile_wish){.days = days > 0 ? (unsigned)days : RECONCILE_DAYS,
                                        .is_shared = json_get_bool(value, "shared"),
                                        .day = (uint64_t)json_get_int(value, "day")};
    json_free(value);
    return 0;
}

static const struct gate_peer *gateway_at(const struct gate_live *live, uint32_t at)
{
    const struct gate_peer *peer = &live->peers[at];
    const bool is_one = peer->role == ROLE_GATEWAY && !peer->is_revoked && !peer->is_retired;
    return is_one ? peer : NULL;
}

/* Why no gateway can be asked, into @where; true: one can. */
static bool gateway_is_linked(const struct state *state, char *where)
{
    const struct gate_live *live = &state->live;
    const struct gate_peer *away = NULL;
    for (uint32_t i = 0; i < live->peers_count; i++) {
        const struct gate_peer *gateway = gateway_at(live, i);
        if (gateway != NULL && gateway->link == GATE_LINKED) {
            return state->gate->reconcile_ask != NULL;
        }
        away = gateway != NULL ? gateway : away;
    }
    if (away == NULL) {
        (void)snprintf(where, JSON_WHERE_BYTES_MAX,
                       "this pop-up has no gateway: card payments and this check want one");
    } else {
        (void)snprintf(where, JSON_WHERE_BYTES_MAX,
                       "gateway %s is not linked to this device: see that it runs, on a network",
                       away->name);
    }
    return false;
}

/* --- showing --- */

static const char *name_of(const struct gate_live *live, uint64_t device)
{
    for (uint32_t i = 0; i < live->peers_count; i++) {
        if (live->peers[i].device == device) {
            return live->peers[i].name;
        }
    }
    return "";
}

static void show_state(const char *word, struct api_reply *reply)
{
    struct json_value *value = json_new_object();
    json_put_string(value, "state", word);
    json_print(value, &reply->body);
}

/* @told comes from another device: what is not as ours would say it is not passed on. */
static void show_told(const struct gate_live *live, uint64_t device, struct bytes told,
                      struct api_reply *reply)
{
    char where[JSON_WHERE_BYTES_MAX] = "";
    struct json_value *value = NULL;
    if (json_parse_as(&schema_reconciliation, told, &value, where) != 0) {
        api_problem(reply, ERR_VERSION, "the gateway's software is of another version than here");
        return;
    }
    json_put_string(value, "gateway", name_of(live, device));
    json_print(value, &reply->body);
}

static void look(const struct state *state, struct api_reply *reply)
{
    char where[JSON_WHERE_BYTES_MAX] = "";
    const struct gate *gate = state->gate;
    struct text told = {.data = NULL};
    uint64_t device = 0;
    const enum reconcile_news news = gate->reconcile_look == NULL
                                         ? RECONCILE_UNASKED
                                         : gate->reconcile_look(gate->context, &told, &device);
    if (news == RECONCILE_TOLD) {
        show_told(&state->live, device, bytes_of(told.data, told.size), reply);
    } else if (news == RECONCILE_ASKED && !gateway_is_linked(state, where)) {
        api_problem(reply, ERR_UNAVAILABLE, where);
    } else {
        show_state(news == RECONCILE_ASKED ? "asked" : "none", reply);
    }
    text_close(&told);
}

static void ask_gateways(const struct state *state, const struct reconcile_wish *wish,
                         struct api_reply *reply)
{
    char where[JSON_WHERE_BYTES_MAX] = "";
    if (!gateway_is_linked(state, where)) {
        api_problem(reply, ERR_UNAVAILABLE, where);
        return;
    }
    state->gate->reconcile_ask(state->gate->context, wish);
    show_state("asked", reply);
}

static void look_own(const struct reconcile_host *host, struct api_reply *reply)
{
    struct reconcile_standing standing;
    host->print(host->context, OWN_BYTES_MAX, &reply->body, &standing);
}

static void ask_own(const struct reconcile_host *host, const struct reconcile_wish *wish,
                    struct api_reply *reply)
{
    const int err = host->begin(host->context, wish);
    if (err == 0) {
        look_own(host, reply);
    } else {
        api_problem(reply, err,
                    err == ERR_UNAVAILABLE ? "there are no card payments here"
                    : err == ERR_BUSY      ? "another comparison is under way: ask again after it"
                                           : "");
    }
}

void api_reconcile(const struct state *state, const struct reconcile_host *host,
                   const struct api_request *request, struct api_reply *reply)
{
    char where[JSON_WHERE_BYTES_MAX] = "";
    struct reconcile_wish wish = {.days = 0};
    const bool is_wish = reply->route->request != NULL;
    const bool is_own = host->begin != NULL;
    const int err = is_wish ? wish_read(request->body, &wish, where) : 0;
    reply->status = reply->route->status;
    if (err != 0) {
        api_problem(reply, err, where);
    } else if (is_own && is_wish) {
        ask_own(host, &wish, reply);
    } else if (is_own) {
        look_own(host, reply);
    } else if (is_wish) {
        ask_gateways(state, &wish, reply);
    } else {
        look(state, reply);
    }
}
