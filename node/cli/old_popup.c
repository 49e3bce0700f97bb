#include "node/cli/old_popup.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "node/blob/blobs.h"
#include "node/cli/cli.h"
#include "node/cli/verify_scratch.h"
#include "sync/base/check.h"

struct old_entity {
    enum kind kind;
    struct entity_id id;
};

struct old_popup {
    const char *kind;
    struct journal own;            /* of a folder */
    struct verify_scratch *file;   /* of a file; NULL = it is a folder */
    const struct journal *journal; /* of either */
    struct roster roster;
    struct history *history;
    size_t count, room;
    struct old_entity *entities; /* items and records, by id */
};

/* --- what there is --- */

static bool is_wanted(enum kind kind)
{
    const struct record_kind *record = record_kind_find(kind);
    return kind == KIND_MENU || (record != NULL && kind != KIND_REVIEW);
}

static enum kind kind_of_event(const struct event *event)
{
    const struct event_info *info = event_info_find(event->type);
    return info == NULL ? KIND_NONE : info->kind;
}

static bool keeps(const struct event *event)
{
    const enum kind kind = kind_of_event(event);
    return kind == KIND_POPUP || is_wanted(kind);
}

static int entity_add(struct old_popup *old, enum kind kind, const struct entity_id *id)
{
    if (old->count == old->room) {
        const size_t room = old->room == 0 ? 256 : 2 * old->room;
        struct old_entity *grown = realloc(old->entities, room * sizeof *grown);
        if (grown == NULL) {
            return ERR_NO_MEMORY;
        }
        old->entities = grown;
        old->room = room;
    }
    old->entities[old->count++] = (struct old_entity){.kind = kind, .id = *id};
    return 0;
}

/* Of what kind the entity of the row @key is, by that event of it: KIND_NONE = newer software knows
 * it, or the disk spoilt it, and another event of it may say. */
static int row_look(const struct old_popup *old, struct bytes key, struct entity_id *ret_id,
                    enum kind *ret_kind)
{
    uint64_t log = 0, seq = 0;
    struct operation place;
    struct event event;
    int err = key_entity_event_parse(key, ret_id, &log, &seq);
    if (err == 0) {
        err = event_read(old->journal->txn, log, seq, &place, &event);
    }
    *ret_kind = err == 0 ? kind_of_event(&event) : KIND_NONE;
    return err == ERR_IO ? err : 0;
}

