/* What is said on stderr: to people, to journald, to machines. */
#include "node/os/logger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/test.h"

static FILE *said;
static int kept;
static char text[8192];

static void listen(void)
{
    said = tmpfile();
    assert_non_null(said);
    (void)fflush(stderr);
    kept = dup(STDERR_FILENO);
    assert_true(dup2(fileno(said), STDERR_FILENO) >= 0);
}

/* All that was said since. */
static const char *heard(void)
{
    (void)fflush(stderr);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    (void)close(kept);
    rewind(said);
    const size_t size = fread(text, 1, sizeof text - 1, said);
    text[size] = '\0';
    (void)fclose(said);
    return text;
}

TEST(logger, a_line_says_who_speaks_and_how_bad_it_is)
{
    assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
    logger_configure(LOG_FORMAT_TEXT, LEVEL_NOTICE, "till");
    listen();
    logger_say(LEVEL_ERROR, "core", "number %d", 1);
    logger_say(LEVEL_NOTICE, "mesh", "number %d", 2);
    logger_say(LEVEL_INFO, "mesh", "number %d", 3); /* nobody wants to know */
    assert_string_equal(heard(), "core: error: number 1\nmesh: number 2\n");
}

TEST(logger, journald_is_told_the_priority)
{
    assert_int_equal(setenv("JOURNAL_STREAM", "8:1", 1), 0);
    logger_configure(LOG_FORMAT_TEXT, LEVEL_INFO, "till");
    listen();
    logger_say(LEVEL_WARNING, "core", "to the journal");
    assert_string_equal(heard(), "<4>core: warning: to the journal\n");
    assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
}

TEST(logger, what_a_stranger_made_a_line_of_stays_one_line_of_text)
{
    logger_configure(LOG_FORMAT_TEXT, LEVEL_INFO, "till");
    listen();
    logger_say(LEVEL_INFO, "web", "a\nb\x1b[31m\x7f");
    assert_string_equal(heard(), "web: a?b?[31m?\n");
}

TEST(logger, for_machines_a_line_is_an_object)
{
    logger_configure(LOG_FORMAT_JSON, LEVEL_INFO, "till");
    listen();
    logger_say(LEVEL_NOTICE, "web", "says \"a\\b\"");
    const char *line = heard();
    assert_non_null(strstr(line, "\"lvl\":\"notice\",\"comp\":\"web\",\"node\":\"till\""));
    assert_non_null(strstr(line, "\"msg\":\"says \\\"a\\\\b\\\"\"}"));
}

TEST(logger, the_same_line_again_at_once_is_held_back)
{
    logger_configure(LOG_FORMAT_TEXT, LEVEL_INFO, "till");
    listen();
    for (int i = 0; i < 5; i++) {
        logger_say(LEVEL_INFO, "mesh", "again and again");
    }
    logger_say(LEVEL_INFO, "mesh", "something else");
    assert_string_equal(heard(), "mesh: again and again\nmesh: something else\n");
}
