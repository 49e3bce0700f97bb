/* pairing.h - joining without an invitation: both screens show six digits, and people compare them.
 *
 * Layer: node; bytes in, bytes out. The door for this is a CURVE server whose key anybody can work
 * out: it hides from listeners, and proves nothing. What proves is that the newcomer commits to its
 * part before it sees the inviter's, so that neither they nor somebody in between can choose what
 * the digits come out as: one chance in 2^20 for each try, and a person sees each try. From what
 * was said and the two transport keys (X25519) follows the secret of an invitation, with which
 * enrolment.h goes on: somebody who only passed it all on has not got that.
 *
 *   commit   [24, 1, bin32 BLAKE2b-256("trestle/pair/commit/1" || part)]        newcomer
 *   offer    [25, 1, bin offer]                                                inviter
 *     offer  [bin16 popup, bin32 its transport key, bin32 nonce]
 *   reveal   [26, 1, bin part]                                                 newcomer
 *     part   [bin32 its transport key, text name, bin32 nonce]
 *   said     = BLAKE2b-256("trestle/pair/1" || be32 size || offer || part)
 *   digits   = be64(said's first 8) mod 10^6
 *   secret   = first 16 of BLAKE2b-256("trestle/pair/secret/1" || X25519 || said)
 */
#ifndef TRESTLE_NODE_MESH_PAIRING_H
#define TRESTLE_NODE_MESH_PAIRING_H

#include "node/mesh/enrolment.h"

enum {
    PAIR_PART_BYTES_MAX = 256,
    PAIR_FRAME_BYTES_MAX = 320,
    PAIR_DIGITS = 6,
};

/* One side's words, as they are hashed. */
struct pair_part {
    size_t size;
    uint8_t data[PAIR_PART_BYTES_MAX];
};

struct paired {
    struct invitation invitation; /* popup, inviter and secret; no endpoint, no expiry */
    struct public_key newcomer;   /* its transport key */
    char name[NAME_BYTES_MAX + 1];
    char digits[PAIR_DIGITS + 1];
};

/* The key of the door, the same for all. */
struct transport_secret pair_door_key(void);

/* The newcomer's part and the inviter's, each with a fresh nonce. */
MUST_CHECK int pair_part_newcomer(const struct public_key *transport_key, const char *name,
                                  struct pair_part *ret_part);
MUST_CHECK int pair_part_inviter(const struct popup_id *popup,
                                 const struct public_key *transport_key,
                                 struct pair_part *ret_part);

/* Frames, written to @buffer (PAIR_FRAME_BYTES_MAX). */
MUST_CHECK int pair_commit_encode(const struct pair_part *newcomer, void *buffer,
                                  struct bytes *ret_frame);
MUST_CHECK int pair_offer_encode(const struct pair_part *inviter, void *buffer,
                                 struct bytes *ret_frame);
MUST_CHECK int pair_reveal_encode(const struct pair_part *newcomer, void *buffer,
                                  struct bytes *ret_frame);

/* ERR_MALFORMED: it is another frame, or none. */
MUST_CHECK int pair_commit_decode(struct bytes frame, struct hash *ret_commitment);
MUST_CHECK int pair_offer_decode(struct bytes frame, struct pair_part *ret_inviter);
/* Also ERR_MISMATCH: not what @commitment was about. */
MUST_CHECK int pair_reveal_decode(struct bytes frame, const struct hash *commitment,
                                  struct pair_part *ret_newcomer);

/* What follows from both parts, for the side that holds @secret. ERR_MALFORMED: a part makes no
 * sense, or a key is none. */
MUST_CHECK int pair_conclude(const struct pair_part *inviter, const struct pair_part *newcomer,
                             const struct transport_secret *secret, struct paired *ret_paired);

#endif
