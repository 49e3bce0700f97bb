#define _GNU_SOURCE
#include "tests/bench/side.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "sync/base/err.h"
#include "tests/bench/bench.h"
#include "tests/bench/program.h"

#define WEBHOOK_SECRET "whsec_practice0123456789abcdef"

enum {
    COMMAND_MAX = 1024,
    CLEAR_IN_FLIGHT = 32,
    ITEM = 11, /* of docs/examples/menu.csv: it and the next have no options */
    WEBHOOK_BYTES = 2048,
    HEADERS_MAX = 2048,
    PERSON = 1, /* of the counter */
};

/* --- requests --- */

static struct side *side_of(void *context)
{
    return context;
}

/* A POST of @body to @path. @headers: further ones, each with its \r\n. */
static size_t post(const struct side *side, const char *path, const char *headers, const char *body,
                   char *to, size_t capacity)
{
    const int size = snprintf(to, capacity,
                              "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                              "Content-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n%s",
                              path, side->target.port, strlen(body), headers, body);
    bench_must(size < 0 || (size_t)size >= capacity ? ERR_TOO_LARGE : 0, "a request");
    return (size_t)size;
}

/* The same with a key that is new. */
static size_t keyed_post_with(struct side *side, const char *path, const char *headers,
                              const char *body, char *to, size_t capacity)
{
    char all[HEADERS_MAX];
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)snprintf(all, sizeof all, "%sIdempotency-Key: %08x%08x%016llx\r\n", headers,
                   (unsigned)((int64_t)now.tv_sec - side->identity.epoch_ms / 1000), 0x5eedu,
                   (unsigned long long)++side->keys);
    return post(side, path, all, body, to, capacity);
}

static size_t keyed_post(struct side *side, const char *path, const char *body, char *to,
                         size_t capacity)
{
    return keyed_post_with(side, path, side->person, body, to, capacity);
}

/* Two lines, paid in cash. */
static size_t order(void *context, unsigned number, char *to, size_t capacity)
{
    char body[256];
    (void)number;
    (void)snprintf(body, sizeof body,
                   "{\"channel\":\"counter\",\"mode\":\"take-away\",\"lines\":[{\"item\":%d,"
                   "\"quantity\":1},{\"item\":%d,\"quantity\":2}],\"payment\":{\"method\":"
                   "\"cash\"}}",
                   ITEM, ITEM + 1);
    return keyed_post(side_of(context), "/api/orders", body, to, capacity);
}

static void hex(const uint8_t *bytes, size_t size, char *to)
{
    for (size_t i = 0; i < size; i++) {
        (void)snprintf(to + 2 * i, 3, "%02x", bytes[i]);
    }
}

size_t side_webhook(void *context, unsigned number, char *to, size_t capacity)
{
    struct side *side = context;
    char body[WEBHOOK_BYTES + 1], signed_text[WEBHOOK_BYTES + 32], header[160];
    char mac_text[2 * crypto_auth_hmacsha256_BYTES + 1];
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    (void)number;
    const long long now = (long long)time(NULL);
    int size = snprintf(body, sizeof body,
                        "{\"id\":\"evt_%024llu\",\"object\":\"event\",\"type\":"
                        "\"customer.created\",\"created\":%lld,\"livemode\":false,"
                        "\"api_version\":\"2026-06-24.dahlia\",\"data\":{\"object\":{\"id\":"
                        "\"cus_1\",\"object\":\"customer\",\"description\":\"",
                        (unsigned long long)++side->keys, now);
    memset(body + size, 'x', sizeof body - 1 - (size_t)size);
    (void)snprintf(body + WEBHOOK_BYTES - 4, 5, "\"}}}");
    size = snprintf(signed_text, sizeof signed_text, "%lld.%s", now, body);
    (void)crypto_auth_hmacsha256_init(&state, (const uint8_t *)WEBHOOK_SECRET,
                                      strlen(WEBHOOK_SECRET));
    (void)crypto_auth_hmacsha256_update(&state, (const uint8_t *)signed_text,
                                        (unsigned long long)size);
    (void)crypto_auth_hmacsha256_final(&state, mac);
    hex(mac, sizeof mac, mac_text);
    (void)snprintf(header, sizeof header, "Stripe-Signature: t=%lld,v1=%s\r\n", now, mac_text);
    return post(side, "/webhooks/stripe", header, body, to, capacity);
}

/* --- our gateway --- */

