/* trestle archive: the journals in one file, to keep and to prove. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/archive/archive.h"
#include "node/cli/cli.h"
#include "node/cli/journal.h"

static void show_progress(uint64_t events)
{
    tell("%llu events", (unsigned long long)events);
}

/* The file is whole and durable, or not there under that name. */
static int write_file(const char *path, struct journal *journal, const struct archive_head *head)
{
    char fresh[PATH_BYTES_MAX];
    int size = snprintf(fresh, sizeof fresh, "%s.new", path);
    if (size < 0 || (size_t)size >= sizeof fresh)
        return ERR_TOO_LARGE;
    FILE *file = fopen(fresh, "we");
    if (file == NULL)
        return errno == EACCES ? ERR_FORBIDDEN : ERR_IO;
    int err = archive_write(file, journal->txn, head, show_progress);
    if (err == 0 && (fflush(file) != 0 || fsync(fileno(file)) != 0))
        err = ERR_IO;
    if (fclose(file) != 0 && err == 0)
        err = ERR_IO;
    if (err == 0 && rename(fresh, path) != 0)
        err = ERR_IO;
    if (err != 0)
        (void)unlink(fresh);
    return err;
}

static int tell_archive(int err, const char *path)
{
    switch (err) {
    case 0:
        tell("%s is written; tests/verifier/verify.py checks it", path);
        return EXIT_DONE;
    case ERR_STATE:
        tell("that day is not closed");
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
    const char *day = args_flag(args, "day");
    int status = place_state(args, state);
    if (status == EXIT_DONE)
        status = journal_open(state, &journal);
    if (status != EXIT_DONE)
        return status;
    struct archive_head head = {.popup = journal.popup,
                                .root = journal.root,
                                .epoch_ms = journal.epoch_ms,
                                .day = day == NULL ? 0 : strtoull(day, NULL, 10)};
    int err = write_file(args->words[0], &journal, &head);
    journal_close(&journal);
    return tell_archive(err, args->words[0]);
}
