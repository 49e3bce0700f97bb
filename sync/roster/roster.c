/* Four passes over the roster's events, each in order of (log, seq):
 *   1. what certificates say: log.open, log.cert, device.add
 *   2. forks, which prove themselves
 *   3. what admins state, writer by writer in order of seniority: caps, revoke, retire
 *   4. which forks are stated where every replica gets to know of it
 * A body that makes no sense is passed over.
 */
#include "sync/roster/roster.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/log/tables.h"

/* A roster in the making. */
struct load {
    struct store_txn *txn;
    struct roster *roster;
    uint64_t held_log; /* whose certificate `held` is: the log that pass 1 is in */
    struct certificate held;
};

/* 0, or ERR_IO, ERR_MALFORMED of the store. */
typedef int apply(struct load *load, const struct log_point *at, const struct event *event);

/* --- tables ---------------------------------------------------------------------------------- */

/* Where @id is or would be. */
static uint32_t device_place(const struct roster *roster, uint64_t id)
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

static uint32_t log_place(const struct roster *roster, uint64_t id)
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

/* Where the first change after (@log, @seq) is or would be. */
static uint32_t change_place(const struct roster *roster, uint64_t log, uint64_t seq)
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
    const uint32_t place = device_place(roster, device);
    const bool is_there = place < roster->devices_count && roster->devices[place].id == device;
    return is_there ? &roster->devices[place] : NULL;
}

const struct roster_device *roster_device_find_transport(const struct roster *roster,
                                                         const struct public_key *key)
{
    for (uint32_t i = 0; i < roster->devices_count; i++) {
        const struct roster_device *device = &roster->devices[i];
        if (memcmp(&device->certificate.transport_key, key, sizeof *key) == 0) {
            return device;
        }
    }
    return NULL;
}

static struct roster_log *log_find(struct roster *roster, uint64_t log)
{
    const uint32_t place = log_place(roster, log);
    const bool is_there = place < roster->logs_count && roster->logs[place].id == log;
    return is_there ? &roster->logs[place] : NULL;
}

const struct roster_log *roster_log_find(const struct roster *roster, uint64_t log)
{
    const uint32_t place = log_place(roster, log);
    const bool is_there = place < roster->logs_count && roster->logs[place].id == log;
    return is_there ? &roster->logs[place] : NULL;
}

/* --- pass 1: certificates -------------------------------------------------------------------- */

/* Make room at @place; false when that would be past the end. In a full table the last gives way.
 */
static bool make_room(void *items, size_t size, uint32_t *count, uint32_t count_max, uint32_t place)
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

static void device_admit(struct roster *roster, const struct certificate *certificate)
{
    const uint64_t id = id64_of_key(&certificate->device_key);
    const uint32_t place = device_place(roster, id);
    struct roster_device *device = &roster->devices[place];
    if (place < roster->devices_count && device->id == id) {
        if (certificate_compare(certificate, &device->certificate) > 0) {
            device->certificate = *certificate;
        }
        return;
    }
    roster->is_cut_short |= roster->devices_count == DEVICES_MAX;
    if (make_room(roster->devices, sizeof *device, &roster->devices_count, DEVICES_MAX, place)) {
        memset(device, 0, sizeof *device);
        device->id = id;
        device->certificate = *certificate;
    }
}

static void log_admit(struct roster *roster, uint64_t id, const struct log_open *open)
{
    const uint32_t place = log_place(roster, id);
    struct roster_log *log = &roster->logs[place];
    roster->is_cut_short |= roster->logs_count == LOGS_MAX;
    if (make_room(roster->logs, sizeof *log, &roster->logs_count, LOGS_MAX, place)) {
        memset(log, 0, sizeof *log);
        log->id = id;
        log->key = open->log_key;
        log->device = id64_of_key(&open->certificate.device_key);
        log->incarnation = open->incarnation;
        log->capabilities = open->certificate.capabilities;
        log->fork_seq = UINT64_MAX;
        log->revoked_seq = UINT64_MAX;
        log->retired_seq = UINT64_MAX;
    }
}

static void change_insert(struct roster *roster, uint32_t place, const struct roster_change *change)
{
    roster->is_cut_short |= roster->changes_count == ROSTER_CHANGES_MAX;
    if (make_room(roster->changes, sizeof *change, &roster->changes_count, ROSTER_CHANGES_MAX,
                  place)) {
        roster->changes[place] = *change;
    }
}

static int apply_log_open(struct load *load, const struct log_point *at, const struct event *event)
{
    struct log_open open;
    const int err = log_open_verify(event->body, &load->roster->popup, &load->roster->root, &open);
    if (err != 0 || at->seq != 1 || id64_of_key(&open.log_key) != at->log) {
        return 0;
    }
    log_admit(load->roster, at->log, &open);
    device_admit(load->roster, &open.certificate);
    load->held_log = at->log;
    load->held = open.certificate;
    return 0;
}

