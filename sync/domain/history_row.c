/* The stored row of a history; its form is in history.h. */
#include <string.h>

#include "sync/domain/history.h"

enum {
    ROW_VERSION = 1,
    ROW_FIELDS = 5,
    BRANCH_FIELDS = 7,
    EVENT_FIELDS = 8,
    FLAG_OPAQUE_TYPE = 1,
    FLAG_CUT = 2,
    FLAG_OUTDATED = 4,
    FLAGS_ALL = FLAG_OPAQUE_TYPE | FLAG_CUT | FLAG_OUTDATED,
};

/* --- writing --- */

static void write_vector(struct writer *writer, const uint64_t *vector, uint32_t count)
{
    write_array(writer, count);
    for (uint32_t b = 0; b < count; b++) {
        write_uint(writer, vector[b]);
    }
}

static void write_branch(struct writer *writer, const struct history_branch *branch, uint32_t count)
{
    write_array(writer, BRANCH_FIELDS);
    write_id64(writer, branch->log);
    if (branch->via == 0) {
        write_nil(writer);
    } else {
        write_id64(writer, branch->via);
    }
    if (branch->via != 0 || history_branch_is_own(branch)) {
        write_nil(writer);
    } else {
        write_bin(writer, branch->segment, sizeof branch->segment);
    }
    write_uint(writer, branch->count);
    write_uint(writer, branch->bytes);
    write_uint(writer, branch->newest);
    write_vector(writer, branch->seen, count);
}

static void write_event(struct writer *writer, const struct history *history, uint32_t index)
{
    const struct history_event *event = &history->events[index];
    write_array(writer, EVENT_FIELDS);
    write_uint(writer, event->branch);
    write_uint(writer, event->id.seq);
    write_bin(writer, event->id.hash, OPERATION_HASH_BYTES);
    write_uint(writer, event->type);
    write_uint(writer, event->t);
    write_uint(writer, event->by);
    write_vector(writer, history->saw[index], event->is_causal ? history->branches_count : 0);
    write_raw(writer, event->body);
}

int history_encode(const struct history *history, void *buffer, size_t capacity,
                   struct bytes *ret_row)
{
    struct writer writer;
    writer_init(&writer, buffer, capacity);
    write_array(&writer, ROW_FIELDS);
    write_uint(&writer, ROW_VERSION);
    write_uint(&writer, (history->is_opaque ? FLAG_OPAQUE_TYPE : 0u) |
                            (history->is_cut_short ? FLAG_CUT : 0u) |
                            (history->is_outdated ? FLAG_OUTDATED : 0u));
    write_uint(&writer, history->pending_count);
    write_array(&writer, history->branches_count);
    for (uint32_t b = 0; b < history->branches_count; b++) {
        write_branch(&writer, &history->branches[b], history->branches_count);
    }
    write_array(&writer, history->count);
    for (uint32_t i = 0; i < history->count; i++) {
        write_event(&writer, history, i);
    }
    return writer_finish(&writer, ret_row);
}

/* --- reading: a row is our own, but a disk may have changed it --- */

static void require(struct reader *reader, bool is_so)
{
    if (!is_so) {
        reader_fail(reader, ERR_MALFORMED);
    }
}

/* A vector over @count branches. */
static void read_vector(struct reader *reader, uint64_t vector[ENTITY_LOGS_MAX], uint32_t count)
{
    read_array(reader, count, count);
    for (uint32_t b = 0; b < count; b++) {
        vector[b] = read_uint(reader, SEQ_MAX);
    }
}

static bool is_above(const struct history_branch *before, const struct history_branch *branch)
{
    if (before->log != branch->log || before->via != branch->via) {
        return before->log != branch->log ? before->log < branch->log : before->via < branch->via;
    }
    return memcmp(before->segment, branch->segment, sizeof before->segment) < 0;
}

static void read_branch(struct reader *reader, struct history *history, uint32_t at)
{
    struct history_branch *branch = &history->branches[at];
    *branch = (struct history_branch){.log = 0};
    read_array(reader, BRANCH_FIELDS, BRANCH_FIELDS);
    branch->log = read_id64(reader);
    if (!read_nil(reader)) {
        branch->via = read_id64(reader);
        require(reader, branch->via != 0);
    }
    if (!read_nil(reader)) {
        read_fixed(reader, branch->segment, sizeof branch->segment);
        require(reader, branch->via == 0 && !history_branch_is_own(branch));
    }
    const struct history_room *most = &history_limits(history->kind)->log;
    branch->count = (uint32_t)read_uint(reader, most->events);
    branch->bytes = (uint32_t)read_uint(reader, most->bytes);
    branch->newest = read_uint(reader, SEQ_MAX);
    read_vector(reader, branch->seen, history->branches_count);
    require(reader, at == 0 || is_above(&history->branches[at - 1], branch));
    require(reader, history_branch_is_own(branch) == (branch->count > 0));
}

