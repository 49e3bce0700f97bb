/* replica_meta.c - what this store is: the rows of TABLE_META, held against what the host says.
 *
 * "sum" is a hash of those that never change. Where another row differs from what the host says and
 * the sum does not, the disk spoilt that row; where only the sum differs, the sum. Where both do,
 * the store is another pop-up's, or newer software's. A store of before there was a sum gets one
 * when all its rows fit.
 */
#include <string.h>

#include "sync/replica/replica_state.h"

enum { FACT_BYTES_MAX = 32, FACTS = 4, INCARNATION_BYTES = 8, FOLD_BYTES = 4 };

/* A row that never changes, as it has to be. */
struct fact {
    const char *name;
    uint8_t data[FACT_BYTES_MAX];
    size_t size;
};

static void facts_of(const struct replica_config *config, struct fact ret_facts[FACTS])
{
    ret_facts[0] = (struct fact){.name = "format", .size = 4};
    put_be32(ret_facts[0].data, STORE_FORMAT);
    ret_facts[1] = (struct fact){.name = "popup", .size = sizeof config->popup.bytes};
    memcpy(ret_facts[1].data, config->popup.bytes, sizeof config->popup.bytes);
    ret_facts[2] = (struct fact){.name = "root", .size = sizeof config->root.bytes};
    memcpy(ret_facts[2].data, config->root.bytes, sizeof config->root.bytes);
    ret_facts[3] = (struct fact){.name = "epoch", .size = 8};
    put_be64(ret_facts[3].data, (uint64_t)config->epoch_ms);
}

static struct bytes fact_bytes(const struct fact *fact)
{
    return bytes_of(fact->data, fact->size);
}

static struct hash sum_of(const struct fact facts[FACTS])
{
    struct bytes parts[FACTS];
    struct hash sum;
    for (size_t i = 0; i < FACTS; i++) {
        parts[i] = fact_bytes(&facts[i]);
    }
    hash_parts(sum.bytes, sizeof sum.bytes, parts, FACTS);
    return sum;
}

/* What stands in a row, against what should. */
enum row_state { ROW_RIGHT, ROW_MISSING, ROW_WRONG };

static int row_look(struct store_txn *txn, const char *name, struct bytes value,
                    enum row_state *ret_state)
{
    struct bytes stored;
    int err = store_get(txn, TABLE_META, bytes_of_text(name), &stored);
    if (err != 0 && err != ERR_NOT_FOUND) {
        return err;
    }
    *ret_state = ROW_MISSING;
    if (err == 0) {
        *ret_state = bytes_equal(stored, value) ? ROW_RIGHT : ROW_WRONG;
    }
    return 0;
}

static int row_put(struct replica *replica, struct store_txn *txn, const char *name,
                   struct bytes value)
{
    replica->is_turn_written = true;
    return store_put(txn, TABLE_META, bytes_of_text(name), value);
}

/* Write the row unless it is right; @wrong counts those that said something else. */
static int row_set(struct replica *replica, struct store_txn *txn, const char *name,
                   struct bytes value, uint32_t *wrong)
{
    enum row_state state;
    int err = row_look(txn, name, value, &state);
    *wrong += err == 0 && state == ROW_WRONG ? 1 : 0;
    return err != 0 || state == ROW_RIGHT ? err : row_put(replica, txn, name, value);
}

/* Cursors that screens hold die with the store: its incarnation is the first boot's random. A
 * spoilt one only has them read all again. */
static int incarnation_set(struct replica *replica, struct store_txn *txn, uint32_t *wrong)
{
    struct bytes stored;
    int err = store_get(txn, TABLE_META, bytes_of_text("incarnation"), &stored);
    if (err == 0 && stored.size == INCARNATION_BYTES) {
        return 0;
    }
    *wrong += err == 0 ? 1 : 0;
    return err != 0 && err != ERR_NOT_FOUND
               ? err
               : row_put(replica, txn, "incarnation",
                         bytes_of(replica->config.boot, INCARNATION_BYTES));
}

/* ERR_MISMATCH: by more than one row the store is another one. */
static int facts_expect(struct store_txn *txn, const struct fact facts[FACTS],
                        const struct hash *sum)
{
    enum row_state state = ROW_RIGHT;
    enum row_state sum_state = ROW_RIGHT;
    uint32_t wrong = 0;
    int err = row_look(txn, "sum", bytes_of(sum->bytes, sizeof sum->bytes), &sum_state);
    for (size_t i = 0; i < FACTS && err == 0; i++) {
        err = row_look(txn, facts[i].name, fact_bytes(&facts[i]), &state);
        wrong += err == 0 && state == ROW_WRONG ? 1 : 0;
    }
    return err == 0 && wrong > 0 && sum_state != ROW_RIGHT ? ERR_MISMATCH : err;
}

/* Make all rows but the fold version right; @wrong counts those that were not. */
static int rows_set(struct replica *replica, struct store_txn *txn, const struct fact facts[FACTS],
                    const struct hash *sum, uint32_t *wrong)
{
    int err = 0;
    for (size_t i = 0; i < FACTS && err == 0; i++) {
        err = row_set(replica, txn, facts[i].name, fact_bytes(&facts[i]), wrong);
    }
    if (err == 0) {
        err = row_set(replica, txn, "sum", bytes_of(sum->bytes, sizeof sum->bytes), wrong);
    }
    return err == 0 ? incarnation_set(replica, txn, wrong) : err;
}

static void tell_mended(const struct replica *replica, uint32_t wrong, struct effects *out)
{
    if (wrong > 0) {
        effects_alarm(out, ALARM_DAMAGE_HEALED, 0, 0, replica->device);
    }
}

int replica_meta_open(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    struct fact facts[FACTS];
    uint8_t fold[FOLD_BYTES];
    enum row_state fold_state = ROW_RIGHT;
    uint32_t wrong = 0;
    facts_of(&replica->config, facts);
    const struct hash sum = sum_of(facts);
    put_be32(fold, FOLD_VERSION);
    int err = facts_expect(txn, facts, &sum);
    if (err == 0) {
        err = rows_set(replica, txn, facts, &sum, &wrong);
    }
    if (err == 0) {
        err = row_look(txn, "fold", bytes_of(fold, sizeof fold), &fold_state);
    }
    if (err == 0 && fold_state == ROW_MISSING) {
        err = row_put(replica, txn, "fold", bytes_of(fold, sizeof fold));
    }
    if (err != 0) {
        return err;
    }
    tell_mended(replica, wrong, out);
    return fold_state == ROW_WRONG ? ERR_VERSION : 0;
}

int replica_meta_look(struct replica *replica, struct store_txn *txn, struct effects *out)
{
    struct fact facts[FACTS];
    uint8_t fold[FOLD_BYTES];
    uint32_t wrong = 0;
    facts_of(&replica->config, facts);
    const struct hash sum = sum_of(facts);
    put_be32(fold, FOLD_VERSION);
    int err = rows_set(replica, txn, facts, &sum, &wrong);
    if (err == 0) {
        err = row_set(replica, txn, "fold", bytes_of(fold, sizeof fold), &wrong);
    }
    if (err == 0) {
        tell_mended(replica, wrong, out);
    }
    return err;
}
