/* The verifier that shares no code with ours (tests/verifier), over what nodes that go on working
 * export, over their stores, and over what is left when a guest's data was erased. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/os/clock.h"
#include "node/os/file.h"
#include "tests/lib/test.h"
#include "tests/process/lib/client.h"
#include "tests/process/lib/programs.h"

#define ORDER_OF_ONE                                                                               \
    "{\"channel\":\"counter\",\"mode\":\"eat-in\",\"lines\":[{\"item\":10,\"quantity\":1}]}"
#define ORDER_OF_ONE_PAID                                                                          \
    "{\"channel\":\"counter\",\"mode\":\"eat-in\",\"lines\":[{\"item\":10,\"quantity\":1}],"       \
    "\"payment\":{\"method\":\"cash\"}}"

enum { COUNTER, TENT };

static struct stall stall;
static struct client *client;

/* --- the verifier --- */

/* PyNaCl belongs to Debian's own Python; another may come first on PATH. */
static const char *python(void)
{
    const char *named = getenv("PYTHON");
    if (named != NULL) {
        return named;
    }
    return access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3" : "python3";
}

/* Its exit status over the files, @b may be NULL; what it said is in @ret_said
 * (OUTPUT_BYTES_MAX). */
static int verify(const char *a, const char *b, char *ret_said)
{
    const int said = scratch_file();
    const pid_t child = fork();
    if (child == 0) {
        (void)dup2(said, STDOUT_FILENO);
        (void)dup2(said, STDERR_FILENO);
        (void)execlp(python(), "python3", "-B", TEST_SOURCE_DIR "/tests/verifier/verify.py", a, b,
                     (char *)NULL);
        _exit(127);
    }
    assert_true(child > 0);
    const int status = await(child);
    read_back(said, ret_said);
    return status;
}

static void assert_sound(const char *a, const char *b)
{
    static char said[OUTPUT_BYTES_MAX];
    if (verify(a, b, said) != 0) {
        fail_msg("the verifier: %s", said);
    }
}

static void assert_found(const char *path, const char *what)
{
    static char said[OUTPUT_BYTES_MAX];
    assert_int_equal(verify(path, NULL, said), 1);
    if (strstr(said, what) == NULL) {
        fail_msg("the verifier does not say '%s' but: %s", what, said);
    }
}

/* --- the stall --- */

/* The value of text @field in JSON. */
static const char *field_of(const char *json, const char *field)
{
    static char value[512];
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\"%s\":\"", field);
    const char *at = strstr(json, wanted);
    if (at == NULL) {
        fail_msg("there is no %s in %s", field, json);
    }
    at += strlen(wanted);
    (void)snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\""), at);
    return value;
}

static int ask(struct client *of, const char *method, const char *path, const char *body)
{
    return client_ask(of, &(struct client_request){.method = method,
                                                   .path = path,
                                                   .key = body == NULL ? NULL : client_key(),
                                                   .body = body});
}

static const char *path_in_stall(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", stall.folder, name);
    return path;
}

/* A counter that sells, and another, in a tent, that is linked with it. */
static void open_stall(void)
{
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[COUNTER]);
    node_join(&stall, TENT, "counter", "B");
    node_start(&stall.nodes[TENT]);
    until_menu(&stall.nodes[TENT]);
    client = client_new(stall.nodes[COUNTER].http_port);
}

static void close_stall(void)
{
    client_close(client);
    stall_close(&stall);
}

/* --- live stores --- */

/* Somebody who sells at the counter until told to go home. */
struct seller {
    pid_t process;
    int sold_fd; /* "LOG SEQ\n" for each order that was answered */
};

static struct seller seller_start(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        struct client *own = client_new(stall.nodes[COUNTER].http_port);
        while (ask(own, "POST", "/api/orders", ORDER_OF_ONE) == 201) {
            const char *seq = strstr(own->body, "\"seq\":");
            if (seq == NULL || dprintf(ends[1], "%s %lu\n", field_of(own->body, "log"),
                                       strtoul(seq + strlen("\"seq\":"), NULL, 10)) < 0) {
                break;
            }
        }
        _exit(1);
    }
    assert_true(child > 0);
    (void)close(ends[1]);
    return (struct seller){.process = child, .sold_fd = ends[0]};
}

