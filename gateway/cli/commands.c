#include "gateway/cli/commands.h"

const struct cli_command gateway_commands[] = {
    {.name = "reconcile",
     .usage = "",
     .help = "compare orders, ledger and card provider: 0 all matches, 1 something does not",
     .run = command_reconcile,
     .flags = {{"days", "N", "back from now, by the provider's clock (8; at most 180)"},
               {"day", "N", "the orders of that trading day, and what is of no order (all)"},
               {"shared", NULL, "others use the provider's account, too: leave theirs out"},
               {"json", NULL, "print JSON"}}},
};

const size_t gateway_commands_count = sizeof gateway_commands / sizeof *gateway_commands;
