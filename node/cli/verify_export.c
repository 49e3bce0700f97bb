/* The journal from its export alone: chain and signatures of every log, from the root down. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "node/cli/cli.h"
#include "node/cli/reply.h"
#include "node/cli/verify_scratch.h"
#include "node/json/hex.h"
#include "sync/roster/statement.h"

enum { LINE_BYTES_MAX = 256 * 1024 };

struct checking {
    const char *path;
    unsigned line;
    struct popup_id popup;
    struct public_key root;
    struct findings *findings;
    struct verified_file *sums;
    struct verify_keep *keep;
    struct verify_scratch *scratch;
    /* The log of the last line. */
    uint64_t log, seq, signed_seq;
    bool is_broken;       /* said already; the rest of it proves nothing */
    struct log_head head; /* whose it is */
    struct hash hash;
    uint8_t event[EVENT_SALVAGE_BYTES_MAX];
    size_t event_size;
};

static void find(struct checking *checking, const char *kind, const char *what)
{
    findings_add(checking->findings, kind, "%s:%u: journal %016llx, event %llu: %s", checking->path,
                 checking->line, (unsigned long long)checking->log,
                 (unsigned long long)checking->seq, what);
    checking->is_broken = true;
}

static bool id_read(const struct reply_node *line, const char *name, uint8_t *to, size_t size)
{
    return hex_read(bytes_of_text(reply_text(line, name)), to, size);
}

