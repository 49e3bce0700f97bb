/* trestle doctor says what is wrong, with the node running and without one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>

#include "node/cli/doctor.h"
#include "node/cli/terminal.h"
#include "tests/lib/test.h"
#include "tests/process/lib/programs.h"

static struct diagnoses found;

static void clear(void)
{
    memset(&found, 0, sizeof found);
}

TEST(cli_doctor, a_clock_that_was_never_set_is_a_failure_and_one_without_a_chip_a_warning)
{
    clear();
    doctor_clock(5000, true, true, &found);
    doctor_clock(1790000000000, false, false, &found);
    doctor_clock(1790000000000, false, true, &found);
    doctor_clock(1790000000000, true, false, &found);
    assert_int_equal(found.count, 4);
    assert_int_equal(found.items[0].level, DIAGNOSIS_FAIL);
    assert_non_null(found.items[0].fix);
    assert_int_equal(found.items[1].level, DIAGNOSIS_WARN);
    assert_int_equal(found.items[2].level, DIAGNOSIS_OK);
    assert_int_equal(found.items[3].level, DIAGNOSIS_OK);
}

TEST(cli_doctor, a_disk_that_is_full_elsewhere_or_read_only_is_a_failure_and_a_small_one_a_warning)
{
    static const struct {
        uint64_t free_mib;
        bool is_network, is_read_only;
        uint32_t count;
        enum diagnosis_level first, last; /* the last is of the room */
    } rows[] = {
        {1024, false, false, 1, DIAGNOSIS_OK, DIAGNOSIS_OK},
        {1023, false, false, 1, DIAGNOSIS_WARN, DIAGNOSIS_WARN},
        {64, false, false, 1, DIAGNOSIS_WARN, DIAGNOSIS_WARN},
        {63, false, false, 1, DIAGNOSIS_FAIL, DIAGNOSIS_FAIL},
        {4096, true, false, 2, DIAGNOSIS_FAIL, DIAGNOSIS_OK},
        {4096, false, true, 2, DIAGNOSIS_FAIL, DIAGNOSIS_OK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clear();
        doctor_disk("/state", rows[i].free_mib, rows[i].is_network, rows[i].is_read_only, &found);
        assert_int_equal(found.count, rows[i].count);
        assert_int_equal(found.items[0].level, rows[i].first);
        assert_int_equal(found.items[found.count - 1].level, rows[i].last);
        for (uint32_t j = 0; j < found.count; j++) {
            assert_string_equal(found.items[j].check, "disk");
            assert_true(found.items[j].level == DIAGNOSIS_OK || found.items[j].fix != NULL);
        }
    }
}

/* The findings about what a node with such a state folder says, as "level check: text" lines. */
static const char *of_status_at(const char *state, int beacon_port, const char *json)
{
    static char lines[4096];
    static struct place place;
    struct text body = {0};
    size_t size = 0;
    settings_defaults(&place.settings);
    place.settings.beacon_port = beacon_port;
    (void)snprintf(place.state, sizeof place.state, "%s", state);
    text_append_text(&body, json);
    struct reply *reply = reply_new(&body);
    assert_non_null(reply);
    clear();
    doctor_node(&place, reply_root(reply), &found);
    for (uint32_t i = 0; i < found.count; i++) {
        size += (size_t)snprintf(lines + size, sizeof lines - size, "%s %s: %s\n",
                                 diagnosis_level_text(found.items[i].level), found.items[i].check,
                                 found.items[i].text);
    }
    reply_free(reply);
    text_close(&body);
    return lines;
}

/* With its ballast in place. */
static const char *of_status(int beacon_port, const char *json)
{
    char path[256];
    struct stall stall;
    stall_open(&stall);
    (void)snprintf(path, sizeof path, "%s/ballast", stall.folder);
    write_file(path, "");
    const char *lines = of_status_at(stall.folder, beacon_port, json);
    stall_close(&stall);
    return lines;
}

TEST(cli_doctor, thrown_ballast_is_told)
{
    assert_non_null(
        strstr(of_status_at("/nowhere", 7450, "{\"uptime_s\":60}"), "warn disk: the ballast"));
}

TEST(cli_doctor, a_mesh_without_a_fault_is_without_a_warning)
{
    assert_string_equal(
        of_status(7450, "{\"uptime_s\":60,\"version\":\"1\",\"orders_active\":2,"
                        "\"beacons_sent\":60,\"beacons_heard\":59,\"beacons_foreign\":0,"
                        "\"peers\":[{\"name\":\"grill\",\"state\":\"linked\",\"behind\":0,"
                        "\"ahead\":1,\"clock_offset_ms\":-900}],"
                        "\"printers\":[{\"number\":1,\"ready\":true,\"waiting\":0}]}"),
        "ok node: runs since 60 s, version 1\n"
        "ok peer: grill: linked, lacks 0 events, has 1 more\n"
        "ok beacons: 60 sent, 59 heard, 0 of strangers\n"
        "ok orders: 2 active\n"
        "ok printer: 1: ready, 0 slips wait\n");
}

