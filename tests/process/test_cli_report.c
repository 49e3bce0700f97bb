/* trestle report --html: a page that stands alone, and what lies beside the day. */
#include <signal.h>
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
    assert_non_null(
        strstr(ran.out, "\"before\":null,\"beside\":{\"schema\":1,\"popup\":\"Noodle bar\""));
    stall_close(&stall);
}

/* What of the page's full table stands on the row that begins with @begin; asserts that it is. */
static char *row_of(char *table, const char *begin)
{
    char *row = strstr(table, begin);
    if (row == NULL) {
        fail_msg("no row %s in:\n%s", begin, table);
    }
    row += strlen(begin);
    row[strcspn(row, "\n")] = '\0';
    return row;
}

TEST(cli_report, what_was_sold_out_and_came_back_is_told_with_its_times)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    const char *state = stall.nodes[0].state;
    RUN_WELL("stock", "policy", "22", "strict", "--state", state);
    RUN_WELL("stock", "add", "22", "2", "--state", state);
    RUN_WELL("order", "add", "22x2", "--state", state);
    char *table = strdup(RUN_WELL("report", "--csv", "--full", "--state", state).out);
    assert_non_null(table);
    assert_string_equal(row_of(table, "sold-out-until,\"Miso soup\","), "0");
    free(table);
    RUN_WELL("stock", "add", "22", "5", "--state", state);
    table = strdup(RUN_WELL("report", "--csv", "--full", "--state", state).out);
    assert_non_null(table);
    char *until = strstr(table, "sold-out-until,\"Miso soup\",");
    assert_non_null(until);
    const long long back = strtoll(strrchr(until, ',') == NULL ? "0" : until + 27, NULL, 10);
    const long long gone = strtoll(row_of(table, "sold-out-from,\"Miso soup\","), NULL, 10);
    assert_true(gone > 0);
    assert_true(back > gone);
    free(table);
    RUN_WELL("stock", "policy", "22", "off", "--state", state); /* it ran out all the same */
    table = strdup(RUN_WELL("report", "--csv", "--full", "--state", state).out);
    assert_non_null(table);
    assert_int_equal(strtoll(row_of(table, "sold-out-from,\"Miso soup\","), NULL, 10), gone);
    free(table);
    stall_close(&stall);
}

/* What `trestle report --json --full` says of the second device's journal, in the end. */
static void until_second(const struct stall *stall, const char *state)
{
    const char *words[] = {"report", "--json", "--full", "--state", stall->nodes[0].state, NULL};
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\"role\":\"manager\",\"state\":\"%s\"", state);
    until_out(wanted, words);
}

TEST(cli_report, a_device_is_all_in_while_it_is_linked_or_when_it_closed_the_day_itself)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    const char *second = stall.nodes[1].state;
    node_start(&stall.nodes[0]);
    node_join(&stall, 1, "manager", "M");
    node_start(&stall.nodes[1]);
    until_menu(&stall.nodes[1]);
    until_second(&stall, "linked");
    (void)node_end(&stall.nodes[1], SIGTERM);
    until_second(&stall, "unheard");
    struct ran ran = RUN_WELL("report", "--html", "--state", stall.nodes[0].state);
    assert_non_null(strstr(ran.out, "<td>not yet in</td>"));
    node_start(&stall.nodes[1]);
    RUN_WELL("day", "close", "--state", second);
    until_second(&stall, "closed");
    (void)node_end(&stall.nodes[1], SIGTERM);
    until_second(&stall, "closed");
    stall_close(&stall);
}
