#include "sync/mesh/effects.h"

#include <string.h>

#include "sync/base/check.h"

const char *alarm_text(enum alarm_kind alarm)
{
    static const char *const texts[ALARM_COUNT] = {
#define X(name, text) text,
        ALARMS(X)
#undef X
    };
    check(alarm < ALARM_COUNT);
    return texts[alarm];
}

void effects_reset(struct effects *effects)
{
    effects->sends_count = effects->closes_count = effects->answers_count = effects->alarms_count =
        0;
    effects->blob_reads_count = effects->blob_writes_count = effects->blob_erases_count = 0;
    effects->is_ephemeral_changed = false;
    effects->is_changed = effects->is_marks_moved = effects->is_roster_changed = false;
    effects->is_new_log_needed = effects->is_written = false;
    effects->change_number = 0;
    effects->wake_mono_ms = UINT64_MAX;
    effects->sends_dropped = 0;
    effects->size = 0;
}

bool effects_frame_begin(struct effects *effects, struct writer *writer)
{
    size_t room = EFFECT_BYTES_MAX - effects->size;
    if (effects->sends_count == EFFECT_SENDS_MAX || room < MESSAGE_BYTES_MAX) {
        effects->sends_dropped++;
        return false;
    }
    writer_init(writer, effects->data + effects->size, MESSAGE_BYTES_MAX);
    return true;
}

struct bytes effects_frame_end(struct effects *effects, const struct writer *writer)
{
    struct bytes frame;
    int err = writer_finish(writer, &frame);
    check(err == 0); /* every message of ours fits MESSAGE_BYTES_MAX */
    effects->size += frame.size;
    return frame;
}

void effects_send(struct effects *effects, uint32_t link, struct bytes frame)
{
    if (effects->sends_count == EFFECT_SENDS_MAX) {
        effects->sends_dropped++;
        return;
    }
    effects->sends[effects->sends_count++] = (struct effect_send){.link = link, .frame = frame};
}

void effects_close(struct effects *effects, uint32_t link, enum bye_reason reason)
{
    check(effects->closes_count < EFFECT_CLOSES_MAX);
    effects->closes[effects->closes_count++] =
        (struct effect_close){.link = link, .reason = reason};
}

void effects_forget_link(struct effects *effects, uint32_t link)
{
    uint32_t sends = 0;
    uint32_t closes = 0;
    uint32_t reads = 0;
    for (uint32_t i = 0; i < effects->blob_reads_count; i++) {
        if (effects->blob_reads[i].link != link) {
            effects->blob_reads[reads++] = effects->blob_reads[i];
        }
    }
    effects->blob_reads_count = reads;
    for (uint32_t i = 0; i < effects->sends_count; i++) {
        if (effects->sends[i].link != link) {
            effects->sends[sends++] = effects->sends[i];
        }
    }
    for (uint32_t i = 0; i < effects->closes_count; i++) {
        if (effects->closes[i].link != link) {
            effects->closes[closes++] = effects->closes[i];
        }
    }
    effects->sends_count = sends;
    effects->closes_count = closes;
}

static bool alarm_is_up(const struct effects *effects, enum alarm_kind kind, uint64_t log,
                        uint64_t device)
{
    for (uint32_t i = 0; i < effects->alarms_count; i++) {
        const struct effect_alarm *alarm = &effects->alarms[i];
        if (alarm->kind == kind && alarm->log == log && alarm->device == device) {
            return true;
        }
    }
    return false;
}

void effects_alarm(struct effects *effects, enum alarm_kind kind, uint64_t log, uint64_t seq,
                   uint64_t device)
{
    if (effects->alarms_count == EFFECT_ALARMS_MAX || alarm_is_up(effects, kind, log, device)) {
        return;
    }
    effects->alarms[effects->alarms_count++] =
        (struct effect_alarm){.kind = kind, .log = log, .seq = seq, .device = device};
}

void effects_answer(struct effects *effects, uint64_t request, int err, const struct answer *answer)
{
    check(effects->answers_count < EFFECT_ANSWERS_MAX);
    struct effect_answer *effect = &effects->answers[effects->answers_count++];
    *effect = (struct effect_answer){.request = request, .err = err, .answer = *answer};
}

bool effects_blob_write(struct effects *effects, const struct effect_blob_write *write)
{
    size_t room = EFFECT_BYTES_MAX - effects->size;
    if (effects->blob_writes_count == EFFECT_BLOB_WRITES_MAX || room < write->bytes.size) {
        return false;
    }
    uint8_t *copy = effects->data + effects->size;
    memcpy(copy, write->bytes.data, write->bytes.size);
    effects->size += write->bytes.size;
    effects->blob_writes[effects->blob_writes_count] = *write;
    effects->blob_writes[effects->blob_writes_count++].bytes = bytes_of(copy, write->bytes.size);
    return true;
}

void effects_wake(struct effects *effects, uint64_t mono_ms)
{
    if (mono_ms < effects->wake_mono_ms) {
        effects->wake_mono_ms = mono_ms;
    }
}
