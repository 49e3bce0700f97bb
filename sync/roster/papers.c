/* What certificates say: which devices and logs there are, and what each log may write from where
 * on. */
#include <string.h>

#include "sync/roster/roster_load.h"

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
        log->unrevoked_to = UINT64_MAX;
        log->retired_seq = UINT64_MAX;
        log->vouches_from = UINT64_MAX;
        log->has_previous = open->has_previous;
        if (open->has_previous) {
            log->previous = open->previous;
        }
    }
}

int papers_open(struct load *load, const struct log_point *at, const struct event *event)
{
    struct log_open open;
    if (at->seq != 1 ||
        log_open_verify_with(load->verified, event->body, &load->roster->popup, &load->roster->root,
                             &open) != 0 ||
        id64_of_key(&open.log_key) != at->log) {
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
    return chain_body_decode(event->body, &chain) == 0 && load_may_verify(load) &&
           certificate_verify_with(load->verified, chain, &load->roster->popup, &load->roster->root,
                                   ret_certificate) == 0;
}

int papers_add(struct load *load, const struct log_point *at, const struct event *event)
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
int papers_adopt(struct load *load, const struct log_point *at, const struct event *event)
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
        roster_change_insert(load->roster, roster_change_place(load->roster, at->log, at->seq),
                             &change);
    }
    return 0;
}
