/* till_sheet.h - tables' sheets: codes made and revoked, tables cleared.
 *
 * Layer: sync/domain (pure); private to till*.c. All of these use till->scratch.
 */
#ifndef TRESTLE_SYNC_DOMAIN_TILL_SHEET_H
#define TRESTLE_SYNC_DOMAIN_TILL_SHEET_H

#include "sync/domain/cart.h"
#include "sync/domain/sheet.h"
#include "sync/domain/till_task.h"

/* The sheet of table @number as it is; nobody may have made one yet. ERR_NOT_FOUND: no table has
 * that number; ERR_VERSION, ERR_IO, ERR_SPOILT. */
MUST_CHECK int till_sheet_load(struct task *task, uint64_t number, struct sheet *ret_sheet);

/* The trading day, and how often @table was cleared on it. ERR_VERSION, ERR_IO, ERR_SPOILT. */
MUST_CHECK int till_sheet_today(struct task *task, uint64_t table, uint64_t *ret_day,
                                uint32_t *ret_cleared);

/* Whether those who sit at the table of @sheet, as @table says, left it: since they came it was
 * cleared or its codes were revoked, or they came too many trading days ago. ERR_VERSION, ERR_IO,
 * ERR_SPOILT. */
MUST_CHECK int till_sheet_is_left(struct task *task, const struct sheet *sheet,
                                  const struct table *table, bool *ret_is_left);

#endif
