#include "node/api/state.h"
#include "node/json/json_build.h"
#include "node/json/json_state.h"
#include "sync/domain/opaque.h"
#include "sync/replica/remaking.h"

struct json_value *state_json_session(const struct state *state, const struct caller *caller)
{
    const struct popup *popup = &state->popup;
    const struct gate_live *live = &state->live;
    struct json_value *object = json_new_object();
    json_put_text(object, "popup", popup->name);
    json_put_int(object, "epoch", live->epoch_ms);
    json_put_text(object, "currency", popup->currency);
    json_put_int(object, "digits", popup->currency_digits);
    json_put_bool(object, "prices_include_tax", popup->prices_include_tax);
    json_put_int(object, "cash_step", popup->cash_step_minor);
    json_put_bool(object, "pay_first", popup->is_pay_first);
    json_put_int(object, "copies", popup->copies);
    json_put_int(object, "late_after_s", popup->late_after_s);
    json_put_int(object, "escalate_after_s", popup->escalate_after_s);
    json_put_text(object, "address", popup->address);
    json_put_text(object, "tips", popup->tips);
    json_put_bool(object, "conflict", popup->has_conflict);
    json_put_count(object, "day", popup->day);
    json_put_id64(object, "device", live->device);
    json_put_string(object, "device_name", live->device_name);
    json_put_string(object, "role", role_text(caller->principal.role));
    json_put_count(object, "staff", caller->principal.staff);
    json_put_string(object, "lane", live->lane);
    json_put_id64(object, "log", live->log);
    json_put_words(object, &schema_session, "capabilities", caller->capabilities);
    json_put_string(object, "version", state->version);
    if (state_pauses(state) != NULL) {
        json_put_string(object, "paused", state_pauses(state));
    }
    return object;
}

static struct json_value *screens(const struct gate_screens *screens)
{
    struct json_value *object = json_new_object();
    json_put_count(object, "counter", screens->counts[VIEW_COUNTER]);
    json_put_count(object, "kitchen", screens->counts[VIEW_KITCHEN]);
    json_put_count(object, "pickup", screens->counts[VIEW_PICKUP]);
    return object;
}

void json_put_standing(struct json_value *object, const struct gate_peer *peer)
{
    if (peer->heard_ms_ago == UINT64_MAX) {
        json_put_int(object, "heard_ms_ago", -1);
    } else {
        json_put_count(object, "heard_ms_ago", peer->heard_ms_ago);
    }
    json_put_count(object, "behind", peer->behind);
    json_put_count(object, "ahead", peer->ahead);
    json_put_int(object, "clock_offset_ms", peer->clock_offset_ms);
}

static struct json_value *peer(const struct gate_peer *peer)
{
    struct json_value *object = json_new_object();
    json_put_id64(object, "device", peer->device);
    json_put_string(object, "name", peer->name);
    json_put_string(object, "role", role_text(peer->role));
    json_put_bool(object, "linked", peer->link == GATE_LINKED);
    json_put_standing(object, peer);
    json_put_word(object, &schema_peer, "state", (size_t)peer->link);
    if (peer->screens.is_told) {
        json_put(object, "screens", screens(&peer->screens));
    }
    return object;
}

/* Who is not waited for is in the list of devices alone. */
static struct json_value *peers(const struct state *state)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < state->live.peers_count; i++) {
        if (gate_peer_is_awaited(&state->live.peers[i])) {
            json_append(list, peer(&state->live.peers[i]));
        }
    }
    return list;
}

struct json_value *json_printer_status(const struct gate_printer *printer)
{
    struct json_value *object = json_new_object();
    json_put_count(object, "number", printer->number);
    json_put_bool(object, "ready", printer->is_ready);
    json_put_count(object, "waiting", printer->waiting);
    json_put_string(object, "state", printer->state);
    if (printer->test != GATE_TEST_NONE) {
        json_put_word(object, &schema_printer_status, "test", (size_t)printer->test - 1);
    }
    return object;
}

static struct json_value *printers(const struct state *state, bool is_trouble_only)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < state->live.printers_count; i++) {
        const struct gate_printer *printer = &state->live.printers[i];
        if (!is_trouble_only || !printer->is_ready) {
            json_append(list, json_printer_status(printer));
        }
    }
    return list;
}

/* What is counted in the store. */
struct sums {
    uint64_t logs, events; /* all, whether they count or not */
    uint64_t active;       /* orders that are not done with */
    uint64_t opaque;       /* events that this version does not know */
    bool is_remaking;
};

