/* wishes_shop.c - what people ask for beside orders: menu, stock, records, drawers, blobs, people.
 */
#include <stdio.h>
#include <string.h>

#include "sync/domain/blob.h"
#include "sync/domain/record.h"
#include "tests/sim/sim_internal.h"

enum { PEOPLE = 2, DAYS_MAX = 2, RECORDS = 3, BUSY_MS = 30 * 60 * 1000 };

static struct wanted_field *field_add(struct command *command, uint32_t field)
{
    struct wanted_field *added = &command->fields[command->fields_count++];
    added->field = field;
    return added;
}

void wish_menu_set(struct sim *sim, struct command *command)
{
    const struct principal principal = command->principal;
    shop_item(command, 1 + sim_below(sim, SHOP_ITEMS));
    command->principal = principal;
    if (sim_chance(sim, 7000)) {
        field_add(command, MENU_STOCK)->number = sim_chance(sim, 8000)
                                                     ? (int64_t)STOCK_STRICT
                                                     : (int64_t)sim_below(sim, STOCK_STRICT + 1);
    }
    for (uint32_t i = 0; i < command->fields_count; i++) {
        if (command->fields[i].field == (uint32_t)MENU_PRICE) {
            command->fields[i].number += (int64_t)sim_below(sim, 5) * 10;
        }
    }
}

/* In one seed of sixteen records are stations alone, and cooks say how busy those are: all other
 * seeds are the runs that they were, as with the photos of dishes. */
static bool is_of_stations(const struct sim *sim)
{
    return sim->seed % 16 == 12;
}

/* In another seed of sixteen it is a choice of an item, the one that has some, that is out. */
static void wish_choice(struct command *command)
{
    command->choice = bytes_of_text(command->item % 2 == 0 ? "Mild" : "Hot");
    command->kind = COMMAND_MENU_CHOICE;
    command->group = bytes_of_text("Sauce");
    command->item = SHOP_ITEM_CHOSEN;
}

void wish_available(struct sim *sim, struct command *command)
{
    command->item = 1 + sim_below(sim, SHOP_ITEMS);
    command->truth = sim_chance(sim, sim->seed % 16 == 14 ? 5000 : 8000);
    if (sim->seed % 16 == 14) {
        wish_choice(command);
    }
    if (is_of_stations(sim)) {
        command->kind = COMMAND_STATION_BUSY;
        command->record = KIND_STATION;
        command->item = 1 + sim_below(sim, RECORDS);
        command->busy_minutes = command->truth ? 10 * (uint32_t)command->item : 0;
        command->busy_until_ms = (uint64_t)(CLUSTER_EPOCH_MS + (int64_t)sim->cluster->now_ms +
                                            sim->asked->wall_offset_ms + BUSY_MS);
    }
}

void wish_popup(struct sim *sim, struct command *command)
{
    field_add(command, POPUP_LATE_AFTER)->number = 60 + (int64_t)sim_below(sim, 600);
}

void wish_day(struct sim *sim, struct command *command)
{
    sim->days = sim->days < DAYS_MAX && sim_chance(sim, 1000) ? sim->days + 1 : sim->days;
    command->day = sim->days;
}

void wish_device(struct sim *sim, struct command *command)
{
    command->chain = sim->cluster->nodes[sim_below(sim, sim->cluster->count)].config.chain;
}

void wish_other_device(struct sim *sim, struct command *command)
{
    static const enum role roles[] = {ROLE_COUNTER, ROLE_KITCHEN, ROLE_PICKUP};
    const struct cluster_node *node = &sim->cluster->nodes[sim_below(sim, sim->cluster->count)];
    const enum role drawn = roles[sim_below(sim, 3)];
    command->device = node->device;
    /* A demotion voids what its writer had not heard of: the oracles' books do not have that. */
    command->role = node->role == ROLE_MANAGER || node->role == ROLE_GATEWAY ? node->role : drawn;
    command->name = bytes_of_text(sim_chance(sim, 5000) ? "Front" : "Back");
}

/* Now and then somebody is dismissed. */
void wish_staff(struct sim *sim, struct command *command)
{
    command->staff = 1 + sim_below(sim, PEOPLE);
    command->role = sim_chance(sim, 3000) ? ROLE_NONE : ROLE_MANAGER;
}

/* --- stock --- */

void wish_stock_add(struct sim *sim, struct command *command)
{
    command->item = 1 + sim_below(sim, SHOP_ITEMS);
    command->stock_units =
        sim_chance(sim, 8000) ? 1 + (int64_t)sim_below(sim, 12) : -1 - (int64_t)sim_below(sim, 3);
}

void wish_stock_count(struct sim *sim, struct command *command)
{
    command->item = 1 + sim_below(sim, SHOP_ITEMS);
    command->stock_units = (int64_t)sim_below(sim, 20);
}

/* --- records --- */

static void fill_stall(struct sim *sim, struct command *command)
{
    field_add(command, STALL_POSITION)->number = (int64_t)sim_below(sim, 9);
}

static void fill_station(struct sim *sim, struct command *command)
{
    field_add(command, STATION_THROTTLE)->number = 1 + (int64_t)sim_below(sim, 9);
}