/* Wait for the next order that is sold. */
static unsigned long seller_sold(const struct seller *seller, char ret_log[17])
{
    char line[64];
    size_t size = 0;
    do {
        assert_true(size + 1 < sizeof line);
        assert_int_equal(read(seller->sold_fd, line + size, 1), 1);
    } while (line[size++] != '\n');
    line[size] = '\0';
    (void)snprintf(ret_log, 17, "%.16s", line);
    return strtoul(line + 17, NULL, 10);
}

static void seller_end(const struct seller *seller)
{
    assert_int_equal(kill(seller->process, SIGKILL), 0);
    assert_int_equal(await(seller->process), 1000 + SIGKILL);
    (void)close(seller->sold_fd);
}

static bool export_has(const char *path, const char *log, unsigned long seq)
{
    char wanted[64];
    uint8_t *data = NULL;
    size_t size = 0;
    (void)snprintf(wanted, sizeof wanted, "{\"log\":\"%s\",\"seq\":%lu,", log, seq);
    assert_int_equal(file_read(path, OUTPUT_BYTES_MAX, &data, &size), 0);
    const bool has = strstr((const char *)data, wanted) != NULL;
    free(data);
    return has;
}

static void export(int at, const char *path)
{
    RUN_WELL("export", path, "--yes", "--state", stall.nodes[at].state);
}

TEST(verifier, what_a_node_exports_while_it_sells_is_sound_and_holds_what_it_had_answered)
{
    char log[17];
    open_stall();
    const struct seller seller = seller_start();
    const char *path = path_in_stall("live");
    for (int i = 0; i < 4; i++) {
        const unsigned long before = seller_sold(&seller, log);
        export(COUNTER, path);
        assert_sound(path, NULL);
        assert_true(export_has(path, log, before));
    }
    /* All the while it sold: what came after the last export is not in it. */
    unsigned long seq = seller_sold(&seller, log);
    while (export_has(path, log, seq)) {
        seq = seller_sold(&seller, log);
    }
    seller_end(&seller);
    close_stall();
}

TEST(verifier, a_store_that_is_read_while_its_device_sells_is_sound)
{
    char log[17];
    open_stall();
    const struct seller seller = seller_start();
    for (int i = 0; i < 4; i++) {
        (void)seller_sold(&seller, log);
        assert_sound(stall.nodes[COUNTER].state, NULL);
        (void)seller_sold(&seller, log); /* and it went on */
    }
    seller_end(&seller);
    close_stall();
}

TEST(verifier, exports_of_two_running_nodes_match_and_say_what_our_own_verifier_says)
{
    static char said[OUTPUT_BYTES_MAX];
    open_stall();
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask(client, "POST", "/api/orders", ORDER_OF_ONE), 201);
    }
    const char *counter = path_in_stall("counter"), *tent = path_in_stall("tent");
    export(COUNTER, counter);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    do { /* until the tent has heard of all */
        assert_true(clock_mono_ms() < deadline_ms);
        export(TENT, tent);
    } while (verify(counter, tent, said) != 0);
    char counted[96];
    const char *ours = RUN_WELL("verify", counter, "--json").out;
    const unsigned long events = strtoul(strstr(ours, "\"events\":") + 9, NULL, 10);
    (void)snprintf(counted, sizeof counted, "\"logs\": 2, \"events\": [%lu, %lu]", events, events);
    if (strstr(said, counted) == NULL) {
        fail_msg("the verifier does not say %s but: %s", counted, said);
    }
    close_stall();
}

/* The line of event @seq of @log in an export. */
static char *line_of(char *text, const char *log, unsigned long seq)
{
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "{\"log\":\"%s\",\"seq\":%lu,", log, seq);
    char *line = strstr(text, wanted);
    assert_non_null(line);
    return line;
}

TEST(verifier, a_copy_of_a_live_export_that_was_tampered_with_is_refused)
{
    char log[17];
    open_stall();
    const struct seller seller = seller_start();
    const unsigned long seq = seller_sold(&seller, log);
    (void)seller_sold(&seller, log); /* a journal whose end is missing is sound alone */
    char *text = strdup(RUN_WELL("export", "--state", stall.nodes[COUNTER].state).out);
    assert_non_null(text);
    seller_end(&seller);
    const char *path = path_in_stall("tampered");
    char *letter = strstr(line_of(text, log, seq), "\"event\":\"") + 40;
    const char was = *letter;
    *letter = was == 'A' ? 'B' : 'A';
    write_file(path, text);
    assert_found(path, log);
    *letter = was;
    write_file(path, text);
    assert_sound(path, NULL);
    char *line = line_of(text, log, seq), *next = strchr(line, '\n') + 1;
    memmove(line, next, strlen(next) + 1);
    write_file(path, text);
    assert_found(path, "is missing or out of place");
    free(text);
    close_stall();
}

