/* A machine that has no memory left, no threads, no file descriptors: the web server does not begin
 * by half, and while it serves whoever is there cannot be served is sent away, and the next is. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/web/web_state.h"
#include "sync/base/check.h"
#include "tests/lib/test.h"
#include "tests/process/lib/booth.h"
#include "tests/process/lib/raw.h"
#include "tests/process/lib/scarce.h"
#include "tests/process/lib/tls_make.h"

#define ORDER_PAGE                                                                                 \
    "<html><script type=\"application/json\" id=\"facts\">null</script>"                           \
    "<style>p{}</style><script type=\"module\">1</script></html>"

static struct booth *booth_whole(void)
{
    static char control[100];
    struct booth *booth = booth_new(ROLE_OWNER);
    (void)snprintf(control, sizeof control, "%s/control", booth->folder);
    booth_add_file(booth, "order.html", ORDER_PAGE);
    booth->config.control = control;
    booth->config.customers_max = 4;
    return booth;
}

/* --- beginning --- */

/* Beginning where the @nth call of @missing fails: whether there was one. */
static bool begin_without(struct booth *booth, const char *missing, unsigned nth, int wanted)
{
    struct web *web = NULL;
    scarce_begin(missing, nth, pthread_self());
    const int err = web_start(&booth->config, &booth->gate, &web);
    const bool is_reached = scarce_end();
    const bool may_begin = nth > 1 || !is_reached; /* without this it still begins */
    if (err != wanted && !(err == 0 && may_begin)) {
        fail_msg("%s %u is missing: %d", missing, nth, err);
    }
    assert_true((web == NULL) == (err != 0));
    web_stop(web);
    return is_reached;
}

TEST(web_scarce, without_what_it_needs_it_does_not_begin)
{
    static const struct {
        const char *missing;
        int err;
    } rows[] = {{"calloc", ERR_NO_MEMORY},
                {"malloc", ERR_NO_MEMORY},
                {"fdopendir", ERR_NO_MEMORY},
                {"lws_create_context", ERR_NO_MEMORY},
                {"pthread_create", ERR_NO_MEMORY},
                {"read", ERR_IO},
                {"fstatat", ERR_IO},
                {"socket", ERR_IO},
                {"chmod", ERR_IO}};
    struct booth *booth = booth_whole();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned nth = 1;
        while (begin_without(booth, rows[i].missing, nth, rows[i].err)) {
            nth++;
        }
        assert_true(nth > 1);
    }
    booth_free(booth);
}

/* --- serving --- */

/* @come once for each @missing that the server would need for it, which is not there. */
static void is_sent_away(struct booth *booth, const char *missing, int (*come)(struct booth *booth),
                         int status)
{
    unsigned nth = 0;
    for (bool is_reached = true; is_reached; nth++) {
        scarce_begin(missing, nth + 1, booth->web->thread);
        const int given = come(booth);
        is_reached = scarce_end();
        if ((given == status) == is_reached) {
            fail_msg("%s %u is missing: %d", missing, nth + 1, given);
        }
        assert_int_equal(200, booth_get(booth, "/healthz"));
    }
    assert_true(nth > 1);
}

static int come_asking(struct booth *booth)
{
    return booth_get(booth, "/order");
}

static int come_watching(struct booth *booth, const char *path)
{
    char origin[100];
    const int fd = booth_dial(booth);
    (void)snprintf(origin, sizeof origin, "Origin: http://127.0.0.1:%d\r\n", web_port(booth->web));
    const int status = booth_upgrade(fd, booth, path, origin);
    (void)close(fd);
    return status;
}

static int come_as_screen(struct booth *booth)
{
    return come_watching(booth, "/ws?view=kitchen");
}

static int come_as_phone(struct booth *booth)
{
    return come_watching(booth, "/ws?view=customer");
}

static int come_from_elsewhere(struct booth *booth)
{
    const int fd = booth_dial(booth);
    const int status =
        booth_upgrade(fd, booth, "/ws?view=kitchen", "Origin: http://evil.example\r\n");
    (void)close(fd);
    return status;
}

TEST(web_scarce, who_comes_while_there_is_no_memory_is_sent_away_and_the_next_is_served)
{
    struct booth *booth = booth_serve(booth_whole());
    is_sent_away(booth, "calloc", come_asking, 200);
    is_sent_away(booth, "calloc", come_as_screen, 101);
    is_sent_away(booth, "calloc", come_as_phone, 101);
    booth_free(booth);
}

