/* The node's web server over real sockets: a small core (replica and LMDB, no mesh) behind the
 * gate, and a client that speaks raw HTTP and WebSocket. */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "node/api/annex.h"
#include "node/api/json.h"
#include "node/store/store_lmdb.h"
#include "node/web/web.h"
#include "sync/base/check.h"
#include "sync/replica.h"
#include "tests/lib/journal.h"
#include "tests/lib/test.h"

enum { DEADLINE_MS = 120000, EPOCH_MS_LOW = 1700000000 };

/* --- a small core --- */

struct core {
    char folder[64];
    struct journal journal;
    struct journal_device device;
    struct store_lmdb *store;
    struct store_lmdb_reader *reader;
    struct replica *replica;
    struct effects *effects;
    struct command_queue *queue;
    struct gate gate;
    struct web *web;
    struct web_config config;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool has_news, is_stopping;
    atomic_bool is_deaf; /* leave commands where they are */
    atomic_uint turned_ms_ago;
    atomic_uint taken;
};

static struct moment now_of(void)
{
    struct timespec wall;
    struct timespec mono;
    check(clock_gettime(CLOCK_REALTIME, &wall) == 0 && clock_gettime(CLOCK_MONOTONIC, &mono) == 0);
    return (struct moment){.wall_ms = (int64_t)wall.tv_sec * 1000,
                           .mono_ms =
                               (uint64_t)mono.tv_sec * 1000 + (uint64_t)mono.tv_nsec / 1000000};
}

static void core_wake(void *context)
{
    struct core *core = context;
    check(pthread_mutex_lock(&core->lock) == 0);
    core->has_news = true;
    check(pthread_cond_signal(&core->wake) == 0);
    check(pthread_mutex_unlock(&core->lock) == 0);
}

/* False when the core is to stop. */
static bool core_wait(struct core *core)
{
    check(pthread_mutex_lock(&core->lock) == 0);
    while (!core->has_news && !core->is_stopping) {
        check(pthread_cond_wait(&core->wake, &core->lock) == 0);
    }
    core->has_news = false;
    bool goes_on = !core->is_stopping;
    check(pthread_mutex_unlock(&core->lock) == 0);
    return goes_on;
}

static bool core_step(struct core *core, struct store_txn *txn)
{
    bool has_any = false;
    const struct api_command *command = NULL;
    while (!atomic_load(&core->is_deaf) && (command = command_queue_take(core->queue)) != NULL) {
        struct input input = {.kind = INPUT_COMMAND,
                              .now = now_of(),
                              .command = &command->command,
                              .request = command->request};
        check(replica_step(core->replica, txn, &input, core->effects) == 0);
        atomic_fetch_add(&core->taken, 1);
        has_any = true;
    }
    return has_any;
}

static void core_turn(struct core *core)
{
    struct store_txn *txn = NULL;
    effects_reset(core->effects);
    check(store_lmdb_begin(core->store, &txn) == 0);
    bool has_any = core_step(core, txn);
    check(replica_seal(core->replica, txn, now_of(), core->effects) == 0);
    check(store_lmdb_commit(txn) == 0);
    for (uint32_t i = 0; i < core->effects->answers_count; i++) {
        command_queue_answer(core->queue, core->effects->answers[i].request,
                             &core->effects->answers[i]);
    }
    if (has_any) {
        web_notify(core->web);
    }
}

static void *core_run(void *argument)
{
    while (core_wait(argument)) {
        core_turn(argument);
    }
    return NULL;
}

static int gate_read_begin(void *context, struct store_txn **ret_txn)
{
    return store_lmdb_read(((struct core *)context)->reader, ret_txn);
}

static void gate_read_end(void *context, struct store_txn *txn)
{
    (void)txn;
    store_lmdb_read_end(((struct core *)context)->reader);
}

static void gate_live(void *context, struct gate_live *ret_live)
{
    struct core *core = context;
    *ret_live = (struct gate_live){
        .turned_ms_ago = atomic_load(&core->turned_ms_ago),
        .device = core->device.id,
        .log = core->device.head.log,
        .role = core->device.certificate.role,
        .capabilities = core->device.certificate.capabilities,
        .epoch_ms = INT64_C(1000) * EPOCH_MS_LOW,
        .device_name = "till",
        .lane = "B",
        .is_writable = true,
        .marks_count = 1,
        .marks = {{core->device.head.log, 1}},
    };
}

static void core_open_store(struct core *core)
{
    struct store_txn *txn = NULL;
    check(store_lmdb_open(&(struct store_lmdb_options){.folder = core->folder}, &core->store) == 0);
    check(store_lmdb_reader_open(core->store, &core->reader) == 0);
    struct replica_config config = {
        .popup = core->journal.popup,
        .root = core->journal.root,
        .epoch_ms = INT64_C(1000) * EPOCH_MS_LOW,
        .chain = core->device.chain,
        .device_secret = &core->device.secret,
        .log_secret = &core->device.log_secret,
        .incarnation = 1,
    };
    effects_reset(core->effects);
    check(store_lmdb_begin(core->store, &txn) == 0);
    check(replica_open(core->replica, txn, &config, now_of(), core->effects) == 0);
    check(replica_seal(core->replica, txn, now_of(), core->effects) == 0);
    check(store_lmdb_commit(txn) == 0);
}

/* Everything but the web; fill in core->config and go on with core_serve(). */
static struct core *core_new(enum role role)
{
    struct core *core = calloc(1, sizeof *core);
    check(core != NULL && sodium_init() >= 0);
    (void)snprintf(core->folder, sizeof core->folder, "/tmp/trestle-web-XXXXXX");
    check(mkdtemp(core->folder) != NULL);
    journal_init(&core->journal);
    journal_device_init(&core->device, &core->journal, 1, role, NULL);
    core->replica = replica_new();
    core->effects = calloc(1, sizeof *core->effects);
    check(core->replica != NULL && core->effects != NULL);
    core_open_store(core);
    core->queue = command_queue_new(core_wake, core);
    core->gate = (struct gate){.context = core,
                               .queue = core->queue,
                               .read_begin = gate_read_begin,
                               .read_end = gate_read_end,
                               .live = gate_live};
    check(pthread_mutex_init(&core->lock, NULL) == 0 && pthread_cond_init(&core->wake, NULL) == 0);
    core->config = (struct web_config){.address = "127.0.0.1", .version = "0.1 test"};
    return core;
}

static struct core *core_serve(struct core *core)
{
    check(web_start(&core->config, &core->gate, &core->web) == 0);
    check(pthread_create(&core->thread, NULL, core_run, core) == 0);
    return core;
}

static void core_free(struct core *core)
{
    char path[96];
    check(pthread_mutex_lock(&core->lock) == 0);
    core->is_stopping = true;
    check(pthread_cond_signal(&core->wake) == 0);
    check(pthread_mutex_unlock(&core->lock) == 0);
    check(pthread_join(core->thread, NULL) == 0);
    web_stop(core->web);
    command_queue_free(core->queue);
    replica_free(core->replica);
    store_lmdb_reader_close(core->reader);
    store_lmdb_close(core->store);
    static const char *const files[] = {"data.mdb", "lock.mdb", "trestle.lock", "control", ""};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", core->folder, files[i]);
        (void)remove(path);
    }
    (void)pthread_cond_destroy(&core->wake);
    (void)pthread_mutex_destroy(&core->lock);
    free(core->effects);
    free(core);
}

/* --- a raw client --- */

struct answer_http {
    int status; /* 0 = the connection ended instead */
    char head[4096];
    char body[256 * 1024];
    size_t body_size;
};

static struct answer_http got;

static void be_patient(int fd)
{
    struct timeval deadline = {.tv_sec = DEADLINE_MS / 1000};
    check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline) == 0);
}

static int dial_with(const struct core *core, int receive_bytes)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)web_port(core->web)),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    check(fd >= 0);
    if (receive_bytes > 0) {
        check(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes) == 0);
    }
    check(connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address) == 0);
    be_patient(fd);
    return fd;
}

static int dial(const struct core *core)
{
    return dial_with(core, 0);
}

static bool send_bytes(int fd, const void *data, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t sent = send(fd, (const char *)data + at, size - at, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        at += (size_t)sent;
    }
    return true;
}

static bool receive_bytes(int fd, void *to, size_t size)
{
    for (size_t at = 0; at < size;) {
        ssize_t count = recv(fd, (char *)to + at, size - at, 0);
        if (count <= 0) {
            return false;
        }
        at += (size_t)count;
    }
    return true;
}

