#include "node/core/fence.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/test.h"

enum { LOG = 7, PLACE = 11 };

static enum fence_finding judge(uint64_t fenced_seq, bool is_stopped, uint64_t stored_seq)
{
    struct fence fence = {.log = LOG, .place = PLACE, .seq = fenced_seq, .is_stopped = is_stopped};
    return fence_judge(&fence, LOG, stored_seq, PLACE);
}

TEST(fence, after_an_orderly_stop_only_the_very_end_is_believed)
{
    assert_int_equal(judge(500, true, 500), FENCE_GOOD);
    assert_int_equal(judge(500, true, 499), FENCE_BEHIND);
    assert_int_equal(judge(500, true, 0), FENCE_BEHIND);
}

TEST(fence, after_a_crash_any_end_within_the_last_lease_is_believed)
{
    assert_int_equal(judge(500, false, 500), FENCE_GOOD);
    assert_int_equal(judge(500, false, 500 - FENCE_LEASE), FENCE_GOOD);
    assert_int_equal(judge(500, false, 500 - FENCE_LEASE - 1), FENCE_BEHIND);
    assert_int_equal(judge(FENCE_LEASE, false, 0), FENCE_GOOD);
}

TEST(fence, a_copied_folder_is_another_place_and_another_journal_another_matter)
{
    struct fence fence = {.log = LOG, .place = PLACE, .seq = 9, .is_stopped = true};
    assert_int_equal(fence_judge(&fence, LOG, 9, PLACE + 1), FENCE_MOVED);
    assert_int_equal(fence_judge(&fence, LOG + 1, 0, PLACE), FENCE_NONE);
    assert_int_equal(fence_judge(NULL, LOG, 0, PLACE), FENCE_NONE);
}

TEST(fence, is_found_again_as_it_was_left_and_two_folders_are_two_places)
{
    char folder[] = "/tmp/trestle-fence-XXXXXX";
    char other[] = "/tmp/trestle-fence-XXXXXX";
    char path[64];
    struct fence fence = {.log = UINT64_MAX, .place = 3, .seq = 1234567, .is_stopped = true};
    struct fence found;
    assert_non_null(mkdtemp(folder));
    assert_non_null(mkdtemp(other));
    assert_int_equal(fence_load(folder, &found), ERR_NOT_FOUND);
    assert_int_equal(fence_save(folder, &fence), 0);
    assert_int_equal(fence_load(folder, &found), 0);
    assert_true(found.log == fence.log && found.place == fence.place && found.seq == fence.seq);
    assert_true(found.is_stopped);
    assert_true(fence_place(folder) == fence_place(folder));
    assert_true(fence_place(folder) != fence_place(other));
    (void)snprintf(path, sizeof path, "%s/fence", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("trestle fence 1\njournal ", file);
    (void)fclose(file);
    assert_int_equal(fence_load(folder, &found), ERR_MALFORMED);
    (void)unlink(path);
    (void)rmdir(folder);
    (void)rmdir(other);
}
