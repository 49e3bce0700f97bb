/* enrolment.h - the words of a device that joins: invitation, hello, welcome.
 *
 * Layer: node; bytes in, bytes out. The invitation is carried by people; the rest goes over a CURVE
 * connection to the inviter, whose key the invitation pins. Both sides prove that they hold the
 * invitation's secret (BLAKE2b-256 keyed with it, over everything said), and the newcomer proves
 * its device key; its transport key is the one that its connection proves.
 *
 *   invitation  "trestle1:" base64url([1, bin16 popup, text endpoint, bin32 inviter's transport
 *               key, bin16 secret, uint expiry (s since 1970)])
 *   hello       [20, 1, bin fields, bin64 sig, bin32 mac]
 *     fields    [bin32 device key, bin32 transport key, text name, text endpoint, bin16 nonce]
 *     sig       Ed25519(device key, "trestle/enrol/1" || popup || inviter's key || fields)
 *     mac       keyed hash of the same bytes and sig
 *   welcome     [23, bin fields, bin32 mac]
 *     fields    [bin32 root, uint epoch ms, bin chain, [book entry, ...], [bin EVENTS, ...]]
 *     mac       keyed hash of "trestle/welcome/1" || hello's mac || fields
 */
#ifndef TRESTLE_NODE_MESH_ENROLMENT_H
#define TRESTLE_NODE_MESH_ENROLMENT_H

#include "node/config/book.h"
#include "node/mesh/transport.h"
#include "node/os/entropy.h"

enum {
    INVITATION_SECRET_BYTES = 16,
    INVITATION_TEXT_BYTES_MAX = 400,
    INVITATION_SECONDS = 300,
    INVITATION_TRIES_MAX = 3,
    INTRODUCTION_BYTES_MAX = 2 * 1024,
    WELCOME_BYTES_MAX = 240 * 1024, /* 64 book entries and introductions, within a frame */
    ENROL_HELLO_BYTES_MAX = ENROL_FRAME_BYTES_MAX,
};

struct invitation {
    struct popup_id popup;
    char endpoint[ENDPOINT_BYTES_MAX];
    struct public_key inviter; /* its transport key */
    uint8_t secret[INVITATION_SECRET_BYTES];
    int64_t expires_s; /* since 1970, by the inviter's clock */
};

struct enrol_hello {
    struct public_key device_key, transport_key;
    char name[NAME_BYTES_MAX + 1];     /* "" = whatever the inviter calls it */
    char endpoint[ENDPOINT_BYTES_MAX]; /* where it listens; "" = nowhere */
    struct hash mac;                   /* names this conversation */
};

/* The beginning of a device's journal, as an EVENTS frame. */
struct introduction {
    size_t size;
    uint8_t frame[INTRODUCTION_BYTES_MAX];
};

struct welcome {
    struct public_key root;
    int64_t epoch_ms;
    size_t chain_size;
    uint8_t chain[CERT_CHAIN_BYTES_MAX]; /* the newcomer's */
    struct book book;                    /* the inviter and whom it knows */
    uint32_t introductions_count;
    struct introduction introductions[DEVICES_MAX];
};

/* @ret_text has INVITATION_TEXT_BYTES_MAX bytes. ERR_TOO_LARGE. */
MUST_CHECK int invitation_encode(const struct invitation *invitation, char *ret_text);
MUST_CHECK int invitation_decode(const char *text, struct invitation *ret_invitation);

/* Keys from @device_secret and @hello; fills @hello->mac. Written to @buffer
 * (ENROL_HELLO_BYTES_MAX). ERR_TOO_LARGE. */
MUST_CHECK int enrol_hello_encode(const struct invitation *invitation, struct enrol_hello *hello,
                                  const struct secret_key *device_secret, void *buffer,
                                  struct bytes *ret_frame);

/* ERR_MALFORMED; ERR_FORBIDDEN: the secret is not this invitation's; ERR_BAD_SIGNATURE. */
MUST_CHECK int enrol_hello_decode(const struct invitation *invitation, struct bytes frame,
                                  struct enrol_hello *ret_hello);

/* Written to @buffer (WELCOME_BYTES_MAX). ERR_TOO_LARGE. */
MUST_CHECK int welcome_encode(const struct invitation *invitation, const struct hash *conversation,
                              const struct welcome *welcome, void *buffer, struct bytes *ret_frame);

/* ERR_MALFORMED; ERR_FORBIDDEN: not from somebody who holds the secret; ERR_MISMATCH: the root is
 * of another pop-up. */
MUST_CHECK int welcome_decode(const struct invitation *invitation, const struct hash *conversation,
                              struct bytes frame, struct welcome *ret_welcome);

#endif
