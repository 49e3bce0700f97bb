#include "node/core/ballast.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/test.h"

TEST(ballast, is_real_blocks_and_thrown_once)
{
    char folder[] = "/tmp/trestle-ballast-XXXXXX";
    char path[64];
    struct stat about;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/ballast", folder);
    assert_int_equal(ballast_make(folder), 0);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_size, BALLAST_BYTES);
    assert_true(about.st_blocks >= BALLAST_BYTES / 512);
    assert_int_equal(ballast_make(folder), 0); /* it is there */
    assert_true(ballast_release(folder));
    assert_false(ballast_release(folder));
    assert_int_equal(rmdir(folder), 0);
}

TEST(ballast, that_was_cut_short_is_made_again)
{
    char folder[] = "/tmp/trestle-ballast-XXXXXX";
    char path[64];
    struct stat about;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/ballast", folder);
    assert_int_equal(ballast_make(folder), 0);
    assert_int_equal(truncate(path, 4096), 0);
    assert_int_equal(ballast_make(folder), 0);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_size, BALLAST_BYTES);
    assert_true(ballast_release(folder));
    assert_int_equal(rmdir(folder), 0);
}

/* Of the right size, and of holes: nothing would be won by throwing it. */
TEST(ballast, that_is_hollow_is_made_again)
{
    char folder[] = "/tmp/trestle-ballast-XXXXXX";
    char path[64];
    struct stat about;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/ballast", folder);
    assert_int_equal(ballast_make(folder), 0);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(truncate(path, BALLAST_BYTES), 0);
    assert_int_equal(ballast_make(folder), 0);
    assert_int_equal(stat(path, &about), 0);
    assert_true(about.st_blocks >= BALLAST_BYTES / 512);
    assert_true(ballast_release(folder));
    assert_int_equal(rmdir(folder), 0);
}
