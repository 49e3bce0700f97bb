/* chain.h - what makes a log tamper-evident: a hash chain, signed at the end of each run.
 *
 * Layer: sync/log (pure). A run = the events of one local commit, under one Ed25519 signature. A
 * signature covers its whole prefix, so that bulk catch-up may verify only the last of a message
 * (verifying each event costs 58x, measured).
 *
 *   eh    = BLAKE2b-256(be32 length || event bytes)
 *   h(0)  = BLAKE2b-256("trestle/log/1" || popup id || log public key)
 *   h(n)  = BLAKE2b-256(h(n-1) || eh(n))
 *   sig   = Ed25519(log key, "trestle/head/1" || popup id || be64 log id || be64 seq || h(seq))
 *
 * eh stands on its own so that a fork can be proven by two lists of hashes without the events.
 */
#ifndef TRESTLE_SYNC_LOG_CHAIN_H
#define TRESTLE_SYNC_LOG_CHAIN_H

#include "sync/base/id.h"

struct hash chain_genesis(const struct popup_id *popup, const struct public_key *log_key);
struct hash chain_event_hash(struct bytes event);
struct hash chain_next(const struct hash *previous, const struct hash *event_hash);

void head_sign(struct signature *to, const struct popup_id *popup, uint64_t log, uint64_t seq,
               const struct hash *hash, const struct secret_key *log_secret);
/* 0 or ERR_BAD_SIGNATURE. */
MUST_CHECK int head_verify(const struct signature *signature, const struct popup_id *popup,
                           uint64_t log, uint64_t seq, const struct hash *hash,
                           const struct public_key *log_key);

#endif