/* --- receipts --- */

/* An order that is paid, and its receipt. */
static void sell_with_receipt(struct client *at)
{
    char path[96];
    assert_int_equal(ask(at, "POST", "/api/orders", ORDER_OF_ONE_PAID), 201);
    (void)snprintf(path, sizeof path, "/api/orders/%s/receipt", field_of(at->body, "id"));
    assert_int_equal(ask(at, "POST", path, "{}"), 200);
}

static int occurrences(const char *text, const char *of)
{
    int count = 0;
    while ((text = strstr(text, of)) != NULL) {
        text += strlen(of);
        count++;
    }
    return count;
}

static int receipts_in(const char *state)
{
    const char *rows = RUN_WELL("export", "--what", "events", "--state", state).out;
    return occurrences(rows, "\"type\":\"receipt\"");
}

/* Two devices number their own; one under a new journal begins at 1 again. */
TEST(verifier, receipts_that_devices_gave_are_sound_also_in_a_new_journal)
{
    char copy_it[512];
    open_stall();
    const char *state = stall.nodes[COUNTER].state, *old = path_in_stall("old");
    struct client *tent = client_new(stall.nodes[TENT].http_port);
    for (int i = 0; i < 3; i++) {
        sell_with_receipt(client);
        sell_with_receipt(tent);
    }
    client_close(client);
    client_close(tent);
    assert_int_equal(node_end(&stall.nodes[COUNTER], SIGTERM), 0);
    (void)snprintf(copy_it, sizeof copy_it, "mv '%s' '%s' && cp -r '%s' '%s'", state, old, old,
                   state);
    assert_int_equal(system(copy_it), 0); /* NOLINT: a path of our own making */
    node_start(&stall.nodes[COUNTER]);
    until_menu(&stall.nodes[COUNTER]);
    client = client_new(stall.nodes[COUNTER].http_port);
    sell_with_receipt(client);
    sell_with_receipt(client);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (receipts_in(stall.nodes[TENT].state) < 8) { /* until it has heard of all */
        assert_true(clock_mono_ms() < deadline_ms);
    }
    for (int at = COUNTER; at <= TENT; at++) {
        const char *path = path_in_stall(at == COUNTER ? "counter" : "tent");
        assert_int_equal(receipts_in(stall.nodes[at].state), 8);
        assert_int_equal(
            occurrences(RUN_WELL("verify", "--state", stall.nodes[at].state).out, "  journal "), 3);
        export(at, path);
        assert_sound(path, NULL);
        RUN_WELL("archive", path, "--yes", "--state", stall.nodes[at].state);
        assert_sound(path, NULL);
    }
    close_stall();
}

/* --- erasure --- */

#define GUEST "Zebedee Quuxley"
#define ORDER_OF_GUEST                                                                             \
    "{\"channel\":\"counter\",\"mode\":\"eat-in\",\"name\":\"" GUEST                               \
    "\",\"lines\":[{\"item\":10,\"quantity\":1}]}"
#define GUEST_CONTACT "{\"name\":\"" GUEST "\",\"phone\":\"+49 170 5550123\"}"

/* Whether any file below @folder, or the file itself, holds the guest's name. */
static bool holds_guest(const char *folder)
{
    const pid_t child = fork();
    if (child == 0) {
        (void)execlp("grep", "grep", "-raqF", "-e", GUEST, "--", folder, (char *)NULL);
        _exit(127);
    }
    assert_true(child > 0);
    const int status = await(child);
    assert_true(status == 0 || status == 1);
    return status == 0;
}

