/* order_id.h - which order people mean.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_CLI_ORDER_ID_H
#define TRESTLE_NODE_CLI_ORDER_ID_H

#include "node/cli/door.h"

/* The id of the order that people call @word: its number of the present day, also when it is done
 * with; an id stands for itself. EXIT_DONE, or told. */
int order_id_of(struct door *door, const char *word, char *ret_id, size_t capacity);

/* As order_id_of(), also of an order of which nothing counts any more: those that wait in `trestle
 * voided` are looked through when no other has that number. */
int order_id_of_any(struct door *door, const char *word, char *ret_id, size_t capacity);

#endif
