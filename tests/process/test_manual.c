/* The manual and the completions say what the program takes: all of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/cli/cli.h"
#include "node/os/file.h"
#include "sync/log/event.h"
#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

static char page[OUTPUT_BYTES_MAX];

/* The page, its escapes undone: \- and \& of roff. */
static void page_read(const char *name)
{
    char path[256];
    uint8_t *data = NULL;
    size_t size = 0, kept = 0;
    (void)snprintf(path, sizeof path, "%s/docs/man/%s", TEST_SOURCE_DIR, name);
    assert_int_equal(file_read(path, sizeof page - 1, &data, &size), 0);
    for (size_t i = 0; i < size; i++) {
        if (data[i] == '\\' && i + 1 < size) {
            i++;
            if (data[i] == '&') {
                continue;
            }
        }
        page[kept++] = (char)data[i];
    }
    page[kept] = '\0';
    free(data);
}

/* @before and @word, and no more of the word. */
static void assert_told(const char *name, const char *before, const char *word)
{
    char wanted[128];
    size_t size = (size_t)snprintf(wanted, sizeof wanted, "%s%s", before, word);
    const char *at = page;
    while ((at = strstr(at, wanted)) != NULL) {
        if (strchr(" \n.=\"", at[size]) != NULL) {
            return;
        }
        at++;
    }
    fail_msg("%s does not tell of %s", name, wanted);
}

TEST(manual, tells_of_every_command_and_its_flags)
{
    const struct cli_command *command;
    page_read("trestle.1");
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
        assert_told("trestle.1", ".SS trestle ", command->name);
        for (size_t at = 0; command->flags[at].name != NULL; at++) {
            assert_told("trestle.1", "--", command->flags[at].name);
        }
    }
    for (size_t i = 0; cli_common_flag_at(i) != NULL; i++) {
        assert_told("trestle.1", "--", cli_common_flag_at(i)->name);
    }
}

TEST(manual, tells_of_every_setting)
{
    const struct setting_info *setting;
    page_read("trestle.conf.5");
    for (uint32_t at = 0; (setting = setting_info_at(at)) != NULL; at++) {
        assert_told("trestle.conf.5", ".BR ", setting->name);
    }
}

TEST(manual, tells_of_every_event)
{
    static const char *const types[] = {
#define X(name, number, text, kind, capability, order) (text),
#include "sync/log/event.def"
#undef X
    };
    page_read("trestle-events.7");
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        assert_told("trestle-events.7", ".BR ", types[i]);
    }
}

TEST(manual, help_tells_of_every_command)
{
    const struct cli_command *command;
    struct ran ran = RUN_WELL("--help");
    (void)snprintf(page, sizeof page, "%s", ran.out);
    for (size_t i = 0; (command = cli_command_at(i)) != NULL; i++) {
        assert_told("--help", "\n  ", command->name);
    }
}

TEST(manual, completions_know_every_command_and_flag)
{
    static const struct {
        const char *shell, *before;
    } shells[] = {{"bash", "--"}, {"zsh", "'--"}, {"fish", "-l "}};
    const struct cli_command *command;
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        char wanted[64];
        struct ran ran = RUN_WELL("completion", shells[i].shell);
        for (size_t at = 0; (command = cli_command_at(at)) != NULL; at++) {
            assert_non_null(strstr(ran.out, command->name));
            if (command->flags[0].name == NULL) {
                continue;
            }
            (void)snprintf(wanted, sizeof wanted, "%s%s", shells[i].before, command->flags[0].name);
            assert_non_null(strstr(ran.out, wanted));
        }
    }
    assert_int_equal(RUN("completion", "csh").status, 2);
}