void side_customer(const struct side *side, unsigned number, char *ret_token)
{
    const int64_t now_s = (int64_t)time(NULL);
    struct token token = {.audience = AUDIENCE_CUSTOMER,
                          .popup = side->identity.popup,
                          .issuer = side->identity.device,
                          .role = ROLE_CUSTOMER,
                          .issued_s = now_s,
                          .expires_s = now_s + TOKEN_CUSTOMER_S};
    put_be64(token.number, number + 1);
    token_mint(&token, &side->identity.device_secret, ret_token);
}

void side_sign_in(struct side *side)
{
    char text[PROGRAM_TEXT_MAX], token_text[TOKEN_TEXT_MAX];
    bench_program(text, "record add staff number=%d name=Mira --state '%s'", PERSON, side->state);
    bench_program(text, "staff role %d counter --state '%s'", PERSON, side->state);
    const int64_t now_s = (int64_t)time(NULL);
    const struct token token = {.audience = AUDIENCE_STAFF,
                                .popup = side->identity.popup,
                                .issuer = side->identity.device,
                                .subject = PERSON,
                                .role = ROLE_COUNTER,
                                .issued_s = now_s,
                                .expires_s = now_s + TOKEN_STAFF_S};
    token_mint(&token, &side->identity.device_secret, token_text);
    (void)snprintf(side->person, sizeof side->person, "Authorization: Bearer %s\r\n", token_text);
}

size_t side_quote(struct side *side, unsigned number, const char *token, char *to, size_t capacity)
{
    char headers[TOKEN_TEXT_MAX + 128], body[128];
    (void)snprintf(headers, sizeof headers,
                   "Authorization: Bearer %s\r\nX-Forwarded-For: 10.%u.%u.1\r\n", token,
                   number / 256, number % 256);
    (void)snprintf(body, sizeof body,
                   "{\"mode\":\"take-away\",\"lines\":[{\"item\":%d,\"quantity\":1},"
                   "{\"item\":%d,\"quantity\":1}]}",
                   ITEM, ITEM + 1);
    return keyed_post_with(side, "/api/quotes", headers, body, to, capacity);
}

/* A customer of its own for each phone; a token a phone, since one may have four only. */
static size_t hello(void *context, unsigned screen, char *to, size_t capacity)
{
    char text[TOKEN_TEXT_MAX];
    side_customer(context, screen, text);
    const int size = snprintf(
        to, capacity, "{\"type\":\"open\",\"token\":\"%s\",\"orders\":[],\"menu\":false}", text);
    bench_must(size < 0 || (size_t)size >= capacity ? ERR_TOO_LARGE : 0, "a first message");
    return (size_t)size;
}

static size_t clear_request(void *context, unsigned number, char *to, size_t capacity)
{
    struct side *side = context;
    char path[128];
    (void)snprintf(path, sizeof path, "/api/orders/%s/%s", side->cleared[number].id, side->step);
    return keyed_post(side, path, "{}", to, capacity);
}

static void gateway_clear(struct side *side, struct load *load, const struct load_post *posts,
                          unsigned count)
{
    static struct load_post cleared[LOAD_POSTS_MAX];
    static const char *const steps[] = {"done", "hand-over"};
    const struct load_plan plan = {
        .request = clear_request, .context = side, .count = count, .in_flight = CLEAR_IN_FLIGHT};
    memcpy(cleared, posts, count * sizeof *posts);
    side->cleared = cleared;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        side->step = steps[i];
        (void)load_run(load, &plan);
    }
    load_settle(load);
}

static void key_write(const struct side *side, const char *name, const char *key)
{
    char path[SIDE_PATH_MAX + 64];
    (void)snprintf(path, sizeof path, "%s/stripe/%s", side->state, name);
    FILE *file = fopen(path, "we");
    bench_must(file == NULL || fputs(key, file) < 0 || fclose(file) != 0 ? ERR_IO : 0, path);
    bench_must(chmod(path, 0600) != 0 ? ERR_IO : 0, path);
}

/* Of a provider that is not there: what it is asked fails, what it says is heard. */
static void keys_write(const struct side *side)
{
    char folder[SIDE_PATH_MAX + 8];
    (void)snprintf(folder, sizeof folder, "%s/stripe", side->state);
    bench_must(mkdir(folder, 0700) != 0 ? ERR_IO : 0, folder);
    key_write(side, "stripe-secret-key", "sk_test_practice0123456789abcdef\n");
    key_write(side, "stripe-publishable-key", "pk_test_practice0123456789abcdef\n");
    key_write(side, "stripe-webhook-secret", WEBHOOK_SECRET "\n");
}

