/* busy.h - whether a station has more to make than it gets done soon, and how long that takes.
 *
 * Layer: sync/domain (pure). A station's throttle says how many units it makes in BUSY_SPAN_MS. Its
 * load is what it was given and has not made, however long ago that was: no clock goes in, so none
 * decides whether a customer may order.
 *
 *   load <= throttle                    it is not busy
 *   load <= throttle x BUSY_SPANS_MAX   busy: customers are told how long it takes
 *   above                               full: no customer orders of it until it has made some
 *
 * Beside it a cook may say for a while that the station takes so many minutes longer, or that it is
 * full (record_fields.h). That ends by the clock of whoever looks: it is a matter of minutes, and a
 * clock that is wrong by hours is not believed.
 *
 * A throttle of STATION_THROTTLE_NONE is none. An order is judged by what was there before it, so
 * a large one is taken as a small one is.
 */
#ifndef TRESTLE_SYNC_DOMAIN_BUSY_H
#define TRESTLE_SYNC_DOMAIN_BUSY_H

#include "sync/domain/order.h"

enum {
    BUSY_SPAN_MS = 5 * 60 * 1000,
    BUSY_SPANS_MAX = 4,
    BUSY_MINUTES_MAX = 60,
    BUSY_SAID_MS_MAX = 2 * 60 * 60 * 1000, /* how far ahead its end may be said */
};

enum busy { BUSY_NOT, BUSY_SLOW, BUSY_FULL };

/* Units of @order that the station with that name still has to make; of a draft, a cancelled or a
 * refused order none. Lines that name no station are nobody's in particular. */
uint32_t busy_units(const struct order *order, struct bytes station);

/* @throttle of 1..STATION_THROTTLE_NONE. */
enum busy busy_judge(uint32_t throttle, uint32_t load);

struct record;

/* What a cook said of @station that holds at @now_ms since 1970: minutes, BUSY_CLOSED, 0 = nothing.
 * Of an end that is twice as far as any may be said nothing is believed. */
uint32_t busy_said(const struct record *station, uint64_t now_ms);
enum busy busy_judge_said(uint32_t said);

/* How long @units take a station that makes @throttle of them in a span: whole spans, as nobody
 * knows better. *ret_low_ms < *ret_high_ms, both above 0. */
void busy_range(uint32_t throttle, uint32_t units, uint64_t *ret_low_ms, uint64_t *ret_high_ms);

#endif
