/* Settings from a file, a text or the environment; what is wrong is told with where it stands. */
#include "node/config/settings_parts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/config/settings_said.h"

enum { CONFIG_BYTES_MAX = 64 * 1024 };

static char *text_trim(char *text)
{
    while (isspace((unsigned char)*text)) {
        text++;
    }
    size_t size = strlen(text);
    while (size > 0 && isspace((unsigned char)text[size - 1])) {
        text[--size] = '\0';
    }
    return text;
}

/* `name = value`, a comment, or nothing. A value may be quoted. */
static int line_read(struct settings *settings, char *line, char *ret_problem)
{
    char *text = text_trim(line);
    if (text[0] == '\0' || text[0] == '#') {
        return 0;
    }
    char *equals = strchr(text, '=');
    if (equals == NULL) {
        (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "expected: name = value");
        return ERR_MALFORMED;
    }
    *equals = '\0';
    char *name = text_trim(text), *value = text_trim(equals + 1);
    size_t size = strlen(value);
    if (value[0] == '"') {
        if (size < 2 || value[size - 1] != '"') {
            (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "the quote is not closed");
            return ERR_MALFORMED;
        }
        value[size - 1] = '\0';
        value++;
    }
    return settings_set(settings, name, value, ret_problem);
}

int settings_read_text(struct settings *settings, const char *path, char *text, char *ret_problem)
{
    const struct setting_info *info;
    for (uint32_t i = 0; (info = setting_info_at(i)) != NULL; i++) {
        if (info->is_list) {
            settings_forget(settings, info->name);
        }
    }
    unsigned number = 1;
    for (char *line = text; line != NULL; number++) {
        char problem[PROBLEM_BYTES_MAX / 2];
        char whole[PROBLEM_BYTES_MAX];
        char *next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        if (settings->said != NULL) {
            settings_said_from(settings->said, SAID_IN_FILE, path, number);
        }
        if (line_read(settings, line, whole) != 0) {
            (void)snprintf(problem, sizeof problem, "%.255s", whole);
            (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "%.200s:%u: %s", path, number, problem);
            return ERR_MALFORMED;
        }
        line = next;
    }
    return 0;
}

int settings_read_file(struct settings *settings, const char *path, char *ret_problem)
{
    uint8_t *data = NULL;
    size_t size = 0;
    int err = file_read(path, CONFIG_BYTES_MAX, &data, &size);
    if (err != 0) {
        const char *why = err == ERR_NOT_FOUND ? "there is no such file" : err_text(err);
        (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "%.200s: %s", path, why);
        return err;
    }
    if (memchr(data, '\0', size) != NULL) {
        (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "%.200s: this is not a text file", path);
        err = ERR_MALFORMED;
    } else {
        err = settings_read_text(settings, path, (char *)data, ret_problem);
    }
    free(data);
    return err;
}

static void variable_of(const char *name, char *to, size_t capacity)
{
    size_t size = (size_t)snprintf(to, capacity, "TRESTLE_%s", name);
    for (size_t i = 0; i < size && i < capacity; i++) {
        to[i] = (char)(to[i] == '-' ? '_' : toupper((unsigned char)to[i]));
    }
}

int settings_read_environment(struct settings *settings, char *ret_problem)
{
    const struct setting_info *info;
    for (uint32_t i = 0; (info = setting_info_at(i)) != NULL; i++) {
        char variable[64], problem[PROBLEM_BYTES_MAX];
        variable_of(info->name, variable, sizeof variable);
        const char *value = getenv(variable);
        if (value == NULL || value[0] == '\0') {
            continue;
        }
        if (settings->said != NULL) {
            settings_said_from(settings->said, SAID_IN_ENVIRONMENT, variable, 0);
        }
        settings_forget(settings, info->name);
        int err = settings_set(settings, info->name, value, problem);
        if (err != 0) {
            (void)snprintf(ret_problem, PROBLEM_BYTES_MAX, "%s: %.400s", variable, problem);
            return ERR_MALFORMED;
        }
    }
    return 0;
}
