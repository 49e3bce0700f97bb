/* Five passes over the roster's events, each in order of (log, seq):
 *   1. what certificates say: log.open, log.cert, device.add
 *   2. forks, which prove themselves
 *   3. what admins state, writer by writer in order of seniority: device.caps, log.revoke,
 *      log.retire, staff.role
 *   4. which forks are stated where every replica gets to know of it
 *   5. what of the people's roles each log had seen, and where devices say that they are:
 *      roster.saw, device.place
 * Where an admin turns out to be revoked, 1 to 3 are done once more, without what nobody but that
 * admin's signature speaks for (doubt.c). A body that makes no sense is passed over.
 */
#include "sync/roster/roster.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/roster/roster_load.h"

/* --- tables ---------------------------------------------------------------------------------- */

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

/* --- pass 1: certificates -------------------------------------------------------------------- */

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

static void device_admit(struct load *load, const struct certificate *certificate)
{
    struct roster *roster = load->roster;
    const uint64_t id = id64_of_key(&certificate->device_key);
    const uint32_t place = roster_device_place(roster, id);
    struct roster_device *device = &roster->devices[place];
    if (place < roster->devices_count && device->id == id) {
        if (doubt_compare(&load->doubt, certificate, &device->certificate) > 0) {
            device->certificate = *certificate;
        }
        return;
    }
    roster->is_cut_short |= roster->devices_count == DEVICES_MAX;
    if (roster_make_room(roster->devices, sizeof *device, &roster->devices_count, DEVICES_MAX,
                         place)) {
        memset(device, 0, sizeof *device);
        device->id = id;
        device->certificate = *certificate;
    }
}

static void log_admit(struct roster *roster, uint64_t id, const struct log_open *open)
{
    const uint32_t place = roster_log_place(roster, id);
    struct roster_log *log = &roster->logs[place];
    roster->is_cut_short |= roster->logs_count == LOGS_MAX;
    if (roster_make_room(roster->logs, sizeof *log, &roster->logs_count, LOGS_MAX, place)) {
        memset(log, 0, sizeof *log);
        log->id = id;
        log->key = open->log_key;
        log->device = id64_of_key(&open->certificate.device_key);
        log->incarnation = open->incarnation;
        log->capabilities = open->certificate.capabilities;
        log->issued = open->certificate.issued;
        log->held_issued = open->certificate.issued;
        log->issuer = open->certificate.issuer;
        log->fork_seq = UINT64_MAX;
        log->revoked_seq = UINT64_MAX;
        log->retired_seq = UINT64_MAX;
        log->vouches_from = UINT64_MAX;
        log->has_previous = open->has_previous;
        if (open->has_previous) {
            log->previous = open->previous;
        }
    }
}

