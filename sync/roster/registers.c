/* The registers that void parts of logs, or their stock rights: forks, revocations, retirements. */
#include <string.h>

#include "sync/roster/roster_load.h"

/* --- forks --- */

int register_fork(struct load *load, const struct log_point *at, const struct event *event)
{
    struct log_point fork;
    (void)at;
    if (!load_may_verify(load) || log_fork_verify(event->body, &load->roster->popup, &fork) != 0) {
        return 0;
    }
    struct roster_log *log = roster_log_of(load->roster, fork.log);
    if (log != NULL && fork.seq < log->fork_seq) {
        log->fork_seq = fork.seq;
    }
    return 0;
}

/* --- revocations and retirements --- */

/* Whether the chain stored here has another event where @revocation names one, as far as is known:
 * the disk may have spoilt it. */
static int is_elsewhere(struct store_txn *txn, uint64_t log,
                        const struct roster_revocation *revocation, bool *ret_is)
{
    struct hash hash;
    struct bytes event;
    const int err = event_get(txn, log, revocation->seq, &hash, &event);
    if (err == ERR_IO) {
        return err;
    }
    *ret_is = err == 0 && !hash_equal(&hash, &revocation->hash);
    return 0;
}

static int compare_revocations(const struct roster_revocation *a, const struct roster_revocation *b)
{
    if (a->seq != b->seq) {
        return a->seq < b->seq ? -1 : 1;
    }
    return memcmp(a->hash.bytes, b->hash.bytes, sizeof a->hash.bytes);
}

/* The last event, of those on the chain stored here, that is known to lie on the chain that the
 * @at-th revocation names too. Two branches of one log part at the first proven fork or after it;
 * where none is proven before the named event, they may part anywhere. */
static uint64_t shared_to(const struct roster_log *log, uint32_t at)
{
    const struct roster_revocation *revocation = &log->revocations[at];
    const bool is_contradicted = at > 0 && log->revocations[at - 1].seq == revocation->seq;
    if (!revocation->is_elsewhere && !is_contradicted) {
        return revocation->seq;
    }
    return log->fork_seq <= revocation->seq ? log->fork_seq - 1 : 1;
}

static void revocations_weigh(struct roster_log *log)
{
    const bool is_forked_before = log->fork_seq <= log->revocations[0].seq;
    log->revoked_seq = log->revocations[0].seq;
    log->unrevoked_to = UINT64_MAX;
    if (log->is_revoked_crowded) { /* those that did not fit name no earlier event */
        log->unrevoked_to = is_forked_before ? log->fork_seq - 1 : 1;
    }
    for (uint32_t i = 0; i < log->revocations_count; i++) {
        const uint64_t to = shared_to(log, i);
        log->unrevoked_to = to < log->unrevoked_to ? to : log->unrevoked_to;
    }
}

static void log_revoke_unnamed(struct roster_log *log)
{
    if (log->revoked_seq == UINT64_MAX) {
        log->revoked_seq = log->unrevoked_to = 1;
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

/* Of @log only what lies on the chain that ends in @cut counts, too. */
static int log_revoke(struct load *load, struct roster_log *log, const struct log_cut *cut)
{
    struct roster_revocation stated = {.seq = cut->seq, .hash = cut->hash};
    uint32_t place = 0;
    while (place < log->revocations_count &&
           compare_revocations(&log->revocations[place], &stated) < 0) {
        place++;
    }
    if (place < log->revocations_count &&
        compare_revocations(&log->revocations[place], &stated) == 0) {
        return 0;
    }
    const int err = is_elsewhere(load->txn, log->id, &stated, &stated.is_elsewhere);
    if (err != 0) {
        return err;
    }
    log->is_revoked_crowded |= log->revocations_count == ROSTER_REVOCATIONS_MAX;
    load->roster->is_cut_short |= log->is_revoked_crowded;
    if (roster_make_room(log->revocations, sizeof stated, &log->revocations_count,
                         ROSTER_REVOCATIONS_MAX, place)) {
        log->revocations[place] = stated;
    }
    log->is_revoked_unnamed = false;
    revocations_weigh(log);
    return 0;
}

int register_revoke(struct load *load, const struct log_point *at, const struct event *event)
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

int register_fork_shared(struct load *load, const struct log_point *at, const struct event *event)
{
    struct log_point fork;
    if (at->seq > roster_limit(load->roster, at->log) || !load_may_verify(load) ||
        log_fork_verify(event->body, &load->roster->popup, &fork) != 0) {
        return 0;
    }
    struct roster_log *log = roster_log_of(load->roster, fork.log);
    if (log != NULL && log->fork_seq == fork.seq) {
        log->is_fork_shared = true;
    }
    return 0;
}

int register_retire(struct load *load, const struct log_point *at, const struct event *event)
{
    struct log_cut cut;
    (void)at;
    if (log_cut_decode(event->body, &cut) != 0) {
        return 0;
    }
    struct roster_log *log = roster_log_of(load->roster, cut.log);
    struct roster_device *device = roster_device_of(load->roster, cut.log);
    if (log != NULL && cut.seq < log->retired_seq) {
        log->retired_seq = cut.seq;
    } else if (device != NULL) { /* it wrote nothing that whoever retired it knew of */
        device->is_retired = true;
    }
    return 0;
}
