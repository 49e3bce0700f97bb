#include "sync/mesh/acks.h"

#include <string.h>

enum { MARK_KEY_SIZE = 4 + 8 };

struct mark_key {
    uint8_t bytes[MARK_KEY_SIZE];
};

static struct ack_device *device_find(struct acks *acks, uint64_t device)
{
    for (uint32_t i = 0; i < acks->count; i++) {
        if (acks->devices[i].device == device) {
            return &acks->devices[i];
        }
    }
    return NULL;
}

static struct ack_device *device_take(struct acks *acks, uint64_t device)
{
    struct ack_device *found = device_find(acks, device);
    if (found != NULL || acks->count == DEVICES_MAX) {
        return found;
    }
    acks->devices[acks->count].device = device;
    return &acks->devices[acks->count++];
}

bool acks_note(struct acks *acks, uint64_t device, uint32_t slot, uint64_t seq)
{
    struct ack_device *holder = device_take(acks, device);
    if (holder == NULL || holder->seq[slot] >= seq) {
        return false;
    }
    holder->seq[slot] = seq;
    return true;
}

bool acks_revoke(struct acks *acks, uint64_t device, bool is_revoked)
{
    struct ack_device *holder = is_revoked ? device_take(acks, device) : device_find(acks, device);
    if (holder == NULL || holder->is_revoked == is_revoked) {
        return false;
    }
    holder->is_revoked = is_revoked;
    return true;
}

/* How many devices hold @slot up to @seq: this one, the log's own (it signed after its own commit),
 * and who said so; none that is revoked. */
static uint32_t holders_of(const struct acks *acks, const struct log_head *head, uint32_t slot,
                           uint64_t seq, uint64_t own_device)
{
    uint32_t holders = head->device == own_device ? 1 : 2;
    for (uint32_t i = 0; i < acks->count; i++) {
        const struct ack_device *holder = &acks->devices[i];
        if (holder->device == own_device) {
            continue;
        }
        if (holder->device == head->device) {
            holders -= holder->is_revoked ? 1 : 0;
        } else if (!holder->is_revoked && holder->seq[slot] >= seq) {
            holders++;
        }
    }
    return holders;
}

/* The highest of the acknowledged seqs, or our own head, that enough devices hold. */
static uint64_t mark_of(const struct acks *acks, const struct log_head *head, uint32_t slot,
                        uint64_t own_device, uint32_t copies)
{
    uint64_t best = 0;
    if (holders_of(acks, head, slot, head->seq, own_device) >= copies) {
        return head->seq;
    }
    for (uint32_t i = 0; i < acks->count; i++) {
        uint64_t seq = acks->devices[i].seq[slot];
        if (seq > best && seq <= head->seq &&
            holders_of(acks, head, slot, seq, own_device) >= copies) {
            best = seq;
        }
    }
    return best;
}

bool acks_update_mark(struct acks *acks, const struct vector *vector, uint32_t slot,
                      uint64_t own_device, uint32_t copies)
{
    uint64_t mark = mark_of(acks, &vector->heads[slot], slot, own_device, copies);
    const bool is_anew = acks->is_anew[slot];
    acks->is_anew[slot] = false;
    if (is_anew ? mark == acks->mark[slot] : mark <= acks->mark[slot]) {
        return false;
    }
    acks->mark[slot] = mark;
    acks->is_unsaved[slot] = true;
    return true;
}

static struct mark_key mark_key_of(uint64_t log)
{
    struct mark_key key;
    memcpy(key.bytes, "mark", 4);
    put_be64(key.bytes + 4, log);
    return key;
}

int acks_load_marks(struct acks *acks, const struct vector *vector, struct store_txn *txn)
{
    for (uint32_t slot = 0; slot < vector->count; slot++) {
        struct mark_key key = mark_key_of(vector->heads[slot].log);
        struct bytes value;
        int err = store_get(txn, TABLE_LOCAL, bytes_of(key.bytes, sizeof key.bytes), &value);
        if (err == 0 && value.size == 8) {
            acks->mark[slot] = get_be64(value.data);
        } else if (err != 0 && err != ERR_NOT_FOUND) {
            return err;
        }
    }
    return 0;
}

int acks_store_marks(struct acks *acks, const struct vector *vector, struct store_txn *txn)
{
    for (uint32_t slot = 0; slot < vector->count; slot++) {
        if (!acks->is_unsaved[slot]) {
            continue;
        }
        struct mark_key key = mark_key_of(vector->heads[slot].log);
        uint8_t value[8];
        put_be64(value, acks->mark[slot]);
        int err = store_put(txn, TABLE_LOCAL, bytes_of(key.bytes, sizeof key.bytes),
                            bytes_of(value, sizeof value));
        if (err != 0) {
            return err;
        }
        acks->is_unsaved[slot] = false;
    }
    return 0;
}
