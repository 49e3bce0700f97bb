#include "node/api/api_errand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/access/forwarded.h"
#include "node/json/json_build.h"
#include "node/json/json_cart.h"
#include "node/json/json_read.h"
#include "node/os/clock.h"
#include "sync/base/check.h"

/* One that a phone here waits for. */
struct errand_out {
    uint64_t number; /* 0 = none */
    uint64_t device, until_ms;
};

/* One of another device, whose command the core has. */
struct errand_held {
    uint64_t device; /* 0 = none */
    uint64_t number; /* of the asker's */
    struct api_reply reply;
};

struct errands {
    uint64_t last; /* number that was given */
    struct errand_out out[ERRANDS_OUT_MAX];
    struct errand_held held[ERRANDS_HELD_MAX];
    uint8_t frame[ERRAND_FRAME_BYTES_MAX]; /* to be sent */
};

struct errands *errands_new(void)
{
    return calloc(1, sizeof(struct errands));
}

void errands_free(struct errands *errands)
{
    if (errands == NULL) {
        return;
    }
    for (uint32_t i = 0; i < ERRANDS_HELD_MAX; i++) {
        text_close(&errands->held[i].reply.body);
    }
    free(errands);
}

/* --- whose it is --- */

static bool names_cart(struct bytes body)
{
    char where[JSON_WHERE_BYTES_MAX];
    struct json_value *value = NULL;
    if (json_parse(body, &value, where) != 0) {
        return false;
    }
    const bool has_cart = json_get(value, "cart") != NULL;
    json_free(value);
    return has_cart;
}

static uint64_t home_of_token(const struct api_reply *reply)
{
    return reply->caller.kind == CALLER_CUSTOMER ? reply->caller.token.issuer : 0;
}

static uint64_t home_of_link(struct bytes body)
{
    uint8_t link[CART_LINK_BYTES];
    return json_cart_link(body, link, sizeof link) == 0 ? get_be64(link) : 0;
}

static uint64_t home_said(const struct api_request *request, const struct api_reply *reply)
{
    switch (reply->route->home) {
    case HOME_OF_TOKEN:
        return home_of_token(reply);
    case HOME_IF_CART:
        return names_cart(request->body) ? home_of_token(reply) : 0;
    case HOME_OF_LINK:
        return home_of_link(request->body);
    case HOME_HERE:
    default:
        return 0;
    }
}

uint64_t errand_home(const struct api *api, const struct api_request *request,
                     const struct api_reply *reply)
{
    const struct state *state = api->state;
    const uint64_t home = state->gate->access == NULL ? 0 : home_said(request, reply);
    return home == state->live.device ? 0 : home;
}

/* --- asking --- */

static struct errand_out *out_find(struct errands *errands, uint64_t number)
{
    for (uint32_t i = 0; i < ERRANDS_OUT_MAX; i++) {
        if (errands->out[i].number == number) {
            return &errands->out[i];
        }
    }
    return NULL;
}

/* Whether the home can be asked; if not, @reply says why. */
static bool is_within_reach(const struct api *api, const struct gate_peer *peer,
                            struct api_reply *reply)
{
    char where[JSON_WHERE_BYTES_MAX];
    const bool is_linked = peer != NULL && peer->link == GATE_LINKED;
    if (peer == NULL || peer->is_revoked || (peer->is_retired && !is_linked)) {
        api_problem(reply, ERR_NOT_FOUND, "the device that kept this cart is gone");
        return false;
    }
    if (!is_linked || api->state->gate->errand_say == NULL) {
        (void)snprintf(where, sizeof where, "%s keeps this cart and is not linked to this device",
                       peer->name);
        api_problem_away(reply, where);
        return false;
    }
    return true;
}

static struct bytes token_of(const struct api_request *request)
{
    static const char scheme[] = "Bearer ";
    const struct bytes header = request->access.authorization;
    const size_t size = sizeof scheme - 1;
    return header.size > size ? bytes_of(header.data + size, header.size - size)
                              : bytes_of(NULL, 0);
}

static int errand_say(struct api *api, struct errand_out *out, const struct api_request *request)
{
    struct errands *errands = api->errands;
    const struct gate *gate = api->state->gate;
    struct bytes frame;
    const struct errand errand = {.number = errands->last + 1,
                                  .method = bytes_of_text(request->method),
                                  .path = bytes_of_text(request->path),
                                  .key = request->key,
                                  .token = token_of(request),
                                  .body = request->body};
    int err = errand_encode(&errand, errands->frame, &frame);
    if (err == 0 && !gate->errand_say(gate->context, out->device, frame)) {
        err = ERR_BUSY;
    }
    if (err == 0) {
        out->number = ++errands->last;
        out->until_ms = clock_mono_ms() + ERRAND_WAIT_MS;
    }
    return err;
}

