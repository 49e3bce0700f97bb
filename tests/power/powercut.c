/* powercut.c - replays what a node wrote up to a power cut, and looks at what is left.
 *
 *   powercut <image> <trace> <marks> <work> <states> <seed> [<kept> <count>]
 *
 *   image    the folder as it was before the trace began
 *   trace    what disk.c recorded of the node's life
 *   marks    a line "<bytes of trace> <journal> <seq>" for each order that was acknowledged: the
 *            trace was that long when the answer came, so any cut from there on must keep it
 *   work     an empty folder, best in memory
 *   kept     a folder that gets some of the states, for a node to start on: <count> of them,
 * evenly, and those just behind each step of the fence, before the commit that crosses it;
 *            "<kept>/<nth>" is one, and "<kept>/<nth>.cut" how long the trace was
 *
 * A state is what a disk may hold after a power cut: everything that was flushed, and of what was
 * written since then any subset, each write whole or torn at 512 bytes (a disk's atomic unit).
 * LMDB's pages go through fdatasync() and its meta page through an O_DSYNC descriptor. Cuts are
 * drawn half around flushes, where the order of writes matters, half anywhere.
 *
 * Every state must open, its journals and folded state must verify, and every acknowledged order
 * must be in it. Exit status 0, or 1 after the first states that break that, each with its seed.
 */
#define _XOPEN_SOURCE 700
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/cli/cli.h"
#include "node/cli/verify_store.h"
#include "sync/base/check.h"
#include "tests/lib/prng.h"
#include "tests/power/trace.h"

enum {
    FILES_MAX = 4096,
    SECTOR_BYTES = 512,
    BROKEN_SHOWN_MAX = 5,
    MARKS_MAX = 100000,
    STATES_TOLD = 5000
};

static void fail(const char *what, const char *which)
{
    (void)fprintf(stderr, "powercut: %s: %s: %s\n", what, which, strerror(errno));
    exit(2);
}

/* --- files in memory --- */

struct file {
    char *name; /* below the folder; NULL = the number is not used */
    bool exists;
    uint8_t *data;
    size_t size, room;
};

struct disk {
    unsigned count;
    struct file files[FILES_MAX];
};

static struct file *disk_find(struct disk *disk, const char *name)
{
    for (unsigned i = 0; i < disk->count; i++) {
        if (strcmp(disk->files[i].name, name) == 0) {
            return &disk->files[i];
        }
    }
    check(disk->count < FILES_MAX);
    struct file *file = &disk->files[disk->count++];
    *file = (struct file){.name = strdup(name)};
    return file;
}

static void file_resize(struct file *file, size_t size)
{
    if (size > file->room) {
        file->room = size * 2;
        file->data = realloc(file->data, file->room);
        check(file->data != NULL);
    }
    if (size > file->size) {
        memset(file->data + file->size, 0, size - file->size);
    }
    file->size = size;
    file->exists = true;
}

/* What is made under its name later begins empty. */
static void file_remove(struct file *file)
{
    file->exists = false;
    file->size = 0;
}

static void file_put(struct file *file, uint64_t offset, const uint8_t *bytes, size_t size)
{
    if (offset + size > file->size) {
        file_resize(file, offset + size);
    }
    file->exists = true;
    if (size > 0) {
        memcpy(file->data + offset, bytes, size);
    }
}

static void disk_copy(struct disk *to, const struct disk *from)
{
    for (unsigned i = 0; i < to->count; i++) {
        to->files[i].exists = false;
    }
    for (unsigned i = 0; i < from->count; i++) {
        const struct file *source = &from->files[i];
        struct file *file = disk_find(to, source->name);
        if (source->exists) {
            file->size = 0;
            file_resize(file, source->size);
            file_put(file, 0, source->data, source->size);
        }
    }
}

static uint8_t *bytes_of_file(const char *path, size_t *ret_size)
{
    FILE *stream = fopen(path, "rb");
    struct stat about;
    if (stream == NULL || fstat(fileno(stream), &about) != 0) {
        fail("cannot read", path);
    }
    *ret_size = (size_t)about.st_size;
    uint8_t *data = malloc(*ret_size + 1);
    check(data != NULL);
    if (fread(data, 1, *ret_size, stream) != *ret_size) {
        fail("cannot read", path);
    }
    data[*ret_size] = '\0';
    (void)fclose(stream);
    return data;
}

