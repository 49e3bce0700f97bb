/* plausible.h - what a device may write by its role, and nobody at it would mean: numbers in
 * another's lane, amounts as large as they can be, what it never saw, other people's orders.
 *
 * The bodies are well-formed, so they count where the writer has the right; what is told of a
 * device in hostile hands, in the simulator and at real nodes.
 */
#ifndef TRESTLE_TESTS_LIB_PLAUSIBLE_H
#define TRESTLE_TESTS_LIB_PLAUSIBLE_H

#include "sync/base/writer.h"
#include "sync/log/event.h"

/* What a lie is about; borrowed. */
struct plausible_about {
    struct bytes lane;    /* of another device */
    uint64_t day;         /* that is open */
    uint64_t log;         /* of another device */
    uint32_t number;      /* that may be given next in that lane */
    struct entity_id pay; /* the id of a payment */
};

struct plausible {
    enum event_type type; /* of an order */
    void (*encode)(const struct plausible_about *about, struct writer *writer);
};

extern const struct plausible plausibles[];
extern const size_t plausibles_count;

/* Times that no clock of a pop-up shows. */
enum { PLAUSIBLE_TIMES = 3 };
extern const uint64_t plausible_times[PLAUSIBLE_TIMES];

#endif
