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
    static struct message message;
    struct writer writer;
    struct bytes frame;
    thief_dial(thief);
    for (uint64_t i = 0; i < count; i++) {
        writer_init(&writer, data, sizeof data);
        fill(thief, &writer);
        check(writer_finish(&writer, &frame) == 0 && message_decode(frame, &message) == 0);
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
    message_write_want(writer, wants, thief->claims_count, LINK_OUTBOX_BYTES_MAX);
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
    switch (entropy_u64() % 4) {
    case 0:
        message_write_fork_question(
            writer, &(struct fork_question){.log = log, .seq = seq, .wants_proof = true});
        break;
    case 1:
        entropy_bytes(hash.bytes, sizeof hash.bytes);
        message_write_blobq(writer, &hash, 0, BLOB_CHUNK_BYTES_MAX);
        break;
    case 2: /* what is answered outside of all credit */
        message_write_repair(writer,
                             &(struct repair_request){.log = log, .first_seq = 1, .last_seq = seq});
        break;
    default: /* in every other's name as well, to be passed on */
        asks++;
        message_write_ask(writer, &(struct stock_ask){.item = seq,
                                                      .units = UINT32_MAX,
                                                      .log = asks % 2 == 0 ? log : thief->head.log,
                                                      .number = asks,
                                                      .hops = asks % 2 == 0 ? 2 : 1});
    }
}

const char *attack_questions(struct thief *thief, uint64_t count)
{
    return flood(thief, count, fill_question);
}

/* --- answers to nothing --- */

/* Of what other devices show, a new thing each time, by whatever device and process. */
static void write_gossip(const struct thief *thief, struct writer *writer)
{
    uint8_t key[8];
    uint8_t body[EPHEMERAL_BODY_BYTES_MAX];
    const bool is_own = entropy_u64() % 2 == 0;
    entropy_bytes(key, sizeof key);
    entropy_bytes(body, sizeof body);
    struct ephemeral_message message = {.device = is_own ? thief->identity.device : thief->victim,
                                        .topic = bytes_of_text("screens"),
                                        .key = bytes_of(key, sizeof key),
                                        .number = 1 + entropy_u64() % 1000,
                                        .ttl_s = EPHEMERAL_TTL_S_MAX,
                                        .hops = 1,
                                        .body = bytes_of(body, sizeof body)};
    entropy_bytes(message.boot, sizeof message.boot);
    message_write_ephemeral(writer, &message);
}

/* A branch that nobody asked for. */
static void write_proof(const struct thief *thief, struct writer *writer)
{
    struct hash hashes[8];
    struct fork_answer answer = {.log = thief->claims[entropy_u64() % thief->claims_count].log,
                                 .seq = 1 + entropy_u64() % 20,
                                 .is_held = true,
                                 .has_proof = true,
                                 .count = 8};
    entropy_bytes(hashes, sizeof hashes);
    entropy_bytes(answer.hash, sizeof answer.hash);
    entropy_bytes(answer.before.bytes, sizeof answer.before.bytes);
    entropy_bytes(answer.signature.bytes, sizeof answer.signature.bytes);
    message_write_fork_answer(writer, &answer, hashes);
}

static void write_piece(const struct thief *thief, struct writer *writer)
{
    struct hash hash;
    uint8_t bytes[1024];
    (void)thief;
    entropy_bytes(hash.bytes, sizeof hash.bytes);
    entropy_bytes(bytes, sizeof bytes);
    message_write_blob(writer, &hash, 0, BLOB_BYTES_MAX, bytes_of(bytes, sizeof bytes));
}

static void fill_unasked(const struct thief *thief, struct writer *writer)
{
    static void (*const writes[])(const struct thief *thief,
                                  struct writer *writer) = {write_gossip, write_proof, write_piece};
    writes[entropy_u64() % (sizeof writes / sizeof writes[0])](thief, writer);
}

const char *attack_unasked(struct thief *thief, uint64_t count)
{
    return flood(thief, count, fill_unasked);
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
