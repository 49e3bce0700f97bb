#include "sync/mesh/message.h"

#include <string.h>

enum { VERSION_HIGHEST = 1000, FLAGS_HIGHEST = 0xffff };

/* Readings of clocks are subtracted from each other. */
#define WALL_MS_MAX ((INT64_C(1) << 53) - 1)

const char *bye_reason_text(enum bye_reason reason)
{
    switch (reason) {
#define X(name, number, text)                                                                      \
    case name:                                                                                     \
        return text;
        BYE_REASONS(X)
#undef X
    }
    return "for a reason this version does not know";
}

/* --- reading --- */

/* Fields that a newer version appended. */
static void skip_rest(struct reader *reader, uint32_t count, uint32_t known)
{
    for (uint32_t i = known; i < count; i++) {
        (void)read_raw(reader);
    }
}

static void read_heads(struct reader *reader, struct message *message)
{
    uint32_t count = read_array(reader, 0, LOGS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        struct head_claim *head = &message->heads[i];
        (void)read_array(reader, 3, 3);
        head->log = read_id64(reader);
        head->seq = read_uint(reader, SEQ_MAX);
        read_fixed(reader, head->hash, sizeof head->hash);
    }
    message->heads_count = count;
}

static void read_adjacent(struct reader *reader, struct message *message)
{
    uint32_t count = read_array(reader, 0, LINKS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        message->adjacent[i] = read_id64(reader);
    }
    message->adjacent_count = count;
    message->has_adjacent = true;
}

static void read_hello(struct reader *reader, struct message *message)
{
    struct hello *hello = &message->hello;
    hello->version_min = read_uint(reader, VERSION_HIGHEST);
    hello->version_max = read_uint(reader, VERSION_HIGHEST);
    read_fixed(reader, hello->popup.bytes, sizeof hello->popup.bytes);
    hello->device = read_id64(reader);
    read_fixed(reader, hello->boot, sizeof hello->boot);
    hello->features = read_uint(reader, UINT64_MAX);
    hello->fold_version = read_uint(reader, UINT32_MAX);
    hello->wall_ms = read_int(reader, -WALL_MS_MAX, WALL_MS_MAX);
    read_heads(reader, message);
    read_adjacent(reader, message);
    hello->flags = read_uint(reader, FLAGS_HIGHEST);
}

static void read_status(struct reader *reader, struct message *message)
{
    struct status *status = &message->status;
    status->wall_ms = read_int(reader, -WALL_MS_MAX, WALL_MS_MAX);
    read_heads(reader, message);
    read_fixed(reader, status->digest, sizeof status->digest);
    status->flags = read_uint(reader, FLAGS_HIGHEST);
    if (!read_nil(reader)) {
        read_adjacent(reader, message);
    }
}

static void read_events(struct reader *reader, struct message *message)
{
    struct events *events = &message->events;
    events->log = read_id64(reader);
    events->first_seq = read_uint(reader, SEQ_MAX);
    events->count = read_array(reader, 1, RUN_EVENTS_MAX);
    const uint8_t *from = reader->at;
    for (uint32_t i = 0; i < events->count; i++) {
        (void)read_bin(reader, 1, EVENT_SALVAGE_BYTES_MAX);
    }
    events->list = bytes_of(from, (size_t)(reader->at - from));
    read_fixed(reader, events->signature.bytes, sizeof events->signature.bytes);
    events->is_live = read_uint(reader, 1) == 1;
    if (events->first_seq == 0 || events->first_seq > SEQ_MAX - events->count) {
        reader_fail(reader, ERR_MALFORMED);
    }
}

static void read_want(struct reader *reader, struct message *message)
{
    uint32_t count = read_array(reader, 0, LOGS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        struct want_entry *want = &message->wants[i];
        (void)read_array(reader, 3, 3);
        want->log = read_id64(reader);
        want->have = read_uint(reader, SEQ_MAX);
        want->is_restart = read_bool(reader);
    }
    message->wants_count = count;
    message->credit_bytes = read_uint(reader, LINK_OUTBOX_BYTES_MAX);
}

static uint64_t read_event_seq(struct reader *reader)
{
    uint64_t seq = read_uint(reader, SEQ_MAX - RUN_EVENTS_MAX);
    if (seq == 0) {
        reader_fail(reader, ERR_MALFORMED);
    }
    return seq;
}

