/* Apart from the commands: what only reads files says what it found and needs none of them. */
#include "node/cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/statvfs.h>

#include "node/cli/program.h"
#include "node/cli/terminal.h"

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
