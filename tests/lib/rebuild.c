#include "tests/lib/rebuild.h"

#include "sync/base/check.h"
#include "sync/replica/replica_state.h"

void rebuild_all(struct replica *replica, struct store_txn *txn)
{
    uint64_t entities = 0;
    bool is_done = false;
    check(replica_rebuild_part(replica, txn, UINT32_MAX, &entities, &is_done) == 0 && is_done);
    replica->popup.is_known = false; /* as when it is opened again */
    replica->is_turn_written = true;
}
