/* certificate.h - who a device is: its keys, role, capabilities, lane and name, signed by the
 * pop-up's root key or an admin's.
 *
 * Layer: sync/roster (pure). Bytes: docs/protocol.md, "Certificate".
 *
 *   chain = [[body, sig], ...]   1 or 2: the device's own first, then, unless the root signed that,
 *                                its issuer's
 *   body  = bin: [version 1, bin16 popup, bin32 device key, bin32 transport key, role,
 * capabilities, text lane, text name, uint issued (s since the epoch)] sig   = bin64:
 * Ed25519(issuer key, "trestle/cert/1" || body)
 */
#ifndef TRESTLE_SYNC_ROSTER_CERTIFICATE_H
#define TRESTLE_SYNC_ROSTER_CERTIFICATE_H

#include "sync/base/id.h"
#include "sync/base/limits.h"
#include "sync/base/verified.h"
#include "sync/log/capability.h"

enum { CERT_CHAIN_BYTES_MAX = CERT_CHAIN_MAX * (CERT_BYTES_MAX + SIGNATURE_BYTES + 8) };

struct certificate {
    struct popup_id popup;
    struct public_key device_key;    /* Ed25519 identity; the device id is its id64_of_key() */
    struct public_key transport_key; /* X25519, for CURVE */
    enum role role;
    uint64_t capabilities;
    uint8_t lane_size;
    char lane[LANE_BYTES_MAX + 1]; /* letters A-Z, terminated; "" when it mints no numbers */
    uint8_t name_size;
    char name[NAME_BYTES_MAX + 1]; /* terminated, clean text */
    uint64_t issued; /* s since the pop-up's epoch; of two certificates the newer counts */
    uint64_t issuer; /* known after verifying: the admin's device; 0 = the root */
    bool is_by_root; /* known after verifying: signed by the root itself, not by an admin */
};

/* Encode and sign. @issuer_chain is NULL when @issuer is the root's key. The chain is written to
 * @buffer. ERR_TOO_LARGE; ERR_MALFORMED when role, lane or name is not clean, or the issuer's chain
 * is none; ERR_TOO_MANY when the issuer's chain is already full. */
MUST_CHECK int certificate_issue(const struct certificate *certificate,
                                 const struct secret_key *issuer, const struct bytes *issuer_chain,
                                 void *buffer, size_t capacity, struct bytes *ret_chain);

/* Whether papers with @capabilities verify when a device with @issuer's, which were verified, signs
 * them with its own key. ERR_FORBIDDEN: it lacks CAP_ROSTER, or one of them. ERR_TOO_MANY: another
 * admin signed its own. */
MUST_CHECK int certificate_grants(const struct certificate *issuer, uint64_t capabilities);

/* Check a chain up to @root and give the device's certificate. An issuer that is not the root must
 * hold CAP_ROSTER and cannot grant what it lacks. ERR_MALFORMED, ERR_BAD_SIGNATURE, ERR_MISMATCH
 * (another pop-up), ERR_FORBIDDEN. */
MUST_CHECK int certificate_verify(struct bytes chain, const struct popup_id *popup,
                                  const struct public_key *root,
                                  struct certificate *ret_certificate);
/* The same with a memory of signatures. */
MUST_CHECK int certificate_verify_with(struct verified *verified, struct bytes chain,
                                       const struct popup_id *popup, const struct public_key *root,
                                       struct certificate *ret_certificate);

/* Which of two certificates of one device counts: <0 when @a is overruled by @b, >0 the other way,
 * 0 when they say the same. What the root signed overrules what an admin did, then the newer wins,
 * then, so that all replicas choose alike, the greater contents. */
int certificate_compare(const struct certificate *a, const struct certificate *b);

/* What tells it from every other: of its body alone, whoever signed it. */
struct hash certificate_hash(const struct certificate *certificate);

#endif
