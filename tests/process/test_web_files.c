/* test_web_files.c - the folder of screens: what is found under which path, and a folder that is
 * none of ours. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/web/files.h"
#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

static char folder[64];

static void begin(void)
{
    (void)snprintf(folder, sizeof folder, "/dev/shm/trestle-files-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

static const char *path_of(const char *name)
{
    static char path[600];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const char *text)
{
    write_file(path_of(name), text);
}

static void make(const char *name)
{
    assert_int_equal(mkdir(path_of(name), 0755), 0);
}

static int load(void)
{
    struct web_files *files = NULL;
    const int err = web_files_load(folder, &files);
    web_files_free(files);
    return err;
}

static void end(void)
{
    char remove_it[128];
    (void)snprintf(remove_it, sizeof remove_it, "rm -rf '%s'", folder);
    assert_int_equal(system(remove_it), 0); /* NOLINT: a path of our own making */
}

TEST(web_files, are_found_by_the_paths_that_people_ask_for)
{
    static const struct {
        const char *path, *file;
    } rows[] = {
        {"/", "/index.html"},          {"/counter", "/index.html"},  {"/help", "/help.html"},
        {"/docs", "/docs/index.html"}, {"/empty.txt", "/empty.txt"}, {"/nothing", NULL},
        {"help.html", NULL},           {"/link.html", NULL},         {"/.hidden", NULL}};
    static char long_path[FILE_PATH_BYTES_MAX + 8];
    struct web_files *files = NULL;
    begin();
    put("index.html", "<!doctype html>");
    put("help.html", "help");
    put("empty.txt", "");
    put(".hidden", "no");
    make("docs");
    put("docs/index.html", "docs");
    assert_int_equal(symlink("/etc/hostname", path_of("link.html")), 0);
    assert_int_equal(web_files_load(folder, &files), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct web_file *file = web_files_find(files, rows[i].path);
        assert_true((file == NULL) == (rows[i].file == NULL));
        if (file != NULL) {
            assert_string_equal(file->path, rows[i].file);
        }
    }
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[0] = '/';
    assert_null(web_files_find(files, long_path));
    web_files_free(files);
    web_files_free(NULL);
    end();
}

TEST(web_files, are_compressed_once_where_that_makes_them_smaller)
{
    static char long_text[2000];
    struct web_files *files = NULL;
    begin();
    memset(long_text, 'x', sizeof long_text - 1);
    put("long.js", long_text);
    put("short.js", "x");
    assert_int_equal(web_files_load(folder, &files), 0);
    const struct web_file *file = web_files_find(files, "/long.js");
    assert_int_equal(file->gzip.size, 0);
    web_files_pack(files, file);
    assert_in_range(file->gzip.size, 1, 200);
    const uint8_t *made = file->gzip.data;
    web_files_pack(files, file);
    assert_ptr_equal(file->gzip.data, made);
    const struct web_file *small = web_files_find(files, "/short.js");
    web_files_pack(files, small);
    assert_int_equal(small->gzip.size, 0);
    web_files_free(files);
    end();
}

TEST(web_files, a_folder_that_is_too_much_is_refused)
{
    char name[32];
    begin();
    for (int i = 0; i <= FILES_MAX; i++) {
        (void)snprintf(name, sizeof name, "%d.txt", i);
        put(name, "x");
    }
    assert_int_equal(load(), ERR_TOO_MANY);
    end();
    begin();
    for (int i = 0; i < 200; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        make(name);
    }
    assert_int_equal(load(), ERR_TOO_MANY);
    end();
    begin();
    put("large.bin", "x");
    assert_int_equal(truncate(path_of("large.bin"), FILES_BYTES_MAX + 1), 0);
    assert_int_equal(load(), ERR_TOO_LARGE);
    end();
}

TEST(web_files, a_path_without_end_and_what_is_no_folder_are_refused)
{
    char name[400];
    struct web_files *files = NULL;
    begin();
    memset(name, 'x', FILE_PATH_BYTES_MAX);
    name[FILE_PATH_BYTES_MAX] = '\0';
    put(name, "x");
    assert_int_equal(load(), ERR_TOO_LARGE);
    end();
    assert_int_equal(web_files_load("/dev/null", &files), ERR_IO);
    assert_int_equal(web_files_load("/nowhere", &files), 0);
    assert_null(web_files_find(files, "/"));
    web_files_free(files);
}
