/* tls_make.h - certificates for tests of TLS, self-signed, with their keys.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_TLS_MAKE_H
#define TRESTLE_TESTS_PROCESS_LIB_TLS_MAKE_H

#include "node/web/tls.h"

/* For "localhost", valid for @valid_s seconds from now, or until so long ago; both files are
 * written anew, the key's for its owner alone. */
void tls_make(const struct tls_files *files, long valid_s);

/* A key alone, of another kind (Ed25519) than those that tls_make() makes (P-256). */
void tls_make_key(const char *path);

#endif
