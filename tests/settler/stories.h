/* stories.h - what happens to orders that are paid by card, from the first step to the day after.
 *
 * Each is played in a scene that has begun, and is patient: a step waits until what came before it
 * is through even if the settler fell over once.
 */
#ifndef TRESTLE_TESTS_SETTLER_STORIES_H
#define TRESTLE_TESTS_SETTLER_STORIES_H

#include "tests/settler/scene.h"

struct story {
    const char *name;
    void (*play)(void);
    struct provider_books books; /* in the end */
};

extern const struct story stories[];
extern const uint32_t stories_count;

/* An order of so many lines that is paid and not decided on; accepted and captured. */
uint32_t story_held(uint32_t lines);
uint32_t story_captured(uint32_t lines);
/* Long enough for whatever is under way. */
void story_wait(void);

#endif
