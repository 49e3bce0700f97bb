#include <stdlib.h>
#include <string.h>

#include "node/os/entropy.h"
#include "sync/base/check.h"
#include "tests/hostile/attacks.h"

enum { FAR_SEQ = 1000000000, HELD_MAX = 64 };

static const char *still_there(struct thief *thief)
{
    thief_dial(thief);
    return thief_is_linked(thief) ? NULL : "it does not answer any more";
}

/* Say what @fill writes, @count times; whoever is thrown out comes back. */
static const char *flood(struct thief *thief, uint64_t count,
                         void (*fill)(const struct thief *thief, struct writer *writer))
{
    static uint8_t data[32 * 1024];
    struct writer writer;
    struct bytes frame;
    thief_dial(thief);
    for (uint64_t i = 0; i < count; i++) {
        writer_init(&writer, data, sizeof data);
        fill(thief, &writer);
        check(writer_finish(&writer, &frame) == 0);
        if (!thief_say(thief, frame)) {
            thief_dial(thief);
        }
        thief_drain(thief);
    }
    return still_there(thief);
}

/* --- everything from the start, please --- */

static void fill_want(const struct thief *thief, struct writer *writer)
{
    struct want_entry wants[LOGS_MAX];
    for (uint32_t i = 0; i < thief->claims_count; i++) {
        wants[i] = (struct want_entry){.log = thief->claims[i].log, .is_restart = true};
    }
    message_write_want(writer, wants, thief->claims_count, UINT32_MAX);
}

const char *attack_wants(struct thief *thief, uint64_t count)
{
    return flood(thief, count, fill_want);
}

/* --- lies about what there is --- */

/* Of all its logs a thousand million events, with whatever hash, and logs that nobody has. */
static void fill_claims(const struct thief *thief, struct writer *writer)
{
    struct head_claim claims[LOGS_MAX];
    struct status status = {.wall_ms = 1, .flags = STATUS_TELL_ALL};
    entropy_bytes(status.digest, sizeof status.digest);
    for (uint32_t i = 0; i < LOGS_MAX; i++) {
        claims[i].log = i < thief->claims_count ? thief->claims[i].log : entropy_u64();
        claims[i].seq = i % 2 == 0 ? FAR_SEQ : 1 + entropy_u64() % 50;
        entropy_bytes(claims[i].hash, sizeof claims[i].hash);
    }
    message_write_status(writer, &status, claims, LOGS_MAX, NULL, 0);
}

const char *attack_claims(struct thief *thief, uint64_t count)
{
    return flood(thief, count, fill_claims);
}

/* --- questions, one costs nothing --- */

static void fill_question(const struct thief *thief, struct writer *writer)
{
    struct hash hash;
    const uint64_t log = thief->claims[entropy_u64() % thief->claims_count].log;
    const uint64_t seq = 1 + entropy_u64() % 20;
    static uint64_t asks; /* each a new one: one that came before is cheap to pass over */
    switch (entropy_u64() % 3) {
    case 0:
        message_write_fork_question(
            writer, &(struct fork_question){.log = log, .seq = seq, .wants_proof = true});
        break;
    case 1:
        entropy_bytes(hash.bytes, sizeof hash.bytes);
        message_write_blobq(writer, &hash, 0, BLOB_CHUNK_BYTES_MAX);
        break;
    default:
        message_write_ask(writer, &(struct stock_ask){.item = seq,
                                                      .units = UINT32_MAX,
                                                      .log = thief->head.log,
                                                      .number = ++asks});
    }
}

const char *attack_questions(struct thief *thief, uint64_t count)
{
    return flood(thief, count, fill_question);
}

/* --- what it said itself, again --- */

/* All that the victim has, as it sends it; then @count times the same back to it. */
const char *attack_replay(struct thief *thief, uint64_t count)
{
    static uint8_t held[HELD_MAX][MESSAGE_BYTES_MAX];
    struct bytes frames[HELD_MAX];
    uint32_t frames_count = 0;
    for (uint32_t i = 0; i < HELD_MAX; i++) {
        thief_dial(thief);
        if (i >= thief->claims_count) {
            break;
        }
        uint8_t data[64];
        struct writer writer;
        struct bytes want;
        writer_init(&writer, data, sizeof data);
        message_write_want(&writer,
                           &(struct want_entry){.log = thief->claims[i].log, .is_restart = true}, 1,
                           LINK_CREDIT_BYTES);
        check(writer_finish(&writer, &want) == 0);
        if (!thief_say(thief, want) || !thief_hear(thief, MESSAGE_EVENTS)) {
            return "it does not send what it was asked for";
        }
        memcpy(held[i], thief->frame, thief->heard_size);
        frames[frames_count++] = bytes_of(held[i], thief->heard_size);
    }
    if (frames_count == 0) {
        return "there is nothing to say again";
    }
    for (uint64_t i = 0; i < count; i++) {
        if (!thief_say(thief, frames[i % frames_count])) {
            return "what it sent itself ended the link";
        }
        thief_drain(thief);
    }
    return still_there(thief);
}
