/* trace_hash.c - one hash over all that a run was given and all that it let out: every input, every
 * effect of every turn, every committed key and value, and the virtual time of each.
 *
 * Whatever differs between two compilers, two processes or two runs of one seed shows here. Numbers
 * go in as eight bytes, never as structs lie in memory, and nothing of where they lie.
 */
#include <string.h>

#include "tests/sim/sim_internal.h"

enum { NUMBERS_MAX = 16 };

/* A @tag that tells pieces of different kinds apart, numbers and bytes. */
static void note(struct sim *sim, char tag, const uint64_t *numbers, unsigned count,
                 struct bytes bytes)
{
    uint8_t head[1 + 8 + 8 * NUMBERS_MAX];
    struct hash next;
    head[0] = (uint8_t)tag;
    put_be64(head + 1, sim->cluster->now_ms);
    for (unsigned i = 0; i < count; i++) {
        put_be64(head + 9 + (size_t)8 * i, numbers[i]);
    }
    const struct bytes parts[] = {bytes_of(sim->trace_hash.bytes, sizeof sim->trace_hash.bytes),
                                  bytes_of(head, 9 + (size_t)8 * count), bytes};
    hash_parts(next.bytes, sizeof next.bytes, parts, 3);
    sim->trace_hash = next;
}

#define NOTE(sim, tag, bytes, ...)                                                                 \
    note(sim, tag, (const uint64_t[]){__VA_ARGS__},                                                \
         sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t), bytes)

static struct bytes entity_bytes(const struct entity_id *id)
{
    return bytes_of(id->bytes, sizeof id->bytes);
}

static struct bytes hash_bytes(const struct hash *hash)
{
    return bytes_of(hash->bytes, sizeof hash->bytes);
}

/* --- what goes in --- */

static void note_lines(struct sim *sim, const struct command *command)
{
    for (uint32_t i = 0; i < command->lines_count; i++) {
        const struct wanted_line *line = &command->lines[i];
        NOTE(sim, 'l', line->note, line->item, (uint64_t)line->quantity, line->options_count);
        for (uint32_t at = 0; at < line->options_count; at++) {
            NOTE(sim, 'o', bytes_of(NULL, 0), line->options[at].group, line->options[at].choice);
        }
    }
    for (uint32_t i = 0; i < command->ids_count; i++) {
        NOTE(sim, 'n', bytes_of(NULL, 0), command->ids[i], (uint64_t)command->units[i]);
    }
    for (uint32_t i = 0; i < command->fields_count; i++) {
        const struct wanted_field *field = &command->fields[i];
        NOTE(sim, 'f', field->text, field->field, (uint64_t)field->number, field->truth);
    }
}

static void note_texts(struct sim *sim, const struct command *command)
{
    const struct wanted_fact *fact = &command->fact;
    const struct bytes texts[] = {
        command->key,     command->name,   command->channel, command->mode,
        command->note,    command->reason, command->method,  command->reference,
        command->station, command->chain,  command->media,   fact->id,
        fact->intent,     fact->event,     fact->wish,       fact->currency};
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        NOTE(sim, 't', texts[i], i);
    }
    for (uint32_t i = 0; i < command->endpoints_count; i++) {
        NOTE(sim, 'p', command->endpoints[i], i);
    }
    NOTE(sim, 'h', hash_bytes(&command->body_hash), command->blob_size);
    NOTE(sim, 'h', hash_bytes(&command->blob), fact->state, (uint64_t)fact->capturable_minor,
         (uint64_t)fact->received_minor);
}

static void note_command(struct sim *sim, const struct command *command, uint64_t request)
{
    const struct principal *principal = &command->principal;
    NOTE(sim, 'c', entity_bytes(&command->order), request, (uint64_t)command->kind,
         principal->session, (uint64_t)principal->role, principal->staff, principal->is_device);
    NOTE(sim, 'c', bytes_of(NULL, 0), (uint64_t)command->amount_minor,
         (uint64_t)command->tendered_minor, command->discount_bp, (uint64_t)command->quantity_delta,
         (uint64_t)command->stock_units, command->item, command->day, command->device,
         (uint64_t)command->role, command->staff, command->printer, command->slot);
    NOTE(sim, 'c', bytes_of(command->cause.hash, sizeof command->cause.hash), command->cause.log,
         command->cause.seq, command->changed_log, command->changed_seq, (uint64_t)command->record,
         (uint64_t)command->purpose);
    NOTE(sim, 'c', bytes_of(NULL, 0), command->is_paid_now, command->has_options, command->has_note,
         command->truth, command->is_forced, command->is_new);
    note_lines(sim, command);
    note_texts(sim, command);
}

