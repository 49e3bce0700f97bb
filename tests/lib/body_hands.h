/* body_hands.h - what tests of events' bodies do: look at a sample, and write one and have it
 * checked. One at a time. */
#ifndef TRESTLE_TESTS_LIB_BODY_HANDS_H
#define TRESTLE_TESTS_LIB_BODY_HANDS_H

#include <stdlib.h>
#include <string.h>

#include "sync/domain/body_check.h"
#include "tests/lib/assert_text.h"
#include "tests/lib/event_bodies.h"
#include "tests/lib/test.h"

enum { BODY_BYTES_MAX = 16 * 1024 };

/* --- samples --- */

static uint8_t sample_data[BODY_BYTES_MAX];

static inline struct bytes sample(const struct body_sample *from)
{
    return body_sample_bytes(from, sample_data, sizeof sample_data);
}

static inline struct bytes sample_named(const char *name)
{
    for (size_t i = 0; i < body_samples_count; i++) {
        if (strcmp(body_samples[i].name, name) == 0) {
            return sample(&body_samples[i]);
        }
    }
    fail_msg("no sample %s", name);
    return (struct bytes){0};
}

/* --- writing --- */

/* In memory of its exact size, so that the address sanitizer sees a read past the end. */
static inline int check_exact(uint32_t type, struct bytes body)
{
    uint8_t *copy = malloc(body.size > 0 ? body.size : 1);
    assert_non_null(copy);
    if (body.size > 0) {
        memcpy(copy, body.data, body.size);
    }
    const int err = body_check(type, bytes_of(copy, body.size));
    free(copy);
    return err;
}

static uint8_t body_data[BODY_BYTES_MAX];
static struct writer body_writer;

static inline struct writer *begin(void)
{
    writer_init(&body_writer, body_data, sizeof body_data);
    return &body_writer;
}

/* What was written since begin(). */
static inline int checked(uint32_t type)
{
    struct bytes body = {0};
    assert_int_equal(writer_finish(&body_writer, &body), 0);
    return check_exact(type, body);
}

/* That many letters. */
static inline struct bytes text_of(size_t size)
{
    static char letters[300];
    assert_true(size <= sizeof letters);
    memset(letters, 'a', sizeof letters);
    return bytes_of(letters, size);
}

#endif
