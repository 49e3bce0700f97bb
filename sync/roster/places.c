/* Where devices say that they can be dialled. */
#include "sync/roster/roster_load.h"

/* Comes by log, there by seq: the later takes over, unless its log is an older incarnation. */
int place_take(struct load *load, const struct log_point *at, const struct event *event)
{
    struct roster *roster = load->roster;
    const struct roster_log *log = roster_log_find(roster, at->log);
    struct device_place place;
    if (log == NULL || device_place_decode(event->body, &place) != 0 ||
        roster_judge(roster, at->log, at->seq, event->type, 0) != VERDICT_VALID) {
        return 0;
    }
    struct roster_device *device = roster_device_of(roster, log->device);
    uint32_t *placed_by = device != NULL ? &load->placed_by[device - roster->devices] : NULL;
    if (placed_by != NULL && log->incarnation >= *placed_by) {
        *placed_by = log->incarnation;
        device->place = place;
    }
    return 0;
}
