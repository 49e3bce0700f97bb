/* trestle archive: the journals in one file, to keep and to prove. */

#include "node/archive/archive.h"
#include "node/cli/days.h"
#include "node/cli/output.h"

static void show_progress(uint64_t events)
{
    tell("%llu events", (unsigned long long)events);
}

static int write_file(const char *path, struct journal *journal, const struct archive_head *head)
{
    struct output output;
    int err = output_begin(&output, path);
    if (err != 0) {
        return err;
    }
    return output_end(&output, archive_write(output.file, journal->txn, head, show_progress));
}

static int tell_archive(int err, const char *path)
{
    switch (err) {
    case 0:
        tell("%s is written; trestle verify checks it", path);
        return EXIT_DONE;
    case ERR_STATE:
        tell("that day was not closed; close it first (trestle day close), or leave out --day");
        return EXIT_FAILED;
    case ERR_GAP:
        tell("not all of that day is on this device yet; link it to the others first");
        return EXIT_FAILED;
    default:
        return tell_failure(path, err);
    }
}

int command_archive(const struct args *args)
{
    char state[PATH_BYTES_MAX];
    struct journal journal;
    uint64_t day;
    int status = day_flag(args, &day);
    if (status == EXIT_DONE) {
        status = output_may_replace(args, args->words[0]);
    }
    if (status == EXIT_DONE) {
        status = place_state(args, state);
    }
    if (status == EXIT_DONE) {
        status = journal_open_state(state, &journal);
    }
    if (status != EXIT_DONE) {
        return status;
    }
    struct archive_head head = {
        .popup = journal.popup, .root = journal.root, .epoch_ms = journal.epoch_ms, .day = day};
    status = day_check(&journal, day);
    if (status == EXIT_DONE) {
        status = tell_archive(write_file(args->words[0], &journal, &head), args->words[0]);
    }
    journal_close(&journal);
    return status;
}
