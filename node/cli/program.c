#include "node/cli/program.h"

#include <fcntl.h>
#include <unistd.h>

#include "node/cli/cli.h"

static struct program running = {.name = "trestle"};

const struct program *program_running(void)
{
    return &running;
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
    running = *program;
    return standard_files_fill() ? cli_main(argc, argv) : EXIT_UNAVAILABLE;
}
