/* trestle: a node of the pop-up, and the operator's commands. */
#include "node/cli/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