static int entities_find(struct old_popup *old)
{
    struct store_cursor cursor;
    struct bytes key, value;
    struct entity_id known = {{0}}, id = {{0}};
    int err = store_cursor_open(old->journal->txn, TABLE_ENTITY, &cursor);
    if (err != 0) {
        return err;
    }
    while ((err = store_cursor_next(&cursor, &key, &value)) == 0) {
        enum kind kind = KIND_NONE;
        if (key.size > ENTITY_ID_BYTES && memcmp(key.data, known.bytes, ENTITY_ID_BYTES) == 0) {
            continue;
        }
        err = row_look(old, key, &id, &kind);
        if (err == 0 && kind != KIND_NONE) {
            known = id;
        }
        if (err == 0 && is_wanted(kind)) {
            err = entity_add(old, kind, &id);
        }
        if (err != 0) {
            break;
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* --- opening --- */

static int tell_damaged(const char *path, const struct findings *findings)
{
    tell("%s; nothing is begun from a file that was changed: trestle verify says more",
         findings->count > 0 ? findings->items[0].text : path);
    return EXIT_FAILED;
}

static int open_file(struct old_popup *old, const char *path)
{
    struct verified_file file = {.kind = NULL};
    struct verify_keep keep = {.keeps = keeps};
    struct findings *findings = calloc(1, sizeof *findings);
    if (findings == NULL) {
        return tell_failure(path, ERR_NO_MEMORY);
    }
    int status = verify_file(path, &keep, findings, &file);
    old->file = keep.scratch;
    if (status == EXIT_DONE && findings->count > 0) {
        status = tell_damaged(path, findings);
    }
    free(findings);
    if (status == EXIT_DONE) {
        old->kind = file.kind;
        old->journal = verify_scratch_journal(old->file);
    }
    return status;
}

static int open_folder(struct old_popup *old, const char *path)
{
    const int status = journal_open_state(path, &old->own);
    old->kind = "state";
    old->journal = &old->own;
    return status;
}

static int look(struct old_popup *old)
{
    const struct journal *journal = old->journal;
    check(journal != NULL); /* what was opened has one */
    const int err = roster_load(&old->roster, journal->txn, &journal->popup, &journal->root);
    return err != 0 ? err : entities_find(old);
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

int old_popup_open(const char *path, struct old_popup **ret_old)
{
    struct old_popup *old = calloc(1, sizeof *old);
    struct history *history = history_new();
    if (old == NULL || history == NULL) {
        free(old);
        history_free(history);
        return tell_failure(path, ERR_NO_MEMORY);
    }
    old->history = history;
    int status = is_folder(path) ? open_folder(old, path) : open_file(old, path);
    const int err = status == EXIT_DONE ? look(old) : 0;
    if (err != 0) {
        status = tell_failure(path, err);
    }
    if (status != EXIT_DONE) {
        old_popup_close(old);
        return status;
    }
    *ret_old = old;
    return EXIT_DONE;
}

void old_popup_close(struct old_popup *old)
{
    if (old == NULL) {
        return;
    }
    journal_close(&old->own);
    verify_scratch_close(old->file);
    history_free(old->history);
    free(old->entities);
    free(old);
}

/* --- asking --- */

const char *old_popup_kind(const struct old_popup *old)
{
    return old->kind;
}

static int load(struct old_popup *old, enum kind kind, const struct entity_id *id)
{
    return history_load(old->history, old->journal->txn, &old->roster, kind, id);
}

int old_popup_settings(struct old_popup *old, struct popup *ret_popup)
{
    const struct entity_id id = entity_id_derive(KIND_POPUP, 0);
    const int err = load(old, KIND_POPUP, &id);
    if (err == 0) {
        popup_derive(old->history, ret_popup);
    }
    return err;
}

static const struct old_entity *entity_at(const struct old_popup *old, enum kind kind, size_t at)
{
    for (size_t i = 0; i < old->count; i++) {
        if (old->entities[i].kind == kind && at-- == 0) {
            return &old->entities[i];
        }
    }
    return NULL;
}

int old_popup_item(struct old_popup *old, size_t at, struct menu_item *ret_item)
{
    const struct old_entity *entity = entity_at(old, KIND_MENU, at);
    const int err = entity == NULL ? ERR_NOT_FOUND : load(old, KIND_MENU, &entity->id);
    if (err == 0) {
        menu_derive(old->history, ret_item);
    }
    return err;
}

int old_popup_record(struct old_popup *old, enum kind kind, size_t at, struct record *ret_record)
{
    const struct old_entity *entity = entity_at(old, kind, at);
    const int err = entity == NULL ? ERR_NOT_FOUND : load(old, kind, &entity->id);
    if (err == 0) {
        record_derive(old->history, ret_record);
    }
    return err;
}

enum role old_popup_role(const struct old_popup *old, uint64_t staff)
{
    const struct roster_person *person = roster_person_find(&old->roster, staff);
    return person == NULL || person->is_disputed ? ROLE_NONE : person->role;
}

const struct certificate *old_popup_device(const struct old_popup *old, uint64_t device)
{
    const struct roster_device *found = roster_device_find(&old->roster, device);
    return found == NULL ? NULL : &found->certificate;
}

int old_popup_image(const struct old_popup *old, struct bytes hash, uint8_t **ret_data,
                    size_t *ret_size)
{
    struct hash name;
    if (old->own.blobs == NULL || hash.size != sizeof name.bytes) {
        return ERR_NOT_FOUND;
    }
    memcpy(name.bytes, hash.data, sizeof name.bytes);
    return blobs_read(old->own.blobs, &name, ret_data, ret_size);
}
