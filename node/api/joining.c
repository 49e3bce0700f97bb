#include "node/api/joining.h"

#include <stdio.h>
#include <string.h>

#include "node/api/api.h"
#include "node/api/state.h"
#include "node/json/json_build.h"
#include "node/json/json_read.h"
#include "node/os/entropy.h"

/* --- how it stands --- */

static struct json_value *json_member(const struct gate_live *live)
{
    struct json_value *object = json_new_object();
    json_put_word(object, &schema_joining, "state", JOINING_MEMBER);
    json_put_string(object, "role", role_text(live->role));
    json_put_string(object, "lane", live->lane);
    json_put_string(object, "name", live->device_name);
    return object;
}

static struct json_value *json_doors(const struct joining_view *view)
{
    struct json_value *array = json_new_array();
    for (unsigned i = 0; i < view->doors_count; i++) {
        json_append_string(array, view->doors[i]);
    }
    return array;
}

static struct json_value *json_joining(const struct joining_view *view)
{
    struct json_value *object = json_new_object();
    json_put_word(object, &schema_joining, "state", (size_t)view->state);
    json_put_string(object, "token", view->token);
    if (view->state == JOINING_FAILED) {
        json_put_word(object, &schema_joining, "trouble", (size_t)view->trouble);
    }
    json_put_string(object, "place", view->place);
    if (view->state == JOINING_COMPARE || view->state == JOINING_AGREED) {
        json_put_string(object, "shown", view->digits);
    }
    json_put_bool(object, "may_open", view->may_open);
    json_put(object, "doors", json_doors(view));
    return object;
}

static void look(const struct state *state, struct api_reply *reply)
{
    const struct joining_host *host = state->gate->joining;
    struct joining_view view = {.state = JOINING_MEMBER};
    if (host != NULL) {
        host->look(host->context, &view);
    }
    json_print(host == NULL ? json_member(&state->live) : json_joining(&view), &reply->body);
    entropy_wipe(&view, sizeof view);
}

/* --- what the person at the screen says --- */

static void copy_text(const struct json_value *body, const char *name, char *to, size_t capacity)
{
    const struct bytes text = json_get_text(body, name);
    (void)snprintf(to, capacity, "%.*s", (int)text.size, (const char *)text.data);
}

static int ask(const struct joining_host *host, const struct json_value *body, char *where)
{
    struct joining_wish wish = {.is_reachable = json_get_bool(body, "reachable")};
    copy_text(body, "code", wish.code, sizeof wish.code);
    copy_text(body, "place", wish.place, sizeof wish.place);
    copy_text(body, "name", wish.name, sizeof wish.name);
    if ((wish.code[0] == '\0') == (wish.place[0] == '\0')) {
        entropy_wipe(&wish, sizeof wish);
        (void)snprintf(where, JSON_WHERE_BYTES_MAX, "either a code or a place");
        return ERR_MALFORMED;
    }
    const int err = host->ask(host->context, &wish);
    entropy_wipe(&wish, sizeof wish);
    if (err != 0) {
        (void)snprintf(where, JSON_WHERE_BYTES_MAX, "this device is joining already");
    }
    return err;
}

static int compare(const struct joining_host *host, const struct json_value *body, char *where)
{
    char digits[INVITE_DIGITS + 1];
    copy_text(body, "shown", digits, sizeof digits);
    const int err = host->compare(host->context, digits, json_get_bool(body, "same"));
    if (err != 0) {
        (void)snprintf(where, JSON_WHERE_BYTES_MAX, "these digits are not being compared");
    }
    return err;
}

/* Only a page that could read this device's answers knows it: one of another origin cannot. */
static int check_token(const struct joining_host *host, const struct json_value *body, char *where)
{
    char token[JOINING_TOKEN_DIGITS + 1];
    copy_text(body, "token", token, sizeof token);
    if (host->spend(host->context, token)) {
        return 0;
    }
    (void)snprintf(where, JSON_WHERE_BYTES_MAX, "the token was used; look at the state again");
    return ERR_MISMATCH;
}

/* What is done with a body, by its shape. */
static int act(const struct joining_host *host, const struct schema *request, struct bytes body,
               char *where)
{
    struct json_value *value = NULL;
    int err = json_parse_as(request, body, &value, where);
    if (err == 0) {
        err = check_token(host, value, where);
    }
    if (err == 0 && request == &schema_joining_wanted) {
        err = ask(host, value, where);
    } else if (err == 0 && request == &schema_joining_compared) {
        err = compare(host, value, where);
    } else if (err == 0) {
        host->end(host->context);
    }
    json_free(value);
    return err;
}

void api_joining(const struct state *state, const struct api_request *request,
                 struct api_reply *reply)
{
    char where[JSON_WHERE_BYTES_MAX] = "";
    const struct joining_host *host = state->gate->joining;
    const struct schema *wanted = reply->route->request;
    int err = 0;
    if (host != NULL && request->access.entrance != ENTRANCE_LOOPBACK) {
        err = ERR_FORBIDDEN;
    } else if (wanted != NULL && host == NULL) {
        err = ERR_STATE;
        (void)snprintf(where, sizeof where, "this device is in a pop-up already");
    } else if (wanted != NULL) {
        err = act(host, wanted, request->body, where);
    }
    reply->status = reply->route->status;
    if (err != 0) {
        api_problem(reply, err, where);
    } else {
        look(state, reply);
    }
}