static void read_repair(struct reader *reader, struct message *message)
{
    struct repair_request *repair = &message->repair;
    repair->log = read_id64(reader);
    repair->first_seq = read_event_seq(reader);
    repair->last_seq = read_event_seq(reader);
    if (repair->last_seq < repair->first_seq) {
        reader_fail(reader, ERR_MALFORMED);
    }
}

static void read_fork_question(struct reader *reader, struct message *message)
{
    struct fork_question *question = &message->fork_question;
    question->log = read_id64(reader);
    question->seq = read_event_seq(reader);
    question->wants_proof = read_bool(reader);
}

static void read_fork_proof(struct reader *reader, struct fork_answer *answer)
{
    answer->has_proof = !read_nil(reader);
    if (!answer->has_proof) {
        return;
    }
    read_array(reader, 3, 3);
    read_fixed(reader, answer->before.bytes, sizeof answer->before.bytes);
    answer->count = read_array(reader, 1, RUN_EVENTS_MAX);
    const uint8_t *from = reader->at;
    for (uint32_t i = 0; i < answer->count; i++) {
        (void)read_bin(reader, HASH_BYTES, HASH_BYTES);
    }
    answer->hashes = bytes_of(from, (size_t)(reader->at - from));
    read_fixed(reader, answer->signature.bytes, sizeof answer->signature.bytes);
}

static void read_fork_answer(struct reader *reader, struct message *message)
{
    struct fork_answer *answer = &message->fork_answer;
    *answer = (struct fork_answer){.log = read_id64(reader)};
    answer->seq = read_event_seq(reader);
    answer->is_held = !read_nil(reader);
    if (answer->is_held) {
        read_fixed(reader, answer->hash, sizeof answer->hash);
    }
    read_fork_proof(reader, answer);
}

void fork_answer_hashes(const struct fork_answer *answer, struct hash *to)
{
    struct reader reader;
    reader_init(&reader, answer->hashes);
    for (uint32_t i = 0; i < answer->count; i++) {
        read_fixed(&reader, to[i].bytes, sizeof to[i].bytes);
    }
}

static void read_blobq(struct reader *reader, struct message *message)
{
    struct blob_part *part = &message->blob;
    read_fixed(reader, part->hash.bytes, sizeof part->hash.bytes);
    part->offset = (uint32_t)read_uint(reader, BLOB_BYTES_MAX);
    part->length = (uint32_t)read_uint(reader, BLOB_CHUNK_BYTES_MAX);
}

static void read_blob(struct reader *reader, struct message *message)
{
    struct blob_part *part = &message->blob;
    read_fixed(reader, part->hash.bytes, sizeof part->hash.bytes);
    part->offset = (uint32_t)read_uint(reader, BLOB_BYTES_MAX);
    part->total = (uint32_t)read_uint(reader, BLOB_BYTES_MAX);
    part->bytes = read_bin(reader, 0, BLOB_CHUNK_BYTES_MAX);
    if (part->offset > part->total || part->bytes.size > part->total - part->offset) {
        reader_fail(reader, ERR_MALFORMED);
    }
}

static void read_ask(struct reader *reader, struct message *message)
{
    message->ask.item = read_uint(reader, UINT32_MAX);
    message->ask.units = read_uint(reader, UINT32_MAX);
    message->ask.log = read_id64(reader);
    message->ask.number = read_uint(reader, SEQ_MAX);
    message->ask.hops = 1;
}

static void read_ask_passed_on(struct reader *reader, struct message *message)
{
    read_ask(reader, message);
    message->ask.hops = (uint32_t)read_uint(reader, ASK_HOPS_MAX);
    if (message->ask.hops == 0) {
        reader_fail(reader, ERR_MALFORMED);
    }
}

static void read_ephemeral(struct reader *reader, struct message *message)
{
    struct ephemeral_message *told = &message->ephemeral;
    told->device = read_id64(reader);
    told->topic = read_text(reader, EPHEMERAL_TOPIC_BYTES_MAX);
    told->key = read_bin(reader, 0, EPHEMERAL_KEY_BYTES_MAX);
    read_fixed(reader, told->boot, sizeof told->boot);
    told->number = read_uint(reader, SEQ_MAX);
    told->ttl_s = (uint32_t)read_uint(reader, EPHEMERAL_TTL_S_MAX);
    told->hops = (uint32_t)read_uint(reader, EPHEMERAL_HOPS_MAX);
    told->body = read_bin(reader, 0, EPHEMERAL_BODY_BYTES_MAX);
    if (told->hops == 0 || told->topic.size == 0) {
        reader_fail(reader, ERR_MALFORMED);
    }
}