static int count_events(struct store_txn *txn, uint64_t *ret_logs, uint64_t *ret_events)
{
    struct store_cursor cursor;
    struct bytes key;
    struct bytes value;
    uint64_t logs = 0;
    uint64_t events = 0;
    int err = store_cursor_open(txn, TABLE_HEAD, &cursor);
    if (err != 0) {
        return err;
    }
    while ((err = store_cursor_next(&cursor, &key, &value)) == 0) {
        struct reader reader;
        reader_init(&reader, value);
        (void)read_array(&reader, 1, VALUE_ITEMS_MAX);
        events += read_uint(&reader, SEQ_MAX);
        logs++;
    }
    store_cursor_close(&cursor);
    *ret_logs = logs;
    *ret_events = events;
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int sums_take(struct store_txn *txn, struct sums *ret_sums)
{
    uint64_t critical;
    int err = remaking_look(txn, &ret_sums->is_remaking);
    if (err == 0) {
        err = count_events(txn, &ret_sums->logs, &ret_sums->events);
    }
    if (err == 0) {
        err = board_count_active(txn, &ret_sums->active);
    }
    return err == 0 ? opaque_count(txn, &ret_sums->opaque, &critical) : err;
}

int state_json_status(struct state *state, struct store_txn *txn, struct json_value **ret_value)
{
    struct sums sums;
    int err = state_popup(state, txn);
    if (err == 0) {
        err = sums_take(txn, &sums);
    }
    if (err != 0) {
        return err;
    }
    struct json_value *object = json_new_object();
    json_put_id64(object, "device", state->live.device);
    json_put_count(object, "day", state->popup.day);
    json_put_count(object, "events", sums.events);
    json_put_count(object, "logs", sums.logs);
    json_put_count(object, "opaque", sums.opaque);
    json_put_count(object, "orders_active", sums.active);
    json_put_count(object, "orders_stuck", stuck_count(&state->stuck));
    json_put_count(object, "orders_voided", state->live.voided_count);
    json_put_bool(object, "remaking", sums.is_remaking);
    json_put_count(object, "store_bytes", state->live.store_bytes);
    json_put_count(object, "store_bytes_max", state->live.store_bytes_max);
    json_put_count(object, "uptime_s", state->live.uptime_s);
    json_put_count(object, "beacons_sent", state->live.beacons_sent);
    json_put_count(object, "beacons_heard", state->live.beacons_heard);
    json_put_count(object, "beacons_foreign", state->live.beacons_foreign);
    json_put(object, "peers", peers(state));
    json_put(object, "printers", printers(state, false));
    json_put_string(object, "version", state->version);
    *ret_value = object;
    return 0;
}

/* Left out when there is nothing to tell. */
static void put_list(struct json_value *object, const char *name, struct json_value *list)
{
    if (json_count(list) > 0) {
        json_put(object, name, list);
    } else {
        json_free(list);
    }
}

static void put_stuck(struct json_value *object, const struct stuck *stuck)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < stuck->count && json_count(list) < STUCK_TOLD_MAX; i++) {
        if (!stuck_is_late(stuck, i)) {
            continue;
        }
        struct json_value *order = json_new_object();
        json_put_entity(order, "id", &stuck->orders[i].id);
        json_put_string(order, "tick", tick_text(stuck->orders[i].awaited));
        json_append(list, order);
    }
    put_list(object, "stuck", list);
}

struct json_value *state_json_marks(const struct state *state, int64_t now_ms)
{
    struct json_value *logs = json_new_array();
    for (uint32_t i = 0; i < state->live.marks_count; i++) {
        struct json_value *mark = json_new_object();
        json_put_id64(mark, "log", state->live.marks[i].log);
        json_put_count(mark, "seq", state->live.marks[i].seq);
        json_append(logs, mark);
    }
    struct json_value *object = json_new_object();
    json_put_string(object, "type", "marks");
    json_put(object, "logs", logs);
    json_put(object, "peers", peers(state));
    put_stuck(object, &state->stuck);
    put_list(object, "printers", printers(state, true));
    if (state->opaque > 0) {
        json_put_count(object, "opaque", state->opaque);
    }
    if (state->live.voided_count > 0) {
        json_put_count(object, "voided", state->live.voided_count);
    }
    json_put_int(object, "now", now_ms);
    return object;
}

struct json_value *state_json_hello(const struct state *state, const struct caller *caller,
                                    int64_t now_ms, bool is_resumed)
{
    struct json_value *object = json_new_object();
    json_put_string(object, "type", "hello");
    json_put(object, "session", state_json_session(state, caller));
    json_put_int(object, "now", now_ms);
    json_put_bool(object, "resumed", is_resumed);
    return object;
}

/* Who may hold something of the day that is not here. */
static struct json_value *peers_missing(const struct gate_live *live)
{
    struct json_value *names = json_new_array();
    for (uint32_t i = 0; i < live->peers_count; i++) {
        if (gate_peer_is_missing(&live->peers[i])) {
            json_append_string(names, live->peers[i].name);
        }
    }
    return names;
}

struct json_value *state_json_day(const struct state *state)
{
    const struct day *day = &state->day;
    struct json_value *object = json_new_object();
    json_put_count(object, "day", day->n);
    json_put_bool(object, "closed", day->is_closed);
    json_put_count(object, "closes", day->closes_count);
    json_put_int(object, "closed_at",
                 day->is_closed ? state->live.epoch_ms + (int64_t)day->closed_t : 0);
    json_put(object, "missing", peers_missing(&state->live));
    return object;
}