void errand_begin(struct api *api, uint64_t home, const struct api_request *request,
                  struct api_reply *reply)
{
    struct errand_out *out = out_find(api->errands, 0);
    if (request->asker != 0) { /* it is passed on once */
        api_problem(reply, ERR_NOT_FOUND, "this device does not keep that cart");
        return;
    }
    if (!is_within_reach(api, gate_peer_find(&api->state->live, home), reply)) {
        return;
    }
    if (out == NULL) {
        api_problem(reply, ERR_BUSY, "");
        return;
    }
    out->device = home;
    const int err = errand_say(api, out, request);
    if (err != 0) {
        api_problem(reply, err, "");
        return;
    }
    reply->is_pending = reply->is_away = true;
    reply->request = out->number;
}

/* --- at home --- */

static void answer_send(struct api *api, uint64_t device, uint64_t number, struct api_reply *reply)
{
    struct errands *errands = api->errands;
    const struct gate *gate = api->state->gate;
    struct bytes frame;
    const struct errand_answer answer = {.number = number,
                                         .status = (uint32_t)reply->status,
                                         .retry_ms = reply->retry_ms,
                                         .body = bytes_of(reply->body.data, reply->body.size)};
    if (errand_answer_encode(&answer, errands->frame, &frame) == 0) {
        (void)gate->errand_say(gate->context, device, frame); /* if not, its phone asks again */
    }
    text_close(&reply->body);
}

/* A free place, if @device may have one more. */
static struct errand_held *held_place(struct errands *errands, uint64_t device)
{
    struct errand_held *free_ = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < ERRANDS_HELD_MAX; i++) {
        struct errand_held *held = &errands->held[i];
        free_ = held->device == 0 && free_ == NULL ? held : free_;
        count += held->device == device;
    }
    return count < ERRANDS_OF_DEVICE_MAX ? free_ : NULL;
}

/* Terminated, as routes want it. */
struct errand_words {
    char method[ERRAND_METHOD_BYTES_MAX + 1];
    char path[ERRAND_PATH_BYTES_MAX + 1];
    char authorization[ERRAND_TOKEN_BYTES_MAX + 16];
    char address[PEER_TEXT_BYTES_MAX];
};

/* The phones that come by one device are, to the limits, those of one address: its id stands where
 * a household's network would. */
static struct api_request request_of(const struct errand *errand, uint64_t device,
                                     struct errand_words *words)
{
    const int token_size = (int)errand->token.size;
    (void)snprintf(words->method, sizeof words->method, "%.*s", (int)errand->method.size,
                   (const char *)errand->method.data);
    (void)snprintf(words->path, sizeof words->path, "%.*s", (int)errand->path.size,
                   (const char *)errand->path.data);
    (void)snprintf(words->authorization, sizeof words->authorization, "%s%.*s",
                   token_size > 0 ? "Bearer " : "", token_size, (const char *)errand->token.data);
    (void)snprintf(words->address, sizeof words->address,
                   "%x:%x:%x:%x::", (unsigned)(device >> 48 & 0xffff),
                   (unsigned)(device >> 32 & 0xffff), (unsigned)(device >> 16 & 0xffff),
                   (unsigned)(device & 0xffff));
    return (struct api_request){.access = {.entrance = ENTRANCE_PLAIN,
                                           .authorization = bytes_of_text(words->authorization),
                                           .address = bytes_of_text(words->address)},
                                .asker = device,
                                .method = words->method,
                                .path = words->path,
                                .query = "",
                                .key = errand->key,
                                .body = errand->body};
}

static void errand_do(struct api *api, uint64_t device, const struct errand *errand)
{
    struct errand_held *held = held_place(api->errands, device);
    struct errand_words words;
    const struct api_request request = request_of(errand, device, &words);
    struct api_reply reply = {.status = 0};
    if (held == NULL) {
        api_problem(&reply, ERR_BUSY, "");
        answer_send(api, device, errand->number, &reply);
        return;
    }
    api_handle(api, &request, &reply);
    if (reply.is_pending) {
        *held = (struct errand_held){.device = device, .number = errand->number, .reply = reply};
    } else {
        answer_send(api, device, errand->number, &reply);
    }
}

