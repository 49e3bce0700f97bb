/* pin_desk.h - looks at PINs on a thread of its own: hashing one takes tens of milliseconds and a
 * write to the disk, for which neither the core nor a screen waits.
 *
 * Layer: node. One guess after the other; more than PIN_DESK_MAX at once are told to try again.
 */
#ifndef TRESTLE_NODE_ACCESS_PIN_DESK_H
#define TRESTLE_NODE_ACCESS_PIN_DESK_H

#include "node/access/pin_book.h"

enum { PIN_DESK_MAX = 8 };

struct pin_desk;

/* Takes the @book and closes it. @on_answer is called on the desk's thread whenever there is an
 * answer to take. ERR_NO_MEMORY; the book is closed then, too. */
MUST_CHECK int pin_desk_open(struct pin_book *book, struct pin_desk **ret_desk);
/* Waits for the guess that is being looked at. Accepts NULL. */
void pin_desk_close(struct pin_desk *desk);

/* Who is to be told that there are answers; NULL = nobody. */
void pin_desk_on_answer(struct pin_desk *desk, void (*on_answer)(void *context), void *context);

/* @ret_request names it; never 0. ERR_BUSY. */
MUST_CHECK int pin_desk_ask(struct pin_desk *desk, const struct pin_guess *guess,
                            uint64_t *ret_request);

struct pin_answer {
    uint64_t request, staff;
    int err;          /* as pin_book_try() */
    uint64_t wait_ms; /* of ERR_LIMIT */
};

/* The next; false when there is none. */
bool pin_desk_answered(struct pin_desk *desk, struct pin_answer *ret_answer);

#endif
