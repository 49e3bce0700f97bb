#include "node/cli/inherit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/reply.h"
#include "sync/base/check.h"
#include "sync/domain/menu_events.h"

enum { KEY_PATH_BYTES_MAX = 64 };

/* In the order of writing: an item is not taken before its tax. */
static const struct {
    const char *name, *one, *many;
    enum kind kind;
} kinds[INHERITED_KINDS] = {
    {"taxes", "tax", "taxes", KIND_TAX},
    {"stalls", "stall", "stalls", KIND_STALL},
    {"printers", "printer", "printers", KIND_PRINTER},
    {"stations", "station", "stations", KIND_STATION},
    {"staff", "person", "people", KIND_STAFF},
    {"offers", "offer", "offers", KIND_OFFER},
    {"items", "item", "items", KIND_MENU},
};

struct inheriting {
    struct old_popup *old;
    struct door *door;
    const struct certificate *device;
    struct inherited *said;
    struct command command; /* of the entity that is being written */
};

/* --- one entity --- */

static void command_begin(struct inheriting *inheriting, enum command_kind kind, uint64_t number)
{
    inheriting->command = (struct command){
        .kind = kind, .principal = {.role = ROLE_OWNER}, .item = number, .is_new = true};
}

static struct wanted_field *field_add(struct inheriting *inheriting, uint32_t field)
{
    struct command *command = &inheriting->command;
    check(command->fields_count < WANTED_FIELDS_MAX);
    command->fields[command->fields_count] = (struct wanted_field){.field = field};
    return &command->fields[command->fields_count++];
}

static int command_send(struct inheriting *inheriting, size_t kind, uint64_t number)
{
    const int err = door_command(inheriting->door, &inheriting->command);
    if (err != 0) {
        tell("%s %" PRIu64 " of the old pop-up was not taken: %s", kinds[kind].one, number,
             err_text(err));
    } else {
        inheriting->said->of[kind].taken++;
    }
    return err;
}

/* --- images --- */

/* Bytes of the old pop-up that are not there are missed by nobody but the report. */
static int image_read(struct inheriting *inheriting, struct bytes hash, uint8_t **ret_data,
                      size_t *ret_size)
{
    const int err = old_popup_image(inheriting->old, hash, ret_data, ret_size);
    if (err == ERR_NOT_FOUND || err == ERR_MISMATCH) {
        inheriting->said->photos_left++;
    }
    return err;
}

static int image_send(struct inheriting *inheriting, const char *path, struct bytes bytes)
{
    struct text answer = {0};
    const struct http_request request = {.method = "POST", .path = path, .body = bytes};
    const int status = door_get(inheriting->door, &request, &answer);
    text_close(&answer);
    inheriting->said->photos += status == EXIT_DONE ? 1 : 0;
    return status == EXIT_DONE ? 0 : ERR_STATE;
}

/* Keep the image @hash here, too; @ret_is_here: it is. */
static int image_take(struct inheriting *inheriting, struct bytes hash, const char *path,
                      bool *ret_is_here)
{
    uint8_t *data = NULL;
    size_t size = 0;
    int err = image_read(inheriting, hash, &data, &size);
    *ret_is_here = err == 0;
    if (err == 0) {
        err = image_send(inheriting, path, bytes_of(data, size));
        free(data);
    } else if (err == ERR_NOT_FOUND || err == ERR_MISMATCH) {
        err = 0;
    }
    return err;
}

/* --- records --- */

/* Whether the printer at @record is to be driven by this device: the one of this role and lane
 * drove it. Another's number means nobody here. */
static bool is_own_printer(const struct inheriting *inheriting, const struct record *record)
{
    const struct bytes owner = record_text(record, PRINTER_OWNER);
    const struct certificate *device =
        owner.size == 8 ? old_popup_device(inheriting->old, get_be64(owner.data)) : NULL;
    return device != NULL && device->role == inheriting->device->role &&
           strcmp(device->lane, inheriting->device->lane) == 0;
}

