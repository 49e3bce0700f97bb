/* order_parts.h - parts that several bodies of orders' events share, for order_events.c,
 * order_kitchen_events.c and order_money_events.c.
 *
 * Layer: sync/domain (pure); only for these. What makes no sense fails the reader.
 */
#ifndef TRESTLE_SYNC_DOMAIN_ORDER_PARTS_H
#define TRESTLE_SYNC_DOMAIN_ORDER_PARTS_H

#include "sync/domain/order_events.h"

static inline uint32_t read_positive(struct reader *reader, uint32_t max)
{
    return (uint32_t)read_int(reader, 1, max);
}

static inline int64_t read_money(struct reader *reader)
{
    return read_int(reader, -MONEY_MAX, MONEY_MAX);
}

/* The line that a list names next; one that was there before makes the list malformed. @stride
 * bytes apart, each entry begins with its line. */
uint32_t read_line_once(struct reader *reader, const void *entries, size_t stride, uint32_t count);

void write_line_ids(struct writer *writer, const struct line_ids *lines);
void read_line_ids(struct reader *reader, struct line_ids *lines);

#endif
