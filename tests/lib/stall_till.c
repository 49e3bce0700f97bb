#include "tests/lib/stall_till.h"

#include <string.h>

#include "sync/base/check.h"
#include "tests/lib/sick.h"

enum { KEY_BYTES = 16 };

static struct {
    struct history *history, *scratch;
    struct order order;
    struct stock stock;
    struct till_result result;
    uint32_t keys;
    uint8_t key[KEY_BYTES];
} desk;

struct stall stall_of_two(bool is_paid)
{
    struct stall stall = stall_new();
    (void)do_open(&stall, C, "A", 1);
    (void)do_add(&stall, C, 1, 2, 500);
    (void)do_add(&stall, C, 2, 1, 300);
    if (is_paid) {
        (void)do_pay(&stall, C, 1, 1300);
    }
    stall_sync(&stall);
    return stall;
}

struct command stall_command(const struct stall *stall, enum command_kind kind)
{
    put_be32(desk.key + KEY_BYTES - 4, ++desk.keys);
    return (struct command){.kind = kind,
                            .principal = {.session = 1, .role = ROLE_OWNER},
                            .key = bytes_of(desk.key, sizeof desk.key),
                            .order = mesh_entity(stall->mesh)};
}

/* What the device of @at holds: the order, and nothing else. */
static struct store_memory *store_of(struct stall *stall, enum person at)
{
    struct store_memory *store = store_memory_new();
    struct store_txn *txn = store_memory_begin(store, true);
    const struct entity_id id = mesh_entity(stall->mesh);
    const struct key key = key_state(KIND_ORDER, &id);
    check(store_put(txn, TABLE_STATE, key_bytes(&key), mesh_row(stall->mesh, at)) == 0);
    check(store_memory_commit(txn) == 0);
    return store;
}

static struct till till_of(struct stall *stall, enum person at)
{
    if (desk.history == NULL) {
        desk.history = history_new();
        desk.scratch = history_new();
        check(desk.history != NULL && desk.scratch != NULL);
    }
    return (struct till){.history = desk.history,
                         .scratch = desk.scratch,
                         .order = &desk.order,
                         .stock = &desk.stock,
                         .own_log = mesh_log(at),
                         .lane = bytes_of_text("A"),
                         .number_next = 1,
                         .now_t = stall->t,
                         .roster = mesh_roster(stall->mesh),
                         .receipt_next = 1,
                         .incarnation = 1};
}

int stall_ask(struct stall *stall, enum person at, const struct command *command,
              uint32_t *ret_events)
{
    struct store_memory *store = store_of(stall, at);
    struct till till = till_of(stall, at);
    sick_till(store, &till, command);
    till.txn = store_memory_begin(store, false);
    const int err = till_run(&till, command, &desk.result);
    store_memory_abort(till.txn);
    store_memory_free(store);
    const uint32_t count = err == 0 ? desk.result.events_count : 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct till_event *event = &desk.result.events[i];
        stall->last = mesh_write(stall->mesh, at, (uint32_t)event->type, stall->t++, event->body);
    }
    if (ret_events != NULL) {
        *ret_events = count;
    }
    return err;
}