void errand_answered(struct api *api, const struct effect_answer *answer)
{
    for (uint32_t i = 0; i < ERRANDS_HELD_MAX; i++) {
        struct errand_held *held = &api->errands->held[i];
        if (held->device == 0 || held->reply.request != answer->request) {
            continue;
        }
        api_conclude(api, answer, &held->reply);
        answer_send(api, held->device, held->number, &held->reply);
        *held = (struct errand_held){.device = 0};
        return;
    }
}

/* --- what came --- */

/* From whoever was not asked, or was given up, nothing is taken. */
static bool take_answer(struct errands *errands, const struct gate_errand *came,
                        struct errand_news *ret_news)
{
    const struct bytes frame = bytes_of(came->frame.data, came->frame.size);
    struct errand_answer answer;
    if (errand_answer_decode(frame, &answer) != 0) {
        return false;
    }
    struct errand_out *out = out_find(errands, answer.number);
    if (out == NULL || out->device != came->device) {
        return false;
    }
    out->number = 0;
    *ret_news = (struct errand_news){
        .request = answer.number, .is_answered = true, .answer = answer, .frame = came->frame};
    return true;
}

static bool take_returned(struct errands *errands, const struct errand *errand,
                          struct errand_news *ret_news)
{
    struct errand_out *out = out_find(errands, errand->number);
    if (out == NULL) {
        return false;
    }
    out->number = 0;
    *ret_news = (struct errand_news){.request = errand->number};
    return true;
}

/* Whether it is news for a phone here; its frame is the news' then. */
static bool came_take(struct api *api, const struct gate_errand *came, struct errand_news *ret_news)
{
    struct errand errand;
    const bool is_asked = errand_decode(bytes_of(came->frame.data, came->frame.size), &errand) == 0;
    if (came->is_returned) { /* of an answer nobody needs to hear that it did not arrive */
        return is_asked && take_returned(api->errands, &errand, ret_news);
    }
    if (is_asked) {
        errand_do(api, came->device, &errand);
    }
    return !is_asked && take_answer(api->errands, came, ret_news);
}

static bool take_late(struct errands *errands, struct errand_news *ret_news)
{
    const uint64_t now_ms = clock_mono_ms();
    for (uint32_t i = 0; i < ERRANDS_OUT_MAX; i++) {
        struct errand_out *out = &errands->out[i];
        if (out->number != 0 && now_ms >= out->until_ms) {
            *ret_news = (struct errand_news){.request = out->number};
            out->number = 0;
            return true;
        }
    }
    return false;
}

bool errand_next(struct api *api, struct errand_news *ret_news)
{
    const struct gate *gate = api->state->gate;
    struct gate_errand came;
    while (gate->errand_take != NULL && gate->errand_take(gate->context, &came)) {
        if (came_take(api, &came, ret_news)) {
            if (!ret_news->is_answered) {
                text_close(&came.frame);
            }
            return true;
        }
        text_close(&came.frame);
    }
    return take_late(api->errands, ret_news);
}

/* --- the answer to the phone --- */

/* Another device says so: what is not as ours would say it is not passed on. */
static int pass_on(const struct schema *schema, struct bytes body, struct api_reply *reply)
{
    char where[JSON_WHERE_BYTES_MAX];
    struct json_value *value = NULL;
    const int err = json_parse_as(schema, body, &value, where);
    if (err != 0) {
        return err;
    }
    if (schema == &schema_cart) {
        json_put_bool(value, "away", true);
    }
    json_print(value, &reply->body);
    return 0;
}

void errand_conclude(struct api *api, const struct errand_news *news, struct api_reply *reply)
{
    const struct errand_answer *answer = &news->answer;
    check(reply->is_pending && reply->is_away && reply->request == news->request);
    state_refresh(api->state);
    reply->is_pending = false;
    reply->status = (int)answer->status;
    if (!news->is_answered) {
        api_problem_away(reply, "the device that keeps this cart does not answer");
        return;
    }
    reply->is_problem = reply->status != reply->route->status;
    const struct schema *schema = reply->is_problem ? &schema_problem : reply->route->response;
    reply->retry_ms = answer->retry_ms;
    if ((reply->is_problem && reply->status < 400) || pass_on(schema, answer->body, reply) != 0) {
        api_problem(reply, ERR_VERSION, "the device that keeps this cart");
    }
}
