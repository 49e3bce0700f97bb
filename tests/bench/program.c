#define _GNU_SOURCE
#include "tests/bench/program.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sync/base/err.h"
#include "tests/bench/bench.h"

/* What it tells people goes to @said. */
static FILE *program_open(const char *words, FILE *said)
{
    char *line = NULL;
    if (asprintf(&line, "exec '%s' %s 2>/proc/%d/fd/%d", BENCH_PROGRAM, words, (int)getpid(),
                 fileno(said)) < 0) {
        bench_must(ERR_NO_MEMORY, "command");
    }
    FILE *output = popen(line, "re");
    free(line);
    bench_must(output == NULL ? ERR_IO : 0, "start the program");
    return output;
}

/* Why it failed, it says best itself. */
static void said_show(FILE *said)
{
    char line[512];
    rewind(said);
    while (fgets(line, sizeof line, said) != NULL) {
        (void)fprintf(stderr, "bench: it said: %s", line);
    }
}

void bench_program(char *ret_text, const char *words, ...)
{
    char *line = NULL;
    va_list arguments;
    va_start(arguments, words);
    int size = vasprintf(&line, words, arguments);
    va_end(arguments);
    bench_must(size < 0 ? ERR_NO_MEMORY : 0, "words");
    FILE *said = tmpfile();
    bench_must(said == NULL ? ERR_IO : 0, "tmpfile");
    FILE *output = program_open(line, said);
    size_t read = fread(ret_text, 1, PROGRAM_TEXT_MAX - 1, output);
    while (read > 0 && ret_text[read - 1] == '\n') {
        read--;
    }
    ret_text[read] = '\0';
    const bool is_done = pclose(output) == 0;
    if (!is_done) {
        said_show(said);
    }
    (void)fclose(said);
    bench_must(is_done ? 0 : ERR_STATE, line);
    free(line);
}

/* The text behind "name":" in @json, up to the next quote. */
static void text_of(const char *json, const char *name, char *to, size_t capacity)
{
    char mark[32];
    (void)snprintf(mark, sizeof mark, "\"%s\":\"", name);
    const char *from = strstr(json, mark);
    bench_must(from == NULL ? ERR_MALFORMED : 0, name);
    from += strlen(mark);
    size_t size = strcspn(from, "\"");
    bench_must(size >= capacity ? ERR_TOO_LARGE : 0, name);
    memcpy(to, from, size);
    to[size] = '\0';
}

static void ready_read(struct bench_process *process, int fd)
{
    char line[512];
    char url[64];
    FILE *output = fdopen(fd, "r");
    bench_must(output == NULL || fgets(line, sizeof line, output) == NULL ? ERR_STATE : 0,
               "wait until the node is ready");
    (void)fclose(output);
    text_of(line, "device", process->device, sizeof process->device);
    text_of(line, "mesh", process->mesh, sizeof process->mesh);
    text_of(line, "http", url, sizeof url);
    process->http_port = atoi(strrchr(url, ':') + 1);
}

void bench_process_start(struct bench_process *process, const char *state, const char *peers)
{
    char *line = NULL;
    int ends[2];
    if (pipe(ends) != 0 ||
        asprintf(&line,
                 "exec '%s' run --json --state '%s' --listen 'tcp://127.0.0.1:*' --http "
                 "127.0.0.1:0 %s 2>>'%s.log'",
                 BENCH_PROGRAM, state, peers, state) < 0) {
        bench_must(ERR_NO_MEMORY, "start the program");
    }
    double start = bench_now_s();
    process->pid = fork();
    if (process->pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* no node outlives a benchmark */
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    free(line);
    (void)close(ends[1]);
    ready_read(process, ends[0]);
    process->ready_s = bench_now_s() - start;
}

void bench_process_stop(struct bench_process *process)
{
    int status = 0;
    (void)kill(process->pid, SIGTERM);
    (void)waitpid(process->pid, &status, 0);
    bench_must(status == 0 ? 0 : ERR_STATE, "stop the node");
}

double bench_process_anonymous_mb(const struct bench_process *process)
{
    char path[64];
    char line[256];
    unsigned long kb = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)process->pid);
    FILE *file = fopen(path, "re");
    bench_must(file == NULL ? ERR_IO : 0, path);
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "Anonymous:", 10) == 0) {
            kb = strtoul(line + 10, NULL, 10);
        }
    }
    (void)fclose(file);
    return (double)kb / 1024;
}
