/* A cook says that a station takes longer, or takes nothing from customers, for a while. */
#include "sync/domain/busy.h"
#include "sync/domain/record.h"
#include "sync/domain/till_task.h"

static int check_said(const struct station_busy *busy, uint64_t now_ms)
{
    const bool is_closed = busy->minutes == (uint32_t)BUSY_CLOSED;
    const bool is_far = busy->until_ms > now_ms + BUSY_SAID_MS_MAX;
    return (busy->minutes > BUSY_MINUTES_MAX && !is_closed) || is_far ? ERR_MALFORMED : 0;
}

/* What was to end before it came here is said no more, and what is so already not again. */
int till_station_busy(struct task *task)
{
    const struct command *command = task->command;
    const uint64_t now_ms = (uint64_t)task->till->now_wall_ms;
    const bool is_busy = command->busy_minutes > 0;
    const struct station_busy busy = {.minutes = command->busy_minutes,
                                      .until_ms = is_busy ? command->busy_until_ms : 0};
    struct record station;
    int err = check_said(&busy, now_ms);
    if (err == 0) {
        err = task_load_record(task, KIND_STATION, &task->result->entity, &station);
    }
    if (err == 0 && !station.is_known) {
        err = ERR_NOT_FOUND;
    }
    if (err != 0 || (is_busy && busy.until_ms <= now_ms)) {
        return err;
    }
    const bool is_so = record_number(&station, STATION_BUSY) == (int64_t)busy.minutes &&
                       record_number(&station, STATION_BUSY_UNTIL) == (int64_t)busy.until_ms;
    if (!is_so) {
        station_busy_encode(&busy, task_body(task));
        task_emit(task, EVENT_STATION_BUSY);
    }
    return 0;
}
