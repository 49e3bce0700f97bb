#include "node/cli/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "node/cli/reply.h"

/* Stands in the folder from the first file on until the keys are there: what an interrupted set-up
 * left behind may go, what anybody else put there may not. */
static const char unfinished[] = "unfinished";

/* Stands beside a store that came out of a backup, until this device is set up. */
static const char restored[] = "restored";

static bool is_restored(const char *state)
{
    char path[PATH_BYTES_MAX];
    return path_join(path, state, restored) == 0 && path_exists(path);
}

int setup_mark_restored(const char *state)
{
    char path[PATH_BYTES_MAX];
    int err = path_join(path, state, restored);
    return err != 0 ? err : file_write(path, bytes_of(NULL, 0), 0600);
}

int tell_not_set_up(const char *state)
{
    tell(is_restored(state)
             ? "%s holds a restored store and no keys yet: run trestle join INVITATION there, or "
               "put the device's `keys` into it"
             : "%s is not part of a pop-up yet; run trestle init or trestle join",
         state);
    return EXIT_UNAVAILABLE;
}

static void restored_forget(const char *state)
{
    char path[PATH_BYTES_MAX];
    if (path_join(path, state, restored) == 0) {
        (void)remove(path);
    }
}

static int unfinished_path(const char *state, char *ret_path)
{
    return path_join(ret_path, state, unfinished);
}

/* What a set-up makes before the keys; a store that was there before it stays. */
static int leftovers_remove(const char *state)
{
    static const char *const names[] = {"log.key", "store/data.mdb", "store/lock.mdb",
                                        "store/trestle.lock", "store"};
    const size_t count = is_restored(state) ? 1 : sizeof names / sizeof names[0];
    char path[PATH_BYTES_MAX];
    int err = 0;
    for (size_t i = 0; i < count && err == 0; i++) {
        err = path_join(path, state, names[i]);
        if (err == 0 && remove(path) != 0 && path_exists(path)) {
            err = ERR_FORBIDDEN;
        }
    }
    return err;
}

/* One set-up at a time: a device's page and a command may want the same folder. The kernel lets go
 * of it when a program ends, however that comes. */
static int folder_lock(const char *state, int *ret_lock)
{
    const int fd = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return errno == EACCES ? ERR_FORBIDDEN : ERR_IO;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        const int err = errno == EWOULDBLOCK ? ERR_BUSY : ERR_IO;
        (void)close(fd);
        return err;
    }
    *ret_lock = fd;
    return 0;
}

void setup_end(int lock)
{
    (void)close(lock);
}

static int folder_clear(const char *state)
{
    char mark[PATH_BYTES_MAX];
    int err = unfinished_path(state, mark);
    return err == 0 && path_exists(mark) ? leftovers_remove(state) : err;
}

static int folder_mark(const char *state)
{
    char mark[PATH_BYTES_MAX];
    int err = unfinished_path(state, mark);
    return err != 0 ? err : file_write(mark, bytes_of(NULL, 0), 0600);
}

/* Of a folder that is this set-up's alone. */
static int folder_ready(const char *state, bool may_be_restored)
{
    char store[PATH_BYTES_MAX];
    if (identity_exists(state)) {
        tell("%s is part of a pop-up already; choose another --state, or remove it", state);
        return EXIT_FAILED;
    }
    int err = folder_clear(state);
    if (err == 0) {
        err = path_join(store, state, "store");
    }
    if (err == 0 && path_exists(store) && !(may_be_restored && is_restored(state))) {
        tell("%s holds a store without keys; choose another --state, or remove it", state);
        return EXIT_FAILED;
    }
    if (err == 0) {
        err = folder_mark(state);
    }
    return err == 0 ? EXIT_DONE : tell_state_failure(state, err);
}

int setup_folder(const struct place *place, bool may_be_restored, int *ret_lock)
{
    int err = folder_make(place->state);
    if (err == 0) {
        err = folder_lock(place->state, ret_lock);
    }
    if (err == ERR_BUSY) {
        tell("%s is being set up already, by another command or by the device's page at /join: let "
             "that come to its end",
             place->state);
        return EXIT_UNAVAILABLE;
    }
    if (err != 0) {
        return tell_state_failure(place->state, err);
    }
    const int status = folder_ready(place->state, may_be_restored);
    if (status != EXIT_DONE) {
        setup_end(*ret_lock);
    }
    return status;
}

