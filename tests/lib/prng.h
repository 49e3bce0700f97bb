/* prng.h - seeded pseudo-random numbers for tests: splitmix64 (Steele, Lea, Flood 2014).
 *
 * The same seed gives the same numbers on every machine, so a failure is replayed from the seed it
 * printed. Not for keys.
 */
#ifndef TESTS_LIB_PRNG_H
#define TESTS_LIB_PRNG_H

#include <stdbool.h>
#include <stdint.h>

struct prng {
    uint64_t state; /* starts as the seed; any value will do */
};

static inline uint64_t prng_next(struct prng *prng)
{
    uint64_t z = prng->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0..@limit-1, each as likely as another; 0 when @limit is 0. */
static inline uint64_t prng_below(struct prng *prng, uint64_t limit)
{
    if (limit == 0) {
        return 0;
    }
    uint64_t uneven =
        (0 - limit) % limit; /* 2^64 mod limit: so many of the smallest numbers are drawn again */
    uint64_t number;
    do {
        number = prng_next(prng);
    } while (number < uneven);
    return number % limit;
}

/* @low..@high, both included; @low <= @high. */
static inline int64_t prng_between(struct prng *prng, int64_t low, int64_t high)
{
    uint64_t width = (uint64_t)high - (uint64_t)low + 1; /* 0: all of 64 bits */
    return (int64_t)((uint64_t)low + (width > 0 ? prng_below(prng, width) : prng_next(prng)));
}

/* True once in @n times on average. */
static inline bool prng_one_in(struct prng *prng, uint64_t n)
{
    return prng_below(prng, n) == 0;
}

#endif
