/* frame.h - what frames on /ws that are put together as text have in common.
 *
 * Layer: node.
 */
#ifndef TRESTLE_NODE_API_FRAME_H
#define TRESTLE_NODE_API_FRAME_H

#include "node/api/state.h"
#include "node/json/text.h"

/* Before the next element of a list whose first begins at @begin in @to. */
void frame_separate(struct text *to, size_t begin);

/* In quotes. */
void frame_append_id(struct text *to, const struct entity_id *id);

/* A field more of the frame's object. */
void frame_append_cursor(struct text *to, const struct cursor *cursor);

#endif
