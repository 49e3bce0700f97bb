#include "tests/messenger/stories.h"

#include "tests/lib/test.h"

const char story_endpoint[] = "https://push.example.net/1";
const char story_phone[] = "+491701234567";

void story_begin(void)
{
    scene_begin(STRIKE_NONE, 0);
}

uint32_t story_begin_both(void)
{
    story_begin();
    const uint32_t order = scene_place();
    scene_do(COMMAND_ACCEPT, order);
    assert_int_equal(scene_push(order, story_endpoint), 0);
    assert_int_equal(scene_sms(order, story_phone), 0);
    assert_true(scene->has_push && scene->has_sms);
    return order;
}