/* nftw() has no context of its own. */
static struct disk *image_disk;
static size_t image_prefix;

static int image_take(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)where;
    if (kind != FTW_F || !S_ISREG(about->st_mode) || strstr(path, "lock.mdb") != NULL) {
        return 0;
    }
    size_t size;
    uint8_t *data = bytes_of_file(path, &size);
    struct file *file = disk_find(image_disk, path + image_prefix);
    file_resize(file, size);
    file_put(file, 0, data, size);
    free(data);
    return 0;
}

static void image_read(struct disk *disk, const char *folder)
{
    image_disk = disk;
    image_prefix = strlen(folder) + 1;
    if (nftw(folder, image_take, 16, FTW_PHYS) != 0) {
        fail("cannot read", folder);
    }
}

static void make_parents(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST) {
            fail("cannot make", path);
        }
        *slash = '/';
    }
}

static void disk_write_out(const struct disk *disk, const char *folder)
{
    char path[PATH_BYTES_MAX];
    for (unsigned i = 0; i < disk->count; i++) {
        const struct file *file = &disk->files[i];
        (void)snprintf(path, sizeof path, "%s/%s", folder, file->name);
        (void)unlink(path);
        if (!file->exists) {
            continue;
        }
        make_parents(path);
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (fd < 0 || write(fd, file->data, file->size) != (ssize_t)file->size || close(fd) != 0) {
            fail("cannot write", path);
        }
    }
}

/* --- the trace --- */

struct step {
    struct trace_record head;
    const uint8_t *bytes;
    uint64_t end; /* bytes of trace up to here */
};

struct trace {
    uint8_t *data;
    size_t count;
    struct step *steps;
    char *names[FILES_MAX]; /* by the recorder's numbers */
};

static void trace_read(struct trace *trace, const char *path)
{
    size_t size;
    size_t room = 0;
    *trace = (struct trace){.data = bytes_of_file(path, &size)};
    for (size_t at = 0; at + sizeof(struct trace_record) <= size;) {
        struct step step;
        memcpy(&step.head, trace->data + at, sizeof step.head);
        at += sizeof step.head;
        if (step.head.size > size - at) {
            break; /* the process died within it */
        }
        step.bytes = trace->data + at;
        at += step.head.size;
        step.end = at;
        check(step.head.file < FILES_MAX);
        if (step.head.kind == TRACE_FILE) {
            trace->names[step.head.file] = strndup((const char *)step.bytes, step.head.size);
        }
        if (trace->count == room) {
            room = room == 0 ? 4096 : room * 2;
            trace->steps = realloc(trace->steps, room * sizeof *trace->steps);
            check(trace->steps != NULL);
        }
        trace->steps[trace->count++] = step;
    }
}

static struct file *step_file(struct disk *disk, const struct trace *trace, const struct step *step)
{
    return disk_find(disk, trace->names[step->head.file]);
}

/* Of a write only the sectors that @prng leaves standing; NULL = all of it. */
static void step_write(struct file *file, const struct step *step, struct prng *prng)
{
    uint64_t offset = step->head.offset;
    for (size_t at = 0; at < step->head.size;) {
        size_t left = step->head.size - at;
        size_t sector = SECTOR_BYTES - (size_t)((offset + at) % SECTOR_BYTES);
        size_t size = sector < left ? sector : left;
        if (prng == NULL || prng_one_in(prng, 2)) {
            file_put(file, offset + at, step->bytes + at, size);
        }
        at += size;
    }
}

static void step_rename(struct disk *disk, struct file *from, const struct step *step)
{
    char name[PATH_BYTES_MAX];
    (void)snprintf(name, sizeof name, "%.*s", (int)step->head.size, (const char *)step->bytes);
    struct file *to = disk_find(disk, name);
    if (!from->exists) {
        return;
    }
    file_resize(to, from->size);
    file_put(to, 0, from->data, from->size);
    to->size = from->size;
    file_remove(from);
}

