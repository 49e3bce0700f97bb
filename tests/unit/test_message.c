/* What devices say to each other survives the wire, and nothing else does. */
#include "sync/mesh/message.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/test.h"

enum { FRAME_CAPACITY = 4096 };

static uint8_t frame_data[FRAME_CAPACITY];
static struct message decoded;

static const struct head_claim heads[2] = {
    {.log = 0x0102030405060708, .seq = 7, .hash = {1, 2, 3, 4, 5, 6, 7, 8}},
    {.log = 0xfffffffffffffffe, .seq = SEQ_MAX, .hash = {9, 9, 9, 9, 9, 9, 9, 9}},
};

static struct hello hello_example(void)
{
    return (struct hello){.version_min = 1,
                          .version_max = 3,
                          .popup = {{1, 2, 3}},
                          .device = 42,
                          .boot = {4, 5, 6},
                          .features = 0,
                          .fold_version = 1,
                          .wall_ms = -5,
                          .flags = STATUS_DISK_LOW};
}

static struct bytes hello_frame(void)
{
    static const uint64_t adjacent[1] = {77};
    struct hello hello = hello_example();
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, frame_data, sizeof frame_data);
    message_write_hello(&writer, &hello, heads, 2, adjacent, 1);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    return frame;
}

static struct bytes events_frame(uint64_t first_seq)
{
    static const struct signature signature = {{1, 2, 3}};
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, frame_data, sizeof frame_data);
    message_write_events_begin(&writer, 5, first_seq, 2);
    write_bin(&writer, "abc", 3);
    write_bin(&writer, "de", 2);
    message_write_events_end(&writer, &signature, true);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    return frame;
}

TEST(message, a_hello_arrives_as_it_was_sent)
{
    struct hello hello = hello_example();
    assert_int_equal(message_decode(hello_frame(), &decoded), 0);
    assert_int_equal(decoded.kind, MESSAGE_HELLO);
    assert_memory_equal(decoded.hello.popup.bytes, hello.popup.bytes, POPUP_ID_BYTES);
    assert_int_equal(decoded.hello.version_max, 3);
    assert_int_equal(decoded.hello.device, 42);
    assert_int_equal(decoded.hello.wall_ms, -5);
    assert_int_equal(decoded.hello.flags, STATUS_DISK_LOW);
    assert_int_equal(decoded.heads_count, 2);
    assert_int_equal(decoded.heads[1].log, 0xfffffffffffffffe);
    assert_int_equal(decoded.heads[1].seq, SEQ_MAX);
    assert_int_equal(decoded.adjacent_count, 1);
    assert_int_equal(decoded.adjacent[0], 77);
}

TEST(message, a_hello_that_does_not_say_whom_it_is_linked_to_is_refused)
{
    static const struct hello hello = {.version_min = 1, .version_max = 1};
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, frame_data, sizeof frame_data);
    message_write_hello(&writer, &hello, NULL, 0, NULL, 0);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    assert_int_equal(frame_data[frame.size - 2], 0x90); /* nobody, then the flags */
    assert_int_equal(message_decode(frame, &decoded), 0);
    frame_data[frame.size - 2] = 0xc0;
    assert_int_equal(message_decode(frame, &decoded), ERR_MALFORMED);
}

/* Of a HELLO that names @logs logs, each of a million events, and as many neighbours. */
static size_t hello_size(uint32_t logs)
{
    static struct head_claim many[DEVICES_MAX];
    static uint64_t adjacent[DEVICES_MAX];
    const struct hello hello = hello_example();
    struct writer writer;
    struct bytes frame;
    for (uint32_t i = 0; i < logs; i++) {
        many[i] = (struct head_claim){.log = UINT64_MAX - i, .seq = 1 << 20, .hash = {1}};
        adjacent[i] = UINT64_MAX - i;
    }
    writer_init(&writer, frame_data, sizeof frame_data);
    message_write_hello(&writer, &hello, many, logs, adjacent, logs);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    return frame.size;
}

/* How far 64 journals are known: 1.3 KB at most, besides the hashes, by which two branches of one
 * are told apart, and the neighbours. */
TEST(message, a_mesh_of_sixty_four_devices_is_told_in_two_and_a_half_kilobytes)
{
    enum { HASH_BIN = 2 + 8, NEIGHBOUR_BIN = 2 + 8 };
    const size_t size = hello_size(DEVICES_MAX) - hello_size(0);
    assert_true(size - (size_t)DEVICES_MAX * (HASH_BIN + NEIGHBOUR_BIN) <= 1331);
    assert_true(hello_size(DEVICES_MAX) <= 2560);
    assert_true(hello_size(0) <= 96);
}

TEST(message, events_stay_verbatim_in_the_frame)
{
    struct reader reader;
    assert_int_equal(message_decode(events_frame(9), &decoded), 0);
    assert_int_equal(decoded.kind, MESSAGE_EVENTS);
    assert_int_equal(decoded.events.first_seq, 9);
    assert_int_equal(decoded.events.count, 2);
    assert_true(decoded.events.is_live);
    reader_init(&reader, decoded.events.list);
    assert_true(bytes_equal(read_bin(&reader, 1, 10), bytes_of_text("abc")));
    assert_true(bytes_equal(read_bin(&reader, 1, 10), bytes_of_text("de")));
    assert_int_equal(reader_finish(&reader), 0);
}

TEST(message, events_must_start_at_one_and_end_within_the_numbers)
{
    assert_int_equal(message_decode(events_frame(0), &decoded), ERR_MALFORMED);
    assert_int_equal(message_decode(events_frame(SEQ_MAX), &decoded), ERR_MALFORMED);
    assert_int_equal(message_decode(events_frame(SEQ_MAX - 1), &decoded), ERR_MALFORMED);
    assert_int_equal(message_decode(events_frame(SEQ_MAX - 2), &decoded), 0);
}

