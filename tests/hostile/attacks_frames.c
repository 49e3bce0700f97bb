#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"
#include "tests/hostile/attacks.h"
#include "tests/lib/journal.h"

enum { FRAMES_MAX = 16, FRAME_ROOM = 2048 };

/* --- frames that say something --- */

/* One of each kind. */
struct frames {
    uint32_t count;
    struct bytes frames[FRAMES_MAX];
    uint8_t data[FRAMES_MAX][FRAME_ROOM];
};

static void frame_add(struct frames *frames, struct writer *writer)
{
    check(frames->count < FRAMES_MAX);
    check(writer_finish(writer, &frames->frames[frames->count]) == 0);
    frames->count++;
    if (frames->count < FRAMES_MAX) {
        writer_init(writer, frames->data[frames->count], FRAME_ROOM);
    }
}

static void frames_make(const struct thief *thief, struct frames *frames)
{
    static const struct hash hash = {.bytes = {7}};
    static const struct signature signature;
    const struct head_claim claim = {.log = 7, .seq = 7};
    const struct want_entry want = {.log = 7, .have = 7};
    const struct hello hello = {.version_min = 1,
                                .version_max = 1,
                                .popup = thief->identity.popup,
                                .device = thief->identity.device};
    const struct fork_answer answer = {
        .log = 7, .seq = 7, .is_held = true, .has_proof = true, .count = 1};
    struct writer writer;
    frames->count = 0;
    writer_init(&writer, frames->data[0], FRAME_ROOM);
    message_write_hello(&writer, &hello, &claim, 1, &thief->victim, 1);
    frame_add(frames, &writer);
    message_write_status(&writer, &(struct status){.wall_ms = 1}, &claim, 1, &thief->victim, 1);
    frame_add(frames, &writer);
    message_write_events_begin(&writer, 7, 7, 1);
    write_bin(&writer, hash.bytes, sizeof hash.bytes);
    message_write_events_end(&writer, &signature, true);
    frame_add(frames, &writer);
    message_write_want(&writer, &want, 1, 1000);
    frame_add(frames, &writer);
    message_write_fork_question(&writer, &(struct fork_question){.log = 7, .seq = 7});
    frame_add(frames, &writer);
    message_write_fork_answer(&writer, &answer, &hash);
    frame_add(frames, &writer);
    message_write_blobq(&writer, &hash, 1, 100);
    frame_add(frames, &writer);
    message_write_blob(&writer, &hash, 0, 100, bytes_of(hash.bytes, sizeof hash.bytes));
    frame_add(frames, &writer);
    message_write_ask(&writer,
                      &(struct stock_ask){.item = 1, .units = 1, .log = 7, .number = 1, .hops = 2});
    frame_add(frames, &writer);
    message_write_repair(&writer,
                         &(struct repair_request){.log = 7, .first_seq = 1, .last_seq = 7});
    frame_add(frames, &writer);
    message_write_ephemeral(&writer, &(struct ephemeral_message){.device = thief->identity.device,
                                                                 .topic = bytes_of_text("screens"),
                                                                 .key = bytes_of(hash.bytes, 4),
                                                                 .number = 1,
                                                                 .ttl_s = 1,
                                                                 .hops = 1,
                                                                 .body = bytes_of(hash.bytes, 8)});
    frame_add(frames, &writer);
    message_write_bye(&writer, BYE_STOPPING);
    frame_add(frames, &writer);
}

/* --- one after the other --- */

/* Whether the victim ends the link for @frame, and says that it broke the protocol. */
static bool ends_link(struct thief *thief, struct bytes frame)
{
    thief_dial(thief);
    return thief_say(thief, frame) && !thief_hear(thief, MESSAGE_EVENTS) &&
           thief->heard.kind == MESSAGE_BYE && thief->heard.reason == BYE_PROTOCOL;
}

const char *attack_truncated(struct thief *thief, uint64_t count)
{
    static struct frames frames;
    static struct message message;
    (void)count;
    frames_make(thief, &frames);
    for (uint32_t i = 0; i < frames.count; i++) {
        check(message_decode(frames.frames[i], &message) == 0);
        for (size_t size = 1; size < frames.frames[i].size; size++) {
            if (!ends_link(thief, bytes_of(frames.frames[i].data, size))) {
                return "a frame that was cut off did not end the link";
            }
        }
    }
    return NULL;
}

/* Few bytes that promise many, values that we do not know, nests. */
static const char *const bombs[] = {
    "ddffffffff",         /* array32 */
    "dcffff",             /* array16 */
    "dfffffffff",         /* map32 */
    "de0001c0c0",         /* a map */
    "c6ffffffff",         /* bin32 */
    "dbffffffff",         /* str32 */
    "c9ffffffff01",       /* ext32 */
    "d401c0",             /* fixext1 */
    "ca00000000",         /* a float */
    "c1",                 /* never used */
    "9602ddffffffff",     /* STATUS, then an array32 */
    "960201ddffffffff",   /* STATUS with so many heads */
    "960201dd10000000c0", /* the same, and one of them */
    "9403c6ffffffffc0c0", /* EVENTS of a bin32 */
    "9304dd7fffffffc0",   /* WANT of two thousand million logs */
    "92cd000100",         /* a number that is not in its shortest form */
};

static struct bytes nest(uint8_t *data, size_t depth)
{
    memset(data, 0x91, depth);
    data[depth] = 0xc0;
    return bytes_of(data, depth + 1);
}

const char *attack_malformed(struct thief *thief, uint64_t count)
{
    static uint8_t data[MESSAGE_BYTES_MAX];
    (void)count;
    for (size_t i = 0; i < sizeof bombs / sizeof bombs[0]; i++) {
        if (!ends_link(thief, bytes_of_hex(data, bombs[i]))) {
            return bombs[i];
        }
    }
    if (!ends_link(thief, nest(data, 9)) || !ends_link(thief, nest(data, sizeof data - 1))) {
        return "a deep nest did not end the link";
    }
    /* Messages of a later version are none of its business. */
    thief_dial(thief);
    for (uint8_t kind = 64; kind < 96; kind++) {
        const uint8_t unknown[] = {0x92, kind, 0xc0};
        if (!thief_say(thief, bytes_of(unknown, sizeof unknown))) {
            return "an unknown message ended the link";
        }
    }
    return thief_is_linked(thief) ? NULL : "unknown messages ended the link";
}

const char *attack_huge(struct thief *thief, uint64_t count)
{
    const size_t sizes[] = {MESSAGE_BYTES_MAX + 1, (size_t)1 << 20, (size_t)200 << 20};
    (void)count;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint8_t *data = calloc(1, sizes[i]);
        check(data != NULL);
        thief_dial(thief);
        const bool is_sent = thief_say(thief, bytes_of(data, sizes[i]));
        free(data);
        if (is_sent && thief_hear(thief, MESSAGE_EVENTS)) {
            return "a frame above the limit did not end the link";
        }
    }
    return NULL;
}

const char *attack_stranger(struct thief *thief, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        thief_forget_keys(thief);
        if (thief_connect(thief)) {
            return "a key that nobody knows was let in";
        }
    }
    return NULL;
}
