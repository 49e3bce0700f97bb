#include "tests/lib/fuzz_events.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/base/reader.h"

struct history *fuzz_history(enum kind kind)
{
    static const struct entity_id entity = {{1}};
    return fuzz_history_of(kind, &entity);
}

struct history *fuzz_history_of(enum kind kind, const struct entity_id *entity)
{
    static struct history *history;
    if (history == NULL) {
        history = history_new();
        check(history != NULL);
    }
    history_reset(history, kind, entity);
    return history;
}

static void append(struct history *history, const uint8_t head[FUZZ_EVENT_HEAD_BYTES],
                   struct bytes body, uint64_t seq)
{
    struct event event = {.type = head[1], .t = head[2], .entity = history->entity, .body = body};
    struct operation id = {.log = 1 + head[0] % FUZZ_LOGS, .seq = seq, .hash = {(uint8_t)seq}};
    if ((head[0] & 0x80) == 0) {
        check(history_parents(history, id.log, event.parents, &event.parents_count) == 0);
    }
    if (history_can_append(history, &id, &event)) {
        check(history_append(history, &id, &event) == 0);
    }
}

void fuzz_events_read(struct history *history, struct bytes input)
{
    uint64_t seq = 1;
    while (input.size >= FUZZ_EVENT_HEAD_BYTES &&
           input.size - FUZZ_EVENT_HEAD_BYTES >= input.data[3]) {
        const struct bytes body = bytes_of(input.data + FUZZ_EVENT_HEAD_BYTES, input.data[3]);
        if (body.size > 0 && body.data[0] >> 4 == 9 &&
            msgpack_validate(body, VALUE_DEPTH_MAX) == 0) {
            append(history, input.data, body, seq++);
        }
        input.data += FUZZ_EVENT_HEAD_BYTES + body.size;
        input.size -= FUZZ_EVENT_HEAD_BYTES + body.size;
    }
}

void fuzz_history_reread(struct history *history)
{
    static uint8_t *first, *second;
    struct bytes row, again;
    const enum kind kind = history->kind;
    const struct entity_id entity = history->entity;
    if (first == NULL) {
        first = malloc(HISTORY_ROW_BYTES_MAX);
        second = malloc(HISTORY_ROW_BYTES_MAX);
        check(first != NULL && second != NULL);
    }
    check(history_encode(history, first, HISTORY_ROW_BYTES_MAX, &row) == 0);
    check(history_decode(history, kind, &entity, row) == 0);
    check(history_encode(history, second, HISTORY_ROW_BYTES_MAX, &again) == 0);
    check(bytes_equal(row, again));
}
