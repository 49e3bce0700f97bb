/* trestle: a node of the pop-up, and the operator's commands. */
#include "node/cli/program.h"

int main(int argc, char **argv)
{
    static const struct program program = {.name = "trestle"};
    return program_main(&program, argc, argv);
}
