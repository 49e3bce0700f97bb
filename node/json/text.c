#include "node/json/text.h"

#include <stdlib.h>
#include <string.h>

#include "sync/base/check.h"

void text_append(struct text *text, const void *data, size_t size)
{
    if (size > text->capacity - text->size) {
        size_t capacity = 2 * (text->size + size);
        char *grown = realloc(text->data, capacity);
        check(grown != NULL);
        text->data = grown;
        text->capacity = capacity;
    }
    if (size > 0) {
        memcpy(text->data + text->size, data, size);
    }
    text->size += size;
}

void text_append_text(struct text *text, const char *terminated)
{
    text_append(text, terminated, strlen(terminated));
}

void text_close(struct text *text)
{
    free(text->data);
    *text = (struct text){.data = NULL};
}
