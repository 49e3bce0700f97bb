/* trestle backup: what a device can go on from, in one file, also while the node runs. */
#include <stdio.h>

#include "node/archive/backup.h"
#include "node/cli/cli.h"
#include "node/cli/journal.h"
#include "node/cli/output.h"

static void show_progress(uint64_t events)
{
    tell("%llu events", (unsigned long long)events);
}

static int write_file(const char *path, struct journal *journal, bool is_damaged,
                      struct backup_sums *ret_sums)
{
    const struct backup_head head = {
        .popup = journal->popup, .root = journal->root, .epoch_ms = journal->epoch_ms};
    struct output output;
    int err = output_begin(&output, path);
    if (err != 0) {
        return err;
    }
    return output_end(&output, backup_write(output.file, journal->txn, &head, is_damaged,
                                            show_progress, ret_sums));
}

static int tell_backup(const struct args *args, int err, const struct backup_sums *sums)
{
    const char *path = args->words[0];
    if (err == ERR_MALFORMED) {
        tell("the disk spoilt a part of it: let the node run and fetch that from the others, or "
             "take what is whole with --damaged FOLDER/store");
        return EXIT_FAILED;
    }
    if (err == ERR_NOT_FOUND) {
        tell("%s: there is no such folder", path);
        return EXIT_FAILED;
    }
    if (err != 0) {
        return tell_failure(path, err);
    }
    if (args_has(args, "json")) {
        (void)printf("{\"logs\":%llu,\"events\":%llu,\"lost\":%llu}\n",
                     (unsigned long long)sums->logs, (unsigned long long)sums->events,
                     (unsigned long long)sums->lost);
    }
    tell("%s holds %llu events of %llu journals, and no keys: keep a copy of `keys` elsewhere",
         path, (unsigned long long)sums->events, (unsigned long long)sums->logs);
    if (sums->lost > 0) {
        tell("%llu events are not in it, from a spoilt one on to the end of each journal",
             (unsigned long long)sums->lost);
    }
    return EXIT_DONE;
}

int command_backup(const struct args *args)
{
    char state[PATH_BYTES_MAX];
    struct journal journal;
    struct backup_sums sums = {.logs = 0};
    const char *damaged = args_flag(args, "damaged");
    int status = output_may_replace(args, args->words[0]);
    if (status == EXIT_DONE && damaged == NULL) {
        status = place_state(args, state);
    }
    if (status == EXIT_DONE) {
        status = damaged == NULL ? journal_open_state(state, &journal)
                                 : journal_open_store(damaged, &journal);
    }
    if (status != EXIT_DONE) {
        return status;
    }
    int err = write_file(args->words[0], &journal, damaged != NULL, &sums);
    journal_close(&journal);
    return tell_backup(args, err, &sums);
}
