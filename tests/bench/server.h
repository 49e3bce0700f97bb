/* server.h - a server under load: any program that says where it listens.
 *
 * Its first line on stdout is a JSON object with "http":"http://ADDRESS:PORT" and, when another
 * process than the one that was started serves, "serves":PID.
 */
#ifndef TRESTLE_TESTS_BENCH_SERVER_H
#define TRESTLE_TESTS_BENCH_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

struct bench_server {
    pid_t pid;    /* of what was started; 0 = it does not run */
    pid_t serves; /* whose memory and CPU time count */
    int port;
};

/* Run @command by the shell, its stderr to the file @log; true when it is ready. False, when it
 * ended before, or said nothing for a minute. */
bool bench_server_start(struct bench_server *server, const char *command, const char *log);
/* SIGTERM, and wait. Accepts one that does not run. */
void bench_server_stop(struct bench_server *server);

/* Since its start. */
double bench_server_cpu_s(const struct bench_server *server);
/* Anonymous memory (mapped files apart). */
double bench_server_memory_bytes(const struct bench_server *server);

#endif