static void step_apply(struct disk *disk, const struct trace *trace, const struct step *step,
                       struct prng *torn)
{
    struct file *file = step_file(disk, trace, step);
    switch ((enum trace_kind)step->head.kind) {
    case TRACE_WRITE:
        step_write(file, step, torn);
        break;
    case TRACE_TRUNCATE:
        file_resize(file, (size_t)step->head.offset);
        break;
    case TRACE_RENAME:
        step_rename(disk, file, step);
        break;
    case TRACE_UNLINK:
        file_remove(file);
        break;
    case TRACE_FILE:
    case TRACE_FLUSH:
    case TRACE_FOLDER:
        break;
    }
}

/* --- what is certain, and what is not --- */

/* The disk as far as it is certain after `taken` steps, and those whose bytes may be lost. */
struct progress {
    const struct trace *trace;
    struct disk disk;
    size_t taken;
    size_t pending_count;
    size_t *pending; /* steps, in order */
};

static bool is_of_names(const struct step *step)
{
    return step->head.kind == TRACE_RENAME || step->head.kind == TRACE_UNLINK;
}

/* Whether @flush makes the pending @step certain. */
static bool is_made_certain(const struct step *flush, const struct step *step)
{
    if (flush->head.kind == TRACE_FOLDER) {
        return is_of_names(step);
    }
    return !is_of_names(step) && step->head.file == flush->head.file;
}

static void progress_flush(struct progress *progress, const struct step *flush)
{
    size_t kept = 0;
    for (size_t i = 0; i < progress->pending_count; i++) {
        const struct step *step = &progress->trace->steps[progress->pending[i]];
        if (is_made_certain(flush, step)) {
            step_apply(&progress->disk, progress->trace, step, NULL);
        } else {
            progress->pending[kept++] = progress->pending[i];
        }
    }
    progress->pending_count = kept;
}

static void progress_to(struct progress *progress, size_t cut)
{
    for (; progress->taken < cut; progress->taken++) {
        const struct step *step = &progress->trace->steps[progress->taken];
        bool is_flush = step->head.kind == TRACE_FLUSH || step->head.kind == TRACE_FOLDER;
        if (is_flush) {
            progress_flush(progress, step);
        } else if (step->head.kind == TRACE_WRITE && step->head.is_flushed) {
            step_apply(&progress->disk, progress->trace, step, NULL);
        } else if (step->head.kind != TRACE_FILE) {
            progress->pending[progress->pending_count++] = progress->taken;
        }
    }
}

enum loss { LOSE_ALL, LOSE_NONE, LOSE_SOME, LOSE_SOME_TORN, LOSS_COUNT };

/* One disk that a cut here may leave. The newest write may be under way even when its descriptor
 * flushes: it is torn as the others are. */
static void state_draw(const struct progress *progress, struct prng *prng, struct disk *state)
{
    enum loss loss = (enum loss)prng_below(prng, LOSS_COUNT);
    disk_copy(state, &progress->disk);
    for (size_t i = 0; i < progress->pending_count && loss != LOSE_ALL; i++) {
        const struct step *step = &progress->trace->steps[progress->pending[i]];
        bool is_torn = loss == LOSE_SOME_TORN && prng_one_in(prng, 2);
        if (loss == LOSE_NONE || prng_one_in(prng, 2)) {
            step_apply(state, progress->trace, step, is_torn ? prng : NULL);
        }
    }
    if (progress->taken < progress->trace->count && prng_one_in(prng, 2)) {
        const struct step *step = &progress->trace->steps[progress->taken];
        if (step->head.kind == TRACE_WRITE) {
            step_apply(state, progress->trace, step, prng);
        }
    }
}

/* --- what must hold --- */

struct mark {
    uint64_t trace_bytes, log, seq;
};

static size_t marks_read(const char *path, struct mark *marks)
{
    FILE *stream = fopen(path, "r");
    size_t count = 0;
    unsigned long long bytes, log, seq;
    if (stream == NULL) {
        fail("cannot read", path);
    }
    while (fscanf(stream, "%llu %llx %llu", &bytes, &log, &seq) == 3) {
        check(count < MARKS_MAX);
        marks[count++] = (struct mark){bytes, log, seq};
    }
    (void)fclose(stream);
    return count;
}

