/* fuzz_history.c - a stored row: refused, or the one spelling of a history that can be worked with.
 *
 * Input: a row. Its first byte is not special; the kind is an order's.
 */
#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/entity.h"
#include "tests/lib/fuzz_mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(0)

static struct history *history;
static struct order *order;
static uint8_t *row;

static void set_up(void)
{
    if (history == NULL) {
        history = history_new();
        order = malloc(sizeof *order);
        row = malloc(HISTORY_ROW_BYTES_MAX);
        check(history != NULL && order != NULL && row != NULL);
    }
}

/* Its own operations are found, and it has heads when anything in it is causal. */
static void look_around(void)
{
    struct operation parents[PARENTS_MAX];
    uint32_t count;
    check(history_parents(history, 0, parents, &count) == 0);
    check(count <= PARENTS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        check(history_find(history, &parents[i]) >= 0);
    }
    for (uint32_t i = 0; i < history->count; i++) {
        check(history_find(history, &history->events[i].id) == (int32_t)i);
        check(!history_saw(history, i, i));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct entity_id entity = {{1}};
    struct bytes encoded;
    struct index_keys keys;
    set_up();
    if (history_decode(history, KIND_ORDER, &entity, bytes_of(data, size)) != 0) {
        check(history->count == 0);
        return 0;
    }
    check(history_encode(history, row, HISTORY_ROW_BYTES_MAX, &encoded) == 0);
    check(encoded.size == size && memcmp(encoded.data, data, size) == 0);
    look_around();
    entity_index(history, order, &keys);
    return 0;
}