/* The settings that were said, as the folder's own file. Without any it has none, and another file
 * counts, such as /etc/trestle/trestle.conf. */
static int config_write(const struct args *args, const char *state)
{
    char path[PATH_BYTES_MAX];
    struct text text = {0};
    int err = path_join(path, state, "trestle.conf");
    if (err != 0 || path_exists(path)) {
        return err;
    }
    for (uint32_t i = 0; i < args->flags_count; i++) {
        if (setting_info_find(args->flags[i].name) == NULL) {
            continue;
        }
        if (text.size == 0) {
            text_append_text(&text,
                             "# Settings of this device; trestle run --help names them all.\n");
        }
        text_append_text(&text, args->flags[i].name);
        text_append_text(&text, " = ");
        text_append_text(&text, args->flags[i].value);
        text_append_text(&text, "\n");
    }
    if (text.size > 0) {
        err = file_write(path, bytes_of(text.data, text.size), 0644);
    }
    text_close(&text);
    return err;
}

int setup_save(const struct args *args, const struct place *place, const struct identity *identity,
               const struct book *book)
{
    char mark[PATH_BYTES_MAX];
    int err = identity_exists(place->state) ? ERR_EXISTS : config_write(args, place->state);
    if (err == 0 && book != NULL) {
        err = book_save(place->state, book);
    }
    if (err == 0) {
        err = identity_save(place->state, identity);
    }
    if (err == 0) {
        err = unfinished_path(place->state, mark);
    }
    if (err == 0) {
        restored_forget(place->state);
    }
    if (err == 0) {
        (void)remove(mark); /* with the keys there it says nothing any more */
    }
    return err;
}

void tell_set_up(const struct args *args, const struct place *place)
{
    struct settings usual;
    const char *state = args_flag(args, "state");
    settings_defaults(&usual);
    tell("next: trestle run%s%s, which says where the screens are",
         state == NULL ? "" : " --state ", state == NULL ? "" : state);
    if (strcmp(place->settings.listen, usual.listen) == 0) {
        tell("other machines do not reach this one: where they are to, say listen = "
             "tcp://0.0.0.0:7450 in %s/trestle.conf before",
             place->state);
    }
}

bool lane_is_right(const char *lane)
{
    size_t size = strlen(lane);
    return size >= 1 && size <= LANE_BYTES_MAX &&
           strspn(lane, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == size;
}

void certificate_name(struct certificate *certificate, const char *lane, const char *name)
{
    (void)snprintf(certificate->lane, sizeof certificate->lane, "%s", lane);
    (void)snprintf(certificate->name, sizeof certificate->name, "%s", name);
    certificate->lane_size = (uint8_t)strlen(certificate->lane);
    certificate->name_size = (uint8_t)strlen(certificate->name);
}

static void append_field(struct text *text, const char *name, const char *value)
{
    text_append_json(text, name);
    text_append_text(text, ":");
    text_append_json(text, value);
}

void print_identity_json(const struct place *place, const struct identity *identity,
                         const struct text *from)
{
    struct text text = {0};
    char device[17], popup[2 * POPUP_ID_BYTES + 1];
    (void)snprintf(device, sizeof device, "%016llx", (unsigned long long)identity->device);
    for (size_t i = 0; i < POPUP_ID_BYTES; i++) {
        (void)snprintf(popup + 2 * i, 3, "%02x", identity->popup.bytes[i]);
    }
    const struct {
        const char *name, *value;
    } fields[] = {{"device", device},
                  {"popup", popup},
                  {"role", role_text(identity->certificate.role)},
                  {"lane", identity->certificate.lane},
                  {"name", identity->certificate.name},
                  {"state", place->state}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        text_append_text(&text, i == 0 ? "{" : ",");
        append_field(&text, fields[i].name, fields[i].value);
    }
    if (from != NULL) {
        text_append_text(&text, ",\"from\":");
        text_append(&text, from->data, from->size);
    }
    text_append_text(&text, "}\n");
    (void)fwrite(text.data, 1, text.size, stdout);
    text_close(&text);
}
