#include "node/api/state.h"
#include "node/json/json_build.h"
#include "node/json/json_state.h"

static struct json_value *moves(const struct drawer *drawer)
{
    struct json_value *list = json_new_array();
    for (uint32_t i = 0; i < drawer->moves_count; i++) {
        struct json_value *move = json_new_object();
        json_put_entity(move, "id", &drawer->moves[i].id);
        json_put_int(move, "amount", drawer->moves[i].amount_minor);
        json_put_text(move, "reason", drawer->moves[i].reason);
        json_append(list, move);
    }
    return list;
}

static void put_figures(struct json_value *object, const struct drawer_figures *figures)
{
    json_put_int(object, "paid", figures->paid_minor);
    json_put_int(object, "refunded", figures->refunded_minor);
    json_put_int(object, "cash", figures->cash_minor);
    json_put_int(object, "expected", figures->expected_minor);
}

static struct json_value *counted(const struct drawer_count *count,
                                  const struct drawer_figures *figures)
{
    struct json_value *object = json_new_object();
    json_put_entity(object, "id", &count->id);
    json_put_int(object, "counted", count->counted_minor);
    json_put_text(object, "note", count->note);
    put_figures(object, figures);
    json_put_int(object, "difference", count->counted_minor - figures->expected_minor);
    json_put_count(object, "missing", figures->missing);
    json_put_bool(object, "overflow", figures->has_overflow);
    return object;
}

static int append_counts(const struct drawer *drawer, struct store_txn *txn,
                         struct json_value *list)
{
    struct drawer_figures figures;
    int err = 0;
    for (uint32_t i = 0; i < drawer->counts_count && err == 0; i++) {
        err = drawer_figures(drawer, txn, drawer->counts[i].through, &figures);
        if (err == 0) {
            json_append(list, counted(&drawer->counts[i], &figures));
        }
    }
    return err;
}

static void put_drawer(struct json_value *object, const struct state *state,
                       const struct drawer_figures *figures)
{
    const struct drawer *drawer = &state->drawer;
    json_put_entity(object, "id", &drawer->id);
    json_put_count(object, "number", drawer->number);
    json_put_count(object, "day", drawer->day);
    json_put_id64(object, "log", drawer->log);
    json_put_time(object, "opened_at", state, drawer->opened_t);
    json_put_count(object, "opened_by", drawer->opened_by);
    json_put_int(object, "float", drawer->float_minor);
    json_put(object, "moves", moves(drawer));
    put_figures(object, figures);
    json_put_bool(object, "counted", drawer->counts_count > 0);
    json_put_bool(object, "counted_twice", drawer->is_counted_twice);
    json_put_bool(object, "opened_twice", drawer->is_opened_twice);
    json_put_bool(object, "overflow", figures->has_overflow);
    json_put_bool(object, "cut_short", drawer->is_cut_short);
}

int state_json_drawer(struct state *state, struct store_txn *txn, struct json_value **ret_value)
{
    struct drawer_figures now;
    if (!state->drawer.is_open) {
        return ERR_NOT_FOUND;
    }
    int err = drawer_figures(&state->drawer, txn, 0, &now);
    if (err != 0) {
        return err;
    }
    struct json_value *object = json_new_object();
    struct json_value *counts = json_new_array();
    put_drawer(object, state, &now);
    err = append_counts(&state->drawer, txn, counts);
    json_put(object, "counts", counts);
    if (err != 0) {
        json_free(object);
    } else {
        *ret_value = object;
    }
    return err;
}

static int append_drawer(struct state *state, struct store_txn *txn, const struct entity_id *id,
                         uint64_t day, struct json_value *list)
{
    struct json_value *value = NULL;
    int err = state_drawer(state, txn, id);
    if (err != 0 || (state->drawer.day != day && state->drawer.counts_count > 0)) {
        return err;
    }
    err = state_json_drawer(state, txn, &value);
    if (err == 0) {
        json_append(list, value);
    }
    return err;
}

int state_json_drawers(struct state *state, struct store_txn *txn, uint64_t day,
                       struct json_value **ret_value)
{
    struct cursor cursor;
    struct key key = {.size = 0};
    struct entity_id id;
    int err = cursor_now(txn, &cursor);
    if (err != 0) {
        return err;
    }
    struct json_value *list = json_new_array();
    while (err == 0 && json_count(list) < DRAWERS_MAX &&
           (err = board_next(txn, INDEX_DRAWER, &key, &id)) == 0) {
        err = board_led_to(append_drawer(state, txn, &id, day, list));
    }
    if (err != 0 && err != ERR_NOT_FOUND) {
        json_free(list);
        return err;
    }
    struct json_value *object = json_new_object();
    json_put_cursor(object, &cursor);
    json_put(object, "drawers", list);
    *ret_value = object;
    return 0;
}
