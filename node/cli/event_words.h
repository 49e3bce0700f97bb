/* event_words.h - an event in words: "order A42 placed, 2 items", "order A42: 17.00 taken, cash".
 *
 * Layer: node. For the eye: what it says of an order's items is how they are now.
 */
#ifndef TRESTLE_NODE_CLI_EVENT_WORDS_H
#define TRESTLE_NODE_CLI_EVENT_WORDS_H

#include "node/json/text.h"
#include "sync/domain/order.h"

struct event_scene {
    const char *number;        /* "A42"; "" = it is about no order, or one without a number */
    const struct order *order; /* as it is now; NULL = it is about none */
    unsigned digits;           /* of amounts */
};

/* Append them, printable and of one line. */
void event_words(const struct event *event, const struct event_scene *scene, struct text *to);

#endif
