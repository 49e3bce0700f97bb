/* fuzz_order_events.c - no body, however strange, is read out of bounds or half; what is understood
 * is written and understood again, the same.
 *
 * Input: 1 byte of event type, then the body.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sync/domain/body_check.h"
#include "tests/lib/event_bodies.h"
#include "tests/lib/fuzz_mutate.h"

enum { BODY_BYTES_MAX = 64 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(1)

static void expect(bool holds, const char *law)
{
    if (!holds) {
        (void)fprintf(stderr, "broken law: %s\n", law);
        abort();
    }
}

static struct bytes recode(uint32_t type, struct bytes body, uint8_t *data)
{
    struct writer writer;
    struct bytes written = {0};
    writer_init(&writer, data, BODY_BYTES_MAX);
    expect(body_recode(type, body, &writer) == 0, "what the check accepts is decoded");
    expect(writer_finish(&writer, &written) == 0, "it fits");
    return written;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t once_data[BODY_BYTES_MAX], twice_data[BODY_BYTES_MAX];
    if (size == 0 || size > BODY_BYTES_MAX) {
        return 0;
    }
    const uint32_t type = data[0];
    const struct bytes body = bytes_of(data + 1, size - 1);
    if (body_check(type, body) != 0) {
        return 0;
    }
    const struct bytes once = recode(type, body, once_data);
    expect(once.size <= body.size, "only unknown fields are left out");
    const struct bytes twice = recode(type, once, twice_data);
    expect(bytes_equal(once, twice), "one value has one spelling");
    return 0;
}
