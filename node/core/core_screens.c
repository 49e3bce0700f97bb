/* How many screens look at each device, told to the others as it changes and every few seconds; see
 * sync/mesh/ephemeral.h. Nothing depends on it but what people are shown.
 */
#include <string.h>

#include "node/core/core_state.h"
#include "node/core/moment_body.h"
#include "node/os/clock.h"

enum { AGAIN_MS = 10000, TTL_S = 30, BODY_BYTES = 64 };

static const char topic[] = "screens";

static struct gate_screens screens_now(struct core *core)
{
    (void)pthread_mutex_lock(&core->lock);
    const struct gate_screens screens = core->screens;
    (void)pthread_mutex_unlock(&core->lock);
    return screens;
}

int core_tell_screens(struct core *core)
{
    const struct gate_screens screens = screens_now(core);
    const struct moment now = clock_now();
    uint8_t data[BODY_BYTES];
    struct writer writer;
    struct bytes body;
    const bool is_changed =
        memcmp(screens.counts, core->screens_told.counts, sizeof screens.counts) != 0;
    if (core->is_alone || (!is_changed && core->screens_told_ms != 0 &&
                           now.mono_ms - core->screens_told_ms < AGAIN_MS)) {
        return 0;
    }
    writer_init(&writer, data, sizeof data);
    screens_write(&writer, &screens);
    int err = writer_finish(&writer, &body);
    if (err == 0) {
        err = replica_publish(core->replica, bytes_of_text(topic), bytes_of_text(""), TTL_S, body,
                              now);
    }
    core->screens_told = screens;
    core->screens_told_ms = now.mono_ms;
    return err;
}

void core_screens_of(const struct core *core, uint64_t device, struct gate_screens *ret_screens)
{
    const struct ephemeral_item *item;
    for (uint32_t i = 0; (item = replica_ephemeral_at(core->replica, i)) != NULL; i++) {
        if (item->device == device && item->key_size == 0 &&
            bytes_equal(bytes_of(item->topic, item->topic_size), bytes_of_text(topic)) &&
            screens_read(bytes_of(item->body, item->body_size), ret_screens)) {
            return;
        }
    }
}
