/* tls.h - the certificate and key of the https listener, looked at before libwebsockets takes them:
 * it says of what is wrong with them no more than that something is.
 *
 * Layer: node. OpenSSL, which libwebsockets of Debian is built with.
 */
#ifndef TRESTLE_NODE_WEB_TLS_H
#define TRESTLE_NODE_WEB_TLS_H

#include <stddef.h>
#include <stdint.h>

#include "sync/base/err.h"

enum { TLS_PROBLEM_BYTES_MAX = 400, TLS_PUBLIC_KEY_BYTES_MAX = 2048 };

/* PEM. The certificate comes first, then those that lead to a root. */
struct tls_files {
    const char *certificate, *key;
};

/* Whether they can be used. What is wrong, and what to do, goes to @ret_problem
 * (TLS_PROBLEM_BYTES_MAX). ERR_NOT_FOUND, ERR_FORBIDDEN (not ours to read, or everybody's),
 * ERR_MALFORMED (no PEM, or the key of another certificate). */
MUST_CHECK int tls_check(const struct tls_files *files, char *ret_problem);

/* Until when the first certificate of the file @certificate is valid, in whole days from now; < 0:
 * it is over. ERR_MALFORMED: there is none. */
MUST_CHECK int tls_days_left(const char *certificate, int *ret_days);

/* The public key of the certificate in that file, as DER (SubjectPublicKeyInfo), at most @capacity
 * bytes. ERR_MALFORMED, ERR_TOO_LARGE. */
MUST_CHECK int tls_public_key(const char *certificate, uint8_t *to, size_t capacity,
                              size_t *ret_size);

/* What OpenSSL is told: TLS 1.2 or newer, and no renegotiation. */
long tls_options(void);

#endif
