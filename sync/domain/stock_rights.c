/* Which log may sell how many units: what it made and was given, and what closed logs left to it.
 */
#include "sync/domain/stock.h"

/* --- who is closed, and who inherits --- */

enum { SUCCESSIONS_MAX = 16 }; /* followed from one closed log; beyond, its units are nobody's */

/* The event up to which a closed log must be here before anybody spends what it left: what it sold
 * before that is known then. UINT64_MAX = it is not closed. */
static uint64_t closing_seq(const struct roster *roster, uint64_t log)
{
    const struct roster_log *closed = roster != NULL ? roster_log_find(roster, log) : NULL;
    if (closed == NULL) {
        return UINT64_MAX;
    }
    return closed->retired_seq < closed->revoked_seq ? closed->retired_seq : closed->revoked_seq;
}

/* The log that continues @log, which is closed, from the event at which it was closed; of several
 * (a clone) the lowest id. A device that was restored names what it remembers, which others may
 * know to be not the end: that closes nothing and inherits nothing. */
static const struct roster_log *successor_of(const struct roster *roster, uint64_t log)
{
    const uint64_t closed_at = closing_seq(roster, log);
    for (uint32_t i = 0; i < roster->logs_count; i++) {
        const struct roster_log *other = &roster->logs[i];
        if (other->has_previous && other->previous.log == log && other->id != log &&
            other->previous.seq == closed_at) {
            return other;
        }
    }
    return NULL;
}

bool stock_is_closed(const struct roster *roster, uint64_t log)
{
    return closing_seq(roster, log) != UINT64_MAX;
}

/* Who has what the closed log @log left of the units of @issuer: the log that continues it,
 * otherwise the issuer; 0 = nobody. */
static uint64_t heir_of(const struct roster *roster, uint64_t issuer, uint64_t log)
{
    const struct roster_log *successor = successor_of(roster, log);
    if (successor != NULL) {
        return successor->id;
    }
    return log != issuer ? issuer : 0;
}

/* Whether what @log left of the units of @issuer is @heir's, or was before that was closed too. */
static bool is_left_to(const struct roster *roster, uint64_t issuer, uint64_t log, uint64_t heir)
{
    for (uint32_t i = 0; i < SUCCESSIONS_MAX && log != heir && stock_is_closed(roster, log); i++) {
        log = heir_of(roster, issuer, log);
    }
    return log == heir;
}

