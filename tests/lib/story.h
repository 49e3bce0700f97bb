/* story.h - short stories with their exact trace: a few devices, people who tap, and what each
 * board shows.
 *
 * A story is told in lines "[seconds] device   what happened", which the test compares whole. Of
 * the network's own times only whole seconds show.
 */
#ifndef TRESTLE_TESTS_LIB_STORY_H
#define TRESTLE_TESTS_LIB_STORY_H

#include "sync/domain/stock.h"
#include "tests/lib/shop.h"

enum { STORY_TEXT_MAX = 8192, STORY_COMMANDS_MAX = 16 };

struct story {
    struct cluster *cluster;
    struct cluster_setup setup;
    char text[STORY_TEXT_MAX];
    size_t size;
    uint64_t staff; /* who stands before the screens from now on; 0 = nobody signed in */
    uint32_t commands_count;
    struct command *commands;
    struct shop_key keys[STORY_COMMANDS_MAX];
    struct history *history;
    struct order *order;
};

/* Devices are added with story_device(), the first a manager's; then story_begin() opens the shop
 * and lets all know of it. */
struct story *story_new(uint64_t seed);
/* Reads all that the story left again, at disks that fail (sick.h). */
void story_free(struct story *story);
void story_device(struct story *story, const char *name, enum role role, const char *lane);
void story_begin(struct story *story);

/* What happens next in the text, told by nobody. */
void story_tell(struct story *story, const char *text);

/* What @node shows, in other words than those below. */
void story_note(struct story *story, uint32_t node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* @node, by software of its own, signs what this one would not let it: @event, whatever follows
 * from it. Its power is off meanwhile. Told as @text. */
void story_forge(struct story *story, uint32_t node, const struct event *event, const char *text);
/* How many events of @type all journals at @node hold, void ones too. */
uint32_t story_events(const struct story *story, uint32_t node, uint32_t type);

/* The order that is placed with key @key, wherever that is. */
struct entity_id story_order_id(uint32_t key);

/* Somebody at @node asks for something and the answer is told; @key names the request, and a
 * retry of it. Returns once it was answered or the node is down. */
void story_place(struct story *story, uint32_t node, uint32_t key, uint32_t lines);
void story_do(struct story *story, uint32_t node, enum command_kind kind, uint32_t order_key);
/* Anything else that a manager asks for; @wanted is copied, what it borrows stays. */
void story_ask(struct story *story, uint32_t node, const struct command *wanted);
void story_open_day(struct story *story, uint32_t node, uint64_t day);
/* As story_place(), but the power goes while the commit is under way. */
void story_place_and_crash(struct story *story, uint32_t node, uint32_t key, uint32_t lines);

/* What the board of @node shows of an order: numbers, phase, lines. */
void story_board(struct story *story, uint32_t node, uint32_t order_key);

/* What @node lists of orders that a revocation voided something of. */
void story_voided(struct story *story, uint32_t node);

/* What @node shows that a person must look at on an order. */
void story_flags(struct story *story, uint32_t node, uint32_t order_key);
/* How far the order is known to be: on this device, on as many as the pop-up wants, drawn by a
 * kitchen's board. */
void story_ticks(struct story *story, uint32_t node, uint32_t order_key);
/* What was paid and given back, and who wished what. */
void story_money(struct story *story, uint32_t node, uint32_t order_key);
/* What may be sold of @item, as @node knows it; it is an error when nothing was ever counted. */
void story_stock(struct story *story, uint32_t node, uint64_t item);
struct stock_summary story_stock_at(const struct story *story, uint32_t node, uint64_t item);
/* Who is linked with @node, and which devices it takes for revoked. */
void story_links(struct story *story, uint32_t node);
/* Whether both hold the same state. */
bool story_is_alike(const struct story *story, uint32_t a, uint32_t b);

#endif
