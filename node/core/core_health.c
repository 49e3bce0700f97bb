/* How each device stands, as it tells the others every few seconds, and at once when a link or a
 * printer changes: whom it hears, its disk, its printers. See sync/mesh/ephemeral.h. Nothing
 * depends on it but what people are shown.
 */
#include <string.h>

#include "node/core/core_state.h"
#include "node/os/clock.h"

enum { AGAIN_MS = 5000, TTL_S = 15 };

static const char topic[] = "health";

/* --- what is told --- */

static uint32_t at_most(uint64_t count, uint32_t most)
{
    return count < most ? (uint32_t)count : most;
}

static int32_t offset_told(int64_t offset_ms)
{
    if (offset_ms < INT32_MIN) {
        return INT32_MIN;
    }
    return offset_ms > INT32_MAX ? INT32_MAX : (int32_t)offset_ms;
}

static void peer_tell(const struct gate_peer *peer, uint64_t now_ms,
                      struct gate_health_peer *ret_told)
{
    const uint64_t heard_ms = peer->heard_ms_ago; /* kept as a moment */
    *ret_told = (struct gate_health_peer){.device = peer->device,
                                          .link = peer->link,
                                          .is_heard = heard_ms != UINT64_MAX,
                                          .behind = at_most(peer->behind, HEALTH_COUNT_MAX),
                                          .ahead = at_most(peer->ahead, HEALTH_COUNT_MAX),
                                          .clock_offset_ms = offset_told(peer->clock_offset_ms)};
    if (ret_told->is_heard && now_ms > heard_ms) {
        ret_told->heard_s_ago = at_most((now_ms - heard_ms) / 1000, HEALTH_HEARD_S_MAX);
    }
}

static void peers_tell(const struct gate_live *live, struct gate_health *health)
{
    const uint64_t now_ms = clock_mono_ms();
    for (uint32_t i = 0; i < live->peers_count; i++) {
        const struct gate_peer *peer = &live->peers[i];
        if (!gate_peer_is_awaited(peer)) {
            continue;
        }
        if (health->peers_count == HEALTH_PEERS_MAX) {
            health->others++;
        } else {
            peer_tell(peer, now_ms, &health->peers[health->peers_count++]);
        }
    }
}

static void printers_tell(const struct gate_live *live, struct gate_health *health)
{
    for (uint32_t i = 0; i < live->printers_count && i < HEALTH_PRINTERS_MAX; i++) {
        const struct gate_printer *printer = &live->printers[i];
        health->printers[health->printers_count++] =
            (struct gate_health_printer){.number = printer->number,
                                         .troubles = printer->troubles,
                                         .waiting = at_most(printer->waiting, HEALTH_COUNT_MAX)};
    }
}

static struct gate_health health_now(const struct core *core)
{
    const struct gate_live *live =
        &core->live; /* written by this thread alone, tests' words aside */
    struct gate_health health = {.device = live->device,
                                 .store_bytes = live->store_bytes,
                                 .store_bytes_max = live->store_bytes_max};
    printers_tell(live, &health);
    peers_tell(live, &health);
    return health;
}

/* One that is dialled again and again goes between the other two states all the time. */
static bool is_peer_changed(const struct gate_health_peer *now, const struct gate_health_peer *told)
{
    return now->device != told->device || now->is_heard != told->is_heard ||
           (now->link == GATE_LINKED) != (told->link == GATE_LINKED) ||
           (now->link == GATE_REFUSED) != (told->link == GATE_REFUSED);
}

/* What is worth telling at once: not ages and counts, which change all the time. */
static bool is_changed(const struct gate_health *now, const struct gate_health *told)
{
    bool changed =
        now->peers_count != told->peers_count || now->printers_count != told->printers_count;
    for (uint32_t i = 0; i < now->peers_count && !changed; i++) {
        changed = is_peer_changed(&now->peers[i], &told->peers[i]);
    }
    for (uint32_t i = 0; i < now->printers_count && !changed; i++) {
        changed = now->printers[i].number != told->printers[i].number ||
                  now->printers[i].troubles != told->printers[i].troubles;
    }
    return changed;
}

int core_tell_health(struct core *core)
{
    const struct gate_health health = health_now(core);
    const struct moment now = clock_now();
    uint8_t data[HEALTH_BODY_BYTES_MAX];
    struct core_health *own = &core->health;
    struct writer writer;
    struct bytes body;
    if (core->is_alone || (!is_changed(&health, &own->told) && own->told_ms != 0 &&
                           now.mono_ms - own->told_ms < AGAIN_MS)) {
        return 0;
    }
    writer_init(&writer, data, sizeof data);
    health_write(&writer, &health);
    int err = writer_finish(&writer, &body);
    if (err == 0) {
        err = replica_publish(core->replica, bytes_of_text(topic), bytes_of_text(""), TTL_S, body,
                              now);
    }
    own->told = health;
    own->told_ms = now.mono_ms;
    return err;
}

/* --- what was told --- */

/* One of each device, as its key is always the same. */
static bool item_tells(const struct core *core, const struct ephemeral_item *item,
                       struct gate_health *ret_health)
{
    if (item->device == core->identity->device || item->key_size != 0 ||
        !bytes_equal(bytes_of(item->topic, item->topic_size), bytes_of_text(topic)) ||
        !health_read(bytes_of(item->body, item->body_size), ret_health)) {
        return false;
    }
    ret_health->device = item->device;
    return true;
}

void core_health_publish(struct core *core)
{
    const struct ephemeral_item *item;
    struct core_health *own = &core->health;
    own->count = 0;
    for (uint32_t i = 0;
         own->count < DEVICES_MAX && (item = replica_ephemeral_at(core->replica, i)) != NULL; i++) {
        own->count += item_tells(core, item, &own->healths[own->count]) ? 1 : 0;
    }
}
