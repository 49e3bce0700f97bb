/* fuzz_message.c - frames from peers: whatever decodes has every count within its limit, EVENTS can
 * be walked, and written again it says the same: byte for byte, but for elements that we do not
 * know.
 *
 * Input: a frame.
 */
#include <stdlib.h>

#include "sync/base/check.h"
#include "sync/mesh/message.h"
#include "tests/lib/fuzz_mutate.h"

enum { FRAME_BYTES_MAX = 64 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

FUZZ_VALUE_INPUTS(0)

static struct message message;

/* As they came, into @writer. */
static void walk_events(const struct events *events, struct writer *writer)
{
    struct reader reader;
    reader_init(&reader, events->list);
    message_write_events_begin(writer, events->log, events->first_seq, events->count);
    for (uint32_t i = 0; i < events->count; i++) {
        const struct bytes event = read_bin(&reader, 1, EVENT_SALVAGE_BYTES_MAX);
        check(event.size > 0);
        write_bin(writer, event.data, event.size);
    }
    message_write_events_end(writer, &events->signature, events->is_live);
    check(reader_finish(&reader) == 0);
    check(events->first_seq >= 1 && events->first_seq + events->count - 1 <= SEQ_MAX);
}

static void write_fork_answer(struct writer *writer)
{
    static struct hash hashes[FRAME_BYTES_MAX / HASH_BYTES];
    check(message.fork_answer.count <= sizeof hashes / sizeof hashes[0]);
    fork_answer_hashes(&message.fork_answer, hashes);
    message_write_fork_answer(writer, &message.fork_answer,
                              message.fork_answer.has_proof ? hashes : NULL);
}

/* HELLO and STATUS: what they say of heads and neighbours. */
static void write_greeting(struct writer *writer)
{
    const uint64_t *adjacent = message.has_adjacent ? message.adjacent : NULL;
    check(message.heads_count <= LOGS_MAX && message.adjacent_count <= LINKS_MAX);
    if (message.kind == MESSAGE_HELLO) {
        message_write_hello(writer, &message.hello, message.heads, message.heads_count, adjacent,
                            message.adjacent_count);
    } else {
        message_write_status(writer, &message.status, message.heads, message.heads_count, adjacent,
                             message.adjacent_count);
    }
}

static void write_again(struct writer *writer)
{
    const struct blob_part *blob = &message.blob;
    switch (message.kind) {
    case MESSAGE_HELLO:
    case MESSAGE_STATUS:
        write_greeting(writer);
        break;
    case MESSAGE_EVENTS:
        walk_events(&message.events, writer);
        break;
    case MESSAGE_WANT:
        check(message.wants_count <= LOGS_MAX);
        message_write_want(writer, message.wants, message.wants_count, message.credit_bytes);
        break;
    case MESSAGE_FORKQ:
        message_write_fork_question(writer, &message.fork_question);
        break;
    case MESSAGE_FORKP:
        write_fork_answer(writer);
        break;
    case MESSAGE_EPH:
        message_write_ephemeral(writer, &message.ephemeral);
        break;
    case MESSAGE_ASK:
        message_write_ask(writer, &message.ask);
        break;
    case MESSAGE_BLOBQ:
        message_write_blobq(writer, &blob->hash, blob->offset, blob->length);
        break;
    case MESSAGE_BLOB:
        check(blob->offset <= blob->total && blob->bytes.size <= blob->total - blob->offset);
        message_write_blob(writer, &blob->hash, blob->offset, blob->total, blob->bytes);
        break;
    case MESSAGE_BYE:
        message_write_bye(writer, (enum bye_reason)message.reason);
        break;
    case MESSAGE_REPAIR:
        check(message.repair.first_seq >= 1 && message.repair.first_seq <= message.repair.last_seq);
        message_write_repair(writer, &message.repair);
        break;
    }
}

/* What @frame says, as we write it. */
static struct bytes rewrite(struct bytes frame, uint8_t buffer[FRAME_BYTES_MAX])
{
    struct writer writer;
    struct bytes written;
    writer_init(&writer, buffer, FRAME_BYTES_MAX);
    write_again(&writer);
    check(writer_finish(&writer, &written) == 0 && written.size <= frame.size);
    check(written.size < frame.size || bytes_equal(written, frame));
    return written;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t once[FRAME_BYTES_MAX], twice[FRAME_BYTES_MAX];
    const struct bytes frame = bytes_of(data, size);
    if (size > FRAME_BYTES_MAX || message_decode(frame, &message) != 0) {
        return 0;
    }
    const struct bytes written = rewrite(frame, once);
    check(message_decode(written, &message) == 0);
    check(bytes_equal(written, rewrite(written, twice)));
    return 0;
}