TEST(cli_doctor, each_fault_of_a_mesh_is_told)
{
    const char *lines =
        of_status(7450, "{\"uptime_s\":60,\"version\":\"1\",\"orders_stuck\":3,\"orders_voided\":2,"
                        "\"beacons_sent\":60,\"beacons_heard\":0,"
                        "\"peers\":[{\"name\":\"gr\\u001bill\",\"state\":\"lost\"},"
                        "{\"name\":\"bar\",\"state\":\"linked\",\"clock_offset_ms\":-7200000}],"
                        "\"printers\":[{\"number\":1,\"ready\":false,\"waiting\":4,"
                        "\"state\":\"no paper\"}]}");
    assert_non_null(strstr(lines, "warn peer: gr?ill: was linked"));
    assert_non_null(strstr(lines, "warn clock: bar's clock is 7200 s behind of ours"));
    assert_non_null(strstr(lines, "warn beacons: 60 sent, none heard"));
    assert_non_null(strstr(lines, "warn orders: 3 do not get on"));
    assert_non_null(strstr(lines, "warn orders: 2 of a revoked device wait"));
    assert_non_null(strstr(lines, "warn printer: 1: no paper, 4 slips wait"));
    for (uint32_t i = 0; i < found.count; i++) {
        assert_true(found.items[i].level == DIAGNOSIS_OK || found.items[i].fix != NULL);
    }
}

TEST(cli_doctor, figures_that_are_being_worked_over_are_told)
{
    assert_non_null(strstr(of_status(7450, "{\"uptime_s\":60,\"remaking\":true}"),
                           "warn figures: they are being worked over"));
    assert_null(strstr(of_status(7450, "{\"uptime_s\":60,\"remaking\":false}"), "figures"));
}

TEST(cli_doctor, beacons_that_are_switched_off_are_no_fault)
{
    const char *lines =
        of_status(0, "{\"uptime_s\":60,\"peers\":[{\"name\":\"bar\",\"state\":\"linked\"}]}");
    assert_non_null(strstr(lines, "ok beacons: switched off"));
}

TEST(cli_doctor, words_of_strangers_move_no_cursor)
{
    char text[] = "a\033[2Jb\xc2\x9b"
                  "c\xc3\xa9\x7f";
    text_disarm(text);
    assert_string_equal(text, "a?[2Jb??c\xc3\xa9?");
}

TEST(cli_doctor, open_keys_are_a_failure_and_the_exit_status_says_so)
{
    char path[256];
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    struct ran ran = RUN("doctor", "--state", stall.nodes[0].state);
    assert_null(strstr(ran.out, "fail"));
    assert_non_null(strstr(ran.out, "MiB used"));
    (void)snprintf(path, sizeof path, "%s/keys", stall.nodes[0].state);
    assert_int_equal(chmod(path, 0644), 0);
    ran = RUN("doctor", "--json", "--state", stall.nodes[0].state);
    assert_int_equal(ran.status, 2);
    assert_memory_equal(ran.out, "{\"verdict\":\"fail\",", 18);
    assert_non_null(strstr(ran.out, "\"check\":\"keys\""));
    assert_int_equal(chmod(path, 0600), 0);
    (void)snprintf(path, sizeof path, "%s/store.condemned", stall.nodes[0].state);
    write_file(path, "");
    ran = RUN("doctor", "--state", stall.nodes[0].state);
    assert_int_equal(ran.status, 2);
    assert_non_null(strstr(ran.out, "moved aside at the next start"));
    ran = RUN("doctor", "--state", stall.nodes[1].state);
    assert_int_equal(ran.status, 2);
    assert_non_null(strstr(ran.out, "trestle join INVITATION"));
    stall_close(&stall);
}

TEST(cli_doctor, a_port_that_another_program_has_is_a_failure)
{
    char endpoint[64];
    struct stall stall;
    /* 127.0.0.2, where no other test takes the port once it is free. */
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK + 1)}};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    (void)snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.2:%u",
                   (unsigned)ntohs(address.sin_port));
    stall_open(&stall);
    RUN_WELL("init", "--state", stall.nodes[0].state, "--listen", endpoint, "--http",
             "127.0.0.1:0");
    struct ran ran = RUN("doctor", "--state", stall.nodes[0].state);
    assert_int_equal(ran.status, 2);
    assert_non_null(strstr(ran.out, "is taken"));
    (void)close(fd);
    assert_null(strstr(RUN("doctor", "--state", stall.nodes[0].state).out, "is taken"));
    stall_close(&stall);
}

TEST(cli_doctor, a_running_node_is_asked)
{
    struct stall stall;
    stall_open(&stall);
    stall_init(&stall);
    node_start(&stall.nodes[0]);
    struct ran ran = RUN("doctor", "--state", stall.nodes[0].state);
    assert_non_null(strstr(ran.out, "runs since"));
    assert_non_null(strstr(ran.out, "alone in the pop-up"));
    assert_null(strstr(ran.out, "\033"));
    assert_true(ran.status <= 1); /* the machine of the test may lack a clock chip, or disk */
    stall_close(&stall);
}
