/* What a turn asks its host to do has its limits: what does not fit is left out and told, never
 * written past the end. */
#include <stdlib.h>
#include <string.h>

#include "sync/mesh/effects.h"
#include "sync/mesh/message.h"
#include "tests/lib/test.h"

static struct effects *effects_make(void)
{
    struct effects *effects = calloc(1, sizeof *effects);
    assert_non_null(effects);
    effects_reset(effects);
    return effects;
}

TEST(effects, more_frames_than_a_turn_may_send_are_counted_and_left_out)
{
    struct effects *effects = effects_make();
    struct writer writer;
    for (uint32_t i = 0; i < EFFECT_SENDS_MAX; i++) {
        assert_true(effects_frame_begin(effects, &writer));
        effects_send(effects, 0, effects_frame_end(effects, &writer));
    }
    assert_false(effects_frame_begin(effects, &writer));
    effects_send(effects, 0, bytes_of(NULL, 0));
    assert_int_equal(effects->sends_count, EFFECT_SENDS_MAX);
    assert_int_equal(effects->sends_dropped, 2);
    free(effects);
}

TEST(effects, a_frame_is_begun_only_where_the_longest_fits)
{
    struct effects *effects = effects_make();
    struct writer writer;
    effects->size = EFFECT_BYTES_MAX - MESSAGE_BYTES_MAX;
    assert_true(effects_frame_begin(effects, &writer));
    effects->size++;
    assert_false(effects_frame_begin(effects, &writer));
    assert_int_equal(effects->sends_dropped, 1);
    free(effects);
}

TEST(effects, the_same_alarm_is_raised_once_a_turn_and_no_more_than_fit)
{
    struct effects *effects = effects_make();
    effects_alarm(effects, ALARM_DAMAGE, 1, 2, 3);
    effects_alarm(effects, ALARM_DAMAGE, 1, 9, 3);
    assert_int_equal(effects->alarms_count, 1);
    effects_alarm(effects, ALARM_DAMAGE, 1, 2, 4);
    effects_alarm(effects, ALARM_DAMAGE, 2, 2, 3);
    effects_alarm(effects, ALARM_DAMAGE_HEALED, 1, 2, 3);
    assert_int_equal(effects->alarms_count, 4);
    for (uint64_t log = 10; log < 10 + EFFECT_ALARMS_MAX; log++) {
        effects_alarm(effects, ALARM_DAMAGE, log, 1, 1);
    }
    assert_int_equal(effects->alarms_count, EFFECT_ALARMS_MAX);
    free(effects);
}

TEST(effects, pieces_of_blobs_are_taken_while_there_is_room_for_them)
{
    static uint8_t piece[64];
    struct effects *effects = effects_make();
    const struct effect_blob_write write = {.bytes = bytes_of(piece, sizeof piece)};
    for (uint32_t i = 0; i < EFFECT_BLOB_WRITES_MAX; i++) {
        assert_true(effects_blob_write(effects, &write));
    }
    assert_false(effects_blob_write(effects, &write));
    effects_reset(effects);
    effects->size = EFFECT_BYTES_MAX - sizeof piece + 1;
    assert_false(effects_blob_write(effects, &write));
    assert_int_equal(effects->blob_writes_count, 0);
    effects->size--;
    assert_true(effects_blob_write(effects, &write));
    assert_memory_equal(effects->blob_writes[0].bytes.data, piece, sizeof piece);
    free(effects);
}
