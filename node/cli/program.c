/* Which program it is, apart from what it does: who only asks its name needs no command. */
#include "node/cli/program.h"
#include "node/cli/cli_parts.h"

static struct program running = {.name = "trestle"};

const struct program *program_running(void)
{
    return &running;
}

void program_begin(const struct program *program)
{
    running = *program;
}
