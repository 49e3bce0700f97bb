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

/* Anew, in the one scene there is; it is made when there is none. */
void story_begin(void);
/* Everything was taken in the end, once: so much. It ends the scene. */
void story_end_captured(int64_t captured);
/* The next @times calls that have @part in them go that way. */
void story_trouble(const char *part, enum trouble_kind kind, uint32_t times);

/* An order of so many lines that is paid and not decided on; accepted and captured. */
uint32_t story_held(uint32_t lines);
uint32_t story_captured(uint32_t lines);
/* Long enough for whatever is under way. */
void story_wait(void);

#endif
