/* stall.h - people who do things to one order, for stories about it: each at a node of a mesh
 * (history_mesh.h), with what that node knows. The clock is the caller's.
 */
#ifndef TRESTLE_TESTS_LIB_STALL_H
#define TRESTLE_TESTS_LIB_STALL_H

#include "sync/domain/order_events.h"
#include "tests/lib/history_mesh.h"

/* Two counters, two kitchens, two pickup points, a manager, and who takes cards. */
enum person { C, D, K, L, P, Q, M, G, PEOPLE };

struct stall {
    struct mesh *mesh;
    uint64_t t;          /* of the next event; every event takes one */
    struct order *order; /* of the last look */
    struct operation last;
    struct operation done; /* stall_order.h */
};

struct stall stall_new(void);
void stall_free(struct stall *stall);

/* Everybody hears of everything. */
void stall_sync(struct stall *stall);

/* What @at sees, valid until the next look. */
const struct order *stall_look(struct stall *stall, enum person at);

/* Each gives the operation. Lists end with 0. */
struct operation do_open(struct stall *stall, enum person at, const char *lane, uint32_t number);
struct operation do_open_on(struct stall *stall, enum person at, uint64_t day, const char *lane,
                            uint32_t number);
struct operation do_open_at_table(struct stall *stall, enum person at, const char *lane,
                                  uint32_t number, uint32_t table);
struct operation do_open_by_guest(struct stall *stall, enum person at); /* on his phone */
struct operation do_open_pay_first(struct stall *stall, enum person at);
struct operation do_add(struct stall *stall, enum person at, uint32_t line, uint32_t quantity,
                        int64_t price);
struct operation do_add_full(struct stall *stall, enum person at, const struct line_add *add);
struct operation do_set(struct stall *stall, enum person at, uint32_t line, int32_t delta);
struct operation do_set_full(struct stall *stall, enum person at, const struct line_set *change);
struct operation do_note(struct stall *stall, enum person at, uint32_t line, const char *note);
struct operation do_option(struct stall *stall, enum person at, uint32_t line, const char *option,
                           int64_t price);
struct operation do_void(struct stall *stall, enum person at, uint32_t line);
/* Accepts lines 1..@lines at their present revisions. */
struct operation do_accept(struct stall *stall, enum person at, uint32_t lines);
struct operation do_accept_line(struct stall *stall, enum person at, uint32_t line);
struct operation do_refuse(struct stall *stall, enum person at, uint32_t line, const char *reason);
struct operation do_start(struct stall *stall, enum person at, uint32_t line);
struct operation do_done(struct stall *stall, enum person at, uint32_t line);
struct operation do_recall(struct stall *stall, enum person at, const struct operation *what);
struct operation do_hand(struct stall *stall, enum person at, uint32_t line, uint32_t units);
struct operation do_leave(struct stall *stall, enum person at, uint32_t line, uint32_t units);
struct operation do_hand_both(struct stall *stall, enum person at); /* a unit each of lines 1, 2 */
struct operation do_unhand(struct stall *stall, enum person at, const struct operation *what);
struct operation do_cancel(struct stall *stall, enum person at);
struct operation do_reinstate(struct stall *stall, enum person at);
struct operation do_amend(struct stall *stall, enum person at, const struct operation *what,
                          bool is_yes);
struct operation do_discount(struct stall *stall, enum person at, uint32_t line, int64_t amount);
struct operation do_tip(struct stall *stall, enum person at, int64_t amount, uint32_t most_bp);
struct operation do_seen(struct stall *stall, enum person at);
struct operation do_pay(struct stall *stall, enum person at, uint8_t id, int64_t amount);
struct operation do_refund(struct stall *stall, enum person at, uint8_t id, int64_t amount);

#endif
