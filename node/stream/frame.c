#include "node/stream/frame.h"

void frame_separate(struct text *to, size_t begin)
{
    if (to->size > begin) {
        text_append(to, ",", 1);
    }
}

void frame_append_id(struct text *to, const struct entity_id *id)
{
    static const char digits[] = "0123456789abcdef";
    char quoted[2 * ENTITY_ID_BYTES + 2];
    quoted[0] = '"';
    quoted[sizeof quoted - 1] = '"';
    for (size_t i = 0; i < ENTITY_ID_BYTES; i++) {
        quoted[1 + 2 * i] = digits[id->bytes[i] >> 4];
        quoted[2 + 2 * i] = digits[id->bytes[i] & 15];
    }
    text_append(to, quoted, sizeof quoted);
}

void frame_append_cursor(struct text *to, const struct cursor *cursor)
{
    char printed[CURSOR_BYTES_MAX];
    cursor_print(cursor, printed);
    text_append_text(to, ",\"cursor\":\"");
    text_append_text(to, printed);
    text_append_text(to, "\"");
}
