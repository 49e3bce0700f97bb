#include "tests/lib/forked_order.h"

#include <string.h>

#include "sync/base/check.h"
#include "sync/roster/salvaged.h"

struct forked_order forked;

struct entity_id forked_entity(uint64_t number)
{
    return entity_id_derive(KIND_ORDER, number);
}

static struct operation write_on(struct store_txn *txn, struct journal_device *device,
                                 const struct event *event)
{
    static const uint8_t empty[] = {0x90};
    struct event written = *event;
    uint8_t data[EVENT_BYTES_MAX];
    struct bytes bytes;
    if (written.body.size == 0) {
        written.body = bytes_of(empty, sizeof empty);
    }
    check(event_encode(&written, data, sizeof data, &bytes) == 0);
    check(log_append(txn, &device->head, bytes) == 0);
    check(log_sign(txn, &device->head, &forked.journal.popup, &device->log_secret) == 0);
    return log_head_operation(&device->head);
}

/* On the order itself, without parents. */
struct event forked_event(uint32_t type)
{
    return (struct event){.type = type, .entity = forked_entity(1)};
}

/* The second event of @of's log. */
static struct event second_of(uint32_t of)
{
    struct event event = forked_event(of == FORKED_COUNTER ? EVENT_ORDER_OPEN : EVENT_ACCEPT);
    event.entity = forked_entity(forked.order);
    return event;
}

static void forked_begin(uint64_t order, enum role counter)
{
    const enum role roles[FORKED_DEVICES] = {ROLE_OWNER, counter, ROLE_KITCHEN};
    memset(&forked, 0, sizeof forked);
    forked.order = order;
    forked.counter = counter;
    journal_init(&forked.journal);
    forked.store = store_memory_new();
    forked.txn = store_memory_begin(forked.store, true);
    forked.history = history_new();
    check(forked.history != NULL);
    check(store_put(forked.txn, TABLE_META, bytes_of_text("popup"),
                    bytes_of(forked.journal.popup.bytes, POPUP_ID_BYTES)) == 0);
    for (uint32_t i = 0; i < FORKED_DEVICES; i++) {
        journal_device_init(&forked.devices[i], &forked.journal, i + 1, roles[i], NULL);
        journal_open(forked.txn, &forked.journal, &forked.devices[i]);
    }
    const struct event opened = second_of(FORKED_COUNTER), accepted = second_of(FORKED_KITCHEN);
    (void)write_on(forked.txn, &forked.devices[FORKED_COUNTER], &opened);
    (void)write_on(forked.txn, &forked.devices[FORKED_KITCHEN], &accepted);
}

void forked_end(void)
{
    for (uint32_t i = 0; i < forked.branches_count; i++) {
        store_memory_abort(forked.branches[i].txn);
        store_memory_free(forked.branches[i].store);
    }
    store_memory_abort(forked.txn);
    store_memory_free(forked.store);
    history_free(forked.history);
}

/* A branch of @of's log, which has the events up to the fork: its number. */
uint32_t forked_branch(uint32_t of)
{
    const uint32_t at = forked.branches_count++;
    struct forked_branch *branch = &forked.branches[at];
    check(at < FORKED_BRANCHES);
    branch->device = forked.devices[of];
    branch->store = store_memory_new();
    branch->txn = store_memory_begin(branch->store, true);
    journal_device_init(&branch->device, &forked.journal, of + 1,
                        of == FORKED_COUNTER ? forked.counter : ROLE_KITCHEN, NULL);
    journal_open(branch->txn, &forked.journal, &branch->device);
    const struct event second = second_of(of);
    (void)write_on(branch->txn, &branch->device, &second);
    check(hash_equal(&branch->device.head.hash, &forked.devices[of].head.hash));
    return at;
}

struct operation forked_write(uint32_t branch, const struct event *event)
{
    return write_on(forked.branches[branch].txn, &forked.branches[branch].device, event);
}

struct operation forked_plain(uint32_t branch, uint32_t type)
{
    const struct event event = forked_event(type);
    return forked_write(branch, &event);
}

