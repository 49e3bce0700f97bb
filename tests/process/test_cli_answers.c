/* test_cli_answers.c - whatever a node answers, a command shows it or says what is wrong with it.
 * The node is a child that says what the test tells it to. */
#define _GNU_SOURCE /* mkdtemp, memmem */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

enum { CANNED_MAX = 4, TYPED_MAX = 8, REQUEST_BYTES_MAX = 16 * 1024 };

/* What comes back of a path that begins with @path: all of it where it begins with "HTTP" or is
 * empty, or else JSON with status 200. */
struct canned {
    const char *path, *reply;
};

struct row {
    int status;
    const char *says; /* on stdout, or on stderr where the status is not 0 and nothing is there */
    const char *words[TYPED_MAX];
    struct canned canned[CANNED_MAX];
};

static char folder[64];

/* --- a node --- */

static int listen_at(int type, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%.60s/%s", folder, name);
    (void)unlink(address.sun_path);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 8), 0);
    return fd;
}

static const char *reply_of(const struct row *row, const char *path)
{
    static const struct canned usual[] = {
        {"/api/session", "{\"digits\":2,\"epoch\":1000,\"device\":\"00000000000000ab\"}"},
        {"/readyz", "{}"},
        {"/metrics", "HTTP/1.1 200 OK\r\n\r\ntrestle_orders{phase=\"placed\"} 3\n"},
        {"/api/menu", "{\"items\":[{\"number\":10,\"name\":\"Tea\",\"price\":250}]}"},
        {"/api/orders", "{\"orders\":[{\"number\":\"A1\",\"id\":\"000000000000000000000001\"}]}"}};
    for (size_t i = 0; i < CANNED_MAX && row->canned[i].path != NULL; i++) {
        if (strncmp(path, row->canned[i].path, strlen(row->canned[i].path)) == 0) {
            return row->canned[i].reply;
        }
    }
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        if (strncmp(path, usual[i].path, strlen(usual[i].path)) == 0) {
            return usual[i].reply;
        }
    }
    return "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
}

/* Of whom nothing more comes: head and announced body are here. */
static bool is_whole(const char *request, size_t size)
{
    const char *end = memmem(request, size, "\r\n\r\n", 4);
    const char *length = memmem(request, size, "Content-Length: ", 16);
    if (end == NULL) {
        return false;
    }
    return length == NULL || size - (size_t)(end + 4 - request) >= strtoul(length + 16, NULL, 10);
}

static void serve_one(const struct row *row, int fd)
{
    char request[REQUEST_BYTES_MAX] = "", path[256] = "", head[128];
    size_t size = 0;
    ssize_t got = 1;
    while (!is_whole(request, size) && got > 0) {
        got = recv(fd, request + size, sizeof request - 1 - size, 0);
        size += got > 0 ? (size_t)got : 0;
    }
    (void)sscanf(request, "%*s %255s", path);
    const char *reply = reply_of(row, path);
    (void)snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
                   strlen(reply));
    if (*reply == '{') {
        (void)send(fd, head, strlen(head), MSG_NOSIGNAL);
    }
    (void)send(fd, reply, strlen(reply), MSG_NOSIGNAL);
    (void)close(fd);
}

static pid_t node_of(const struct row *row)
{
    const int control = listen_at(SOCK_SEQPACKET, "core.sock");
    const int http = listen_at(SOCK_STREAM, "ctl.sock");
    const pid_t child = fork_mortal();
    if (child == 0) {
        for (;;) {
            serve_one(row, accept(http, NULL, NULL));
        }
    }
    (void)close(control); /* the child's stays */
    (void)close(http);
    return child;
}

/* --- asking it --- */

static void ask(const struct row *row)
{
    const char *words[TYPED_MAX + 3] = {NULL};
    size_t count = 0;
    for (; count < TYPED_MAX && row->words[count] != NULL; count++) {
        words[count] = row->words[count];
    }
    words[count++] = "--state";
    words[count] = folder;
    const pid_t node = node_of(row);
    const struct ran ran = run(words);
    (void)kill(node, SIGKILL);
    assert_int_equal(await(node), 1000 + SIGKILL);
    const bool is_said = strstr(ran.out, row->says) != NULL || strstr(ran.err, row->says) != NULL;
    if (ran.status != row->status || !is_said) {
        print_error("%s %s: %d\n%s%s", words[0], words[1], ran.status, ran.out, ran.err);
    }
    assert_int_equal(ran.status, row->status);
    assert_true(is_said);
}

