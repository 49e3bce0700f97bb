/* event_bodies.h - one body of every domain event, spelled out byte by byte, and their re-encoding.
 *
 * The bytes were made by an encoder that shares nothing with ours, from docs/protocol.md. They pin
 * the format: a change here is a change of what old devices can read.
 */
#ifndef TRESTLE_TESTS_LIB_EVENT_BODIES_H
#define TRESTLE_TESTS_LIB_EVENT_BODIES_H

#include "sync/base/writer.h"
#include "sync/log/event.h"

struct body_sample {
    enum event_type type;
    const char *name;
    const char *hex;
};

extern const struct body_sample body_samples[];
extern const size_t body_samples_count;

/* The sample's bytes; ends the process when they do not fit @capacity. */
struct bytes body_sample_bytes(const struct body_sample *sample, uint8_t *data, size_t capacity);

/* Those of the first sample of @type; ends the process when there is none, too. */
struct bytes body_sample_of(enum event_type type, uint8_t *data, size_t capacity);

/* Decode a body of @type and write what was understood. As the type's decoder answers,
 * ERR_TOO_LARGE when @writer is full, ERR_NOT_FOUND for a type without a body here. */
MUST_CHECK int body_recode(uint32_t type, struct bytes body, struct writer *writer);

#endif
