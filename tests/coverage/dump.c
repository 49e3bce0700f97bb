/* dump.c - linked into the programs of the coverage build: who is ended by a signal, or leaves by
 * _exit(), writes its counters first. */
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

void __gcov_dump(void);
void __real__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status) __attribute__((noreturn));

static void on_end(int number)
{
    __gcov_dump();
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

__attribute__((constructor)) static void begin(void)
{
    static const int ends[] = {SIGTERM, SIGINT, SIGHUP, SIGABRT};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct sigaction action = {.sa_handler = on_end, .sa_flags = SA_NODEFER};
        (void)sigaction(ends[i], &action, NULL);
    }
}

void __wrap__exit(int status)
{
    __gcov_dump();
    __real__exit(status);
}
