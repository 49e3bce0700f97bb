/* Sales that wait a moment. A device that has no rights to an item asks others for some, and their
 * gift is here a moment later: the first guest at a gateway need not be told that it is sold out.
 * So what lacks rights that others have is not refused at once. It keeps its place in its door's
 * queue while other commands go on, is tried again whenever what there is of an item has changed,
 * and is decided after CORE_PATIENCE_MS. Nothing of it is written meanwhile. */
#include "node/core/core_state.h"
#include "node/os/clock.h"

static struct core_wait *wait_find(struct core_patience *patience,
                                   const struct api_command *command)
{
    for (uint32_t i = 0; i < patience->count; i++) {
        if (patience->waits[i].command == command) {
            return &patience->waits[i];
        }
    }
    return NULL;
}

void core_patience_take(struct core *core)
{
    struct core_patience *patience = &core->patience;
    const uint64_t now_ms = clock_mono_ms();
    for (uint32_t i = 0; i < patience->count && core->taken_count < API_COMMANDS_MAX; i++) {
        struct core_wait *wait = &patience->waits[i];
        const bool is_due = now_ms >= wait->until_ms || !core->is_open;
        if (!wait->is_tried && (is_due || patience->is_stock_changed)) {
            wait->is_tried = true;
            core->taken[core->taken_count++] = wait->command;
        }
    }
    patience->is_stock_changed = false;
}

bool core_patience_has(const struct core *core, const struct api_command *command)
{
    const struct core_patience *patience = &core->patience;
    for (uint32_t i = 0; i < patience->count; i++) {
        if (patience->waits[i].command == command) {
            return clock_mono_ms() < patience->waits[i].until_ms;
        }
    }
    return patience->count < CORE_WAITS_MAX;
}

void core_patience_keep(struct core *core, const struct api_command *command)
{
    struct core_patience *patience = &core->patience;
    struct core_wait *wait = wait_find(patience, command);
    if (wait == NULL) {
        wait = &patience->waits[patience->count++];
        *wait =
            (struct core_wait){.command = command, .until_ms = clock_mono_ms() + CORE_PATIENCE_MS};
    }
    wait->is_tried = false;
}

void core_patience_settle(struct core *core)
{
    struct core_patience *patience = &core->patience;
    uint32_t count = 0;
    for (uint32_t i = 0; i < patience->count; i++) {
        if (!patience->waits[i].is_tried) {
            patience->waits[count++] = patience->waits[i];
        }
    }
    patience->count = count;
}

uint64_t core_patience_due_ms(const struct core *core)
{
    const struct core_patience *patience = &core->patience;
    uint64_t due_ms = UINT64_MAX;
    for (uint32_t i = 0; i < patience->count; i++) {
        const uint64_t until_ms = patience->is_stock_changed ? 0 : patience->waits[i].until_ms;
        due_ms = until_ms < due_ms ? until_ms : due_ms;
    }
    return due_ms;
}