/* The head of an answer, up to its empty line. */
static bool receive_head(int fd)
{
    size_t size = 0;
    while (size + 1 < sizeof got.head && receive_bytes(fd, got.head + size, 1)) {
        got.head[++size] = '\0';
        if (size >= 4 && memcmp(got.head + size - 4, "\r\n\r\n", 4) == 0) {
            return true;
        }
    }
    return false;
}

static void receive_answer(int fd, bool is_bare)
{
    memset(&got, 0, sizeof got.status + sizeof got.head);
    got.body_size = 0;
    got.body[0] = '\0';
    if (!receive_head(fd)) {
        return;
    }
    got.status = (int)strtol(got.head + strlen("HTTP/1.1 "), NULL, 10);
    const char *length = strstr(got.head, "content-length: ");
    got.body_size = length == NULL || is_bare ? 0 : strtoul(length + 16, NULL, 10);
    check(got.body_size < sizeof got.body);
    if (!receive_bytes(fd, got.body, got.body_size)) {
        got.status = 0;
    }
    got.body[got.body_size] = '\0';
}

/* One request with whatever @headers, on an open connection. */
static int ask_on(int fd, const char *method, const char *path, const char *headers,
                  const char *body)
{
    static char request[200 * 1024];
    char length[64] = "";
    if (body != NULL) {
        (void)snprintf(length, sizeof length, "Content-Length: %zu\r\n", strlen(body));
    }
    int size = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\n%s%s\r\n%s", method, path,
                        headers, length, body == NULL ? "" : body);
    check(size > 0 && (size_t)size < sizeof request);
    if (!send_bytes(fd, request, (size_t)size)) {
        return got.status = 0;
    }
    receive_answer(fd, strcmp(method, "HEAD") == 0);
    return got.status;
}

static const char *own_host(const struct core *core)
{
    static char host[64];
    (void)snprintf(host, sizeof host, "Host: 127.0.0.1:%d\r\n", web_port(core->web));
    return host;
}

static int get(const struct core *core, const char *path)
{
    int fd = dial(core);
    int status = ask_on(fd, "GET", path, own_host(core), NULL);
    (void)close(fd);
    return status;
}

/* A write with an Origin of our own and the key that @key numbers. */
static int write_on(int fd, const struct core *core, const char *method, const char *path,
                    unsigned key, const char *body)
{
    char headers[256];
    (void)snprintf(headers, sizeof headers,
                   "%sOrigin: http://127.0.0.1:%d\r\n"
                   "Idempotency-Key: 000000%02x0000000000000000%08x\r\n",
                   own_host(core), web_port(core->web), key & 0xff, key);
    return ask_on(fd, method, path, headers, body);
}

static int write_with(const struct core *core, const char *method, const char *path, unsigned key,
                      const char *body)
{
    int fd = dial(core);
    int status = write_on(fd, core, method, path, key, body);
    (void)close(fd);
    return status;
}

static int post(const struct core *core, const char *path, unsigned key, const char *body)
{
    return write_with(core, "POST", path, key, body);
}

static void assert_is(const struct schema *schema, const char *body)
{
    char where[JSON_WHERE_BYTES_MAX] = "";
    struct json_value *value = NULL;
    if (json_parse_as(schema, bytes_of_text(body), &value, where) != 0) {
        fail_msg("not a %s: %s in %.300s", schema->name, where, body);
    }
    json_free(value);
}

/* The text after "name":" in the last answer. */
static const char *text_of(const char *body, const char *name)
{
    static char text[200];
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
    const char *at = strstr(body, wanted);
    assert_non_null(at);
    (void)snprintf(text, sizeof text, "%.*s", (int)strcspn(at + strlen(wanted), "\""),
                   at + strlen(wanted));
    return text;
}

/* --- requests --- */

TEST(web, an_address_beyond_loopback_is_refused)
{
    static const char *const addresses[] = {"0.0.0.0", "::", "192.168.1.4"};
    struct web *web = NULL;
    struct gate gate = {.context = NULL};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        struct web_config config = {.address = addresses[i]};
        assert_int_equal(ERR_FORBIDDEN, web_start(&config, &gate, &web));
        assert_null(web);
    }
}

TEST(web, what_it_cannot_serve_it_does_not_begin_with)
{
    static char long_text[512], long_path[256] = "/tmp/";
    static const char *const long_origin[] = {long_text};
    static const char *const origins[WEB_ORIGINS_MAX + 1] = {"http://localhost:5173"};
    struct core *core = core_serve(core_new(ROLE_OWNER)); /* has a port */
    memset(long_text, 'x', sizeof long_text - 1);
    memset(long_path + 5, 'x', sizeof long_path - 6);
    const struct {
        struct web_config config;
        int err;
    } rows[] = {
        {{.address = "127.0.0.1", .port = web_port(core->web)}, ERR_EXISTS},
        {{.origins = long_origin, .origins_count = 1}, ERR_TOO_LARGE},
        {{.origins = origins, .origins_count = WEB_ORIGINS_MAX + 1}, ERR_TOO_MANY},
        {{.control = long_path}, ERR_TOO_LARGE},
        {{.control = "/nowhere/at/all/control"}, ERR_IO},
        {{.folder = "/dev/null"}, ERR_IO},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct web *web = NULL;
        assert_int_equal(web_start(&rows[i].config, &core->gate, &web), rows[i].err);
        assert_null(web);
    }
    core_free(core);
}

TEST(web, further_origins_may_write)
{
    static const char *const origins[] = {"http://localhost:5173", "https://pop-up.example"};
    char headers[300];
    struct core *core = core_new(ROLE_OWNER);
    core->config.origins = origins;
    core->config.origins_count = 2;
    core->config.version = NULL;
    (void)core_serve(core);
    for (unsigned i = 0; i < 2; i++) {
        (void)snprintf(
            headers, sizeof headers,
            "Host: %s\r\nOrigin: %s\r\nIdempotency-Key: 0000000000000000000000000000000%u"
            "\r\n",
            strstr(origins[i], "://") + 3, origins[i], i);
        const int fd = dial(core);
        assert_int_not_equal(403, ask_on(fd, "POST", "/api/day", headers, "{\"day\":1}"));
        assert_true(got.status >= 200);
        (void)close(fd);
    }
    core_free(core);
}

TEST(web, a_core_that_does_not_turn_is_first_not_ready_and_then_not_well)
{
    static const struct {
        uint32_t turned_ms_ago;
        int ready, healthy;
    } cases[] = {{1999, 200, 200}, {2000, 503, 200}, {19999, 503, 200}, {20000, 503, 503}};
    struct core *core = core_serve(core_new(ROLE_OWNER));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        atomic_store(&core->turned_ms_ago, cases[i].turned_ms_ago);
        assert_int_equal(cases[i].ready, get(core, "/readyz"));
        assert_int_equal(cases[i].healthy, get(core, "/healthz"));
    }
    core_free(core);
}

TEST(web, it_says_how_it_is_with_headers_that_protect)
{
    static const char *const headers[] = {
        "content-security-policy: default-src 'none'; script-src 'self'",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
        "frame-ancestors 'none'",
        "cache-control: no-store",
        "content-type: application/json",
    };
    struct core *core = core_serve(core_new(ROLE_OWNER));
    assert_int_equal(200, get(core, "/healthz"));
    assert_string_equal("{\"ok\":true}", got.body);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        assert_non_null(strstr(got.head, headers[i]));
    }
    assert_null(strstr(got.head, "access-control"));
    assert_int_equal(200, get(core, "/readyz"));
    assert_int_equal(200, get(core, "/api/session"));
    assert_is(&schema_session, got.body);
    assert_string_equal("owner", text_of(got.body, "role"));
    assert_int_equal(200, get(core, "/api/status"));
    assert_is(&schema_status, got.body);
    assert_int_equal(200, get(core, "/api/menu"));
    assert_is(&schema_menu, got.body);
    assert_int_equal(200, get(core, "/api/openapi.json"));
    assert_non_null(strstr(got.body, "\"openapi\":\"3.1.0\""));
    core_free(core);
}

TEST(web, what_is_not_there_is_said_as_a_problem)
{
    struct core *core = core_serve(core_new(ROLE_OWNER));
    assert_int_equal(404, get(core, "/api/nothing"));
    assert_is(&schema_problem, got.body);
    assert_non_null(strstr(got.head, "content-type: application/problem+json"));
    assert_int_equal(404, get(core, "/api/orders/000000000000000000000000"));
    assert_int_equal(404, get(core, "/../../etc/passwd"));
    assert_int_equal(404, get(core, "/%2e%2e/%2e%2e/etc/passwd"));
    assert_int_equal(400, get(core, "/api/orders?day=x"));
    assert_int_equal(400, get(core, "/api/orders?colour=1"));
    assert_int_equal(200, get(core, "/api/orders?day=3&settled=1"));
    assert_is(&schema_order_list, got.body);
    core_free(core);
}