static void begin(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/trestle-answers-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

static void end(void)
{
    char remove_it[128];
    (void)snprintf(remove_it, sizeof remove_it, "rm -rf '%s'", folder);
    assert_int_equal(system(remove_it), 0); /* NOLINT: a path of our own making */
}

static void ask_all(const struct row *rows, size_t count)
{
    begin();
    for (size_t i = 0; i < count; i++) {
        ask(&rows[i]);
    }
    end();
}

#define ASK_ALL(rows) ask_all(rows, sizeof(rows) / sizeof *(rows))

/* --- what is no answer --- */

/* Each command that asks, as it is typed, and where it asks. */
static const struct {
    const char *words[TYPED_MAX];
    const char *path;
} askers[] = {
    {{"order", "list"}, "/api/orders"},
    {{"order", "list"}, "/api/session"},
    {{"order", "show", "A1"}, "/api/orders"},
    {{"order", "show", "000000000000000000000001"}, "/api/orders/"},
    {{"order", "show", "A1"}, "/api/session"},
    {{"order", "add", "10"}, "/api/menu"},
    {{"order", "add", "10"}, "/api/orders"},
    {{"device", "list"}, "/api/devices"},
    {{"device", "rename", "Stove", "Oven"}, "/api/devices"},
    {{"staff", "roles"}, "/api/staff"},
    {{"staff", "role", "1", "counter"}, "/api/staff"},
    {{"record", "list", "stalls"}, "/api/stalls"},
    {{"record", "add", "stall", "name=North"}, "/api/stalls"},
    {{"record", "set", "stall", "1", "name=North"}, "/api/stalls"},
    {{"record", "add", "printer", "name=Bar"}, "/api/session"},
    {{"stock", "list"}, "/api/menu"},
    {{"stock", "add", "10", "1"}, "/api/menu"},
    {{"stock", "policy", "10", "off"}, "/api/menu"},
    {{"menu", "export"}, "/api/menu"},
    {{"menu", "export"}, "/api/session"},
    {{"day"}, "/api/day"},
    {{"day", "open"}, "/api/day"},
    {{"day", "close"}, "/api/day"},
    {{"report"}, "/api/reports"},
    {{"report"}, "/api/session"},
    {{"voided"}, "/api/voided"},
    {{"voided"}, "/api/session"},
    {{"voided", "adopt", "A1", "--yes"}, "/api/voided"},
    {{"voided", "drop", "A1", "--reason", "none"}, "/api/voided"},
    {{"voided", "adopt", "000000000000000000000001", "--yes"}, "/api/orders/"},
    {{"erase", "A1", "--reason", "asked", "--yes"}, "/api/orders"},
    {{"erase", "000000000000000000000001", "--reason", "asked", "--yes"}, "/api/orders/"},
};

TEST(cli_answers, a_command_that_gets_no_answer_says_so_and_fails)
{
    static const struct {
        const char *reply, *says;
        int status;
    } kinds[] = {
        {"", "not in the expected form", 1},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsorry", "not in the expected form", 1},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "not in the expected form", 1},
        {"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "the node answered 503", 69},
    };
    begin();
    for (size_t i = 0; i < sizeof askers / sizeof askers[0]; i++) {
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            struct row row = {.status = kinds[k].status,
                              .says = kinds[k].says,
                              .canned = {{askers[i].path, kinds[k].reply}}};
            memcpy(row.words, askers[i].words, sizeof row.words);
            ask(&row);
        }
    }
    end();
}

#define OK "HTTP/1.1 200 OK\r\n"
#define ASK_DAY                                                                                    \
    {                                                                                              \
        "day"                                                                                      \
    }

TEST(cli_answers, http_is_read_to_the_letter)
{
    static const struct row rows[] = {
        {0, "day 7", ASK_DAY, {{"/api/day", OK "\r\n{\"day\":7}"}}}, /* to the connection's end */
        {0, "day 7", ASK_DAY, {{"/api/day", OK "content-length: \t9 \t\r\n\r\n{\"day\":7}"}}},
        {0,
         "day 7",
         ASK_DAY,
         {{"/api/day", "HTTP/1.0 200\r\nContent-Length:9\r\n\r\n{\"day\":7}"}}},
        {0, "day 7", ASK_DAY, {{"/api/day", OK "X: y\r\nContent-Length: 9\r\n\r\n{\"day\":7}..."}}},
        {1, "", ASK_DAY, {{"/api/day", "HTTP/2 200 OK\r\n\r\n{}"}}},
        {1, "", ASK_DAY, {{"/api/day", "HTTP/1.1_200 OK\r\n\r\n{}"}}},
        {1, "", ASK_DAY, {{"/api/day", "HTTP/1.1 2000 OK\r\n\r\n{}"}}},
        {1, "", ASK_DAY, {{"/api/day", "HTTP/1.1 2x0 OK\r\n\r\n{}"}}},
        {1, "", ASK_DAY, {{"/api/day", "HTTP/1.1 2!0 OK\r\n\r\n{}"}}},
        {1, "", ASK_DAY, {{"/api/day", "HTTP/1.1 099 OK\r\n\r\n{}"}}},
        {1, "", ASK_DAY, {{"/api/day", "HTTP/1.1 600 OK\r\n\r\n{}"}}},
        {1, "", ASK_DAY, {{"/api/day", "HTTP/1.1\r\n\r\n{}"}}},
        {1, "", ASK_DAY, {{"/api/day", OK "Content-Length: x\r\n\r\n{}"}}},
        {1, "", ASK_DAY, {{"/api/day", OK "Content-Length:\r\n\r\n{}"}}},
        {1, "", ASK_DAY, {{"/api/day", OK "Content-Length: 99999999999999999999\r\n\r\n{}"}}},
        {1, "", ASK_DAY, {{"/api/day", OK "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"}}},
        {1, "", ASK_DAY, {{"/api/day", OK "Content-Length: 200\r\n\r\n{}"}}}, /* cut off */
        {1, "", ASK_DAY, {{"/api/day", OK "Content-Le"}}},
    };
    ASK_ALL(rows);
}

TEST(cli_answers, a_refusal_is_told_in_its_own_words)
{
    static const struct row rows[] = {
        {1, "the node answered 500", ASK_DAY, {{"/api/day", "HTTP/1.1 500 Oh\r\n\r\n"}}},
        {1, "the node answered 400", ASK_DAY, {{"/api/day", "HTTP/1.1 400 No\r\n\r\n{\"a\":1}"}}},
        {1,
         "trestle: That is so.\n",
         ASK_DAY,
         {{"/api/day", "HTTP/1.1 409 No\r\n\r\n{\"title\":\"That is so.\"}"}}},
        {1,
         "That is so. (here)",
         ASK_DAY,
         {{"/api/day", "HTTP/1.1 409 No\r\n\r\n{\"title\":\"That is so.\",\"detail\":\"here\"}"}}},
        {1,
         "name is too long",
         ASK_DAY,
         {{"/api/day",
           "HTTP/1.1 422 No\r\n\r\n{\"title\":\"Wrong.\",\"detail\":\"/name is too long\"}"}}},
        {77, "No.", ASK_DAY, {{"/api/day", "HTTP/1.1 403 No\r\n\r\n{\"title\":\"No.\"}"}}},
        {74, "Full.", ASK_DAY, {{"/api/day", "HTTP/1.1 507 No\r\n\r\n{\"title\":\"Full.\"}"}}},
        {69, "Wait.", ASK_DAY, {{"/api/day", "HTTP/1.1 503 No\r\n\r\n{\"title\":\"Wait.\"}"}}},
        {69, "the node: ", {"order", "add", "10"}, {{"/api/session", "HTTP/1.1 503 No\r\n\r\n{}"}}},
        {1, "the node: ", {"order", "add", "10"}, {{"/api/session", OK "\r\nsorry"}}},
        {1, "the node: ", {"day", "close"}, {{"/api/session", ""}}},
        {2, "is not part of a pop-up", {"status"}, {{"/readyz", ""}}},
        {2, "is not part of a pop-up", {"status"}, {{"/api/status", "HTTP/1.1 500 Oh\r\n\r\n{}"}}},
        {2, "{\"down\":true}", {"status", "--json"}, {{"/api/status", ""}}},
        {69, "no node answers", {"top", "--once"}, {{"/api/status", OK "\r\nsorry"}}},
        {69, "no node answers", {"top", "--once"}, {{"/api/status", "HTTP/1.1 500 Oh\r\n\r\n{}"}}},
        {2, "it runs and does not answer", {"doctor"}, {{"/readyz", ""}}},
        {2, "it runs and does not answer", {"doctor"}, {{"/api/status", OK "\r\nsorry"}}},
        {2,
         "it runs and does not answer",
         {"doctor"},
         {{"/api/status", "HTTP/1.1 500 Oh\r\n\r\n"}}},
    };
    ASK_ALL(rows);
}

/* --- what is seldom seen --- */

#define STATUS_OF_TROUBLE                                                                          \
    "{\"device\":\"00000000000000ab\",\"events\":9,\"logs\":2,\"day\":3,\"uptime_s\":900,"         \
    "\"orders_stuck\":4,\"orders_voided\":5,\"opaque\":6,\"store_bytes\":8388608,"                 \
    "\"store_bytes_max\":9437184,\"beacons_sent\":7,\"beacons_heard\":0,\"peers\":["               \
    "{\"name\":\"Stove\",\"role\":\"kitchen\",\"state\":\"linked\",\"behind\":99999,\"ahead\":1,"  \
    "\"clock_offset_ms\":-86400000},"                                                              \
    "{\"name\":\"Hatch\",\"role\":\"pickup\",\"state\":\"linked\",\"behind\":1,\"ahead\":99999,"   \
    "\"clock_offset_ms\":86400000},"                                                               \
    "{\"name\":\"Till\",\"role\":\"counter\",\"state\":\"linked\",\"behind\":1,\"ahead\":1},"      \
    "{\"name\":\"Bar\",\"role\":\"counter\",\"state\":\"refused\"}],"                              \
    "\"printers\":[{\"number\":1,\"ready\":true,\"waiting\":0},{\"number\":2,\"ready\":false,"     \
    "\"state\":\"it is out of paper\",\"waiting\":3}]}"
#define STATUS_ALONE "{\"device\":\"00000000000000ab\",\"peers\":[],\"store_bytes_max\":0}"
#define STATUS_QUIET                                                                               \
    "{\"beacons_sent\":0,\"uptime_s\":900,\"peers\":[{\"name\":\"Stove\",\"state\":\"linked\"}]}"
#define TROUBLE                                                                                    \
    {                                                                                              \
        {                                                                                          \
            "/api/status", STATUS_OF_TROUBLE                                                       \
        }                                                                                          \
    }
#define TROUBLE_NOT_READY                                                                          \
    {                                                                                              \
        {"/api/status", STATUS_OF_TROUBLE},                                                        \
        {                                                                                          \
            "/readyz", "HTTP/1.1 503 No\r\n\r\n{}"                                                 \
        }                                                                                          \
    }

TEST(cli_answers, trouble_is_shown)
{
    static const struct row rows[] = {
        {0, "ALARM    4 orders do not get on", {"top", "--once"}, TROUBLE},
        {0, "ALARM    5 voided orders", {"top", "--once"}, TROUBLE},
        {0, "ALARM    6 events need newer software", {"top", "--once"}, TROUBLE},
        {0, "placed 3", {"top", "--once"}, TROUBLE},
        {0, "printer 2  it is out of paper, 3 slips wait", {"top", "--once"}, TROUBLE},
        {0, "NOT READY", {"top", "--once"}, TROUBLE_NOT_READY},
        {0, "(this device is alone)", {"top", "--once"}, {{"/api/status", STATUS_ALONE}}},
        {0,
         "alone",
         {"top", "--once"},
         {{"/api/status", STATUS_ALONE}, {"/metrics", "HTTP/1.1 500 Oh\r\n\r\n"}}},
        {0,
         "orders",
         {"top", "--once"},
         {{"/api/status", STATUS_ALONE}, {"/metrics", OK "\r\ntrestle_orders{phase=\"x"}}},
        {1, "6 events need newer software", {"status"}, TROUBLE},
        {1, "Bar", {"status"}, TROUBLE},
        {1, "\"orders_stuck\":4", {"status", "--json"}, TROUBLE_NOT_READY},
        {0, "healthy", {"status"}, {{"/api/status", STATUS_ALONE}}},
        {1,
         "not ready",
         {"status"},
         {{"/api/status", STATUS_ALONE}, {"/readyz", "HTTP/1.1 503 No\r\n\r\n{}"}}},
        {2, "4 do not get on", {"doctor"}, TROUBLE},
        {2, "5 of a revoked device", {"doctor"}, TROUBLE},
        {2, "Stove: linked, lacks 99999 events", {"doctor"}, TROUBLE},
        {2, "Stove's clock is 86400 s behind", {"doctor"}, TROUBLE},
        {2, "Hatch's clock is 86400 s ahead", {"doctor"}, TROUBLE},
        {2, "7 sent, none heard of the other devices", {"doctor"}, TROUBLE},
        {2, "2: it is out of paper, 3 slips wait", {"doctor"}, TROUBLE},
        {2, "it cannot write, or hangs", {"doctor"}, TROUBLE_NOT_READY},
        {2, "none sent", {"doctor"}, {{"/api/status", STATUS_QUIET}}},
        {2, "alone", {"doctor", "--json"}, {{"/api/status", STATUS_ALONE}}},
        {0,
         "revoked",
         {"device", "list"},
         {{"/api/devices",
           "{\"devices\":[{\"id\":\"1\",\"revoked\":true},{\"id\":\"2\","
           "\"retired\":true,\"lane\":\"A\"},{\"id\":\"3\",\"state\":\"lost\"}]}"}}},
        {1,
         "several devices are called 'Stove'",
         {"device", "rename", "Stove", "Oven"},
         {{"/api/devices", "{\"devices\":[{\"id\":\"1\",\"name\":\"Stove\"},{\"id\":\"2\","
                           "\"name\":\"Stove\"}]}"}}},
        {1,
         "add --yes",
         {"device", "revoke", "Stove"},
         {{"/api/devices", "{\"devices\":[{\"id\":\"1\",\"name\":\"Stove\"}]}"}}},
        {0,
         "two admins said otherwise",
         {"staff", "roles"},
         {{"/api/staff", "{\"people\":[{\"staff\":7,\"role\":\"none\",\"disputed\":true}]}"}}},
        {0,
         "CONFLICT",
         {"record", "list", "stalls"},
         {{"/api/stalls", "{\"stalls\":[{\"number\":1,\"name\":\"North\",\"conflict\":true}]}"}}},
        {0,
         "000000000000000000000005",
         {"record", "list", "reviews"},
         {{"/api/reviews", "{\"reviews\":[{\"id\":\"000000000000000000000005\"}]}"}}},
        {0,
         "not all of Stove may be here yet",
         {"day"},
         {{"/api/day", "{\"day\":3,\"missing\":[\"Stove\"]}"}}},
        {0, "none was opened yet", {"day"}, {{"/api/day", "{\"day\":0}"}}},
        {0, "no order waits", {"voided"}, {{"/api/voided", "{\"orders\":[]}"}}},
        {0,
         "and 3 lines more",
         {"voided"},
         {{"/api/voided", "{\"orders\":[{\"number\":\"A1\",\"lines\":4,\"shown\":[{\"name\":"
                          "\"Tea\",\"quantity\":1}]}]}"}}},
        {1,
         "several orders A1 wait",
         {"voided", "adopt", "A1", "--yes"},
         {{"/api/voided", "{\"orders\":[{\"number\":\"A1\"},{\"number\":\"A1\"}]}"}}},
        {0,
         "{\"events\":1}",
         {"voided", "adopt", "A1", "--yes", "--json"},
         {{"/api/voided", "{\"orders\":[{\"number\":\"A1\",\"id\":\"000000000000000000000001\"}]}"},
          {"/api/orders/", "{\"events\":1}"}}},
        {1,
         "there is no person 8",
         {"staff", "role", "8", "counter"},
         {{"/api/staff", "{\"staff\":[{\"number\":7}]}"}}},
        {1,
         "there is no person 7",
         {"staff", "role", "7", "counter"},
         {{"/api/staff/", "HTTP/1.1 404 No\r\n\r\n{}"},
          {"/api/staff", "{\"staff\":[{\"number\":7}]}"}}},
        {0,
         "the day has more orders than one report adds up",
         {"report"},
         {{"/api/reports", "{\"day\":3,\"complete\":false,\"missing\":[{\"name\":\"Stove\"}]}"}}},
        {0,
         "figures are being worked over",
         {"report"},
         {{"/api/reports", "{\"day\":3,\"complete\":true,\"remaking\":true}"}}},
        {0,
         "figures are being worked over",
         {"report", "--csv"},
         {{"/api/reports", "{\"day\":3,\"remaking\":true}"}}},
        {0, "figures  are being worked over", {"status"}, {{"/api/status", "{\"remaking\":true}"}}},
        {0,
         "ALARM    figures are being worked over",
         {"top", "--once"},
         {{"/api/status", "{\"remaking\":true}"}}},
        {0,
         "paid,\"a \"\"card\"\"\",5",
         {"report", "--csv"},
         {{"/api/reports", "{\"methods\":[{\"method\":\"a \\\"card\\\"\",\"paid\":5}]}"}}},
        {0,
         "(3 entries in the journal)",
         {"erase", "A1", "--reason", "asked", "--yes"},
         {{"/api/orders/", "{\"events\":3}"}}},
    };
    ASK_ALL(rows);
}
