/* What screens are told over their WebSockets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/json/text.h"
#include "tests/lib/test.h"
#include "tests/process/lib/booth.h"
#include "tests/process/lib/customer.h"
#include "tests/process/lib/raw.h"

TEST(web_screens, a_screen_hears_a_snapshot_then_what_changes)
{
    static char cursor[200];
    char path[120];
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    booth_set_up(booth);
    int fd = booth_screen(booth, "/ws?view=kitchen");
    raw_hear_type(fd, "hello");
    assert_json(&schema_frame_hello, heard.data);
    assert_non_null(strstr(heard.data, "\"resumed\":false"));
    raw_hear_type(fd, "snapshot");
    assert_json(&schema_frame_snapshot, heard.data);
    assert_non_null(strstr(heard.data, "\"orders\":[]"));
    assert_non_null(strstr(heard.data, "\"Burger\""));
    assert_non_null(strstr(heard.data, "\"more\":false"));
    assert_int_equal(201, booth_post(booth, "/api/orders", 3, BOOTH_TWO_BURGERS));
    raw_hear_type(fd, "delta");
    assert_json(&schema_frame_delta, heard.data);
    assert_string_equal("B1", raw_text_of(heard.data, "number"));
    (void)snprintf(cursor, sizeof cursor, "%.60s", raw_text_of(heard.data, "cursor"));
    raw_hear_type(fd, "marks");
    assert_json(&schema_frame_marks, heard.data);
    (void)close(fd);

    assert_int_equal(200, booth_write(booth, "PATCH", "/api/menu/7", 4, "{\"available\":false}"));
    (void)snprintf(path, sizeof path, "/ws?view=kitchen&cursor=%.60s", cursor);
    fd = booth_screen(booth, path);
    raw_hear_type(fd, "hello");
    assert_non_null(strstr(heard.data, "\"resumed\":true"));
    raw_hear_type(fd, "delta");
    assert_non_null(strstr(heard.data, "\"orders\":[]"));
    assert_non_null(strstr(heard.data, "\"available\":false"));
    (void)close(fd);
    booth_free(booth);
}

TEST(web_screens, screens_hear_which_lists_of_records_changed_and_read_them_again)
{
    char path[100];
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    booth_set_up(booth);
    int fd = booth_screen(booth, "/ws?view=pickup");
    raw_hear_type(fd, "snapshot");
    assert_int_equal(201,
                     booth_post(booth, "/api/stalls", 11, "{\"name\":\"Waffles\",\"number\":3}"));
    assert_json(&schema_stall, got.body);
    raw_hear_type(fd, "delta");
    assert_json(&schema_frame_delta, heard.data);
    assert_non_null(strstr(heard.data, "\"records\":[\"stalls\"]"));
    assert_int_equal(201,
                     booth_post(booth, "/api/taxes", 12, "{\"name\":\"Food\",\"eat_in\":700}"));
    (void)snprintf(path, sizeof path, "/api/taxes/%lu",
                   strtoul(strstr(got.body, "\"number\":") + strlen("\"number\":"), NULL, 10));
    raw_hear_type(fd, "delta");
    assert_non_null(strstr(heard.data, "\"records\":[\"taxes\"]"));
    (void)close(fd);
    assert_int_equal(200, booth_write(booth, "PATCH", path, 13, "{\"hidden\":true}"));
    assert_json(&schema_tax, got.body);
    assert_int_equal(200, booth_get(booth, "/api/taxes"));
    assert_json(&schema_tax_list, got.body);
    assert_non_null(strstr(got.body, "\"eat_in\":700"));
    assert_non_null(strstr(got.body, "\"hidden\":true"));
    assert_int_equal(200, booth_get(booth, "/api/stalls"));
    assert_json(&schema_stall_list, got.body);
    assert_non_null(strstr(got.body, "\"Waffles\""));
    assert_null(strstr(got.body, "\"Food\""));
    assert_int_equal(400, booth_write(booth, "PATCH", path, 14, "{\"number\":9}"));
    assert_int_equal(404, booth_write(booth, "PATCH", "/api/taxes/9", 15, "{\"hidden\":true}"));
    assert_int_equal(409, booth_post(booth, "/api/stalls", 16, "{\"name\":\"Soup\",\"number\":3}"));
    booth_free(booth);
}

TEST(web_screens, screens_that_show_dishes_are_told_anew_when_a_stall_goes_out_of_use)
{
    static char cursor[200], path[240];
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    booth_set_up(booth);
    assert_int_equal(201, booth_post(booth, "/api/stalls", 11, "{\"name\":\"Tent\",\"number\":3}"));
    assert_int_equal(200, booth_write(booth, "PATCH", "/api/menu/7", 12, "{\"stall\":3}"));
    int fd = booth_screen(booth, "/ws?view=counter");
    raw_hear_type(fd, "snapshot");
    assert_non_null(strstr(heard.data, "\"available\":true"));
    (void)snprintf(cursor, sizeof cursor, "%.60s", raw_text_of(heard.data, "cursor"));
    assert_int_equal(200, booth_write(booth, "PATCH", "/api/stalls/3", 13, "{\"hidden\":true}"));
    raw_hear_type(fd, "delta");
    assert_non_null(strstr(heard.data, "\"records\":[\"stalls\"]"));
    assert_string_equal(cursor, raw_text_of(heard.data, "cursor")); /* should it leave now */
    raw_hear_type(fd, "snapshot");
    assert_non_null(strstr(heard.data, "\"number\":7,"));
    assert_non_null(strstr(heard.data, "\"available\":false"));
    (void)close(fd);
    (void)snprintf(path, sizeof path, "/ws?view=counter&cursor=%s", cursor);
    fd = booth_screen(booth, path);
    raw_hear_type(fd, "snapshot");
    assert_non_null(strstr(heard.data, "\"available\":false"));
    (void)close(fd);
    booth_free(booth);
}