TEST(web, a_path_that_takes_another_method_says_which)
{
    struct core *core = core_serve(core_new(ROLE_OWNER));
    assert_int_equal(405, post(core, "/api/status", 1, "{}"));
    assert_is(&schema_problem, got.body);
    assert_string_equal("method", text_of(got.body, "code"));
    assert_string_equal("GET, HEAD", text_of(got.body, "detail"));
    assert_non_null(strstr(text_of(got.body, "title"), "does not take this method"));
    assert_non_null(strstr(got.head, "allow: GET, HEAD\r\n"));
    assert_int_equal(405, post(core, "/api/orders/000000000000000000000000", 1, "{}"));
    assert_non_null(strstr(got.head, "allow: GET, HEAD\r\n"));
    assert_int_equal(405, get(core, "/api/menu/1/stock"));
    assert_non_null(strstr(got.head, "allow: POST\r\n"));
    int fd = dial(core);
    assert_int_equal(405, ask_on(fd, "DELETE", "/api/menu", own_host(core), NULL));
    assert_non_null(strstr(got.head, "allow: GET, HEAD, POST\r\n"));
    (void)close(fd);
    core_free(core);
}

TEST(web, a_strange_host_or_origin_is_refused)
{
    char headers[300];
    struct core *core = core_serve(core_new(ROLE_OWNER));
    int fd = dial(core);
    assert_int_equal(421, ask_on(fd, "GET", "/api/menu", "Host: evil.example\r\n", NULL));
    assert_is(&schema_problem, got.body);
    (void)close(fd);
    static const char *const origins[] = {"http://evil.example", "null", "https://127.0.0.1"};
    for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++) {
        (void)snprintf(headers, sizeof headers,
                       "%sOrigin: %s\r\nIdempotency-Key: 00000000000000000000000000000000\r\n",
                       own_host(core), origins[i]);
        fd = dial(core);
        assert_int_equal(403, ask_on(fd, "POST", "/api/day", headers, "{\"day\":1}"));
        (void)close(fd);
    }
    assert_int_equal(0, atomic_load(&core->taken));
    core_free(core);
}

TEST(web, a_write_without_its_key_or_with_a_wrong_body_is_refused)
{
    struct core *core = core_serve(core_new(ROLE_OWNER));
    int fd = dial(core);
    assert_int_equal(400, ask_on(fd, "POST", "/api/day", own_host(core), "{\"day\":1}"));
    assert_non_null(strstr(got.body, "Idempotency-Key"));
    (void)close(fd);
    assert_int_equal(400, post(core, "/api/day", 1, "{\"day\":1,\"x\":2}"));
    assert_string_equal("/: has an unknown field", text_of(got.body, "detail"));
    assert_int_equal(400, post(core, "/api/day", 1, "{\"day\":\"1\"}"));
    assert_string_equal("/day: is not a whole number", text_of(got.body, "detail"));
    assert_int_equal(400, post(core, "/api/day", 1, ""));
    assert_int_equal(400, post(core, "/api/day", 1, "{\"day\":1"));
    assert_int_equal(0, atomic_load(&core->taken));
    core_free(core);
}

TEST(web, sizes_have_an_end)
{
    static char large[70 * 1024];
    char headers[8 * 1024];
    struct core *core = core_serve(core_new(ROLE_OWNER));
    memset(large, ' ', sizeof large - 1);
    assert_int_equal(413, post(core, "/api/day", 1, large));
    int fd = dial(core);
    (void)snprintf(headers, sizeof headers, "%sTransfer-Encoding: chunked\r\n", own_host(core));
    assert_int_equal(400, ask_on(fd, "POST", "/api/day", headers, NULL));
    (void)close(fd);
    fd = dial(core);
    (void)snprintf(headers, sizeof headers, "%sX-Filler: %06000d\r\n", own_host(core), 0);
    assert_int_not_equal(200, ask_on(fd, "GET", "/healthz", headers, NULL));
    (void)close(fd);
    assert_int_equal(200, get(core, "/healthz"));
    core_free(core);
}

/* Each header that is looked at, longer than any that anybody sends. */
TEST(web, a_header_without_end_is_refused_and_so_is_one_that_says_no_number)
{
    static const char *const names[] = {"Host",          "Origin",
                                        "If-None-Match", "Idempotency-Key",
                                        "Authorization", "Sec-WebSocket-Protocol",
                                        "Content-Length"};
    static const char *const lengths[] = {"x", "-1", "1x", "99999999999999999999"};
    static char headers[4096], filler[2048], path[600];
    struct core *core = core_serve(core_new(ROLE_OWNER));
    memset(filler, '1', sizeof filler - 1);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(headers, sizeof headers, "%s%s: %s\r\n", i == 0 ? "" : own_host(core),
                       names[i], filler);
        const int fd = dial(core);
        assert_int_not_equal(200, ask_on(fd, "GET", "/api/menu", headers, NULL));
        (void)close(fd);
    }
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        (void)snprintf(headers, sizeof headers, "%sContent-Length: %s\r\n", own_host(core),
                       lengths[i]);
        const int fd = dial(core);
        assert_int_not_equal(200, ask_on(fd, "POST", "/api/day", headers, NULL));
        (void)close(fd);
    }
    (void)snprintf(headers, sizeof headers, "%sSec-WebSocket-Protocol: ticket.%.64s\r\n",
                   own_host(core), filler);
    int fd = dial(core);
    assert_int_not_equal(200, ask_on(fd, "GET", "/api/menu", headers, NULL));
    (void)close(fd);

    (void)snprintf(path, sizeof path, "/%.500s", filler);
    assert_int_not_equal(200, get(core, path));
    (void)snprintf(path, sizeof path, "/api/orders?settled=%.500s", filler);
    assert_int_not_equal(200, get(core, path));

    fd = dial(core);
    assert_int_equal(400, ask_on(fd, "GET", "/api/menu", own_host(core), "{}"));
    (void)close(fd);
    fd = dial(core);
    assert_int_not_equal(200, ask_on(fd, "BREW", "/api/menu", own_host(core), NULL));
    (void)close(fd);
    assert_int_equal(200, get(core, "/healthz"));
    core_free(core);
}

TEST(web, a_request_that_never_ends_is_cut)
{
    char byte;
    char headers[200];
    struct core *core = core_new(ROLE_OWNER);
    core->config.request_ms = 200;
    (void)core_serve(core);
    int fd = dial(core);
    (void)snprintf(headers, sizeof headers,
                   "POST /api/day HTTP/1.1\r\n%sContent-Length: 10\r\n\r\n{", own_host(core));
    assert_true(send_bytes(fd, headers, strlen(headers)));
    assert_int_equal(recv(fd, &byte, 1, 0), 0); /* hung up, and not only silent */
    (void)close(fd);
    core_free(core);
}

/* --- orders --- */

#define BURGER "{\"number\":7,\"name\":\"Burger\",\"price\":850,\"category\":\"Grill\"}"
#define TWO_BURGERS                                                                                \
    "{\"channel\":\"counter\",\"mode\":\"eat-in\",\"lines\":[{\"item\":7,\"quantity\":2}]}"

static void open_stall(const struct core *core)
{
    assert_int_equal(201, post(core, "/api/menu", 1, BURGER));
    assert_is(&schema_menu_item, got.body);
    assert_int_equal(200, post(core, "/api/day", 2, "{\"day\":1}"));
    assert_is(&schema_session, got.body);
}

TEST(web, an_order_goes_its_way)
{
    char path[100];
    char id[40];
    struct core *core = core_serve(core_new(ROLE_OWNER));
    open_stall(core);
    assert_int_equal(201, post(core, "/api/orders", 3, TWO_BURGERS));
    assert_is(&schema_order_placed, got.body);
    assert_string_equal("B1", text_of(got.body, "number"));
    assert_non_null(strstr(got.body, "\"total\":1700"));
    (void)snprintf(id, sizeof id, "%.30s", text_of(got.body, "id"));

    assert_int_equal(200, get(core, "/api/kitchen/board"));
    assert_is(&schema_order_list, got.body);
    assert_string_equal("placed", text_of(got.body, "phase"));
    static const char *const steps[] = {"accept", "start", "done", "hand-over"};
    for (unsigned i = 0; i < 4; i++) {
        (void)snprintf(path, sizeof path, "/api/orders/%s/%s", id, steps[i]);
        assert_int_equal(200, post(core, path, 10 + i, "{}"));
        assert_is(&schema_done, got.body);
        if (i == 2) {
            assert_int_equal(200, get(core, "/api/pickup/board"));
            assert_is(&schema_pickup_board, got.body);
            assert_non_null(strstr(got.body, "\"ready\":[\"B1\"]"));
        }
    }
    (void)snprintf(path, sizeof path, "/api/orders/%s", id);
    assert_int_equal(200, get(core, path));
    assert_is(&schema_order, got.body);
    assert_string_equal("completed", text_of(got.body, "phase"));
    assert_int_equal(200, get(core, "/api/orders?settled=1"));
    assert_non_null(strstr(got.body, id));
    core_free(core);
}

