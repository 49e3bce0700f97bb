/* A file that was handed in: an archive, a backup, or else an export. */
#include <stdio.h>
#include <string.h>

#include "node/archive/archive.h"
#include "node/archive/backup.h"
#include "node/archive/prove.h"
#include "node/cli/cli.h"
#include "node/cli/verify_scratch.h"

static const struct {
    const char *magic;
    const char *kind;
    int (*prove)(FILE *file, const struct proof_listener *listener, struct proof_sums *ret_sums);
} formats[] = {{ARCHIVE_MAGIC, "archive", archive_prove}, {BACKUP_MAGIC, "backup", backup_prove}};

enum { FORMATS = sizeof formats / sizeof formats[0], MAGIC_BYTES_MAX = 32 };

struct listening {
    const char *path;
    struct findings *findings;
    struct verify_scratch *scratch;
};

static void on_finding(void *context, const char *kind, const struct proof_place *place,
                       const char *what)
{
    const struct listening *listening = context;
    if (place->log == 0) {
        findings_add(listening->findings, kind, "%s: record %llu: %s", listening->path,
                     (unsigned long long)place->record, what);
    } else {
        findings_add(listening->findings, kind, "%s: record %llu: journal %016llx, event %llu: %s",
                     listening->path, (unsigned long long)place->record,
                     (unsigned long long)place->log, (unsigned long long)place->seq, what);
    }
}

static void on_event(void *context, const struct log_head *head, uint64_t seq,
                     const struct hash *hash, struct bytes bytes)
{
    const struct listening *listening = context;
    verify_scratch_add(listening->scratch, head, seq, hash, bytes);
}

/* The place in formats[]; FORMATS = none of them. */
static size_t format_of(FILE *file)
{
    char start[MAGIC_BYTES_MAX];
    const size_t size = fread(start, 1, sizeof start, file);
    size_t at = 0;
    rewind(file);
    while (at < FORMATS && (size < strlen(formats[at].magic) ||
                            memcmp(start, formats[at].magic, strlen(formats[at].magic)) != 0)) {
        at++;
    }
    return at;
}

/* What is damaged proves nothing of its receipts. */
static int prove(FILE *file, size_t format, struct listening *listening,
                 struct proof_sums *ret_sums)
{
    const struct proof_listener listener = {
        .found = on_finding, .event = on_event, .context = listening};
    const uint32_t found = listening->findings->count;
    int err = formats[format].prove(file, &listener, ret_sums);
    if (err == 0 && listening->findings->count == found) {
        err = verify_scratch_judge(listening->scratch, &ret_sums->popup, &ret_sums->root,
                                   listening->findings);
    }
    return err == 0 ? EXIT_DONE : tell_failure(listening->path, err);
}

int verify_file(const char *path, struct verify_keep *keep, struct findings *findings,
                struct verified_file *ret_file)
{
    struct listening listening = {.path = path, .findings = findings};
    struct proof_sums sums = {.logs = 0};
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return tell_no_file(path);
    }
    const size_t format = format_of(file);
    if (format == FORMATS) {
        (void)fclose(file);
        return verify_export(path, keep, findings, ret_file);
    }
    int status = verify_scratch_open(path, keep == NULL ? NULL : keep->keeps, &listening.scratch);
    if (status == EXIT_DONE) {
        status = prove(file, format, &listening, &sums);
    }
    verify_scratch_hand_over(listening.scratch, keep);
    (void)fclose(file);
    *ret_file = (struct verified_file){.kind = formats[format].kind,
                                       .events = sums.events,
                                       .signatures = sums.signatures,
                                       .logs = sums.logs};
    return status;
}
