#include "node/api/invite.h"

#include <stdio.h>
#include <string.h>

#include "node/api/api.h"
#include "node/api/state.h"
#include "node/json/json_build.h"
#include "node/json/json_read.h"
#include "node/os/clock.h"
#include "node/os/entropy.h"

enum { ROLE_WORD_BYTES_MAX = 16 };

/* --- how it stands --- */

static bool is_open(const struct invite_view *view)
{
    return view->state == INVITE_OPEN || view->state == INVITE_COMPARE ||
           view->state == INVITE_AGREED;
}

static int64_t seconds_left(const struct invite_view *view)
{
    const uint64_t now_ms = clock_mono_ms();
    return view->until_ms > now_ms ? (int64_t)((view->until_ms - now_ms) / 1000) : 0;
}

static void put_wish(struct json_value *object, const struct invite_wish *wish)
{
    json_put_bool(object, "digits", wish->is_pairing);
    json_put_string(object, "role", role_text(wish->role));
    json_put_string(object, "lane", wish->lane);
    json_put_string(object, "name", wish->name);
}

static void put_open(struct json_value *object, const struct invite_view *view)
{
    json_put_int(object, "seconds", seconds_left(view));
    json_put_int(object, "tries", view->tries);
    json_put_string(object, "place", view->place);
    if (!view->wish.is_pairing && view->text[0] != '\0') {
        json_put_string(object, "invitation", view->text);
    }
    if (view->state == INVITE_COMPARE || view->state == INVITE_AGREED) {
        json_put_string(object, "shown", view->digits);
        json_put_string(object, "newcomer", view->newcomer);
    }
}

static struct json_value *json_invitation(const struct invite_view *view)
{
    struct json_value *object = json_new_object();
    json_put_word(object, &schema_invitation, "state", (size_t)view->state);
    if (view->state != INVITE_NONE && view->state != INVITE_ASKED) {
        put_wish(object, &view->wish);
    }
    if (is_open(view)) {
        put_open(object, view);
    } else if (view->state == INVITE_OVER || view->state == INVITE_REFUSED) {
        json_put_string(object, "why", view->text);
    } else if (view->state == INVITE_JOINED) {
        json_put_id64(object, "device", view->device);
    }
    return object;
}

static void look(const struct gate *gate, struct api_reply *reply)
{
    struct invite_view view = {.state = INVITE_NONE};
    if (gate->invite_look != NULL) {
        gate->invite_look(gate->context, &view);
    }
    struct json_value *object = json_invitation(&view);
    json_print(object, &reply->body);
    entropy_wipe(&view, sizeof view);
}

/* --- what people say --- */

static void copy_text(const struct json_value *body, const char *name, char *to, size_t capacity)
{
    const struct bytes text = json_get_text(body, name);
    (void)snprintf(to, capacity, "%.*s", (int)text.size, (const char *)text.data);
}

static int ask(const struct gate *gate, const struct json_value *body, char *where)
{
    char role[ROLE_WORD_BYTES_MAX];
    struct invite_wish wish = {.is_pairing = json_get_bool(body, "digits")};
    copy_text(body, "role", role, sizeof role);
    copy_text(body, "lane", wish.lane, sizeof wish.lane);
    copy_text(body, "name", wish.name, sizeof wish.name);
    wish.role = role_of_text(role);
    if (wish.role == ROLE_NONE) {
        (void)snprintf(where, JSON_WHERE_BYTES_MAX, "role");
        return ERR_MALFORMED;
    }
    gate->invite_ask(gate->context, &wish);
    return 0;
}

static int compare(const struct gate *gate, const struct json_value *body, char *where)
{
    char digits[INVITE_DIGITS + 1];
    copy_text(body, "shown", digits, sizeof digits);
    const int err = gate->invite_compare(gate->context, digits, json_get_bool(body, "same"));
    if (err != 0) {
        (void)snprintf(where, JSON_WHERE_BYTES_MAX, "these digits are not being compared");
    }
    return err;
}

/* What is done with a body, by its shape. */
static int act(const struct gate *gate, const struct schema *request, struct bytes body,
               char *where)
{
    struct json_value *value = NULL;
    int err = json_parse_as(request, body, &value, where);
    if (err == 0 && request == &schema_invitation_wanted) {
        err = ask(gate, value, where);
    } else if (err == 0 && request == &schema_digits_compared) {
        err = compare(gate, value, where);
    } else if (err == 0) {
        gate->invite_end(gate->context);
    }
    json_free(value);
    return err;
}

void api_invite(const struct state *state, const struct api_request *request,
                struct api_reply *reply)
{
    char where[JSON_WHERE_BYTES_MAX] = "";
    const struct gate *gate = state->gate;
    const struct schema *wanted = reply->route->request;
    int err = wanted != NULL && gate->invite_ask == NULL ? ERR_UNAVAILABLE : 0;
    if (err == 0 && wanted != NULL) {
        err = act(gate, wanted, request->body, where);
    }
    reply->status = reply->route->status;
    if (err != 0) {
        api_problem(reply, err, where);
    } else {
        look(gate, reply);
    }
}
