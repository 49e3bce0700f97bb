/* The TLS listener of a node: real certificates, a client of OpenSSL's, and a certificate that is
 * replaced while it runs. */
#include "node/web/openssl_names.h"

#include <openssl/ssl.h>
#undef ERR_STATE

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

static struct stall stall;
static char certificate[200], key[200];

/* --- certificates --- */

static void shell(const char *command)
{
    if (system(command) != 0) { /* NOLINT(cert-env33-c): words of ours */
        fail_msg("%s", command);
    }
}

/* A new one, self-signed, for @name, in the place of what was there. */
static void certificate_make(const char *name)
{
    char command[900];
    (void)snprintf(command, sizeof command,
                   "cd '%s' && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
                   "-nodes -days 2 -subj /CN=%s -keyout new.key -out new.pem 2>openssl.log && "
                   "chmod 600 new.key && mv new.pem tls.pem && mv new.key tls.key",
                   stall.folder, name);
    shell(command);
}

static void open_stall(void)
{
    stall_open(&stall);
    stall_init(&stall);
    (void)snprintf(certificate, sizeof certificate, "%s/tls.pem", stall.folder);
    (void)snprintf(key, sizeof key, "%s/tls.key", stall.folder);
    certificate_make("first");
}

static void open_node(void)
{
    open_stall();
    assert_int_equal(setenv("TRESTLE_HTTPS", "127.0.0.1:0", 1), 0);
    assert_int_equal(setenv("TRESTLE_TLS_CERTIFICATE", certificate, 1), 0);
    assert_int_equal(setenv("TRESTLE_TLS_KEY", key, 1), 0);
    node_start(&stall.nodes[0]);
}

static void close_node(void)
{
    static const char *const names[] = {"TRESTLE_HTTPS", "TRESTLE_TLS_CERTIFICATE",
                                        "TRESTLE_TLS_KEY"};
    stall_close(&stall);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(unsetenv(names[i]), 0);
    }
}

/* --- a client --- */

struct secure {
    SSL_CTX *context;
    SSL *ssl;
    int fd;
    char answer[16 * 1024];
};

static int https_port(void)
{
    static const char before[] = "https at 127.0.0.1, port ";
    const char *at = strstr(node_log(&stall.nodes[0]), before);
    assert_non_null(at);
    return (int)strtol(at + strlen(before), NULL, 10);
}

static int dial(void)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)https_port()),
                                        .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const struct timeval deadline = {.tv_sec = DEADLINE_MS / 1000};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address),
                     0);
    return fd;
}

/* Whether a handshake succeeds with versions up to @version, offering h2 before http/1.1. */
static bool secure_open(struct secure *secure, int version)
{
    static const unsigned char offered[] = "\x02h2\x08http/1.1";
    secure->context = SSL_CTX_new(TLS_client_method());
    assert_non_null(secure->context);
    SSL_CTX_set_security_level(secure->context, 0); /* the old versions, too */
    assert_int_equal(SSL_CTX_set_max_proto_version(secure->context, version), 1);
    secure->ssl = SSL_new(secure->context);
    assert_int_equal(SSL_set_alpn_protos(secure->ssl, offered, sizeof offered - 1), 0);
    secure->fd = dial();
    assert_int_equal(SSL_set_fd(secure->ssl, secure->fd), 1);
    return SSL_connect(secure->ssl) == 1;
}

static void secure_close(struct secure *secure)
{
    SSL_free(secure->ssl);
    SSL_CTX_free(secure->context);
    (void)close(secure->fd);
}

/* Its certificate is for whom. */
static const char *secure_name(const struct secure *secure)
{
    static char name[64];
    X509 *peer = SSL_get1_peer_certificate(secure->ssl);
    assert_non_null(peer);
    assert_true(X509_NAME_get_text_by_NID(X509_get_subject_name(peer), NID_commonName, name,
                                          sizeof name) > 0);
    X509_free(peer);
    return name;
}

/* The status; the head is in the answer, and what came with it of the body. */
static int secure_ask(struct secure *secure, const char *path, const char *host)
{
    char request[400];
    size_t size = 0;
    const int asked =
        snprintf(request, sizeof request, "HEAD %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, host);
    assert_int_equal(SSL_write(secure->ssl, request, asked), asked);
    memset(secure->answer, 0, sizeof secure->answer);
    while (strstr(secure->answer, "\r\n\r\n") == NULL) {
        const int got =
            SSL_read(secure->ssl, secure->answer + size, (int)(sizeof secure->answer - 1 - size));
        assert_true(got > 0);
        size += (size_t)got;
    }
    return (int)strtol(secure->answer + strlen("HTTP/1.1 "), NULL, 10);
}

static int secure_ask_own(struct secure *secure, const char *path)
{
    char host[64];
    (void)snprintf(host, sizeof host, "localhost:%d", https_port());
    return secure_ask(secure, path, host);
}

static const char *name_now(void)
{
    struct secure secure;
    assert_true(secure_open(&secure, TLS1_3_VERSION));
    const char *name = secure_name(&secure);
    secure_close(&secure);
    return name;
}

/* --- what holds --- */

TEST(https, it_speaks_http_1_1_over_tls_1_2_and_newer)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    struct secure secure;
    const unsigned char *chosen = NULL;
    unsigned size = 0;
    open_node();
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        assert_true(secure_open(&secure, versions[i]));
        SSL_get0_alpn_selected(secure.ssl, &chosen, &size);
        assert_int_equal(size, 8);
        assert_memory_equal(chosen, "http/1.1", 8);
        assert_int_equal(secure_ask_own(&secure, "/api/menu"), 200);
        secure_close(&secure);
    }
    assert_false(secure_open(&secure, TLS1_1_VERSION));
    secure_close(&secure);
    close_node();
}