static void put_owner(struct inheriting *inheriting, const struct record *record,
                      uint8_t ret_owner[8])
{
    struct inherited *said = inheriting->said;
    if (is_own_printer(inheriting, record)) {
        put_be64(ret_owner, id64_of_key(&inheriting->device->device_key));
        field_add(inheriting, PRINTER_OWNER)->text = bytes_of(ret_owner, 8);
    } else if (said->orphans_count < INHERITED_ORPHANS_MAX && !record->is_hidden) {
        said->orphans[said->orphans_count++] = record->number;
    }
}

/* What cannot be carried as it is: written otherwise, or not at all. */
static bool is_special(enum kind kind, uint32_t field)
{
    return field == (uint32_t)RECORD_NUMBER ||
           (kind == KIND_PRINTER && field == (uint32_t)PRINTER_OWNER) ||
           (kind == KIND_STAFF && field == (uint32_t)STAFF_PIN) ||
           (kind == KIND_STALL && field == (uint32_t)STALL_PHOTO);
}

/* A field that nobody wrote stays so. */
static void put_field(struct inheriting *inheriting, const struct record_field *of,
                      const struct field_value *value)
{
    switch (of->rule.form) {
    case FIELD_NUMBER:
        if (value->number != of->otherwise) {
            field_add(inheriting, value->field)->number = value->number;
        }
        break;
    case FIELD_TRUTH:
        if (value->truth != (of->otherwise != 0)) {
            field_add(inheriting, value->field)->truth = value->truth;
        }
        break;
    case FIELD_TEXT:
    case FIELD_BYTES:
        if (value->text.size > 0) {
            field_add(inheriting, value->field)->text = value->text;
        }
        break;
    case FIELD_OPTIONS:
    case FIELD_UNKNOWN:
        break;
    }
}

static void put_fields(struct inheriting *inheriting, const struct record *record)
{
    const struct record_kind *kind = record->kind;
    for (uint32_t field = 1; field < RECORD_FIELDS_MAX; field++) {
        if (kind->fields[field].name != NULL && !is_special(kind->kind, field)) {
            put_field(inheriting, &kind->fields[field], &record->values[field]);
        }
    }
}

static int put_stall_photo(struct inheriting *inheriting, const struct record *record)
{
    bool is_here = false;
    const struct bytes photo = record_text(record, STALL_PHOTO);
    const int err = photo.size == 0 ? 0 : image_take(inheriting, photo, "/api/blobs", &is_here);
    if (err == 0 && is_here) {
        field_add(inheriting, STALL_PHOTO)->text = photo;
    }
    return err;
}

/* What a person may do stands in the roster, beside the record. */
static int role_take(struct inheriting *inheriting, uint64_t staff)
{
    const enum role role = old_popup_role(inheriting->old, staff);
    if (role == ROLE_NONE) {
        return 0;
    }
    command_begin(inheriting, COMMAND_STAFF_ROLE, 0);
    inheriting->command.staff = staff;
    inheriting->command.role = role;
    const int err = door_command(inheriting->door, &inheriting->command);
    inheriting->said->roles += err == 0 ? 1 : 0;
    return err;
}

static int record_take(struct inheriting *inheriting, size_t kind, const struct record *record)
{
    uint8_t owner[8];
    const uint64_t number = record->number;
    int err = 0;
    command_begin(inheriting, COMMAND_RECORD_SET, number);
    inheriting->command.record = kinds[kind].kind;
    put_fields(inheriting, record);
    if (kinds[kind].kind == KIND_PRINTER) {
        put_owner(inheriting, record, owner);
    } else if (kinds[kind].kind == KIND_STALL) {
        err = put_stall_photo(inheriting, record);
    } else if (kinds[kind].kind == KIND_STAFF) {
        inheriting->said->pins += record_text(record, STAFF_PIN).size > 0 ? 1 : 0;
    }
    if (err == 0) {
        err = command_send(inheriting, kind, number);
    }
    return err == 0 && kinds[kind].kind == KIND_STAFF ? role_take(inheriting, number) : err;
}

static int record_next(struct inheriting *inheriting, size_t kind, size_t at)
{
    struct record record;
    const int err = old_popup_record(inheriting->old, kinds[kind].kind, at, &record);
    if (err != 0) {
        return err;
    }
    if (record.is_opaque || record.number == 0) {
        inheriting->said->of[kind].left++;
        return 0;
    }
    inheriting->said->settled += record.has_conflict ? 1 : 0;
    return record_take(inheriting, kind, &record);
}

