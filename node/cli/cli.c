#include "node/cli/cli_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "node/cli/program.h"
#include "node/cli/terminal.h"
#include "node/cli/versions.h"
#include "node/config/closest_word.h"
#include "node/os/entropy.h"

enum { COMMANDS_MAX = 64 };

/* --- talk --- */

void tell(const char *format, ...)
{
    bool is_colourful = terminal_is_colourful(stderr);
    va_list arguments;
    (void)fprintf(stderr, is_colourful ? "\033[1m%s:\033[0m " : "%s: ", program_running()->name);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
}

int tell_no_file(const char *path)
{
    tell("%s: there is no such file", path);
    return EXIT_FAILED;
}

int tell_failure(const char *what, int err)
{
    static const struct {
        int err;
        enum exit_status status;
    } rows[] = {{ERR_IO, EXIT_DISK},
                {ERR_FULL, EXIT_DISK},
                {ERR_FORBIDDEN, EXIT_FORBIDDEN},
                {ERR_BUSY, EXIT_UNAVAILABLE}};
    tell("%s: %s", what, err_text(err));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].err == err) {
            return (int)rows[i].status;
        }
    }
    return EXIT_FAILED;
}

static bool is_read_only(const char *path)
{
    struct statvfs disk;
    return statvfs(path, &disk) == 0 && (disk.f_flag & ST_RDONLY) != 0;
}

int tell_state_failure(const char *state, int err)
{
    if ((err == ERR_FORBIDDEN || err == ERR_IO) && is_read_only(state)) {
        tell("%s can only be read, so nothing can be saved: look at dmesg, a worn card turns "
             "read-only; or mount it for writing. Nothing that was saved is lost",
             state);
        return EXIT_DISK;
    }
    if (err == ERR_FORBIDDEN) {
        tell("%s: this user may not write there; look at whose folder it is", state);
        return EXIT_FORBIDDEN;
    }
    return tell_failure(state, err);
}

/* --- the program --- */

static int unknown_command(const char *name)
{
    const char *names[COMMANDS_MAX];
    const struct cli_command *command;
    size_t count = 0;
    while (count < COMMANDS_MAX && (command = cli_command_at(count)) != NULL) {
        names[count++] = command->name;
    }
    const char *closest = closest_word(name, names, count);
    if (closest != NULL) {
        tell("there is no command '%s'; did you mean '%s'?", name, closest);
    } else {
        tell("there is no command '%s'; %s --help names them", name, program_running()->name);
    }
    return EXIT_USAGE;
}

static int run_command(const struct cli_command *command, int argc, char **argv)
{
    struct args args = {.command = command};
    if (!args_read(&args, argc, argv)) {
        return EXIT_USAGE;
    }
    if (args_has(&args, "help")) {
        help_command(command);
        return EXIT_DONE;
    }
    if (args_has(&args, "version")) {
        print_versions();
        return EXIT_DONE;
    }
    if (args.words_count < command->words_min || args.words_count > command->words_max) {
        tell("usage: %s %s%s%s; --help says more", program_running()->name, command->name,
             command->usage[0] == '\0' ? "" : " ", command->usage);
        return EXIT_USAGE;
    }
    int err = entropy_start();
    return err != 0 ? tell_failure("this machine", err) : command->run(&args);
}

int cli_main(int argc, char **argv)
{
    if (argc < 2) {
        help_program(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        help_program(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        print_versions();
        return EXIT_DONE;
    }
    const struct cli_command *command;
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
        if (strcmp(command->name, argv[1]) == 0) {
            return run_command(command, argc - 2, argv + 2);
        }
    }
    return unknown_command(argv[1]);
}
