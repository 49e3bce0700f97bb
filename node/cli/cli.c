#include "node/cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "node/cli/program.h"
#include "node/cli/terminal.h"
#include "node/cli/versions.h"
#include "node/config/closest_word.h"
#include "node/os/entropy.h"

#define JSON_FLAG                                                                                  \
    {                                                                                              \
        "json", NULL, "print JSON"                                                                 \
    }

static const struct cli_command commands[] = {
    {.name = "init",
     .usage = "",
     .help = "make a pop-up, with this device as its first",
     .run = command_init,
     .takes_settings = true,
     .flags = {{"name", "NAME", "what guests call the pop-up (Trestle)"},
               {"currency", "CODE", "ISO 4217 (EUR)"},
               {"digits", "N", "minor units per unit = 10^N (2)"},
               {"role", "ROLE", "what this device is: counter, kitchen, pickup (counter)"},
               {"lane", "LETTERS", "order numbers of this device begin with it (A)"},
               {"device", "NAME", "what people call this device (its role)"},
               {"exclude-tax", NULL, "prices are without tax"},
               {"pay-first", NULL, "the kitchen never sees an unpaid order"},
               {"copies", "N", "devices that must hold an order before its second tick (2)"},
               JSON_FLAG}},
    {.name = "invite",
     .usage = "",
     .help = "print a one-use string for another device to join with (the node must run)",
     .run = command_invite,
     .flags = {{"role", "ROLE", "what the other device is: counter, kitchen, pickup, gateway"},
               {"lane", "LETTERS", "its order numbers begin with it; none = it takes no orders"},
               {"name", "NAME", "what people call it (as it calls itself, or its role)"},
               {"no-qr", NULL, "do not draw it as a QR code, too, on a terminal"},
               JSON_FLAG}},
    {.name = "pair",
     .usage = "",
     .help = "take in a device by comparing six digits on both screens (the node must run)",
     .run = command_pair,
     .flags = {{"role", "ROLE", "what the other device is: counter, kitchen, pickup, gateway"},
               {"lane", "LETTERS", "its order numbers begin with it; none = it takes no orders"},
               {"name", "NAME", "what people call it (as it calls itself, or its role)"},
               JSON_FLAG}},
    {.name = "join",
     .usage = "INVITATION | HOST:PORT",
     .help = "make this device part of a pop-up",
     .run = command_join,
     .words_min = 1,
     .words_max = 1,
     .takes_settings = true,
     .flags = {{"device", "NAME", "what people call this device (its role)"}, JSON_FLAG}},
    {.name = "run",
     .usage = "",
     .help = "run this device's node until told to stop",
     .run = command_run,
     .takes_settings = true,
     .flags = {{"json", NULL, "print one JSON line on stdout when ready"}}},
    {.name = "status",
     .usage = "",
     .help = "how the node and its peers are: 0 healthy, 1 degraded, 2 down",
     .run = command_status,
     .flags = {JSON_FLAG}},
    {.name = "device",
     .usage = "list | revoke DEVICE | retire DEVICE | rename DEVICE NAME | role DEVICE ROLE",
     .help = "the devices of the pop-up: stolen ones are revoked, dead ones retired",
     .run = command_device,
     .words_min = 1,
     .words_max = 3,
     .flags = {{"yes", NULL, "do not ask"}, JSON_FLAG}},
    {.name = "staff",
     .usage = "roles | role NUMBER ROLE | pin NUMBER",
     .help = "what people may do, by staff number",
     .run = command_staff,
     .words_min = 1,
     .words_max = 3,
     .flags = {JSON_FLAG}},
    {.name = "menu",
     .usage = "import FILE.csv | export",
     .help = "read the menu from a table, or write it as one",
     .run = command_menu,
     .words_min = 1,
     .words_max = 2,
     .flags = {JSON_FLAG}},
    {.name = "record",
     .usage = "list KIND | add KIND FIELD=VALUE... | set KIND NUMBER FIELD=VALUE...",
     .help = "stalls, stations, staff, taxes, offers, printers, reviews",
     .run = command_record,
     .words_min = 2,
     .words_max = ARGS_WORDS_MAX,
     .flags = {JSON_FLAG}},
    {.name = "stock",
     .usage = "list | add ITEM UNITS | count ITEM UNITS | policy ITEM strict|warn|off",
     .help = "what there is of what is counted; put some there (or take away); say what is there; "
             "say whether it is counted, and whether what is sold out may be sold",
     .run = command_stock,
     .words_min = 1,
     .words_max = 3,
     .flags = {JSON_FLAG}},
    {.name = "table",
     .usage = "code NUMBER | clear NUMBER | revoke NUMBER",
     .help = "a code for a table's sheet, by which guests share a cart; others sit there now; no "
             "code that was made so far opens it any more",
     .run = command_table,
     .words_min = 2,
     .words_max = 2,
     .flags = {JSON_FLAG}},
    {.name = "order",
     .usage = "add ITEM[xQUANTITY][:GROUP.CHOICE,...]... | list | show ID|NUMBER",
     .help = "take an order, or look at orders (items by number; groups and choices count from 0)",
     .run = command_order,
     .words_min = 1,
     .words_max = ARGS_WORDS_MAX,
     .flags = {{"name", "NAME", "whose order it is"},
               {"mode", "eat-in|take-away", "(take-away)"},
               {"pay", "METHOD", "take the money with it: cash, card-external"},
               {"key", "HEX", "idempotency key: the same order however often it is sent"},
               JSON_FLAG}},
    {.name = "voided",
     .usage = "[list | adopt ORDER | drop ORDER]",
     .help = "orders of a revoked device that wait until a manager decides: adopt what was a sale, "
             "drop what was none",
     .run = command_voided,
     .words_max = 2,
     .flags = {{"reason", "TEXT", "why it is dropped; it is kept in the journal"},
               {"yes", NULL, "do not ask"},
               JSON_FLAG}},
    {.name = "day",
     .usage = "[show | open | close]",
     .help =
         "the trading day: whether it is closed and who may have more of it; open the next one; "
         "close it",
     .run = command_day,
     .words_max = 1,
     .flags = {{"yes", NULL, "open the next day although this one is not closed"}, JSON_FLAG}},
    {.name = "report",
     .usage = "",
     .help = "what a trading day came to: by method, by rate of tax",
     .run = command_report,
     .flags = {{"day", "N", "the trading day (the present one)"},
               {"csv", NULL, "print a table in minor units"},
               JSON_FLAG}},
    {.name = "verify",
     .usage = "[FILE]...",
     .help = "check journals and state, or exports, archives and backups; several --state folders "
             "are also compared",
     .run = command_verify,
     .words_max = ARGS_WORDS_MAX,
     .flags = {JSON_FLAG}},
    {.name = "export",
     .usage = "[FILE]",
     .help = "write the whole journal as JSON lines, or rows of it, also while the node runs",
     .run = command_export,
     .words_max = 1,
     .flags = {{"what", "KIND", "rows instead: events, orders, lines, payments, stock"},
               {"format", "jsonl|csv", "how (jsonl)"},
               {"day", "N", "of that trading day: orders, lines, payments"},
               {"yes", NULL, "replace FILE"},
               JSON_FLAG}},
    {.name = "erase",
     .usage = "ORDER",
     .help = "erase what is known of an order's guest, on every device; the journal still verifies",
     .run = command_erase,
     .words_min = 1,
     .words_max = 1,
     .flags = {{"reason", "TEXT", "why; it is kept in the journal"},
               {"yes", NULL, "do not ask"},
               JSON_FLAG}},
    {.name = "archive",
     .usage = "FILE",
     .help = "write all journals into one file, to keep and to prove",
     .run = command_archive,
     .words_min = 1,
     .words_max = 1,
     .flags = {{"day", "N", "up to the close of that day"}, {"yes", NULL, "replace the file"}}},
    {.name = "print",
     .usage = "test|status ADDRESS",
     .help = "try a printer (HOST:PORT or /dev/usb/lp0), whether or not a node runs",
     .run = command_print,
     .words_min = 2,
     .words_max = 2,
     .flags = {{"width", "COLUMNS", "of the paper (42)"},
               {"codepage", "NAME", "pc858 (the default), cp1252 or ascii"}}},
    {.name = "log",
     .usage = "",
     .help = "the events of all journals, as a person reads them",
     .run = command_log,
     .flags = {{"follow", NULL, "go on with what comes (-f)"},
               {"last", "N", "begin with the last N"},
               {"type", "TYPE", "order.open, or order for all order.*; see trestle-events(7)"},
               {"order", "NUMBER", "of that order (A42), the latest with that number"},
               {"device", "DEVICE", "by that device: its id or name"},
               JSON_FLAG}},
    {.name = "top",
     .usage = "",
     .help = "the node and its peers, anew every second; q quits",
     .run = command_top,
     .flags = {{"once", NULL, "one frame of plain text"}}},
    {.name = "doctor",
     .usage = "",
     .help = "look for what is wrong, and how to fix it: 0 nothing, 1 warnings, 2 failures",
     .run = command_doctor,
     .flags = {JSON_FLAG}},
    {.name = "backup",
     .usage = "FILE",
     .help = "write what a device can go on from into one file, also while the node runs; no keys",
     .run = command_backup,
     .words_min = 1,
     .words_max = 1,
     .flags = {{"damaged", "STORE", "what is whole in that store, as one that was kept aside"},
               {"yes", NULL, "replace the file"},
               JSON_FLAG}},
    {.name = "restore",
     .usage = "FILE",
     .help = "verify a backup and make it the store of a device that has none",
     .run = command_restore,
     .words_min = 1,
     .words_max = 1,
     .flags = {{"to", "FOLDER", "the state folder to restore to (--state)"}, JSON_FLAG}},
    {.name = "completion",
     .usage = "bash|zsh|fish",
     .help = "print a script by which a shell completes commands and flags",
     .run = command_completion,
     .words_min = 1,
     .words_max = 1},
    {.name = "openapi", .usage = "", .help = "print the OpenAPI document", .run = command_openapi},
};

