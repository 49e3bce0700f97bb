/* What the program and each of its commands say of themselves. */
#include "node/cli/cli_parts.h"

#include "node/cli/program.h"

static void help_flag(const struct flag_info *flag)
{
    char left[48];
    (void)snprintf(left, sizeof left, "--%s%s%s", flag->name, flag->argument == NULL ? "" : " ",
                   flag->argument == NULL ? "" : flag->argument);
    (void)printf("  %-28s %s\n", left, flag->help);
}

void help_command(const struct cli_command *command)
{
    (void)printf("usage: %s %s %s%s[flags]\n\n%s\n\n", program_running()->name, command->name,
                 command->usage, command->usage[0] == '\0' ? "" : " ", command->help);
    for (size_t i = 0; command->flags[i].name != NULL; i++) {
        help_flag(&command->flags[i]);
    }
    const struct flag_info *common;
    for (size_t i = 0; (common = cli_common_flag_at(i)) != NULL; i++) {
        help_flag(common);
    }
    if (!command->takes_settings) {
        return;
    }
    (void)printf("\nsettings, also as TRESTLE_NAME or as `name = value` in trestle.conf:\n");
    const struct setting_info *setting;
    for (uint32_t at = 0; (setting = setting_info_at(at)) != NULL; at++) {
        struct flag_info flag = {setting->name, setting->argument, setting->help};
        if (!command_has_flag(command, setting->name)) {
            help_flag(&flag);
        }
    }
}

void help_program(FILE *to)
{
    (void)fprintf(to, "usage: %s COMMAND [flags]\n\n", program_running()->name);
    const struct cli_command *command;
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
        (void)fprintf(to, "  %-10s %s\n", command->name, command->help);
    }
    (void)fprintf(to, "\n%s COMMAND --help says more; %s --version names versions.\n",
                  program_running()->name, program_running()->name);
}
