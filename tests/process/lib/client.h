/* client.h - a client of a node's screens: plain HTTP over loopback, one request at a time.
 *
 * The connection is kept while the node keeps it. A call fails the test when the node says nothing
 * within DEADLINE_MS.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_CLIENT_H
#define TRESTLE_TESTS_PROCESS_LIB_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

enum { CLIENT_BODY_BYTES_MAX = 512 * 1024, CLIENT_HEAD_BYTES_MAX = 4096 };

struct client {
    int port;
    int fd; /* 0 = not connected */
    int status;
    char head[CLIENT_HEAD_BYTES_MAX];
    char body[CLIENT_BODY_BYTES_MAX];
};

struct client_request {
    const char *method, *path;
    const char *token; /* NULL = none */
    const char *key;   /* Idempotency-Key; NULL = none */
    const char *body;  /* NULL = none */
    const char *more;  /* further headers, each with its CRLF; NULL = none */
};

/* Free with client_close(). */
struct client *client_new(int port);
void client_close(struct client *client);

/* The status; head and body are in the client until the next. */
int client_ask(struct client *client, const struct client_request *request);

/* As client_ask(), and again while it is told to ask later (429 with Retry-After), as a page does:
 * for those who ask until something is so, and would otherwise have used up what they may ask. */
int client_ask_patiently(struct client *client, const struct client_request *request);

/* Only send it. */
void client_say(struct client *client, const struct client_request *request);

/* Break the connection off, so that the node's end hears of it at once. */
void client_break_off(struct client *client);

/* A key of its own for each call: a write that is meant once. */
const char *client_key(void);

#endif
