/* fuzz_errand.c - what a device may say to another for its phones: what is taken can be written
 * again, and says the same. */
#include "node/mesh/errand.h"
#include "sync/base/check.h"
#include "tests/lib/fuzz_mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(0)

static uint8_t buffer[ERRAND_FRAME_BYTES_MAX];

static void try_errand(struct bytes frame)
{
    struct errand errand, again;
    struct bytes written;
    if (errand_decode(frame, &errand) != 0) {
        return;
    }
    check(errand_is(frame));
    check(errand_encode(&errand, buffer, &written) == 0);
    check(errand_decode(written, &again) == 0);
    check(again.number == errand.number && bytes_equal(again.method, errand.method));
    check(bytes_equal(again.path, errand.path) && bytes_equal(again.key, errand.key));
    check(bytes_equal(again.token, errand.token) && bytes_equal(again.body, errand.body));
}

static void try_answer(struct bytes frame)
{
    struct errand_answer answer, again;
    struct bytes written;
    if (errand_answer_decode(frame, &answer) != 0) {
        return;
    }
    check(errand_is(frame));
    check(answer.status >= 200 && answer.status <= 599);
    check(errand_answer_encode(&answer, buffer, &written) == 0);
    check(errand_answer_decode(written, &again) == 0);
    check(again.number == answer.number && again.status == answer.status);
    check(again.retry_ms == answer.retry_ms && bytes_equal(again.body, answer.body));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes frame = bytes_of(data, size);
    try_errand(frame);
    try_answer(frame);
    return 0;
}
