/* Routes that a program adds to those of every node. */
#include <poll.h>
#include <stdio.h>
#include <string.h>
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
