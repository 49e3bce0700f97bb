/* The till, the roster: devices come, change, go; people's roles. */
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/till_task.h"
#include "sync/log/run.h"

/* @body, which an encoder of statement.h made, is that of an event of @type. */
static void emit_body(struct task *task, enum event_type type, struct bytes body)
{
    write_raw(task_body(task), body);
    task_emit_unchecked(task, type);
}

/* All heads, in ascending order of log. */
static const struct log_head *head_at(const struct till *till, uint32_t i)
{
    return &till->heads[till->ascending[i]];
}

/* The device that the command names; ERR_NOT_FOUND. */
static int device_of(const struct task *task, const struct roster_device **ret_device)
{
    *ret_device = roster_device_find(task->till->roster, task->command->device);
    return *ret_device != NULL ? 0 : ERR_NOT_FOUND;
}

/* --- certificates --- */

/* The replica has verified the chain; here it only has to be a value. */
int till_device_add(struct task *task)
{
    const struct bytes chain = task->command->chain;
    if (chain.size == 0 || chain.size > CERT_CHAIN_BYTES_MAX ||
        msgpack_validate(chain, VALUE_DEPTH_MAX - 1) != 0) {
        return ERR_MALFORMED;
    }
    struct writer *body = task_body(task);
    write_array(body, 1);
    write_raw(body, chain);
    task_emit_unchecked(task, EVENT_DEVICE_ADD);
    return 0;
}

/* Sign @certificate, newer than the one that @device has, and state it. ERR_FORBIDDEN when this
 * device may not issue it, or the root did: only that overrules itself. */
static int certify_anew(struct task *task, const struct roster_device *device,
                        struct certificate *certificate)
{
    const struct till *till = task->till;
    uint8_t chain_data[CERT_CHAIN_BYTES_MAX];
    uint8_t body_data[CERT_CHAIN_BYTES_MAX + 8];
    struct certificate verified;
    struct bytes chain;
    struct bytes body;
    const uint64_t now = till->now_t / 1000;
    const bool is_by_root = till->root_secret != NULL;
    if (device->certificate.is_by_root && !is_by_root) {
        return ERR_FORBIDDEN;
    }
    certificate->issued = now > device->certificate.issued ? now : device->certificate.issued + 1;
    int err = certificate_issue(certificate, is_by_root ? till->root_secret : till->device_secret,
                                is_by_root ? NULL : &till->own_chain, chain_data, sizeof chain_data,
                                &chain);
    if (err == 0) {
        err = certificate_verify(chain, &till->roster->popup, &till->roster->root, &verified);
    }
    if (err == ERR_TOO_MANY) {
        return ERR_FORBIDDEN; /* an admin of an admin's */
    }
    if (err != 0) {
        return err;
    }
    check(chain_body_encode(chain, body_data, sizeof body_data, &body) == 0);
    emit_body(task, EVENT_DEVICE_ADD, body);
    return 0;
}

int till_device_rename(struct task *task)
{
    const struct bytes name = task->command->name;
    const struct roster_device *device;
    int err = device_of(task, &device);
    if (err != 0) {
        return err;
    }
    struct certificate certificate = device->certificate;
    if (device->is_revoked) {
        return ERR_STATE;
    }
    if (name.size == 0 || name.size > NAME_BYTES_MAX) {
        return ERR_MALFORMED;
    }
    if (bytes_equal(name, bytes_of(certificate.name, certificate.name_size))) {
        return 0;
    }
    memset(certificate.name, 0, sizeof certificate.name);
    memcpy(certificate.name, name.data, name.size);
    certificate.name_size = (uint8_t)name.size;
    return certify_anew(task, device, &certificate);
}

/* Whether an admin has stated already what a log of @device may do. */
static bool is_stated(const struct roster *roster, uint64_t device)
{
    for (uint32_t i = 0; i < roster->changes_count; i++) {
        const struct roster_log *log = roster_log_find(roster, roster->changes[i].log);
        if (roster->changes[i].is_stated && log != NULL && log->device == device) {
            return true;
        }
    }
    return false;
}

/* From the events after those that are here on, the device's logs may do that much. */
static void emit_caps(struct task *task, uint64_t capabilities)
{
    const struct till *till = task->till;
    uint8_t data[64 + LOG_POINT_BYTES_MAX * LOGS_MAX];
    struct device_caps caps = {.device = task->command->device, .capabilities = capabilities};
    struct bytes body;
    for (uint32_t i = 0; i < till->heads_count; i++) {
        const struct log_head *head = head_at(till, i);
        if (head->device == caps.device) {
            caps.from[caps.count++] = (struct log_point){.log = head->log, .seq = head->seq + 1};
        }
    }
    check(device_caps_encode(&caps, data, sizeof data, &body) == 0);
    emit_body(task, EVENT_DEVICE_CAPS, body);
}

/* More rights come by the certificate, when the device takes it up; fewer are stated beside it, so
 * that they hold whether it does or not. */
