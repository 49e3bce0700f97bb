/* pin_book.h - the PINs that one device knows, each hashed with a pepper of its own, and how often
 * somebody guessed wrong.
 *
 * Layer: node. Used by one thread. In the state folder as `pins` (0600, replaced whole), which is
 * never replicated and in no backup: another device's copy opens nothing.
 *
 *   [1, bin32 pepper, uint wrong guesses at the device,
 *    [[uint staff, bin32 blob, bin16 salt, bin32 hash], ...], [[uint staff, uint wrong], ...]]
 *   hash = argon2id(salt, BLAKE2b(key pepper, staff || digits))
 *
 * Guessing. A number that was guessed wrong LOCK_FREE times waits, twice as long each further time,
 * up to LOCK_MS_MAX; so does a number that nobody has, so that trying tells nothing. A device at
 * which many numbers are tried waits too. All of it counts monotonic time, is written before a
 * guess is looked at, and begins anew when the node starts: neither a kill nor a clock shortens it.
 */
#ifndef TRESTLE_NODE_ACCESS_PIN_BOOK_H
#define TRESTLE_NODE_ACCESS_PIN_BOOK_H

#include "node/access/sealed_pin.h"

enum {
    LOCK_FREE = 5,
    LOCK_MS_FIRST = 30 * 1000,
    LOCK_MS_MAX = 3600 * 1000,
    GUESSES_MAX = 256,               /* numbers that were guessed wrong; the oldest is forgotten */
    DEVICE_GUESSES_MAX = 30,         /* wrong ones at one device ... */
    DEVICE_GUESS_MS = 3 * 60 * 1000, /* ... of which one is forgiven in each such time */
};

struct pin_book;

/* Of @state; a new one with a new pepper when there is none. ERR_MALFORMED: the file is none of
 * ours; ERR_NO_MEMORY, and what file_read() and file_write() say. */
MUST_CHECK int pin_book_open(const char *state, struct pin_book **ret_book);
/* Accepts NULL. */
void pin_book_close(struct pin_book *book);

/* How long a guess at @staff has to wait; 0 = not at all. */
uint64_t pin_book_wait(struct pin_book *book, uint64_t staff, uint64_t now_ms);

/* A guess. */
struct pin_guess {
    uint64_t staff;
    struct pin pin;
    bool has_pin; /* the person has one, in the blob @blob ... */
    struct hash blob;
    bool has_sealed; /* ... which says that it is @sealed; false: it is not here, or not for us */
    struct pin sealed;
};

/* 0: it is right. ERR_UNAUTHENTICATED: it is not, or there is no such person or PIN.
 * ERR_LIMIT with @ret_wait_ms: wait; nothing was looked at. Otherwise exactly one argon2id is
 * computed, whatever comes of it. ERR_NO_MEMORY, and what file_write() says: try again. */
MUST_CHECK int pin_book_try(struct pin_book *book, const struct pin_guess *guess, uint64_t now_ms,
                            uint64_t *ret_wait_ms);

#endif
