#include "node/config/closest_word.h"

#include <string.h>

enum { WORD_BYTES_MAX = 32 };

/* How many letters to insert, delete or change to make one word the other. */
static size_t word_distance(const char *a, const char *b)
{
    size_t row[WORD_BYTES_MAX + 1];
    size_t a_size = strlen(a), b_size = strlen(b);
    if (a_size > WORD_BYTES_MAX || b_size > WORD_BYTES_MAX) {
        return WORD_BYTES_MAX;
    }
    for (size_t j = 0; j <= b_size; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a_size; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            size_t either = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            row[j] = change < either ? change : either;
        }
    }
    return row[b_size];
}

const char *closest_word(const char *word, const char *const *names, size_t count)
{
    const char *closest = NULL;
    size_t least = strlen(word) <= 3 ? 2 : 3;
    for (size_t i = 0; i < count; i++) {
        size_t distance = word_distance(word, names[i]);
        if (distance < least) {
            least = distance;
            closest = names[i];
        }
    }
    return closest;
}
