/* The roster's tables: sorted, each with a bound. */
#include <stddef.h>
#include <string.h>

#include "sync/roster/roster_load.h"

uint32_t roster_device_place(const struct roster *roster, uint64_t id)
{
    uint32_t low = 0;
    uint32_t high = roster->devices_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (roster->devices[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint32_t roster_log_place(const struct roster *roster, uint64_t id)
{
    uint32_t low = 0;
    uint32_t high = roster->logs_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (roster->logs[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint32_t roster_change_place(const struct roster *roster, uint64_t log, uint64_t seq)
{
    uint32_t low = 0;
    uint32_t high = roster->changes_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct roster_change *change = &roster->changes[middle];
        if (change->log < log || (change->log == log && change->from_seq <= seq)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct roster_device *roster_device_find(const struct roster *roster, uint64_t device)
{
    const uint32_t place = roster_device_place(roster, device);
    const bool is_there = place < roster->devices_count && roster->devices[place].id == device;
    return is_there ? &roster->devices[place] : NULL;
}

uint32_t roster_person_place(const struct roster *roster, uint64_t staff)
{
    uint32_t low = 0;
    uint32_t high = roster->people_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (roster->people[middle].staff < staff) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_after(const struct roster_right *right, uint32_t log, uint32_t person, uint64_t seq)
{
    if (right->log != log) {
        return right->log > log;
    }
    return right->person != person ? right->person > person : right->from_seq > seq;
}

uint32_t roster_right_place(const struct roster *roster, uint32_t log, uint32_t person,
                            uint64_t seq)
{
    uint32_t low = 0;
    uint32_t high = roster->rights_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (is_after(&roster->rights[middle], log, person, seq)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

const struct roster_log *roster_log_find(const struct roster *roster, uint64_t log)
{
    const uint32_t place = roster_log_place(roster, log);
    const bool is_there = place < roster->logs_count && roster->logs[place].id == log;
    return is_there ? &roster->logs[place] : NULL;
}

struct roster_log *roster_log_of(struct roster *roster, uint64_t id)
{
    const struct roster_log *found = roster_log_find(roster, id);
    return found != NULL ? &roster->logs[found - roster->logs] : NULL;
}

struct roster_device *roster_device_of(struct roster *roster, uint64_t id)
{
    const struct roster_device *found = roster_device_find(roster, id);
    return found != NULL ? &roster->devices[found - roster->devices] : NULL;
}

/* Where the tables lie, in the order of struct roster: bytes. Of these what is in use is copied and
 * cleared; of the rest every byte, so that a field that is new need not be named. */
#define SPAN(table) offsetof(struct roster, table), sizeof((struct roster *)0)->table
static const struct {
    size_t at, size;
} tables[] = {{SPAN(devices)}, {SPAN(logs)}, {SPAN(changes)}, {SPAN(people)}, {SPAN(rights)}};
#undef SPAN

enum { TABLES = sizeof tables / sizeof tables[0] };

void roster_reset(struct roster *roster, const struct popup_id *popup,
                  const struct public_key *root)
{
    size_t at = 0;
    for (size_t i = 0; i < TABLES; i++) {
        memset((uint8_t *)roster + at, 0, tables[i].at - at);
        at = tables[i].at + tables[i].size;
    }
    memset((uint8_t *)roster + at, 0, sizeof *roster - at);
    roster->popup = *popup;
    roster->root = *root;
}

void roster_copy(struct roster *to, const struct roster *from)
{
    const size_t used[TABLES] = {
        from->devices_count * sizeof from->devices[0], from->logs_count * sizeof from->logs[0],
        from->changes_count * sizeof from->changes[0], from->people_count * sizeof from->people[0],
        from->rights_count * sizeof from->rights[0]};
    size_t at = 0;
    for (size_t i = 0; i < TABLES; i++) {
        memcpy((uint8_t *)to + at, (const uint8_t *)from + at, tables[i].at + used[i] - at);
        at = tables[i].at + tables[i].size;
    }
    memcpy((uint8_t *)to + at, (const uint8_t *)from + at, sizeof *to - at);
}

bool roster_make_room(void *items, size_t size, uint32_t *count, uint32_t count_max, uint32_t place)
{
    uint8_t *bytes = items;
    if (place == count_max) {
        return false;
    }
    const uint32_t kept = *count < count_max ? *count : count_max - 1;
    memmove(bytes + (place + 1) * size, bytes + place * size, (kept - place) * size);
    *count = kept + 1;
    return true;
}

void roster_change_insert(struct roster *roster, uint32_t place, const struct roster_change *change)
{
    roster->is_cut_short |= roster->changes_count == ROSTER_CHANGES_MAX;
    if (roster_make_room(roster->changes, sizeof *change, &roster->changes_count,
                         ROSTER_CHANGES_MAX, place)) {
        roster->changes[place] = *change;
    }
}