TEST(web, a_retry_gets_the_same_answer_and_another_body_none)
{
    static char first[2000];
    struct core *core = core_serve(core_new(ROLE_OWNER));
    open_stall(core);
    assert_int_equal(201, post(core, "/api/orders", 3, TWO_BURGERS));
    (void)snprintf(first, sizeof first, "%.1900s", got.body);
    assert_int_equal(201, post(core, "/api/orders", 3, TWO_BURGERS));
    assert_string_equal(first, got.body);
    assert_int_equal(409, post(core, "/api/orders", 3,
                               "{\"channel\":\"counter\",\"mode\":\"eat-in\","
                               "\"lines\":[{\"item\":7,\"quantity\":3}]}"));
    assert_string_equal("conflict", text_of(got.body, "code"));
    core_free(core);
}

TEST(web, a_role_may_do_its_own_and_no_more)
{
    struct core *core = core_serve(core_new(ROLE_KITCHEN));
    assert_int_equal(403, post(core, "/api/menu", 1, BURGER));
    assert_int_equal(403, post(core, "/api/orders", 3, TWO_BURGERS));
    assert_int_equal(403, write_with(core, "PATCH", "/api/menu/7", 4, "{\"price\":1}"));
    assert_int_equal(0, atomic_load(&core->taken));
    assert_int_not_equal(403, write_with(core, "PATCH", "/api/menu/7", 5, "{\"available\":false}"));
    assert_int_equal(1, atomic_load(&core->taken));
    core_free(core);
}

/* --- what a program adds --- */

/* Answers what holds "later" when it is asked for answers, all else at once: with the header that
 * came, or the size of the body. */
struct added {
    uint64_t later; /* 0 = nothing waits */
};

static void added_handle(void *context, const struct annex_request *request,
                         struct api_reply *ret_reply)
{
    struct added *added = context;
    char text[64];
    if (bytes_equal(request->body, bytes_of_text("later"))) {
        ret_reply->is_pending = ret_reply->is_annexed = true;
        ret_reply->request = added->later = 7;
        return;
    }
    (void)snprintf(text, sizeof text, "{\"header\":%zu,\"body\":%zu}", request->header.size,
                   request->body.size);
    text_append_text(&ret_reply->body, text);
}

static bool added_answered(void *context, struct annex_answer *ret_answer)
{
    struct added *added = context;
    if (added->later == 0) {
        return false;
    }
    *ret_answer = (struct annex_answer){.request = added->later};
    added->later = 0;
    text_append_text(&ret_answer->body, "{}");
    return true;
}

static const struct route added_routes[] = {{.method = "POST",
                                             .path = "/hooks/some",
                                             .summary = "Bytes.",
                                             .takes_bytes = true,
                                             .bytes_max = 128 * 1024,
                                             .header = "some-signature:",
                                             .response = &schema_nothing,
                                             .capability = API_PUBLIC,
                                             .again = AGAIN_HARMLESS,
                                             .rate = RATE_WRITE,
                                             .command = -1,
                                             .status = 200,
                                             .shape = SHAPE_ANNEX}};

TEST(web, what_a_program_adds_is_asked_and_may_answer_later)
{
    static char body[128 * 1024 + 2];
    struct added added = {.later = 0};
    const struct annex annex = {.context = &added,
                                .routes = added_routes,
                                .routes_count = 1,
                                .handle = added_handle,
                                .answered = added_answered};
    struct core *core = core_new(ROLE_COUNTER);
    core->config.annex = &annex;
    core_serve(core);
    char headers[256];
    (void)snprintf(headers, sizeof headers, "%sSome-Signature: abc\r\n", own_host(core));
    int fd = dial(core);
    assert_int_equal(ask_on(fd, "POST", "/hooks/some", headers, "raw \x01"), 200);
    assert_string_equal(got.body, "{\"header\":3,\"body\":5}");
    assert_int_equal(ask_on(fd, "GET", "/hooks/some", own_host(core), NULL), 405);
    assert_non_null(strstr(got.head, "allow: POST\r\n"));
    memset(body, 'x', sizeof body - 1);
    body[128 * 1024] = '\0';
    assert_int_equal(ask_on(fd, "POST", "/hooks/some", own_host(core), body), 200);
    body[128 * 1024] = 'x';
    assert_int_equal(ask_on(fd, "POST", "/hooks/some", own_host(core), body), 413);
    (void)close(fd);
    fd = dial(core);
    char request[256];
    int size =
        snprintf(request, sizeof request,
                 "POST /hooks/some HTTP/1.1\r\n%sContent-Length: 5\r\n\r\nlater", own_host(core));
    assert_true(send_bytes(fd, request, (size_t)size));
    struct pollfd answer = {.fd = fd, .events = POLLIN};
    do { /* it may not have read the request yet */
        web_notify(core->web);
    } while (poll(&answer, 1, 10) == 0);
    receive_answer(fd, false);
    assert_int_equal(got.status, 200);
    assert_string_equal(got.body, "{}");
    (void)close(fd);
    core_free(core);
}

TEST(web, a_connection_serves_one_request_after_another)
{
    struct core *core = core_serve(core_new(ROLE_OWNER));
    int fd = dial(core);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(
            200, ask_on(fd, "GET", i % 2 == 0 ? "/api/session" : "/healthz", own_host(core), NULL));
    }
    assert_int_equal(200, ask_on(fd, "HEAD", "/api/session", own_host(core), NULL));
    assert_int_equal(0, got.body_size);
    assert_int_equal(200, ask_on(fd, "GET", "/healthz", own_host(core), NULL));
    (void)close(fd);
    core_free(core);
}

/* The order is durable although nobody is there to hear it, and the slot is used again. */
TEST(web, an_answer_for_a_closed_connection_is_dropped)
{
    char request[400];
    struct core *core = core_serve(core_new(ROLE_OWNER));
    open_stall(core);
    atomic_store(&core->is_deaf, true);
    for (int i = 0; i < 64; i++) {
        int fd = dial(core);
        int size = snprintf(request, sizeof request,
                            "POST /api/orders HTTP/1.1\r\n%sContent-Length: %zu\r\n"
                            "Idempotency-Key: 000000010000000000000000%08x\r\n\r\n%s",
                            own_host(core), strlen(TWO_BURGERS), (unsigned)i, TWO_BURGERS);
        assert_true(send_bytes(fd, request, (size_t)size));
        (void)close(fd);
    }
    /* Whatever the web thread has read of these, it answers and is alive. */
    assert_int_equal(200, get(core, "/healthz"));
    atomic_store(&core->is_deaf, false);
    core_wake(core);
    int status = 0;
    const uint64_t until = now_of().mono_ms + DEADLINE_MS;
    while (status != 201 && now_of().mono_ms < until) {
        status = post(core, "/api/orders", 999, TWO_BURGERS); /* busy while all slots are in use */
    }
    assert_int_equal(201, status);
    core_free(core);
}

/* --- WebSocket --- */

#define UPGRADE                                                                                    \
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"                   \
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"

static int upgrade_on(int fd, const struct core *core, const char *path, const char *origin)
{
    char headers[600];
    (void)snprintf(headers, sizeof headers, "%s%s%s", own_host(core), UPGRADE, origin);
    return ask_on(fd, "GET", path, headers, NULL);
}

static int open_socket(const struct core *core, const char *path)
{
    char origin[100];
    int fd = dial(core);
    (void)snprintf(origin, sizeof origin, "Origin: http://127.0.0.1:%d\r\n", web_port(core->web));
    assert_int_equal(101, upgrade_on(fd, core, path, origin));
    return fd;
}

struct frame {
    int opcode; /* -1 = the connection ended */
    size_t size;
    char data[300 * 1024];
};

static struct frame heard;