static void change_insert(struct roster *roster, uint32_t place, const struct roster_change *change)
{
    roster->is_cut_short |= roster->changes_count == ROSTER_CHANGES_MAX;
    if (roster_make_room(roster->changes, sizeof *change, &roster->changes_count,
                         ROSTER_CHANGES_MAX, place)) {
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
    device_admit(load, &open.certificate);
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
    if (!verify_chain_body(load, event, &certificate)) {
        return 0;
    }
    device_admit(load, &certificate);
    if (load->added_count < ROSTER_ADDITIONS_MAX) {
        load->added[load->added_count++] =
            (struct addition){.device = id64_of_key(&certificate.device_key),
                              .issued = certificate.issued,
                              .certificate = certificate_hash(&certificate),
                              .at = *at};
    } else {
        load->roster->is_cut_short = true;
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
    device_admit(load, &certificate);
    const bool is_own =
        load->held_log == at->log &&
        memcmp(&certificate.device_key, &load->held.device_key, sizeof certificate.device_key) == 0;
    if (!is_own || doubt_compare(&load->doubt, &certificate, &load->held) <= 0) {
        return 0;
    }
    const struct roster_change change = {
        .log = at->log, .from_seq = at->seq, .capabilities = certificate.capabilities};
    load->held = certificate;
    struct roster_log *log = roster_log_of(load->roster, at->log);
    if (log != NULL) {
        log->held_issued = certificate.issued;
        change_insert(load->roster, roster_change_place(load->roster, at->log, at->seq), &change);
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
    struct roster_log *log = roster_log_of(load->roster, fork.log);
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
    change_insert(roster, place, &change);
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

static int apply_device_caps(struct load *load, const struct log_point *at,
                             const struct event *event)
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

static void log_revoke_unnamed(struct roster_log *log)
{
    if (log->revoked_seq == UINT64_MAX) {
        log->revoked_seq = 1;
        log->is_revoked_unnamed = true;
    }
}

/* Of the logs of @device that no revocation names only event 1 counts. */
static void revoke_unnamed(struct roster *roster, uint64_t device)
{
    struct roster_device *found = roster_device_of(roster, device);
    if (found != NULL) {
        found->is_revoked = true;
    }
    for (uint32_t i = 0; i < roster->logs_count; i++) {
        struct roster_log *log = &roster->logs[i];
        if (log->device == device) {
            log_revoke_unnamed(log);
        }
    }
}

/* Whether a device.add that counts brought @device the certificate of @issued, or any when that is
 * ANY_CERTIFICATE. */
static bool is_added(const struct load *load, uint64_t device, uint64_t issued)
{
    for (uint32_t i = 0; i < load->added_count; i++) {
        const struct addition *added = &load->added[i];
        if (added->device == device && (issued == ANY_CERTIFICATE || added->issued == issued) &&
            roster_judge(load->roster, added->at.log, added->at.seq, EVENT_DEVICE_ADD, 0) ==
                VERDICT_VALID) {
            return true;
        }
    }
    return false;
}

/* @device is revoked, and with it those for whom nothing speaks but its signature. */
static void device_revoke(struct load *load, uint64_t device)
{
    struct roster *roster = load->roster;
    revoke_unnamed(roster, device);
    for (uint32_t i = 0; i < roster->devices_count; i++) {
        const struct roster_device *other = &roster->devices[i];
        if (other->certificate.issuer == device && !is_added(load, other->id, ANY_CERTIFICATE)) {
            revoke_unnamed(roster, other->id);
        }
    }
    for (uint32_t i = 0; i < roster->logs_count; i++) {
        struct roster_log *log = &roster->logs[i];
        if (log->issuer == device && !is_added(load, log->device, log->issued)) {
            log_revoke_unnamed(log);
        }
    }
}

/* Keep of the chain that ends in @cut what an earlier one kept of it. */
static int log_revoke(struct load *load, struct roster_log *log, const struct log_cut *cut)
{
    if (!log->is_revoked_unnamed && cut->seq >= log->revoked_seq) {
        log->is_revoked_twice |=
            cut->seq == log->revoked_seq && !hash_equal(&cut->hash, &log->revoked_hash);
        log->is_revoked_elsewhere |= log->is_revoked_twice;
        return 0;
    }
    log->is_revoked_unnamed = false;
    log->is_revoked_twice = false;
    log->revoked_seq = cut->seq;
    log->revoked_hash = cut->hash;
    return is_another_chain(load->txn, log, &log->is_revoked_elsewhere);
}

static int apply_log_revoke(struct load *load, const struct log_point *at,
                            const struct event *event)
{
    struct log_cut cut;
    (void)at;
    if (log_cut_decode(event->body, &cut) != 0) {
        return 0;
    }
    struct roster_log *log = roster_log_of(load->roster, cut.log);
    if (log == NULL) {
        if (roster_device_find(load->roster, cut.log) != NULL) {
            device_revoke(load, cut.log);
        }
        return 0;
    }
    const int err = log_revoke(load, log, &cut);
    if (err == 0) {
        revoke_unnamed(load->roster, log->device);
    }
    return err;
}

static int apply_fork_shared(struct load *load, const struct log_point *at,
                             const struct event *event)
{
    struct log_point fork;
    if (at->seq > roster_limit(load->roster, at->log) ||
        log_fork_verify(event->body, &load->roster->popup, &fork) != 0) {
        return 0;
    }
    struct roster_log *log = roster_log_of(load->roster, fork.log);
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
    struct roster_log *log = roster_log_of(load->roster, cut.log);
    if (log != NULL && cut.seq < log->retired_seq) {
        log->retired_seq = cut.seq;
    }
    return 0;
}

/* --- passes ---------------------------------------------------------------------------------- */

enum { PASS_CERTIFICATES, PASS_FORKS, PASS_STATEMENTS, PASS_SHARED, PASS_VIEWS };

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
    {EVENT_STAFF_ROLE, PASS_STATEMENTS, people_take_role},
    {EVENT_STAFF_ROLE, PASS_VIEWS, people_see_own},
    {EVENT_ROSTER_SAW, PASS_VIEWS, people_see},
    {EVENT_DEVICE_PLACE, PASS_VIEWS, place_take},
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
    if (err == ERR_IO) {
        return ERR_IO;
    }
    if (err != 0) { /* the disk spoilt it: what is known without it is still known */
        load->roster->is_spoilt = true;
        return 0;
    }
    apply *step = step_find(event.type, pass);
    if (step == NULL) {
        return 0;
    }
    if (pass == PASS_STATEMENTS &&
        roster_judge(load->roster, at->log, at->seq, event.type, 0) != VERDICT_VALID) {
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
    return a->device < b->device ? -1 : a->device > b->device;
}

/* All logs by seniority, those of one device by id: an insertion sort, as there are few, which
 * leaves equals in the order they come. */
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

static void mark_devices(struct roster *roster)
{
    for (uint32_t i = 0; i < roster->logs_count; i++) {
        const struct roster_log *log = &roster->logs[i];
        struct roster_device *device = roster_device_of(roster, log->device);
        if (device != NULL) {
            device->is_revoked |= log->revoked_seq != UINT64_MAX;
            device->is_retired |= log->retired_seq != UINT64_MAX;
        }
    }
}

/* From nothing: certificates, forks, statements. What was found doubtful stays so. */
static int take_roster(struct load *load, const struct popup_id *popup,
                       const struct public_key *root)
{
    memset(load->roster, 0, sizeof *load->roster);
    load->roster->popup = *popup;
    load->roster->root = *root;
    load->held_log = 0;
    load->added_count = 0;
    load->spoken_count = 0;
    int err = take_events(load, PASS_CERTIFICATES, NULL);
    if (err == 0) {
        err = take_events(load, PASS_FORKS, NULL);
    }
    return err == 0 ? take_statements(load) : err;
}

int roster_load(struct roster *roster, struct store_txn *txn, const struct popup_id *popup,
                const struct public_key *root)
{
    struct roster loaded;
    struct load load = {.txn = txn, .roster = &loaded};
    int err = take_roster(&load, popup, root);
    if (err == 0 && doubt_settle(&load.doubt, &load)) {
        err = take_roster(&load, popup, root);
    }
    if (err == 0) {
        err = take_events(&load, PASS_SHARED, NULL);
    }
    if (err == 0) {
        people_settle(&load);
        err = take_events(&load, PASS_VIEWS, NULL);
    }
    if (err == 0) {
        err = people_finish(&load);
    }
    if (err == 0) {
        mark_devices(&loaded);
        memcpy(roster, &loaded, sizeof loaded);
    }
    return err;
}
