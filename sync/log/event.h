/* event.h - one replicated, signed, immutable fact or intention.
 *
 * Layer: sync/log (pure). Bytes: docs/protocol.md, "Event". An event's bytes are stored, hashed and
 * relayed verbatim; nobody ever re-encodes one.
 *
 *   event   = [type, t, entity, parents, by, body] or [type, t, entity, parents, by, body, was]
 *   type    uint; event.def
 *   t       uint, ms since the pop-up's epoch as its writer's clock said; decides nothing
 *           (docs/merge-rules.md)
 *   entity  bin 12
 *   parents array of operations [bin8 log, uint seq, bin16 hash]: the entity's heads in *other*
 *           logs that the writer had seen. Its own earlier events on the entity are implied: a log
 *           is in order by itself.
 *   by      uint, staff number; 0 = the device
 *   body    array; unknown trailing fields are ignored
 *   was     operation: this event re-emits that one (salvage by its writer, adoption by a manager)
 */
#ifndef TRESTLE_SYNC_LOG_EVENT_H
#define TRESTLE_SYNC_LOG_EVENT_H

#include "sync/base/id.h"
#include "sync/base/limits.h"
#include "sync/log/capability.h"

enum event_type {
    EVENT_NONE = 0,
#define X(name, number, text, kind, capability, order) name = (number),
#include "sync/log/event.def"
#undef X
};

struct event {
    uint32_t type; /* an enum event_type, or one that this software does not know */
    uint64_t t;
    struct entity_id entity;
    uint32_t parents_count;
    struct operation parents[PARENTS_MAX];
    uint64_t by;
    struct bytes body; /* encoded array, borrowed from the bytes decoded */
    bool is_reemitted;
    struct operation was; /* when is_reemitted */
};

/* What event.def says about a type; NULL for one that this software does not know. */
struct event_info {
    enum event_type type;
    const char *text; /* "line.add" */
    enum kind kind;
    enum capability capability;
    bool is_causal;
};
const struct event_info *event_info_find(uint32_t type);

/* Whether software that does not know @type must not show the entity as if nothing had happened. */
static inline bool event_type_is_critical(uint32_t type)
{
    return type % 2 == 0;
}

/* Parse and check the envelope (not the body's meaning). ERR_MALFORMED, ERR_TOO_LARGE,
 * ERR_TOO_MANY. */
MUST_CHECK int event_decode(struct bytes bytes, struct event *ret_event);

/* Encode to @buffer. ERR_TOO_LARGE when it does not fit @capacity or EVENT_BYTES_MAX; ERR_MALFORMED
 * or ERR_TOO_MANY when the body is not an array that event_decode() accepts. */
MUST_CHECK int event_encode(const struct event *event, void *buffer, size_t capacity,
                            struct bytes *ret_bytes);

#endif
