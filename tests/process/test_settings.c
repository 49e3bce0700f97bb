/* Settings: what is understood, and what a person is told of the rest. */
#include "node/config/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/test.h"

static struct settings settings;
static char problem[PROBLEM_BYTES_MAX];

static int set(const char *name, const char *value)
{
    problem[0] = '\0';
    return settings_set(&settings, name, value, problem);
}

TEST(settings, each_knows_its_values_and_refuses_others_in_a_sentence)
{
    static const struct {
        const char *name, *value;
        bool is_good;
    } cases[] = {
        {"http", "127.0.0.1:8080", true},
        {"http", "[::1]:8080", true},
        {"http", "none", true},
        {"http", "8080", false},
        {"http", "127.0.0.1:", false},
        {"http", "127.0.0.1:65536", false},
        {"http", "127.0.0.1:80x", false},
        {"http", ":8080", false},
        {"http", "[]:8080", false},
        {"listen", "none", true},
        {"listen", "tcp://10.0.0.1:7450", true},
        {"listen", "tcp://:7450", false},
        {"listen", "tcp://10.0.0.1", false},
        {"listen", "10.0.0.1:7450", false},
        {"beacon", "none", true},
        {"beacon", "7450", true},
        {"beacon", "0", false},
        {"beacon", "-1", false},
        {"store-mib", "16", true},
        {"quote-s", "30", true},
        {"quote-s", "300", true},
        {"quote-s", "29", false},
        {"quote-s", "301", false},
        {"customers", "0", true},
        {"customers", "20000", true},
        {"customers", "20001", false},
        {"customers", "-1", false},
        {"store-mib", "15", false},
        {"store-mib", "many", false},
        {"log-format", "json", true},
        {"log-format", "text", true},
        {"log-format", "xml", false},
        {"log-level", "error", true},
        {"log-level", "info", true},
        {"log-level", "loud", false},
        {"origin", "https://popup.example", true},
        {"origin", "http://popup.example", true},
        {"origin", "popup.example", false},
        {"trusted-proxy", "192.0.2.1", true},
        {"trusted-proxy", "2001:db8::1", true},
        {"trusted-proxy", "192.0.2.0/24", false},
        {"trusted-proxy", "proxy.example", false},
        {"peer", "0123456789abcdef@tcp://10.0.0.1:7450", true},
        {"peer", "0123456789abcdeg@tcp://10.0.0.1:7450", false},
        {"peer", "0123456789abcdef", false},
        {"peer", "0123456789abcdef@10.0.0.1", false},
    };
    settings_defaults(&settings);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int err = set(cases[i].name, cases[i].value);
        if (cases[i].is_good != (err == 0)) {
            fail_msg("%s = %s: %d", cases[i].name, cases[i].value, err);
        }
        if (!cases[i].is_good) {
            assert_non_null(strstr(problem, cases[i].value));
        }
    }
}

TEST(settings, a_text_that_is_too_long_is_refused_and_changes_nothing)
{
    static char text[2 * PATH_BYTES_MAX];
    settings_defaults(&settings);
    const struct settings before = settings;
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_not_equal(set("web", text), 0);
    memcpy(text + sizeof text - 6, ":8080", 6);
    assert_int_not_equal(set("http", text), 0);
    assert_memory_equal(&settings, &before, sizeof before);
}

TEST(settings, more_origins_or_peers_than_there_is_room_for_are_refused_as_too_many)
{
    settings_defaults(&settings);
    int err = 0;
    uint32_t origins = 0;
    while ((err = set("origin", "https://popup.example")) == 0) {
        origins++;
    }
    assert_int_equal(err, ERR_TOO_MANY);
    assert_int_equal(origins, ORIGINS_MAX);
    assert_string_equal(problem, "too many 'origin'");
    uint32_t peers = 0;
    while ((err = set("peer", "0123456789abcdef@tcp://10.0.0.1:7450")) == 0) {
        peers++;
    }
    assert_int_equal(err, ERR_TOO_MANY);
    assert_int_equal(peers, DEVICES_MAX);
}

TEST(settings, one_that_is_misspelt_is_told_with_the_one_that_may_be_meant)
{
    settings_defaults(&settings);
    assert_int_equal(set("htpt", "none"), ERR_NOT_FOUND);
    assert_string_equal(problem, "there is no setting 'htpt'; did you mean 'http'?");
    assert_int_equal(set("weather", "fine"), ERR_NOT_FOUND);
    assert_string_equal(problem, "there is no setting 'weather'");
    char word[200];
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    assert_int_equal(set(word, "none"), ERR_NOT_FOUND);
}

TEST(settings, the_environment_s_are_taken_unless_they_are_empty)
{
    settings_defaults(&settings);
    assert_int_equal(setenv("TRESTLE_LOG_FORMAT", "json", 1), 0);
    assert_int_equal(setenv("TRESTLE_WEB", "", 1), 0);
    assert_int_equal(settings_read_environment(&settings, problem), 0);
    assert_int_equal(settings.log_format, LOG_FORMAT_JSON);
    assert_int_equal(setenv("TRESTLE_LOG_FORMAT", "xml", 1), 0);
    assert_int_not_equal(settings_read_environment(&settings, problem), 0);
    assert_int_equal(unsetenv("TRESTLE_LOG_FORMAT"), 0);
    assert_int_equal(unsetenv("TRESTLE_WEB"), 0);
}

TEST(settings, a_file_that_is_not_there_or_no_text_is_told)
{
    char path[] = "/tmp/trestle-settings-XXXXXX";
    const int fd = mkstemp(path);
    settings_defaults(&settings);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "web = a\0b\n", 10), 10);
    assert_int_equal(close(fd), 0);
    assert_int_not_equal(settings_read_file(&settings, path, problem), 0);
    assert_true(problem[0] != '\0');
    assert_int_equal(unlink(path), 0);
    assert_int_equal(settings_read_file(&settings, path, problem), ERR_NOT_FOUND);
    assert_non_null(strstr(problem, "there is no such file"));
}
