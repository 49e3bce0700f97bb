/* hashed_signatures.h - for fuzz targets: a signature is a hash, which the linker puts in the place
 * of libsodium's (-Wl,--wrap). Nothing that is parsed depends on what it is, and Ed25519 took nine
 * tenths of the time.
 */
#ifndef TRESTLE_TESTS_LIB_HASHED_SIGNATURES_H
#define TRESTLE_TESTS_LIB_HASHED_SIGNATURES_H

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names */
int __wrap_crypto_sign_ed25519_detached(unsigned char *signature, unsigned long long *ret_size,
                                        const unsigned char *message, unsigned long long size,
                                        const unsigned char *secret);
int __wrap_crypto_sign_ed25519_verify_detached(const unsigned char *signature,
                                               const unsigned char *message,
                                               unsigned long long size, const unsigned char *key);
/* NOLINTEND(bugprone-reserved-identifier) */

#endif
