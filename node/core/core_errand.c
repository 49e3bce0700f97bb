/* Errands between devices, on their way from the web thread to a link and from a link to the web
 * thread. The core looks into none of them: bytes of node/mesh/errand.h, which the web thread wrote
 * or will judge. What a link brings is handed over after its turn's commit, so that an answer is
 * never seen before the events that went ahead of it. */
#include "node/core/core_state.h"
#include "node/mesh/errand.h"

static bool box_put(struct core_errand_box *box, uint64_t device, bool is_returned,
                    struct bytes frame)
{
    if (box->count == CORE_ERRANDS_MAX) {
        return false;
    }
    struct gate_errand *errand = &box->errands[box->count++];
    *errand = (struct gate_errand){.device = device, .is_returned = is_returned};
    text_append(&errand->frame, frame.data, frame.size);
    return true;
}

/* The oldest. */
static bool box_take(struct core_errand_box *box, struct gate_errand *ret_errand)
{
    if (box->count == 0) {
        return false;
    }
    *ret_errand = box->errands[0];
    box->count--;
    for (uint32_t i = 0; i < box->count; i++) {
        box->errands[i] = box->errands[i + 1];
    }
    return true;
}

static void box_clear(struct core_errand_box *box)
{
    struct gate_errand errand;
    while (box_take(box, &errand)) {
        text_close(&errand.frame);
    }
}

static uint32_t box_count_of(const struct core_errand_box *box, uint64_t device)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < box->count; i++) {
        count += box->errands[i].device == device;
    }
    return count;
}

/* --- links --- */

/* The link to @device that both ends are greeted on. False: there is none. */
static bool link_find(const struct core *core, uint64_t device, uint32_t *ret_link)
{
    struct replica_peer peer;
    for (uint32_t i = 0; core->is_open && replica_peer_at(core->replica, i, &peer); i++) {
        if (peer.device == device && peer.is_ready) {
            *ret_link = peer.link;
            return true;
        }
    }
    return false;
}

/* Whose @link is. False: it was not greeted on. */
static bool device_find(const struct core *core, uint32_t link, uint64_t *ret_device)
{
    struct replica_peer peer;
    for (uint32_t i = 0; replica_peer_at(core->replica, i, &peer); i++) {
        if (peer.link == link && peer.is_ready) {
            *ret_device = peer.device;
            return true;
        }
    }
    return false;
}

/* --- from a link --- */

/* Whatever a device says beyond its share is dropped; who asked hears nothing, and says so to his
 * phone. */
void core_errand_hear(struct core *core, uint32_t link, struct bytes frame)
{
    struct core_errands *own = &core->errands;
    uint64_t device = 0;
    if (!errand_is(frame) || frame.size > ERRAND_FRAME_BYTES_MAX ||
        !device_find(core, link, &device)) {
        return;
    }
    if (box_count_of(&own->arrived, device) < CORE_ERRANDS_OF_DEVICE_MAX) {
        (void)box_put(&own->arrived, device, false, frame);
    }
}

void core_errands_release(struct core *core)
{
    struct core_errands *own = &core->errands;
    struct gate_errand errand;
    (void)pthread_mutex_lock(&core->lock);
    while (box_take(&own->arrived, &errand)) {
        if (box_count_of(&own->heard, errand.device) < CORE_ERRANDS_OF_DEVICE_MAX) {
            (void)box_put(&own->heard, errand.device, false,
                          bytes_of(errand.frame.data, errand.frame.size));
            core->is_news = true;
        }
        text_close(&errand.frame);
    }
    (void)pthread_mutex_unlock(&core->lock);
}

void core_errands_forget(struct core *core)
{
    box_clear(&core->errands.arrived);
}

/* --- to a link --- */

/* False: there is none. */
static bool errand_go(struct core *core, const struct gate_errand *errand)
{
    uint32_t link;
    return link_find(core, errand->device, &link) &&
           transport_send(core->transport, link,
                          bytes_of(errand->frame.data, errand->frame.size)) == 0;
}

static bool sent_take(struct core *core, struct gate_errand *ret_errand)
{
    (void)pthread_mutex_lock(&core->lock);
    const bool is_one = box_take(&core->errands.sent, ret_errand);
    (void)pthread_mutex_unlock(&core->lock);
    return is_one;
}

static void give_back(struct core *core, const struct gate_errand *errand)
{
    (void)pthread_mutex_lock(&core->lock);
    (void)box_put(&core->errands.heard, errand->device, true,
                  bytes_of(errand->frame.data, errand->frame.size));
    (void)pthread_mutex_unlock(&core->lock);
    core->is_news = true;
}

void core_errands_send(struct core *core)
{
    struct gate_errand errand;
    while (sent_take(core, &errand)) {
        if (!errand_go(core, &errand)) {
            give_back(core, &errand);
        }
        text_close(&errand.frame);
    }
}

void core_errands_close(struct core *core)
{
    box_clear(&core->errands.sent);
    box_clear(&core->errands.arrived);
    box_clear(&core->errands.heard);
}

/* --- for the web thread --- */

bool core_errand_say(struct core *core, uint64_t device, struct bytes frame)
{
    (void)pthread_mutex_lock(&core->lock);
    const bool has_room = box_put(&core->errands.sent, device, false, frame);
    (void)pthread_mutex_unlock(&core->lock);
    core_wake(core);
    return has_room;
}

bool core_errand_take(struct core *core, struct gate_errand *ret_errand)
{
    (void)pthread_mutex_lock(&core->lock);
    const bool is_one = box_take(&core->errands.heard, ret_errand);
    (void)pthread_mutex_unlock(&core->lock);
    return is_one;
}
