/* What admins say that a device may write: device.caps. */
#include "sync/roster/roster_load.h"

/* The same event may not do more for @log than its writer or the log's first certificate could. */
static void state_capabilities(struct roster *roster, uint64_t log, uint64_t from_seq,
                               uint64_t capabilities)
{
    const struct roster_change change = {
        .log = log, .from_seq = from_seq, .capabilities = capabilities, .is_stated = true};
    /* Certificates adopted from there on do not matter any more. */
    uint32_t place = roster_change_place(roster, log, from_seq - 1);
    uint32_t kept = place;
    for (uint32_t i = place; i < roster->changes_count; i++) {
        const struct roster_change *later = &roster->changes[i];
        if (later->log != log || later->is_stated) {
            roster->changes[kept++] = *later;
        }
    }
    roster->changes_count = kept;
    struct roster_change *same = &roster->changes[place];
    if (place < kept && same->log == log && same->from_seq == from_seq) {
        same->capabilities &= capabilities;
        return;
    }
    roster_change_insert(roster, place, &change);
}

static bool is_named(const struct device_caps *caps, uint64_t log)
{
    for (uint32_t i = 0; i < caps->count; i++) {
        if (caps->from[i].log == log) {
            return true;
        }
    }
    return false;
}

/* A log of the device that its admin did not know of, opened with papers that were replaced. */
static void limit_unnamed(struct roster *roster, const struct device_caps *caps)
{
    const struct roster_device *device = roster_device_find(roster, caps->device);
    for (uint32_t i = 0; device != NULL && i < roster->logs_count; i++) {
        struct roster_log *log = &roster->logs[i];
        if (log->device == caps->device && log->issued < device->certificate.issued &&
            !is_named(caps, log->id)) {
            log->capabilities &= caps->capabilities;
        }
    }
}

int rights_state(struct load *load, const struct log_point *at, const struct event *event)
{
    struct roster *roster = load->roster;
    struct device_caps caps;
    if (device_caps_decode(event->body, &caps) != 0) {
        return 0;
    }
    const uint64_t grantable = roster_capabilities(roster, at->log, at->seq);
    limit_unnamed(roster, &caps);
    for (uint32_t i = 0; i < caps.count; i++) {
        const struct log_point *from = &caps.from[i];
        const struct roster_log *log = roster_log_find(roster, from->log);
        if (log != NULL && log->device == caps.device) {
            state_capabilities(roster, from->log, from->seq,
                               caps.capabilities & (grantable | log->capabilities));
        }
    }
    return 0;
}
