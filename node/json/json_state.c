#include "node/json/json_state.h"

#include "node/json/json_build.h"

void json_put_cursor(struct json_value *object, const struct cursor *cursor)
{
    char printed[CURSOR_BYTES_MAX];
    cursor_print(cursor, printed);
    json_put_string(object, "cursor", printed);
}

void json_put_time(struct json_value *object, const char *name, const struct state *state,
                   uint64_t t)
{
    bool is_sane = t > 0 && t < INT64_MAX / 2;
    json_put_count(object, name, is_sane ? t + (uint64_t)state->live.epoch_ms : 0);
}

void json_put_times(struct json_value *object, const struct state *state)
{
    json_put_time(object, "opened_at", state, state->order.opened_t);
    json_put_time(object, "accepted_at", state, state->order.accepted_t);
    json_put_time(object, "ready_at", state, state->order.ready_t);
    json_put_time(object, "handed_at", state, state->order.handed_t);
}
