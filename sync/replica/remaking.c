#include "sync/replica/remaking.h"

struct bytes remaking_key(void)
{
    return bytes_of_text("remake");
}

int remaking_look(struct store_txn *txn, bool *ret_is)
{
    struct bytes row;
    const int err = store_get(txn, TABLE_LOCAL, remaking_key(), &row);
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    *ret_is = err == 0;
    return 0;
}