static bool base64_read(const char *text, uint8_t *to, size_t capacity, size_t *ret_size)
{
    return sodium_base642bin(to, capacity, text, strlen(text), NULL, ret_size, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0;
}

static bool head_read(struct checking *checking, const struct reply_node *line)
{
    if (reply_number(line, "trestle") != 1 ||
        !id_read(line, "popup", checking->popup.bytes, POPUP_ID_BYTES) ||
        !id_read(line, "root", checking->root.bytes, PUBLIC_KEY_BYTES)) {
        return false;
    }
    struct popup_id popup = popup_id_of_root(&checking->root);
    return memcmp(popup.bytes, checking->popup.bytes, POPUP_ID_BYTES) == 0;
}

/* A log ends: every event must lie under a signature. */
static void log_end(struct checking *checking)
{
    if (checking->seq > 0 && !checking->is_broken && checking->signed_seq != checking->seq) {
        find(checking, "edited", "the journal does not end on a signature");
    }
}

static void log_begin(struct checking *checking, uint64_t log)
{
    log_end(checking);
    checking->log = log;
    checking->seq = checking->signed_seq = 0;
    checking->is_broken = false;
    checking->sums->logs++;
}

/* The first event says whose log it is, and is signed by a device that the root vouches for. */
static void log_open_read(struct checking *checking, const struct event *event)
{
    struct log_open open;
    int err = event->type != EVENT_LOG_OPEN
                  ? ERR_MALFORMED
                  : log_open_verify(event->body, &checking->popup, &checking->root, &open);
    if (err != 0 || id64_of_key(&open.log_key) != checking->log) {
        find(checking, "edited", "its first event does not open it");
        return;
    }
    log_head_init(&checking->head, &checking->popup, &open.log_key,
                  id64_of_key(&open.certificate.device_key), open.incarnation);
    checking->hash = checking->head.hash;
}

static void signature_check(struct checking *checking, const char *text)
{
    struct signature signature;
    size_t size = 0;
    if (!base64_read(text, signature.bytes, sizeof signature.bytes, &size) ||
        size != sizeof signature.bytes ||
        head_verify(&signature, &checking->popup, checking->log, checking->seq, &checking->hash,
                    &checking->head.key) != 0) {
        find(checking, "edited", "the signature is wrong: an event up to here was changed");
        return;
    }
    checking->signed_seq = checking->seq;
    checking->sums->signatures++;
}

static void event_check(struct checking *checking, const struct reply_node *line)
{
    struct event event;
    uint64_t seq = (uint64_t)reply_number(line, "seq");
    if (seq != checking->seq + 1) {
        checking->seq++;
        find(checking, seq <= checking->seq ? "duplicate" : "lost", "the numbers have a hole");
        return;
    }
    checking->seq = seq;
    if (!base64_read(reply_text(line, "event"), checking->event, sizeof checking->event,
                     &checking->event_size) ||
        event_decode(bytes_of(checking->event, checking->event_size), &event) != 0) {
        find(checking, "edited", "this is no event");
        return;
    }
    if (seq == 1) {
        log_open_read(checking, &event);
    }
    if (checking->is_broken) {
        return;
    }
    struct hash eh = chain_event_hash(bytes_of(checking->event, checking->event_size));
    checking->hash = chain_next(&checking->hash, &eh);
    verify_scratch_add(checking->scratch, &checking->head, seq, &checking->hash,
                       bytes_of(checking->event, checking->event_size));
    const char *signature = reply_text(line, "sig");
    if (signature[0] != '\0') {
        signature_check(checking, signature);
    }
}

static void line_check(struct checking *checking, const struct reply_node *line)
{
    uint8_t id[8];
    if (!id_read(line, "log", id, sizeof id)) {
        find(checking, "edited", "this is no line of an export");
        return;
    }
    uint64_t log = get_be64(id);
    if (log != checking->log || checking->sums->logs == 0) {
        log_begin(checking, log);
    }
    checking->sums->events++;
    if (!checking->is_broken) {
        event_check(checking, line);
    }
}

static bool line_read(struct checking *checking, FILE *file, char *buffer, struct reply **ret_line)
{
    if (fgets(buffer, LINE_BYTES_MAX, file) == NULL) {
        return false;
    }
    const struct text line = {.data = buffer, .size = strlen(buffer)};
    checking->line++;
    *ret_line = reply_new(&line);
    return true;
}

static bool head_check(struct checking *checking, FILE *file, char *buffer)
{
    struct reply *line = NULL;
    const bool is_export =
        line_read(checking, file, buffer, &line) && head_read(checking, reply_root(line));
    reply_free(line);
    return is_export;
}

static void lines_check(struct checking *checking, FILE *file, char *buffer)
{
    struct reply *line = NULL;
    while (line_read(checking, file, buffer, &line)) {
        line_check(checking, reply_root(line));
        reply_free(line);
    }
    log_end(checking);
}

/* What is no export costs no store. */
static int export_check(struct checking *checking, FILE *file, char *buffer)
{
    const uint32_t found = checking->findings->count;
    if (!head_check(checking, file, buffer)) {
        tell("%s is no export of a pop-up", checking->path);
        return EXIT_FAILED;
    }
    const int status = verify_scratch_open(
        checking->path, checking->keep == NULL ? NULL : checking->keep->keeps, &checking->scratch);
    if (status != EXIT_DONE) {
        return status;
    }
    lines_check(checking, file, buffer);
    /* What is damaged proves nothing of its receipts. */
    int err = ferror(file) != 0 ? ERR_IO : 0;
    if (err == 0 && checking->findings->count == found) {
        err = verify_scratch_judge(checking->scratch, &checking->popup, &checking->root,
                                   checking->findings);
    }
    return err == 0 ? EXIT_DONE : tell_failure(checking->path, err);
}

int verify_export(const char *path, struct verify_keep *keep, struct findings *findings,
                  struct verified_file *ret_file)
{
    struct checking *checking = calloc(1, sizeof *checking);
    char *buffer = malloc(LINE_BYTES_MAX);
    FILE *file = fopen(path, "re");
    *ret_file = (struct verified_file){.kind = "export"};
    int status = EXIT_DONE;
    if (checking == NULL || buffer == NULL || file == NULL) {
        status = file == NULL ? tell_no_file(path) : tell_failure(path, ERR_NO_MEMORY);
    } else {
        checking->path = path;
        checking->keep = keep;
        checking->findings = findings;
        checking->sums = ret_file;
        status = export_check(checking, file, buffer);
        verify_scratch_hand_over(checking->scratch, keep);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    free(buffer);
    free(checking);
    return status;
}
