/* printing.h - a node of one process that owns a printer (printer.h), and what people there do. One
 * at a time; no other thread turns it.
 */
#ifndef TRESTLE_TESTS_PROCESS_LIB_PRINTING_H
#define TRESTLE_TESTS_PROCESS_LIB_PRINTING_H

#include "node/core/core.h"
#include "tests/process/lib/printer.h"

enum {
    PRINTING_DEADLINE_MS = 120000,
    ITEM = 7,    /* ramen, of the station "grill" */
    PRINTER = 1, /* ours */
};

struct printing {
    char state[128]; /* its folder */
    struct identity identity;
    struct settings settings; /* as the node has them: also while it runs */
    struct core *core;
    uint32_t serial;
    struct entity_id order; /* the last that was placed */
    struct gate_live live;  /* what the screens were told last */
};
extern struct printing printing;

/* A node in a folder of its own and a printer that answers; no stall, and nothing known of the
 * printer. */
void printing_begin(void);
void printing_end(void);
/* The node alone, with what its folder holds. */
void printing_start(void);

/* By the owner; the answer, which is good. */
struct effect_answer printing_ask(const struct command *command);
struct command printing_command(enum command_kind kind);
/* One more field of @command. @text is not copied. */
void printing_field(struct command *command, uint32_t number, struct bytes text);

/* A day, and ITEM on its menu. */
void printing_open_stall(void);
void printing_add_item(uint64_t number, const char *name, const char *station);
/* Our own printer, for every station. */
void printing_set(const char *driver, const char *address);
void printing_set_tcp(void);
/* The same one, another way. */
void printing_change(uint32_t number, struct bytes text);
void printing_hide(uint32_t number, bool is_hidden);

/* Two of ITEM. */
void printing_place(void);
/* One of each. */
void printing_place_all(uint64_t from, uint64_t to);

/* Of the last order. */
uint32_t printing_count(uint32_t type);

/* Each turns the node, and fails behind the deadline: */
/* until @word was printed @count times; */
void printing_until(const char *word, uint32_t count);
/* until the order has @count events of @type; */
void printing_until_events(uint32_t type, uint32_t count);
/* until it has @count results of slips, and then some, so that nothing more comes; */
void printing_until_done(uint32_t count);
/* until the screens are told so of the first printer; */
void printing_until_told(const char *state);
/* ... while so many slips wait. */
void printing_until_waiting(const char *state, uint32_t waiting);

#endif
