/* What devices ask of each other for phones, at both ends: a node's web server, whose links are
 * the test's hands. So the other device can say anything.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/api/api_errand.h"
#include "node/os/clock.h"
#include "tests/lib/test.h"
#include "tests/process/lib/booth.h"
#include "tests/process/lib/programs.h"
#include "tests/process/lib/raw.h"
#include "tests/process/lib/tokens.h"

enum { ANNA = 77, BERTA = 88, FRAMES_MAX = 300 };

#define ONE_BURGER "{\"item\":7,\"quantity\":1}"
#define EMPTY_CART "{\"version\":3,\"round\":0,\"lines\":[]}"
#define GONE_PROBLEM                                                                               \
    "{\"type\":\"about:blank\",\"title\":\"No.\",\"status\":404,\"code\":\"not_found\","           \
    "\"detail\":\"\"}"

/* --- the links --- */

struct slip {
    uint64_t device;
    bool is_returned;
    struct text frame;
};

static struct booth *booth;
static struct identity anna; /* another device of the pop-up */
static struct bell bell;     /* its lock guards: */
static uint32_t said_count, to_come_count, taken_count;
static struct slip said[FRAMES_MAX], to_come[FRAMES_MAX];
static struct errand errand;        /* of the last that was said, ... */
static struct errand_answer answer; /* ... or this */

static bool errand_say(void *context, uint64_t device, struct bytes frame)
{
    (void)context;
    bell_lock(&bell);
    const bool has_room = said_count < FRAMES_MAX;
    if (has_room) {
        struct slip *slip = &said[said_count++];
        *slip = (struct slip){.device = device};
        text_append(&slip->frame, frame.data, frame.size);
    }
    bell_unlock(&bell);
    bell_ring(&bell);
    return has_room;
}

static bool errand_take(void *context, struct gate_errand *ret_errand)
{
    (void)context;
    bell_lock(&bell);
    const bool is_one = taken_count < to_come_count;
    if (is_one) {
        const struct slip *slip = &to_come[taken_count++];
        *ret_errand = (struct gate_errand){
            .device = slip->device, .is_returned = slip->is_returned, .frame = slip->frame};
    }
    bell_unlock(&bell);
    return is_one;
}

static void come(uint64_t device, bool is_returned, struct bytes frame)
{
    bell_lock(&bell);
    assert_true(to_come_count < FRAMES_MAX);
    struct slip *slip = &to_come[to_come_count++];
    *slip = (struct slip){.device = device, .is_returned = is_returned};
    text_append(&slip->frame, frame.data, frame.size);
    bell_unlock(&bell);
    web_notify(booth->web);
}

/* What was said as number @at, from 0; decoded. */
static uint64_t hear(uint32_t at)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    bool is_there = false;
    while (!is_there) {
        bell_lock(&bell);
        is_there = at < said_count;
        bell_unlock(&bell);
        assert_true(clock_mono_ms() < deadline_ms);
        if (!is_there) {
            (void)bell_wait(&bell, clock_mono_ms() + 1000);
        }
    }
    const struct bytes frame = bytes_of(said[at].frame.data, said[at].frame.size);
    assert_true(errand_decode(frame, &errand) == 0 || errand_answer_decode(frame, &answer) == 0);
    return said[at].device;
}

static bool says(struct bytes text, const char *what)
{
    char copy[4096];
    (void)snprintf(copy, sizeof copy, "%.*s", (int)text.size, (const char *)text.data);
    return strstr(copy, what) != NULL;
}

/* --- the node --- */

static struct gate_live live_with(enum gate_link link, bool is_retired)
{
    struct gate_live live = booth->live;
    live.peers_count = 2;
    live.peers[0] = (struct gate_peer){.device = ANNA,
                                       .role = ROLE_COUNTER,
                                       .link = link,
                                       .name = "Anna's till",
                                       .is_retired = is_retired,
                                       .device_key = signing_public(&anna.device_secret)};
    live.peers[1] = (struct gate_peer){.device = BERTA, .link = GATE_LINKED, .name = "Berta"};
    return live;
}