static void fill_printer(struct sim *sim, struct command *command)
{
    field_add(command, PRINTER_DRIVER)->text = bytes_of_text("text");
    field_add(command, PRINTER_BACKUP)->number = (int64_t)sim_below(sim, RECORDS);
}

static void fill_person(struct sim *sim, struct command *command)
{
    field_add(command, STAFF_COLOUR)->number = (int64_t)sim_below(sim, 0x1000000);
}

void wish_record(struct sim *sim, struct command *command)
{
    static const struct {
        enum kind kind;
        void (*fill)(struct sim *sim, struct command *command);
    } kinds[] = {{KIND_STALL, fill_stall},
                 {KIND_STATION, fill_station},
                 {KIND_PRINTER, fill_printer},
                 {KIND_STAFF, fill_person}};
    const uint64_t drawn = is_of_stations(sim) ? 1 : sim_below(sim, sizeof kinds / sizeof *kinds);
    command->record = kinds[drawn].kind;
    command->item = 1 + sim_below(sim, RECORDS);
    command->is_new = sim_chance(sim, 4000);
    field_add(command, RECORD_NAME)->text =
        bytes_of_text(sim_chance(sim, 5000) ? "North" : "South");
    kinds[drawn].fill(sim, command);
    if (sim_chance(sim, 1000)) {
        field_add(command, RECORD_HIDDEN)->truth = true;
    }
}

void wish_review_hide(struct sim *sim, struct command *command)
{
    sim_known_take(sim, COMMAND_REVIEW, &command->order);
    command->truth = sim_chance(sim, 5000);
    command->reason = bytes_of_text("rude");
}

/* --- drawers --- */

void wish_drawer_open(struct sim *sim, struct command *command)
{
    command->item = 1 + sim_below(sim, RECORDS);
    command->amount_minor = 100 * (int64_t)sim_below(sim, 100);
}

void wish_drawer_move(struct sim *sim, struct command *command)
{
    sim_known_take(sim, COMMAND_DRAWER_OPEN, &command->order);
    command->amount_minor = sim_chance(sim, 5000) ? 500 : -300;
    command->reason = bytes_of_text("change");
}

void wish_drawer_count(struct sim *sim, struct command *command)
{
    sim_known_take(sim, COMMAND_DRAWER_OPEN, &command->order);
    command->amount_minor = 100 * (int64_t)sim_below(sim, 200);
}

/* --- blobs --- */

/* As a host does: its bytes are on the disk before the command names it. */
/* What was erased is not uploaded again where that is known: a host keeps such a file until its
 * next start. Personal bytes are salted, so that no two are the same. */
static bool is_erased(const struct sim *sim, const struct hash *hash)
{
    enum blob_state state = BLOB_NONE;
    struct store_txn *txn = store_memory_begin(sim->asked->store, false);
    const int err = blob_state_get(txn, hash, &state);
    store_memory_abort(txn);
    return err == 0 && state == BLOB_ERASED;
}

void wish_blob_of(struct sim *sim, struct command *command, const char *text)
{
    const struct bytes bytes = bytes_of_text(text);
    command->blob = blob_hash(bytes);
    if (!is_erased(sim, &command->blob)) {
        (void)cluster_put_blob(sim->asked, bytes);
    }
    command->blob_size = (uint32_t)bytes.size;
    command->media = bytes_of_text("text/plain");
}

/* Each is sealed anew, so no two are the same bytes; now and then a PIN is taken away. */
void wish_pin(struct sim *sim, struct command *command)
{
    char sealed[32];
    command->record = KIND_STAFF;
    command->item = 1 + sim_below(sim, RECORDS);
    command->reason = bytes_of_text("a PIN that was replaced");
    if (sim_chance(sim, 2000)) {
        return;
    }
    (void)snprintf(sealed, sizeof sealed, "sealed %llu",
                   (unsigned long long)sim_below(sim, 1u << 30));
    wish_blob_of(sim, command, sealed);
}

static uint64_t draw_photo(struct sim *sim, struct command *command)
{
    static const char *const photos[] = {"soup.jpg", "wrap.jpg", "cake.jpg", "tea.jpg"};
    const uint64_t drawn = sim_below(sim, sizeof photos / sizeof *photos);
    wish_blob_of(sim, command, photos[drawn]);
    return drawn;
}

/* In one seed of sixteen it is the photo of a dish. Nothing is drawn for that: all other seeds are
 * the runs that they were, and with them those that show a planted bug. */
void wish_blob_add(struct sim *sim, struct command *command)
{
    const uint64_t drawn = draw_photo(sim, command);
    if (sim->seed % 16 == 10) {
        command->kind = COMMAND_MENU_PHOTO;
        command->item = 1 + drawn % SHOP_ITEMS;
    }
}

void wish_erase(struct sim *sim, struct command *command)
{
    (void)draw_photo(sim, command);
    command->reason = bytes_of_text("asked to");
}

/* --- the device itself --- */

void wish_place(struct sim *sim, struct command *command)
{
    static const char *const places[] = {"tcp://192.168.1.10:7000", "tcp://192.168.1.11:7000"};
    command->principal.is_device = true;
    command->endpoints_count = 1;
    command->endpoints[0] = bytes_of_text(places[sim_below(sim, 2)]);
}
