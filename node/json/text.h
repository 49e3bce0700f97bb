/* text.h - a growing run of bytes for answers and frames.
 *
 * Layer: node. Owned by whoever holds the struct; text_close() frees. When there is no memory the
 * process stops; callers bound what they append.
 */
#ifndef TRESTLE_NODE_API_TEXT_H
#define TRESTLE_NODE_API_TEXT_H

#include "sync/base/bytes.h"

struct text {
    char *data; /* not terminated; NULL while empty */
    size_t size, capacity;
};

void text_append(struct text *text, const void *data, size_t size);
void text_append_text(struct text *text, const char *terminated);
static inline void text_clear(struct text *text)
{
    text->size = 0;
}
void text_close(struct text *text);

#endif
