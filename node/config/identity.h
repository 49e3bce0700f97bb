/* identity.h - what makes this device this device: keys and certificate, in files that only it
 * reads.
 *
 * Layer: node. In the state folder (0700), each 0600 and replaced whole:
 *
 *   keys      [1, bin16 popup, bin32 root key, uint epoch ms, bin64 device secret,
 *              bin32 transport secret, bin chain, bin64 root secret or nil]
 *   log.key   [1, uint incarnation, bin64 log secret]
 *
 * The root secret exists on the device that made the pop-up, and there alone.
 */
#ifndef TRESTLE_NODE_CONFIG_IDENTITY_H
#define TRESTLE_NODE_CONFIG_IDENTITY_H

#include "node/os/entropy.h"
#include "sync/roster/certificate.h"

struct identity {
    struct popup_id popup;
    struct public_key root;
    int64_t epoch_ms; /* since 1970 */
    struct secret_key device_secret;
    struct transport_secret transport_secret;
    bool has_root;
    struct secret_key root_secret;
    size_t chain_size;
    uint8_t chain[CERT_CHAIN_BYTES_MAX];
    struct certificate certificate; /* of this device; checked against the root */
    uint64_t device;
};

/* The key of the journal that this device writes now. */
struct log_key {
    uint32_t incarnation;
    struct secret_key secret;
};

/* Fresh device and transport keys; the rest is zero. */
void identity_make_keys(struct identity *identity);

/* Take the chain as one's own: fills certificate and device. ERR_MISMATCH when it is about other
 * keys; what certificate_verify() says. */
MUST_CHECK int identity_adopt(struct identity *identity, struct bytes chain);

/* Issue a certificate as this device can: by the root's key where it is, else by its own. The chain
 * is written to @buffer (CERT_CHAIN_BYTES_MAX). As certificate_issue(). */
MUST_CHECK int identity_issue(const struct identity *identity,
                              const struct certificate *certificate, void *buffer,
                              struct bytes *ret_chain);

bool identity_exists(const char *state);

/* As file_write(). */
MUST_CHECK int identity_save(const char *state, const struct identity *identity);

/* ERR_NOT_FOUND: not initialised. ERR_FORBIDDEN: not ours to read, or others may read it too.
 * ERR_MALFORMED and what certificate_verify() says. */
MUST_CHECK int identity_load(const char *state, struct identity *ret_identity);

/* ERR_NOT_FOUND, ERR_MALFORMED, ERR_FORBIDDEN, ERR_IO. */
MUST_CHECK int log_key_load(const char *state, struct log_key *ret_key);

/* A fresh key, durable before it is used: incarnation 1, or one more than there was. */
MUST_CHECK int log_key_renew(const char *state, struct log_key *ret_key);

/* The same, also above @incarnation: one that journals already name. ERR_OVERFLOW. */
MUST_CHECK int log_key_renew_after(const char *state, uint32_t incarnation,
                                   struct log_key *ret_key);

#endif
