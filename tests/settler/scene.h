/* scene.h - one settler, turn by turn: its node (host.h), its provider (provider.h), its own store
 * and all clocks are in this process, under virtual time. One scene at a time.
 *
 * What the settler links against of libcurl, LMDB, the clocks and chance is scene_doubles.c.
 */
#ifndef TRESTLE_TESTS_SETTLER_SCENE_H
#define TRESTLE_TESTS_SETTLER_SCENE_H

#include "gateway/settle/settler_state.h"
#include "tests/settler/host.h"
#include "tests/settler/provider.h"

enum { SCENE_ORDERS_MAX = 4, SCENE_LINE_MAX = HTTPS_CALLS_MAX, SCENE_ANSWERS_MAX = 8 };

/* Where a fault strikes. */
enum scene_strike {
    STRIKE_NONE,
    STRIKE_OWN,    /* a call of the settler's store */
    STRIKE_NODE,   /* a reading of the node's */
    STRIKE_BEGIN,  /* a transaction of the own store does not begin */
    STRIKE_READ,   /* one of the node's does not */
    STRIKE_KILLED, /* the process ends after a commit: nothing of what follows it */
    STRIKE_LOST,   /* ... or before it */
    STRIKE_PATHS,  /* each way to a call of either store fails once in the process */
};

struct scene_fault {
    enum scene_strike strike;
    enum store_memory_call call;
    unsigned nth; /* from 1 */
    int err;
};

/* Calls under way: their answers are there, and wait for their time. */
struct scene_line {
    uint32_t count;
    uint64_t due_ms[SCENE_LINE_MAX];
    struct https_answer answers[SCENE_LINE_MAX];
    uint32_t refusals; /* so many calls do not leave */
};

struct scene {
    struct host host;
    struct provider provider;
    struct scene_line line;
    struct store_memory *own;
    struct settler *settler;
    struct credentials credentials;
    struct terms terms;
    uint64_t now_ms;
    int64_t wall_off_ms; /* the machine's clock is ahead by so much of what time it is */
    bool has_hooks;      /* events come by themselves */
    uint32_t hooked;
    uint32_t answers_count;
    struct annex_answer answers[SCENE_ANSWERS_MAX];
    uint32_t orders_count;
    struct entity_id orders[SCENE_ORDERS_MAX];
    uint32_t opened; /* times that the settler was started */
    int open_err;    /* https does not start, once */
    int store_err;   /* the own store does not open, once */
    bool is_killed;
    struct scene_fault fault;
    uint64_t begins, commits;
    struct history *history;
    struct order *order;
};

/* The one that plays. */
extern struct scene *scene;

struct scene *scene_new(void);
void scene_free(struct scene *it);
/* Anew: nobody has ordered, nothing is at the provider; @fault or NULL. */
void scene_begin(const struct scene_fault *fault);
void scene_end(void);

/* Let @ms pass. */
void scene_run(uint64_t ms);
/* It passes, and nobody runs. */
void scene_sleep(uint64_t ms);
/* The settler ends and starts again. */
void scene_restart(void);

/* --- what people do --- */

/* A draft of so many lines: 7.00, and 4.00 more; its number here. */
uint32_t scene_place(uint32_t lines);
/* By a customer himself. */
uint32_t scene_place_customers(uint32_t lines);
/* A customer asks until he has a form to pay with, for some minutes; whether he got one. */
bool scene_pay(uint32_t order);
/* ... once: the error, and how it is told. */
int scene_pay_once(uint32_t order);
void scene_do(enum command_kind kind, uint32_t order);
void scene_do_line(enum command_kind kind, uint32_t order, uint32_t line);
/* What the guest gives on top: an amount, or a share of what is owed. */
void scene_tip(uint32_t order, int64_t amount, uint32_t bp);
/* Somebody wishes an amount back: the how-manieth time. */
void scene_wish(uint32_t order, uint32_t slot, int64_t amount);
/* A webhook brings these bytes. Its answer. */
int scene_hook(const char *id, const char *body);
const struct order *scene_look(uint32_t order);

/* --- the own store --- */

/* How many rows begin with @mark. */
uint32_t scene_rows(char mark);
/* The first such row becomes @value (NULL: three bytes of nonsense). Between turns. */
void scene_spoil(char mark, const void *value, size_t size);
void scene_put(const void *key, size_t key_size, const void *value, size_t size);

/* --- how it ended --- */

struct scene_order {
    enum order_phase phase;
    int64_t paid, refunded, due;
};

struct scene_outcome {
    struct provider_books books;
    uint32_t orders_count;
    struct scene_order orders[SCENE_ORDERS_MAX];
};
struct scene_outcome scene_outcome(void);

#endif