static void folder_make(struct side *side)
{
    side->folder = bench_folder_make();
    (void)snprintf(side->state, sizeof side->state, "%s/state", side->folder);
    (void)snprintf(side->log, sizeof side->log, "%s/log", side->folder);
}

static void gateway_start(struct side *side, const char *words)
{
    char command[COMMAND_MAX];
    (void)snprintf(command, sizeof command,
                   "'%s' run --json --state '%s' --listen none --beacon none --http 127.0.0.1:0 "
                   "--stripe-url http://127.0.0.1:9 %s",
                   BENCH_GATEWAY, side->state, words);
    side->is_there = bench_server_start(&side->server, command, side->log);
    bench_must(side->is_there ? 0 : ERR_STATE, side->log);
    side->target = (struct load_target){
        .port = side->server.port, .watch = "/ws?view=customer", .hello = hello, .context = side};
}

void side_open_gateway(struct side *side, const char *words)
{
    char text[PROGRAM_TEXT_MAX];
    *side =
        (struct side){.name = "ours", .quiet = "/healthz", .order = order, .clear = gateway_clear};
    folder_make(side);
    bench_program(text, "init --state '%s' --role counter --lane A", side->state);
    bench_program(text, "menu import '%s/docs/examples/menu.csv' --state '%s'", TEST_SOURCE_DIR,
                  side->state);
    keys_write(side);
    bench_must(identity_load(side->state, &side->identity), "load an identity");
    gateway_start(side, words);
}

void side_reopen_gateway(struct side *side, const char *words)
{
    bench_server_stop(&side->server);
    gateway_start(side, words);
}

/* The last one that the log names. */
int side_https_port(const struct side *side)
{
    static const char mark[] = "https at 127.0.0.1, port ";
    char line[512];
    int port = 0;
    FILE *file = fopen(side->log, "re");
    bench_must(file == NULL ? ERR_IO : 0, side->log);
    while (fgets(line, sizeof line, file) != NULL) {
        const char *at = strstr(line, mark);
        port = at == NULL ? port : (int)strtol(at + sizeof mark - 1, NULL, 10);
    }
    (void)fclose(file);
    return port;
}

/* --- peers --- */

static size_t clear_all(void *context, unsigned number, char *to, size_t capacity)
{
    (void)number;
    return post(context, "/api/clear", "", "{}", to, capacity);
}

static void peer_clear(struct side *side, struct load *load, const struct load_post *posts,
                       unsigned count)
{
    const struct load_plan plan = {
        .request = clear_all, .context = side, .count = 1, .in_flight = 1};
    (void)posts;
    (void)count;
    (void)load_run(load, &plan);
    load_settle(load);
}

static size_t hello_socketio(void *context, unsigned screen, char *to, size_t capacity)
{
    (void)context;
    (void)screen;
    return (size_t)snprintf(to, capacity, "40");
}

static void peer_start(struct side *side, const char *command)
{
    side->order = order;
    side->clear = peer_clear;
    side->is_there = bench_server_start(&side->server, command, side->log);
    side->target.port = side->server.port;
    side->target.context = side;
}

void side_open_socketio(struct side *side)
{
    char command[COMMAND_MAX];
    *side = (struct side){.name = "Express+Socket.io+PostgreSQL"};
    folder_make(side);
    (void)snprintf(command, sizeof command,
                   "env NODE_ENV=production WEBHOOK_SECRET=" WEBHOOK_SECRET
                   " '%s/with_postgres' node '%s/socketio.mjs'",
                   BENCH_PEERS, BENCH_PEERS);
    side->target.watch = "/socket.io/?EIO=4&transport=websocket";
    side->target.hello = hello_socketio;
    peer_start(side, command);
}

void side_open_raw(struct side *side, const char *loop)
{
    char command[COMMAND_MAX];
    *side = (struct side){.name = "raw libwebsockets", .quiet = "/api/nothing"};
    folder_make(side);
    bench_must(mkdir(side->state, 0700) != 0 ? ERR_IO : 0, side->state);
    (void)snprintf(command, sizeof command, "'%s' '%s' %s", BENCH_RAW_LWS, side->state, loop);
    side->target.watch = "/";
    peer_start(side, command);
}

void side_close(struct side *side)
{
    bench_server_stop(&side->server);
    bench_folder_remove(side->folder);
}
