/* desk.h - a device in this process: its core's turns driven by hand, its web thread the test.
 *
 * Its folder lies in memory, and it listens at any free port of loopback. What fails that must not
 * fails the test.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_DESK_H
#define TRESTLE_TESTS_PROCESS_LIB_DESK_H

#include "node/core/core_state.h"

enum {
    DEADLINE_MS = 120000, /* of every wait */
    ITEM = 7,             /* on the menu of a desk that was set up, for 12.00 */
};

struct desk {
    char state[128];
    struct identity identity;
    struct settings settings; /* change them between a close of the core and desk_start() */
    struct core *core;
    struct command_queue *queue;
    uint32_t news; /* how often screens were told */
};

/* A counter of a pop-up of its own; _in: of @of's; _as: likewise, with another role. */
void desk_open(struct desk *desk);
void desk_open_in(struct desk *desk, const struct desk *of);
void desk_open_as(struct desk *desk, const struct desk *of, enum role role);

/* One that joined @of's pop-up: without the root's key, and with papers and rights of @role that
 * @of's device signed, as it can. */
void desk_open_by(struct desk *desk, const struct desk *of, enum role role);

/* core_open() again, after core_close(desk->core). */
int desk_start(struct desk *desk);

/* Also asserts that nothing is in its folder but what belongs there; _wipe does not. */
void desk_close(struct desk *desk);
void desk_wipe(struct desk *desk);

/* A file of its folder; whatever there is of that name; one with @text. */
void desk_remove(const struct desk *desk, const char *name);
void desk_remove_tree(const struct desk *desk, const char *name);
void desk_put(const struct desk *desk, const char *name, const char *text);
bool desk_has(const struct desk *desk, const char *name);

/* One turn, without waiting. */
void desk_turn(struct desk *desk);

/* Push a copy of @command, and give its request; _ask turns until it is answered. */
uint64_t desk_push(struct desk *desk, const struct command *command);
struct effect_answer desk_ask(struct desk *desk, const struct command *command);

/* A day and ITEM. */
void desk_set_up(struct desk *desk);
struct command desk_menu(uint64_t item, const char *description);

struct order_key {
    uint8_t bytes[16];
};

/* One ITEM at the counter; the command borrows @key. */
struct command desk_order(struct order_key *key, uint32_t serial);

/* The log that it writes; whether it has event @seq of @log. */
uint64_t desk_log(const struct desk *desk);
bool desk_has_event(const struct desk *desk, uint64_t log, uint64_t seq);

/* --- several --- */

void desk_add_device(struct desk *desk, const struct desk *other);

/* Both know each other, and @desk, which is closed then, where @hub is. */
void desk_introduce(struct desk *desk, struct desk *hub);

bool desk_is_linked(struct desk *desk, const struct desk *to);
/* One turn of each of @count, waiting for a moment; _until: as many as it takes until @a is linked
 * with @b. */
void desks_turn(struct desk *desks, uint32_t count);
void desks_until_linked(struct desk *desks, uint32_t count, uint32_t a, uint32_t b);

/* Two that know each other and are linked. */
void desks_open_pair(struct desk *desks);
void desks_close_pair(struct desk *desks);

#endif
