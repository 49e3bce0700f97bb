/* rebuild.h - state and index of a store folded anew in one transaction, as other software would
 * do it by parts: what every other way to them has to come to. */
#ifndef TRESTLE_TESTS_LIB_REBUILD_H
#define TRESTLE_TESTS_LIB_REBUILD_H

#include "sync/replica/replica.h"

/* Within a turn of @replica, which stays open. */
void rebuild_all(struct replica *replica, struct store_txn *txn);

#endif
