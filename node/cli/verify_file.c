/* A file that was handed in: an archive, a backup, or else an export. */
#include <stdio.h>
#include <string.h>

#include "node/archive/archive.h"
#include "node/archive/backup.h"
#include "node/archive/prove.h"
#include "node/cli/cli.h"
#include "node/cli/reply.h"
#include "node/cli/verify_store.h"

static const struct {
    const char *magic;
    const char *kind;
    int (*prove)(FILE *file, const struct proof_listener *listener, struct proof_sums *ret_sums);
} formats[] = {{ARCHIVE_MAGIC, "archive", archive_prove}, {BACKUP_MAGIC, "backup", backup_prove}};

enum { FORMATS = sizeof formats / sizeof formats[0], MAGIC_BYTES_MAX = 32 };

struct listening {
    const char *path;
    struct findings *findings;
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

int verify_file(const char *path, struct findings *findings, struct verified_file *ret_file)
{
    struct listening listening = {.path = path, .findings = findings};
    const struct proof_listener listener = {.found = on_finding, .context = &listening};
    struct proof_sums sums;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return tell_no_file(path);
    }
    const size_t format = format_of(file);
    if (format == FORMATS) {
        (void)fclose(file);
        return verify_export(path, findings, ret_file);
    }
    const int err = formats[format].prove(file, &listener, &sums);
    (void)fclose(file);
    *ret_file = (struct verified_file){.kind = formats[format].kind,
                                       .events = sums.events,
                                       .signatures = sums.signatures,
                                       .logs = sums.logs};
    return err == 0 ? EXIT_DONE : tell_failure(path, err);
}
