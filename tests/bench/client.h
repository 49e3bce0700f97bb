/* client.h - a counter's and a board's browser in as much as a benchmark needs, over plain sockets.
 */
#ifndef TRESTLE_TESTS_BENCH_CLIENT_H
#define TRESTLE_TESTS_BENCH_CLIENT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CLIENT_ANSWER_MAX = 1024 * 1024,
    CLIENT_HEADER_MAX = 4096,
    ORDER_ID_TEXT = 24,
    BOARD_SIGHTS_MAX = 16384,
    BOARD_BUCKETS = 4 * BOARD_SIGHTS_MAX, /* a power of two */
};

/* One keep-alive connection. */
struct client {
    int fd, port;
    unsigned item; /* it orders this one and the next */
    int64_t epoch_ms;
    uint64_t random;            /* of the request keys */
    char id[ORDER_ID_TEXT + 1]; /* of the last order */
    char *answer;               /* the last one, with a 0 behind it */
};

void client_open(struct client *client, int port, unsigned item);
void client_close(struct client *client);

/* GET what must be answered 200; the body is in client->answer. */
void client_get(struct client *client, const char *path);

/* Place an order of two lines, paid in cash: seconds until it was acknowledged. */
double client_order(struct client *client);

/* When a board first showed an order. */
struct sight {
    char id[ORDER_ID_TEXT + 1];
    double at_s;
};

/* A kitchen's board: a thread that reads a WebSocket. An order is shown again at each of its
 * changes; what counts is the first time. */
struct board {
    int fd;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t is_more; /* by the monotonic clock: one more was counted */
    atomic_size_t count;
    struct sight sights[BOARD_SIGHTS_MAX];
    uint16_t buckets[BOARD_BUCKETS]; /* by id: 1 + the place in sights, 0 = empty; the thread's */
};

/* Returns when the board has its snapshot. */
void board_open(struct board *board, int port);
void board_close(struct board *board);

/* When @id was first shown; waits at most @wait_s, then 0. */
double board_saw(struct board *board, const char *id, double wait_s);

#endif
