/* fuzz_mutate.h - libFuzzer mutations that keep an input's shape.
 *
 * Our formats have one spelling for each value, so a flipped byte nearly always gives an input that
 * the first line of a parser refuses. These change *values*: an element becomes another number,
 * text or copy of its neighbour, is taken out or repeated while its array's count follows, and
 * bytes that hold values themselves are changed inside. A quarter of all mutations stay libFuzzer's
 * own.
 *
 *     FUZZ_VALUE_INPUTS(1)    in a target whose input is one byte and then a value
 *     FUZZ_EVENT_INPUTS(1)    one byte, then events as fuzz_events.h reads them
 *
 * Without libFuzzer both are nothing.
 */
#ifndef TRESTLE_TESTS_LIB_FUZZ_MUTATE_H
#define TRESTLE_TESTS_LIB_FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's; the answer is the new size. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* The value that begins after @prefix bytes. */
size_t fuzz_mutate_value(uint8_t *data, size_t size, size_t max_size, unsigned seed, size_t prefix);

/* The events that begin after @prefix bytes. */
size_t fuzz_mutate_events(uint8_t *data, size_t size, size_t max_size, unsigned seed,
                          size_t prefix);

#ifdef TRESTLE_FUZZ
#define FUZZ_INPUTS(mutate, prefix)                                                                \
    size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)     \
    {                                                                                              \
        return mutate(data, size, max_size, seed, prefix);                                         \
    }
#else
#define FUZZ_INPUTS(mutate, prefix)                                                                \
    struct fuzz_mutations_are_libfuzzers; /* takes the semicolon's place */
#endif
#define FUZZ_VALUE_INPUTS(prefix) FUZZ_INPUTS(fuzz_mutate_value, prefix)
#define FUZZ_EVENT_INPUTS(prefix) FUZZ_INPUTS(fuzz_mutate_events, prefix)

#endif