/* The order's name comes and goes with its file. */
static void until_order_says(struct client *asked, const char *path, bool is_named)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (ask(asked, "GET", path, NULL) != 200 ||
           (strstr(asked->body, GUEST) != NULL) != is_named) {
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

/* What `trestle export orders` writes at @at. */
static void assert_exported(int at, bool is_named)
{
    const char *path = path_in_stall("orders");
    RUN_WELL("export", path, "--what", "orders", "--yes", "--state", stall.nodes[at].state);
    assert_int_equal(holds_guest(path), is_named);
}

/* What he says of the order at @path, once he has it, and better words for it. */
static void review_as_guest(const char *path)
{
    static const char *const said[] = {"{\"rating\":2,\"text\":\"Cold. " GUEST "\"}",
                                       "{\"rating\":4,\"text\":\"Call " GUEST "\"}"};
    char to[96];
    (void)snprintf(to, sizeof to, "%s/hand-over", path);
    assert_int_equal(ask(client, "POST", to, "{}"), 200);
    (void)snprintf(to, sizeof to, "%s/review", path);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        assert_int_equal(ask(client, "POST", to, said[i]), 200);
    }
}

/* Whether a device lists what he said: it comes and goes with its file. */
static void until_review_says(struct client *asked, bool is_named)
{
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (ask(asked, "GET", "/api/reviews", NULL) != 200 ||
           strstr(asked->body, "\"rating\":4") == NULL ||
           (strstr(asked->body, "Call " GUEST) != NULL) != is_named) {
        assert_true(clock_mono_ms() < deadline_ms);
    }
}

/* A named and reviewed order of that guest, whose contact is at both devices. */
static void order_of_guest(char ret_path[64], char ret_blob[96])
{
    assert_int_equal(ask(client, "POST", "/api/orders", ORDER_OF_GUEST), 201);
    (void)snprintf(ret_path, 64, "/api/orders/%s", field_of(client->body, "id"));
    char contact[96];
    (void)snprintf(contact, sizeof contact, "%s/contact", ret_path);
    assert_int_equal(ask(client, "POST", contact, GUEST_CONTACT), 200);
    assert_int_equal(ask(client, "GET", ret_path, NULL), 200);
    (void)snprintf(ret_blob, 96, "/api/blobs/%s", field_of(client->body, "contact"));
    struct client *tent = client_new(stall.nodes[TENT].http_port);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (ask(tent, "GET", ret_blob, NULL) != 200) {
        assert_true(clock_mono_ms() < deadline_ms);
    }
    assert_non_null(strstr(tent->body, GUEST));
    until_order_says(tent, ret_path, true);
    review_as_guest(ret_path);
    until_review_says(tent, true);
    client_close(tent);
}

static void assert_verifies(int at)
{
    const char *path = path_in_stall("export"), *archive = path_in_stall("archive");
    RUN_WELL("verify", "--state", stall.nodes[at].state);
    export(at, path);
    assert_sound(path, NULL);
    RUN_WELL("archive", archive, "--yes", "--state", stall.nodes[at].state);
    RUN_WELL("verify", archive);
    assert_sound(archive, NULL);
    assert_false(holds_guest(path) || holds_guest(archive));
}

TEST(verifier, a_guest_who_was_erased_is_in_no_file_of_any_device_and_all_still_verifies)
{
    char order[64], blob[96];
    open_stall();
    order_of_guest(order, blob);
    assert_true(holds_guest(stall.nodes[COUNTER].state));
    assert_true(holds_guest(stall.nodes[TENT].state));
    assert_exported(TENT, true);
    assert_int_equal(node_end(&stall.nodes[TENT], SIGTERM), 0); /* hears of it later */
    RUN_WELL("erase", "A1", "--reason", "asked", "--yes", "--state", stall.nodes[COUNTER].state);
    assert_int_equal(ask(client, "GET", blob, NULL), 404);
    until_order_says(client, order, false);
    until_review_says(client, false);
    assert_false(holds_guest(stall.nodes[COUNTER].state));
    assert_exported(COUNTER, false);
    assert_verifies(COUNTER);
    node_start(&stall.nodes[TENT]);
    const uint64_t deadline_ms = clock_mono_ms() + DEADLINE_MS;
    while (holds_guest(stall.nodes[TENT].state)) {
        assert_true(clock_mono_ms() < deadline_ms);
    }
    assert_verifies(TENT);
    /* Nor does it come back with what another device has, or with a restart. */
    assert_int_equal(node_end(&stall.nodes[COUNTER], SIGTERM), 0);
    node_start(&stall.nodes[COUNTER]);
    until_menu(&stall.nodes[COUNTER]);
    assert_false(holds_guest(stall.folder));
    close_stall();
}