/* The certificate in a log.cert or device.add; false when it is not good. */
static bool verify_chain_body(struct load *load, const struct event *event,
                              struct certificate *ret_certificate)
{
    struct bytes chain;
    int err = chain_body_decode(event->body, &chain);
    if (err == 0) {
        err = certificate_verify(chain, &load->roster->popup, &load->roster->root, ret_certificate);
    }
    return err == 0;
}

static int apply_device_add(struct load *load, const struct log_point *at,
                            const struct event *event)
{
    struct certificate certificate;
    (void)at;
    if (verify_chain_body(load, event, &certificate)) {
        device_admit(load->roster, &certificate);
    }
    return 0;
}

/* A log adopts a certificate only of its own device, and never an older one than it holds: nobody
 * regains what he had by showing old papers. */
static int apply_log_cert(struct load *load, const struct log_point *at, const struct event *event)
{
    struct certificate certificate;
    if (!verify_chain_body(load, event, &certificate)) {
        return 0;
    }
    device_admit(load->roster, &certificate);
    const bool is_own =
        load->held_log == at->log && at->seq > 1 &&
        memcmp(&certificate.device_key, &load->held.device_key, sizeof certificate.device_key) == 0;
    if (!is_own || certificate_compare(&certificate, &load->held) <= 0) {
        return 0;
    }
    const struct roster_change change = {
        .log = at->log, .from_seq = at->seq, .capabilities = certificate.capabilities};
    load->held = certificate;
    if (log_find(load->roster, at->log) != NULL) {
        change_insert(load->roster, change_place(load->roster, at->log, at->seq), &change);
    }
    return 0;
}

/* --- pass 2: forks --------------------------------------------------------------------------- */

static int apply_log_fork(struct load *load, const struct log_point *at, const struct event *event)
{
    struct log_point fork;
    (void)at;
    if (log_fork_verify(event->body, &load->roster->popup, &fork) != 0) {
        return 0;
    }
    struct roster_log *log = log_find(load->roster, fork.log);
    if (log != NULL && fork.seq < log->fork_seq) {
        log->fork_seq = fork.seq;
    }
    return 0;
}

/* --- pass 3: what admins state --------------------------------------------------------------- */

/* The same event may not do more for @log than its writer or the log's first certificate could. */
static void state_capabilities(struct roster *roster, uint64_t log, uint64_t from_seq,
                               uint64_t capabilities)
{
    const struct roster_change change = {
        .log = log, .from_seq = from_seq, .capabilities = capabilities, .is_stated = true};
    /* Certificates adopted from there on do not matter any more. */
    uint32_t place = change_place(roster, log, from_seq - 1);
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
    change_insert(roster, place, &change);
}

static int apply_device_caps(struct load *load, const struct log_point *at,
                             const struct event *event)
{
    struct roster *roster = load->roster;
    struct device_caps caps;
    if (device_caps_decode(event->body, &caps) != 0) {
        return 0;
    }
    const uint64_t grantable = roster_capabilities(roster, at->log, at->seq);
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

/* Whether the chain stored here has another hash than the revocation names. */
static int is_another_chain(struct store_txn *txn, const struct roster_log *log, bool *ret_is)
{
    struct hash hash;
    struct bytes event;
    const int err = event_get(txn, log->id, log->revoked_seq, &hash, &event);
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    *ret_is = err == 0 && !hash_equal(&hash, &log->revoked_hash);
    return 0;
}

static int apply_log_revoke(struct load *load, const struct log_point *at,
                            const struct event *event)
{
    struct log_cut cut;
    (void)at;
    if (log_cut_decode(event->body, &cut) != 0) {
        return 0;
    }
    struct roster_log *log = log_find(load->roster, cut.log);
    if (log == NULL || cut.seq > log->revoked_seq) {
        return 0;
    }
    if (cut.seq == log->revoked_seq) {
        log->is_revoked_elsewhere |= !hash_equal(&cut.hash, &log->revoked_hash);
        return 0;
    }
    log->revoked_seq = cut.seq;
    log->revoked_hash = cut.hash;
    return is_another_chain(load->txn, log, &log->is_revoked_elsewhere);
}

static int apply_fork_shared(struct load *load, const struct log_point *at,
                             const struct event *event)
{
    struct log_point fork;
    if (at->seq > roster_limit(load->roster, at->log) ||
        log_fork_verify(event->body, &load->roster->popup, &fork) != 0) {
        return 0;
    }
    struct roster_log *log = log_find(load->roster, fork.log);
    if (log != NULL && log->fork_seq == fork.seq) {
        log->is_fork_shared = true;
    }
    return 0;
}

static int apply_log_retire(struct load *load, const struct log_point *at,
                            const struct event *event)
{
    struct log_cut cut;
    (void)at;
    if (log_cut_decode(event->body, &cut) != 0) {
        return 0;
    }
    struct roster_log *log = log_find(load->roster, cut.log);
    if (log != NULL && cut.seq < log->retired_seq) {
        log->retired_seq = cut.seq;
    }
    return 0;
}

/* --- passes ---------------------------------------------------------------------------------- */

enum { PASS_CERTIFICATES, PASS_FORKS, PASS_STATEMENTS, PASS_SHARED };

static const struct step {
    enum event_type type;
    int pass;
    apply *apply;
} steps[] = {
    {EVENT_LOG_OPEN, PASS_CERTIFICATES, apply_log_open},
    {EVENT_LOG_CERT, PASS_CERTIFICATES, apply_log_cert},
    {EVENT_DEVICE_ADD, PASS_CERTIFICATES, apply_device_add},
    {EVENT_LOG_FORK, PASS_FORKS, apply_log_fork},
    {EVENT_DEVICE_CAPS, PASS_STATEMENTS, apply_device_caps},
    {EVENT_LOG_REVOKE, PASS_STATEMENTS, apply_log_revoke},
    {EVENT_LOG_RETIRE, PASS_STATEMENTS, apply_log_retire},
    {EVENT_LOG_FORK, PASS_SHARED, apply_fork_shared},
};

static apply *step_find(uint32_t type, int pass)
{
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (steps[i].type == type && steps[i].pass == pass) {
            return steps[i].apply;
        }
    }
    return NULL;
}