void trace_input(struct sim *sim, const struct cluster_node *node, const struct input *input)
{
    if (!sim->options.is_hashed) {
        return;
    }
    NOTE(sim, 'i', input->message, node->index, (uint64_t)input->kind, input->link, input->device,
         input->is_dialer, input->now.mono_ms, (uint64_t)input->now.wall_ms);
    NOTE(sim, 'i', hash_bytes(&input->blob), input->blob_size, input->is_good, input->records_max);
    if (input->kind == INPUT_COMMAND) {
        note_command(sim, input->command, input->request);
    }
}

/* --- what comes out --- */

static void note_answers(struct sim *sim, const struct effects *effects)
{
    for (uint32_t i = 0; i < effects->answers_count; i++) {
        const struct effect_answer *effect = &effects->answers[i];
        const struct answer *answer = &effect->answer;
        NOTE(sim, 'a', bytes_of(NULL, 0), effect->request, (uint64_t)effect->err);
        if (effect->err == 0) {
            NOTE(sim, 'a', entity_bytes(&answer->entity), (uint64_t)answer->kind, answer->log,
                 answer->seq, answer->events, answer->number, answer->day,
                 (uint64_t)answer->total_minor, (uint64_t)answer->change_minor);
        }
    }
    for (uint32_t i = 0; i < effects->alarms_count; i++) {
        const struct effect_alarm *alarm = &effects->alarms[i];
        NOTE(sim, '!', bytes_of(NULL, 0), (uint64_t)alarm->kind, alarm->log, alarm->seq,
             alarm->device);
    }
}

static void note_blobs(struct sim *sim, const struct effects *effects)
{
    for (uint32_t i = 0; i < effects->blob_reads_count; i++) {
        const struct effect_blob_read *read = &effects->blob_reads[i];
        NOTE(sim, 'b', hash_bytes(&read->hash), read->link, read->offset, read->length);
    }
    for (uint32_t i = 0; i < effects->blob_writes_count; i++) {
        const struct effect_blob_write *write = &effects->blob_writes[i];
        NOTE(sim, 'w', hash_bytes(&write->hash), write->offset, write->total);
        NOTE(sim, 'w', write->bytes, write->bytes.size);
    }
    for (uint32_t i = 0; i < effects->blob_erases_count; i++) {
        NOTE(sim, 'e', hash_bytes(&effects->blob_erases[i]), i);
    }
}

static void note_rows(struct sim *sim, const struct cluster_node *node)
{
    for (unsigned table = 0; table < TABLE_COUNT; table++) {
        const struct hash digest = store_memory_digest(node->store, (enum store_table)table);
        NOTE(sim, 'r', hash_bytes(&digest), node->index, table);
    }
}

void trace_turn(struct sim *sim, const struct cluster_node *node)
{
    const struct effects *effects = node->effects;
    if (!sim->options.is_hashed) {
        return;
    }
    for (uint32_t i = 0; i < effects->sends_count; i++) {
        NOTE(sim, 's', effects->sends[i].frame, node->index, effects->sends[i].link);
    }
    for (uint32_t i = 0; i < effects->closes_count; i++) {
        NOTE(sim, 'x', bytes_of(NULL, 0), effects->closes[i].link,
             (uint64_t)effects->closes[i].reason);
    }
    note_answers(sim, effects);
    note_blobs(sim, effects);
    NOTE(sim, 'u', bytes_of(NULL, 0), effects->is_changed, effects->change_number,
         effects->is_marks_moved, effects->is_ephemeral_changed, effects->is_roster_changed,
         effects->is_new_log_needed, effects->is_store_broken, effects->is_written,
         effects->wake_mono_ms, effects->sends_dropped);
    note_rows(sim, node);
}
