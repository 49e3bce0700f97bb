/* fuzz_http_head.c - whatever answers a command's request: its head is read within what arrived, or
 * refused, and how it is cut into packets changes nothing.
 *
 * Input: what arrived.
 */
#include "node/cli/http_head.h"
#include "sync/base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_head head, again;
    const int err = http_head_read(bytes_of(data, size), &head);
    if (err != 0) {
        check(err != ERR_GAP || size < HTTP_HEAD_BYTES_MAX);
        return 0;
    }
    check(head.size > 0 && head.size <= size && head.size <= HTTP_HEAD_BYTES_MAX);
    check(head.status >= 100 && head.status <= 599);
    check(head.has_length || head.length == 0);
    check(http_head_read(bytes_of(data, head.size - 1), &again) == ERR_GAP);
    check(http_head_read(bytes_of(data, head.size), &again) == 0);
    check(again.size == head.size && again.status == head.status && again.length == head.length);
    return 0;
}
