/* receipt_name.h - what a receipt is called, on paper and on screens.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_PRINT_RECEIPT_NAME_H
#define TRESTLE_NODE_PRINT_RECEIPT_NAME_H

#include "sync/domain/order.h"

enum { RECEIPT_NAME_BYTES_MAX = 40 };

/* "A-1-42": lane, incarnation of the log, number. */
void receipt_name_print(const struct order_receipt *receipt, char ret_name[RECEIPT_NAME_BYTES_MAX]);

#endif