static void read_bye(struct reader *reader, struct message *message)
{
    message->reason = read_uint(reader, UINT32_MAX);
}

/* The kinds of message: how many fields this version knows, and who reads them. One that may be
 * shorter comes again below. */
static const struct message_form {
    enum message_kind kind;
    uint32_t fields;
    void (*read)(struct reader *reader, struct message *message);
} forms[] = {
    {MESSAGE_HELLO, 12, read_hello},
    {MESSAGE_STATUS, 6, read_status},
    {MESSAGE_EVENTS, 6, read_events},
    {MESSAGE_WANT, 3, read_want},
    {MESSAGE_FORKQ, 4, read_fork_question},
    {MESSAGE_FORKP, 5, read_fork_answer},
    {MESSAGE_EPH, 9, read_ephemeral},
    {MESSAGE_ASK, 6, read_ask_passed_on},
    {MESSAGE_ASK, 5, read_ask},
    {MESSAGE_BLOBQ, 4, read_blobq},
    {MESSAGE_BLOB, 5, read_blob},
    {MESSAGE_BYE, 2, read_bye},
    {MESSAGE_REPAIR, 4, read_repair},
};

/* The longest that has no more than @count fields, else the shortest. */
static const struct message_form *form_find(uint64_t kind, uint32_t count)
{
    const struct message_form *found = NULL;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if ((uint64_t)forms[i].kind == kind && (found == NULL || count < found->fields)) {
            found = &forms[i];
        }
    }
    return found;
}

int message_decode(struct bytes frame, struct message *ret_message)
{
    if (frame.size > MESSAGE_BYTES_MAX) {
        return ERR_TOO_LARGE;
    }
    struct reader reader;
    reader_init(&reader, frame);
    uint32_t count = read_array(&reader, 1, VALUE_ITEMS_MAX);
    uint64_t kind = read_uint(&reader, UINT64_MAX);
    if (reader.err != 0) {
        return reader.err;
    }
    const struct message_form *form = form_find(kind, count);
    if (form == NULL) {
        return ERR_NOT_FOUND;
    }
    if (count < form->fields) {
        return ERR_MALFORMED;
    }
    ret_message->kind = form->kind;
    ret_message->has_adjacent = false;
    ret_message->heads_count = ret_message->adjacent_count = ret_message->wants_count = 0;
    form->read(&reader, ret_message);
    skip_rest(&reader, count, form->fields);
    return reader_finish(&reader);
}

/* --- writing --- */

static void write_heads(struct writer *writer, const struct head_claim *heads, uint32_t count)
{
    write_array(writer, count);
    for (uint32_t i = 0; i < count; i++) {
        write_array(writer, 3);
        write_id64(writer, heads[i].log);
        write_uint(writer, heads[i].seq);
        write_bin(writer, heads[i].hash, sizeof heads[i].hash);
    }
}

static void write_adjacent(struct writer *writer, const uint64_t *adjacent, uint32_t count)
{
    write_array(writer, count);
    for (uint32_t i = 0; i < count; i++) {
        write_id64(writer, adjacent[i]);
    }
}

void message_write_hello(struct writer *writer, const struct hello *hello,
                         const struct head_claim *heads, uint32_t heads_count,
                         const uint64_t *adjacent, uint32_t adjacent_count)
{
    write_array(writer, 12);
    write_uint(writer, MESSAGE_HELLO);
    write_uint(writer, hello->version_min);
    write_uint(writer, hello->version_max);
    write_bin(writer, hello->popup.bytes, sizeof hello->popup.bytes);
    write_id64(writer, hello->device);
    write_bin(writer, hello->boot, sizeof hello->boot);
    write_uint(writer, hello->features);
    write_uint(writer, hello->fold_version);
    write_int(writer, hello->wall_ms);
    write_heads(writer, heads, heads_count);
    write_adjacent(writer, adjacent, adjacent_count);
    write_uint(writer, hello->flags);
}

void message_write_status(struct writer *writer, const struct status *status,
                          const struct head_claim *heads, uint32_t heads_count,
                          const uint64_t *adjacent, uint32_t adjacent_count)
{
    write_array(writer, 6);
    write_uint(writer, MESSAGE_STATUS);
    write_int(writer, status->wall_ms);
    write_heads(writer, heads, heads_count);
    write_bin(writer, status->digest, sizeof status->digest);
    write_uint(writer, status->flags);
    if (adjacent == NULL) {
        write_nil(writer);
    } else {
        write_adjacent(writer, adjacent, adjacent_count);
    }
}