enum { COMMANDS_COUNT = sizeof commands / sizeof commands[0], COMMANDS_MAX = 64 };

/* Flags that every command takes. */
static const struct flag_info flags_of_all[] = {
    {"state", "FOLDER", "where this device keeps its keys and its store"},
    {"config", "FILE", "settings (FOLDER/trestle.conf)"},
    {"help", NULL, "this text"},
    {"version", NULL, "versions of the program and its libraries"}};

const struct cli_command *cli_command_at(size_t at)
{
    const struct program *program = program_running();
    if (at < COMMANDS_COUNT) {
        return &commands[at];
    }
    at -= COMMANDS_COUNT;
    return at < program->commands_count ? &program->commands[at] : NULL;
}

const struct flag_info *cli_common_flag_at(size_t at)
{
    return at < sizeof flags_of_all / sizeof flags_of_all[0] ? &flags_of_all[at] : NULL;
}

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

/* --- help --- */

static void help_flag(const struct flag_info *flag)
{
    char left[48];
    (void)snprintf(left, sizeof left, "--%s%s%s", flag->name, flag->argument == NULL ? "" : " ",
                   flag->argument == NULL ? "" : flag->argument);
    (void)printf("  %-28s %s\n", left, flag->help);
}

static void help_command(const struct cli_command *command)
{
    (void)printf("usage: %s %s %s%s[flags]\n\n%s\n\n", program_running()->name, command->name,
                 command->usage, command->usage[0] == '\0' ? "" : " ", command->help);
    for (size_t i = 0; command->flags[i].name != NULL; i++) {
        help_flag(&command->flags[i]);
    }
    for (size_t i = 0; i < sizeof flags_of_all / sizeof flags_of_all[0]; i++) {
        help_flag(&flags_of_all[i]);
    }
    if (!command->takes_settings) {
        return;
    }
    (void)printf("\nsettings, also as TRESTLE_NAME or as `name = value` in trestle.conf:\n");
    const struct setting_info *setting;
    for (uint32_t at = 0; (setting = setting_info_at(at)) != NULL; at++) {
        struct flag_info flag = {setting->name, setting->argument, setting->help};
        help_flag(&flag);
    }
}

static void help_program(FILE *to)
{
    (void)fprintf(to, "usage: %s COMMAND [flags]\n\n", program_running()->name);
    const struct cli_command *command;
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
        (void)fprintf(to, "  %-10s %s\n", command->name, command->help);
    }
    (void)fprintf(to, "\n%s COMMAND --help says more; %s --version names versions.\n",
                  program_running()->name, program_running()->name);
}

/* --- arguments --- */

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
    for (size_t i = 0; i < sizeof flags_of_all / sizeof flags_of_all[0]; i++) {
        all[count++] = flags_of_all[i];
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
        bool is_taken = i < 2;
        for (size_t at = 0; args->command->flags[at].name != NULL; at++) {
            is_taken = is_taken || strcmp(args->command->flags[at].name, letters[i].name) == 0;
        }
        if (strcmp(text, letters[i].letter) != 0 || !is_taken) {
            continue;
        }
        args->flags[args->flags_count].name = letters[i].name;
        args->flags[args->flags_count++].value = "";
        return true;
    }
    return false;
}

static bool args_read(struct args *args, int argc, char **argv)
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
