/* booth.h - a node's web server in this process: a small core (replica and LMDB, no mesh) with a
 * thread of its own behind the gate, and a browser's requests to it.
 *
 *     struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
 *     assert_int_equal(200, booth_get(booth, "/healthz"));
 *     booth_free(booth);
 *
 * What is answered is in got, see raw.h. What fails that must not ends the process.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_BOOTH_H
#define TRESTLE_TESTS_PROCESS_LIB_BOOTH_H

#include <pthread.h>
#include <stdatomic.h>

#include "node/config/identity.h"
#include "node/os/bell.h"
#include "node/store/store_lmdb.h"
#include "node/web/web.h"
#include "sync/replica/replica.h"
#include "tests/lib/journal.h"
#include "tests/process/lib/customer.h"

struct booth {
    char folder[64];
    struct journal journal;
    struct journal_device device;
    struct identity identity; /* of its access */
    struct store_lmdb *store;
    struct store_lmdb_reader *reader;
    struct replica *replica;
    struct effects *effects;
    struct command_queue *queue;
    struct gate gate;
    struct web *web;
    char screens[80];         /* the folder of booth_add_file() */
    struct web_config config; /* fill it in between booth_new() and booth_serve() */
    pthread_t thread;
    struct bell bell;          /* its lock guards: */
    struct gate_live live;     /* what it tells of itself; change it before it serves */
    atomic_bool is_deaf;       /* leave commands where they are; booth_wake() after */
    atomic_bool is_sick;       /* its store cannot be read by the web */
    atomic_uint turned_ms_ago; /* what the core says of itself */
    atomic_uint taken;         /* commands */
};

/* All but the web. Free with booth_free(), also when it never served. */
struct booth *booth_new(enum role role);

/* Before it serves: tokens, PINs and limits, of which it has none otherwise; a place for images and
 * contacts; a file of screens that are served. */
void booth_add_access(struct booth *booth);
void booth_add_blobs(struct booth *booth);
void booth_add_file(struct booth *booth, const char *name, const char *text);

struct booth *booth_serve(struct booth *booth);
void booth_free(struct booth *booth);

/* From now on it tells of itself what @live says. */
void booth_tell(struct booth *booth, const struct gate_live *live);

/* The core looks for commands. @context: a booth. */
void booth_wake(void *context);

struct moment booth_now(void);

/* --- requests: the status --- */

int booth_dial(const struct booth *booth);

/* The header that every request needs; overwritten by the next call. */
const char *booth_host(const struct booth *booth);

int booth_get(const struct booth *booth, const char *path);

/* A write with an Origin of our own and the key that @key numbers. _on: on a connection. */
int booth_post(const struct booth *booth, const char *path, unsigned key, const char *body);
int booth_write(const struct booth *booth, const char *method, const char *path, unsigned key,
                const char *body);
int booth_write_on(int fd, const struct booth *booth, const char *method, const char *path,
                   unsigned key, const char *body);

#define BOOTH_BURGER "{\"number\":7,\"name\":\"Burger\",\"price\":850,\"category\":\"Grill\"}"
#define BOOTH_TWO_BURGERS                                                                          \
    "{\"channel\":\"counter\",\"mode\":\"eat-in\",\"lines\":[{\"item\":7,\"quantity\":2}]}"

/* A customer who comes; _as: what he asks, with a key of its own for each call. */
struct customer booth_customer(const struct booth *booth);
int booth_ask_as(const struct booth *booth, const struct customer *customer, const char *method,
                 const char *path, const char *body);

/* A new menu item of about 13 KiB, another for each @n; takes the key 1000 + @n. */
void booth_change_much(int fd, const struct booth *booth, unsigned n);

/* A burger and a day; takes the keys 1 and 2. */
void booth_set_up(const struct booth *booth);

/* --- screens --- */

#define BOOTH_UPGRADE                                                                              \
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"                   \
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"

/* A handshake; @origin: further headers. */
int booth_upgrade(int fd, const struct booth *booth, const char *path, const char *origin);

/* A screen of our own, upgraded: its socket. */
int booth_screen(const struct booth *booth, const char *path);

#endif
