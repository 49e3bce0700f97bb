#define _GNU_SOURCE
#include "tests/bench/server.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sync/base/err.h"
#include "tests/bench/bench.h"

enum { LINE_BYTES_MAX = 512, READY_MS = 60 * 1000 };

/* Whoever measures may keep to one CPU; a server has all. */
static void unpin(void)
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    for (long i = 0; i < sysconf(_SC_NPROCESSORS_CONF); i++) {
        CPU_SET((size_t)i, &cpus);
    }
    (void)sched_setaffinity(0, sizeof cpus, &cpus);
}

static pid_t spawn(const char *command, const char *log, const int ends[2])
{
    char *line = NULL;
    bench_must(asprintf(&line, "exec %s 2>>'%s'", command, log) < 0 ? ERR_NO_MEMORY : 0, command);
    const pid_t pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* no server outlives a benchmark */
        unpin();
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    free(line);
    return pid;
}

/* The first line of @fd; false when there is none in time. */
static bool read_line(int fd, char line[LINE_BYTES_MAX])
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    size_t size = 0;
    while (size + 1 < LINE_BYTES_MAX && poll(&wait, 1, READY_MS) == 1) {
        if (read(fd, line + size, 1) != 1) {
            return false;
        }
        if (line[size] == '\n') {
            line[size] = '\0';
            return true;
        }
        size++;
    }
    return false;
}

static bool read_ready(struct bench_server *server, const char *line)
{
    const char *http = strstr(line, "\"http\":\"");
    const char *port = http == NULL ? NULL : strrchr(http, ':');
    const char *serves = strstr(line, "\"serves\":");
    if (port == NULL) {
        return false;
    }
    if (serves != NULL) {
        server->serves = (pid_t)strtol(serves + strlen("\"serves\":"), NULL, 10);
        port = strchr(http + strlen("\"http\":\"http:"), ':');
    }
    server->port = port == NULL ? 0 : (int)strtol(port + 1, NULL, 10);
    return server->port > 0;
}

bool bench_server_start(struct bench_server *server, const char *command, const char *log)
{
    int ends[2];
    char line[LINE_BYTES_MAX];
    bench_must(pipe(ends) != 0 ? ERR_IO : 0, "a pipe");
    *server = (struct bench_server){.pid = spawn(command, log, ends)};
    (void)close(ends[1]);
    server->serves = server->pid;
    const bool is_ready = server->pid > 0 && read_line(ends[0], line) && read_ready(server, line);
    (void)close(ends[0]);
    if (!is_ready) {
        bench_server_stop(server);
    }
    return is_ready;
}

void bench_server_stop(struct bench_server *server)
{
    if (server->pid > 0) {
        (void)kill(server->pid, SIGTERM);
        (void)waitpid(server->pid, NULL, 0);
    }
    server->pid = 0;
}

double bench_server_cpu_s(const struct bench_server *server)
{
    clockid_t clock;
    struct timespec time = {0};
    bench_must(clock_getcpuclockid(server->serves, &clock) != 0 || clock_gettime(clock, &time) != 0
                   ? ERR_IO
                   : 0,
               "a server's CPU time");
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

double bench_server_memory_bytes(const struct bench_server *server)
{
    char path[64];
    char line[256];
    unsigned long kb = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)server->serves);
    FILE *file = fopen(path, "re");
    bench_must(file == NULL ? ERR_IO : 0, path);
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "Anonymous:", 10) == 0) {
            kb = strtoul(line + 10, NULL, 10);
        }
    }
    (void)fclose(file);
    return (double)kb * 1024;
}
