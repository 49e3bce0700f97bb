/* books.h - the pop-up's side of a reconciliation: every order that has anything to do with the
 * provider, and the ledgers of all of them.
 *
 * Layer: gateway. Reads the node's store through a door of its own, a bounded number of orders in
 * each transaction, so that the journal never waits for a reader.
 */
#ifndef TRESTLE_GATEWAY_RECONCILE_BOOKS_H
#define TRESTLE_GATEWAY_RECONCILE_BOOKS_H

#include "gateway/reconcile/compare.h"
#include "node/api/gate.h"

enum { MONEY_ITEMS_MAX = 100000, MONEY_ORDERS_MAX = 100000 };

/* Grows as it is filled. */
struct money_list {
    struct money_item *items;
    size_t count, capacity;
};

/* One more, all zero; NULL: MONEY_ITEMS_MAX are there, or there is no memory. */
struct money_item *money_list_add(struct money_list *list);
void money_list_close(struct money_list *list);

struct books {
    struct money_list items;
    struct money_order *orders;
    size_t orders_count, orders_capacity;
    struct money_style style;
    size_t looked_at; /* orders, with and without the provider */
};

/* All of it, into empty books. @on_look is called now and then with how many were looked at.
 * ERR_TOO_MANY, ERR_BUSY, ERR_IO, ERR_NO_MEMORY. A row that the disk spoilt is passed over: it is
 * being mended. */
MUST_CHECK int books_read(const struct gate *gate, struct books *books,
                          void (*on_look)(void *context, size_t looked_at), void *context);
void books_close(struct books *books);

/* What @order is for a reconciliation, into @books. 0 also when it has nothing to do with the
 * provider. ERR_TOO_MANY. */
MUST_CHECK int books_add(struct books *books, const struct order *order, int64_t epoch_ms);

#endif
