/* cli.h - the program's commands: one table, one way to read arguments, one way to fail.
 *
 * Layer: node. Data goes to stdout, talk to stderr. Exit status, also in docs/manual.md:
 *   0 done   1 failed   2 wrong usage (status: the node is down)
 *   69 no node runs, or a peer does not answer   74 disk   77 not permitted   78 settings
 */
#ifndef TRESTLE_NODE_CLI_CLI_H
#define TRESTLE_NODE_CLI_CLI_H

#include "node/config/settings.h"

enum exit_status {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_UNAVAILABLE = 69,
    EXIT_DISK = 74,
    EXIT_FORBIDDEN = 77,
    EXIT_SETTINGS = 78,
};

enum { ARGS_WORDS_MAX = 64, ARGS_FLAGS_MAX = 96 };

/* A flag that a command takes. */
struct flag_info {
    const char *name;
    const char *argument; /* NULL = it takes none */
    const char *help;
};

struct args {
    const struct cli_command *command;
    uint32_t words_count;
    const char *words[ARGS_WORDS_MAX]; /* what is not a flag, the command's name left out */
    uint32_t flags_count;
    struct {
        const char *name;
        const char *value; /* "" for one without argument */
    } flags[ARGS_FLAGS_MAX];
};

struct cli_command {
    const char *name;
    const char *usage; /* of its words: "FILE.csv" */
    const char *help;  /* one line */
    int (*run)(const struct args *args);
    uint32_t words_min, words_max;
    bool takes_settings;
    struct flag_info flags[16]; /* until one without a name */
};

/* The value of the last such flag, NULL when it was not given. */
const char *args_flag(const struct args *args, const char *name);
bool args_has(const struct args *args, const char *name);

/* Whether it is one of its own flags. */
bool command_has_flag(const struct cli_command *command, const char *name);

/* The commands, and the flags that each of them takes; NULL past the last. */
const struct cli_command *cli_command_at(size_t at);
const struct flag_info *cli_common_flag_at(size_t at);

/* "trestle: ..." on stderr. */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The roles a device or a person may have, as people type them. */
#define ROLE_WORDS "counter, kitchen, pickup, gateway, courier, manager, owner, organiser, auditor"

/* Say what failed, why and what to do; the exit status that fits. */
int tell_failure(const char *what, int err);

/* The same of what happened to the state folder @state, whose disk may have become read-only. */
int tell_state_failure(const char *state, int err);

/* Say that the file @path is not there; the exit status that fits. */
int tell_no_file(const char *path);

/* Where this command works: the state folder, and the settings in force. */
struct place {
    char state[PATH_BYTES_MAX];
    struct settings settings;
};

/* flags > environment > file > defaults. EXIT_DONE, or told. */
int place_find(const struct args *args, struct place *ret_place);

/* The same, and @said has what was set where; it is borrowed until the call returns. */
int place_find_said(const struct args *args, struct settings_said *said, struct place *ret_place);

/* Whether nothing that was set says who may dial this device, so that place_open() may. */
bool place_may_open(const struct args *args, const struct place *place);
/* Others may dial it: in @place alone. */
void place_open(struct place *place);
/* The same for good: in the state folder's own trestle.conf, beside what the file says that counted
 * until now. One that is there already is somebody's own word, and stays. As file_read() and
 * file_write(). */
MUST_CHECK int place_open_save(const struct args *args, const struct place *place);

/* The state folder alone; and who named it, a static text. */
int place_state(const struct args *args, char *ret_state);
int place_state_said(const struct args *args, char *ret_state, const char **ret_where);

/* The settings file that counts, into @to: as given, beside the state, the user's, the machine's.
 * Who named it, a static text; NULL = there is none. */
const char *place_config(const struct args *args, const char *state, char *to);

/* --- the commands --- */
int command_init(const struct args *args);
int command_invite(const struct args *args);
int command_pair(const struct args *args);
int command_join(const struct args *args);
int command_run(const struct args *args);
int command_status(const struct args *args);
int command_device(const struct args *args);
int command_staff(const struct args *args);
int command_menu(const struct args *args);
int command_record(const struct args *args);
int command_stock(const struct args *args);
int command_table(const struct args *args);
int command_order(const struct args *args);
int command_voided(const struct args *args);
int command_day(const struct args *args);
int command_report(const struct args *args);
int command_verify(const struct args *args);
int command_export(const struct args *args);
int command_erase(const struct args *args);
int command_archive(const struct args *args);
int command_config(const struct args *args);
int command_printer(const struct args *args);
int command_completion(const struct args *args);
int command_log(const struct args *args);
int command_top(const struct args *args);
int command_doctor(const struct args *args);
int command_backup(const struct args *args);
int command_restore(const struct args *args);
int command_openapi(const struct args *args);

#endif
