#include "node/cli/cli_parts.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/cli/program.h"
#include "node/cli/versions.h"
#include "node/config/closest_word.h"
#include "node/os/entropy.h"

enum { COMMANDS_MAX = 64 };

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

/* Read the arguments and run the command. */
static int command_line(int argc, char **argv)
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

/* Whoever started us may have closed stdin, stdout or stderr. The next file opened would take the
 * number, and what we say to the operator would be written into it: into the store, say. */
static bool standard_files_fill(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) {
            return false;
        }
    }
    return true;
}

int program_main(const struct program *program, int argc, char **argv)
{
    program_begin(program);
    return standard_files_fill() ? command_line(argc, argv) : EXIT_UNAVAILABLE;
}