static bool has_event(const struct verified_store *store, const struct mark *mark)
{
    for (uint32_t i = 0; i < store->logs_count; i++) {
        if (store->logs[i].head.log == mark->log) {
            return store->logs[i].head.seq >= mark->seq;
        }
    }
    return false;
}

/* How many orders that were acknowledged before the cut the store lacks. */
static size_t marks_missing(const struct verified_store *store, const struct mark *marks,
                            size_t count, uint64_t trace_bytes)
{
    size_t missing = 0;
    for (size_t i = 0; i < count && marks[i].trace_bytes <= trace_bytes; i++) {
        missing += has_event(store, &marks[i]) ? 0 : 1;
    }
    return missing;
}

/* Look at the state in @folder; false, and said why, when it is not what it must be. */
static bool state_holds(const char *folder, const struct mark *marks, size_t marks_count,
                        uint64_t trace_bytes, char *ret_why, size_t why_size)
{
    static struct verified_store store;
    static struct findings findings;
    findings.count = 0;
    int status = verify_store(folder, &findings, &store);
    if (status != EXIT_DONE) {
        (void)snprintf(ret_why, why_size, "the store does not open (status %d)", status);
        return false;
    }
    size_t missing = marks_missing(&store, marks, marks_count, trace_bytes);
    journal_close(&store.journal);
    if (findings.count > 0) {
        (void)snprintf(ret_why, why_size, "%s: %s", findings.items[0].kind, findings.items[0].text);
    } else if (missing > 0) {
        (void)snprintf(ret_why, why_size, "%zu acknowledged orders are lost", missing);
    }
    return findings.count == 0 && missing == 0;
}

/* As state_holds(), in a process of its own: LMDB aborts on some of what a store that does not
 * flush leaves behind, and that is a finding, too. */