static void node_open(void)
{
    said_count = to_come_count = taken_count = 0;
    bell_open(&bell);
    booth = booth_new(ROLE_OWNER);
    booth_add_access(booth);
    booth->gate.errand_say = errand_say;
    booth->gate.errand_take = errand_take;
    identity_make_keys(&anna);
    anna.popup = booth->identity.popup;
    anna.device = ANNA;
    booth->live = live_with(GATE_LINKED, false);
    (void)booth_serve(booth);
    booth_set_up(booth);
}

static void node_close(void)
{
    booth_free(booth);
    for (uint32_t i = 0; i < said_count; i++) {
        text_close(&said[i].frame);
    }
    for (uint32_t i = taken_count; i < to_come_count; i++) {
        text_close(&to_come[i].frame);
    }
    bell_close(&bell);
}

/* A customer's token that @device minted; or the owner's. */
static void token_of(const struct identity *device, enum role role, char text[TOKEN_TEXT_MAX])
{
    const struct token token = token_now(device, role, role == ROLE_CUSTOMER ? 0 : 1);
    token_mint(&token, &device->device_secret, text);
}

/* --- at home --- */

static void come_errand(uint64_t device, uint64_t number, const char *method, const char *path,
                        const char *token, const char *body)
{
    static uint8_t buffer[ERRAND_FRAME_BYTES_MAX];
    char key[64];
    struct bytes frame;
    (void)snprintf(key, sizeof key, "%08x0000000000000000%08x",
                   (unsigned)(booth_now().wall_ms / 1000 - 1700000000), (unsigned)number);
    const struct errand asked = {.number = number,
                                 .method = bytes_of_text(method),
                                 .path = bytes_of_text(path),
                                 .key = bytes_of_text(key),
                                 .token = bytes_of_text(token),
                                 .body = bytes_of_text(body)};
    assert_int_equal(errand_encode(&asked, buffer, &frame), 0);
    come(device, false, frame);
}

/* The status of the answer to what device ANNA asks next. */
static uint32_t ask_home(const char *method, const char *path, const char *token, const char *body)
{
    const uint32_t before = said_count;
    come_errand(ANNA, 1000 + before, method, path, token, body);
    assert_int_equal(hear(before), ANNA);
    assert_int_equal(answer.number, 1000 + before);
    return answer.status;
}

TEST(api_errand, at_home_it_is_answered_as_if_the_phone_had_asked_there)
{
    char token[TOKEN_TEXT_MAX];
    node_open();
    token_of(&booth->identity, ROLE_CUSTOMER, token);
    assert_int_equal(ask_home("GET", "/api/cart", token, ""), 200);
    assert_true(says(answer.body, "\"version\":0"));
    assert_int_equal(ask_home("POST", "/api/cart/lines", token, ONE_BURGER), 201);
    assert_true(says(answer.body, "\"quantity\":1"));
    assert_int_equal(ask_home("POST", "/api/cart/lines", token, "{\"item\":9,\"quantity\":1}"),
                     409);
    assert_int_equal(ask_home("POST", "/api/cart/lines", token, "{\"item\":9"), 400);
    assert_int_equal(ask_home("PATCH", "/api/cart/lines/1", token, "{\"delta\":2}"), 200);
    assert_int_equal(ask_home("POST", "/api/orders", token,
                              "{\"channel\":\"phone\",\"mode\":\"eat-in\",\"cart\":{\"round\":0,"
                              "\"version\":2}}"),
                     201);
    node_close();
}

