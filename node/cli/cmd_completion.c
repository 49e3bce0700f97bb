/* trestle completion: a script by which a shell completes commands and flags, made from the tables
 * that the program itself goes by. */
#include <stdio.h>
#include <string.h>

#include "node/cli/cli.h"
#include "node/cli/program.h"

/* Every flag that @command takes, one after the other: NULL past the last. */
static const struct flag_info *flag_at(const struct cli_command *command, size_t at,
                                       struct flag_info *room)
{
    const struct setting_info *setting;
    for (size_t i = 0; command->flags[i].name != NULL; i++) {
        if (at-- == 0) {
            return &command->flags[i];
        }
    }
    for (size_t i = 0; cli_common_flag_at(i) != NULL; i++) {
        if (at-- == 0) {
            return cli_common_flag_at(i);
        }
    }
    if (!command->takes_settings || (setting = setting_info_at((uint32_t)at)) == NULL) {
        return NULL;
    }
    *room = (struct flag_info){setting->name, setting->argument, setting->help};
    return room;
}

/* @text within '...', with @quote for a quote; where @marks is set, a backslash before [ ] and :.
 */
static void put_quoted(const char *text, const char *quote, bool marks)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            (void)fputs(quote, stdout);
        } else {
            (void)printf(marks && strchr("[]:", *text) != NULL ? "\\%c" : "%c", *text);
        }
    }
}

static void print_bash(const char *program)
{
    const struct cli_command *command;
    const struct flag_info *flag;
    struct flag_info room;
    (void)printf("_%s() {\n    local words=\n    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                 "        words='",
                 program);
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
        (void)printf("%s%s", i == 0 ? "" : " ", command->name);
    }
    (void)printf("'\n    else case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
        (void)printf("        %s) words='", command->name);
        for (size_t at = 0; (flag = flag_at(command, at, &room)) != NULL; at++) {
            (void)printf("%s--%s", at == 0 ? "" : " ", flag->name);
        }
        (void)printf("';;\n");
    }
    (void)printf("    esac fi\n"
                 "    COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
                 "}\ncomplete -o default -F _%s %s\n",
                 program, program);
}

/* Sourced, it says whom it completes; as a file of fpath zsh calls it for a first completion. */
static void print_zsh(const char *program)
{
    static const char quote[] = "'\\''";
    const struct cli_command *command;
    const struct flag_info *flag;
    struct flag_info room;
    (void)printf("#compdef %s\n_%s() {\n    local -a commands\n    commands=(\n", program, program);
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
        (void)printf("        '%s:", command->name);
        put_quoted(command->help, quote, true);
        (void)printf("'\n");
    }
    (void)printf("    )\n    if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
                 "    case $words[2] in\n");
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
        (void)printf("    %s) _arguments", command->name);
        for (size_t at = 0; (flag = flag_at(command, at, &room)) != NULL; at++) {
            (void)printf(" \\\n        '--%s[", flag->name);
            put_quoted(flag->help, quote, true);
            (void)printf(flag->argument == NULL ? "]'" : "]:value:_files'");
        }
        (void)printf(" '*:file:_files';;\n");
    }
    (void)printf("    esac\n}\n"
                 "if [ \"$funcstack[1]\" = _%s ]; then _%s \"$@\"; else compdef _%s %s; fi\n",
                 program, program, program, program);
}

static void print_fish(const char *program)
{
    const struct cli_command *command;
    const struct flag_info *flag;
    struct flag_info room;
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
        (void)printf("complete -c %s -n __fish_use_subcommand -a %s -d '", program, command->name);
        put_quoted(command->help, "\\'", false);
        (void)printf("'\n");
        for (size_t at = 0; (flag = flag_at(command, at, &room)) != NULL; at++) {
            (void)printf("complete -c %s -n '__fish_seen_subcommand_from %s' -l %s%s -d '", program,
                         command->name, flag->name, flag->argument == NULL ? "" : " -r");
            put_quoted(flag->help, "\\'", false);
            (void)printf("'\n");
        }
    }
}

static const struct {
    const char *shell;
    void (*print)(const char *program);
} shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};

int command_completion(const struct args *args)
{
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(shells[i].shell, args->words[0]) == 0) {
            shells[i].print(program_running()->name);
            return EXIT_DONE;
        }
    }
    tell("usage: trestle completion bash|zsh|fish");
    return EXIT_USAGE;
}
