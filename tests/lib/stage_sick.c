#include "tests/lib/stage_sick.h"

#include "sync/base/check.h"

static struct moment moment_of(const struct stage *stage)
{
    return (struct moment){.wall_ms = stage->config.epoch_ms + (int64_t)stage->now_ms,
                           .mono_ms = stage->now_ms};
}

int stage_try(struct stage *stage, uint32_t link, struct bytes frame)
{
    const struct input input = {
        .kind = INPUT_MESSAGE, .now = moment_of(stage), .link = link, .message = frame};
    return replica_step(stage->replica, stage->txn, &input, stage->effects);
}

static void begin_anew(struct stage *stage, void (*before)(struct stage *stage))
{
    stage_begin(stage);
    stage_abort(stage);
    if (before != NULL) {
        before(stage);
    }
    stage_begin(stage);
}

/* False when there are fewer such calls. */
static bool is_undone(struct stage *stage, void (*before)(struct stage *stage),
                      int (*work)(struct stage *stage), enum store_memory_call call, unsigned nth,
                      int fault)
{
    const uint64_t now_ms = stage->now_ms;
    begin_anew(stage, before);
    store_memory_fail(stage->store, call, nth, fault);
    int err = work(stage);
    if (err == 0) {
        err = replica_seal(stage->replica, stage->txn, moment_of(stage), stage->effects);
    }
    const bool is_reached = store_memory_mend(stage->store, call);
    check(err == (is_reached ? fault : 0));
    stage_abort(stage);
    stage->now_ms = now_ms;
    return is_reached;
}

void stage_sick(struct stage *stage, void (*before)(struct stage *stage),
                int (*work)(struct stage *stage))
{
    static const struct {
        enum store_memory_call call;
        int err;
    } faults[] = {{MEMORY_GET, ERR_IO},   {MEMORY_OPEN, ERR_IO}, {MEMORY_PUT, ERR_IO},
                  {MEMORY_PUT, ERR_FULL}, {MEMORY_DEL, ERR_IO},  {MEMORY_DEL, ERR_FULL}};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        for (unsigned nth = 1;
             is_undone(stage, before, work, faults[i].call, nth, faults[i].err);) {
            nth++;
        }
    }
    begin_anew(stage, before);
    check(work(stage) == 0);
    stage_end(stage);
}