TEST(api_errand, another_device_opens_nothing_but_carts_and_only_with_a_customers_token)
{
    char token[TOKEN_TEXT_MAX], owners[TOKEN_TEXT_MAX], forged[TOKEN_TEXT_MAX];
    node_open();
    token_of(&booth->identity, ROLE_CUSTOMER, token);
    token_of(&booth->identity, ROLE_OWNER, owners);
    const struct token good = token_now(&booth->identity, ROLE_CUSTOMER, 0);
    token_tricked(&booth->identity, &good, TRICK_FORGED, forged);
    assert_int_equal(ask_home("GET", "/api/cart", "", ""), 401);
    assert_int_equal(ask_home("GET", "/api/cart", forged, ""), 401);
    assert_int_equal(ask_home("GET", "/api/cart", owners, ""), 403);
    assert_int_equal(ask_home("GET", "/api/status", "", ""), 403);
    assert_int_equal(ask_home("GET", "/api/menu", token, ""), 403);
    assert_int_equal(ask_home("POST", "/api/menu", "", "{}"), 403);
    assert_int_equal(ask_home("POST", "/api/session", "", "{\"staff\":1,\"pin\":\"1234\"}"), 403);
    assert_int_equal(ask_home("POST", "/api/session/customer", "", "{}"), 403);
    assert_int_equal(ask_home("GET", "/nothing", token, ""), 404);
    assert_int_equal(ask_home("PUT", "/api/cart", token, ""), 405);
    node_close();
}

TEST(api_errand, what_is_not_at_home_here_is_not_passed_on_once_more)
{
    char token[TOKEN_TEXT_MAX];
    node_open();
    token_of(&anna, ROLE_CUSTOMER, token);
    assert_int_equal(ask_home("GET", "/api/cart", token, ""), 404);
    assert_true(says(answer.body, "does not keep"));
    assert_int_equal(said_count, 1);
    node_close();
}

/* The order of what is in the cart of @token, as @asker passes it on; whether it is to be paid
 * before it is made. */
static bool is_draft_by(uint64_t asker, const char *token)
{
    char path[80], placed[2048];
    const uint32_t before = said_count;
    assert_int_equal(ask_home("POST", "/api/cart/lines", token, ONE_BURGER), 201);
    come_errand(asker, 5000 + before, "POST", "/api/orders", token,
                "{\"channel\":\"phone\",\"mode\":\"eat-in\",\"cart\":{\"round\":0,"
                "\"version\":1}}");
    assert_int_equal(hear(before + 1), asker);
    assert_int_equal(answer.status, 201);
    (void)snprintf(placed, sizeof placed, "%.*s", (int)answer.body.size,
                   (const char *)answer.body.data);
    (void)snprintf(path, sizeof path, "/api/orders/%.24s", raw_text_of(placed, "id"));
    assert_int_equal(booth_get(booth, path), 200);
    return strstr(got.body, "\"phase\":\"draft\"") != NULL;
}

TEST(api_errand, nothing_is_cooked_unpaid_for_a_phone_that_comes_by_a_gateway)
{
    char near[TOKEN_TEXT_MAX], far[TOKEN_TEXT_MAX];
    node_open();
    token_of(&booth->identity, ROLE_CUSTOMER, near);
    token_of(&booth->identity, ROLE_CUSTOMER, far);
    assert_false(is_draft_by(ANNA, near));
    struct gate_live live = live_with(GATE_LINKED, false);
    live.peers[1].role = ROLE_GATEWAY;
    booth_tell(booth, &live);
    assert_true(is_draft_by(BERTA, far));
    live.peers_count = 1; /* whoever that is: it may be a gateway */
    booth_tell(booth, &live);
    token_of(&booth->identity, ROLE_CUSTOMER, far);
    assert_true(is_draft_by(BERTA, far));
    node_close();
}

TEST(api_errand, frames_that_are_none_are_passed_over)
{
    char token[TOKEN_TEXT_MAX];
    node_open();
    token_of(&booth->identity, ROLE_CUSTOMER, token);
    come(ANNA, false, bytes_of_text("\x91\x10"));
    come(ANNA, false, bytes_of_text("\xff"));
    come(ANNA, true, bytes_of_text("\xff"));
    assert_int_equal(ask_home("GET", "/api/cart", token, ""), 200);
    assert_int_equal(said_count, 1);
    node_close();
}