static void hear(int fd)
{
    uint8_t head[2];
    uint8_t extended[8];
    heard.opcode = -1;
    if (!receive_bytes(fd, head, 2)) {
        return;
    }
    heard.size = head[1] & 0x7f;
    size_t extra = heard.size == 126 ? 2 : heard.size == 127 ? 8 : 0;
    if (!receive_bytes(fd, extended, extra)) {
        return;
    }
    for (size_t i = 0; i < extra; i++) {
        heard.size = (i == 0 ? 0 : heard.size << 8) | extended[i];
    }
    check(heard.size < sizeof heard.data);
    if (receive_bytes(fd, heard.data, heard.size)) {
        heard.opcode = head[0] & 0x0f;
    }
    heard.data[heard.size] = '\0';
}

/* The next text frame of a type; others are passed over. */
static void hear_type(int fd, const char *type)
{
    char begin[40];
    (void)snprintf(begin, sizeof begin, "{\"type\":\"%s\"", type);
    do {
        hear(fd);
    } while (heard.opcode >= 0 &&
             (heard.opcode != 1 || strncmp(heard.data, begin, strlen(begin)) != 0));
    assert_int_equal(1, heard.opcode);
}

static bool say(int fd, int opcode, const void *data, size_t size)
{
    uint8_t head[14] = {(uint8_t)(0x80 | opcode)};
    size_t head_size = 2;
    head[1] = (uint8_t)(0x80 | (size < 126 ? size : size < 65536 ? 126 : 127));
    size_t extra = size < 126 ? 0 : size < 65536 ? 2 : 8;
    for (size_t i = 0; i < extra; i++) {
        head[head_size++] = (uint8_t)(size >> (8 * (extra - 1 - i)));
    }
    head_size += 4; /* a mask of zeros */
    return send_bytes(fd, head, head_size) && send_bytes(fd, data, size);
}

/* The status in the close frame that comes next; 0 when it just ended. */
static int hear_close(int fd)
{
    do {
        hear(fd);
    } while (heard.opcode >= 0 && heard.opcode != 8);
    return heard.opcode == 8 && heard.size >= 2
               ? (uint8_t)heard.data[0] << 8 | (uint8_t)heard.data[1]
               : 0;
}

TEST(web, a_screen_hears_a_snapshot_then_what_changes)
{
    static char cursor[200];
    char path[120];
    struct core *core = core_serve(core_new(ROLE_OWNER));
    open_stall(core);
    int fd = open_socket(core, "/ws?view=kitchen");
    hear_type(fd, "hello");
    assert_is(&schema_frame_hello, heard.data);
    assert_non_null(strstr(heard.data, "\"resumed\":false"));
    hear_type(fd, "snapshot");
    assert_is(&schema_frame_snapshot, heard.data);
    assert_non_null(strstr(heard.data, "\"orders\":[]"));
    assert_non_null(strstr(heard.data, "\"Burger\""));
    assert_non_null(strstr(heard.data, "\"more\":false"));
    assert_int_equal(201, post(core, "/api/orders", 3, TWO_BURGERS));
    hear_type(fd, "delta");
    assert_is(&schema_frame_delta, heard.data);
    assert_string_equal("B1", text_of(heard.data, "number"));
    (void)snprintf(cursor, sizeof cursor, "%.60s", text_of(heard.data, "cursor"));
    hear_type(fd, "marks");
    assert_is(&schema_frame_marks, heard.data);
    (void)close(fd);

    assert_int_equal(200, write_with(core, "PATCH", "/api/menu/7", 4, "{\"available\":false}"));
    (void)snprintf(path, sizeof path, "/ws?view=kitchen&cursor=%.60s", cursor);
    fd = open_socket(core, path);
    hear_type(fd, "hello");
    assert_non_null(strstr(heard.data, "\"resumed\":true"));
    hear_type(fd, "delta");
    assert_non_null(strstr(heard.data, "\"orders\":[]"));
    assert_non_null(strstr(heard.data, "\"available\":false"));
    (void)close(fd);
    core_free(core);
}

TEST(web, screens_hear_which_lists_of_records_changed_and_read_them_again)
{
    char path[100];
    struct core *core = core_serve(core_new(ROLE_OWNER));
    open_stall(core);
    int fd = open_socket(core, "/ws?view=pickup");
    hear_type(fd, "snapshot");
    assert_int_equal(201, post(core, "/api/stalls", 11, "{\"name\":\"Waffles\",\"number\":3}"));
    assert_is(&schema_stall, got.body);
    hear_type(fd, "delta");
    assert_is(&schema_frame_delta, heard.data);
    assert_non_null(strstr(heard.data, "\"records\":[\"stalls\"]"));
    assert_int_equal(201, post(core, "/api/taxes", 12, "{\"name\":\"Food\",\"eat_in\":700}"));
    (void)snprintf(path, sizeof path, "/api/taxes/%lu",
                   strtoul(strstr(got.body, "\"number\":") + strlen("\"number\":"), NULL, 10));
    hear_type(fd, "delta");
    assert_non_null(strstr(heard.data, "\"records\":[\"taxes\"]"));
    (void)close(fd);
    assert_int_equal(200, write_with(core, "PATCH", path, 13, "{\"hidden\":true}"));
    assert_is(&schema_tax, got.body);
    assert_int_equal(200, get(core, "/api/taxes"));
    assert_is(&schema_tax_list, got.body);
    assert_non_null(strstr(got.body, "\"eat_in\":700"));
    assert_non_null(strstr(got.body, "\"hidden\":true"));
    assert_int_equal(200, get(core, "/api/stalls"));
    assert_is(&schema_stall_list, got.body);
    assert_non_null(strstr(got.body, "\"Waffles\""));
    assert_null(strstr(got.body, "\"Food\""));
    assert_int_equal(400, write_with(core, "PATCH", path, 14, "{\"number\":9}"));
    assert_int_equal(404, write_with(core, "PATCH", "/api/taxes/9", 15, "{\"hidden\":true}"));
    assert_int_equal(409, post(core, "/api/stalls", 16, "{\"name\":\"Soup\",\"number\":3}"));
    core_free(core);
}

TEST(web, what_a_record_holds_comes_back_as_it_was_said_and_half_an_id_is_refused)
{
    struct core *core = core_serve(core_new(ROLE_OWNER));
    assert_int_equal(201, post(core, "/api/printers", 1,
                               "{\"name\":\"Kitchen\",\"number\":1,\"driver\":\"escpos\","
                               "\"owner\":\"00000000000000ff\",\"address\":\"10.0.0.9:9100\","
                               "\"stations\":\"grill,fryer\",\"width\":48}"));
    assert_is(&schema_printer, got.body);
    assert_string_equal("00000000000000ff", text_of(got.body, "owner"));
    assert_non_null(strstr(got.body, "\"width\":48"));
    assert_int_equal(400, write_with(core, "PATCH", "/api/printers/1", 2, "{\"owner\":\"00ff\"}"));
    assert_int_equal(400, write_with(core, "PATCH", "/api/printers/1", 3, "{\"owner\":\"xy\"}"));
    assert_int_equal(200, write_with(core, "PATCH", "/api/printers/1", 4, "{\"owner\":\"\"}"));
    assert_string_equal("", text_of(got.body, "owner"));
    assert_string_equal("10.0.0.9:9100", text_of(got.body, "address"));
    core_free(core);
}

TEST(web, who_ate_may_review_and_a_manager_may_hide_it)
{
    char path[100];
    char id[40];
    struct core *core = core_serve(core_new(ROLE_OWNER));
    open_stall(core);
    assert_int_equal(201, post(core, "/api/orders", 3, TWO_BURGERS));
    (void)snprintf(id, sizeof id, "%.30s", text_of(got.body, "id"));
    (void)snprintf(path, sizeof path, "/api/orders/%s/review", id);
    assert_int_equal(409, post(core, path, 4, "{\"rating\":5}"));
    (void)snprintf(path, sizeof path, "/api/orders/%s/hand-over", id);
    assert_int_equal(200, post(core, path, 5, "{}"));
    (void)snprintf(path, sizeof path, "/api/orders/%s/review", id);
    assert_int_equal(200, post(core, path, 6, "{\"rating\":5,\"text\":\"Crisp\"}"));
    (void)snprintf(path, sizeof path, "/api/reviews/%.30s/hide", text_of(got.body, "id"));
    assert_int_equal(200, post(core, path, 7, "{\"hidden\":true,\"reason\":\"test\"}"));
    assert_int_equal(200, get(core, "/api/reviews"));
    assert_is(&schema_review_list, got.body);
    assert_non_null(strstr(got.body, "\"Crisp\""));
    assert_non_null(strstr(got.body, "\"hidden\":true"));
    assert_string_equal(id, text_of(got.body, "order"));
    core_free(core);
}

