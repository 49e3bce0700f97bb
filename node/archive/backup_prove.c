/* The proof of a backup: each journal's runs in their order, as a peer would check them. */
#include <stdlib.h>

#include "node/archive/backup.h"
#include "node/archive/backup_records.h"
#include "node/archive/proof.h"

struct backup_proof {
    struct proof proof; /* first: the takers are given it */
    struct run run;
};

static void take_head(struct proof *proof, struct reader *reader)
{
    proof_take_head(proof, reader, BACKUP_VERSION);
}

/* Journals stand in ascending order, so one that comes again is smaller. */
static void begin_log(struct proof *proof, const struct run *run)
{
    const bool is_again = proof->sums.logs > 0 && run->log < proof->head.log;
    proof->head = (struct log_head){.log = run->log};
    proof->is_broken = false;
    proof->sums.logs++;
    if (is_again) {
        proof_break(proof, "duplicate", "the journal is out of place");
    } else if (run->first_seq != 1) {
        proof_break(proof, "lost", "the journal does not begin with its first event");
    } else {
        proof_open_log(proof, run->log, run->events[0].bytes);
    }
}

static void tell_run(const struct proof *proof, const struct run *run)
{
    for (uint32_t i = 0; i < run->count; i++) {
        proof_tell_event(proof, run->first_seq + i, &run->events[i].hash, run->events[i].bytes);
    }
}

static void check_run(struct proof *proof, struct run *run)
{
    struct log_head after;
    if (run->first_seq != proof->head.seq + 1) {
        proof_break(proof, run->first_seq <= proof->head.seq ? "duplicate" : "lost",
                    "the numbers have a hole after it");
    } else if (run_verify(run, &proof->sums.popup, &proof->head, &after) != 0) {
        proof_break(proof, "edited", "the run after it is not what was signed");
    } else {
        proof->head = after;
        proof->sums.signatures++;
        tell_run(proof, run);
    }
}

static void take_run(struct proof *proof, struct reader *reader)
{
    struct run *run = &((struct backup_proof *)proof)->run;
    if (backup_run_read(reader, run) != 0) {
        proof_stop(proof, "edited", "a record cannot be read");
        return;
    }
    proof->sums.events += run->count;
    if (proof->sums.logs == 0 || run->log != proof->head.log) {
        begin_log(proof, run);
    }
    if (!proof->is_broken) {
        check_run(proof, run);
    }
}

int backup_prove(FILE *file, const struct proof_listener *listener, struct proof_sums *ret_sums)
{
    static void (*const take[])(struct proof *, struct reader *) = {NULL, take_head, take_run,
                                                                    proof_take_end};
    static const struct proof_kinds kinds = {
        .magic = BACKUP_MAGIC, .count = BACKUP_END, .take = take};
    struct backup_proof *backup = calloc(1, sizeof *backup);
    *ret_sums = (struct proof_sums){.logs = 0};
    if (backup == NULL) {
        return ERR_NO_MEMORY;
    }
    backup->proof.listener = listener;
    const int err = proof_run(&backup->proof, file, &kinds);
    *ret_sums = backup->proof.sums;
    free(backup);
    return err;
}