struct operation forked_say(uint32_t device, const struct event *event)
{
    return write_on(forked.txn, &forked.devices[device], event);
}

static struct hash hash_at(uint32_t branch, uint64_t seq)
{
    const struct forked_branch *of = &forked.branches[branch];
    struct log_head at;
    check(log_head_at(of->txn, &forked.journal.popup, &of->device.head, seq, &at) == 0);
    return at.hash;
}

void forked_read(uint32_t branch, uint64_t first, uint64_t last)
{
    const struct forked_branch *of = &forked.branches[branch];
    check(run_read_to(of->txn, of->device.head.log, first, last, RUN_BYTES_MAX, &forked.run) == 0);
}

/* The owner carries all of @branch from the fork on; the place of the carrier. */
struct operation forked_carry(uint32_t branch)
{
    const struct forked_branch *of = &forked.branches[branch];
    const struct hash before = hash_at(branch, FORK_SEQ - 1);
    struct bytes body;
    forked_read(branch, FORK_SEQ, of->device.head.seq);
    check(run_last_seq(&forked.run) == of->device.head.seq);
    check(salvage_encode(&forked.run, &of->device.head.key, &before, forked.body,
                         sizeof forked.body, &body) == 0);
    (void)journal_state(forked.txn, &forked.journal, &forked.devices[FORKED_OWNER], EVENT_SALVAGE,
                        body);
    return log_head_operation(&forked.devices[FORKED_OWNER].head);
}

static struct fork_proof proof_of(uint32_t branch, struct hash *event_hash)
{
    forked_read(branch, FORK_SEQ, FORK_SEQ);
    *event_hash = chain_event_hash(forked.run.events[0].bytes);
    return (struct fork_proof){.first_seq = FORK_SEQ,
                               .before = hash_at(branch, FORK_SEQ - 1),
                               .count = 1,
                               .event_hashes = event_hash,
                               .signature = forked.run.signature};
}

void forked_state(uint32_t one, uint32_t other)
{
    const struct journal_device *device = &forked.branches[one].device;
    struct hash hashes[2];
    struct log_fork fork = {.log = device->head.log, .seq = FORK_SEQ, .log_key = device->head.key};
    struct bytes body;
    fork.proofs[0] = proof_of(one, &hashes[0]);
    fork.proofs[1] = proof_of(other, &hashes[1]);
    check(log_fork_encode(&fork, forked.body, sizeof forked.body, &body) == 0);
    (void)journal_state(forked.txn, &forked.journal, &forked.devices[FORKED_OWNER], EVENT_LOG_FORK,
                        body);
}

const struct history *forked_fold(void)
{
    const struct entity_id order = forked_entity(1);
    check(roster_load(&forked.roster, forked.txn, &forked.journal.popup, &forked.journal.root) ==
          0);
    check(history_load(forked.history, forked.txn, &forked.roster, KIND_ORDER, &order) == 0);
    return forked.history;
}

bool forked_has(const struct operation *id)
{
    return history_find(forked.history, id) >= 0;
}

bool forked_saw(const struct operation *late, const struct operation *early)
{
    const int32_t b = history_find(forked.history, late), a = history_find(forked.history, early);
    check(a >= 0 && b >= 0);
    return history_saw(forked.history, (uint32_t)b, (uint32_t)a);
}

/* Branch 0 is told by the test; branch 1 has one event, so that the fork can be proven. */
static void forked_begin_as(uint64_t order, enum role counter)
{
    forked_begin(order, counter);
    (void)forked_branch(FORKED_COUNTER);
    (void)forked_branch(FORKED_COUNTER);
    (void)forked_plain(1, EVENT_CANCEL);
}

void forked_begin_elsewhere(uint64_t order)
{
    forked_begin_as(order, ROLE_COUNTER);
}

void forked_begin_at_gateway(uint64_t order)
{
    forked_begin_as(order, ROLE_GATEWAY);
}

void forked_begin_here(void)
{
    forked_begin_elsewhere(1);
}

void forked_carry_first(void)
{
    forked_state(0, 1);
    (void)forked_carry(0);
    (void)forked_fold();
}
