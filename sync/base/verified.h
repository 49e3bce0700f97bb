/* verified.h - signatures that verified before, so that they need not be verified again.
 *
 * Layer: sync/base (pure). Whether a signature is good is a function of its bytes alone, so a
 * memory of it changes no answer, only what it costs: a hash instead of the hundredfold. Only good
 * ones are remembered, each by a hash of all that it depends on; a newer one may take the place of
 * an older.
 */
#ifndef TRESTLE_SYNC_BASE_VERIFIED_H
#define TRESTLE_SYNC_BASE_VERIFIED_H

#include "sync/base/crypto.h"

/* 64 devices with two certificates, 256 logs, and room. 32 KiB. */
enum { VERIFIED_SETS = 128, VERIFIED_WAYS = 8, VERIFIED_MAX = VERIFIED_SETS * VERIFIED_WAYS };

/* All zero: nothing is remembered. */
struct verified {
    struct hash found[VERIFIED_SETS][VERIFIED_WAYS]; /* sets by their first bits */
    uint64_t verifications;                          /* that were not spared */
};

/* As verify_bytes(). @verified: NULL = remember nothing. */
MUST_CHECK int verified_bytes(struct verified *verified, const struct signature *signature,
                              struct bytes message, const struct public_key *key);

#endif
