/* side.h - the servers that are put under the same load: our gateway, and what stands beside it.
 */
#ifndef TRESTLE_TESTS_BENCH_SIDE_H
#define TRESTLE_TESTS_BENCH_SIDE_H

#include "node/access/token.h"
#include "node/config/identity.h"
#include "tests/bench/load.h"
#include "tests/bench/server.h"

enum { SIDE_PATH_MAX = 256 };

struct side {
    const char *name;
    bool is_there; /* it could be started */
    struct bench_server server;
    struct load_target target;
    const char *quiet; /* a path that is answered and tells nobody */
    /* A whole request that orders. */
    size_t (*order)(void *context, unsigned number, char *to, size_t capacity);
    /* Have the kitchen do the @count orders of @posts, so that none waits. */
    void (*clear)(struct side *side, struct load *load, const struct load_post *posts,
                  unsigned count);
    char *folder;
    char state[SIDE_PATH_MAX], log[SIDE_PATH_MAX];
    struct identity identity;         /* of the gateway */
    char person[TOKEN_TEXT_MAX + 32]; /* who orders at a locked screen: a header; "" = the screen */
    uint64_t keys;                    /* of requests, given so far */
    const struct load_post *cleared;
    const char *step; /* that clears them */
};

/* A counter that trestle-gateway runs, with a menu and a card provider's keys. @words: further ones
 * for it, or "". It must start. */
void side_open_gateway(struct side *side, const char *words);
/* The same again, with other words: memory begins anew. */
void side_reopen_gateway(struct side *side, const char *words);

/* Whoever orders from now on is somebody of the counter: a gateway that hears of addresses by a
 * proxy has its screen locked. It runs. */
void side_sign_in(struct side *side);

/* Where it listens for TLS. */
int side_https_port(const struct side *side);

/* Express, Socket.io and PostgreSQL; bare libwebsockets and LMDB, with the event loop @loop. */
void side_open_socketio(struct side *side);
void side_open_raw(struct side *side, const char *loop);

void side_close(struct side *side);

/* The token of our gateway's @number-th customer: TOKEN_TEXT_MAX. */
void side_customer(const struct side *side, unsigned number, char *ret_token);
/* It asks what two dishes cost, through a proxy that tells its own address: a whole request. */
size_t side_quote(struct side *side, unsigned number, const char *token, char *to, size_t capacity);

/* An event of the card provider, signed, as a whole request for load_plan: @context is a side. */
size_t side_webhook(void *context, unsigned number, char *to, size_t capacity);

#endif
