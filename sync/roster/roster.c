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

#include "sync/roster/roster_load.h"

enum { PASS_CERTIFICATES, PASS_FORKS, PASS_STATEMENTS, PASS_SHARED, PASS_VIEWS };

static const struct step {
    enum event_type type;
    int pass;
    apply *apply;
} steps[] = {
    {EVENT_LOG_OPEN, PASS_CERTIFICATES, papers_open},
    {EVENT_LOG_CERT, PASS_CERTIFICATES, papers_adopt},
    {EVENT_DEVICE_ADD, PASS_CERTIFICATES, papers_add},
    {EVENT_LOG_FORK, PASS_FORKS, register_fork},
    {EVENT_DEVICE_CAPS, PASS_STATEMENTS, rights_state},
    {EVENT_LOG_REVOKE, PASS_STATEMENTS, register_revoke},
    {EVENT_LOG_RETIRE, PASS_STATEMENTS, register_retire},
    {EVENT_LOG_FORK, PASS_SHARED, register_fork_shared},
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

/* --- stretches of salvages --- */

/* The first pass is at @at. */
static void stretch_note(struct load *load, const struct log_point *at, bool is_salvage)
{
    struct stretch *last =
        load->stretches_count > 0 ? &load->stretches[load->stretches_count - 1] : NULL;
    const bool is_open = last != NULL && last->from.log == at->log && last->to == UINT64_MAX;
    if (load->are_stretches_known || is_open == is_salvage) {
        return;
    }
    if (is_open) {
        last->to = at->seq;
    } else if (load->stretches_count < ROSTER_STRETCHES_MAX) {
        load->stretches[load->stretches_count++] = (struct stretch){.from = *at, .to = UINT64_MAX};
    }
}

/* The stretch that begins at @at, or NULL. */
static const struct stretch *stretch_find(const struct load *load, const struct log_point *at)
{
    uint32_t low = 0;
    uint32_t high = load->are_stretches_known ? load->stretches_count : 0;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const struct log_point *from = &load->stretches[middle].from;
        if (from->log == at->log && from->seq == at->seq) {
            return &load->stretches[middle];
        }
        const bool is_below = from->log < at->log || (from->log == at->log && from->seq < at->seq);
        low = is_below ? middle + 1 : low;
        high = is_below ? high : middle;
    }
    return NULL;
}

/* --- passes --- */

/* Apply the event at @at when it belongs to @pass and its writer was entitled to state it. */
static int take_event(struct load *load, int pass, const struct log_point *at)
{
    struct operation id;
    struct event event;
    const int err = event_read(load->txn, at->log, at->seq, &id, &event);
    if (err == ERR_IO) {
        return ERR_IO;
    }
    stretch_note(load, at, err == 0 && event.type == EVENT_SALVAGE);
    if (err != 0) { /* the disk spoilt it: what is known without it is still known */
        load->roster->is_spoilt = true;
        return 0;
    }
    load->looking.seq += event.type != EVENT_SALVAGE ? 1 : 0; /* these can be many, of anybody's */
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

bool load_may_verify(struct load *load)
{
    const bool may = load->proofs_count < ROSTER_PROOFS_PER_LOG_MAX;
    load->roster->is_cut_short |= !may;
    load->proofs_count += may ? 1 : 0;
    return may;
}

/* Turn to @log; false when of its events so many were looked at in this pass that no more are. */
static bool may_look(struct load *load, uint64_t log)
{
    if (load->looking.log != log) {
        load->looking = (struct log_point){.log = log};
        load->proofs_count = 0;
    }
    const bool may = load->looking.seq < ROSTER_EVENTS_PER_LOG_MAX;
    load->roster->is_cut_short |= !may;
    return may;
}

/* The roster's next event after @at, none before @to of that log: 0 = the very next; UINT64_MAX =
 * no more of that log. */
static int event_next(struct store_cursor *cursor, const struct entity_id *roster_id,
                      const struct log_point *at, uint64_t to, struct bytes *key)
{
    struct bytes value;
    const struct key there = to == UINT64_MAX ? key_entity_event(roster_id, at->log + 1, 0)
                                              : key_entity_event(roster_id, at->log, to);
    return to == 0 ? store_cursor_next(cursor, key, &value)
                   : store_cursor_seek(cursor, key_bytes(&there), key, &value);
}

/* Look at the event at @at; @ret_to: where to go on, see event_next(). */
static int look_at(struct load *load, int pass, const struct log_point *at, uint64_t *ret_to)
{
    const struct stretch *stretch = stretch_find(load, at);
    *ret_to = 0;
    if (!may_look(load, at->log)) {
        stretch_note(load, at, false);
        *ret_to = UINT64_MAX;
        return 0;
    }
    if (stretch != NULL) {
        *ret_to = stretch->to;
        return 0;
    }
    return take_event(load, pass, at);
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
    load->looking.log = 0;
    err = store_cursor_seek(&cursor, key_bytes(&from), &key, &value);
    while (err == 0) {
        struct entity_id entity;
        struct log_point at;
        err = key_entity_event_parse(key, &entity, &at.log, &at.seq);
        if (err != 0 || !entity_id_equal(&entity, &roster_id) || (log != NULL && at.log != *log)) {
            break;
        }
        uint64_t to = 0;
        err = look_at(load, pass, &at, &to);
        if (err == 0) {
            err = event_next(&cursor, &roster_id, &at, to, &key);
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
    roster_reset(load->roster, popup, root);
    load->held_log = 0;
    load->added_count = 0;
    load->spoken_count = 0;
    int err = take_events(load, PASS_CERTIFICATES, NULL);
    load->are_stretches_known = err == 0;
    if (err == 0) {
        err = take_events(load, PASS_FORKS, NULL);
    }
    return err == 0 ? take_statements(load) : err;
}

int roster_load(struct roster *roster, struct store_txn *txn, const struct popup_id *popup,
                const struct public_key *root)
{
    return roster_load_with(NULL, roster, txn, popup, root);
}

int roster_load_with(struct verified *verified, struct roster *roster, struct store_txn *txn,
                     const struct popup_id *popup, const struct public_key *root)
{
    struct roster loaded;
    struct load load = {.txn = txn, .roster = &loaded, .verified = verified};
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
        roster_copy(roster, &loaded);
    }
    return err;
}
