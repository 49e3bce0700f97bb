/* program.h - the real program, as processes of their own.
 */
#ifndef TRESTLE_TESTS_BENCH_PROGRAM_H
#define TRESTLE_TESTS_BENCH_PROGRAM_H

#include <sys/types.h>

enum { PROGRAM_TEXT_MAX = 1024 };

/* A running `trestle run`. */
struct bench_process {
    pid_t pid;
    char device[17];
    char mesh[64]; /* endpoint */
    int http_port;
    double ready_s; /* from its start until it said that it is ready */
};

/* `trestle <words>`: its output, without the newline, goes to @ret_text (PROGRAM_TEXT_MAX). It must
 * succeed. */
__attribute__((format(printf, 2, 3))) void bench_program(char *ret_text, const char *words, ...);

/* Start the node of @state on free ports. @peers: further words ("--peer ..."), or "". */
void bench_process_start(struct bench_process *process, const char *state, const char *peers);
void bench_process_stop(struct bench_process *process);

/* Its anonymous memory (mapped files apart). */
double bench_process_anonymous_mb(const struct bench_process *process);

#endif
