/* hex.h - bytes out of lower-case hex digits, the one way in which ids are written.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_API_HEX_H
#define TRESTLE_NODE_API_HEX_H

#include "sync/base/bytes.h"

/* False: @text is not @size bytes in lower-case digits; @to may be written to all the same. */
bool hex_read(struct bytes text, uint8_t *to, size_t size);

#endif
