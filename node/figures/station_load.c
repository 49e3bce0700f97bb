#include "node/figures/station_load.h"

#include <string.h>

#include "node/api/state.h"
#include "node/os/clock.h"

/* --- the stations --- */

static void station_add(struct station_load *load, const struct record *record)
{
    const struct bytes name = record_text(record, RECORD_NAME);
    const int64_t throttle = record_number(record, STATION_THROTTLE);
    const uint32_t said = busy_said(record, (uint64_t)clock_wall_ms());
    const bool is_limited = throttle < STATION_THROTTLE_NONE || said > 0;
    const bool is_used = record->is_known && !record->is_hidden;
    if (!is_used || !is_limited || name.size == 0 || name.size > NAME_BYTES_MAX ||
        load->count == STATIONS_MAX) {
        return;
    }
    struct station_load_at *station = &load->stations[load->count++];
    *station = (struct station_load_at){
        .name_size = (uint32_t)name.size, .throttle = (uint32_t)throttle, .said = said};
    memcpy(station->name, name.data, name.size);
}

static void hash_byte(uint64_t *hash, uint8_t byte)
{
    *hash = (*hash ^ byte) * UINT64_C(1099511628211);
}

static uint64_t hash_said(const struct station_load *load)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (uint32_t i = 0; i < load->count; i++) {
        const struct station_load_at *station = &load->stations[i];
        for (uint32_t k = 0; k < station->name_size && station->said > 0; k++) {
            hash_byte(&hash, station->name[k]);
        }
        hash_byte(&hash, (uint8_t)station->said);
        hash_byte(&hash, (uint8_t)(station->said >> 8));
    }
    return hash;
}

static int read_stations(struct state *state, struct store_txn *txn)
{
    struct key key = {.data = {INDEX_RECORD, KIND_STATION}, .size = 2};
    struct entity_id id;
    int err = 0;
    state->station_load.count = 0;
    while (err == 0) {
        err = board_next(txn, INDEX_RECORD, &key, &id);
        if (err == 0 && key.data[1] != KIND_STATION) {
            return 0;
        }
        if (err == 0) {
            err = board_led_to(state_record(state, txn, KIND_STATION, &id));
        }
        if (err == 0) {
            station_add(&state->station_load, &state->record);
        }
    }
    return err == ERR_NOT_FOUND ? 0 : err;
}

static struct bytes name_of(const struct station_load_at *station)
{
    return bytes_of(station->name, station->name_size);
}

/* NULL: nothing holds it up, or the line names none. */
static const struct station_load_at *station_find(const struct station_load *load,
                                                  struct bytes name)
{
    for (uint32_t i = 0; i < load->count; i++) {
        if (bytes_equal(name_of(&load->stations[i]), name)) {
            return &load->stations[i];
        }
    }
    return NULL;
}

/* --- what they have to make --- */

static void count_order(struct station_load *load, const struct order *order)
{
    for (uint32_t i = 0; i < load->count; i++) {
        load->stations[i].units += busy_units(order, name_of(&load->stations[i]));
    }
}

/* Of an order that left between two looks nothing is to be made. */
static int count_orders(struct state *state, struct store_txn *txn)
{
    static const struct board_query query = {
        .is_any_day = true, .phases = BOARD_PHASES_COOK, .count_max = BOARD_ORDERS_MAX};
    int err = board_find(txn, &query, &state->board);
    for (uint32_t i = 0; i < state->board.count && err == 0; i++) {
        err = state_order(state, txn, &state->board.orders[i]);
        if (err == 0) {
            count_order(&state->station_load, &state->order);
        }
        err = err == ERR_NOT_FOUND ? 0 : err;
    }
    return err;
}

int station_load_look(struct state *state, struct store_txn *txn, uint64_t now_mono_ms)
{
    struct station_load *load = &state->station_load;
    if (load->looked_ms != 0 && now_mono_ms < load->looked_ms + STATION_LOAD_MS) {
        return 0;
    }
    load->looked_ms = 0;
    int err = read_stations(state, txn);
    if (err == 0 && load->count > 0) {
        err = count_orders(state, txn);
    }
    if (err == 0) {
        load->looked_ms = now_mono_ms;
        load->said_hash = hash_said(load);
    }
    return err;
}

/* --- what is told --- */