TEST(web, a_cash_session_is_opened_moved_and_counted_and_says_what_is_missing)
{
    char id[40];
    char path[100];
    struct core *core = core_serve(core_new(ROLE_OWNER));
    open_stall(core);
    assert_int_equal(201, post(core, "/api/drawers", 3, "{\"number\":1,\"float\":10000}"));
    assert_is(&schema_drawer, got.body);
    (void)snprintf(id, sizeof id, "%.30s", text_of(got.body, "id"));
    assert_int_equal(409, post(core, "/api/drawers", 4, "{\"number\":1,\"float\":10000}"));
    assert_int_equal(201,
                     post(core, "/api/orders", 5,
                          "{\"channel\":\"counter\",\"mode\":\"eat-in\",\"lines\":[{\"item\":7,"
                          "\"quantity\":2}],\"payment\":{\"method\":\"cash\",\"tendered\":"
                          "2000}}"));
    (void)snprintf(path, sizeof path, "/api/drawers/%s/move", id);
    assert_int_equal(200, post(core, path, 6, "{\"amount\":-5000,\"reason\":\"bank\"}"));
    (void)snprintf(path, sizeof path, "/api/drawers/%s/count", id);
    assert_int_equal(200, post(core, path, 7, "{\"counted\":6600}"));
    assert_int_equal(200, get(core, "/api/drawers"));
    assert_is(&schema_drawer_list, got.body);
    assert_non_null(strstr(got.body, "\"expected\":6700"));
    assert_non_null(strstr(got.body, "\"difference\":-100"));
    (void)snprintf(path, sizeof path, "/api/drawers/%s", id);
    assert_int_equal(200, get(core, path));
    assert_is(&schema_drawer, got.body);
    assert_non_null(strstr(got.body, "\"counted\":true"));
    assert_int_equal(404, get(core, "/api/drawers/0102030405060708090a0b0c"));
    core_free(core);
}

TEST(web, an_order_leaves_the_view_when_it_is_settled)
{
    char path[100];
    char id[40];
    struct core *core = core_serve(core_new(ROLE_OWNER));
    open_stall(core);
    assert_int_equal(201, post(core, "/api/orders", 3, TWO_BURGERS));
    (void)snprintf(id, sizeof id, "%.30s", text_of(got.body, "id"));
    int fd = open_socket(core, "/ws?view=kitchen");
    hear_type(fd, "snapshot");
    assert_non_null(strstr(heard.data, id));
    (void)snprintf(path, sizeof path, "/api/orders/%s/cancel", id);
    assert_int_equal(200, post(core, path, 4, "{\"reason\":\"gone\"}"));
    hear_type(fd, "delta");
    assert_is(&schema_frame_delta, heard.data);
    assert_non_null(strstr(heard.data, "\"orders\":[]"));
    (void)snprintf(path, sizeof path, "\"removed\":[\"%s\"]", id);
    assert_non_null(strstr(heard.data, path));
    (void)close(fd);
    fd = open_socket(core, "/ws?view=counter");
    hear_type(fd, "snapshot");
    assert_string_equal("cancelled", text_of(heard.data, "phase"));
    (void)close(fd);
    core_free(core);
}

/* The largest order there is: 64 lines, each with a note. */
static void place_large(const struct core *core, unsigned key)
{
    struct text body = {.data = NULL};
    text_append_text(&body, "{\"channel\":\"counter\",\"mode\":\"eat-in\",\"lines\":[");
    for (unsigned i = 0; i < ORDER_LINES_MAX; i++) {
        text_append_text(&body, i > 0 ? "," : "");
        text_append_text(&body, "{\"item\":7,\"quantity\":1,\"note\":\"well done, and no onions at "
                                "all, please, thank you very much\"}");
    }
    text_append(&body, "]}", 3);
    assert_int_equal(201, post(core, "/api/orders", key, body.data));
    text_close(&body);
}

static unsigned count_of(const char *text, const char *part)
{
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part)) {
        count++;
    }
    return count;
}

TEST(web, a_large_snapshot_comes_in_parts_and_nothing_is_left_out)
{
    enum { ORDERS = 12 };
    unsigned orders = 0;
    unsigned parts = 0;
    struct core *core = core_serve(core_new(ROLE_OWNER));
    open_stall(core);
    for (unsigned i = 0; i < ORDERS; i++) {
        place_large(core, 100 + i);
    }
    int fd = open_socket(core, "/ws?view=counter");
    do {
        hear_type(fd, "snapshot");
        assert_is(&schema_frame_snapshot, heard.data);
        assert_true(heard.size < 131072);
        orders += count_of(heard.data, "\"numbers\":");
        parts++;
    } while (strstr(heard.data, "\"more\":true") != NULL);
    assert_int_equal(ORDERS, orders);
    assert_true(parts > 1);
    assert_non_null(strstr(heard.data, "\"Burger\""));
    (void)close(fd);
    core_free(core);
}

TEST(web, a_cursor_of_another_store_or_none_gets_a_snapshot)
{
    static const char *const cursors[] = {"", "x", "0000000000000001-1-1", "1-1-1-1-1"};
    char path[120];
    struct core *core = core_serve(core_new(ROLE_OWNER));
    for (size_t i = 0; i < sizeof cursors / sizeof cursors[0]; i++) {
        (void)snprintf(path, sizeof path, "/ws?view=pickup&cursor=%s", cursors[i]);
        int fd = open_socket(core, path);
        hear_type(fd, "hello");
        assert_non_null(strstr(heard.data, "\"resumed\":false"));
        hear_type(fd, "snapshot");
        (void)close(fd);
    }
    core_free(core);
}

TEST(web, no_other_protocol_is_spoken)
{
    static const char *const headers[] = {
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
    };
    char all[600];
    struct core *core = core_serve(core_new(ROLE_OWNER));
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        int fd = dial(core);
        (void)snprintf(all, sizeof all, "%sOrigin: http://127.0.0.1:%d\r\n%s", own_host(core),
                       web_port(core->web), headers[i]);
        assert_int_not_equal(101, ask_on(fd, "GET", "/ws?view=counter", all, NULL));
        (void)close(fd);
    }
    int fd = dial(core);
    assert_true(send_bytes(fd, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24));
    receive_answer(fd, false);
    assert_int_not_equal(200, got.status);
    (void)close(fd);
    assert_int_equal(200, get(core, "/healthz"));
    core_free(core);
}

