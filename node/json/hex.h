/* hex.h - bytes out of hex digits; lower-case ones are the one way in which ids are written.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_API_HEX_H
#define TRESTLE_NODE_API_HEX_H

#include "sync/base/bytes.h"

/* False: @text is not @size bytes in lower-case digits; @to may be written to all the same. */
bool hex_read(struct bytes text, uint8_t *to, size_t size);
/* As hex_read(), and upper-case digits are fine: for what others wrote. */
bool hex_read_any_case(struct bytes text, uint8_t *to, size_t size);

#endif