static void read_body(struct reader *reader, struct history *history, struct bytes *ret_body)
{
    require(reader, reader_peek(reader) == READER_ARRAY);
    const struct bytes body = read_raw(reader);
    uint8_t *to = history->body_data + history->body_size;
    if (body.size > HISTORY_BODY_BYTES_MAX - history->body_size) {
        reader_fail(reader, ERR_MALFORMED);
    }
    if (reader->err == 0) {
        memcpy(to, body.data, body.size);
        history->body_size += body.size;
        *ret_body = bytes_of(to, body.size);
    }
}

/* Whether event @at follows the one before it. */
static bool is_in_order(const struct history *history, uint32_t at)
{
    const struct history_event *event = &history->events[at];
    const struct history_event *before = event - 1;
    return at == 0 || before->branch < event->branch ||
           (before->branch == event->branch && before->id.seq < event->id.seq);
}

static void read_saw(struct reader *reader, struct history *history, uint32_t at)
{
    const struct history_event *event = &history->events[at];
    memset(history->saw[at], 0, sizeof history->saw[at]);
    read_vector(reader, history->saw[at], event->is_causal ? history->branches_count : 0);
    require(reader, !event->is_causal || history->saw[at][event->branch] == event->id.seq);
}

static void read_event(struct reader *reader, struct history *history, uint32_t at)
{
    struct history_event *event = &history->events[at];
    read_array(reader, EVENT_FIELDS, EVENT_FIELDS);
    event->branch = (uint32_t)read_uint(reader, ENTITY_LOGS_MAX - 1);
    require(reader, event->branch < history->branches_count);
    if (reader->err != 0) {
        return;
    }
    event->id.log = history->branches[event->branch].log;
    event->id.seq = read_uint(reader, SEQ_MAX);
    read_fixed(reader, event->id.hash, OPERATION_HASH_BYTES);
    event->type = (uint32_t)read_uint(reader, UINT32_MAX);
    event->t = read_uint(reader, UINT64_MAX);
    event->by = read_uint(reader, UINT64_MAX);
    const struct event_info *info = event_info_find(event->type);
    event->is_causal = info == NULL || info->is_causal;
    require(reader, info == NULL || info->kind == history->kind);
    require(reader, event->id.seq > 0 && is_in_order(history, at));
    read_saw(reader, history, at);
    read_body(reader, history, &event->body);
    history->count = at + 1;
}

static void read_row(struct reader *reader, struct history *history)
{
    read_array(reader, ROW_FIELDS, ROW_FIELDS);
    require(reader, read_uint(reader, ROW_VERSION) == ROW_VERSION);
    const uint64_t flags = read_uint(reader, FLAGS_ALL);
    history->is_opaque = (flags & FLAG_OPAQUE_TYPE) != 0;
    history->is_cut_short = (flags & FLAG_CUT) != 0;
    history->is_outdated = (flags & FLAG_OUTDATED) != 0;
    const uint32_t most = history_limits(history->kind)->all.events;
    history->pending_count = (uint32_t)read_uint(reader, most);
    history->branches_count = read_array(reader, 0, ENTITY_LOGS_MAX);
    for (uint32_t b = 0; b < history->branches_count && reader->err == 0; b++) {
        read_branch(reader, history, b);
    }
    const uint32_t count = read_array(reader, 0, most);
    for (uint32_t i = 0; i < count && reader->err == 0; i++) {
        read_event(reader, history, i);
    }
}

int history_decode(struct history *history, enum kind kind, const struct entity_id *entity,
                   struct bytes row)
{
    struct reader reader;
    history_reset(history, kind, entity);
    reader_init(&reader, row);
    read_row(&reader, history);
    if (reader_finish(&reader) != 0) {
        history_reset(history, kind, entity);
        return ERR_MALFORMED;
    }
    return 0;
}

int history_get(struct history *history, struct store_txn *txn, enum kind kind,
                const struct entity_id *entity)
{
    const struct key key = key_state(kind, entity);
    struct bytes row;
    const int err = store_get(txn, TABLE_STATE, key_bytes(&key), &row);
    if (err != 0) {
        history_reset(history, kind, entity);
        return err;
    }
    return history_decode(history, kind, entity, row);
}
