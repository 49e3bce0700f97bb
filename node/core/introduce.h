/* introduce.h - how a newcomer knows whom it may talk to before it has the roster: the first signed
 * run of each known device's journal, which holds its log.open and so its certificate.
 *
 * Layer: node. Each is one EVENTS frame, as between peers. A run that holds anything but the
 * roster's events is left out: what is stored this way is not folded.
 */
#ifndef TRESTLE_NODE_CORE_INTRODUCE_H
#define TRESTLE_NODE_CORE_INTRODUCE_H

#include "node/mesh/enrolment.h"
#include "sync/roster/roster.h"

/* Put the devices of @roster (but @except) into @welcome. ERR_IO, ERR_MALFORMED, ERR_NO_MEMORY. */
MUST_CHECK int introductions_collect(struct store_txn *txn, const struct roster *roster,
                                     uint64_t except, struct welcome *welcome);

/* Verify and store them in the store of the state folder @state, which is fresh or restored from a
 * backup. ERR_MISMATCH: from one of another pop-up. What store_lmdb_open() says, what run_verify()
 * says. */
MUST_CHECK int introductions_store(const char *state, const struct popup_id *popup,
                                   const struct welcome *welcome);

#endif