/* Apply the event at @at when it belongs to @pass and its writer was entitled to state it. */
static int take_event(struct load *load, int pass, const struct log_point *at)
{
    struct hash hash;
    struct bytes bytes;
    struct event event;
    int err = event_get(load->txn, at->log, at->seq, &hash, &bytes);
    if (err == 0) {
        err = event_decode(bytes, &event);
    }
    if (err != 0) {
        return err == ERR_IO ? ERR_IO : ERR_MALFORMED;
    }
    apply *step = step_find(event.type, pass);
    if (step == NULL) {
        return 0;
    }
    if (pass == PASS_STATEMENTS &&
        roster_judge(load->roster, at->log, at->seq, event.type) != VERDICT_VALID) {
        return 0;
    }
    return step(load, at, &event);
}

/* The roster's events of @log, or of all logs when it is NULL. */
static int take_events(struct load *load, int pass, const uint64_t *log)
{
    const struct entity_id roster_id = entity_id_derive(KIND_ROSTER, 0);
    const struct key from = key_entity_event(&roster_id, log != NULL ? *log : 0, 0);
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    int err = store_cursor_open(load->txn, TABLE_ENTITY, &cursor);
    if (err != 0) {
        return err;
    }
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &value);
    while (err == 0) {
        struct entity_id entity;
        struct log_point at;
        err = key_entity_event_parse(key, &entity, &at.log, &at.seq);
        if (err != 0 || !entity_id_equal(&entity, &roster_id) || (log != NULL && at.log != *log)) {
            break;
        }
        err = take_event(load, pass, &at);
        if (err == 0) {
            err = store_cursor_next(&cursor, &key, &value);
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* <0 when what @a states is weighed before what @b does. */
static int compare_seniority(const struct roster *roster, const struct roster_log *a,
                             const struct roster_log *b)
{
    const struct roster_device *device_a = roster_device_find(roster, a->device);
    const struct roster_device *device_b = roster_device_find(roster, b->device);
    if (device_a == NULL || device_b == NULL) { /* did not fit the table: last */
        return (device_a == NULL) - (device_b == NULL);
    }
    const struct certificate *by_a = &device_a->certificate;
    const struct certificate *by_b = &device_b->certificate;
    if (by_a->is_by_root != by_b->is_by_root) {
        return by_a->is_by_root ? -1 : 1;
    }
    if (by_a->issued != by_b->issued) {
        return by_a->issued > by_b->issued ? -1 : 1;
    }
    if (a->device != b->device) {
        return a->device < b->device ? -1 : 1;
    }
    return a->id < b->id ? -1 : 1;
}

/* All logs by seniority: an insertion sort, as there are few. */
static void order_writers(const struct roster *roster, uint32_t writers[LOGS_MAX])
{
    for (uint32_t i = 0; i < roster->logs_count; i++) {
        uint32_t place = i;
        while (place > 0 &&
               compare_seniority(roster, &roster->logs[i], &roster->logs[writers[place - 1]]) < 0) {
            writers[place] = writers[place - 1];
            place--;
        }
        writers[place] = i;
    }
}

static int take_statements(struct load *load)
{
    uint32_t writers[LOGS_MAX] = {0};
    int err = 0;
    order_writers(load->roster, writers);
    for (uint32_t i = 0; err == 0 && i < load->roster->logs_count; i++) {
        err = take_events(load, PASS_STATEMENTS, &load->roster->logs[writers[i]].id);
    }
    return err;
}

static void mark_revoked_devices(struct roster *roster)
{
    for (uint32_t i = 0; i < roster->logs_count; i++) {
        const struct roster_log *log = &roster->logs[i];
        const uint32_t place = device_place(roster, log->device);
        if (log->revoked_seq != UINT64_MAX && place < roster->devices_count &&
            roster->devices[place].id == log->device) {
            roster->devices[place].is_revoked = true;
        }
    }
}

int roster_load(struct roster *roster, struct store_txn *txn, const struct popup_id *popup,
                const struct public_key *root)
{
    struct roster loaded;
    struct load load = {.txn = txn, .roster = &loaded};
    memset(&loaded, 0, sizeof loaded);
    loaded.popup = *popup;
    loaded.root = *root;
    int err = take_events(&load, PASS_CERTIFICATES, NULL);
    if (err == 0) {
        err = take_events(&load, PASS_FORKS, NULL);
    }
    if (err == 0) {
        err = take_statements(&load);
    }
    if (err == 0) {
        err = take_events(&load, PASS_SHARED, NULL);
    }
    if (err == 0) {
        mark_revoked_devices(&loaded);
        memcpy(roster, &loaded, sizeof loaded);
    }
    return err;
}

/* --- judging --------------------------------------------------------------------------------- */

bool roster_awaits(const struct roster *roster, uint64_t log, uint64_t first_seq, uint64_t last_seq)
{
    const struct roster_log *found = roster_log_find(roster, log);
    return found != NULL && found->revoked_seq >= first_seq && found->revoked_seq <= last_seq;
}

static uint64_t capabilities_at(const struct roster *roster, const struct roster_log *log,
                                uint64_t seq)
{
    const uint32_t place = change_place(roster, log->id, seq);
    const bool is_changed = place > 0 && roster->changes[place - 1].log == log->id;
    return is_changed ? roster->changes[place - 1].capabilities : log->capabilities;
}

uint64_t roster_capabilities(const struct roster *roster, uint64_t log, uint64_t seq)
{
    const struct roster_log *found = roster_log_find(roster, log);
    return found != NULL ? capabilities_at(roster, found, seq) : 0;
}

/* Whether @log could ever state something about the roster. */
static bool held_roster(const struct roster *roster, const struct roster_log *log)
{
    const uint64_t bit = capability_bit(CAP_ROSTER);
    bool is_held = (log->capabilities & bit) != 0;
    for (uint32_t i = change_place(roster, log->id, 0);
         i < roster->changes_count && roster->changes[i].log == log->id; i++) {
        is_held |= (roster->changes[i].capabilities & bit) != 0;
    }
    return is_held;
}

uint64_t roster_limit(const struct roster *roster, uint64_t log)
{
    const struct roster_log *found = roster_log_find(roster, log);
    if (found == NULL) {
        return UINT64_MAX;
    }
    const uint64_t forked = found->fork_seq == UINT64_MAX ? UINT64_MAX : found->fork_seq - 1;
    const bool is_revoked = found->revoked_seq < forked && !held_roster(roster, found);
    return is_revoked ? found->revoked_seq : forked;
}

/* What the registers say of (@log, @seq). */
static enum verdict judge_place(const struct roster_log *log, uint64_t seq)
{
    if (seq <= 1) {
        return VERDICT_VALID;
    }
    if (log->is_revoked_elsewhere || seq > log->revoked_seq) {
        return VERDICT_REVOKED;
    }
    return seq >= log->fork_seq ? VERDICT_FORKED : VERDICT_VALID;
}

enum verdict roster_judge(const struct roster *roster, uint64_t log, uint64_t seq, uint32_t type)
{
    const struct roster_log *found = roster_log_find(roster, log);
    if (found == NULL) {
        return VERDICT_UNKNOWN_LOG;
    }
    const enum verdict verdict = judge_place(found, seq);
    const struct event_info *info = event_info_find(type);
    if (verdict != VERDICT_VALID || info == NULL) {
        return verdict;
    }
    const uint64_t needed = capability_bit(info->capability);
    return (capabilities_at(roster, found, seq) & needed) != 0 ? VERDICT_VALID : VERDICT_FORBIDDEN;
}