TEST(https, browsers_are_told_to_stay_with_a_name_and_not_with_this_machine)
{
    struct secure secure;
    char address[64];
    assert_int_equal(setenv("TRESTLE_ORIGIN", "https://stall.example", 1), 0);
    open_node();
    assert_true(secure_open(&secure, TLS1_3_VERSION));
    assert_int_equal(secure_ask(&secure, "/api/menu", "stall.example"), 200);
    assert_non_null(strstr(secure.answer, "strict-transport-security: max-age=31536000"));
    assert_int_equal(secure_ask_own(&secure, "/api/menu"), 200);
    assert_null(strstr(secure.answer, "strict-transport-security"));
    (void)snprintf(address, sizeof address, "127.0.0.1:%d", https_port());
    assert_int_equal(secure_ask(&secure, "/api/menu", address), 200);
    assert_null(strstr(secure.answer, "strict-transport-security"));
    secure_close(&secure);
    close_node();
    assert_int_equal(unsetenv("TRESTLE_ORIGIN"), 0);
}

TEST(https, who_comes_over_tls_is_nobody_of_this_machine)
{
    struct secure secure;
    open_node();
    assert_true(secure_open(&secure, TLS1_3_VERSION));
    assert_int_equal(secure_ask_own(&secure, "/api/menu"), 200);
    assert_int_equal(secure_ask_own(&secure, "/api/kitchen/board"), 401);
    secure_close(&secure);
    assert_true(secure_open(&secure, TLS1_3_VERSION));
    assert_int_equal(secure_ask(&secure, "/api/menu", "evil.example"), 421);
    secure_close(&secure);
    close_node();
}

static void until_name(const char *wanted)
{
    const time_t end = time(NULL) + DEADLINE_MS / 1000;
    while (strcmp(name_now(), wanted) != 0) {
        assert_true(time(NULL) < end);
    }
}

static void until_log(const char *wanted)
{
    const time_t end = time(NULL) + DEADLINE_MS / 1000;
    while (strstr(node_log(&stall.nodes[0]), wanted) == NULL) {
        assert_true(time(NULL) < end);
    }
}

TEST(https, a_new_certificate_is_taken_while_it_runs_and_a_wrong_one_is_not)
{
    struct secure kept;
    open_node();
    assert_true(secure_open(&kept, TLS1_3_VERSION));
    assert_string_equal(secure_name(&kept), "first");
    certificate_make("second");
    assert_string_equal(name_now(), "first"); /* until it is told */
    assert_int_equal(kill(stall.nodes[0].process, SIGHUP), 0);
    until_name("second");
    until_log("the certificate was read again");
    assert_int_equal(secure_ask_own(&kept, "/api/menu"), 200); /* who was there stays */
    write_file(key, "no key\n");
    assert_int_equal(kill(stall.nodes[0].process, SIGHUP), 0);
    until_log("the certificate's own key");
    assert_string_equal(name_now(), "second");
    secure_close(&kept);
    close_node();
}

TEST(https, it_does_not_start_with_a_key_that_others_may_read_or_that_is_another_s)
{
    open_stall();
    const char *words[] = {"run",       "--state",     stall.nodes[0].state,
                           "--https",   "127.0.0.1:0", "--tls-certificate",
                           certificate, "--tls-key",   key,
                           NULL};
    assert_int_equal(chmod(key, 0644), 0);
    struct ran ran = run(words);
    assert_int_equal(ran.status, 78);
    assert_non_null(strstr(ran.err, "chmod 600"));
    char command[900], nowhere[240];
    (void)snprintf(command, sizeof command, "cp '%s' '%s/old.pem'", certificate, stall.folder);
    shell(command);
    certificate_make("second");
    (void)snprintf(command, sizeof command, "mv '%s/old.pem' '%s'", stall.folder, certificate);
    shell(command);
    ran = run(words);
    assert_int_equal(ran.status, 78);
    assert_non_null(strstr(ran.err, "the certificate's own key"));
    assert_int_equal(unlink(key), 0);
    ran = run(words);
    assert_int_equal(ran.status, 78);
    assert_non_null(strstr(ran.err, "there is no such file"));
    (void)snprintf(command, sizeof command,
                   "openssl ecparam -genkey -name prime256v1 | openssl ec -aes256 -passout pass:no "
                   "-out '%s' 2>/dev/null && chmod 600 '%s'",
                   key, key);
    shell(command);
    ran = run(words);
    assert_int_equal(ran.status, 78);
    assert_non_null(strstr(ran.err, "without a password"));
    (void)snprintf(nowhere, sizeof nowhere, "%s/tls.key", certificate); /* in no folder */
    words[8] = nowhere;
    ran = run(words);
    assert_int_equal(ran.status, 78);
    assert_non_null(strstr(ran.err, "it must be readable for this user"));
    write_file(certificate, "no certificate\n");
    ran = run(words);
    assert_int_equal(ran.status, 78);
    assert_non_null(strstr(ran.err, "it must hold a certificate as PEM"));
    ran = RUN("run", "--state", stall.nodes[0].state, "--https", "127.0.0.1:0");
    assert_int_equal(ran.status, 78);
    assert_non_null(strstr(ran.err, "tls-certificate = FILE"));
    stall_close(&stall);
}
