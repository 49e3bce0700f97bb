#include "node/print/receipt_name.h"

#include <stdio.h>

void receipt_name_print(const struct order_receipt *receipt, char ret_name[RECEIPT_NAME_BYTES_MAX])
{
    (void)snprintf(ret_name, RECEIPT_NAME_BYTES_MAX, "%.*s-%lu-%lu", (int)receipt->lane.size,
                   receipt->lane.size > 0 ? (const char *)receipt->lane.data : "",
                   (unsigned long)receipt->incarnation, (unsigned long)receipt->number);
}
