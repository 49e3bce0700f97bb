/* diagnoses_text.h - what a doctor found, in words. */
#ifndef TRESTLE_TESTS_GATEWAY_DIAGNOSES_TEXT_H
#define TRESTLE_TESTS_GATEWAY_DIAGNOSES_TEXT_H

#include <stdio.h>
#include <string.h>

#include "gateway/cli/doctor.h"
#include "tests/lib/test.h"

/* "level check: text" of each, a line each, until the next call. Whatever is wrong says how to mend
 * it, and no key, of which each has "hidden" in it, is in one. */
static inline const char *diagnoses_text(const struct diagnoses *found)
{
    static char text[4096];
    size_t size = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < found->count; i++) {
        const struct diagnosis *one = &found->items[i];
        size += (size_t)snprintf(text + size, sizeof text - size, "%s %s: %s\n",
                                 diagnosis_level_text(one->level), one->check, one->text);
        assert_true(one->level == DIAGNOSIS_OK || one->fix != NULL);
    }
    assert_null(strstr(text, "hidden"));
    return text;
}

#endif
