/* The words and flags of a command line, by what the command's row says that it takes. */
#include "node/cli/cli_parts.h"

#include <stdio.h>
#include <string.h>

#include "node/cli/program.h"
#include "node/config/closest_word.h"

const char *args_flag(const struct args *args, const char *name)
{
    const char *value = NULL;
    for (uint32_t i = 0; i < args->flags_count; i++) {
        if (strcmp(args->flags[i].name, name) == 0) {
            value = args->flags[i].value;
        }
    }
    return value;
}

bool args_has(const struct args *args, const char *name)
{
    return args_flag(args, name) != NULL;
}

bool command_has_flag(const struct cli_command *command, const char *name)
{
    for (size_t at = 0; command->flags[at].name != NULL; at++) {
        if (strcmp(command->flags[at].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* The flag called @name (not terminated, @size bytes) that @command takes. */
static bool flag_find(const struct cli_command *command, const char *name, size_t size,
                      struct flag_info *ret_flag)
{
    struct flag_info all[ARGS_FLAGS_MAX];
    const struct setting_info *setting;
    size_t count = 0;
    for (size_t i = 0; command->flags[i].name != NULL; i++) {
        all[count++] = command->flags[i];
    }
    const struct flag_info *common;
    for (size_t i = 0; (common = cli_common_flag_at(i)) != NULL; i++) {
        all[count++] = *common;
    }
    for (uint32_t at = 0; command->takes_settings && (setting = setting_info_at(at)) != NULL;
         at++) {
        all[count++] = (struct flag_info){setting->name, setting->argument, setting->help};
    }
    for (size_t i = 0; i < count; i++) {
        if (strlen(all[i].name) == size && memcmp(all[i].name, name, size) == 0) {
            *ret_flag = all[i];
            return true;
        }
    }
    const char *names[ARGS_FLAGS_MAX];
    char word[64];
    for (size_t i = 0; i < count; i++) {
        names[i] = all[i].name;
    }
    (void)snprintf(word, sizeof word, "%.*s", (int)(size < 60 ? size : 60), name);
    const char *closest = closest_word(word, names, count);
    tell("%s does not take --%s%s%s%s", command->name, word,
         closest == NULL ? "" : "; did you mean --", closest == NULL ? "" : closest,
         closest == NULL ? "" : "?");
    return false;
}

/* One flag at argv[*at], with its value there or in the next. */
static bool flag_take(struct args *args, int argc, char **argv, int *at)
{
    const char *text = argv[*at] + 2;
    const char *equals = strchr(text, '=');
    size_t size = equals == NULL ? strlen(text) : (size_t)(equals - text);
    struct flag_info flag;
    if (!flag_find(args->command, text, size, &flag)) {
        return false;
    }
    const char *value = equals == NULL ? "" : equals + 1;
    if (flag.argument == NULL && equals != NULL) {
        tell("--%s takes no value", flag.name);
        return false;
    }
    if (flag.argument != NULL && equals == NULL) {
        if (*at + 1 >= argc) {
            tell("--%s needs %s", flag.name, flag.argument);
            return false;
        }
        value = argv[++*at];
    }
    args->flags[args->flags_count].name = flag.name;
    args->flags[args->flags_count++].value = value;
    return true;
}

/* -h and -V everywhere; -f where there is a --follow. */
static bool short_flag(struct args *args, const char *text)
{
    static const struct {
        const char *letter, *name;
    } letters[] = {{"-h", "help"}, {"-V", "version"}, {"-f", "follow"}};
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        const bool is_taken = i < 2 || command_has_flag(args->command, letters[i].name);
        if (strcmp(text, letters[i].letter) != 0 || !is_taken) {
            continue;
        }
        args->flags[args->flags_count].name = letters[i].name;
        args->flags[args->flags_count++].value = "";
        return true;
    }
    return false;
}

bool args_read(struct args *args, int argc, char **argv)
{
    bool is_flags = true;
    for (int at = 0; at < argc; at++) {
        const char *text = argv[at];
        if (is_flags && strcmp(text, "--") == 0) {
            is_flags = false;
        } else if (is_flags && short_flag(args, text)) {
        } else if (is_flags && strncmp(text, "--", 2) == 0) {
            if (!flag_take(args, argc, argv, &at)) {
                return false;
            }
        } else if (args->words_count == ARGS_WORDS_MAX) {
            tell("too many arguments");
            return false;
        } else {
            args->words[args->words_count++] = text;
        }
        if (args->flags_count == ARGS_FLAGS_MAX) {
            tell("too many flags");
            return false;
        }
    }
    return true;
}
