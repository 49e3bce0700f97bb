/* scene.h - one messenger, turn by turn: its node (tests/settler/host.h), its own store, the
 * servers that it calls and all clocks are in this process, under virtual time. One scene at a
 * time.
 *
 * What the messenger links against of libcurl, LMDB and the clocks is scene_doubles.c.
 */
#ifndef TRESTLE_TESTS_MESSENGER_SCENE_H
#define TRESTLE_TESTS_MESSENGER_SCENE_H

#include "gateway/notify/messenger_state.h"
#include "tests/settler/host.h"

enum { SCENE_ORDERS_MAX = 24, SCENE_POSTS_MAX = 128 };

/* What left. */
struct scene_post {
    enum channel channel;
    char url[256], headers[2048], body[2048];
    uint64_t at_ms;
};

/* What the servers of a channel answer from now on. */
struct scene_server {
    uint32_t status;
    bool is_unsent, is_private, is_silent;
    uint32_t retry_after_s;
    int64_t date_s;
};

enum scene_strike {
    STRIKE_NONE,
    STRIKE_KILLED, /* the process ends after the nth commit: nothing of what follows it */
    STRIKE_LOST,   /* ... or before it */
    STRIKE_SENT,   /* ... or after the nth post, before its answer */
    STRIKE_FULL,   /* the nth commit fails, once */
    STRIKE_BEGIN,  /* the nth transaction does not begin */
};

/* A call of a store that fails in a turn of the messenger's. */
struct scene_fault {
    struct store_memory *store; /* NULL = none */
    enum store_memory_call call;
    uint64_t nth; /* from now on */
};

struct scene {
    struct host host;
    struct store_memory *own;
    struct messenger *messenger;
    struct terms terms;
    struct message_keys keys;
    uint64_t now_ms;
    enum scene_strike strike;
    uint64_t nth, begins, commits;
    bool is_killed;
    int open_err;     /* https does not start, once */
    int push_err;     /* ... or takes no call, as long as this is set */
    const char *dead; /* what a URL has that nothing can leave for; NULL = none */
    uint64_t asker;   /* who asks from now on */
    int store_err;
    struct scene_fault fault;
    struct scene_server servers[CHANNEL_COUNT];
    uint32_t line_count[CHANNEL_COUNT];
    struct https_answer line[CHANNEL_COUNT][HTTPS_CALLS_MAX];
    uint32_t posts_count;
    struct scene_post posts[SCENE_POSTS_MAX];
    uint32_t orders_count;
    struct entity_id orders[SCENE_ORDERS_MAX];
    int answered_err;
    bool has_push, has_sms; /* as the last answer says */
    char where[64];
};

extern struct scene *scene;

/* Anew; both channels are offered, servers take everything. */
void scene_begin(enum scene_strike strike, uint64_t nth);
void scene_end(void);
void scene_free(void);
/* Let @ms pass. */
void scene_run(uint64_t ms);
void scene_restart(void);
/* messenger_open() with what is set up. */
int scene_open(struct messenger **ret_messenger);

/* A customer's order; its number here. */
uint32_t scene_place(void);
/* ... which is none until it is paid. */
uint32_t scene_draft(void);
void scene_do(enum command_kind kind, uint32_t order);
/* A command on all of it; its error. */
int scene_try(const struct command *command);
void scene_day(uint64_t day);
void scene_day_close(void);

/* What a customer asks for; the error. */
int scene_push(uint32_t order, const char *endpoint);
int scene_sms(uint32_t order, const char *phone);
int scene_off(uint32_t order);

/* How many posts of @channel have @part in their body or headers; "" = all. Pushes are not sealed
 * here: scene_doubles.c. */
uint32_t scene_posts(enum channel channel, const char *part);
/* Whether the own store holds @text anywhere. */
bool scene_holds(const char *text);
uint32_t scene_rows(void);
/* The row of @order is no row any more. */
void scene_spoil(uint32_t order);

#endif
