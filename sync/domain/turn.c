#include "sync/domain/turn_parts.h"

#include <string.h>

#include "sync/base/check.h"

/* Ids end in hash bytes: no need to hash again. */
static uint32_t bucket_start(const struct entity_id *entity)
{
    return get_be32(entity->bytes + ENTITY_ID_BYTES - 4) & (TURN_BUCKETS - 1);
}

void turn_reset(struct turn *turn)
{
    memset(turn->buckets, 0xff, sizeof turn->buckets); /* all -1 */
    turn->entities_count = 0;
    turn->events_count = 0;
    turn->size = 0;
}

/* All entries go, so each run of taken buckets may be cleared to its end. */
void turn_empty(struct turn *turn)
{
    for (uint32_t i = 0; i < turn->entities_count; i++) {
        uint32_t bucket = bucket_start(&turn->entities[i].id);
        while (turn->buckets[bucket] >= 0) {
            turn->buckets[bucket] = -1;
            bucket = (bucket + 1) & (TURN_BUCKETS - 1);
        }
    }
    turn->entities_count = 0;
    turn->events_count = 0;
    turn->size = 0;
}

bool turn_has_room(const struct turn *turn, size_t size)
{
    return turn->events_count < TURN_EVENTS_MAX && turn->entities_count < TURN_ENTITIES_MAX &&
           size <= TURN_BYTES_MAX - turn->size;
}

/* The entity's bucket, or the empty one where it belongs. */
static uint32_t bucket_of(const struct turn *turn, const struct entity_id *entity)
{
    uint32_t bucket = bucket_start(entity);
    while (turn->buckets[bucket] >= 0 &&
           !entity_id_equal(&turn->entities[turn->buckets[bucket]].id, entity)) {
        bucket = (bucket + 1) & (TURN_BUCKETS - 1);
    }
    return bucket;
}

static struct turn_entity *entity_take(struct turn *turn, const struct entity_id *entity)
{
    uint32_t bucket = bucket_of(turn, entity);
    if (turn->buckets[bucket] < 0) {
        turn->buckets[bucket] = (int32_t)turn->entities_count;
        turn->entities[turn->entities_count++] =
            (struct turn_entity){.id = *entity, .first = -1, .last = -1};
    }
    return &turn->entities[turn->buckets[bucket]];
}

void turn_add(struct turn *turn, const struct operation *id, uint32_t type,
              const struct entity_id *entity, struct bytes bytes)
{
    check(turn_has_room(turn, bytes.size));
    struct turn_entity *dirty = entity_take(turn, entity);
    int32_t at = (int32_t)turn->events_count++;
    uint8_t *copy = turn->data + turn->size;
    memcpy(copy, bytes.data, bytes.size);
    turn->size += bytes.size;
    turn->events[at] =
        (struct turn_event){.id = *id, .bytes = bytes_of(copy, bytes.size), .next = -1};
    if (dirty->last >= 0) {
        turn->events[dirty->last].next = at;
    } else {
        dirty->first = at;
    }
    dirty->last = at;
    dirty->is_dirty = true;
    dirty->kinds |= kind_bit(kind_of_type(type));
}

bool turn_mark(struct turn *turn, enum kind kind, const struct entity_id *entity)
{
    if (!turn_has_room(turn, 0)) {
        return false;
    }
    struct turn_entity *dirty = entity_take(turn, entity);
    dirty->is_dirty = dirty->is_full = true;
    dirty->kinds |= kind_bit(kind);
    return true;
}

void turn_forget_marks(struct turn *turn)
{
    const uint32_t count = turn->entities_count;
    memset(turn->buckets, 0xff, sizeof turn->buckets); /* all -1 */
    turn->entities_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct turn_entity entity = turn->entities[i];
        if (entity.first < 0) {
            continue;
        }
        const uint32_t place = turn->entities_count++;
        turn->entities[place] = entity;
        turn->buckets[bucket_of(turn, &entity.id)] = (int32_t)place;
    }
}

bool turn_is_dirty(const struct turn *turn, const struct entity_id *entity)
{
    int32_t at = turn->buckets[bucket_of(turn, entity)];
    return at >= 0 && turn->entities[at].is_dirty;
}

bool turn_is_dirty_beside(const struct turn *turn, const struct entity_id *entity, uint32_t type)
{
    if (!turn_is_dirty(turn, entity)) {
        return false;
    }
    const struct turn_entity *dirty = &turn->entities[turn->buckets[bucket_of(turn, entity)]];
    bool is_any = dirty->is_full;
    for (int32_t at = dirty->first; at >= 0 && !is_any; at = turn->events[at].next) {
        struct event event;
        check(event_decode(turn->events[at].bytes, &event) == 0); /* as when it came in */
        is_any = event.type != type;
    }
    return is_any;
}