void message_write_want(struct writer *writer, const struct want_entry *wants, uint32_t wants_count,
                        uint64_t credit_bytes)
{
    write_array(writer, 3);
    write_uint(writer, MESSAGE_WANT);
    write_array(writer, wants_count);
    for (uint32_t i = 0; i < wants_count; i++) {
        write_array(writer, 3);
        write_id64(writer, wants[i].log);
        write_uint(writer, wants[i].have);
        write_bool(writer, wants[i].is_restart);
    }
    write_uint(writer, credit_bytes);
}

void message_write_repair(struct writer *writer, const struct repair_request *repair)
{
    write_array(writer, 4);
    write_uint(writer, MESSAGE_REPAIR);
    write_id64(writer, repair->log);
    write_uint(writer, repair->first_seq);
    write_uint(writer, repair->last_seq);
}

void message_write_fork_question(struct writer *writer, const struct fork_question *question)
{
    write_array(writer, 4);
    write_uint(writer, MESSAGE_FORKQ);
    write_id64(writer, question->log);
    write_uint(writer, question->seq);
    write_bool(writer, question->wants_proof);
}

void message_write_fork_answer(struct writer *writer, const struct fork_answer *answer,
                               const struct hash *event_hashes)
{
    write_array(writer, 5);
    write_uint(writer, MESSAGE_FORKP);
    write_id64(writer, answer->log);
    write_uint(writer, answer->seq);
    if (answer->is_held) {
        write_bin(writer, answer->hash, sizeof answer->hash);
    } else {
        write_nil(writer);
    }
    if (!answer->has_proof) {
        write_nil(writer);
        return;
    }
    write_array(writer, 3);
    write_bin(writer, answer->before.bytes, sizeof answer->before.bytes);
    write_array(writer, answer->count);
    for (uint32_t i = 0; i < answer->count; i++) {
        write_bin(writer, event_hashes[i].bytes, sizeof event_hashes[i].bytes);
    }
    write_bin(writer, answer->signature.bytes, sizeof answer->signature.bytes);
}

void message_write_blobq(struct writer *writer, const struct hash *hash, uint32_t offset,
                         uint32_t length)
{
    write_array(writer, 4);
    write_uint(writer, MESSAGE_BLOBQ);
    write_bin(writer, hash->bytes, sizeof hash->bytes);
    write_uint(writer, offset);
    write_uint(writer, length);
}

void message_write_blob(struct writer *writer, const struct hash *hash, uint32_t offset,
                        uint32_t total, struct bytes bytes)
{
    write_array(writer, 5);
    write_uint(writer, MESSAGE_BLOB);
    write_bin(writer, hash->bytes, sizeof hash->bytes);
    write_uint(writer, offset);
    write_uint(writer, total);
    write_bin(writer, bytes.data, bytes.size);
}

void message_write_ask(struct writer *writer, const struct stock_ask *ask)
{
    const bool is_passed_on = ask->hops > 1;
    write_array(writer, is_passed_on ? 6 : 5);
    write_uint(writer, MESSAGE_ASK);
    write_uint(writer, ask->item);
    write_uint(writer, ask->units);
    write_id64(writer, ask->log);
    write_uint(writer, ask->number);
    if (is_passed_on) {
        write_uint(writer, ask->hops);
    }
}

void message_write_ephemeral(struct writer *writer, const struct ephemeral_message *message)
{
    write_array(writer, 9);
    write_uint(writer, MESSAGE_EPH);
    write_id64(writer, message->device);
    write_text(writer, message->topic);
    write_bin(writer, message->key.data, message->key.size);
    write_bin(writer, message->boot, sizeof message->boot);
    write_uint(writer, message->number);
    write_uint(writer, message->ttl_s);
    write_uint(writer, message->hops);
    write_bin(writer, message->body.data, message->body.size);
}

void message_write_bye(struct writer *writer, enum bye_reason reason)
{
    write_array(writer, 2);
    write_uint(writer, MESSAGE_BYE);
    write_uint(writer, reason);
}

void message_write_events_begin(struct writer *writer, uint64_t log, uint64_t first_seq,
                                uint32_t count)
{
    write_array(writer, 6);
    write_uint(writer, MESSAGE_EVENTS);
    write_id64(writer, log);
    write_uint(writer, first_seq);
    write_array(writer, count);
}

void message_write_events_end(struct writer *writer, const struct signature *signature,
                              bool is_live)
{
    write_bin(writer, signature->bytes, sizeof signature->bytes);
    write_uint(writer, is_live ? 1 : 0);
}
