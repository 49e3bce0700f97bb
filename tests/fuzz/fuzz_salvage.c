/* fuzz_salvage.c - the body of a salvage: what is accepted has as many elements as it says, and
 * only what its log signed verifies.
 */
#include <string.h>

#include "sync/base/check.h"
#include "sync/log/salvage.h"
#include "tests/lib/fuzz_mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(0)

static void check_elements(const struct salvage *salvage)
{
    struct reader reader;
    struct salvaged element;
    uint32_t count = 0;
    reader_init(&reader, salvage->list);
    while (salvage_next(&reader, &element)) {
        check(element.event.size <= EVENT_BYTES_MAX);
        count++;
    }
    check(reader.err == 0 && count == salvage->count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct popup_id popup;
    struct salvage salvage;
    if (salvage_decode(bytes_of(data, size), &salvage) != 0) {
        return 0;
    }
    check(salvage.count >= 1 && salvage.count <= RUN_EVENTS_MAX && salvage.first_seq >= 1);
    check_elements(&salvage);
    check(salvage_verify(&salvage, &popup) != 0); /* of no pop-up that exists */
    return 0;
}
