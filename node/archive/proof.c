#include "node/archive/proof.h"

#include <string.h>

#include "sync/roster/statement.h"

enum { FIELDS_MIN = 3, FIELDS_MAX = 7 };

void proof_stop(struct proof *proof, const char *kind, const char *what)
{
    const struct proof_place place = {.record = proof->records.count};
    if (!proof->is_over) {
        proof->listener->found(proof->listener->context, kind, &place, what);
    }
    proof->is_over = true;
}

void proof_break(struct proof *proof, const char *kind, const char *what)
{
    const struct proof_place place = {
        .record = proof->records.count, .log = proof->head.log, .seq = proof->head.seq};
    if (!proof->is_broken) {
        proof->listener->found(proof->listener->context, kind, &place, what);
    }
    proof->is_broken = true;
}

void proof_tell_event(const struct proof *proof, uint64_t seq, const struct hash *hash,
                      struct bytes bytes)
{
    const struct proof_listener *listener = proof->listener;
    if (listener->event != NULL) {
        listener->event(listener->context, &proof->head, seq, hash, bytes);
    }
}

void proof_take_head(struct proof *proof, struct reader *reader, uint32_t version)
{
    const uint64_t found = read_uint(reader, UINT64_MAX);
    read_fixed(reader, proof->sums.popup.bytes, sizeof proof->sums.popup.bytes);
    read_fixed(reader, proof->sums.root.bytes, sizeof proof->sums.root.bytes);
    (void)read_int(reader, 0, INT64_MAX);
    const struct popup_id derived = popup_id_of_root(&proof->sums.root);
    if (found != version) {
        proof_stop(proof, "edited", "another version of the format");
    } else if (memcmp(derived.bytes, proof->sums.popup.bytes, sizeof derived.bytes) != 0) {
        proof_stop(proof, "edited", "the pop-up is not the one of the root key");
    }
}

void proof_take_end(struct proof *proof, struct reader *reader)
{
    struct bytes record;
    if (records_check_end(&proof->records, reader) != 0) {
        proof_stop(proof, "edited", "the last record does not fit those before");
        return;
    }
    if (record_next(&proof->records, &record) != ERR_NOT_FOUND) {
        proof_stop(proof, "edited", "something follows the last record");
    }
    proof->is_over = true;
}

void proof_open_log(struct proof *proof, uint64_t log, struct bytes bytes)
{
    struct event event;
    struct log_open open;
    int err = event_decode(bytes, &event);
    if (err == 0 && event.type != EVENT_LOG_OPEN) {
        err = ERR_MALFORMED;
    }
    if (err == 0) {
        err = log_open_verify(event.body, &proof->sums.popup, &proof->sums.root, &open);
    }
    if (err == 0 && id64_of_key(&open.log_key) != log) {
        err = ERR_MISMATCH;
    }
    if (err != 0) {
        proof_break(proof, "edited", "its first event does not open it");
    } else {
        log_head_init(&proof->head, &proof->sums.popup, &open.log_key,
                      id64_of_key(&open.certificate.device_key), open.incarnation);
    }
}

static void take_record(struct proof *proof, struct bytes record, const struct proof_kinds *kinds)
{
    struct reader reader;
    reader_init(&reader, record);
    (void)read_array(&reader, FIELDS_MIN, FIELDS_MAX);
    const uint64_t kind = read_uint(&reader, kinds->count);
    if (kind == 0 || (kind == 1) != (proof->records.count == 1)) {
        proof_stop(proof, "edited", "this record has no place here");
        return;
    }
    kinds->take[kind](proof, &reader);
    if (!proof->is_over && reader_finish(&reader) != 0) {
        proof_stop(proof, "edited", "a record cannot be read");
    }
}

int proof_run(struct proof *proof, FILE *file, const struct proof_kinds *kinds)
{
    struct bytes record;
    int err = records_open(&proof->records, file, kinds->magic);
    if (err == ERR_MALFORMED) {
        proof_stop(proof, "edited", "it does not begin as such a file does");
    }
    while (err == 0 && !proof->is_over) {
        err = record_next(&proof->records, &record);
        if (err == 0) {
            take_record(proof, record, kinds);
        }
    }
    if (err == ERR_NOT_FOUND) {
        proof_stop(proof, "lost", "the file ends before its last record");
    } else if (err == ERR_MALFORMED) {
        proof_stop(proof, "lost", "the file ends within a record, or its size is wrong");
    }
    return err == ERR_IO ? err : 0;
}
