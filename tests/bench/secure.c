#include "node/web/openssl_names.h"

#include <openssl/ssl.h>
#undef ERR_STATE

#include "tests/bench/secure.h"

#include "sync/base/err.h"
#include "tests/bench/bench.h"

/* One for all connections; as long as the process. */
static SSL_CTX *context(void)
{
    static SSL_CTX *only;
    if (only == NULL) {
        only = SSL_CTX_new(TLS_client_method());
        bench_must(only == NULL ? ERR_NO_MEMORY : 0, "TLS");
    }
    return only;
}

struct secure *secure_new(int fd)
{
    SSL *ssl = SSL_new(context());
    bench_must(ssl == NULL || SSL_set_fd(ssl, fd) != 1 || SSL_connect(ssl) != 1 ? ERR_UNAVAILABLE
                                                                                : 0,
               "a TLS handshake");
    return (struct secure *)(void *)ssl;
}

void secure_free(struct secure *secure)
{
    SSL_free((SSL *)(void *)secure);
}

ssize_t secure_send(struct secure *secure, const void *data, size_t size)
{
    return SSL_write((SSL *)(void *)secure, data, (int)size);
}

/* Everything that came, so that epoll tells of what comes next. */
size_t secure_receive(struct secure *secure, void *to, size_t capacity)
{
    SSL *ssl = (SSL *)(void *)secure;
    size_t size = 0;
    int came;
    while ((came = SSL_read(ssl, (char *)to + size, (int)(capacity - size))) > 0) {
        size += (size_t)came;
    }
    bench_must(SSL_get_error(ssl, came) == SSL_ERROR_WANT_READ ? 0 : ERR_UNAVAILABLE,
               "a connection that stays open");
    return size;
}
