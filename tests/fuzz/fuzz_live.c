/* What a stranger's phone may say on /ws: the first byte says whether it is the first message. What
 * passes has its limits kept.
 */
#include <stdint.h>
#include <string.h>

#include "node/json/json_live.h"
#include "sync/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct live_message said;
    memset(&said, 0xff, sizeof said);
    if (size == 0) {
        return 0;
    }
    const bool is_first = data[0] == 'o';
    if (json_live_read(bytes_of(data + 1, size - 1), is_first, &said) != 0) {
        return 0;
    }
    check(said.orders_count <= LIVE_ORDERS_MAX);
    check(strnlen(said.token, sizeof said.token) < sizeof said.token);
    check(strnlen(said.cursor, sizeof said.cursor) < sizeof said.cursor);
    check((said.token[0] != '\0') == is_first);
    return 0;
}
