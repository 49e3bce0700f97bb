/* programs.h - the program as people use it: real processes, real folders, loopback.
 *
 * Every call fails the test when what it waits for does not come within DEADLINE_MS.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_PROGRAMS_H
#define TRESTLE_TESTS_PROCESS_LIB_PROGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { DEADLINE_MS = 120000, OUTPUT_BYTES_MAX = 1024 * 1024, WORDS_MAX = 100 };

/* What a program that has ended said. */
struct ran {
    int status;      /* or 1000 + signal */
    char *out, *err; /* of this run; overwritten by the next */
};

/* build/trestle */
const char *program(void);

/* From now on another one beside it: "trestle-gateway". */
void program_set(const char *name);

/* fork(), but the child is killed when this process ends, however that comes: a test that fails
 * leaves nothing running. Call it on the main thread, whose end is what the kernel looks at. */
pid_t fork_mortal(void);

/* Start it with @words, NULL at their end; mortal. */
pid_t spawn(const char *const *words, int out_fd, int err_fd);

/* Its exit status, or 1000 + signal. */
int await(pid_t child);

/* A file without a name. */
int scratch_file(void);

/* All of @fd to @to, which has OUTPUT_BYTES_MAX bytes; closes it. */
void read_back(int fd, char *to);

struct ran run(const char *const *words);
#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

/* The same for what must exit with 0. */
struct ran run_well(const char *const *words);
#define RUN_WELL(...) run_well((const char *const[]){__VA_ARGS__, NULL})

/* With @said on its standard input. */
struct ran run_told(const char *said, const char *const *words);
#define RUN_TOLD(said, ...) run_told(said, (const char *const[]){__VA_ARGS__, NULL})

/* Run the words until stdout holds @wanted. */
void until_out(const char *wanted, const char *const *words);

void write_file(const char *path, const char *text);

/* --- a stall of nodes --- */

enum { NODES_MAX = 3 };

struct node {
    char state[96];
    pid_t process; /* 0 = it does not run */
    int log_fd;
    int http_port; /* since node_start() */
};

struct stall {
    char folder[64];
    struct node nodes[NODES_MAX];
};

void stall_open(struct stall *stall);
void stall_close(struct stall *stall);

const char *menu_path(void);

/* The first node: with its own menu, on any free ports. */
void stall_init(struct stall *stall);

/* Start it, and wait until it says that it is ready. */
void node_start(struct node *node);

/* What it has logged so far; overwritten by the next run. */
const char *node_log(const struct node *node);

/* Send it signal @number; its exit status. */
int node_end(struct node *node, int number);

/* Wait until it has heard of all of the menu, and so of the day before it: without these it does
 * not sell, however linked it is. */
void until_menu(const struct node *node);

/* Invited by the first node, which runs. */
void node_join(struct stall *stall, int at, const char *role, const char *lane);

#endif
