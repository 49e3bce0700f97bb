#include "sync/domain/fields.h"

#include <string.h>

struct maxima {
    uint32_t count;
    uint32_t events[ENTITY_LOGS_MAX];
};

void field_writes_find(struct field_writes *writes, const struct history *history, uint32_t type,
                       int (*decode)(struct bytes body, struct field_values *ret_values))
{
    struct field_values values;
    writes->history = history;
    writes->decode = decode;
    for (uint32_t i = 0; i < history->count; i++) {
        writes->bits[i] = 0;
        if (history->events[i].type != type || decode(history->events[i].body, &values) != 0) {
            continue;
        }
        for (uint32_t v = 0; v < values.count; v++) {
            writes->bits[i] |= UINT32_C(1) << (values.values[v].field & 31u);
        }
    }
}

static bool is_overwritten(const struct history *history, const int32_t last[ENTITY_LOGS_MAX],
                           uint32_t branch)
{
    for (uint32_t b = 0; b < history->branches_count; b++) {
        if (last[b] >= 0 && history_saw(history, (uint32_t)last[b], (uint32_t)last[branch])) {
            return true;
        }
    }
    return false;
}

static struct maxima maxima_find(const struct field_writes *writes, uint32_t field)
{
    const struct history *history = writes->history;
    struct maxima maxima = {.count = 0};
    int32_t last[ENTITY_LOGS_MAX];
    memset(last, 0xff, sizeof last); /* -1: none */
    for (uint32_t i = 0; i < history->count; i++) {
        if ((writes->bits[i] >> field & 1u) != 0) {
            last[history->events[i].branch] = (int32_t)i;
        }
    }
    for (uint32_t b = 0; b < history->branches_count; b++) {
        if (last[b] >= 0 && !is_overwritten(history, last, b)) {
            maxima.events[maxima.count++] = (uint32_t)last[b];
        }
    }
    return maxima;
}

void field_keep(const struct field_writes *writes, uint32_t field, bool *keep)
{
    const struct maxima maxima = maxima_find(writes, field);
    for (uint32_t i = 0; i < maxima.count; i++) {
        keep[maxima.events[i]] = true;
    }
}

/* What event @index wrote to @field. */
static struct field_value value_of(const struct field_writes *writes, uint32_t index,
                                   uint32_t field)
{
    struct field_values values;
    if (writes->decode(writes->history->events[index].body, &values) == 0) {
        for (uint32_t i = 0; i < values.count; i++) {
            if (values.values[i].field == field) {
                return values.values[i];
            }
        }
    }
    return (struct field_value){.field = field};
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

bool field_get(const struct field_writes *writes, uint32_t field, enum field_merge merge,
               struct field_value *ret_value, bool *ret_conflict)
{
    const struct maxima maxima = maxima_find(writes, field);
    if (maxima.count == 0) {
        return false;
    }
    uint32_t best = maxima.events[0];
    *ret_value = value_of(writes, best, field);
    const struct field_value first = *ret_value;
    for (uint32_t i = 1; i < maxima.count; i++) {
        const struct field_value other = value_of(writes, maxima.events[i], field);
        *ret_conflict |= !is_same(&first, &other);
        best = value_join(writes->history, merge, best, maxima.events[i], ret_value, &other);
    }
    return true;
}
