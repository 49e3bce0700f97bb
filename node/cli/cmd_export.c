/* trestle export: every event of the store as JSON lines, for verifiers that share no code with us;
 * or events, orders, lines, payments, deductions and stock as rows for spreadsheets and other
 * programs. */
#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "node/cli/days.h"
#include "node/cli/export.h"
#include "node/cli/output.h"
#include "node/cli/set_aside.h"
#include "sync/base/check.h"
#include "sync/log/run.h"

static void print_hex(FILE *to, const char *name, const uint8_t *bytes, size_t size)
{
    (void)fprintf(to, "\"%s\":\"", name);
    for (size_t i = 0; i < size; i++) {
        (void)fprintf(to, "%02x", bytes[i]);
    }
    (void)fputc('"', to);
}

static void print_base64(FILE *to, struct bytes bytes)
{
    static char text[2 * EVENT_SALVAGE_BYTES_MAX];
    check(bytes.size <= EVENT_SALVAGE_BYTES_MAX);
    (void)sodium_bin2base64(text, sizeof text, bytes.data, bytes.size,
                            sodium_base64_VARIANT_ORIGINAL);
    (void)fprintf(to, "\"%s\"", text);
}

static void print_head(FILE *to, const struct journal *journal)
{
    (void)fprintf(to, "{\"trestle\":1,");
    print_hex(to, "popup", journal->popup.bytes, sizeof journal->popup.bytes);
    (void)fputc(',', to);
    print_hex(to, "root", journal->root.bytes, sizeof journal->root.bytes);
    (void)fprintf(to, ",\"epoch\":%lld}\n", (long long)journal->epoch_ms);
}

static int print_event(FILE *to, struct store_txn *txn, struct bytes key, struct bytes row)
{
    struct hash hash;
    struct bytes event, signature;
    uint64_t log = 0, seq = 0;
    int err = key_event_parse(key, &log, &seq);
    if (err == 0) {
        err = event_row_parse(row, &hash, &event);
    }
    if (err != 0) {
        return err;
    }
    (void)fprintf(to, "{\"log\":\"%016llx\",\"seq\":%llu,\"event\":", (unsigned long long)log,
                  (unsigned long long)seq);
    print_base64(to, event);
    (void)fputs(",\"sig\":", to);
    err = store_get(txn, TABLE_SIG, key, &signature);
    if (err == 0) {
        print_base64(to, signature);
    } else {
        (void)fputs("null", to);
    }
    (void)fputs("}\n", to);
    return err == ERR_NOT_FOUND ? 0 : err;
}

static int print_events(FILE *to, struct store_txn *txn)
{
    struct store_cursor cursor;
    struct bytes key, row;
    int err = store_cursor_open(txn, TABLE_LOG, &cursor);
    if (err != 0) {
        return err;
    }
    while ((err = store_cursor_next(&cursor, &key, &row)) == 0) {
        err = print_event(to, txn, key, row);
        if (err != 0) {
            break;
        }
    }
    store_cursor_close(&cursor);
    return err == ERR_NOT_FOUND ? 0 : err;
}

/* What the flags say. */
struct wish {
    const struct export_kind *kind; /* NULL: the journal itself, with its signatures */
    bool is_csv;
    uint64_t day;
};

static bool wish_read(const struct args *args, struct wish *wish)
{
    const char *format = args_flag(args, "format"), *what = args_flag(args, "what");
    *wish = (struct wish){.is_csv = format != NULL && strcmp(format, "csv") == 0};
    if (day_flag(args, &wish->day) != EXIT_DONE) {
        return false;
    }
    if (what != NULL || wish->is_csv) {
        wish->kind = export_kind_find(what == NULL ? "events" : what);
    }
    if (format != NULL && !wish->is_csv && strcmp(format, "jsonl") != 0) {
        tell("--format is jsonl or csv");
    } else if (what != NULL && wish->kind == NULL) {
        tell("--what is events, orders, lines, payments, deductions or stock");
    } else if (wish->day != EXPORT_ANY_DAY && (wish->kind == NULL || !wish->kind->has_days)) {
        tell("--day goes with --what orders, lines, payments or deductions");
    } else {
        return true;
    }
    return false;
}

static int write_wish(FILE *to, const struct wish *wish, const struct journal *journal)
{
    struct table table;
    int err = 0;
    if (wish->kind == NULL) {
        print_head(to, journal);
        err = print_events(to, journal->txn);
    } else {
        table_begin(&table, to, !wish->is_csv, wish->kind->columns);
        err = wish->kind->write(journal, wish->day, &table);
        table_close(&table);
    }
    return err == 0 && (fflush(to) != 0 || ferror(to) != 0) ? ERR_FULL : err;
}

static int write_file(const char *path, const struct wish *wish, const struct journal *journal)
{
    struct output output;
    int err = output_begin(&output, path);
    return err != 0 ? err : output_end(&output, write_wish(output.file, wish, journal));
}

/* To the file @path, NULL = to stdout. */
static int export_to(const char *path, const struct wish *wish, const struct journal *journal,
                     const char *state)
{
    const int err =
        path == NULL ? write_wish(stdout, wish, journal) : write_file(path, wish, journal);
    return err == 0 ? EXIT_DONE : tell_failure(path == NULL ? state : path, err);
}

/* Rows of the state are what they were where this device's software dies of what came after. */
static void tell_aside(const struct wish *wish, const char *state)
{
    struct aside aside = {.count = 0};
    if (wish->kind != NULL && wish->kind->is_folded) {
        set_aside_load(state, &aside);
    }
    if (aside.count > 0) {
        tell("%u orders or records are written as they were: trestle verify names them",
             aside.count);
    }
}

int command_export(const struct args *args)
{
    char state[PATH_BYTES_MAX];
    struct journal journal;
    struct wish wish;
    const char *path = args->words_count > 0 ? args->words[0] : NULL;
    if (!wish_read(args, &wish)) {
        return EXIT_USAGE;
    }
    int status = path == NULL ? EXIT_DONE : output_may_replace(args, path);
    if (status == EXIT_DONE) {
        status = place_state(args, state);
    }
    if (status == EXIT_DONE) {
        status = journal_open_state(state, &journal);
    }
    if (status != EXIT_DONE) {
        return status;
    }
    status = day_check(&journal, wish.day);
    if (status == EXIT_DONE) {
        status = export_to(path, &wish, &journal, state);
        tell_aside(&wish, state);
    }
    journal_close(&journal);
    return status;
}