/* --- items --- */

static void put_texts(struct inheriting *inheriting, const struct menu_item *item)
{
    const struct {
        uint32_t field;
        struct bytes text;
    } texts[] = {{MENU_NAME, item->name},
                 {MENU_CATEGORY, item->category},
                 {MENU_STATION, item->station},
                 {MENU_DESCRIPTION, item->description}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].text.size > 0) {
            field_add(inheriting, texts[i].field)->text = texts[i].text;
        }
    }
}

static void put_numbers(struct inheriting *inheriting, const struct menu_item *item)
{
    const struct {
        uint32_t field;
        int64_t number;
    } numbers[] = {{MENU_POSITION, (int64_t)item->position},
                   {MENU_TAX_EAT_IN, item->tax_eat_in_bp},
                   {MENU_TAX_TAKE_AWAY, item->tax_take_away_bp},
                   {MENU_ALLERGENS, item->allergens},
                   {MENU_DIET, item->diet},
                   {MENU_STOCK, (int64_t)item->stock},
                   {MENU_STALL, (int64_t)item->stall},
                   {MENU_TAX, (int64_t)item->tax}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (numbers[i].number != 0) {
            field_add(inheriting, numbers[i].field)->number = numbers[i].number;
        }
    }
    field_add(inheriting, MENU_PRICE)->number = item->price_minor;
    if (item->is_hidden) {
        field_add(inheriting, MENU_HIDDEN)->truth = true;
    }
}

/* @buffer has EVENT_BYTES_MAX bytes. */
static void put_options(struct inheriting *inheriting, const struct menu_item *item,
                        uint8_t *buffer)
{
    struct writer writer;
    struct bytes bytes;
    struct menu_options options = {.count = item->groups_count};
    if (item->groups_count == 0) {
        return;
    }
    memcpy(options.groups, item->groups, item->groups_count * sizeof item->groups[0]);
    writer_init(&writer, buffer, EVENT_BYTES_MAX);
    menu_options_encode(&options, &writer);
    check(writer_finish(&writer, &bytes) == 0); /* it came out of one event */
    field_add(inheriting, MENU_OPTIONS)->text = bytes;
}

static int item_take(struct inheriting *inheriting, size_t kind, const struct menu_item *item)
{
    uint8_t options[EVENT_BYTES_MAX], photo[HASH_BYTES];
    char path[KEY_PATH_BYTES_MAX];
    bool is_here = false;
    const bool has_photo = item->photo.size == sizeof photo;
    const uint64_t number = item->number;
    if (has_photo) {
        memcpy(photo, item->photo.data, sizeof photo);
    }
    command_begin(inheriting, COMMAND_MENU_SET, number);
    put_texts(inheriting, item);
    put_numbers(inheriting, item);
    put_options(inheriting, item, options);
    const int err = command_send(inheriting, kind, number);
    (void)snprintf(path, sizeof path, "/api/menu/%" PRIu64 "/photo", number);
    return err != 0 || !has_photo
               ? err
               : image_take(inheriting, bytes_of(photo, sizeof photo), path, &is_here);
}

static int item_next(struct inheriting *inheriting, size_t kind, size_t at)
{
    struct menu_item item;
    const int err = old_popup_item(inheriting->old, at, &item);
    if (err != 0) {
        return err;
    }
    if (item.is_opaque || item.number == 0) {
        inheriting->said->of[kind].left++;
        return 0;
    }
    inheriting->said->settled += item.has_conflict || item.has_price_conflict ? 1 : 0;
    return item_take(inheriting, kind, &item);
}

/* --- all of it --- */