/* What was counted, or what a cook says, if that is more. */
static enum busy judge(const struct station_load_at *station)
{
    const enum busy counted = busy_judge(station->throttle, station->units);
    const enum busy said = busy_judge_said(station->said);
    return said > counted ? said : counted;
}

static uint64_t said_ms(const struct station_load_at *station)
{
    return station->said <= BUSY_MINUTES_MAX ? station->said * UINT64_C(60000) : 0;
}

uint64_t station_load_said_ms(const struct station_load *load, const struct order *order)
{
    uint64_t longest_ms = 0;
    for (uint32_t i = 0; i < load->count; i++) {
        const struct station_load_at *station = &load->stations[i];
        const uint64_t ms = said_ms(station);
        if (ms > longest_ms && busy_units(order, name_of(station)) > 0) {
            longest_ms = ms;
        }
    }
    return longest_ms;
}

/* With @own units more. */
static void range_of(const struct station_load_at *station, uint32_t own, struct station_wait *wait)
{
    const uint64_t more_ms = said_ms(station);
    busy_range(station->throttle, station->units + own, &wait->low_ms, &wait->high_ms);
    wait->low_ms += more_ms;
    wait->high_ms += more_ms;
}

static uint32_t own_units(const struct quote *quote, struct bytes station)
{
    uint32_t units = 0;
    for (uint32_t i = 0; i < quote->entries_count; i++) {
        const struct quote_entry *entry = &quote->entries[i];
        if (quote_entry_counts(entry) && bytes_equal(entry->add.station, station)) {
            units += entry->add.quantity;
        }
    }
    return units;
}

enum busy station_load_quote(const struct station_load *load, const struct quote *quote,
                             struct station_wait *ret_wait)
{
    struct station_wait worst = {.busy = BUSY_NOT};
    for (uint32_t i = 0; i < load->count; i++) {
        const struct station_load_at *station = &load->stations[i];
        const uint32_t own = own_units(quote, name_of(station));
        struct station_wait wait = {.busy = judge(station), .station = name_of(station)};
        range_of(station, own, &wait);
        const bool is_longer = worst.busy == BUSY_NOT || wait.high_ms > worst.high_ms;
        if (own > 0 && wait.busy != BUSY_NOT && is_longer) {
            worst = wait;
        }
    }
    if (worst.busy != BUSY_NOT) {
        *ret_wait = worst;
    }
    return worst.busy;
}

/* Empty: it is not. */
static struct bytes full_at(const struct station_load *load, struct bytes name)
{
    const struct station_load_at *station = station_find(load, name);
    const bool is_full = station != NULL && judge(station) == BUSY_FULL;
    return is_full ? name_of(station) : bytes_of(NULL, 0);
}

/* Items that are not there are no station's. */
static int find_full(struct state *state, struct store_txn *txn, const struct command *command,
                     struct bytes *ret_station)
{
    for (uint32_t i = 0; i < command->lines_count && ret_station->size == 0; i++) {
        const struct entity_id id = entity_id_derive(KIND_MENU, command->lines[i].item);
        const int err = state_item(state, txn, &id);
        if (err != 0 && err != ERR_NOT_FOUND) {
            return err;
        }
        if (err == 0) {
            *ret_station = full_at(&state->station_load, state->item.station);
        }
    }
    return 0;
}

/* ERR_NOT_FOUND: not yet. */
static int find_answered(struct state *state, struct store_txn *txn, const struct command *command)
{
    struct answer answer;
    const int err = state_popup(state, txn);
    return err != 0 ? err : request_find(txn, command, state->popup.day, &answer);
}

int station_load_full(struct state *state, struct store_txn *txn, const struct command *command,
                      uint64_t now_mono_ms, struct bytes *ret_station)
{
    const bool is_new = command->kind == COMMAND_QUOTE ||
                        (command->kind == COMMAND_ORDER_PLACE && !command->has_quote);
    *ret_station = bytes_of(NULL, 0);
    if (!is_new) {
        return 0;
    }
    int err = station_load_look(state, txn, now_mono_ms);
    if (err != 0 || state->station_load.count == 0) {
        return err;
    }
    err = find_answered(state, txn, command);
    if (err == 0 || err == ERR_CONFLICT) {
        return 0;
    }
    return err == ERR_NOT_FOUND ? find_full(state, txn, command, ret_station) : err;
}
