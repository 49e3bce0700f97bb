/* Whom the loopback listener answers, and which files it shows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/web/files.h"
#include "node/web/guard.h"
#include "tests/lib/test.h"

static const struct guard guard = {
    .port = 7741, .origins_count = 1, .origins = {"http://localhost:5173"}};

TEST(web_guard, only_our_own_hosts_are_heard)
{
    static const char *const good[] = {"localhost:7741", "127.0.0.1:7741", "[::1]:7741",
                                       "localhost:5173"};
    static const char *const bad[] = {"",
                                      "localhost",
                                      "evil.example:7741",
                                      "localhost:774",
                                      "localhost:77411",
                                      "127.0.0.1.evil:7741",
                                      "[::1]",
                                      "LOCALHOST:7741 ",
                                      "5173"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(guard_host(&guard, good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(guard_host(&guard, bad[i]));
    }
}

TEST(web_guard, only_our_own_origins_may_write)
{
    static const char *const good[] = {"http://localhost:7741", "http://127.0.0.1:7741",
                                       "http://localhost:5173"};
    static const char *const bad[] = {"",
                                      "null",
                                      "https://localhost:7741",
                                      "http://evil.example",
                                      "http://localhost",
                                      "http://localhost:7741.evil.example",
                                      "localhost:7741",
                                      "http://localhost:7741/"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(guard_origin(&guard, good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(guard_origin(&guard, bad[i]));
    }
}

TEST(web_guard, where_any_name_will_do_a_page_of_that_very_name_may_write)
{
    assert_true(guard_origin_is_of("http://192.168.4.12:8088", "192.168.4.12:8088"));
    assert_false(guard_origin_is_of("http://192.168.4.12:8089", "192.168.4.12:8088"));
    assert_false(guard_origin_is_of("http://evil.example", "192.168.4.12:8088"));
    assert_false(guard_origin_is_of("null", "192.168.4.12:8088"));
    assert_false(guard_origin_is_of("", ""));
}

TEST(web_guard, over_tls_the_port_and_the_scheme_are_those_of_tls)
{
    static const struct guard secure = {.port = 7741, .https_port = 443};
    assert_true(guard_host(&secure, "localhost"));
    assert_true(guard_host(&secure, "localhost:443"));
    assert_true(guard_origin(&secure, "https://localhost"));
    assert_false(guard_origin(&secure, "http://localhost:443"));
    assert_false(guard_origin(&secure, "https://localhost:7741"));
    assert_false(guard_origin(&guard, "https://localhost"));
    assert_false(guard_host(&guard, "localhost:0"));
}

TEST(web_guard, loopback_is_told_from_the_rest)
{
    static const char *const good[] = {"127.0.0.1", "127.3.2.1", "::1", "localhost"};
    static const char *const bad[] = {"0.0.0.0", "::", "192.168.1.2", "", "127.0.0.1.evil", "*"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(guard_address_is_loopback(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(guard_address_is_loopback(bad[i]));
    }
}

/* Browsers keep what they are told of names, and a machine's own are nobody's to keep it of. */
TEST(web_guard, a_name_is_no_address_and_not_this_machine)
{
    static const char *const good[] = {"stall.example", "stall.example:8443", "notlocalhost", "a",
                                       "localhost.example"};
    static const char *const bad[] = {
        "",          ":80",       "localhost", "LocalHost:7741", "a.localhost", "127.0.0.1:80",
        "192.0.2.7", "[::1]:8443"};
    char endless[GUARD_TEXT_BYTES_MAX + 8];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(guard_is_name(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(guard_is_name(bad[i]));
    }
    memset(endless, 'a', sizeof endless - 1);
    endless[sizeof endless - 1] = '\0';
    assert_false(guard_is_name(endless));
}

TEST(web_guard, a_page_is_of_the_host_that_it_came_from)
{
    assert_true(guard_origin_is_of("https://stall.example", "stall.example"));
    assert_false(guard_origin_is_of("https://stall.example", "stall.example:8443"));
    assert_false(guard_origin_is_of("https://", ""));
    assert_false(guard_origin_is_of("null", ""));
    assert_false(guard_origin_is_of("null", "stall.example"));
}

/* --- files --- */

static char folder[] = "/tmp/trestle-files-XXXXXX";

static void put_file(const char *name, const char *text)
{
    char path[200];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(0, fclose(file));
}

static void remove_all(void)
{
    static const char *const names[] = {"index.html", "kitchen.html", "assets/a-1.js", "secret",
                                        "link",       ".hidden",      "assets",        ""};
    char path[200];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)remove(path);
    }
}

TEST(web_files, a_path_is_looked_up_and_never_walked)
{
    char path[200];
    struct web_files *files = NULL;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/assets", folder);
    assert_int_equal(0, mkdir(path, 0700));
    put_file("index.html", "index");
    put_file("kitchen.html", "kitchen");
    put_file(".hidden", "hidden");
    put_file("assets/a-1.js", "long");
    (void)snprintf(path, sizeof path, "%s/link", folder);
    assert_int_equal(0, symlink("/etc/passwd", path));

    assert_int_equal(0, web_files_load(folder, &files));
    assert_string_equal("/index.html", web_files_find(files, "/")->path);
    assert_string_equal("/kitchen.html", web_files_find(files, "/kitchen")->path);
    assert_string_equal("/index.html", web_files_find(files, "/pickup")->path);
    const struct web_file *script = web_files_find(files, "/assets/a-1.js");
    assert_string_equal("text/javascript; charset=utf-8", script->type);
    assert_true(script->is_immutable);
    assert_false(web_files_find(files, "/")->is_immutable);
    static const char *const none[] = {"/link",    "/.hidden", "/../etc/passwd", "/assets",
                                       "/assets/", "",         "/counter/x",     "/nothing"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_null(web_files_find(files, none[i]));
    }
    web_files_free(files);
    remove_all();
}

TEST(web_files, a_missing_folder_is_an_empty_site)
{
    struct web_files *files = NULL;
    assert_int_equal(0, web_files_load("/nonexistent/trestle", &files));
    assert_null(web_files_find(files, "/"));
    web_files_free(files);
}

TEST(web_guard, browsers_are_told_to_keep_to_tls_for_names_alone)
{
    static const char *const names[] = {"stall.example", "stall.example:8443", "localhost.example",
                                        "notlocalhost"};
    static const char *const others[] = {
        "",          ":443",           "localhost",  "LocalHost:8443", "stall.localhost",
        "127.0.0.1", "192.0.2.1:8443", "[::1]:8443", "[2001:db8::1]"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_true(guard_is_name(names[i]));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(guard_is_name(others[i]));
    }
}
