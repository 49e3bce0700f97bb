#include "sync/domain/fields.h"

#include "sync/base/check.h"

/* Events come by (branch, seq): a later write of a branch replaces its earlier one. */
static void register_write(const struct history *history, struct field_register *to, uint32_t index,
                           const struct field_value *value)
{
    const struct history_event *events = history->events;
    const bool is_next =
        to->count == 0 || events[to->events[to->count - 1]].branch != events[index].branch;
    to->count += is_next;
    to->events[to->count - 1] = index;
    to->values[to->count - 1] = *value;
}

void field_registers_fill(struct field_registers *registers, const struct history *history,
                          uint32_t type,
                          int (*decode)(struct bytes body, struct field_values *ret_values))
{
    struct field_values values;
    registers->history = history;
    for (uint32_t field = 0; field < FIELDS_MAX; field++) {
        registers->fields[field].count = 0;
    }
    for (uint32_t i = 0; i < history->count; i++) {
        if (history->events[i].type != type || decode(history->events[i].body, &values) != 0) {
            continue;
        }
        for (uint32_t v = 0; v < values.count; v++) {
            const struct field_value *value = &values.values[v];
            check(value->field < FIELDS_MAX); /* decoders give no other */
            register_write(history, &registers->fields[value->field], i, value);
        }
    }
}

/* Whether a write of another branch has seen write @at. */
static bool is_overwritten(const struct history *history, const struct field_register *of,
                           uint32_t at)
{
    for (uint32_t i = 0; i < of->count; i++) {
        if (history_saw(history, of->events[i], of->events[at])) {
            return true;
        }
    }
    return false;
}

/* The first maximal write from @at on; of->count when there is none. */
static uint32_t next_maximal(const struct history *history, const struct field_register *of,
                             uint32_t at)
{
    while (at < of->count && is_overwritten(history, of, at)) {
        at++;
    }
    return at;
}

void field_keep(const struct field_registers *registers, uint32_t field, bool *keep)
{
    const struct field_register *of = &registers->fields[field];
    for (uint32_t i = next_maximal(registers->history, of, 0); i < of->count;
         i = next_maximal(registers->history, of, i + 1)) {
        keep[of->events[i]] = true;
    }
}

static bool is_same(const struct field_value *a, const struct field_value *b)
{
    return a->number == b->number && a->truth == b->truth && bytes_equal(a->text, b->text);
}

/* Join the value of event @index, concurrent with that of @best; gives the event it is now of. */
static uint32_t value_join(const struct history *history, enum field_merge merge, uint32_t best,
                           uint32_t index, struct field_value *value,
                           const struct field_value *other)
{
    bool wins = false;
    switch (merge) {
    case MERGE_LATEST:
        wins = history_compare_time(history, index, best) > 0;
        break;
    case MERGE_IDENTITY:
        wins = operation_compare(&history->events[index].id, &history->events[best].id) < 0;
        break;
    case MERGE_LOWEST:
        wins = other->number < value->number;
        break;
    case MERGE_HIGHEST:
        wins = other->number > value->number;
        break;
    case MERGE_UNION:
        value->number |= other->number;
        break;
    case MERGE_INTERSECT:
        value->number &= other->number;
        break;
    case MERGE_TRUE:
        value->truth |= other->truth;
        break;
    case MERGE_FALSE:
        value->truth &= other->truth;
        break;
    }
    if (wins) {
        *value = *other;
    }
    return wins ? index : best;
}

bool field_get(const struct field_registers *registers, uint32_t field, enum field_merge merge,
               struct field_value *ret_value, bool *ret_conflict)
{
    const struct history *history = registers->history;
    const struct field_register *of = &registers->fields[field];
    const uint32_t first = next_maximal(history, of, 0);
    if (first == of->count) {
        return false;
    }
    uint32_t best = of->events[first];
    *ret_value = of->values[first];
    for (uint32_t i = next_maximal(history, of, first + 1); i < of->count;
         i = next_maximal(history, of, i + 1)) {
        *ret_conflict |= !is_same(&of->values[first], &of->values[i]);
        best = value_join(history, merge, best, of->events[i], ret_value, &of->values[i]);
    }
    return true;
}
