/* report_books.h - what a report reads from the store itself, whether a node runs or not: which
 * devices' journals are all here, and when items were sold out.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_CLI_REPORT_BOOKS_H
#define TRESTLE_NODE_CLI_REPORT_BOOKS_H

#include "node/cli/sold_out.h"

/* X(name, number, text, is_complete): why the day's events of a device are all here, or why that
 * cannot be told. */
#define BOOK_STATES(X)                                                                             \
    X(BOOK_OWN, 0, "own", true)          /* this device's */                                       \
    X(BOOK_CLOSED, 1, "closed", true)    /* it closed the day itself, and that is here */          \
    X(BOOK_RETIRED, 2, "retired", true)  /* it is here up to where it was retired */               \
    X(BOOK_REVOKED, 3, "revoked", true)  /* what counts of it stands; nobody waits for more */     \
    X(BOOK_LINKED, 4, "linked", true)    /* it is linked just now and has nothing that lacks */    \
    X(BOOK_LACKS, 5, "lacks", false)     /* there is more of it than is here */                    \
    X(BOOK_UNHEARD, 6, "unheard", false) /* it is not linked: what it sold since, nobody knows */

enum book_state {
#define X(name, number, text, is_complete) name = (number),
    BOOK_STATES(X)
#undef X
        BOOK_STATE_COUNT
};

/* A device and all its journals. */
struct report_book {
    uint64_t device;
    char name[NAME_BYTES_MAX + 1];
    enum role role;
    enum book_state state;
    uint64_t events;       /* that are here */
    uint64_t lacks;        /* of BOOK_LACKS: so many more there are at least */
    int64_t last_ms;       /* its last event here, by its clock, since 1970; 0 = none */
    int64_t closed_ms;     /* when it closed the day itself; 0 = it did not */
    uint64_t events_after; /* that came after its own close, or after the day's where others did */
};

struct report_books {
    int64_t from_ms, to_ms; /* the day: from its opening up to the next one's; 0 = not known */
    bool is_closed;         /* by anybody */
    uint32_t count;
    struct report_book books[DEVICES_MAX]; /* by name */
    struct sold_out sold_out;
};

/* What the running node hears of another device. */
struct report_heard {
    uint64_t device;
    uint64_t ahead; /* events that are not here */
    bool is_linked;
};

/* Of trading day @day in the state folder @state, whose own device is @own. @heard: @heard_count of
 * them; a device that is not among them is not linked. Large: on the heap. EXIT_DONE, or told. */
int report_books_read(const char *state, uint64_t day, uint64_t own,
                      const struct report_heard *heard, uint32_t heard_count,
                      struct report_books *ret_books);

const char *book_state_text(enum book_state state);
bool book_is_complete(const struct report_book *book);

#endif
