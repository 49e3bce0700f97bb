/* sheet.h - the codes on a table's sheet: which of them open the table, and how often it was
 * cleared.
 *
 * Layer: sync/domain (pure). Counters that only grow, each of an entity of its own, so that
 * whatever devices do apart comes to the higher:
 *
 *   of the table      its codes. An odd number is the generation that opens it; making the first
 *                     code and revoking go one further, so a code that was revoked never opens its
 *                     table again
 *   of table and day  how often it was cleared on that trading day: of a device
 *                     ENTITY_EVENTS_PER_LOG_MAX changes of an entity count, and a busy table is
 *                     cleared as often within weeks
 *
 * Who sits there is not here: that is the node's where they ordered (cart.h).
 */
#ifndef TRESTLE_SYNC_DOMAIN_SHEET_H
#define TRESTLE_SYNC_DOMAIN_SHEET_H

#include "sync/domain/history.h"

enum { TABLE_NUMBER_MAX = 99999, SHEET_BODY_BYTES_MAX = 16 };

/* Where counting ends. It is even: whatever somebody counted a table's codes up to, they can be
 * revoked. */
#define SHEET_COUNT_MAX (UINT32_MAX - 1)

/* The bodies of sheet.set and sheet.clear. The decoders answer 0, ERR_MALFORMED or ERR_TOO_LARGE.
 */
struct sheet_set {
    uint32_t table; /* 1..TABLE_NUMBER_MAX */
    uint32_t codes; /* 1..SHEET_COUNT_MAX */
};

struct sheet_clear {
    uint32_t table; /* 1..TABLE_NUMBER_MAX */
    uint64_t day;   /* 0..ORDER_DAY_MAX; 0 = before the first */
    uint32_t count; /* 1..SHEET_COUNT_MAX; of that day */
};

void sheet_set_encode(const struct sheet_set *set, struct writer *writer);
void sheet_clear_encode(const struct sheet_clear *clear, struct writer *writer);
MUST_CHECK int sheet_set_decode(struct bytes body, struct sheet_set *ret_set);
MUST_CHECK int sheet_clear_decode(struct bytes body, struct sheet_clear *ret_clear);

struct sheet {
    uint32_t table; /* 0: nobody made a code of it */
    uint32_t codes;
    bool is_opaque;
    uint32_t makers_count;
    uint64_t makers[ENTITY_LOGS_MAX]; /* the logs that counted so far: the codes that their devices
                                         signed are of this generation */
};

/* Of the table, and of what was cleared of it on @day, both in their bounds. */
struct entity_id sheet_entity(uint64_t table);
struct entity_id sheet_day_entity(uint64_t table, uint64_t day);

/* The codes of this generation open the table; 0 = none do. */
static inline uint32_t sheet_generation(const struct sheet *sheet)
{
    return sheet->codes % 2 == 1 ? sheet->codes : 0;
}

/* Whether codes that the device of @log signed open the table, as long as some do. */
bool sheet_is_made_by(const struct sheet *sheet, uint64_t log);

/* Never fails. */
void sheet_derive(const struct history *history, struct sheet *ret_sheet);

/* How often the table was cleared on the day, by the history of both. */
uint32_t sheet_cleared(const struct history *history);

/* Keep the events where the counter is highest; of the codes, one of each log. */
void sheet_prune(struct history *history);

#endif
