/* Frames from peers: whatever decodes has every count within its limit, and EVENTS can be walked.
 */
#include "sync/base/check.h"
#include "sync/mesh/message.h"
#include "tests/lib/fuzz_mutate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(0)

static struct message message;

static void walk_events(const struct events *events)
{
    struct reader reader;
    reader_init(&reader, events->list);
    for (uint32_t i = 0; i < events->count; i++)
        check(read_bin(&reader, 1, EVENT_SALVAGE_BYTES_MAX).size > 0);
    check(reader_finish(&reader) == 0);
    check(events->first_seq >= 1 && events->first_seq + events->count - 1 <= SEQ_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (message_decode(bytes_of(data, size), &message) != 0)
        return 0;
    check(message.heads_count <= LOGS_MAX && message.wants_count <= LOGS_MAX);
    check(message.adjacent_count <= LINKS_MAX);
    if (message.kind == MESSAGE_EVENTS)
        walk_events(&message.events);
    return 0;
}
