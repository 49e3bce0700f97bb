/* How each device of the pop-up stands: this one as its core sees it, the others as they told. */
#include "node/json/json_build.h"
#include "node/json/json_state.h"
#include "node/print/escpos.h"

static struct json_value *peer_object(const struct gate_peer *peer)
{
    struct json_value *object = json_new_object();
    json_put_id64(object, "device", peer->device);
    json_put_word(object, &schema_mesh_peer, "state", (size_t)peer->link);
    json_put_standing(object, peer);
    return object;
}

/* --- this one --- */

static struct json_value *own_printers(const struct gate_live *live)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < live->printers_count; i++) {
        json_append(list, json_printer_status(&live->printers[i]));
    }
    return list;
}

static struct json_value *own_peers(const struct gate_live *live)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < live->peers_count; i++) {
        if (gate_peer_is_awaited(&live->peers[i])) {
            json_append(list, peer_object(&live->peers[i]));
        }
    }
    return list;
}

static struct json_value *own_device(const struct gate_live *live)
{
    struct json_value *object = json_new_object();
    json_put_id64(object, "device", live->device);
    json_put_count(object, "store_bytes", live->store_bytes);
    json_put_count(object, "store_bytes_max", live->store_bytes_max);
    json_put(object, "printers", own_printers(live));
    json_put(object, "peers", own_peers(live));
    json_put_count(object, "others", 0);
    return object;
}

/* --- the others --- */

static struct json_value *told_printers(const struct gate_health *health)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < health->printers_count; i++) {
        const struct gate_health_printer *told = &health->printers[i];
        const struct gate_printer printer = {.number = told->number,
                                             .waiting = told->waiting,
                                             .is_ready = (told->troubles & PRINTER_STOPS) == 0,
                                             .state = printer_trouble_text(told->troubles)};
        json_append(list, json_printer_status(&printer));
    }
    return list;
}

static struct json_value *told_peers(const struct gate_health *health)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < health->peers_count; i++) {
        const struct gate_health_peer *told = &health->peers[i];
        const struct gate_peer peer = {
            .device = told->device,
            .link = told->link,
            .heard_ms_ago = told->is_heard ? (uint64_t)told->heard_s_ago * 1000 : UINT64_MAX,
            .behind = told->behind,
            .ahead = told->ahead,
            .clock_offset_ms = told->clock_offset_ms};
        json_append(list, peer_object(&peer));
    }
    return list;
}

static struct json_value *told_device(const struct gate_health *health)
{
    struct json_value *object = json_new_object();
    json_put_id64(object, "device", health->device);
    json_put_count(object, "store_bytes", health->store_bytes);
    json_put_count(object, "store_bytes_max", health->store_bytes_max);
    json_put(object, "printers", told_printers(health));
    json_put(object, "peers", told_peers(health));
    json_put_count(object, "others", health->others);
    return object;
}

struct json_value *state_json_mesh(const struct state *state)
{
    const struct gate *gate = state->gate;
    struct gate_health health;
    struct json_value *list = json_new_array();
    json_append(list, own_device(&state->live));
    for (uint32_t at = 0; gate->health != NULL && gate->health(gate->context, at, &health); at++) {
        json_append(list, told_device(&health));
    }
    struct json_value *object = json_new_object();
    json_put(object, "devices", list);
    return object;
}
