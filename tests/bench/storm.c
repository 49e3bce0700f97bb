#define _GNU_SOURCE
#include "tests/bench/storm.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sync/base/err.h"
#include "tests/bench/bench.h"
#include "tests/bench/orders.h"

enum {
    ORDERS = 200,
    ORDERS_PER_S = 20,
    IN_FLIGHT = 16,
    ASKERS = 16,    /* connections, a process each */
    CUSTOMERS = 32, /* of each, in turn */
    REQUEST_MAX = 2048,
    ANSWER_MAX = 64 * 1024,
    WORDS_MAX = 200,
};

static const double stays_s = 600; /* whoever came back, until it is ended */

/* --- the stall's screen --- */

static void measure_orders(struct side *side, struct storm_figures *figures)
{
    const struct load_plan plan = {.request = side->order,
                                   .context = side,
                                   .count = ORDERS,
                                   .per_s = ORDERS_PER_S,
                                   .in_flight = IN_FLIGHT};
    struct load *load = load_new(&side->target);
    const struct load_post *posts = load_run(load, &plan);
    figures->acked_p50_ms = posts_ms(posts, 0, plan.count, false, 0.5);
    figures->acked_p99_ms = posts_ms(posts, 0, plan.count, false, 0.99);
    load_free(load);
}

/* --- beside it --- */

/* A process of its own, which ends with this one. 0 in it. */
static pid_t begin_beside(void)
{
    const pid_t pid = fork();
    bench_must(pid < 0 ? ERR_IO : 0, "a process beside");
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    }
    return pid;
}

static void end_beside(pid_t pid)
{
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}

static void *shared_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    bench_must(memory == MAP_FAILED ? ERR_NO_MEMORY : 0, "memory");
    return memory;
}

/* --- all come back --- */

static void come_back(struct side *side, unsigned phones, double *ret_s)
{
    side->target.opening_max = phones;
    struct load *load = load_new(&side->target);
    const double begin_s = bench_now_s();
    load_watch(load, phones);
    *ret_s = bench_now_s() - begin_s;
    load_idle(load, stays_s);
    _exit(0);
}

void storm_return(struct side *side, const char *words, unsigned phones,
                  struct storm_figures *ret_figures)
{
    double *back_s = shared_memory(sizeof *back_s);
    *ret_figures = (struct storm_figures){0};
    struct load *before = load_new(&side->target);
    load_watch(before, phones);
    load_free(before);
    side_reopen_gateway(side, words);
    const pid_t pid = begin_beside();
    if (pid == 0) {
        come_back(side, phones, back_s);
    }
    measure_orders(side, ret_figures);
    end_beside(pid);
    ret_figures->back_s = *back_s;
    (void)munmap(back_s, sizeof *back_s);
}

/* --- a flood --- */

struct asked {
    _Atomic unsigned long given, denied;
};

static int dial(const struct side *side)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)side->target.port),
                                        .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bench_must(
        fd < 0 || connect(fd, (const struct sockaddr *)(const void *)&address, sizeof address) != 0
            ? ERR_IO
            : 0,
        "a connection");
    return fd;
}

/* The status of the next answer; 0 when the connection ended. */
static int hear(int fd)
{
    static char answer[ANSWER_MAX + 1];
    size_t size = 0;
    for (;;) {
        const ssize_t came = recv(fd, answer + size, ANSWER_MAX - size, 0);
        if (came <= 0) {
            return 0;
        }
        size += (size_t)came;
        answer[size] = '\0';
        const char *end = strstr(answer, "\r\n\r\n");
        const char *length = end == NULL ? NULL : strcasestr(answer, "content-length:");
        const size_t body = length == NULL ? 0 : strtoul(length + 15, NULL, 10);
        if (end != NULL && size >= (size_t)(end + 4 - answer) + body) {
            return (int)strtol(answer + 9, NULL, 10);
        }
    }
}

/* As the @asker-th connection, its customers in turn, for ever. */
static void ask_on(struct side *side, unsigned asker, struct asked *asked)
{
    static char tokens[CUSTOMERS][TOKEN_TEXT_MAX];
    char request[REQUEST_MAX];
    int fd = dial(side);
    for (unsigned i = 0; i < CUSTOMERS; i++) {
        side_customer(side, asker * CUSTOMERS + i, tokens[i]);
    }
    side->keys += (uint64_t)(asker + 1) << 32; /* nobody else's */
    for (unsigned i = 0;; i++) {
        const unsigned customer = asker * CUSTOMERS + i % CUSTOMERS;
        const size_t size = side_quote(side, customer, tokens[i % CUSTOMERS], request, REQUEST_MAX);
        const int status = send(fd, request, size, MSG_NOSIGNAL) == (ssize_t)size ? hear(fd) : 0;
        *(status >= 200 && status < 300 ? &asked->given : &asked->denied) += 1;
        if (status == 0) {
            (void)close(fd);
            fd = dial(side);
        }
    }
}

void storm_flood(struct side *side, const char *words, struct storm_figures *ret_figures)
{
    char all[WORDS_MAX];
    pid_t pids[ASKERS];
    struct asked *asked = shared_memory(sizeof *asked);
    *ret_figures = (struct storm_figures){0};
    (void)snprintf(all, sizeof all, "%s --screen locked --trusted-proxy 127.0.0.1", words);
    side_reopen_gateway(side, all);
    side_sign_in(side);
    for (unsigned i = 0; i < ASKERS; i++) {
        pids[i] = begin_beside();
        if (pids[i] == 0) {
            ask_on(side, i, asked);
        }
    }
    const double begin_s = bench_now_s();
    measure_orders(side, ret_figures);
    const double took_s = bench_now_s() - begin_s;
    ret_figures->per_s = (double)asked->given / took_s;
    ret_figures->refused_s = (double)asked->denied / took_s;
    for (unsigned i = 0; i < ASKERS; i++) {
        end_beside(pids[i]);
    }
    (void)munmap(asked, sizeof *asked);
}
