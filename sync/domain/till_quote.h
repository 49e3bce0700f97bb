/* till_quote.h - a customer's quote: made, dropped, ordered.
 *
 * Layer: sync/domain (pure); private to till*.c.
 */
#ifndef TRESTLE_SYNC_DOMAIN_TILL_QUOTE_H
#define TRESTLE_SYNC_DOMAIN_TILL_QUOTE_H

#include "sync/domain/till_task.h"

/* The one that the command names, of the session that asks, while it stands. Its texts are the
 * store's, until something is written. ERR_EXPIRED: there is none, whosever that is; ERR_IO,
 * ERR_SPOILT. */
MUST_CHECK int till_quote_load(const struct task *task, struct quote *ret_quote);

#endif