int till_device_role(struct task *task)
{
    const enum role role = task->command->role;
    const struct roster_device *device;
    int err = device_of(task, &device);
    if (err != 0) {
        return err;
    }
    if (device->is_revoked || device->id == task->till->own_device) {
        return ERR_STATE;
    }
    if (role == device->certificate.role) {
        return 0;
    }
    struct certificate certificate = device->certificate;
    certificate.role = role;
    certificate.capabilities = role_device_capabilities(role);
    const bool is_less = (device->certificate.capabilities & ~certificate.capabilities) != 0;
    err = certify_anew(task, device, &certificate);
    if (err == 0 && (is_less || is_stated(task->till->roster, device->id))) {
        emit_caps(task, certificate.capabilities);
    }
    return err;
}

/* --- cuts --- */

static void emit_cut(struct task *task, enum event_type type, const struct log_cut *cut)
{
    uint8_t data[64];
    struct bytes body;
    check(log_cut_encode(cut, data, sizeof data, &body) == 0);
    emit_body(task, type, body);
}

static const struct log_head *head_of_device(const struct task *task, uint32_t at)
{
    const struct log_head *head = head_at(task->till, at);
    return head->device == task->command->device && head->seq > 0 ? head : NULL;
}

static void emit_cut_at(struct task *task, enum event_type type, const struct log_head *head)
{
    const struct log_cut cut = {.log = head->log, .seq = head->seq, .hash = head->hash};
    emit_cut(task, type, &cut);
}

static void emit_cut_whole(struct task *task, enum event_type type)
{
    const struct log_cut whole = {.log = task->command->device, .seq = 1};
    emit_cut(task, type, &whole);
}

/* Each log that is here, up to where it is; then the device as a whole, which holds for logs that
 * nobody here has heard of and for certificates that it signed and nobody logged. */
int till_device_revoke(struct task *task)
{
    const struct roster_device *device;
    const int err = device_of(task, &device);
    if (err != 0) {
        return err;
    }
    if (device->id == task->till->own_device) {
        return ERR_STATE;
    }
    if (device->is_revoked) {
        return 0;
    }
    for (uint32_t i = 0; i < task->till->heads_count; i++) {
        const struct log_head *head = head_of_device(task, i);
        if (head != NULL) {
            emit_cut_at(task, EVENT_LOG_REVOKE, head);
        }
    }
    emit_cut_whole(task, EVENT_LOG_REVOKE);
    return 0;
}

/* Each log that is here and was not retired before; the device as a whole when it wrote nothing
 * that is known here. A log that comes in later has its rights until the device is retired anew. */
int till_device_retire(struct task *task)
{
    const struct roster_device *device;
    bool has_log = false;
    const int err = device_of(task, &device);
    if (err != 0) {
        return err;
    }
    if (device->id == task->till->own_device || device->is_revoked) {
        return ERR_STATE;
    }
    for (uint32_t i = 0; i < task->till->heads_count; i++) {
        const struct log_head *head = head_of_device(task, i);
        const struct roster_log *log =
            head != NULL ? roster_log_find(task->till->roster, head->log) : NULL;
        has_log |= log != NULL;
        if (log != NULL && log->retired_seq == UINT64_MAX) {
            emit_cut_at(task, EVENT_LOG_RETIRE, head);
        }
    }
    if (!has_log && !device->is_retired) {
        emit_cut_whole(task, EVENT_LOG_RETIRE);
    }
    return 0;
}

/* --- places --- */

int till_device_place(struct task *task)
{
    const struct command *command = task->command;
    const struct roster_device *own =
        roster_device_find(task->till->roster, task->till->own_device);
    struct device_place place = {.count = command->endpoints_count};
    uint8_t data[16 + PLACE_ENDPOINTS_MAX * (PLACE_ENDPOINT_BYTES_MAX + 3)];
    struct bytes body;
    if (place.count > PLACE_ENDPOINTS_MAX) {
        return ERR_TOO_MANY;
    }
    for (uint32_t i = 0; i < place.count; i++) {
        if (!endpoint_is_dialable(command->endpoints[i])) {
            return ERR_MALFORMED;
        }
        memcpy(place.endpoints[i], command->endpoints[i].data, command->endpoints[i].size);
    }
    if (own != NULL && device_place_equal(&own->place, &place)) {
        return 0;
    }
    check(device_place_encode(&place, data, sizeof data, &body) == 0);
    emit_body(task, EVENT_DEVICE_PLACE, body);
    return 0;
}

/* --- people --- */

int till_staff_role(struct task *task)
{
    const struct till *till = task->till;
    const struct command *command = task->command;
    const struct roster_person *person = roster_person_find(till->roster, command->staff);
    struct staff_role role = {.staff = command->staff,
                              .role = command->role,
                              .version = person != NULL ? person->version + 1 : 1};
    uint8_t data[STAFF_ROLE_BYTES_MAX];
    struct bytes body;
    if (command->staff == 0 || command->staff > SEQ_MAX || command->role >= ROLE_COUNT) {
        return ERR_MALFORMED;
    }
    if (person != NULL && person->role == command->role && !person->is_disputed) {
        return 0;
    }
    if (role.version > STAFF_VERSION_MAX) {
        return ERR_OVERFLOW;
    }
    for (uint32_t i = 0; i < till->heads_count; i++) {
        const struct log_head *head = head_at(till, i);
        if (head->seq > 0) {
            role.held.heads[role.held.count++] =
                (struct log_point){.log = head->log, .seq = head->seq};
        }
    }
    check(staff_role_encode(&role, data, sizeof data, &body) == 0);
    emit_body(task, EVENT_STAFF_ROLE, body);
    return 0;
}
