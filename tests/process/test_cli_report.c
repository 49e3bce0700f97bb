/* trestle report --html: a page that stands alone, and what lies beside the day. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

TEST(cli_report, a_page_fetches_nothing_and_names_are_texts_on_it)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    const char *state = stall.nodes[0].state;
    char menu[160];
    (void)snprintf(menu, sizeof menu, "%s/menu.csv", stall.folder);
    write_file(menu, "number,name,price\n7,<script>a & b</script>,8.50\n8,=1+1,1.00\n");
    RUN_WELL("menu", "import", menu, "--state", state);
    RUN_WELL("order", "add", "7x2", "--pay", "cash", "--state", state);
    char *page = strdup(RUN_WELL("report", "--html", "--state", state).out);
    assert_non_null(page);
    assert_non_null(strstr(page, "&lt;script&gt;a &amp; b&lt;/script&gt;</bdi></td><td>2</td>"
                                 "<td>17.00</td>"));
    assert_non_null(strstr(page, "<rect class=\"now\""));
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "src="));
    assert_null(strstr(page, "url("));
    assert_null(strstr(page, "http"));
    assert_null(strstr(page, "grey: before"));
    free(page);
    RUN_WELL("order", "add", "8", "--state", state);
    struct ran ran = RUN_WELL("report", "--csv", "--full", "--state", state);
    assert_non_null(strstr(ran.out, "item,\"'=1+1\",100"));
    stall_close(&stall);
}

TEST(cli_report, the_day_before_is_beside_it_or_another_popups)
{
    struct stall stall;
    char file[160], *said;
    stall_open(&stall);
    stall_init(&stall);
    const char *state = stall.nodes[0].state, *next = stall.nodes[1].state;
    RUN_WELL("order", "add", "22x2", "--pay", "cash", "--state", state);
    RUN_WELL("day", "open", "--yes", "--state", state);
    RUN_WELL("order", "add", "22", "--state", state);
    said = strdup(RUN_WELL("report", "--html", "--state", state).out);
    assert_non_null(said);
    assert_non_null(strstr(said, "before: <bdi>day 1</bdi>"));
    assert_non_null(strstr(said, "(-50 %)"));
    free(said);
    (void)snprintf(file, sizeof file, "%s/old.json", stall.folder);
    said = strdup(RUN_WELL("report", "--json", "--full", "--day", "1", "--state", state).out);
    assert_non_null(said);
    write_file(file, said);
    free(said);
    RUN_WELL("init", "--from", state, "--name", "Two", "--state", next);
    RUN_WELL("order", "add", "22", "--state", next);
    struct ran ran = RUN_WELL("report", "--html", "--beside", file, "--state", next);
    assert_non_null(strstr(ran.out, "<h1><bdi>Two</bdi>, day 1</h1>"));
    assert_non_null(strstr(ran.out, "before: <bdi>Noodle bar</bdi>"));
    assert_non_null(strstr(ran.out, "(-50 %)"));
    ran = RUN_WELL("report", "--json", "--full", "--beside", file, "--state", next);
    assert_non_null(strstr(ran.out, "\"before\":null,\"beside\":{\"popup\":\"Noodle bar\""));
    stall_close(&stall);
}
