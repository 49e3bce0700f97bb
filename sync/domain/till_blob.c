/* Blobs, contacts, PINs, and the close of a day. */
#include <string.h>

#include "sync/domain/blob.h"
#include "sync/domain/day.h"
#include "sync/domain/held.h"
#include "sync/domain/record.h"
#include "sync/domain/till_task.h"

/* What stands for @hash, in till->scratch. */
static int load_blob(struct task *task, const struct hash *hash, struct blob *ret_blob)
{
    struct history *history = task->till->scratch;
    const struct entity_id id = blob_entity(hash);
    const int err = task_history_get(task, history, KIND_BLOB, &id);
    if (err == ERR_NOT_FOUND) {
        history_reset(history, KIND_BLOB, &id);
    } else if (err != 0) {
        return err;
    }
    blob_derive(history, ret_blob);
    if (ret_blob->is_opaque) {
        return ERR_VERSION;
    }
    return task_has_room(task, history) ? 0 : ERR_TOO_MANY;
}

/* Whether this device can keep another @size bytes. */
static int check_room(const struct task *task, uint32_t size)
{
    uint32_t here, wanted;
    uint64_t here_bytes, wanted_bytes;
    int err = blob_state_count(task->till->txn, BLOB_HERE, &here, &here_bytes);
    if (err == 0) {
        err = blob_state_count(task->till->txn, BLOB_WANTED, &wanted, &wanted_bytes);
    }
    if (err != 0) {
        return err;
    }
    const bool has_room =
        here + wanted < BLOBS_MAX && here_bytes + wanted_bytes + size <= (uint64_t)BLOBS_BYTES_MAX;
    return has_room ? 0 : ERR_LIMIT;
}

/* Emit @add, of the command's blob, where it is not known yet. */
static int emit_add(struct task *task, const struct blob_add *add)
{
    const struct entity_id id = blob_entity(&add->hash);
    struct blob blob;
    int err = load_blob(task, &add->hash, &blob);
    if (err == 0 && blob.is_erased) {
        err = ERR_STATE;
    }
    if (err == 0 && !blob.is_known) {
        err = check_room(task, add->size);
    }
    if (err == 0 && !blob.is_known) {
        blob_add_encode(add, task_body(task));
        task_emit_on(task, EVENT_BLOB_ADD, &id);
    }
    task->result->is_blob_used = err == 0;
    return err;
}

static int add_blob(struct task *task, bool is_personal)
{
    const struct command *command = task->command;
    const struct blob_add add = {.hash = command->blob,
                                 .size = command->blob_size,
                                 .media = command->media,
                                 .is_personal = is_personal};
    return emit_add(task, &add);
}

static int add_about(struct task *task, enum kind kind, const struct entity_id *entity,
                     bool is_personal)
{
    const struct command *command = task->command;
    const struct blob_add add = {.hash = command->blob,
                                 .size = command->blob_size,
                                 .media = command->media,
                                 .is_personal = is_personal,
                                 .about_kind = kind,
                                 .about = *entity};
    return emit_add(task, &add);
}

int task_add_words(struct task *task, enum kind kind, const struct entity_id *entity)
{
    return task->command->blob_size > 0 ? add_about(task, kind, entity, true) : 0;
}

int task_add_photo(struct task *task, const struct entity_id *entity)
{
    return add_about(task, KIND_MENU, entity, false);
}

/* --- telling of another's anew --- */

struct retelling {
    struct task *task;
    struct hash hash;
    bool is_told;
};

/* Whether this device keeps it, or has room to ask for it. */
static int check_place(const struct task *task, const struct blob_add *add)
{
    enum blob_state state;
    const int err = blob_state_get(task->till->txn, &add->hash, &state);
    return err != 0 || state != BLOB_NONE ? err : check_room(task, add->size);
}

/* The first one stands, as of several that count. */
static int retell(void *context, const struct event *event)
{
    struct retelling *retelling = context;
    struct task *task = retelling->task;
    const struct entity_id id = blob_entity(&retelling->hash);
    struct blob_add add;
    if (retelling->is_told || event->type != (uint32_t)EVENT_BLOB_ADD ||
        blob_add_decode(event->body, &add) != 0 || !hash_equal(&add.hash, &retelling->hash)) {
        return 0;
    }
    const int err = check_place(task, &add);
    if (err != 0) {
        return err;
    }
    add.is_personal = true;
    blob_add_encode(&add, task_body(task));
    task_emit_on(task, EVENT_BLOB_ADD, &id);
    retelling->is_told = true;
    return 0;
}

int task_tell_anew(struct task *task, const struct hash *hash)
{
    const struct entity_id id = blob_entity(hash);
    struct retelling retelling = {.task = task, .hash = *hash};
    struct blob blob;
    int err = load_blob(task, hash, &blob);
    if (err == 0 && (blob.is_known || blob.is_erased)) {
        return 0;
    }
    if (err == 0) {
        err = held_each(task->till->txn, &id, retell, &retelling);
    }
    return err == ERR_IO ? err : 0;
}

