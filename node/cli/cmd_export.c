/* trestle export: every event of the store as JSON lines, for verifiers that share no code with us.
 */
#include <stdio.h>
#include <stdlib.h>

#include <sodium.h>

#include "node/cli/cli.h"
#include "node/cli/journal.h"
#include "sync/base/check.h"
#include "sync/log/run.h"

static void print_hex(const char *name, const uint8_t *bytes, size_t size)
{
    (void)printf("\"%s\":\"", name);
    for (size_t i = 0; i < size; i++)
        (void)printf("%02x", bytes[i]);
    (void)putchar('"');
}

static void print_base64(struct bytes bytes)
{
    static char text[2 * EVENT_SALVAGE_BYTES_MAX];
    check(bytes.size <= EVENT_SALVAGE_BYTES_MAX);
    (void)sodium_bin2base64(text, sizeof text, bytes.data, bytes.size,
                            sodium_base64_VARIANT_ORIGINAL);
    (void)printf("\"%s\"", text);
}

static void print_head(const struct journal *journal)
{
    (void)printf("{\"trestle\":1,");
    print_hex("popup", journal->popup.bytes, sizeof journal->popup.bytes);
    (void)putchar(',');
    print_hex("root", journal->root.bytes, sizeof journal->root.bytes);
    (void)printf(",\"epoch\":%lld}\n", (long long)journal->epoch_ms);
}

static int print_event(struct store_txn *txn, struct bytes key, struct bytes row)
{
    struct hash hash;
    struct bytes event, signature;
    uint64_t log = 0, seq = 0;
    int err = key_event_parse(key, &log, &seq);
    if (err == 0)
        err = event_row_parse(row, &hash, &event);
    if (err != 0)
        return err;
    (void)printf("{\"log\":\"%016llx\",\"seq\":%llu,\"event\":", (unsigned long long)log,
                 (unsigned long long)seq);
    print_base64(event);
    (void)fputs(",\"sig\":", stdout);
    err = store_get(txn, TABLE_SIG, key, &signature);
    if (err == 0)
        print_base64(signature);
    else
        (void)fputs("null", stdout);
    (void)fputs("}\n", stdout);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int print_events(struct store_txn *txn)
{
    struct store_cursor cursor;
    struct bytes key, row;
    int err = store_cursor_open(txn, TABLE_LOG, &cursor);
    if (err != 0)
        return err;
    while ((err = store_cursor_next(&cursor, &key, &row)) == 0) {
        err = print_event(txn, key, row);
        if (err != 0)
            break;
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

int command_export(const struct args *args)
{
    char state[PATH_BYTES_MAX];
    struct journal journal;
    int status = place_state(args, state);
    if (status == EXIT_DONE)
        status = journal_open(state, &journal);
    if (status != EXIT_DONE)
        return status;
    print_head(&journal);
    int err = print_events(journal.txn);
    journal_close(&journal);
    if (err == 0 && fflush(stdout) != 0)
        err = ERR_IO;
    return err == 0 ? EXIT_DONE : tell_failure(state, err);
}