TEST(web_screens, an_order_leaves_the_view_when_it_is_settled)
{
    char path[100];
    char id[40];
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    booth_set_up(booth);
    assert_int_equal(201, booth_post(booth, "/api/orders", 3, BOOTH_TWO_BURGERS));
    (void)snprintf(id, sizeof id, "%.30s", raw_text_of(got.body, "id"));
    int fd = booth_screen(booth, "/ws?view=kitchen");
    raw_hear_type(fd, "snapshot");
    assert_non_null(strstr(heard.data, id));
    (void)snprintf(path, sizeof path, "/api/orders/%s/cancel", id);
    assert_int_equal(200, booth_post(booth, path, 4, "{\"reason\":\"gone\"}"));
    raw_hear_type(fd, "delta");
    assert_json(&schema_frame_delta, heard.data);
    assert_non_null(strstr(heard.data, "\"orders\":[]"));
    (void)snprintf(path, sizeof path, "\"removed\":[\"%s\"]", id);
    assert_non_null(strstr(heard.data, path));
    (void)close(fd);
    fd = booth_screen(booth, "/ws?view=counter");
    raw_hear_type(fd, "snapshot");
    assert_string_equal("cancelled", raw_text_of(heard.data, "phase"));
    (void)close(fd);
    booth_free(booth);
}

/* The largest order there is: 64 lines, each with a note. */
static void place_large(const struct booth *booth, unsigned key)
{
    struct text body = {.data = NULL};
    text_append_text(&body, "{\"channel\":\"counter\",\"mode\":\"eat-in\",\"lines\":[");
    for (unsigned i = 0; i < ORDER_LINES_MAX; i++) {
        text_append_text(&body, i > 0 ? "," : "");
        text_append_text(&body, "{\"item\":7,\"quantity\":1,\"note\":\"well done, and no onions at "
                                "all, please, thank you very much\"}");
    }
    text_append(&body, "]}", 3);
    assert_int_equal(201, booth_post(booth, "/api/orders", key, body.data));
    text_close(&body);
}

static unsigned count_of(const char *text, const char *part)
{
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part)) {
        count++;
    }
    return count;
}

TEST(web_screens, a_large_snapshot_comes_in_parts_and_nothing_is_left_out)
{
    enum { ORDERS = 12 };
    unsigned orders = 0;
    unsigned parts = 0;
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    booth_set_up(booth);
    for (unsigned i = 0; i < ORDERS; i++) {
        place_large(booth, 100 + i);
    }
    int fd = booth_screen(booth, "/ws?view=counter");
    do {
        raw_hear_type(fd, "snapshot");
        assert_json(&schema_frame_snapshot, heard.data);
        assert_true(heard.size < 131072);
        orders += count_of(heard.data, "\"numbers\":");
        parts++;
    } while (strstr(heard.data, "\"more\":true") != NULL);
    assert_int_equal(ORDERS, orders);
    assert_true(parts > 1);
    assert_non_null(strstr(heard.data, "\"Burger\""));
    (void)close(fd);
    booth_free(booth);
}

TEST(web_screens, a_cursor_of_another_store_or_none_gets_a_snapshot)
{
    static const char *const cursors[] = {"", "x", "0000000000000001-1-1", "1-1-1-1-1"};
    char path[120];
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    for (size_t i = 0; i < sizeof cursors / sizeof cursors[0]; i++) {
        (void)snprintf(path, sizeof path, "/ws?view=pickup&cursor=%s", cursors[i]);
        int fd = booth_screen(booth, path);
        raw_hear_type(fd, "hello");
        assert_non_null(strstr(heard.data, "\"resumed\":false"));
        raw_hear_type(fd, "snapshot");
        (void)close(fd);
    }
    booth_free(booth);
}

TEST(web_screens, a_board_says_that_it_drew_the_ticket)
{
    char changed[200];
    char id[40];
    char frame[300];
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    booth_set_up(booth);
    int fd = booth_screen(booth, "/ws?view=kitchen");
    assert_int_equal(201, booth_post(booth, "/api/orders", 3, BOOTH_TWO_BURGERS));
    raw_hear_type(fd, "delta");
    (void)snprintf(changed, sizeof changed, "%.60s", raw_text_of(heard.data, "changed"));
    assert_non_null(strstr(heard.data, "\"seen\":false"));
    (void)snprintf(id, sizeof id, "%.30s", raw_text_of(heard.data, "id"));
    int size = snprintf(frame, sizeof frame,
                        "{\"type\":\"seen\",\"order\":\"%s\",\"changed\":\"%s\","
                        "\"station\":\"grill\"}",
                        id, changed);
    assert_true(raw_say(fd, 1, frame, (size_t)size));
    raw_hear_type(fd, "delta");
    assert_non_null(strstr(heard.data, "\"seen\":true"));
    (void)close(fd);
    booth_free(booth);
}