/* --- by command --- */

int till_blob_add(struct task *task)
{
    return add_blob(task, false);
}

int till_contact(struct task *task)
{
    const struct contact contact = {.hash = task->command->blob};
    const int err = add_blob(task, true);
    if (err == 0) {
        contact_encode(&contact, task_body(task));
        task_emit(task, EVENT_CONTACT);
    }
    return err;
}

int task_erase_blob(struct task *task, const struct hash *hash)
{
    const struct blob_erase erasure = {.hash = *hash, .reason = task->command->reason};
    const struct entity_id id = blob_entity(hash);
    struct blob blob;
    const int err = load_blob(task, hash, &blob);
    if (err != 0 || blob.is_erased) {
        return err;
    }
    blob_erase_encode(&erasure, task_body(task));
    task_emit_on(task, EVENT_BLOB_ERASE, &id);
    return 0;
}

int till_blob_erase(struct task *task)
{
    struct blob blob;
    if (task->command->reason.size == 0) {
        return ERR_MALFORMED;
    }
    const int err = load_blob(task, &task->command->blob, &blob);
    if (err == 0 && !blob.is_known && !blob.is_erased) {
        return ERR_NOT_FOUND;
    }
    return err != 0 ? err : task_erase_blob(task, &task->command->blob);
}

/* The blob of the PIN that a person has until now; false: none. */
static bool pin_find(const struct record *person, struct hash *ret_hash)
{
    const struct bytes stored = person->values[STAFF_PIN].text;
    if (stored.size != sizeof ret_hash->bytes) {
        return false;
    }
    memcpy(ret_hash->bytes, stored.data, sizeof ret_hash->bytes);
    return true;
}

static void emit_pin(struct task *task, struct bytes hash)
{
    const struct field_values set = {.count = 1, .values = {{.field = STAFF_PIN, .text = hash}}};
    record_set_encode(record_kind_find(KIND_STAFF), &set, task_body(task));
    task_emit(task, EVENT_STAFF_SET);
}

/* The new one is there before the old one goes. */
int till_staff_pin(struct task *task)
{
    const struct command *command = task->command;
    const bool is_new = command->blob_size > 0;
    struct record person;
    struct hash before;
    int err = task_load_record(task, KIND_STAFF, &task->result->entity, &person);
    if (err == 0 && !person.is_known) {
        err = ERR_NOT_FOUND;
    }
    if (err != 0) {
        return err;
    }
    const bool has_before = pin_find(&person, &before);
    const bool is_same = is_new && has_before && hash_equal(&before, &command->blob);
    if (is_same || (!is_new && !has_before)) {
        return 0;
    }
    err = is_new ? add_blob(task, true) : 0;
    if (err == 0) {
        emit_pin(task, bytes_of(command->blob.bytes, is_new ? sizeof command->blob.bytes : 0));
    }
    return err == 0 && has_before ? task_erase_blob(task, &before) : err;
}

/* Whether @entry is the own log's, and ends with the close of a day. */
static bool is_own_close(const struct task *task, const struct frontier_entry *entry)
{
    const struct history *history = task->till->scratch;
    for (uint32_t i = 0; i < history->count && entry->log == task->till->own_log; i++) {
        const struct history_event *event = &history->events[i];
        if (event->type == EVENT_DAY_CLOSE && event->id.log == entry->log &&
            event->id.seq == entry->seq) {
            return true;
        }
    }
    return false;
}

/* A day that is closed already is closed again when there is more to it by now than the fact that
 * closed it. */
static bool says_more(const struct task *task, const struct day *day)
{
    const struct frontier *frontier = &task->till->close->frontier;
    for (uint32_t i = 0; i < frontier->count; i++) {
        const struct frontier_entry *entry = &frontier->entries[i];
        if (!is_own_close(task, entry) && day_is_late(day, entry->log, entry->seq)) {
            return true;
        }
    }
    return !day->is_closed;
}

int till_day_close(struct task *task)
{
    const struct day_close *close = task->till->close;
    struct popup popup;
    struct day day;
    const int err = task_load_popup(task, &popup);
    if (err != 0) {
        return err;
    }
    if (task->till->scratch->is_opaque) {
        return ERR_VERSION;
    }
    const uint64_t n = task->command->day == 0 ? popup.day : task->command->day;
    if (n == 0 || n > popup.day) {
        return ERR_STATE;
    }
    if (!task_has_room(task, task->till->scratch)) {
        return ERR_TOO_MANY;
    }
    task->result->day = n;
    day_derive(task->till->scratch, n, &day);
    if (says_more(task, &day)) {
        struct day_close body = *close;
        body.n = n;
        day_close_encode(&body, task_body(task));
        task_emit(task, EVENT_DAY_CLOSE);
    }
    return 0;
}