static bool state_survives(const char *folder, const struct mark *marks, size_t marks_count,
                           uint64_t trace_bytes, char *ret_why, size_t why_size)
{
    int ends[2];
    int status = 0;
    if (pipe(ends) != 0) {
        fail("cannot make", "a pipe");
    }
    (void)fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        int nothing = open("/dev/null", O_WRONLY);
        (void)dup2(nothing, STDERR_FILENO);
        bool holds = state_holds(folder, marks, marks_count, trace_bytes, ret_why, why_size);
        _exit(!holds && write(ends[1], ret_why, strlen(ret_why)) >= 0 ? 1 : 0);
    }
    (void)close(ends[1]);
    ssize_t size = read(ends[0], ret_why, why_size - 1);
    ret_why[size > 0 ? size : 0] = '\0';
    (void)close(ends[0]);
    if (child < 0 || waitpid(child, &status, 0) != child) {
        fail("cannot wait for", "a process");
    }
    if (WIFSIGNALED(status)) {
        (void)snprintf(ret_why, why_size, "looking at it ended with signal %d", WTERMSIG(status));
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* --- all of it --- */

static int compare_cuts(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static bool is_flushing(const struct step *step)
{
    return step->head.kind == TRACE_FLUSH || step->head.is_flushed != 0;
}

/* A cut: so many steps were begun. Half of them lie at a flush or just beside it. */
static size_t cut_draw(const struct trace *trace, struct prng *prng)
{
    size_t cut = (size_t)prng_below(prng, trace->count) + 1;
    if (prng_one_in(prng, 2)) {
        return cut;
    }
    while (cut < trace->count && !is_flushing(&trace->steps[cut])) {
        cut++;
    }
    return cut + (size_t)prng_below(prng, 2) <= trace->count ? cut + (size_t)prng_below(prng, 2)
                                                             : trace->count;
}

/* --- states that a node is started on --- */

static const char fence_name[] = "fence";

/* Whether after @cut steps a new fence is on the disk, and nothing since. */
static bool is_at_fence(const struct trace *trace, size_t cut)
{
    const struct step *last = &trace->steps[cut - 1];
    if (cut < 2 || last->head.kind != TRACE_FOLDER) {
        return false;
    }
    const struct step *before = &trace->steps[cut - 2];
    return before->head.kind == TRACE_RENAME && before->head.size == strlen(fence_name) &&
           memcmp(before->bytes, fence_name, before->head.size) == 0;
}

/* The last of @cuts are moved to where the fence had just gone on. */
static void cuts_add_fences(const struct trace *trace, size_t *cuts, size_t count)
{
    size_t left = count / 2;
    for (size_t cut = 1; cut <= trace->count && left > 0; cut++) {
        if (is_at_fence(trace, cut)) {
            cuts[count - left--] = cut;
        }
    }
}

struct keeping {
    const char *folder; /* NULL = none are kept */
    size_t every, count;
};

static void state_keep(struct keeping *keeping, const struct disk *state, uint64_t trace_bytes)
{
    char path[PATH_BYTES_MAX];
    (void)snprintf(path, sizeof path, "%s/%zu", keeping->folder, keeping->count);
    disk_write_out(state, path);
    (void)snprintf(path, sizeof path, "%s/%zu.cut", keeping->folder, keeping->count++);
    FILE *stream = fopen(path, "w");
    if (stream == NULL || fprintf(stream, "%llu\n", (unsigned long long)trace_bytes) < 0 ||
        fclose(stream) != 0) {
        fail("cannot write", path);
    }
}

int main(int argc, char **argv)
{
    static struct trace trace;
    static struct progress progress;
    static struct disk state;
    static struct mark marks[MARKS_MAX];
    if (argc != 7 && argc != 9) {
        (void)fprintf(stderr, "usage: powercut IMAGE TRACE MARKS WORK STATES SEED [KEPT COUNT]\n");
        return 2;
    }
    size_t states = strtoul(argv[5], NULL, 10);
    struct keeping keeping = {.folder = argc == 9 ? argv[7] : NULL};
    const size_t kept_wanted = argc == 9 ? strtoul(argv[8], NULL, 10) : 0;
    keeping.every = kept_wanted == 0 || kept_wanted > states ? 1 : states / kept_wanted;
    struct prng prng = {strtoull(argv[6], NULL, 10)};
    trace_read(&trace, argv[2]);
    size_t marks_count = marks_read(argv[3], marks);
    progress.trace = &trace;
    progress.pending = calloc(trace.count + 1, sizeof *progress.pending);
    size_t *cuts = calloc(states + 1, sizeof *cuts);
    check(progress.pending != NULL && cuts != NULL && trace.count > 0);
    image_read(&progress.disk, argv[1]);
    for (size_t i = 0; i < states; i++) {
        cuts[i] = cut_draw(&trace, &prng);
    }
    if (keeping.folder != NULL) {
        cuts_add_fences(&trace, cuts, states);
    }
    qsort(cuts, states, sizeof *cuts, compare_cuts);

    size_t broken = 0;
    for (size_t i = 0; i < states; i++) {
        char why[512] = "";
        progress_to(&progress, cuts[i]);
        state_draw(&progress, &prng, &state);
        disk_write_out(&state, argv[4]);
        uint64_t trace_bytes = trace.steps[cuts[i] - 1].end;
        if (keeping.folder != NULL && (i % keeping.every == 0 || is_at_fence(&trace, cuts[i]))) {
            state_keep(&keeping, &state, trace_bytes);
        }
        if (!state_survives(argv[4], marks, marks_count, trace_bytes, why, sizeof why) &&
            ++broken <= BROKEN_SHOWN_MAX) {
            (void)printf("state %zu of seed %s, cut after step %zu of %zu: %s\n", i, argv[6],
                         cuts[i], trace.count, why);
        }
        if ((i + 1) % STATES_TOLD == 0) {
            (void)printf("%zu of %zu states of seed %s, %zu broken\n", i + 1, states, argv[6],
                         broken);
            (void)fflush(stdout);
        }
    }
    (void)printf("%zu states of %zu storage steps, %zu acknowledged orders: %zu broken\n", states,
                 trace.count, marks_count, broken);
    return broken == 0 ? 0 : 1;
}