TEST(message, a_want_names_logs_and_credit)
{
    static const struct want_entry wants[2] = {{.log = 3, .have = 0, .is_restart = true},
                                               {.log = 4, .have = 9}};
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, frame_data, sizeof frame_data);
    message_write_want(&writer, wants, 2, LINK_CREDIT_BYTES);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    assert_int_equal(message_decode(frame, &decoded), 0);
    assert_int_equal(decoded.wants_count, 2);
    assert_true(decoded.wants[0].is_restart);
    assert_int_equal(decoded.wants[1].have, 9);
    assert_int_equal(decoded.credit_bytes, LINK_CREDIT_BYTES);
}

static struct bytes ask_of(uint32_t hops)
{
    const struct stock_ask ask = {.item = 7, .units = 12, .log = 3, .number = 5, .hops = hops};
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, frame_data, sizeof frame_data);
    message_write_ask(&writer, &ask);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    return frame;
}

TEST(message, a_request_for_stock_names_item_units_and_who_would_sell)
{
    assert_int_equal(message_decode(ask_of(1), &decoded), 0);
    assert_int_equal(decoded.kind, MESSAGE_ASK);
    assert_int_equal(decoded.ask.item, 7);
    assert_int_equal(decoded.ask.units, 12);
    assert_int_equal(decoded.ask.log, 3);
    assert_int_equal(decoded.ask.number, 5);
    assert_int_equal(decoded.ask.hops, 1);
}

TEST(message, one_that_is_passed_on_also_says_how_far_it_came)
{
    struct bytes frame = ask_of(ASK_HOPS_MAX);
    assert_int_equal(message_decode(frame, &decoded), 0);
    assert_int_equal(decoded.ask.number, 5);
    assert_int_equal(decoded.ask.hops, ASK_HOPS_MAX);
    assert_int_equal(message_decode(ask_of(ASK_HOPS_MAX + 1), &decoded), ERR_TOO_LARGE);
    frame = ask_of(2);
    frame_data[frame.size - 1] = 0;
    assert_int_equal(message_decode(frame, &decoded), ERR_MALFORMED);
    frame = ask_of(1);
    frame_data[0] = 0x94; /* one field too few */
    assert_int_equal(message_decode(bytes_of(frame.data, frame.size - 1), &decoded), ERR_MALFORMED);
}

TEST(message, credit_beyond_what_a_link_may_hold_is_refused)
{
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, frame_data, sizeof frame_data);
    message_write_want(&writer, NULL, 0, (uint64_t)LINK_OUTBOX_BYTES_MAX + 1);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    assert_int_not_equal(message_decode(frame, &decoded), 0);
}

TEST(message, every_truncation_is_refused)
{
    struct bytes frame = hello_frame();
    for (size_t size = 0; size < frame.size; size++) {
        assert_int_not_equal(message_decode(bytes_of(frame.data, size), &decoded), 0);
    }
}

TEST(message, fields_of_a_newer_version_are_skipped)
{
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, frame_data, sizeof frame_data);
    write_array(&writer, 4);
    write_uint(&writer, MESSAGE_BYE);
    write_uint(&writer, BYE_STOPPING);
    write_text(&writer, bytes_of_text("see you"));
    write_array(&writer, 0);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    assert_int_equal(message_decode(frame, &decoded), 0);
    assert_int_equal(decoded.reason, BYE_STOPPING);
}

TEST(message, an_unknown_message_is_told_from_a_broken_one)
{
    struct writer writer;
    struct bytes frame;
    writer_init(&writer, frame_data, sizeof frame_data);
    write_array(&writer, 1);
    write_uint(&writer, 99);
    assert_int_equal(writer_finish(&writer, &frame), 0);
    assert_int_equal(message_decode(frame, &decoded), ERR_NOT_FOUND);
    frame_data[0] = 0xc1;
    assert_int_equal(message_decode(frame, &decoded), ERR_MALFORMED);
}

TEST(message, a_count_that_cannot_fit_is_refused_before_anything_is_read)
{
    static const uint8_t bomb[] = {0xdd, 0x0f, 0xff, 0xff, 0xff};
    assert_int_not_equal(message_decode(bytes_of(bomb, sizeof bomb), &decoded), 0);
}

/* --- the fuzzer's kept frames --- */

#define CORPUS TEST_SOURCE_DIR "/tests/fuzz/corpus/message"

/* 0, or why it is no frame. */
static int decode_kept(const char *name)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", CORPUS, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t size = fread(frame_data, 1, sizeof frame_data, file);
    assert_int_equal(fclose(file), 0);
    return message_decode(bytes_of(frame_data, size), &decoded);
}

TEST(message, the_fuzzer_begins_with_a_good_frame_of_each_kind)
{
    static const enum message_kind kinds[] = {
        MESSAGE_HELLO, MESSAGE_STATUS, MESSAGE_EVENTS, MESSAGE_WANT, MESSAGE_FORKQ, MESSAGE_FORKP,
        MESSAGE_EPH,   MESSAGE_ASK,    MESSAGE_BLOBQ,  MESSAGE_BLOB, MESSAGE_BYE,   MESSAGE_REPAIR};
    bool is_there[MESSAGE_REPAIR + 1] = {false};
    const struct dirent *entry;
    DIR *folder = opendir(CORPUS);
    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.' && decode_kept(entry->d_name) == 0) {
            is_there[decoded.kind] = true;
        }
    }
    assert_int_equal(closedir(folder), 0);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        assert_true(is_there[kinds[i]]);
    }
}
