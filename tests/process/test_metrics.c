/* GET /metrics of a node that sells: what a scraper reads. */
#include <stdio.h>
#include <string.h>

#include "node/cli/http.h"
#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

static struct text scraped;

/* A terminated text, until the next scrape. */
static const char *scrape(const struct node *node)
{
    const struct http_request request = {.method = "GET", .path = "/metrics"};
    int status = 0;
    text_clear(&scraped);
    assert_int_equal(http_ask(node->state, "ctl.sock", &request, &status, &scraped), 0);
    assert_int_equal(status, 200);
    text_append(&scraped, "", 1);
    return scraped.data;
}

static void assert_line(const char *all, const char *line)
{
    char wanted[256];
    (void)snprintf(wanted, sizeof wanted, "\n%s\n", line);
    if (strstr(all, wanted) == NULL) {
        fail_msg("there is no line %s in\n%s", line, all);
    }
}

TEST(metrics, tell_orders_events_and_peers)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    RUN_WELL("order", "add", "22x2", "--state", stall.nodes[0].state);
    RUN_WELL("order", "add", "22", "--state", stall.nodes[0].state);
    node_start(&stall.nodes[0]);
    node_join(&stall, 1, "kitchen", "B");
    const char *all = scrape(&stall.nodes[0]);
    assert_line(all, "trestle_orders{phase=\"placed\"} 2");
    assert_line(all, "trestle_orders{phase=\"ready\"} 0");
    assert_line(all, "trestle_events_total{type=\"order.open\"} 2");
    assert_line(all, "trestle_writable 1");
    assert_line(all, "trestle_orders_voided 0");
    assert_line(all, "trestle_peers{state=\"linked\"} 0");
    assert_non_null(strstr(all, "trestle_build_info{version=\""));
    assert_non_null(strstr(all, ",name=\"kitchen\",lacks=\"peer\"} "));
    all = scrape(&stall.nodes[0]);
    assert_line(all, "trestle_events_total{type=\"order.open\"} 2");
    text_close(&scraped);
    stall_close(&stall);
}

TEST(metrics, a_device_that_is_out_of_the_popup_is_not_counted_as_one_that_refuses)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    node_join(&stall, 1, "kitchen", "B");
    node_join(&stall, 2, "pickup", "C");
    node_start(&stall.nodes[2]);
    const char *state = stall.nodes[0].state;
    until_out("log.open",
              (const char *const[]){"log", "--device", "pickup", "--state", state, NULL});
    RUN_WELL("device", "revoke", "kitchen", "--yes", "--state", state);
    struct ran ran = RUN_WELL("device", "retire", "pickup", "--yes", "--state", state);
    assert_non_null(strstr(ran.err, "say it again"));
    const char *all = scrape(&stall.nodes[0]);
    assert_line(all, "trestle_peers{state=\"refused\"} 0");
    assert_line(all, "trestle_peers{state=\"revoked\"} 1");
    assert_line(all, "trestle_peers{state=\"retired\"} 1");
    text_close(&scraped);
    stall_close(&stall);
}

/* Every line is a comment or `name{labels} number`, and every name has its HELP and TYPE before. */
static void assert_well_formed(const char *line, size_t size, const char *before)
{
    char type[128];
    size_t name = strcspn(line, "{ ");
    const char *number = line + size;
    if (line[0] == '#') {
        return;
    }
    while (number > line && number[-1] != ' ') {
        number--;
    }
    assert_true(name < size && strncmp(line, "trestle_", 8) == 0);
    assert_int_equal(strspn(number, "-0123456789."), (size_t)(line + size - number));
    (void)snprintf(type, sizeof type, "# TYPE %.*s ", (int)name, line);
    assert_non_null(strstr(before, type));
}

TEST(metrics, are_in_the_text_format)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    const char *all = scrape(&stall.nodes[0]);
    for (const char *line = all; *line != '\0';) {
        size_t size = strcspn(line, "\n");
        assert_int_equal(line[size], '\n');
        assert_well_formed(line, size, all);
        line += size + 1;
    }
    text_close(&scraped);
    stall_close(&stall);
}
