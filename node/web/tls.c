#include "node/web/tls.h"

#include "node/web/openssl_names.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#undef ERR_STATE

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

static int problem(char *ret_problem, int err, const char *path, const char *text)
{
    ERR_clear_error();
    (void)snprintf(ret_problem, TLS_PROBLEM_BYTES_MAX, "%.300s: %s", path, text);
    return err;
}

static int key_check(const char *path, char *ret_problem)
{
    struct stat about;
    if (stat(path, &about) != 0) {
        return errno == ENOENT
                   ? problem(ret_problem, ERR_NOT_FOUND, path, "there is no such file")
                   : problem(ret_problem, ERR_FORBIDDEN, path, "it must be readable for this user");
    }
    if ((about.st_mode & S_IRWXO) != 0) {
        return problem(ret_problem, ERR_FORBIDDEN, path, "everybody may read it: chmod 600");
    }
    return 0;
}

/* There is nobody to ask for a password. */
static int no_password(char *to, int capacity, int is_writing, void *context)
{
    to[0] = '\0';
    (void)capacity;
    (void)is_writing;
    (void)context;
    return -1;
}

static int load(const struct tls_files *files, SSL_CTX *context, char *ret_problem)
{
    SSL_CTX_set_default_passwd_cb(context, no_password);
    if (SSL_CTX_use_certificate_chain_file(context, files->certificate) != 1) {
        return problem(ret_problem, ERR_MALFORMED, files->certificate,
                       "it must hold a certificate as PEM, and be readable for this user");
    }
    int err = key_check(files->key, ret_problem);
    if (err != 0) {
        return err;
    }
    if (SSL_CTX_use_PrivateKey_file(context, files->key, SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        return problem(ret_problem, ERR_MALFORMED, files->key,
                       "it must hold the certificate's own key as PEM, without a password");
    }
    return 0;
}

int tls_check(const struct tls_files *files, char *ret_problem)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL) {
        return problem(ret_problem, ERR_NO_MEMORY, files->certificate, "there is no memory for it");
    }
    const int err = load(files, context, ret_problem);
    SSL_CTX_free(context);
    return err;
}

int tls_days_left(const char *certificate, int *ret_days)
{
    int days = 0, seconds = 0;
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    const bool is_read = context != NULL &&
                         SSL_CTX_use_certificate_chain_file(context, certificate) == 1 &&
                         ASN1_TIME_diff(&days, &seconds, NULL,
                                        X509_get0_notAfter(SSL_CTX_get0_certificate(context))) == 1;
    SSL_CTX_free(context);
    ERR_clear_error();
    *ret_days = days == 0 && seconds < 0 ? -1 : days;
    return is_read ? 0 : ERR_MALFORMED;
}

/* Of the certificate that @context has. */
static int write_key(const SSL_CTX *context, uint8_t *to, size_t capacity, size_t *ret_size)
{
    X509_PUBKEY *key = X509_get_X509_PUBKEY(SSL_CTX_get0_certificate(context));
    unsigned char *end = to;
    const int size = i2d_X509_PUBKEY(key, NULL);
    if (size <= 0 || (size_t)size > capacity) {
        return ERR_TOO_LARGE;
    }
    (void)i2d_X509_PUBKEY(key, &end);
    *ret_size = (size_t)size;
    return 0;
}

int tls_public_key(const char *certificate, uint8_t *to, size_t capacity, size_t *ret_size)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    const bool is_read =
        context != NULL && SSL_CTX_use_certificate_chain_file(context, certificate) == 1;
    const int err = is_read ? write_key(context, to, capacity, ret_size) : ERR_MALFORMED;
    SSL_CTX_free(context);
    ERR_clear_error();
    return err;
}

long tls_options(void)
{
    return (long)(SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_RENEGOTIATION);
}
