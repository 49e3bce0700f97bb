/* test_gateway_manual.c - the gateway's manual says what it takes besides: all of it. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/cli/commands.h"
#include "gateway/config/terms.h"
#include "node/os/file.h"

enum { PAGE_BYTES_MAX = 64 * 1024 };

static char page[PAGE_BYTES_MAX];

/* The page, \- of roff undone. */
static void page_read(void)
{
    uint8_t *data = NULL;
    size_t size = 0, kept = 0;
    assert_int_equal(
        file_read(TEST_SOURCE_DIR "/docs/man/trestle-gateway.1", sizeof page - 1, &data, &size), 0);
    for (size_t i = 0; i < size; i++) {
        if (data[i] != '\\') {
            page[kept++] = (char)data[i];
        }
    }
    page[kept] = '\0';
    free(data);
}

static void assert_told(const char *before, const char *word)
{
    char wanted[128];
    (void)snprintf(wanted, sizeof wanted, "%s%s", before, word);
    if (strstr(page, wanted) == NULL) {
        fail_msg("trestle-gateway.1 does not tell of %s", wanted);
    }
}

TEST(gateway_manual, tells_of_every_command_and_its_flags)
{
    page_read();
    for (size_t i = 0; i < gateway_commands_count; i++) {
        assert_told(".SS trestle-gateway ", gateway_commands[i].name);
        for (size_t at = 0; gateway_commands[i].flags[at].name != NULL; at++) {
            assert_told(".B --", gateway_commands[i].flags[at].name);
        }
    }
}

TEST(gateway_manual, tells_of_every_setting_that_a_node_does_not_have)
{
    static const char *known[256];
    static struct terms terms;
    const struct setting_info *setting;
    uint32_t count = 0;
    page_read();
    while ((setting = setting_info_at(count)) != NULL) {
        known[count++] = setting->name;
    }
    terms_extend(&terms);
    assert_non_null(setting_info_at(count));
    for (uint32_t at = 0; (setting = setting_info_at(at)) != NULL; at++) {
        bool is_known = false;
        for (uint32_t i = 0; i < count; i++) {
            is_known = is_known || strcmp(known[i], setting->name) == 0;
        }
        if (!is_known) {
            assert_told(".BR ", setting->name);
        }
    }
}
