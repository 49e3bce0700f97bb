/* Small files that are whole or not there, and the folders that they lie in. */
#define _DEFAULT_SOURCE /* mkdtemp */

#include "node/os/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/test.h"

static char folder[64];
static char path[PATH_BYTES_MAX];

static void start(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/trestle-file-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

static void stop(void)
{
    char command[128];
    (void)snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

static const char *in(const char *name)
{
    assert_int_equal(path_join(path, folder, name), 0);
    return path;
}

static int write_text(const char *to, const char *text)
{
    return file_write(to, bytes_of_text(text), 0600);
}

static void assert_holds(const char *from, const char *text)
{
    uint8_t *data = NULL;
    size_t size = 0;
    assert_int_equal(file_read(from, PATH_BYTES_MAX, &data, &size), 0);
    assert_string_equal((const char *)data, text);
    free(data);
}

static const char *long_name(size_t size)
{
    static char name[2 * PATH_BYTES_MAX];
    memset(name, 'x', size);
    name[size] = '\0';
    return name;
}

TEST(file, a_path_is_as_long_as_paths_may_be_or_refused)
{
    assert_int_equal(path_join(path, "a", long_name(PATH_BYTES_MAX - 3)), 0);
    assert_int_equal(path_join(path, "a", long_name(PATH_BYTES_MAX - 2)), ERR_TOO_LARGE);
    assert_int_equal(folder_make(long_name(PATH_BYTES_MAX)), ERR_TOO_LARGE);
    assert_int_equal(folder_make(""), ERR_TOO_LARGE);
    assert_int_equal(write_text(long_name(PATH_BYTES_MAX - 4), "x"), ERR_TOO_LARGE);
    assert_int_equal(write_text(long_name(PATH_BYTES_MAX - 5), "x"), ERR_TOO_LARGE); /* a name */
}

TEST(file, folders_are_made_with_all_above_them_once)
{
    start();
    assert_int_equal(folder_make(in("a/b/c")), 0);
    assert_int_equal(folder_make(in("a/b/c")), 0);
    assert_true(path_exists(in("a/b/c")));
    assert_int_equal(write_text(in("a/file"), "x"), 0);
    assert_int_equal(folder_make(in("a/file/d")), ERR_NOT_FOUND);
    assert_int_equal(folder_make(in("a/file/d/e")), ERR_NOT_FOUND);
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(folder_make("beside"), 0);
    assert_true(path_exists(in("beside")));
    assert_int_equal(chdir("/"), 0);
    stop();
}

TEST(file, a_file_is_replaced_whole_or_stays_as_it_was)
{
    start();
    assert_int_equal(write_text(in("file"), "one"), 0);
    assert_int_equal(write_text(in("file"), "another"), 0);
    assert_holds(in("file"), "another");
    assert_int_equal(write_text(in("none/file"), "x"), ERR_NOT_FOUND);
    assert_int_equal(folder_make(in("taken/by/folders")), 0);
    assert_int_not_equal(write_text(in("taken"), "x"), 0);
    assert_true(path_exists(in("taken/by/folders")));
    assert_false(path_exists(in("taken.new"))); /* nothing lies about */
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(write_text("file", "from here"), 0);
    assert_int_equal(chdir("/"), 0);
    assert_holds(in("file"), "from here");
    stop();
}

/* What a crash left of a write before, of another mode. */
TEST(file, what_a_crash_left_is_in_nobodys_way)
{
    struct stat about;
    start();
    assert_int_equal(write_text(in("file.new"), "half"), 0);
    assert_int_equal(chmod(in("file.new"), 0644), 0);
    assert_int_equal(write_text(in("file"), "whole"), 0);
    assert_holds(in("file"), "whole");
    assert_int_equal(stat(in("file"), &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    stop();
}

TEST(file, a_file_is_read_up_to_its_limit)
{
    static const struct {
        size_t size_max;
        int err;
    } cases[] = {{6, 0}, {5, 0}, {4, ERR_TOO_LARGE}, {0, ERR_TOO_LARGE}};
    start();
    assert_int_equal(write_text(in("file"), "12345"), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t *data = NULL;
        size_t size = 0;
        assert_int_equal(file_read(in("file"), cases[i].size_max, &data, &size), cases[i].err);
        assert_int_equal(size, cases[i].err == 0 ? 5 : 0);
        free(data);
    }
    stop();
}

/* Its size is not known beforehand. */
TEST(file, what_is_no_regular_file_is_read_to_its_end)
{
    uint8_t *data = NULL;
    size_t size = 0;
    assert_int_equal(file_read("/proc/self/status", 1 << 16, &data, &size), 0);
    assert_true(size > 0 && strlen((const char *)data) == size);
    free(data);
    data = NULL;
    assert_int_equal(file_read("/dev/zero", 1000, &data, &size), ERR_TOO_LARGE);
    assert_int_equal(file_read("/tmp", 1000, &data, &size), ERR_IO);
    assert_int_equal(file_read("/tmp/none/none", 1000, &data, &size), ERR_NOT_FOUND);
    assert_null(data);
}
