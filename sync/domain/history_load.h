/* history_load.h - the scratch memory of history_load(), which a history owns.
 *
 * Layer: sync/domain (pure); only for history.c.
 */
#ifndef TRESTLE_SYNC_DOMAIN_HISTORY_LOAD_H
#define TRESTLE_SYNC_DOMAIN_HISTORY_LOAD_H

struct history_item;

/* ENTITY_EVENTS_MAX of them; released with free(). NULL when there is no memory. */
struct history_item *history_items_new(void);

#endif