static int kind_take(struct inheriting *inheriting, size_t kind)
{
    int err = 0;
    for (size_t at = 0; err == 0; at++) {
        err = kinds[kind].kind == KIND_MENU ? item_next(inheriting, kind, at)
                                            : record_next(inheriting, kind, at);
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

int inherit(struct old_popup *old, struct door *door, const struct certificate *device,
            struct inherited *ret_inherited)
{
    struct inheriting *inheriting = calloc(1, sizeof *inheriting);
    int err = 0;
    if (inheriting == NULL) {
        return ERR_NO_MEMORY;
    }
    inheriting->old = old;
    inheriting->door = door;
    inheriting->device = device;
    inheriting->said = ret_inherited;
    ret_inherited->kind = old_popup_kind(old);
    for (size_t kind = 0; kind < INHERITED_KINDS && err == 0; kind++) {
        err = kind_take(inheriting, kind);
    }
    free(inheriting);
    return err;
}

/* --- what is said --- */

static void append_number(struct text *to, uint64_t number)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%" PRIu64, number);
    text_append_text(to, digits);
}

static void append_count(struct text *to, uint32_t count, const char *one, const char *many)
{
    if (count == 0) {
        return;
    }
    text_append_text(to, to->size == 0 ? "" : ", ");
    append_number(to, count);
    text_append_text(to, " ");
    text_append_text(to, count == 1 ? one : many);
}

static void tell_counts(const struct inherited *inherited, bool is_taken)
{
    struct text text = {0};
    for (size_t i = INHERITED_KINDS; i-- > 0;) { /* what people think of first, first */
        append_count(&text, is_taken ? inherited->of[i].taken : inherited->of[i].left, kinds[i].one,
                     kinds[i].many);
    }
    append_count(&text, is_taken ? inherited->photos : inherited->photos_left, "photo", "photos");
    if (is_taken) {
        tell("taken from %s: the settings%s%.*s", inherited->path, text.size == 0 ? "" : ", ",
             (int)text.size, text.data == NULL ? "" : text.data);
    } else if (text.size > 0) {
        tell("not taken, as they are not whole there: %.*s", (int)text.size, text.data);
    }
    text_close(&text);
}

static void tell_to_do(const struct inherited *inherited)
{
    if (inherited->settled > 0) {
        tell("%u had two values that nobody had chosen between: the one that counted is taken",
             inherited->settled);
    }
    if (inherited->pins > 0) {
        tell("%u people had a PIN, sealed for the old devices: when the new ones have joined, say "
             "trestle staff pin NUMBER for each",
             inherited->pins);
    }
    for (uint32_t i = 0; i < inherited->orphans_count; i++) {
        tell("no device drives printer %" PRIu64 " yet: trestle record set printer %" PRIu64
             " owner=DEVICE (trestle device list)",
             inherited->orphans[i], inherited->orphans[i]);
    }
}

void inherited_tell(const struct inherited *inherited)
{
    tell_counts(inherited, true);
    tell_counts(inherited, false);
    tell("not taken: orders and money, reviews, what was sold out and the counts of stock, devices "
         "and keys");
    tell_to_do(inherited);
}

static void append_member(struct text *to, const char *name, uint64_t number)
{
    text_append_text(to, to->data[to->size - 1] == '{' ? "" : ",");
    text_append_json(to, name);
    text_append_text(to, ":");
    append_number(to, number);
}

static void append_counts(struct text *to, const struct inherited *inherited, bool is_taken)
{
    for (size_t i = 0; i < INHERITED_KINDS; i++) {
        append_member(to, kinds[i].name, is_taken ? inherited->of[i].taken : inherited->of[i].left);
    }
}

void inherited_json(const struct inherited *inherited, struct text *to)
{
    text_append_text(to, "{\"path\":");
    text_append_json(to, inherited->path);
    text_append_text(to, ",\"kind\":");
    text_append_json(to, inherited->kind);
    text_append_text(to, ",\"taken\":{");
    append_counts(to, inherited, true);
    append_member(to, "roles", inherited->roles);
    append_member(to, "photos", inherited->photos);
    append_member(to, "settled", inherited->settled);
    text_append_text(to, "},\"left\":{");
    append_counts(to, inherited, false);
    append_member(to, "pins", inherited->pins);
    append_member(to, "photos", inherited->photos_left);
    text_append_text(to, "},\"printers_without_device\":[");
    for (uint32_t i = 0; i < inherited->orphans_count; i++) {
        text_append_text(to, i == 0 ? "" : ",");
        append_number(to, inherited->orphans[i]);
    }
    text_append_text(to, "]}");
}
