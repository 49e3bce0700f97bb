#include "tests/process/lib/booth.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "node/access/access.h"
#include "node/os/entropy.h"
#include "sync/base/check.h"
#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"
#include "tests/process/lib/raw.h"

enum { EPOCH_S = 1700000000 };

struct moment booth_now(void)
{
    struct timespec wall;
    struct timespec mono;
    check(clock_gettime(CLOCK_REALTIME, &wall) == 0 && clock_gettime(CLOCK_MONOTONIC, &mono) == 0);
    return (struct moment){.wall_ms = (int64_t)wall.tv_sec * 1000,
                           .mono_ms =
                               (uint64_t)mono.tv_sec * 1000 + (uint64_t)mono.tv_nsec / 1000000};
}

void booth_wake(void *context)
{
    struct booth *booth = context;
    bell_ring(&booth->bell);
}

static bool take_commands(struct booth *booth, struct store_txn *txn)
{
    bool has_any = false;
    const struct api_command *command = NULL;
    while (!atomic_load(&booth->is_deaf) && (command = command_queue_take(booth->queue)) != NULL) {
        struct input input = {.kind = INPUT_COMMAND,
                              .now = booth_now(),
                              .command = &command->command,
                              .request = command->request};
        check(replica_step(booth->replica, txn, &input, booth->effects) == 0);
        atomic_fetch_add(&booth->taken, 1);
        has_any = true;
    }
    return has_any;
}

static void take_turn(struct booth *booth)
{
    struct store_txn *txn = NULL;
    effects_reset(booth->effects);
    check(store_lmdb_begin(booth->store, &txn) == 0);
    bool has_any = take_commands(booth, txn);
    check(replica_seal(booth->replica, txn, booth_now(), booth->effects) == 0);
    check(store_lmdb_commit(txn) == 0);
    for (uint32_t i = 0; i < booth->effects->answers_count; i++) {
        command_queue_answer(booth->queue, booth->effects->answers[i].request,
                             &booth->effects->answers[i]);
    }
    if (has_any) {
        web_notify(booth->web);
    }
}

static void *run_core(void *argument)
{
    struct booth *booth = argument;
    while (bell_wait(&booth->bell, UINT64_MAX)) {
        take_turn(booth);
    }
    return NULL;
}

static int gate_read_begin(void *context, struct store_txn **ret_txn)
{
    struct booth *booth = context;
    return atomic_load(&booth->is_sick) ? ERR_IO : store_lmdb_read(booth->reader, ret_txn);
}

static void gate_read_end(void *context, struct store_txn *txn)
{
    (void)txn;
    store_lmdb_read_end(((struct booth *)context)->reader);
}

static void gate_live(void *context, struct gate_live *ret_live)
{
    struct booth *booth = context;
    bell_lock(&booth->bell);
    *ret_live = booth->live;
    bell_unlock(&booth->bell);
    ret_live->turned_ms_ago = atomic_load(&booth->turned_ms_ago);
}

void booth_tell(struct booth *booth, const struct gate_live *live)
{
    bell_lock(&booth->bell);
    booth->live = *live;
    bell_unlock(&booth->bell);
}

static struct gate_live live_at_first(const struct booth *booth)
{
    return (struct gate_live){
        .device = booth->device.id,
        .log = booth->device.head.log,
        .role = booth->device.certificate.role,
        .capabilities = booth->device.certificate.capabilities,
        .epoch_ms = INT64_C(1000) * EPOCH_S,
        .device_name = "till",
        .lane = "B",
        .is_writable = true,
        .marks_count = 1,
        .marks = {{booth->device.head.log, 1}},
    };
}

static void open_store(struct booth *booth)
{
    struct store_txn *txn = NULL;
    check(store_lmdb_open(&(struct store_lmdb_options){.folder = booth->folder}, &booth->store) ==
          0);
    check(store_lmdb_reader_open(booth->store, &booth->reader) == 0);
    struct replica_config config = {
        .popup = booth->journal.popup,
        .root = booth->journal.root,
        .epoch_ms = INT64_C(1000) * EPOCH_S,
        .chain = booth->device.chain,
        .device_secret = &booth->device.secret,
        .log_secret = &booth->device.log_secret,
        .incarnation = 1,
    };
    effects_reset(booth->effects);
    check(store_lmdb_begin(booth->store, &txn) == 0);
    check(replica_open(booth->replica, txn, &config, booth_now(), booth->effects) == 0);
    check(replica_seal(booth->replica, txn, booth_now(), booth->effects) == 0);
    check(store_lmdb_commit(txn) == 0);
}

struct booth *booth_new(enum role role)
{
    struct booth *booth = calloc(1, sizeof *booth);
    check(booth != NULL && sodium_init() >= 0);
    (void)snprintf(booth->folder, sizeof booth->folder, "/tmp/trestle-web-XXXXXX");
    check(mkdtemp(booth->folder) != NULL);
    journal_init(&booth->journal);
    journal_device_init(&booth->device, &booth->journal, 1, role, NULL);
    booth->replica = replica_new();
    booth->effects = calloc(1, sizeof *booth->effects);
    check(booth->replica != NULL && booth->effects != NULL);
    open_store(booth);
    booth->queue = command_queue_new(0, booth_wake, booth);
    booth->gate = (struct gate){.context = booth,
                                .queue = booth->queue,
                                .read_begin = gate_read_begin,
                                .read_end = gate_read_end,
                                .live = gate_live};
    bell_open(&booth->bell);
    booth->live = live_at_first(booth);
    booth->config = (struct web_config){.address = "127.0.0.1", .version = "0.1 test"};
    return booth;
}