static double cpu_seconds(void)
{
    struct timespec used;
    check(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

/* Whoever speaks on before it is answered, or hangs up half, waits and costs nothing. */
TEST(web, a_client_that_cannot_wait_keeps_nobody_busy)
{
    char request[800];
    int fds[3];
    struct core *core = core_serve(core_new(ROLE_OWNER));
    open_stall(core);
    int screen = open_socket(core, "/ws?view=counter");
    atomic_store(&core->is_deaf, true);
    for (unsigned i = 0; i < 3; i++) {
        int size =
            snprintf(request, sizeof request,
                     "POST /api/orders HTTP/1.1\r\n%sContent-Length: %zu\r\n"
                     "Idempotency-Key: 000000010000000000000000%08x\r\n\r\n%s"
                     "GET /healthz HTTP/1.1\r\n%s\r\n",
                     own_host(core), strlen(TWO_BURGERS), 100 + i, TWO_BURGERS, own_host(core));
        fds[i] = dial(core);
        assert_true(send_bytes(fds[i], request, (size_t)size));
    }
    assert_int_equal(0, shutdown(fds[1], SHUT_WR));
    hear_type(screen, "marks");
    double before = cpu_seconds();
    for (int seconds = 0; seconds < 2; seconds++) {
        hear_type(screen, "marks");
    }
    assert_true(cpu_seconds() - before < 0.5);
    atomic_store(&core->is_deaf, false);
    core_wake(core);
    for (int i = 0; i < 3; i++) {
        receive_answer(fds[i], false);
        assert_int_equal(201, got.status);
        receive_answer(fds[i], false);
        assert_int_equal(200, got.status);
        (void)close(fds[i]);
    }
    (void)close(screen);
    core_free(core);
}

TEST(web, only_a_get_is_upgraded)
{
    static const char *const methods[] = {"POST", "PUT", "DELETE", "HEAD", "OPTIONS"};
    char all[600];
    struct core *core = core_serve(core_new(ROLE_OWNER));
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        int fd = dial(core);
        (void)snprintf(all, sizeof all, "%sOrigin: http://127.0.0.1:%d\r\n%s", own_host(core),
                       web_port(core->web), UPGRADE);
        assert_int_not_equal(101, ask_on(fd, methods[i], "/ws?view=counter", all, NULL));
        (void)close(fd);
    }
    int fd = dial(core);
    (void)snprintf(all + strlen(all), sizeof all - strlen(all), "Content-Length: 4\r\n");
    assert_int_not_equal(101, ask_on(fd, "GET", "/ws?view=counter", all, NULL));
    (void)close(fd);
    core_free(core);
}

TEST(web, a_board_says_that_it_drew_the_ticket)
{
    char changed[200];
    char id[40];
    char frame[300];
    struct core *core = core_serve(core_new(ROLE_OWNER));
    open_stall(core);
    int fd = open_socket(core, "/ws?view=kitchen");
    assert_int_equal(201, post(core, "/api/orders", 3, TWO_BURGERS));
    hear_type(fd, "delta");
    (void)snprintf(changed, sizeof changed, "%.60s", text_of(heard.data, "changed"));
    assert_non_null(strstr(heard.data, "\"seen\":false"));
    (void)snprintf(id, sizeof id, "%.30s", text_of(heard.data, "id"));
    int size = snprintf(frame, sizeof frame,
                        "{\"type\":\"seen\",\"order\":\"%s\",\"changed\":\"%s\","
                        "\"station\":\"grill\"}",
                        id, changed);
    assert_true(say(fd, 1, frame, (size_t)size));
    hear_type(fd, "delta");
    assert_non_null(strstr(heard.data, "\"seen\":true"));
    (void)close(fd);
    core_free(core);
}

TEST(web, a_handshake_from_elsewhere_is_refused)
{
    static const char *const origins[] = {"", "Origin: http://evil.example\r\n",
                                          "Origin: null\r\n"};
    struct core *core = core_serve(core_new(ROLE_OWNER));
    for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++) {
        int fd = dial(core);
        assert_int_equal(403, upgrade_on(fd, core, "/ws?view=counter", origins[i]));
        assert_is(&schema_problem, got.body);
        (void)close(fd);
    }
    char origin[100];
    (void)snprintf(origin, sizeof origin, "Origin: http://127.0.0.1:%d\r\n", web_port(core->web));
    int fd = dial(core);
    assert_int_equal(400, upgrade_on(fd, core, "/ws?view=cellar", origin));
    (void)close(fd);
    fd = dial(core);
    assert_int_equal(404, upgrade_on(fd, core, "/api/session", origin));
    (void)close(fd);
    core_free(core);
}

TEST(web, a_frame_that_is_none_of_ours_ends_the_connection)
{
    static char large[65 * 1024 + 1];
    static const struct {
        const char *data;
        int opcode, status;
    } cases[] = {
        {"\xff\xfe", 1, 1007},
        {"{}", 2, 1003},
        {"{}", 1, 1008},
        {"hello", 1, 1008},
        {"{\"type\":\"seen\",\"order\":\"x\",\"changed\":\"\",\"station\":\"\"}", 1, 1008},
        {large, 1, 1009},
    };
    struct core *core = core_serve(core_new(ROLE_OWNER));
    memset(large, ' ', sizeof large - 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int fd = open_socket(core, "/ws?view=counter");
        assert_true(say(fd, cases[i].opcode, cases[i].data, strlen(cases[i].data)));
        assert_int_equal(cases[i].status, hear_close(fd));
        (void)close(fd);
    }
    assert_int_equal(0, atomic_load(&core->taken));
    core_free(core);
}

/* --- limits over connections --- */

/* Whether the server lets one more in. */
static bool is_let_in(const struct core *core)
{
    return get(core, "/healthz") == 200;
}

/* Attempts, each of which waits for the server, until one is let in or the time is up. */
static bool is_let_in_soon(const struct core *core)
{
    uint64_t until = now_of().mono_ms + DEADLINE_MS;
    while (now_of().mono_ms < until) {
        if (is_let_in(core)) {
            return true;
        }
    }
    return false;
}

TEST(web, a_phone_that_does_not_say_whose_it_is_is_closed)
{
    struct core *core = core_new(ROLE_OWNER);
    core->config.customers_max = 1;
    core->config.request_ms = 100;
    (void)core_serve(core);
    int fd = open_socket(core, "/ws?view=customer");
    assert_int_equal(4408, hear_close(fd));
    (void)close(fd);
    core_free(core);
}

/* A phone behind a proxy that is trusted: what its handshake is answered with. */
static int phone_of(const struct core *core, const char *client, int *ret_fd)
{
    char headers[200];
    *ret_fd = dial(core);
    (void)snprintf(headers, sizeof headers,
                   "Origin: http://127.0.0.1:%d\r\nX-Forwarded-For: %s\r\n", web_port(core->web),
                   client);
    return upgrade_on(*ret_fd, core, "/ws?view=customer", headers);
}

TEST(web, of_the_phones_one_address_has_half_and_leaves_the_others_theirs)
{
    enum { PHONES = 8 };
    static const struct proxies proxies = {.count = 1, .addresses = {"127.0.0.1"}};
    int fds[PHONES + 1], count = 0, status = 101;
    struct core *core = core_new(ROLE_OWNER);
    core->config.customers_max = PHONES;
    core->config.connections_max = 64;
    core->config.proxies = &proxies;
    (void)core_serve(core);
    while (count < PHONES && status == 101) {
        status = phone_of(core, "2001:db8::1", &fds[count++]);
    }
    assert_int_equal(status, 503);
    assert_int_equal(count - 1, PHONES / 2);
    assert_int_equal(101, phone_of(core, "2001:db8:1::1", &fds[count++]));
    for (int i = 0; i < count; i++) {
        (void)close(fds[i]);
    }
    core_free(core);
}

TEST(web, where_there_is_no_access_nobody_is_a_customer)
{
    static const char says[] = "{\"type\":\"open\",\"token\":\"a.b.c\",\"orders\":[]}";
    struct core *core = core_new(ROLE_OWNER);
    core->config.customers_max = 1;
    (void)core_serve(core);
    int fd = open_socket(core, "/ws?view=customer");
    assert_true(say(fd, 1, says, sizeof says - 1));
    assert_int_equal(4401, hear_close(fd));
    (void)close(fd);
    core_free(core);
}

TEST(web, answers_say_what_time_it_is_here)
{
    struct core *core = core_serve(core_new(ROLE_OWNER));
    const time_t before = (time_t)(now_of().wall_ms / 1000);
    bool is_told = false;
    assert_int_equal(200, get(core, "/healthz"));
    for (time_t at = before; !is_told && at <= before + DEADLINE_MS / 1000; at++) {
        char line[64];
        const struct tm *parts = gmtime(&at);
        assert_true(strftime(line, sizeof line, "\r\ndate: %a, %d %b %Y %H:%M:%S GMT\r\n", parts) >
                    0);
        is_told = strstr(got.head, line) != NULL;
    }
    assert_true(is_told);
    core_free(core);
}

TEST(web, connections_have_an_end)
{
    int fds[3];
    struct core *core = core_new(ROLE_OWNER);
    core->config.connections_max = 3;
    (void)core_serve(core);
    for (size_t i = 0; i < 3; i++) {
        fds[i] = dial(core);
        assert_int_equal(200, ask_on(fds[i], "GET", "/healthz", own_host(core), NULL));
    }
    assert_false(is_let_in(core));
    (void)close(fds[0]);
    assert_true(is_let_in_soon(core));
    (void)close(fds[1]);
    (void)close(fds[2]);
    core_free(core);
}

enum { STRANGERS = 6 }; /* of eight connections three quarters */

/* A request that a proxy passed on for @client. */
static int pass_on(int fd, const struct core *core, const char *client)
{
    char headers[200];
    (void)snprintf(headers, sizeof headers, "%sX-Forwarded-For: %s\r\n", own_host(core), client);
    return ask_on(fd, "GET", "/healthz", headers, NULL);
}

TEST(web, what_a_proxy_passes_on_leaves_room_for_our_own_screens)
{
    int fds[STRANGERS + 1];
    char client[32];
    struct core *core = core_new(ROLE_OWNER);
    core->config.connections_max = 8;
    (void)core_serve(core);
    for (unsigned i = 0; i <= STRANGERS; i++) {
        fds[i] = dial(core);
        (void)snprintf(client, sizeof client, "198.51.100.%u", i);
        assert_int_equal(i < STRANGERS ? 200 : 503, pass_on(fds[i], core, client));
        if (i < STRANGERS) { /* again, on the same connection */
            assert_int_equal(200, pass_on(fds[i], core, client));
        }
    }
    assert_true(is_let_in_soon(core));
    (void)close(fds[0]);
    (void)close(fds[STRANGERS]);
    fds[0] = dial(core);
    while (pass_on(fds[0], core, "198.51.100.1") != 200) { /* until the closed one is gone */
        (void)close(fds[0]);
        fds[0] = dial(core);
    }
    for (unsigned i = 0; i < STRANGERS; i++) {
        (void)close(fds[i]);
    }
    core_free(core);
}