/* The core takes nothing meanwhile. */
TEST(api_errand, a_device_that_asks_too_much_at_once_leaves_room_for_others)
{
    char token[TOKEN_TEXT_MAX];
    node_open();
    token_of(&booth->identity, ROLE_CUSTOMER, token);
    atomic_store(&booth->is_deaf, true);
    for (uint32_t i = 0; i <= ERRANDS_OF_DEVICE_MAX; i++) {
        come_errand(ANNA, i + 1, "POST", "/api/cart/lines", token, ONE_BURGER);
    }
    assert_int_equal(hear(0), ANNA);
    assert_int_equal(answer.number, ERRANDS_OF_DEVICE_MAX + 1);
    assert_int_equal(answer.status, 503);
    come_errand(BERTA, 5, "POST", "/api/cart/lines", token, ONE_BURGER);
    atomic_store(&booth->is_deaf, false);
    booth_wake(booth);
    uint32_t bertas = 0;
    for (uint32_t i = 1; i <= ERRANDS_OF_DEVICE_MAX + 1; i++) {
        bertas += hear(i) == BERTA;
        assert_int_equal(answer.status, 201);
    }
    assert_int_equal(bertas, 1);
    node_close();
}

TEST(api_errand, those_who_come_by_one_device_are_limited_as_those_of_one_address)
{
    const uint32_t many = 2 * 60; /* of rate_class.h's quotes at once */
    uint32_t refused = 0;
    node_open();
    for (uint32_t i = 0; i < many; i++) {
        come_errand(ANNA, i + 1, "POST", "/api/cart/join", "", "{\"link\":\"00\"}");
    }
    for (uint32_t i = 0; i < many; i++) {
        (void)hear(i);
        assert_true(answer.status == 400 || answer.status == 429);
        refused += answer.status == 429;
        assert_true(answer.status != 429 || answer.retry_ms > 0);
    }
    assert_true(refused > 0);
    come_errand(BERTA, 1, "POST", "/api/cart/join", "", "{\"link\":\"00\"}");
    assert_int_equal(hear(many), BERTA);
    assert_int_equal(answer.status, 400);
    node_close();
}

/* --- at the other node --- */

/* Begins to ask; the answer is read with raw_read_answer(). */
static int ask_begin(const char *token, const char *method, const char *path, const char *body)
{
    char request[TOKEN_TEXT_MAX + 600];
    const int fd = booth_dial(booth);
    const int size = snprintf(request, sizeof request,
                              "%s %s HTTP/1.1\r\n%sAuthorization: Bearer %s\r\nIdempotency-Key: "
                              "0123456789abcdef0123456789abcdef\r\nContent-Length: %zu\r\n\r\n%s",
                              method, path, booth_host(booth), token, strlen(body), body);
    assert_true(raw_send(fd, request, (size_t)size));
    return fd;
}

static void come_answer(uint64_t device, uint64_t number, uint32_t status, const char *body)
{
    static uint8_t buffer[ERRAND_FRAME_BYTES_MAX];
    const struct errand_answer told = {
        .number = number, .status = status, .body = bytes_of_text(body)};
    struct bytes frame;
    assert_int_equal(errand_answer_encode(&told, buffer, &frame), 0);
    come(device, false, frame);
}

/* What a phone hears that asked for a cart of ANNA's, when that answers so. */
static int told_so(uint32_t status, const char *body)
{
    char token[TOKEN_TEXT_MAX];
    const uint32_t before = said_count;
    token_of(&anna, ROLE_CUSTOMER, token);
    const int fd = ask_begin(token, "GET", "/api/cart", "");
    assert_int_equal(hear(before), ANNA);
    come_answer(ANNA, errand.number, status, body);
    raw_read_answer(fd, false);
    (void)close(fd);
    return got.status;
}