void booth_add_access(struct booth *booth)
{
    const struct access_config config = {.state = booth->folder, .identity = &booth->identity};
    check(entropy_start() == 0);
    identity_make_keys(&booth->identity);
    booth->identity.device = booth->device.id;
    check(access_open(&config, &booth->gate.access) == 0);
}

void booth_add_blobs(struct booth *booth)
{
    check(blobs_open(booth->folder, &booth->gate.blobs) == 0);
}

void booth_add_file(struct booth *booth, const char *name, const char *text)
{
    char path[160];
    (void)snprintf(booth->screens, sizeof booth->screens, "%s/screens", booth->folder);
    booth->config.folder = booth->screens;
    (void)mkdir(booth->screens, 0700);
    (void)snprintf(path, sizeof path, "%s/%s", booth->screens, name);
    write_file(path, text);
}

struct booth *booth_serve(struct booth *booth)
{
    check(web_start(&booth->config, &booth->gate, &booth->web) == 0);
    check(pthread_create(&booth->thread, NULL, run_core, booth) == 0);
    return booth;
}

static void stop(struct booth *booth)
{
    bell_end(&booth->bell);
    check(pthread_join(booth->thread, NULL) == 0);
    web_stop(booth->web);
}

void booth_free(struct booth *booth)
{
    char remove_it[96];
    if (booth->web != NULL) {
        stop(booth);
    }
    access_close(booth->gate.access);
    blobs_close(booth->gate.blobs);
    command_queue_free(booth->queue);
    replica_free(booth->replica);
    store_lmdb_reader_close(booth->reader);
    store_lmdb_close(booth->store);
    (void)snprintf(remove_it, sizeof remove_it, "rm -rf '%s'", booth->folder);
    check(system(remove_it) == 0); /* NOLINT: a path of our own making */
    bell_close(&booth->bell);
    free(booth->effects);
    free(booth);
}

/* --- requests --- */

int booth_dial(const struct booth *booth)
{
    return raw_dial(web_port(booth->web), 0);
}

const char *booth_host(const struct booth *booth)
{
    static char host[64];
    (void)snprintf(host, sizeof host, "Host: 127.0.0.1:%d\r\n", web_port(booth->web));
    return host;
}

int booth_get(const struct booth *booth, const char *path)
{
    int fd = booth_dial(booth);
    int status = raw_ask(fd, "GET", path, booth_host(booth), NULL);
    (void)close(fd);
    return status;
}

int booth_write_on(int fd, const struct booth *booth, const char *method, const char *path,
                   unsigned key, const char *body)
{
    char headers[256];
    (void)snprintf(headers, sizeof headers,
                   "%sOrigin: http://127.0.0.1:%d\r\n"
                   "Idempotency-Key: 000000%02x0000000000000000%08x\r\n",
                   booth_host(booth), web_port(booth->web), key & 0xff, key);
    return raw_ask(fd, method, path, headers, body);
}

int booth_write(const struct booth *booth, const char *method, const char *path, unsigned key,
                const char *body)
{
    int fd = booth_dial(booth);
    int status = booth_write_on(fd, booth, method, path, key, body);
    (void)close(fd);
    return status;
}

int booth_post(const struct booth *booth, const char *path, unsigned key, const char *body)
{
    return booth_write(booth, "POST", path, key, body);
}

struct customer booth_customer(const struct booth *booth)
{
    struct customer customer;
    assert_int_equal(201, booth_post(booth, "/api/session/customer", 1, "{}"));
    json_text_of(got.body, "token", customer.token, sizeof customer.token);
    return customer;
}

int booth_ask_as(const struct booth *booth, const struct customer *customer, const char *method,
                 const char *path, const char *body)
{
    static unsigned key;
    char headers[TOKEN_TEXT_MAX + 300];
    const int64_t now_s = booth_now().wall_ms / 1000 - EPOCH_S;
    const int fd = booth_dial(booth);
    (void)snprintf(headers, sizeof headers,
                   "%sAuthorization: Bearer %s\r\n"
                   "Idempotency-Key: %08x0000000000000000%08x\r\n",
                   booth_host(booth), customer->token, (unsigned)now_s, ++key);
    const int status = raw_ask(fd, method, path, headers, body);
    (void)close(fd);
    return status;
}

void booth_change_much(int fd, const struct booth *booth, unsigned n)
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
    assert_int_equal(201, booth_write_on(fd, booth, "POST", "/api/menu", 1000 + n, body.data));
    text_close(&body);
}

void booth_set_up(const struct booth *booth)
{
    assert_int_equal(201, booth_post(booth, "/api/menu", 1, BOOTH_BURGER));
    assert_json(&schema_menu_item, got.body);
    assert_int_equal(200, booth_post(booth, "/api/day", 2, "{\"day\":1}"));
    assert_json(&schema_session, got.body);
}

int booth_upgrade(int fd, const struct booth *booth, const char *path, const char *origin)
{
    char headers[600];
    (void)snprintf(headers, sizeof headers, "%s%s%s", booth_host(booth), BOOTH_UPGRADE, origin);
    return raw_ask(fd, "GET", path, headers, NULL);
}

int booth_screen(const struct booth *booth, const char *path)
{
    char origin[100];
    int fd = booth_dial(booth);
    (void)snprintf(origin, sizeof origin, "Origin: http://127.0.0.1:%d\r\n", web_port(booth->web));
    assert_int_equal(101, booth_upgrade(fd, booth, path, origin));
    return fd;
}