TEST(web, one_network_leaves_half_of_the_strangers_connections_to_others)
{
    static const struct proxies proxies = {.count = 1, .addresses = {"127.0.0.1"}};
    static const char *const clients[] = {"2001:db8::1", "2001:db8::2", "2001:db8::3"};
    int fds[4];
    struct core *core = core_new(ROLE_OWNER);
    core->config.connections_max = 8;
    core->config.proxies = &proxies;
    (void)core_serve(core);
    for (size_t i = 0; i < 3; i++) {
        fds[i] = dial(core);
        assert_int_equal(200, pass_on(fds[i], core, clients[i]));
    }
    fds[3] = dial(core);
    assert_int_equal(200, pass_on(fds[3], core, "2001:db8:1::1"));
    assert_int_equal(503, pass_on(fds[3], core, "2001:db8::4"));
    assert_int_equal(200, pass_on(fds[0], core, "2001:db8::9"));
    assert_int_equal(200, pass_on(fds[0], core, "192.0.2.1")); /* the proxy's next client */
    for (size_t i = 0; i < 4; i++) {
        (void)close(fds[i]);
    }
    core_free(core);
}

/* What the web said of itself. */
static struct {
    pthread_mutex_t lock;
    char last[200];
} said = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void on_log(void *context, const char *line)
{
    (void)context;
    check(pthread_mutex_lock(&said.lock) == 0);
    (void)snprintf(said.last, sizeof said.last, "%s", line);
    check(pthread_mutex_unlock(&said.lock) == 0);
}

static bool is_said(const char *wanted)
{
    check(pthread_mutex_lock(&said.lock) == 0);
    const bool is_it = strstr(said.last, wanted) != NULL;
    check(pthread_mutex_unlock(&said.lock) == 0);
    return is_it;
}

/* Strangers decide how often something goes wrong; what is said of it they do not. */
TEST(web, of_what_goes_wrong_again_and_again_it_says_a_line_a_second)
{
    struct core *core = core_new(ROLE_OWNER);
    core->config.connections_max = 1;
    core->config.on_log = on_log;
    (void)core_serve(core);
    int fd = dial(core);
    assert_int_equal(200, ask_on(fd, "GET", "/healthz", own_host(core), NULL));
    assert_false(is_let_in(core));
    while (!is_said("too many connections: one was refused (and ")) {
        assert_false(is_let_in(core));
    }
    assert_true(is_said(" lines like it)"));
    (void)close(fd);
    core_free(core);
}

/* A new menu item of about 13 KiB. */
static void change_much(int fd, const struct core *core, unsigned n)
{
    struct text body = {.data = NULL};
    char name[100];
    (void)snprintf(name, sizeof name, "{\"number\":%u,\"name\":\"x\",\"price\":1,\"groups\":[",
                   100 + n);
    text_append_text(&body, name);
    for (unsigned i = 0; i < MENU_OPTION_GROUPS_MAX; i++) {
        (void)snprintf(name, sizeof name, "%s{\"name\":\"%060u\",\"min\":0,\"max\":1,\"choices\":[",
                       i > 0 ? "," : "", n);
        text_append_text(&body, name);
        for (unsigned j = 0; j < MENU_CHOICES_MAX; j++) {
            (void)snprintf(name, sizeof name, "%s{\"name\":\"%060u\",\"price\":0}",
                           j > 0 ? "," : "", j);
            text_append_text(&body, name);
        }
        text_append_text(&body, "]}");
    }
    text_append(&body, "]}", 3);
    assert_int_equal(201, write_on(fd, core, "POST", "/api/menu", 1000 + n, body.data));
    text_close(&body);
}

static void change_and_hear(int writer, int reader, const struct core *core, unsigned n)
{
    char number[40];
    (void)snprintf(number, sizeof number, "\"number\":%u,", 100 + n);
    change_much(writer, core, n);
    do {
        hear_type(reader, "delta");
    } while (strstr(heard.data, number) == NULL);
}

TEST(web, a_reader_that_takes_nothing_is_cut_and_the_others_go_on)
{
    char origin[100];
    struct core *core = core_new(ROLE_OWNER);
    core->config.connections_max = 3;
    core->config.reader_stall_ms = 300;
    (void)core_serve(core);
    open_stall(core);
    int slow = dial_with(core, 4096);
    int other = open_socket(core, "/ws?view=counter");
    int writer = dial(core);
    (void)snprintf(origin, sizeof origin, "Origin: http://127.0.0.1:%d\r\n", web_port(core->web));
    assert_int_equal(101, upgrade_on(slow, core, "/ws?view=counter", origin));
    /* Its buffers take a few hundred KiB; nothing beyond is kept for it. */
    for (unsigned n = 0; n < 40; n++) {
        change_and_hear(writer, other, core, n);
    }
    assert_true(is_let_in_soon(core)); /* there was no room while the slow one was there */
    change_and_hear(writer, other, core, 99);
    (void)close(writer);
    (void)close(other);
    (void)close(slow);
    core_free(core);
}

/* --- screens and the control socket --- */

static void put_file(const char *folder, const char *name, const char *text)
{
    char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(0, fclose(file));
}

TEST(web, screens_are_served_compressed_and_from_the_cache)
{
    static const char *const names[] = {"assets/a.js", "assets/a.js.gz", "assets", "counter.html",
                                        ""};
    char folder[] = "/tmp/trestle-dist-XXXXXX";
    char path[200];
    char headers[300];
    char etag[60];
    struct core *core = core_new(ROLE_OWNER);
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/assets", folder);
    assert_int_equal(0, mkdir(path, 0700));
    put_file(folder, "counter.html", "<!doctype html>");
    put_file(folder, "assets/a.js", "plain");
    put_file(folder, "assets/a.js.gz", "packed");
    core->config.folder = folder;
    (void)core_serve(core);

    assert_int_equal(200, get(core, "/counter"));
    assert_string_equal("<!doctype html>", got.body);
    assert_non_null(strstr(got.head, "content-type: text/html; charset=utf-8"));
    assert_non_null(strstr(got.head, "cache-control: no-cache"));
    (void)snprintf(etag, sizeof etag, "%.18s", strstr(got.head, "etag: ") + 6);
    int fd = dial(core);
    (void)snprintf(headers, sizeof headers, "%sIf-None-Match: %s\r\n", own_host(core), etag);
    assert_int_equal(304, ask_on(fd, "GET", "/counter", headers, NULL));
    (void)snprintf(headers, sizeof headers, "%sAccept-Encoding: gzip, br\r\n", own_host(core));
    assert_int_equal(200, ask_on(fd, "GET", "/assets/a.js", headers, NULL));
    assert_string_equal("packed", got.body);
    assert_non_null(strstr(got.head, "content-encoding: gzip"));
    assert_non_null(strstr(got.head, "immutable"));
    assert_int_equal(200, ask_on(fd, "GET", "/assets/a.js", own_host(core), NULL));
    assert_string_equal("plain", got.body);
    (void)close(fd);
    assert_int_equal(405, post(core, "/counter", 1, "{}"));
    assert_non_null(strstr(got.head, "allow: GET, HEAD\r\n"));
    core_free(core);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)remove(path);
    }
}

static int dial_control(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    check(connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address) == 0);
    be_patient(fd);
    return fd;
}

TEST(web, the_control_socket_is_guarded_by_its_file)
{
    char path[100];
    struct stat about;
    struct core *core = core_new(ROLE_OWNER);
    (void)snprintf(path, sizeof path, "%s/control", core->folder);
    core->config.control = path;
    (void)core_serve(core);
    int fd = dial_control(path);
    assert_int_equal(200, ask_on(fd, "GET", "/api/status", "Host: control\r\n", NULL));
    assert_int_equal(200, ask_on(fd, "POST", "/api/day",
                                 "Host: control\r\n"
                                 "Idempotency-Key: 00000001000000000000000000000000\r\n",
                                 "{\"day\":1}"));
    (void)close(fd);
    assert_int_equal(0, stat(path, &about));
    assert_int_equal(0, about.st_mode & 0007);
    struct core *other = core_new(ROLE_OWNER);
    other->config.control = path;
    assert_int_equal(ERR_EXISTS, web_start(&other->config, &other->gate, &other->web));
    other->config.control = NULL;
    core_free(core_serve(other));
    core_free(core);
    assert_int_equal(-1, stat(path, &about));
}
