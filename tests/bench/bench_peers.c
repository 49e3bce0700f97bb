/* bench_peers.c - anonymous memory of a node against the number of devices that are linked with it:
 * 1 to 63 processes beside it, which is all that a pop-up may have, or as many as
 * TRESTLE_BENCH_PEERS says.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sync/base/err.h"
#include "tests/bench/bench.h"
#include "tests/bench/client.h"
#include "tests/bench/program.h"

enum {
    PEERS_MOST = 63,
    PEERS_USUAL = 63,
    ORDERS_TAKEN = 200,
    ITEM = 11, /* of menu.csv */
    NS_PER_S = 1000000000,
    ASK_INTERVAL_NS = 50000000,
};

static const double linked_wait_s = 600; /* 64 processes greet each other on a few cores */

struct crowd {
    char *folder;
    unsigned peers; /* running */
    struct bench_process hub, peer[PEERS_MOST];
    struct client client;
};

static unsigned peers_most(void)
{
    const char *text = getenv("TRESTLE_BENCH_PEERS");
    const unsigned long most = text != NULL ? strtoul(text, NULL, 10) : PEERS_USUAL;
    return most < PEERS_MOST ? (unsigned)most : PEERS_MOST;
}

/* Twice as many, the most at the end, then 0. */
static unsigned peers_next(unsigned peers)
{
    const unsigned most = peers_most();
    if (peers >= most) {
        return 0;
    }
    return 2 * peers < most ? 2 * peers : most;
}

static void hub_found(struct crowd *crowd)
{
    char state[256];
    char text[PROGRAM_TEXT_MAX];
    (void)snprintf(state, sizeof state, "%s/hub", crowd->folder);
    bench_program(text, "init --state '%s' --role counter --lane A", state);
    bench_process_start(&crowd->hub, state, "");
    bench_program(text, "menu import '%s/docs/examples/menu.csv' --state '%s'", TEST_SOURCE_DIR,
                  state);
}

static void peer_add(struct crowd *crowd)
{
    char state[256], peers[256];
    char invitation[PROGRAM_TEXT_MAX], text[PROGRAM_TEXT_MAX];
    const unsigned at = crowd->peers++;
    (void)snprintf(state, sizeof state, "%s/peer%u", crowd->folder, at);
    (void)snprintf(peers, sizeof peers, "--peer %s@%s", crowd->hub.device, crowd->hub.mesh);
    bench_program(invitation, "invite --role pickup --lane P%c%c --name p%u --state '%s/hub'",
                  'A' + (int)(at / 26), 'A' + (int)(at % 26), at, crowd->folder);
    bench_program(text, "join --state '%s' --listen 'tcp://127.0.0.1:*' '%s'", state, invitation);
    bench_process_start(&crowd->peer[at], state, peers);
}

static unsigned peers_linked(struct crowd *crowd)
{
    static const char mark[] = "trestle_peers{state=\"linked\"} ";
    client_get(&crowd->client, "/metrics");
    const char *at = strstr(crowd->client.answer, mark);
    bench_must(at == NULL ? ERR_MALFORMED : 0, mark);
    return (unsigned)strtoul(at + strlen(mark), NULL, 10);
}

/* The hub says how many links it has to whoever asks: at a pace, so that asking is no load of its
 * own. */
static void await_links(struct crowd *crowd)
{
    const double until_s = bench_now_s() + linked_wait_s;
    struct timespec next;
    (void)clock_gettime(CLOCK_MONOTONIC, &next);
    while (peers_linked(crowd) < crowd->peers) {
        bench_must(bench_now_s() < until_s ? 0 : ERR_BUSY, "wait for the links");
        next.tv_nsec += ASK_INTERVAL_NS;
        next.tv_sec += next.tv_nsec / NS_PER_S;
        next.tv_nsec %= NS_PER_S;
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL) != 0) {
        }
    }
}

static void measure(struct crowd *crowd)
{
    const double linked = bench_process_anonymous_mb(&crowd->hub);
    for (unsigned i = 0; i < ORDERS_TAKEN; i++) {
        (void)client_order(&crowd->client);
    }
    printf("peers\t%u\t%.2f\t%.2f\n", crowd->peers, linked,
           bench_process_anonymous_mb(&crowd->hub));
    (void)fflush(stdout);
}

int main(void)
{
    static struct crowd crowd;
    crowd.folder = bench_folder_make();
    hub_found(&crowd);
    puts("#\tlinked devices\tMiB linked\tMiB after work");
    for (unsigned peers = 1; peers > 0; peers = peers_next(peers)) {
        while (crowd.peers < peers) {
            peer_add(&crowd);
        }
        client_open(&crowd.client, crowd.hub.http_port, ITEM); /* an idle one would be ended */
        await_links(&crowd);
        measure(&crowd);
        client_close(&crowd.client);
    }
    for (unsigned i = 0; i < crowd.peers; i++) {
        bench_process_stop(&crowd.peer[i]);
    }
    bench_process_stop(&crowd.hub);
    bench_folder_remove(crowd.folder);
    return 0;
}
