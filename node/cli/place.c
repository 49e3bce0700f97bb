/* Where a command works, and which settings are in force there. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/cli.h"

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

int place_state(const struct args *args, char *ret_state)
{
    const char *to = args_flag(args, "to"); /* restore's word for it */
    const char *flag = to != NULL ? to : args_flag(args, "state");
    if (flag != NULL && flag[0] != '\0') {
        const int size = snprintf(ret_state, PATH_BYTES_MAX, "%s", flag);
        if (size < PATH_BYTES_MAX) {
            return EXIT_DONE;
        }
        tell("the name of the state folder is too long");
        return EXIT_USAGE;
    }
    if (folder_of_variable("TRESTLE_STATE", "", ret_state) ||
        folder_of_variable("STATE_DIRECTORY", "", ret_state) ||
        folder_of_variable("XDG_STATE_HOME", "/trestle", ret_state) ||
        folder_of_variable("HOME", "/.local/state/trestle", ret_state)) {
        return EXIT_DONE;
    }
    tell("where is the state? give --state FOLDER");
    return EXIT_USAGE;
}

/* The settings file that counts: as given, beside the state, the user's, the system's; false when
 * there is none. */
static bool config_find(const struct args *args, const char *state, char *to)
{
    const char *flag = args_flag(args, "config");
    if (flag != NULL) { /* one that is too long is cut, and then not there */
        (void)snprintf(to, PATH_BYTES_MAX, "%s", flag);
        return true;
    }
    if (folder_of_variable("TRESTLE_CONFIG", "", to)) {
        return true;
    }
    if (path_join(to, state, "trestle.conf") == 0 && path_exists(to)) {
        return true;
    }
    if (folder_of_variable("XDG_CONFIG_HOME", "/trestle/trestle.conf", to) && path_exists(to)) {
        return true;
    }
    (void)snprintf(to, PATH_BYTES_MAX, "/etc/trestle/trestle.conf");
    return path_exists(to);
}

static int flags_read(const struct args *args, struct settings *settings, char *ret_problem)
{
    /* A list of flags replaces a list from elsewhere. */
    if (args_has(args, "peer")) {
        settings->peers_count = 0;
    }
    if (args_has(args, "origin")) {
        settings->origins_count = 0;
    }
    for (uint32_t i = 0; i < args->flags_count; i++) {
        if (setting_info_find(args->flags[i].name) == NULL) {
            continue;
        }
        int err = settings_set(settings, args->flags[i].name, args->flags[i].value, ret_problem);
        if (err != 0) {
            return err;
        }
    }
    return 0;
}

int place_find(const struct args *args, struct place *ret_place)
{
    char problem[PROBLEM_BYTES_MAX], config[PATH_BYTES_MAX];
    int status = place_state(args, ret_place->state);
    if (status != EXIT_DONE) {
        return status;
    }
    settings_defaults(&ret_place->settings);
    int err = 0;
    if (config_find(args, ret_place->state, config)) {
        err = settings_read_file(&ret_place->settings, config, problem);
    }
    if (err == 0) {
        err = settings_read_environment(&ret_place->settings, problem);
    }
    if (err == 0) {
        err = flags_read(args, &ret_place->settings, problem);
    }
    if (err == 0) {
        return EXIT_DONE;
    }
    tell("%s", problem);
    return EXIT_SETTINGS;
}
