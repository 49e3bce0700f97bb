/* How many screens look at each device, told to the others as it changes and every few seconds; see
 * sync/mesh/ephemeral.h. The body: [uint counter, uint kitchen, uint pickup, ...], in the order of
 * enum stream_view. Nothing depends on it but what people are shown.
 */
#include <string.h>

#include "node/core/core_state.h"
#include "node/os/clock.h"
#include "sync/base/reader.h"
#include "sync/base/writer.h"

enum { AGAIN_MS = 10000, TTL_S = 30, SCREENS_MAX = 100000, BODY_BYTES = 64 };

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
    write_array(&writer, VIEW_COUNT);
    for (uint32_t i = 0; i < VIEW_COUNT; i++) {
        write_uint(&writer, screens.counts[i]);
    }
    int err = writer_finish(&writer, &body);
    if (err == 0) {
        err = replica_publish(core->replica, bytes_of_text(topic), bytes_of_text(""), TTL_S, body,
                              now);
    }
    core->screens_told = screens;
    core->screens_told_ms = now.mono_ms;
    return err;
}

static bool screens_read(const struct ephemeral_item *item, struct gate_screens *ret_screens)
{
    struct gate_screens screens = {.is_told = true};
    struct reader reader;
    reader_init(&reader, bytes_of(item->body, item->body_size));
    const uint32_t count = read_array(&reader, VIEW_COUNT, VALUE_ITEMS_MAX);
    for (uint32_t i = 0; i < VIEW_COUNT; i++) {
        screens.counts[i] = (uint32_t)read_uint(&reader, SCREENS_MAX);
    }
    for (uint32_t i = VIEW_COUNT; i < count && reader.err == 0; i++) {
        read_raw(&reader);
    }
    if (reader_finish(&reader) != 0) {
        return false;
    }
    *ret_screens = screens;
    return true;
}

void core_screens_of(const struct core *core, uint64_t device, struct gate_screens *ret_screens)
{
    const struct ephemeral_item *item;
    for (uint32_t i = 0; (item = replica_ephemeral_at(core->replica, i)) != NULL; i++) {
        if (item->device == device && item->key_size == 0 &&
            bytes_equal(bytes_of(item->topic, item->topic_size), bytes_of_text(topic)) &&
            screens_read(item, ret_screens)) {
            return;
        }
    }
}
