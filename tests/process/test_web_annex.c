/* Routes that a program adds to those of every node. */
#define _DEFAULT_SOURCE /* the limit on core files */

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/api/annex.h"
#include "tests/lib/test.h"
#include "tests/process/lib/booth.h"
#include "tests/process/lib/raw.h"

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

enum { BYTES_MAX = 128 * 1024 };

static const struct route added_routes[] = {{.method = "POST",
                                             .path = "/hooks/some",
                                             .summary = "Bytes.",
                                             .takes_bytes = true,
                                             .bytes_max = BYTES_MAX,
                                             .header = "some-signature:",
                                             .response = &schema_nothing,
                                             .capability = API_PUBLIC,
                                             .again = AGAIN_HARMLESS,
                                             .rate = RATE_WRITE,
                                             .command = -1,
                                             .status = 200,
                                             .shape = SHAPE_ANNEX}};

TEST(web_annex, what_a_program_adds_is_asked_and_may_answer_later)
{
    static char body[BYTES_MAX + 2];
    struct added added = {.later = 0};
    const struct annex annex = {.context = &added,
                                .routes = added_routes,
                                .routes_count = 1,
                                .handle = added_handle,
                                .answered = added_answered};
    struct booth *booth = booth_new(ROLE_COUNTER);
    booth->config.annex = &annex;
    booth_serve(booth);
    char headers[256];
    (void)snprintf(headers, sizeof headers, "%sSome-Signature: abc\r\n", booth_host(booth));
    int fd = booth_dial(booth);
    assert_int_equal(raw_ask(fd, "POST", "/hooks/some", headers, "raw \x01"), 200);
    assert_string_equal(got.body, "{\"header\":3,\"body\":5}");
    assert_int_equal(raw_ask(fd, "GET", "/hooks/some", booth_host(booth), NULL), 405);
    assert_non_null(strstr(got.head, "allow: POST\r\n"));
    memset(body, 'x', sizeof body - 1);
    body[BYTES_MAX] = '\0';
    assert_int_equal(raw_ask(fd, "POST", "/hooks/some", booth_host(booth), body), 200);
    body[BYTES_MAX] = 'x';
    assert_int_equal(raw_ask(fd, "POST", "/hooks/some", booth_host(booth), body), 413);
    (void)close(fd);
    fd = booth_dial(booth);
    char request[256];
    int size = snprintf(request, sizeof request,
                        "POST /hooks/some HTTP/1.1\r\n%sContent-Length: 5\r\n\r\nlater",
                        booth_host(booth));
    assert_true(raw_send(fd, request, (size_t)size));
    struct pollfd answer = {.fd = fd, .events = POLLIN};
    do { /* it may not have read the request yet */
        web_notify(booth->web);
    } while (poll(&answer, 1, 10) == 0);
    raw_read_answer(fd, false);
    assert_int_equal(got.status, 200);
    assert_string_equal(got.body, "{}");
    (void)close(fd);
    booth_free(booth);
}

/* --- tables that say too little --- */

static const char *mistake; /* of a node's own table; NULL = what is found */

const char *__real_routes_mistake(void); /* NOLINT: the linker's names */
const char *__wrap_routes_mistake(void); /* NOLINT: the linker's names */
const char *__wrap_routes_mistake(void)  /* NOLINT: the linker's names */
{
    return mistake != NULL ? mistake : __real_routes_mistake();
}

/* The signal that ends a server with @added beside its own rows; 0 = it began. */
static int ended_by(const struct route *added, size_t count)
{
    int status = 0;
    const struct annex annex = {
        .routes = added, .routes_count = count, .handle = added_handle, .answered = added_answered};
    struct booth *booth = booth_new(ROLE_COUNTER);
    booth->config.annex = &annex;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit none = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)signal(SIGABRT, SIG_DFL);
        (void)booth_serve(booth);
        _exit(0);
    }
    assert_int_equal(child, waitpid(child, &status, 0));
    booth_free(booth);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST(web_annex, a_row_that_does_not_say_who_may_or_how_often_lets_no_server_begin)
{
    struct route rows[2] = {added_routes[0], added_routes[0]};
    assert_int_equal(0, ended_by(rows, 1));
    assert_int_equal(SIGABRT, ended_by(rows, 2)); /* one path, two rows */
    rows[0].capability = 0;                       /* as where nothing is written */
    assert_int_equal(SIGABRT, ended_by(rows, 1));
    rows[0] = added_routes[0];
    rows[0].rate = RATE_UNSAID;
    assert_int_equal(SIGABRT, ended_by(rows, 1));
    rows[0] = added_routes[0];
    rows[0].again = AGAIN_UNSAID;
    assert_int_equal(SIGABRT, ended_by(rows, 1));
}

TEST(web_annex, a_mistake_in_a_node_s_own_table_lets_no_server_begin)
{
    mistake = "/api/orders";
    assert_int_equal(SIGABRT, ended_by(added_routes, 1));
    mistake = NULL;
}
