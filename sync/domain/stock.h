/* stock.h - how many units of an item there are, and which log may sell them: a ledger of rights.
 *
 * Layer: sync/domain (pure). A bounded counter (Balegas 2015, "Putting consistency back into
 * eventual consistency"): a device sells only from rights that it can prove from what it has, so
 * nothing is sold twice however the network is cut. One such counter per *issuer*, the log that
 * made the units, because what a dead device leaves needs one beneficiary that every device would
 * name without asking (docs/adr/0014-stock-is-a-ledger-of-rights.md).
 *
 * The row holds sums, not events: a busy item is sold thousands of times. Sums commute, so a row is
 * the same for the same set of events however they came; what makes an undo count once lies in the
 * index (stock_fold.h).
 */
#ifndef TRESTLE_SYNC_DOMAIN_STOCK_H
#define TRESTLE_SYNC_DOMAIN_STOCK_H

#include "sync/domain/stock_events.h"
#include "sync/log/tables.h"
#include "sync/roster/roster.h"

enum {
    STOCK_ACCOUNTS_MAX =
        512, /* of one item; the lowest (issuer, log) stay, others have no rights */
    STOCK_ROW_BYTES_MAX = 64 + STOCK_ACCOUNTS_MAX * (1 + 9 + 9 + 6 * 9),
};

/* What @log did with the units of @issuer. */
struct stock_account {
    uint64_t issuer, log;
    int64_t added;                  /* made for it, less what it gave up */
    uint64_t received, given;       /* from and to other logs */
    uint64_t taken, undone, forced; /* units sold; of these: taken back, sold without a right */
};

struct stock {
    uint64_t item;      /* 0 = not known yet */
    bool is_opaque;     /* holds a critical type that this software does not know */
    bool is_cut_short;  /* more accounts than the limit */
    bool has_reemitted; /* events that stand for others: only the full fold will do */
    bool is_counted;
    uint64_t counted; /* the latest stock-take: units, when, and its identity */
    uint64_t counted_t;
    struct operation counted_id;
    uint32_t accounts_count;
    struct stock_account accounts[STOCK_ACCOUNTS_MAX]; /* by (issuer, log) */
};

void stock_reset(struct stock *stock);

/* Whether nothing that counts was ever written: there is no row then. */
bool stock_is_empty(const struct stock *stock);

/* The account of (@issuer, @log), made when it is not there; NULL when it is beyond the limit,
 * which @stock then says. */
struct stock_account *stock_account(struct stock *stock, uint64_t issuer, uint64_t log);

/* Where the account of (@issuer, @log) is or would be; the account, NULL when there is none. */
uint32_t stock_account_place(const struct stock *stock, uint64_t issuer, uint64_t log);
const struct stock_account *stock_account_find(const struct stock *stock, uint64_t issuer,
                                               uint64_t log);

/* The stored row:
 *   row     = [1, uint flags, uint item, counted or nil, [account, ...]]
 *   flags     1 opaque, 2 cut short, 4 re-emitted
 *   counted = [uint units, uint t, operation]
 *   account = [bin8 issuer, bin8 log, int added, uint received, given, taken, undone, forced]
 * stock_get(): ERR_NOT_FOUND when there is none; both ERR_MALFORMED when it is damaged; @stock is
 * empty then. stock_encode() needs at most STOCK_ROW_BYTES_MAX. */
MUST_CHECK int stock_get(struct stock *stock, struct store_txn *txn,
                         const struct entity_id *entity);
MUST_CHECK int stock_decode(struct stock *stock, struct bytes row);
MUST_CHECK int stock_encode(const struct stock *stock, void *buffer, size_t capacity,
                            struct bytes *ret_row);

/* --- rights: stock_rights.c --- */

/* What a right is judged by: who is closed, and how far its log is here. */
struct stock_view {
    const struct roster *roster; /* NULL: as if nobody were closed */
    struct store_txn *txn;
};

/* Units of @issuer that @log may sell: its own account, and what closed logs left of which it is
 * the beneficiary, less what retired ones owe; never those it was given, as far as the giver did
 * not have them. Negative: it sold more. 0 for a closed log. ERR_IO, ERR_MALFORMED. */
MUST_CHECK int stock_right(const struct stock *stock, const struct stock_view *view,
                           uint64_t issuer, uint64_t log, int64_t *ret_units);

/* The same over all issuers. */
MUST_CHECK int stock_rights(const struct stock *stock, const struct stock_view *view, uint64_t log,
                            int64_t *ret_units);

/* Whether @log was retired or revoked: it has no rights of its own. */
bool stock_is_closed(const struct roster *roster, uint64_t log);

struct stock_summary {
    int64_t here;     /* what @log may sell; never negative */
    int64_t all;      /* what all may sell together */
    int64_t oversold; /* sold without a right, by whomever, and not covered since */
};
MUST_CHECK int stock_summarise(const struct stock *stock, const struct stock_view *view,
                               uint64_t log, struct stock_summary *ret_summary);

#endif
