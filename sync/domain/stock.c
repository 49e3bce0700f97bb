#include "sync/domain/stock.h"

#include <string.h>

/* --- accounts --- */

void stock_reset(struct stock *stock)
{
    memset(stock, 0, offsetof(struct stock, accounts));
}

bool stock_is_empty(const struct stock *stock)
{
    return stock->accounts_count == 0 && !stock->is_counted && !stock->is_opaque;
}

static int account_compare(const struct stock_account *account, uint64_t issuer, uint64_t log)
{
    if (account->issuer != issuer) {
        return account->issuer < issuer ? -1 : 1;
    }
    return account->log < log ? -1 : account->log > log;
}

uint32_t stock_account_place(const struct stock *stock, uint64_t issuer, uint64_t log)
{
    uint32_t low = 0;
    uint32_t high = stock->accounts_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (account_compare(&stock->accounts[middle], issuer, log) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct stock_account *stock_account_find(const struct stock *stock, uint64_t issuer,
                                               uint64_t log)
{
    const uint32_t place = stock_account_place(stock, issuer, log);
    const bool is_there =
        place < stock->accounts_count && account_compare(&stock->accounts[place], issuer, log) == 0;
    return is_there ? &stock->accounts[place] : NULL;
}

/* In a full table the last gives way. Whoever was put out stays out, since the accounts that are
 * mentioned only become more: so the result does not depend on the order. */
struct stock_account *stock_account(struct stock *stock, uint64_t issuer, uint64_t log)
{
    const uint32_t place = stock_account_place(stock, issuer, log);
    struct stock_account *account = &stock->accounts[place];
    if (place < stock->accounts_count && account_compare(account, issuer, log) == 0) {
        return account;
    }
    stock->is_cut_short |= stock->accounts_count == STOCK_ACCOUNTS_MAX;
    if (place == STOCK_ACCOUNTS_MAX) {
        return NULL;
    }
    const uint32_t kept =
        stock->accounts_count < STOCK_ACCOUNTS_MAX ? stock->accounts_count : STOCK_ACCOUNTS_MAX - 1;
    memmove(account + 1, account, (kept - place) * sizeof *account);
    stock->accounts_count = kept + 1;
    *account = (struct stock_account){.issuer = issuer, .log = log};
    return account;
}

/* --- the row --- */

enum {
    ROW_VERSION = 1,
    ROW_FIELDS = 5,
    COUNTED_FIELDS = 3,
    ACCOUNT_FIELDS = 8,
    FLAG_IS_OPAQUE = 1,
    FLAG_IS_CUT = 2,
    FLAG_IS_REEMITTED = 4,
    FLAGS_ALL = FLAG_IS_OPAQUE | FLAG_IS_CUT | FLAG_IS_REEMITTED,
};

static void write_counted(struct writer *writer, const struct stock *stock)
{
    if (!stock->is_counted) {
        write_nil(writer);
        return;
    }
    write_array(writer, COUNTED_FIELDS);
    write_uint(writer, stock->counted);
    write_uint(writer, stock->counted_t);
    write_operation(writer, &stock->counted_id);
}

static void write_account(struct writer *writer, const struct stock_account *account)
{
    write_array(writer, ACCOUNT_FIELDS);
    write_id64(writer, account->issuer);
    write_id64(writer, account->log);
    write_int(writer, account->added);
    write_uint(writer, account->received);
    write_uint(writer, account->given);
    write_uint(writer, account->taken);
    write_uint(writer, account->undone);
    write_uint(writer, account->forced);
}

int stock_encode(const struct stock *stock, void *buffer, size_t capacity, struct bytes *ret_row)
{
    struct writer writer;
    writer_init(&writer, buffer, capacity);
    write_array(&writer, ROW_FIELDS);
    write_uint(&writer, ROW_VERSION);
    write_uint(&writer, (stock->is_opaque ? FLAG_IS_OPAQUE : 0u) |
                            (stock->is_cut_short ? FLAG_IS_CUT : 0u) |
                            (stock->has_reemitted ? FLAG_IS_REEMITTED : 0u));
    write_uint(&writer, stock->item);
    write_counted(&writer, stock);
    write_array(&writer, stock->accounts_count);
    for (uint32_t i = 0; i < stock->accounts_count; i++) {
        write_account(&writer, &stock->accounts[i]);
    }
    return writer_finish(&writer, ret_row);
}

static void read_counted(struct reader *reader, struct stock *stock)
{
    stock->is_counted = !read_nil(reader);
    if (stock->is_counted) {
        (void)read_array(reader, COUNTED_FIELDS, COUNTED_FIELDS);
        stock->counted = read_uint(reader, STOCK_UNITS_MAX);
        stock->counted_t = read_uint(reader, UINT64_MAX);
        stock->counted_id = read_operation(reader);
    }
}

/* 2^30 events of STOCK_UNITS_MAX units each stay below, far more than a log's allowance holds; and
 * the sums of a row that a disk damaged can still be added up. */
#define SUM_MAX (INT64_C(1) << 50)

static void read_account(struct reader *reader, struct stock *stock, uint32_t at)
{
    struct stock_account *account = &stock->accounts[at];
    (void)read_array(reader, ACCOUNT_FIELDS, ACCOUNT_FIELDS);
    account->issuer = read_id64(reader);
    account->log = read_id64(reader);
    account->added = read_int(reader, -SUM_MAX, SUM_MAX);
    account->received = read_uint(reader, SUM_MAX);
    account->given = read_uint(reader, SUM_MAX);
    account->taken = read_uint(reader, SUM_MAX);
    account->undone = read_uint(reader, SUM_MAX);
    account->forced = read_uint(reader, SUM_MAX);
    if (at > 0 && account_compare(account - 1, account->issuer, account->log) >= 0) {
        reader_fail(reader, ERR_MALFORMED);
    }
}

int stock_decode(struct stock *stock, struct bytes row)
{
    struct reader reader;
    stock_reset(stock);
    reader_init(&reader, row);
    (void)read_array(&reader, ROW_FIELDS, ROW_FIELDS);
    if (read_uint(&reader, ROW_VERSION) != ROW_VERSION) {
        reader_fail(&reader, ERR_MALFORMED);
    }
    const uint64_t flags = read_uint(&reader, FLAGS_ALL);
    stock->is_opaque = (flags & FLAG_IS_OPAQUE) != 0;
    stock->is_cut_short = (flags & FLAG_IS_CUT) != 0;
    stock->has_reemitted = (flags & FLAG_IS_REEMITTED) != 0;
    stock->item = read_uint(&reader, UINT64_MAX);
    read_counted(&reader, stock);
    const uint32_t count = read_array(&reader, 0, STOCK_ACCOUNTS_MAX);
    for (uint32_t i = 0; i < count && reader.err == 0; i++) {
        read_account(&reader, stock, i);
    }
    stock->accounts_count = count;
    if (reader_finish(&reader) != 0) {
        stock_reset(stock);
        return ERR_MALFORMED;
    }
    return 0;
}

int stock_get(struct stock *stock, struct store_txn *txn, const struct entity_id *entity)
{
    const struct key key = key_state(KIND_STOCK, entity);
    struct bytes row;
    const int err = store_get(txn, TABLE_STATE, key_bytes(&key), &row);
    if (err != 0) {
        stock_reset(stock);
        return err;
    }
    return stock_decode(stock, row);
}
