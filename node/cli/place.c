/* Where a command works, and which settings are in force there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/cli.h"
#include "node/config/settings_said.h"
#include "node/json/text.h"

enum { CONFIG_BYTES_MAX = 64 * 1024 };

/* The first variable that is set, with @suffix after it. */
static bool folder_of_variable(const char *variable, const char *suffix, char *to)
{
    const char *value = getenv(variable);
    if (value == NULL || value[0] == '\0') {
        return false;
    }
    int size = snprintf(to, PATH_BYTES_MAX, "%s%s", value, suffix);
    return size > 0 && size < PATH_BYTES_MAX;
}

/* Each place where a folder may be named: a variable, and what follows it. */
struct folder_place {
    const char *variable, *suffix;
};

/* The first of @count that is set; NULL = none is. */
static const char *folder_of_places(const struct folder_place *places, size_t count, char *to)
{
    for (size_t i = 0; i < count; i++) {
        if (folder_of_variable(places[i].variable, places[i].suffix, to)) {
            return places[i].variable;
        }
    }
    return NULL;
}

int place_state_said(const struct args *args, char *ret_state, const char **ret_where)
{
    static const struct folder_place places[] = {{"TRESTLE_STATE", ""},
                                                 {"STATE_DIRECTORY", ""},
                                                 {"XDG_STATE_HOME", "/trestle"},
                                                 {"HOME", "/.local/state/trestle"}};
    const char *to = args_flag(args, "to"); /* restore's word for it */
    const char *flag = to != NULL ? to : args_flag(args, "state");
    *ret_where = to != NULL ? "--to" : "--state";
    if (flag != NULL && flag[0] != '\0') {
        const int size = snprintf(ret_state, PATH_BYTES_MAX, "%s", flag);
        if (size < PATH_BYTES_MAX) {
            return EXIT_DONE;
        }
        tell("the name of the state folder is too long");
        return EXIT_USAGE;
    }
    *ret_where = folder_of_places(places, sizeof places / sizeof places[0], ret_state);
    if (*ret_where != NULL) {
        return EXIT_DONE;
    }
    tell("where is the state? give --state FOLDER");
    return EXIT_USAGE;
}

int place_state(const struct args *args, char *ret_state)
{
    const char *where = NULL;
    return place_state_said(args, ret_state, &where);
}

const char *place_config(const struct args *args, const char *state, char *to)
{
    const char *flag = args_flag(args, "config");
    if (flag != NULL) { /* one that is too long is cut, and then not there */
        (void)snprintf(to, PATH_BYTES_MAX, "%s", flag);
        return "--config";
    }
    if (folder_of_variable("TRESTLE_CONFIG", "", to)) {
        return "TRESTLE_CONFIG";
    }
    if (path_join(to, state, "trestle.conf") == 0 && path_exists(to)) {
        return "the state folder";
    }
    if (folder_of_variable("XDG_CONFIG_HOME", "/trestle/trestle.conf", to) && path_exists(to)) {
        return "XDG_CONFIG_HOME";
    }
    (void)snprintf(to, PATH_BYTES_MAX, "/etc/trestle/trestle.conf");
    return path_exists(to) ? "the machine" : NULL;
}

/* A command may have a flag of its own that is called as a setting. */
static bool is_setting(const struct args *args, const char *name)
{
    return !command_has_flag(args->command, name) && setting_info_find(name) != NULL;
}

static int flags_read(const struct args *args, struct settings *settings, char *ret_problem)
{
    /* A list of flags replaces a list from elsewhere. */
    for (uint32_t i = 0; i < args->flags_count; i++) {
        if (is_setting(args, args->flags[i].name)) {
            settings_forget(settings, args->flags[i].name);
        }
    }
    for (uint32_t i = 0; i < args->flags_count; i++) {
        if (!is_setting(args, args->flags[i].name)) {
            continue;
        }
        if (settings->said != NULL) {
            settings_said_from(settings->said, SAID_IN_FLAGS, args->flags[i].name, 0);
        }
        int err = settings_set(settings, args->flags[i].name, args->flags[i].value, ret_problem);
        if (err != 0) {
            return err;
        }
    }
    return 0;
}

int place_find_said(const struct args *args, struct settings_said *said, struct place *ret_place)
{
    char problem[PROBLEM_BYTES_MAX], config[PATH_BYTES_MAX];
    int status = place_state(args, ret_place->state);
    if (status != EXIT_DONE) {
        return status;
    }
    settings_defaults(&ret_place->settings);
    ret_place->settings.said = said;
    int err = 0;
    if (place_config(args, ret_place->state, config) != NULL) {
        err = settings_read_file(&ret_place->settings, config, problem);
    }
    if (err == 0) {
        err = settings_read_environment(&ret_place->settings, problem);
    }
    if (err == 0) {
        err = flags_read(args, &ret_place->settings, problem);
    }
    ret_place->settings.said = NULL;
    if (err == 0) {
        return EXIT_DONE;
    }
    tell("%s", problem);
    return EXIT_SETTINGS;
}

int place_find(const struct args *args, struct place *ret_place)
{
    return place_find_said(args, NULL, ret_place);
}

/* --- who may dial this device --- */

static const char own_config[] = "trestle.conf";
static const char open_listen[] = "tcp://0.0.0.0:7450";

bool place_may_open(const struct args *args, const struct place *place)
{
    static struct settings unsaid;
    char path[PATH_BYTES_MAX];
    settings_defaults(&unsaid);
    return strcmp(place->settings.listen, unsaid.listen) == 0 && !args_has(args, "config") &&
           !args_has(args, "listen") && !folder_of_variable("TRESTLE_CONFIG", "", path) &&
           !folder_of_variable("TRESTLE_LISTEN", "", path) &&
           path_join(path, place->state, own_config) == 0 && !path_exists(path);
}

void place_open(struct place *place)
{
    (void)snprintf(place->settings.listen, sizeof place->settings.listen, "%s", open_listen);
}

/* What the file @from says, NULL = none, and the line that opens. */
static int open_text(const char *from, struct text *text)
{
    uint8_t *before = NULL;
    size_t size = 0;
    int err = from == NULL ? 0 : file_read(from, CONFIG_BYTES_MAX, &before, &size);
    if (err != 0) {
        return err;
    }
    text_append(text, before, size);
    free(before);
    text_append_text(text, size == 0 ? "" : "\n");
    text_append_text(text, "# Said at /join: other devices reach this one.\nlisten = ");
    text_append_text(text, open_listen);
    text_append_text(text, "\n");
    return 0;
}

int place_open_save(const struct args *args, const struct place *place)
{
    char from[PATH_BYTES_MAX], to[PATH_BYTES_MAX];
    struct text text = {0};
    int err = path_join(to, place->state, own_config);
    if (err != 0 || path_exists(to)) {
        return err;
    }
    const bool has_before = place_config(args, place->state, from) != NULL;
    err = open_text(has_before ? from : NULL, &text);
    if (err == 0) {
        err = file_write(to, bytes_of(text.data, text.size), 0644);
    }
    text_close(&text);
    return err;
}
