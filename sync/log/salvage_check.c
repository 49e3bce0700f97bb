/* The table of what salvages carry is checked from its rows back to the salvages; the other way is
 * salvage_is_indexed(), which finds what is lacking. */
#include "sync/log/salvage_rows.h"

/* The salvage at @carrier; ERR_MISMATCH: there is none, or it is void. ERR_IO. */
static int carrier_get(struct store_txn *txn, const struct log_place *carrier,
                       struct salvage *ret_salvage)
{
    struct hash hash;
    struct bytes bytes;
    struct event event;
    const int err = event_get(txn, carrier->log, carrier->seq, &hash, &bytes);
    if (err != 0) {
        return err == ERR_IO ? ERR_IO : ERR_MISMATCH;
    }
    const bool is_salvage = event_decode(bytes, &event) == 0 && event.type == EVENT_SALVAGE &&
                            salvage_decode(event.body, ret_salvage) == 0;
    return is_salvage ? 0 : ERR_MISMATCH;
}

/* Whether no other event of the same number has a row by the same carrier: the one that it carries
 * has one, so any other is wrong. */
static int is_only_one(struct store_txn *txn, const struct salvaged_row *row, bool *ret_is)
{
    const struct operation from = {.log = row->id.log, .seq = row->id.seq};
    struct salvage_cursor cursor;
    struct salvaged_row other;
    uint32_t count = 0;
    int err = salvage_of_log(&cursor, txn, &from, &other);
    if (err != 0) {
        return err;
    }
    while (err == 0 && other.id.seq == row->id.seq) {
        count += other.carrier.log == row->carrier.log && other.carrier.seq == row->carrier.seq;
        err = salvage_row_next(&cursor, &other);
    }
    salvage_cursor_close(&cursor);
    *ret_is = count == 1;
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int identity_is_right(struct store_txn *txn, const struct salvaged_row *row, bool *ret_is)
{
    struct salvage salvage;
    const int err = carrier_get(txn, &row->carrier, &salvage);
    *ret_is = err == 0 && salvage.log == row->id.log && salvage.first_seq == row->first_seq &&
              row->position < salvage.count && row->id.seq == salvage.first_seq + row->position &&
              memcmp(salvage.before.bytes, row->before, sizeof row->before) == 0;
    if (err == ERR_MISMATCH) {
        return 0;
    }
    return err == 0 && *ret_is ? is_only_one(txn, row, ret_is) : err;
}

/* What is found by entity is found by its identity, and is of that entity. */
static int entity_is_right(struct store_txn *txn, const struct salvaged_row *row, bool *ret_is)
{
    uint8_t key[SALVAGE_IDENTITY_KEY_BYTES] = {SALVAGE_ROW_BY_IDENTITY};
    struct salvaged_row twin;
    struct bytes value;
    salvage_put_place(salvage_put_identity(key + 1, &row->id), row->carrier.log, row->carrier.seq);
    const int err = store_get(txn, TABLE_SALVAGE, bytes_of(key, sizeof key), &value);
    *ret_is = err == 0 && salvage_row_parse(bytes_of(key, sizeof key), value, &twin) == 0 &&
              twin.position == row->position && twin.type != EVENT_NONE &&
              memcmp(&twin.entity, &row->entity, sizeof twin.entity) == 0;
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int carrier_is_right(struct store_txn *txn, struct bytes key, bool *ret_is)
{
    struct salvage salvage;
    struct hash hash;
    struct bytes bytes;
    *ret_is = false;
    if (key.size != SALVAGE_CARRIER_KEY_BYTES) {
        return 0;
    }
    int err = event_get(txn, get_be64(key.data + 1), get_be40(key.data + 9), &hash, &bytes);
    if (err == 0) {
        err = salvage_of_event(txn, bytes, &salvage);
    }
    *ret_is = err == 0;
    return err == ERR_IO ? ERR_IO : 0;
}

/* Its sum is looked at with its log; here, whether anything of that log is carried. */
static int size_is_right(struct store_txn *txn, struct bytes key, bool *ret_is)
{
    struct salvage_cursor cursor;
    struct salvaged_row row;
    *ret_is = false;
    if (key.size != SALVAGE_SIZE_KEY_BYTES) {
        return 0;
    }
    const struct operation from = {.log = get_be64(key.data + 1)};
    const int err = salvage_of_log(&cursor, txn, &from, &row);
    *ret_is = err == 0;
    if (err == 0) {
        salvage_cursor_close(&cursor);
    }
    return err == ERR_IO ? ERR_IO : 0;
}

int salvage_row_is_right(struct store_txn *txn, struct bytes key, struct bytes value, bool *ret_is)
{
    struct salvaged_row row;
    int err = 0;
    *ret_is = false;
    switch (key.data[0]) {
    case SALVAGE_ROW_BY_ENTITY:
        err = salvage_row_parse(key, value, &row);
        return err == 0 ? entity_is_right(txn, &row, ret_is) : 0;
    case SALVAGE_ROW_BY_IDENTITY:
        err = salvage_row_parse(key, value, &row);
        err = err == 0 ? identity_is_right(txn, &row, ret_is) : 0;
        return err == ERR_IO ? ERR_IO : 0;
    case SALVAGE_ROW_BY_CARRIER:
        return carrier_is_right(txn, key, ret_is);
    case SALVAGE_ROW_SIZE:
        return size_is_right(txn, key, ret_is);
    default:
        return 0;
    }
}

bool salvage_row_entity(struct bytes key, struct entity_id *ret_entity)
{
    const bool is = key.size == SALVAGE_ENTITY_KEY_BYTES && key.data[0] == SALVAGE_ROW_BY_ENTITY;
    if (is) {
        memcpy(ret_entity->bytes, key.data + 1, ENTITY_ID_BYTES);
    }
    return is;
}
