#include "tests/lib/sick.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/replica/replica_state.h"

enum { FURTHER = 64 };

void sick_work(struct store_memory *store, int (*work)(struct store_txn *txn))
{
    static const enum store_memory_call calls[] = {MEMORY_GET, MEMORY_OPEN, MEMORY_PUT, MEMORY_DEL};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        bool is_reached = true;
        for (unsigned nth = 1; is_reached; nth++) {
            struct store_txn *txn = store_memory_begin(store, true);
            store_memory_fail(store, calls[i], nth, ERR_IO);
            const int err = work(txn);
            is_reached = store_memory_mend(store, calls[i]);
            store_memory_abort(txn);
            check(err == (is_reached ? ERR_IO : 0));
        }
    }
}

/* --- what only reads --- */

/* Calls @reader while the first, then each @stride-th later such call of the store fails, and later
 * on fewer, as each costs all calls before it, until it makes fewer. */
static void each_call_fails(struct store_memory *store, enum store_memory_call call,
                            unsigned stride, int (*reader)(struct store_txn *txn, void *context),
                            void *context)
{
    bool is_reached = true;
    for (unsigned nth = 1; is_reached; nth += stride + nth / FURTHER) {
        struct store_txn *txn = store_memory_begin(store, false);
        store_memory_fail(store, call, nth, ERR_IO);
        const int err = reader(txn, context);
        is_reached = store_memory_mend(store, call);
        store_memory_abort(txn);
        check(!is_reached || err == ERR_IO);
    }
}

static void each_read_fails(struct store_memory *store, unsigned stride,
                            int (*reader)(struct store_txn *txn, void *context), void *context)
{
    each_call_fails(store, MEMORY_GET, stride, reader, context);
    each_call_fails(store, MEMORY_OPEN, stride, reader, context);
}

struct wish {
    struct till till;
    const struct command *command;
};

static int till_read(struct store_txn *txn, void *context)
{
    static struct till_result result;
    struct wish *wish = context;
    wish->till.txn = txn;
    return till_run(&wish->till, wish->command, &result);
}

void sick_till(struct store_memory *store, const struct till *till, const struct command *command)
{
    struct wish wish = {.till = *till, .command = command};
    each_read_fails(store, 1, till_read, &wish);
}

/* --- a replica's --- */

static struct {
    struct history *history, *scratch;
    struct order order;
    struct stock stock;
    struct day_close close;
    uint32_t heads_count;
    struct log_head heads[LOGS_MAX];
    uint16_t ascending[LOGS_MAX];
} desk;

static void desk_fill(const struct replica *replica)
{
    struct replica_log_info info;
    if (desk.history == NULL) {
        desk.history = history_new();
        desk.scratch = history_new();
        check(desk.history != NULL && desk.scratch != NULL);
    }
    desk.heads_count = 0;
    while (replica_log_at(replica, desk.heads_count, &info)) {
        struct log_head *head = &desk.heads[desk.heads_count];
        *head = (struct log_head){.log = info.log, .seq = info.seq, .device = info.device};
        memcpy(head->hash.bytes, info.hash, HASH_BYTES);
        desk.ascending[desk.heads_count] = (uint16_t)desk.heads_count;
        desk.heads_count++;
    }
}

void sick_till_of_replica(struct store_memory *store, const struct replica *replica,
                          const struct replica_config *config, const struct command *command,
                          struct moment now)
{
    desk_fill(replica);
    const int64_t since_epoch = now.wall_ms - config->epoch_ms;
    const struct till till = {.folder = &replica->folder,
                              .history = desk.history,
                              .scratch = desk.scratch,
                              .order = &desk.order,
                              .stock = &desk.stock,
                              .holds = &replica->holds,
                              .quotes = &replica->quotes,
                              .guests = &replica->guests,
                              .carts = &replica->carts,
                              .quote_ms = HOLD_MS_MAX,
                              .now_mono_ms = now.mono_ms,
                              .own_log = replica_log(replica),
                              .lane = bytes_of_text("A"),
                              .number_next = 1,
                              .now_t = since_epoch > 0 ? (uint64_t)since_epoch : 0,
                              .close = &desk.close,
                              .roster = replica_roster(replica),
                              .heads = desk.heads,
                              .ascending = desk.ascending,
                              .heads_count = desk.heads_count,
                              .own_device = replica_device(replica),
                              .receipt_next = 1,
                              .incarnation = config->incarnation,
                              .root_secret = config->root_secret,
                              .device_secret = config->device_secret,
                              .own_chain = config->chain};
    sick_till(store, &till, command);
}

void sick_till_on_input(void *context, struct cluster_node *node, const struct input *input)
{
    (void)context;
    if (input->kind == INPUT_COMMAND && node->fault.nth == 0) {
        sick_till_of_replica(node->store, node->replica, &node->config, input->command, input->now);
    }
}

static int audit_read(struct store_txn *txn, void *context)
{
    struct cluster_node *node = context;
    uint64_t entities, wrong;
    return replica_audit(node->replica, txn, &entities, &wrong);
}

void sick_audit(struct cluster_node *node, unsigned stride)
{
    each_read_fails(node->store, stride, audit_read, node);
}
