#define _GNU_SOURCE
#include "tests/bench/crowd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/base/err.h"
#include "tests/bench/orders.h"

enum {
    WARM = 20, /* connections that a process has before the others are counted */
    CLIENTS = 1000,
    SECURE_CLIENTS = 160, /* with WARM fewer than one address may open at once */
    QUIET_REQUESTS = 300,
    QUIET_PER_S = 100,
    ORDERS = 60,
    ORDERS_PER_S = 20,
    ORDERS_DROPPED = 5,
    IN_FLIGHT = 16,
    WORDS_MAX = 700,
};

static const double settle_s = 1;

/* --- memory --- */

static double memory_of_each(struct side *side, unsigned clients)
{
    struct load *load = load_new(&side->target);
    load_watch(load, WARM);
    const double before = bench_server_memory_bytes(&side->server);
    load_watch(load, WARM + clients);
    load_idle(load, settle_s);
    const double each = (bench_server_memory_bytes(&side->server) - before) / clients;
    load_free(load);
    return each;
}

double crowd_memory(struct side *side)
{
    return memory_of_each(side, CLIENTS);
}

static void certificate_make(const struct side *side)
{
    char command[3 * SIDE_PATH_MAX];
    (void)snprintf(command, sizeof command,
                   "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
                   "-subj /CN=localhost -keyout '%s/tls.key' -out '%s/tls.pem' 2>>'%s' && "
                   "chmod 600 '%s/tls.key'",
                   side->folder, side->folder, side->log, side->folder);
    bench_must(system(command) != 0 ? ERR_IO : 0, "a certificate"); /* NOLINT(cert-env33-c) */
}

double crowd_memory_secure(struct side *side)
{
    char words[WORDS_MAX];
    certificate_make(side);
    (void)snprintf(words, sizeof words,
                   "--customers %d --https 127.0.0.1:0 --tls-certificate '%s/tls.pem' --tls-key "
                   "'%s/tls.key'",
                   2 * (WARM + SECURE_CLIENTS), side->folder, side->folder);
    side_reopen_gateway(side, words);
    const struct load_target plain = side->target;
    side->target.port = side_https_port(side);
    side->target.is_secure = true;
    const double each = memory_of_each(side, SECURE_CLIENTS);
    side->target = plain;
    return each;
}

/* --- many --- */

static size_t quiet_request(void *context, unsigned number, char *to, size_t capacity)
{
    const struct side *side = context;
    (void)number;
    return (size_t)snprintf(to, capacity, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
                            side->quiet, side->target.port);
}

static void measure_idle(struct side *side, struct load *load, double idle_s,
                         struct crowd_figures *figures)
{
    const double cpu_s = bench_server_cpu_s(&side->server);
    const double begin_s = bench_now_s();
    load_idle(load, idle_s);
    figures->idle_share = (bench_server_cpu_s(&side->server) - cpu_s) / (bench_now_s() - begin_s);
    figures->memory_mib = bench_server_memory_bytes(&side->server) / (1 << 20);
}

static void measure_quiet(struct side *side, struct load *load, struct crowd_figures *figures)
{
    const struct load_plan plan = {.request = quiet_request,
                                   .context = side,
                                   .count = QUIET_REQUESTS,
                                   .per_s = QUIET_PER_S,
                                   .in_flight = IN_FLIGHT};
    const double cpu_s = bench_server_cpu_s(&side->server);
    const struct load_post *posts = load_run(load, &plan);
    figures->quiet_p50_ms = posts_ms(posts, 0, plan.count, false, 0.5);
    figures->quiet_p99_ms = posts_ms(posts, 0, plan.count, false, 0.99);
    figures->quiet_cpu_ms = 1000 * (bench_server_cpu_s(&side->server) - cpu_s) / plan.count;
}

static void measure_orders(struct side *side, struct load *load, unsigned phones,
                           struct crowd_figures *figures)
{
    const struct load_plan plan = {.request = side->order,
                                   .context = side,
                                   .count = ORDERS,
                                   .per_s = ORDERS_PER_S,
                                   .in_flight = IN_FLIGHT,
                                   .is_shown = true};
    const double cpu_s = bench_cpu_s();
    const double begin_s = bench_now_s();
    const struct load_post *posts = load_run(load, &plan);
    figures->load_share = bench_load_share(bench_cpu_s() - cpu_s, bench_now_s() - begin_s);
    figures->acked_p50_ms = posts_ms(posts, ORDERS_DROPPED, plan.count, false, 0.5);
    figures->acked_p99_ms = posts_ms(posts, ORDERS_DROPPED, plan.count, false, 0.99);
    if (phones > 0) {
        figures->shown_p50_ms = posts_ms(posts, ORDERS_DROPPED, plan.count, true, 0.5);
        figures->shown_p99_ms = posts_ms(posts, ORDERS_DROPPED, plan.count, true, 0.99);
    }
    side->clear(side, load, posts, plan.count);
}

void crowd_measure(struct side *side, unsigned phones, double idle_s,
                   struct crowd_figures *ret_figures)
{
    struct load *load = load_new(&side->target);
    *ret_figures = (struct crowd_figures){0};
    load_watch(load, phones);
    (void)fprintf(stderr, "%u phones are connected\n", phones);
    load_idle(load, settle_s);
    measure_idle(side, load, idle_s, ret_figures);
    measure_quiet(side, load, ret_figures);
    measure_orders(side, load, phones, ret_figures);
    load_free(load);
}
