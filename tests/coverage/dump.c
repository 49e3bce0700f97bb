/* dump.c - linked into the programs of the coverage build: who is ended by a signal, or leaves by
 * _exit(), writes its counters first. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

void __gcov_dump(void);
void __real__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status) __attribute__((noreturn));

/* Under failing.c the calls that write them do not fail. */
static void dump(void)
{
    void (*end)(void) = NULL;
    void *found = dlsym(RTLD_DEFAULT, "failing_end");
    memcpy(&end, &found, sizeof end);
    if (end != NULL) {
        end();
    }
    __gcov_dump();
}

static void on_end(int number)
{
    dump();
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
    dump();
    __real__exit(status);
}
