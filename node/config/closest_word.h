/* closest_word.h - the word that somebody meant who wrote another.
 *
 * Layer: node. Pure.
 */
#ifndef TRESTLE_NODE_CONFIG_CLOSEST_WORD_H
#define TRESTLE_NODE_CONFIG_CLOSEST_WORD_H

#include <stddef.h>

/* Of @count @names, the one closest to @word; NULL when none is close. */
const char *closest_word(const char *word, const char *const *names, size_t count);

#endif