static int is_all_here(const struct stock_view *view, uint64_t log, bool *ret_is)
{
    struct hash hash;
    struct bytes bytes;
    const int err = event_get(view->txn, log, closing_seq(view->roster, log), &hash, &bytes);
    *ret_is = err == 0;
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* The same of the closed log of @account and of those between it and @heir: they may have sold what
 * it left before they were closed. */
static int are_all_here(const struct stock_view *view, const struct stock_account *account,
                        uint64_t heir, bool *ret_are)
{
    uint64_t log = account->log;
    int err = 0;
    *ret_are = true;
    while (err == 0 && *ret_are && log != heir) { /* is_left_to() came to the end of it */
        err = is_all_here(view, log, ret_are);
        log = heir_of(view->roster, account->issuer, log);
    }
    return err;
}

/* --- rights --- */

static int64_t own_units(const struct stock_account *account)
{
    return account->added + (int64_t)account->received - (int64_t)account->given -
           (int64_t)account->taken + (int64_t)account->undone;
}

/* Whether what the closed log of @account left to @heir counts already: units once all is here that
 * may have sold of them; debts at once, but not a thief's, who could make the others' rights
 * worthless with them. */
static int is_leftover_due(const struct stock_view *view, const struct stock_account *account,
                           uint64_t heir, bool *ret_is)
{
    if (own_units(account) > 0) {
        return are_all_here(view, account, heir, ret_is);
    }
    *ret_is = roster_log_find(view->roster, account->log)->revoked_seq == UINT64_MAX;
    return 0;
}

/* What the closed log of @account left, or owes, when it is @log's to have or was. */
static int leftover(const struct stock_view *view, const struct stock_account *account,
                    uint64_t log, int64_t *ret_units)
{
    bool is_due = false;
    int err = 0;
    *ret_units = 0;
    if (account->log != log && own_units(account) != 0 &&
        is_left_to(view->roster, account->issuer, account->log, log)) {
        err = is_leftover_due(view, account, log, &is_due);
    }
    if (is_due) {
        *ret_units = own_units(account);
    }
    return err;
}

/* What closed logs left to @log of the units of @issuer. */
static int leftovers(const struct stock *stock, const struct stock_view *view, uint64_t issuer,
                     uint64_t log, int64_t *ret_units)
{
    int err = 0;
    *ret_units = 0;
    for (uint32_t i = stock_account_place(stock, issuer, 0);
         i < stock->accounts_count && stock->accounts[i].issuer == issuer && err == 0; i++) {
        int64_t left;
        err = leftover(view, &stock->accounts[i], log, &left);
        *ret_units += left;
    }
    return err;
}

/* --- gifts of what the giver did not have --- */

/* Units that the log of @account gave away beyond those it had; what it sold without a right, on
 * purpose, is no gift, and an issuer gives what it may make. */
static int overgiven(const struct stock *stock, const struct stock_view *view,
                     const struct stock_account *account, int64_t *ret_units)
{
    const uint64_t forced =
        account->forced > account->undone ? account->forced - account->undone : 0;
    const int64_t missing = -own_units(account) - (int64_t)forced;
    int64_t left = 0;
    *ret_units = 0;
    if (missing <= 0 || account->given == 0 || account->log == account->issuer) {
        return 0;
    }
    const int err = leftovers(stock, view, account->issuer, account->log, &left);
    if (err == 0 && missing > left) {
        const int64_t units = missing - left;
        *ret_units = units < (int64_t)account->given ? units : (int64_t)account->given;
    }
    return err;
}

/* Units of @account that others gave it and may not have had, as far as is known here. Whom of its
 * receivers a giver cheated the sums do not say: each takes it for itself. */
static int doubtful(const struct stock *stock, const struct stock_view *view,
                    const struct stock_account *account, int64_t *ret_units)
{
    int64_t units = 0;
    int err = 0;
    for (uint32_t i = stock_account_place(stock, account->issuer, 0);
         account->received > 0 && i < stock->accounts_count &&
         stock->accounts[i].issuer == account->issuer && err == 0;
         i++) {
        int64_t some = 0;
        if (stock->accounts[i].log != account->log) {
            err = overgiven(stock, view, &stock->accounts[i], &some);
        }
        units += some;
    }
    *ret_units = units < (int64_t)account->received ? units : (int64_t)account->received;
    return err;
}

/* What the closed log of @account left to @log, as far as that can be sure of it. What it gave too
 * much nobody sells, so nobody owes it. */
static int inheritance(const struct stock *stock, const struct stock_view *view,
                       const struct stock_account *account, uint64_t log, int64_t *ret_units)
{
    int64_t units;
    int64_t some = 0;
    int err = leftover(view, account, log, &units);
    if (err == 0 && units > 0) {
        err = doubtful(stock, view, account, &some);
        units = units > some ? units - some : 0;
    } else if (err == 0 && units < 0) {
        err = overgiven(stock, view, account, &some);
        units += some;
    }
    *ret_units = units;
    return err;
}

static int inherited(const struct stock *stock, const struct stock_view *view, uint64_t issuer,
                     uint64_t log, int64_t *ret_units)
{
    int err = 0;
    *ret_units = 0;
    for (uint32_t i = stock_account_place(stock, issuer, 0);
         i < stock->accounts_count && stock->accounts[i].issuer == issuer && err == 0; i++) {
        int64_t left;
        err = inheritance(stock, view, &stock->accounts[i], log, &left);
        *ret_units += left;
    }
    return err;
}

int stock_right(const struct stock *stock, const struct stock_view *view, uint64_t issuer,
                uint64_t log, int64_t *ret_units)
{
    const struct stock_account *own = stock_account_find(stock, issuer, log);
    int64_t units = own != NULL ? own_units(own) : 0;
    int64_t left = 0;
    int64_t doubted = 0;
    *ret_units = 0;
    if (stock_is_closed(view->roster, log)) {
        return 0;
    }
    int err = inherited(stock, view, issuer, log, &left);
    units += left;
    if (err == 0 && own != NULL && units > 0) {
        err = doubtful(stock, view, own, &doubted);
        units = units > doubted ? units - doubted : 0;
    }
    if (err == 0) {
        *ret_units = units;
    }
    return err;
}

int stock_rights(const struct stock *stock, const struct stock_view *view, uint64_t log,
                 int64_t *ret_units)
{
    int64_t units = 0;
    int err = 0;
    for (uint32_t i = 0; i < stock->accounts_count && err == 0; i++) {
        const uint64_t issuer = stock->accounts[i].issuer;
        int64_t some = 0;
        if (i == 0 || stock->accounts[i - 1].issuer != issuer) {
            err = stock_right(stock, view, issuer, log, &some);
        }
        units += some;
    }
    if (err == 0) {
        *ret_units = units;
    }
    return err;
}

/* Whether the log of account @at has one before it. */
static bool is_log_before(const struct stock *stock, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++) {
        if (stock->accounts[i].log == stock->accounts[at].log) {
            return true;
        }
    }
    return false;
}

int stock_summarise(const struct stock *stock, const struct stock_view *view, uint64_t log,
                    struct stock_summary *ret_summary)
{
    struct stock_summary summary = {0};
    int64_t units;
    int err = stock_rights(stock, view, log, &units);
    if (err == 0 && units > 0) {
        summary.here = units;
    }
    for (uint32_t i = 0; i < stock->accounts_count && err == 0; i++) {
        const uint64_t holder = stock->accounts[i].log;
        if (is_log_before(stock, i)) {
            continue;
        }
        err = stock_rights(stock, view, holder, &units);
        if (err == 0 && units > 0) {
            summary.all += units;
        } else if (err == 0) {
            summary.oversold -= units;
        }
    }
    if (err == 0) {
        *ret_summary = summary;
    }
    return err;
}
