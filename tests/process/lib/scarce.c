#include "node/web/openssl_names.h"

#include <libwebsockets.h>
#include <openssl/ssl.h>
#undef ERR_STATE

#include "tests/process/lib/scarce.h"

#include <dirent.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

static struct {
    _Atomic(const char *) name;
    _Atomic(pthread_t) thread;
    atomic_bool is_elsewhere; /* by all threads but that one */
    atomic_uint left;         /* calls until it happens, with it; 0 = none is asked for */
    atomic_bool has_happened;
} scarce;

static void begin(const char *name, unsigned nth, pthread_t thread, bool is_elsewhere)
{
    atomic_store(&scarce.name, name);
    atomic_store(&scarce.thread, thread);
    atomic_store(&scarce.is_elsewhere, is_elsewhere);
    atomic_store(&scarce.has_happened, false);
    atomic_store(&scarce.left, nth);
}

void scarce_begin(const char *name, unsigned nth, pthread_t thread)
{
    begin(name, nth, thread, false);
}

void scarce_begin_elsewhere(const char *name, unsigned nth)
{
    begin(name, nth, pthread_self(), true);
}

bool scarce_end(void)
{
    atomic_store(&scarce.left, 0);
    return atomic_load(&scarce.has_happened);
}

bool scarce_fails(const char *name, int error)
{
    const bool is_that_thread = pthread_equal(pthread_self(), atomic_load(&scarce.thread)) != 0;
    if (atomic_load(&scarce.left) == 0 || strcmp(atomic_load(&scarce.name), name) != 0 ||
        is_that_thread == atomic_load(&scarce.is_elsewhere) ||
        atomic_fetch_sub(&scarce.left, 1) != 1) {
        return false;
    }
    atomic_store(&scarce.has_happened, true);
    errno = error;
    return true;
}

/* A function that answers @failure when it fails. */
#define CALL(type, name, parameters, arguments, failure, error)                                    \
    type __real_##name parameters; /* NOLINT: the linker's names */                                \
    type __wrap_##name parameters; /* NOLINT: the linker's names */                                \
    type __wrap_##name parameters  /* NOLINT: the linker's names */                                \
    {                                                                                              \
        return scarce_fails(#name, error) ? (failure) : __real_##name arguments;                   \
    }

CALL(void *, calloc, (size_t count, size_t size), (count, size), NULL, ENOMEM)
CALL(void *, malloc, (size_t size), (size), NULL, ENOMEM)
CALL(char *, strdup, (const char *text), (text), NULL, ENOMEM)
CALL(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *how, void *(*run)(void *), void *argument),
     (thread, how, run, argument), EAGAIN, EAGAIN)
CALL(int, chmod, (const char *path, mode_t mode), (path, mode), -1, EPERM)
CALL(int, socket, (int family, int type, int protocol), (family, type, protocol), -1, EMFILE)
CALL(ssize_t, read, (int fd, void *to, size_t size), (fd, to, size), -1, EIO)
CALL(int, fstatat, (int fd, const char *name, struct stat *to, int flags), (fd, name, to, flags),
     -1, EIO)
CALL(DIR *, fdopendir, (int fd), (fd), NULL, ENOMEM)
CALL(int, lws_write,
     (struct lws * wsi, unsigned char *data, size_t size, enum lws_write_protocol how),
     (wsi, data, size, how), -1, EPIPE)
CALL(int, lws_finalize_write_http_header,
     (struct lws * wsi, unsigned char *start, unsigned char **at, unsigned char *end),
     (wsi, start, at, end), -1, EPIPE)
CALL(struct lws_context *, lws_create_context, (const struct lws_context_creation_info *info),
     (info), NULL, ENOMEM)
CALL(int, lws_tls_cert_updated,
     (struct lws_context * context, const char *certificate, const char *key,
      const char *certificate_data, size_t certificate_size, const char *key_data, size_t key_size),
     (context, certificate, key, certificate_data, certificate_size, key_data, key_size), 0, ENOMEM)
CALL(SSL_CTX *, SSL_CTX_new, (const SSL_METHOD *method), (method), NULL, ENOMEM)
