/* stories.h - how stories of messages begin: a customer who placed an order and asks for news. */
#ifndef TRESTLE_TESTS_MESSENGER_STORIES_H
#define TRESTLE_TESTS_MESSENGER_STORIES_H

#include "tests/messenger/scene.h"

enum { MINUTE_MS = 60 * 1000 };

/* Where the customer hears of it. */
extern const char story_endpoint[], story_phone[];

/* A scene in which nothing strikes. */
void story_begin(void);
/* ... and an order whose customer hears by both ways, once it was taken. */
uint32_t story_begin_both(void);

/* How many pushes say that state; how many SMS have that part. */
#define PUSHES(word) scene_posts(CHANNEL_PUSH, "\"state\":\"" word "\"")
#define SMS(part)    scene_posts(CHANNEL_SMS, part)

#endif