static int come_writing(struct booth *booth)
{
    return booth_post(booth, "/api/menu", 1, BOOTH_BURGER);
}

TEST(web_scarce, a_body_for_which_there_is_no_memory_is_refused_and_the_next_is_taken)
{
    struct booth *booth = booth_serve(booth_whole());
    scarce_begin("malloc", 1, booth->web->thread);
    assert_int_equal(503, come_writing(booth));
    assert_non_null(strstr(got.head, "retry-after: 2\r\n"));
    assert_true(scarce_end());
    assert_int_equal(201, come_writing(booth));
    booth_free(booth);
}

TEST(web_scarce, an_answer_that_cannot_be_sent_ends_the_connection)
{
    struct booth *booth = booth_serve(booth_whole());
    is_sent_away(booth, "lws_write", come_asking, 200);
    is_sent_away(booth, "lws_finalize_write_http_header", come_asking, 200);
    is_sent_away(booth, "lws_write", come_from_elsewhere, 403);
    is_sent_away(booth, "lws_finalize_write_http_header", come_from_elsewhere, 403);
    booth_free(booth);
}

TEST(web_scarce, a_frame_that_cannot_be_sent_ends_the_connection)
{
    struct booth *booth = booth_serve(booth_whole());
    scarce_begin("lws_write", 1, booth->web->thread);
    int fd = booth_screen(booth, "/ws?view=kitchen");
    raw_hear(fd);
    assert_int_equal(heard.opcode, -1);
    assert_true(scarce_end());
    (void)close(fd);
    fd = booth_screen(booth, "/ws?view=kitchen");
    raw_hear_type(fd, "hello");
    (void)close(fd);
    booth_free(booth);
}

/* --- the certificate --- */

static char certificate[100], key[100];
static const struct tls_files files = {certificate, key};

static struct booth *booth_secure(void)
{
    struct booth *booth = booth_new(ROLE_OWNER);
    (void)snprintf(certificate, sizeof certificate, "%s/tls.pem", booth->folder);
    (void)snprintf(key, sizeof key, "%s/tls.key", booth->folder);
    tls_make(&files, 3600);
    booth->config.https_address = "127.0.0.1";
    booth->config.tls = files;
    return booth;
}

TEST(web_scarce, without_memory_nothing_is_said_of_a_certificate)
{
    char problem[TLS_PROBLEM_BYTES_MAX] = "";
    uint8_t public_key[TLS_PUBLIC_KEY_BYTES_MAX];
    size_t size = 0;
    int days = 0;
    struct booth *booth = booth_secure();
    scarce_begin("SSL_CTX_new", 1, pthread_self());
    assert_int_equal(tls_check(&files, problem), ERR_NO_MEMORY);
    scarce_begin("SSL_CTX_new", 1, pthread_self());
    assert_int_equal(tls_days_left(certificate, &days), ERR_MALFORMED);
    scarce_begin("SSL_CTX_new", 1, pthread_self());
    assert_int_equal(tls_public_key(certificate, public_key, sizeof public_key, &size),
                     ERR_MALFORMED);
    assert_true(scarce_end());
    assert_int_equal(tls_check(&files, problem), 0);
    booth_free(booth);
}

static void on_log(void *context, const char *line)
{
    if (strstr(line, "the old one stays") != NULL) {
        atomic_store((atomic_bool *)context, true);
    }
}

TEST(web_scarce, a_new_certificate_that_was_not_taken_is_not_passed_over_in_silence)
{
    atomic_bool is_said = false;
    struct booth *booth = booth_secure();
    booth->config.on_log = on_log;
    booth->config.log_context = &is_said;
    (void)booth_serve(booth);
    tls_make(&files, 7200);
    scarce_begin("lws_tls_cert_updated", 1, booth->web->thread);
    web_reload(booth->web);
    const uint64_t until = booth_now().mono_ms + RAW_DEADLINE_MS;
    while (!atomic_load(&is_said) && booth_now().mono_ms < until) {
        assert_int_equal(200, booth_get(booth, "/healthz")); /* it has turned since */
    }
    assert_true(atomic_load(&is_said));
    assert_true(scarce_end());
    booth_free(booth);
}
