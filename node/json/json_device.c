#include "node/api/state.h"
#include "node/json/json_build.h"
#include "node/json/json_state.h"

static struct json_value *device(uint64_t id, const char *name, enum role role, const char *lane,
                                 bool is_own)
{
    struct json_value *object = json_new_object();
    json_put_id64(object, "id", id);
    json_put_string(object, "name", name);
    json_put_string(object, "role", role_text(role));
    json_put_string(object, "lane", lane);
    json_put_bool(object, "own", is_own);
    return object;
}

static struct json_value *device_other(const struct gate_peer *peer)
{
    struct json_value *object = device(peer->device, peer->name, peer->role, peer->lane, false);
    json_put_bool(object, "revoked", peer->is_revoked);
    json_put_bool(object, "retired", peer->is_retired);
    json_put_word(object, &schema_device, "state", (size_t)peer->link);
    return object;
}

struct json_value *state_json_devices(const struct state *state)
{
    const struct gate_live *live = &state->live;
    struct json_value *list = json_new_array();
    struct json_value *own = device(live->device, live->device_name, live->role, live->lane, true);
    json_put_bool(own, "revoked", live->is_revoked);
    json_put_bool(own, "retired", live->is_retired);
    json_append(list, own);
    for (uint32_t i = 0; i < live->peers_count; i++) {
        json_append(list, device_other(&live->peers[i]));
    }
    struct json_value *object = json_new_object();
    json_put(object, "devices", list);
    return object;
}

/* "" for one that is not known any more. */
static const char *device_name(const struct gate_live *live, uint64_t device)
{
    if (device == live->device) {
        return live->device_name;
    }
    for (uint32_t i = 0; i < live->peers_count; i++) {
        if (live->peers[i].device == device) {
            return live->peers[i].name;
        }
    }
    return "";
}

static struct json_value *voided_lines(const struct voided_order *order)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < order->shown_count; i++) {
        struct json_value *line = json_new_object();
        json_put_int(line, "quantity", order->shown[i].quantity);
        json_put_string(line, "name", order->shown[i].name);
        json_append(list, line);
    }
    return list;
}

static struct json_value *voided_order(const struct state *state, struct store_txn *txn,
                                       const struct voided_order *order)
{
    struct words words;
    char number[NUMBER_TEXT_BYTES_MAX];
    struct json_value *object = json_new_object();
    number_print(bytes_of_text(order->lane), order->number, number);
    json_put_entity(object, "id", &order->id);
    json_put_string(object, "number", number);
    json_put_text(object, "name",
                  order->has_name_blob
                      ? state_words(state, txn, &order->name_blob, NAME_BYTES_MAX, &words)
                      : bytes_of_text(order->name));
    json_put_id64(object, "device", order->device);
    json_put_string(object, "device_name", device_name(&state->live, order->device));
    json_put_time(object, "opened_at", state, order->opened_t);
    json_put_count(object, "lines", order->lines);
    json_put(object, "shown", voided_lines(order));
    json_put_int(object, "total", order->total_minor);
    json_put_count(object, "events", order->events);
    return object;
}

struct json_value *state_json_voided(const struct state *state, struct store_txn *txn)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < state->live.voided_count; i++) {
        json_append(list, voided_order(state, txn, &state->live.voided[i]));
    }
    struct json_value *object = json_new_object();
    json_put(object, "orders", list);
    return object;
}

struct json_value *state_json_people(const struct state *state)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < state->live.people_count; i++) {
        const struct roster_person *person = &state->live.people[i];
        struct json_value *one = json_new_object();
        json_put_count(one, "staff", person->staff);
        json_put_string(one, "role", role_text(person->role));
        json_put_count(one, "version", person->version);
        json_put_bool(one, "disputed", person->is_disputed);
        json_append(list, one);
    }
    struct json_value *object = json_new_object();
    json_put(object, "people", list);
    return object;
}