TEST(api_errand, the_home_is_told_what_the_phone_said_and_nothing_of_the_phone)
{
    char token[TOKEN_TEXT_MAX];
    node_open();
    token_of(&anna, ROLE_CUSTOMER, token);
    const int fd = ask_begin(token, "POST", "/api/cart/lines", ONE_BURGER);
    assert_int_equal(hear(0), ANNA);
    assert_true(bytes_equal(errand.method, bytes_of_text("POST")));
    assert_true(bytes_equal(errand.path, bytes_of_text("/api/cart/lines")));
    assert_true(bytes_equal(errand.key, bytes_of_text("0123456789abcdef0123456789abcdef")));
    assert_true(bytes_equal(errand.token, bytes_of_text(token)));
    assert_true(bytes_equal(errand.body, bytes_of_text(ONE_BURGER)));
    assert_false(says(bytes_of(said[0].frame.data, said[0].frame.size), "127.0.0.1"));
    come_answer(ANNA, errand.number, 201, EMPTY_CART);
    raw_read_answer(fd, false);
    assert_int_equal(got.status, 201);
    assert_non_null(strstr(got.body, "\"version\":3"));
    assert_non_null(strstr(got.body, "\"away\":true"));
    (void)close(fd);
    node_close();
}

TEST(api_errand, what_the_home_says_is_passed_on_only_if_it_is_what_this_device_would_say)
{
    node_open();
    assert_int_equal(told_so(200, EMPTY_CART), 200);
    assert_int_equal(told_so(404, GONE_PROBLEM), 404);
    assert_non_null(strstr(got.body, "not_found"));
    static const struct {
        uint32_t status;
        const char *body;
    } rubbish[] = {
        {200, "<script>"},
        {200, ""},
        {200, "{\"version\":3,\"round\":0,\"lines\":[],\"more\":1}"},
        {200, GONE_PROBLEM},
        {201, EMPTY_CART},
        {302, GONE_PROBLEM},
        {404, EMPTY_CART},
    };
    for (size_t i = 0; i < sizeof rubbish / sizeof rubbish[0]; i++) {
        assert_int_equal(told_so(rubbish[i].status, rubbish[i].body), 409);
        assert_non_null(strstr(got.body, "\"version\""));
    }
    node_close();
}

TEST(api_errand, nobody_but_the_home_answers_and_that_once)
{
    char token[TOKEN_TEXT_MAX];
    node_open();
    token_of(&anna, ROLE_CUSTOMER, token);
    const int fd = ask_begin(token, "GET", "/api/cart", "");
    assert_int_equal(hear(0), ANNA);
    come_answer(BERTA, errand.number, 200, "{\"version\":66,\"round\":0,\"lines\":[]}");
    come_answer(ANNA, errand.number + 1, 200, "{\"version\":67,\"round\":0,\"lines\":[]}");
    come_answer(ANNA, errand.number, 200, EMPTY_CART);
    come_answer(ANNA, errand.number, 200, "{\"version\":68,\"round\":0,\"lines\":[]}");
    raw_read_answer(fd, false);
    assert_int_equal(got.status, 200);
    assert_non_null(strstr(got.body, "\"version\":3"));
    (void)close(fd);
    node_close();
}

TEST(api_errand, what_comes_back_or_is_not_answered_is_told_in_words)
{
    char token[TOKEN_TEXT_MAX];
    node_open();
    token_of(&anna, ROLE_CUSTOMER, token);
    const int late = ask_begin(token, "GET", "/api/cart", "");
    assert_int_equal(hear(0), ANNA);
    const int fd = ask_begin(token, "GET", "/api/cart", "");
    assert_int_equal(hear(1), ANNA);
    come(ANNA, true, bytes_of(said[1].frame.data, said[1].frame.size));
    raw_read_answer(fd, false);
    assert_int_equal(got.status, 503);
    assert_non_null(strstr(got.body, "\"away\":true"));
    raw_read_answer(late, false);
    assert_int_equal(got.status, 503);
    assert_non_null(strstr(got.body, "does not answer"));
    (void)close(fd);
    (void)close(late);
    node_close();
}

