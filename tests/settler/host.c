#include "tests/settler/host.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "sync/domain/entity.h"
#include "tests/lib/shop.h"

enum { OPEN_MS = 10 * 1000, DISHES = 2 };

static struct moment moment_of(const struct host *host)
{
    return (struct moment){.wall_ms = HOST_EPOCH_MS + (int64_t)host->now_ms,
                           .mono_ms = host->now_ms};
}

/* --- turns --- */

static void turn_end(struct host *host, struct store_txn *txn)
{
    check(replica_seal(host->replica, txn, moment_of(host), host->effects) == 0);
    if (host->effects->is_written) {
        check(store_memory_commit(txn) == 0);
    } else {
        store_memory_abort(txn);
    }
}

static void open_replica(struct host *host)
{
    effects_reset(host->effects);
    struct store_txn *txn = store_memory_begin(host->store, true);
    check(replica_open(host->replica, txn, &host->config, moment_of(host), host->effects) == 0);
    turn_end(host, txn);
}

/* One command a turn. */
static struct effect_answer take(struct host *host, const struct command *command, uint64_t request)
{
    const struct input input = {
        .kind = INPUT_COMMAND, .now = moment_of(host), .command = command, .request = request};
    effects_reset(host->effects);
    struct store_txn *txn = store_memory_begin(host->store, true);
    check(replica_step(host->replica, txn, &input, host->effects) == 0);
    turn_end(host, txn);
    check(host->effects->answers_count == 1);
    return host->effects->answers[0];
}

bool host_turn(struct host *host)
{
    const struct api_command *command = NULL;
    bool is_any = false;
    while (!host->is_stalled && (command = command_queue_take(host->gate.queue)) != NULL) {
        struct effect_answer answer = {.err = host->refusal};
        if (host->refusals > 0) {
            host->refusals--;
        } else {
            answer = take(host, &command->command, command->request);
        }
        command_queue_answer(host->gate.queue, command->request, &answer);
        is_any = true;
    }
    return is_any;
}

int host_do(struct host *host, const struct command *command, struct answer *ret_answer)
{
    const struct effect_answer answer = take(host, command, 1);
    if (ret_answer != NULL) {
        *ret_answer = answer.answer;
    }
    return answer.err;
}

struct command host_command(struct host *host, enum command_kind kind,
                            const struct entity_id *order)
{
    static struct shop_key key;
    struct command command;
    key = shop_key_make((uint32_t)(host->now_ms / 1000), ++host->keys);
    shop_command(&command, kind);
    shop_keyed(&command, &key);
    command.order = *order;
    return command;
}

/* --- the gate --- */

static int on_read_begin(void *context, struct store_txn **ret_txn)
{
    struct host *host = context;
    host->reads++;
    if (host->read_fault > 0 && --host->read_fault == 0) {
        return ERR_BUSY;
    }
    *ret_txn = store_memory_begin(host->store, false);
    return 0;
}

static void on_read_end(void *context, struct store_txn *txn)
{
    (void)context;
    store_memory_abort(txn);
}

/* The core looks when it is its turn. */
static void on_wake(void *context)
{
    (void)context;
}

static void on_live(void *context, struct gate_live *ret_live)
{
    const struct host *host = context;
    *ret_live = host->live;
}

/* --- the stall --- */

static void set_up(struct host *host)
{
    struct command command;
    shop_command(&command, COMMAND_POPUP_SET);
    command.fields_count = 2;
    command.fields[0] =
        (struct wanted_field){.field = POPUP_NAME, .text = bytes_of_text("The Trestle")};
    command.fields[1] =
        (struct wanted_field){.field = POPUP_CURRENCY, .text = bytes_of_text("EUR")};
    check(host_do(host, &command, NULL) == 0);
    for (uint64_t item = 1; item <= DISHES; item++) {
        shop_item(&command, item);
        command.fields_count -= item == 2; /* no choices */
        check(host_do(host, &command, NULL) == 0);
        shop_command(&command, COMMAND_MENU_AVAILABLE);
        command.item = item;
        command.truth = true;
        check(host_do(host, &command, NULL) == 0);
    }
    shop_command(&command, COMMAND_DAY_OPEN);
    command.day = 1;
    check(host_do(host, &command, NULL) == 0);
}

void host_init(struct host *host)
{
    memset(host, 0, sizeof *host);
    host->now_ms = OPEN_MS;
    host->store = store_memory_new();
    host->replica = replica_new();
    host->effects = calloc(1, sizeof *host->effects);
    check(host->replica != NULL && host->effects != NULL);
    journal_init(&host->journal);
    journal_device_init(&host->own, &host->journal, 1, ROLE_OWNER, NULL);
    struct certificate certificate = journal_certificate(&host->journal, 1, ROLE_OWNER);
    certificate.capabilities = (UINT64_C(1) << CAP_COUNT) - 1;
    journal_device_certify(&host->own, &host->journal, &certificate, NULL);
    host->config = (struct replica_config){.popup = host->journal.popup,
                                           .root = host->journal.root,
                                           .epoch_ms = HOST_EPOCH_MS,
                                           .chain = host->own.chain,
                                           .device_secret = &host->own.secret,
                                           .log_secret = &host->own.log_secret,
                                           .incarnation = 1,
                                           .boot = {100}};
    open_replica(host);
    host->blank = store_memory_clone(host->store);
    set_up(host);
    host->shelf = store_memory_clone(host->store);
    host->gate = (struct gate){
        .context = host, .read_begin = on_read_begin, .read_end = on_read_end, .live = on_live};
}

void host_reset(struct host *host)
{
    store_memory_free(host->store);
    host->store = store_memory_clone(host->is_blank ? host->blank : host->shelf);
    host->now_ms = 2 * OPEN_MS;
    host->keys = 0;
    host->is_stalled = false;
    host->refusals = 0;
    host->read_fault = 0;
    host->reads = 0;
    memset(&host->live, 0, sizeof host->live);
    command_queue_free(host->gate.queue);
    host->gate.queue = command_queue_new(0, on_wake, NULL);
    check(host->gate.queue != NULL);
    replica_abort(host->replica);
    open_replica(host);
}

void host_free(struct host *host)
{
    command_queue_free(host->gate.queue);
    store_memory_free(host->shelf);
    store_memory_free(host->blank);
    store_memory_free(host->store);
    replica_free(host->replica);
    free(host->effects);
}

void host_look(struct host *host, const struct entity_id *id, struct history *history,
               struct order *ret_order)
{
    struct store_txn *txn = store_memory_begin(host->store, false);
    check(history_get(history, txn, KIND_ORDER, id) == 0);
    order_derive(history, ret_order);
    store_memory_abort(txn);
}

void host_put(struct host *host, enum store_table table, struct bytes key, struct bytes value)
{
    struct store_txn *txn = store_memory_begin(host->store, true);
    check(store_put(txn, table, key, value) == 0);
    check(store_memory_commit(txn) == 0);
}