static int asked(const char *token, const char *method, const char *path, const char *body)
{
    const int fd = ask_begin(token, method, path, body);
    raw_read_answer(fd, false);
    (void)close(fd);
    return got.status;
}

TEST(api_errand, a_home_that_is_not_linked_or_is_gone_is_not_asked)
{
    static const char join[] = "{\"link\":\"000000000000004d0000000000000001"
                               "00000000000000000000000000000000\"}"; /* of device 77 */
    static const char strange[] = "{\"link\":\"00000000000000630000000000000001"
                                  "00000000000000000000000000000000\"}";
    char token[TOKEN_TEXT_MAX];
    node_open();
    token_of(&anna, ROLE_CUSTOMER, token);
    struct gate_live live = live_with(GATE_LOST, false);
    booth_tell(booth, &live);
    assert_int_equal(asked(token, "GET", "/api/cart", ""), 503);
    assert_non_null(strstr(got.body, "Anna's till keeps this cart"));
    assert_int_equal(asked(token, "POST", "/api/cart/join", join), 503);
    assert_int_equal(asked(token, "POST", "/api/cart/join", strange), 404);
    live = live_with(GATE_LOST, true);
    booth_tell(booth, &live);
    assert_int_equal(asked(token, "GET", "/api/cart", ""), 404);
    live.peers[0].is_revoked = true;
    booth_tell(booth, &live);
    assert_int_equal(asked(token, "GET", "/api/cart", ""), 401);
    assert_int_equal(booth_post(booth, "/api/cart/join", 1, join), 404);
    assert_int_equal(said_count, 0);
    node_close();
}

TEST(api_errand, what_is_no_carts_is_done_here_whoever_gave_the_token)
{
    char token[TOKEN_TEXT_MAX];
    node_open();
    token_of(&anna, ROLE_CUSTOMER, token);
    assert_int_equal(asked(token, "GET", "/api/menu", ""), 200);
    assert_int_equal(asked(token, "POST", "/api/quotes",
                           "{\"mode\":\"eat-in\",\"lines\":[{\"item\":7,\"quantity\":1}]}"),
                     201);
    assert_int_equal(said_count, 0);
    const int fd = ask_begin(token, "POST", "/api/quotes",
                             "{\"mode\":\"eat-in\",\"lines\":[{\"item\":7,\"quantity\":1}],"
                             "\"cart\":{\"round\":0,\"version\":1}}");
    assert_int_equal(hear(0), ANNA);
    come_answer(ANNA, errand.number, 404, GONE_PROBLEM);
    raw_read_answer(fd, false);
    assert_int_equal(got.status, 404);
    (void)close(fd);
    node_close();
}

TEST(api_errand, so_many_phones_wait_and_one_more_is_told_to_try_again)
{
    char token[TOKEN_TEXT_MAX];
    int fds[ERRANDS_OUT_MAX];
    node_open();
    token_of(&anna, ROLE_CUSTOMER, token);
    for (uint32_t i = 0; i < ERRANDS_OUT_MAX; i++) {
        fds[i] = ask_begin(token, "GET", "/api/cart", "");
    }
    (void)hear(ERRANDS_OUT_MAX - 1);
    assert_int_equal(asked(token, "GET", "/api/cart", ""), 503);
    assert_non_null(strstr(got.body, "\"busy\""));
    for (uint32_t i = 0; i < ERRANDS_OUT_MAX; i++) {
        (void)hear(i);
        come_answer(ANNA, errand.number, 200, EMPTY_CART);
    }
    for (uint32_t i = 0; i < ERRANDS_OUT_MAX; i++) {
        raw_read_answer(fds[i], false);
        assert_int_equal(got.status, 200);
        (void)close(fds[i]);
    }
    node_close();
}
