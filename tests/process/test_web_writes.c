/* Orders and what else is written over HTTP, from the request to what is read again. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/test.h"
#include "tests/process/lib/booth.h"
#include "tests/process/lib/customer.h"
#include "tests/process/lib/raw.h"

TEST(web_writes, an_order_goes_its_way)
{
    char path[100];
    char id[40];
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    booth_set_up(booth);
    assert_int_equal(201, booth_post(booth, "/api/orders", 3, BOOTH_TWO_BURGERS));
    assert_json(&schema_order_placed, got.body);
    assert_string_equal("B1", raw_text_of(got.body, "number"));
    assert_non_null(strstr(got.body, "\"total\":1700"));
    (void)snprintf(id, sizeof id, "%.30s", raw_text_of(got.body, "id"));

    assert_int_equal(200, booth_get(booth, "/api/kitchen/board"));
    assert_json(&schema_order_list, got.body);
    assert_string_equal("placed", raw_text_of(got.body, "phase"));
    static const char *const steps[] = {"accept", "start", "done", "hand-over"};
    for (unsigned i = 0; i < 4; i++) {
        (void)snprintf(path, sizeof path, "/api/orders/%s/%s", id, steps[i]);
        assert_int_equal(200, booth_post(booth, path, 10 + i, "{}"));
        assert_json(&schema_done, got.body);
        if (i == 2) {
            assert_int_equal(200, booth_get(booth, "/api/pickup/board"));
            assert_json(&schema_pickup_board, got.body);
            assert_non_null(strstr(got.body, "\"ready\":[\"B1\"]"));
        }
    }
    (void)snprintf(path, sizeof path, "/api/orders/%s", id);
    assert_int_equal(200, booth_get(booth, path));
    assert_json(&schema_order, got.body);
    assert_string_equal("completed", raw_text_of(got.body, "phase"));
    assert_int_equal(200, booth_get(booth, "/api/orders?settled=1"));
    assert_non_null(strstr(got.body, id));
    booth_free(booth);
}

TEST(web_writes, a_retry_gets_the_same_answer_and_another_body_none)
{
    static char first[2000];
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    booth_set_up(booth);
    assert_int_equal(201, booth_post(booth, "/api/orders", 3, BOOTH_TWO_BURGERS));
    (void)snprintf(first, sizeof first, "%.1900s", got.body);
    assert_int_equal(201, booth_post(booth, "/api/orders", 3, BOOTH_TWO_BURGERS));
    assert_string_equal(first, got.body);
    assert_int_equal(409, booth_post(booth, "/api/orders", 3,
                                     "{\"channel\":\"counter\",\"mode\":\"eat-in\","
                                     "\"lines\":[{\"item\":7,\"quantity\":3}]}"));
    assert_string_equal("conflict", raw_text_of(got.body, "code"));
    booth_free(booth);
}

TEST(web_writes, a_role_may_do_its_own_and_no_more)
{
    struct booth *booth = booth_serve(booth_new(ROLE_KITCHEN));
    assert_int_equal(403, booth_post(booth, "/api/menu", 1, BOOTH_BURGER));
    assert_int_equal(403, booth_post(booth, "/api/orders", 3, BOOTH_TWO_BURGERS));
    assert_int_equal(403, booth_write(booth, "PATCH", "/api/menu/7", 4, "{\"price\":1}"));
    assert_int_equal(0, atomic_load(&booth->taken));
    assert_int_not_equal(403,
                         booth_write(booth, "PATCH", "/api/menu/7", 5, "{\"available\":false}"));
    assert_int_equal(1, atomic_load(&booth->taken));
    booth_free(booth);
}

/* The order is durable although nobody is there to hear it, and the slot is used again. */
TEST(web_writes, an_answer_for_a_closed_connection_is_dropped)
{
    char request[400];
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    booth_set_up(booth);
    atomic_store(&booth->is_deaf, true);
    for (int i = 0; i < 64; i++) {
        int fd = booth_dial(booth);
        int size =
            snprintf(request, sizeof request,
                     "POST /api/orders HTTP/1.1\r\n%sContent-Length: %zu\r\n"
                     "Idempotency-Key: 000000010000000000000000%08x\r\n\r\n%s",
                     booth_host(booth), strlen(BOOTH_TWO_BURGERS), (unsigned)i, BOOTH_TWO_BURGERS);
        assert_true(raw_send(fd, request, (size_t)size));
        (void)close(fd);
    }
    /* Whatever the web thread has read of these, it answers and is alive. */
    assert_int_equal(200, booth_get(booth, "/healthz"));
    atomic_store(&booth->is_deaf, false);
    booth_wake(booth);
    int status = 0;
    const uint64_t until = booth_now().mono_ms + RAW_DEADLINE_MS;
    while (status != 201 && booth_now().mono_ms < until) {
        status = booth_post(booth, "/api/orders", 999,
                            BOOTH_TWO_BURGERS); /* busy while all slots are in use */
    }
    assert_int_equal(201, status);
    booth_free(booth);
}

TEST(web_writes, what_a_record_holds_comes_back_as_it_was_said_and_half_an_id_is_refused)
{
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    assert_int_equal(201, booth_post(booth, "/api/printers", 1,
                                     "{\"name\":\"Kitchen\",\"number\":1,\"driver\":\"escpos\","
                                     "\"owner\":\"00000000000000ff\",\"address\":\"10.0.0.9:9100\","
                                     "\"stations\":\"grill,fryer\",\"width\":48}"));
    assert_json(&schema_printer, got.body);
    assert_string_equal("00000000000000ff", raw_text_of(got.body, "owner"));
    assert_non_null(strstr(got.body, "\"width\":48"));
    assert_int_equal(400,
                     booth_write(booth, "PATCH", "/api/printers/1", 2, "{\"owner\":\"00ff\"}"));
    assert_int_equal(400, booth_write(booth, "PATCH", "/api/printers/1", 3, "{\"owner\":\"xy\"}"));
    assert_int_equal(200, booth_write(booth, "PATCH", "/api/printers/1", 4, "{\"owner\":\"\"}"));
    assert_string_equal("", raw_text_of(got.body, "owner"));
    assert_string_equal("10.0.0.9:9100", raw_text_of(got.body, "address"));
    booth_free(booth);
}

static struct booth *booth_with_blobs(void)
{
    struct booth *booth = booth_new(ROLE_OWNER);
    booth_add_blobs(booth);
    return booth_serve(booth);
}

TEST(web_writes, who_ate_may_review_and_a_manager_may_hide_it)
{
    char path[100];
    char id[40];
    struct booth *booth = booth_with_blobs();
    booth_set_up(booth);
    assert_int_equal(201, booth_post(booth, "/api/orders", 3, BOOTH_TWO_BURGERS));
    (void)snprintf(id, sizeof id, "%.30s", raw_text_of(got.body, "id"));
    (void)snprintf(path, sizeof path, "/api/orders/%s/review", id);
    assert_int_equal(409, booth_post(booth, path, 4, "{\"rating\":5}"));
    (void)snprintf(path, sizeof path, "/api/orders/%s/hand-over", id);
    assert_int_equal(200, booth_post(booth, path, 5, "{}"));
    (void)snprintf(path, sizeof path, "/api/orders/%s/review", id);
    assert_int_equal(200, booth_post(booth, path, 6, "{\"rating\":5,\"text\":\"Crisp\"}"));
    (void)snprintf(path, sizeof path, "/api/reviews/%.30s/hide", raw_text_of(got.body, "id"));
    assert_int_equal(200, booth_post(booth, path, 7, "{\"hidden\":true,\"reason\":\"test\"}"));
    assert_int_equal(200, booth_get(booth, "/api/reviews"));
    assert_json(&schema_review_list, got.body);
    assert_non_null(strstr(got.body, "\"Crisp\""));
    assert_non_null(strstr(got.body, "\"hidden\":true"));
    assert_string_equal(id, raw_text_of(got.body, "order"));
    booth_free(booth);
}

TEST(web_writes, what_a_review_says_is_shown_until_its_order_is_erased_and_its_stars_stay)
{
    char path[100];
    char id[40];
    struct booth *booth = booth_with_blobs();
    booth_set_up(booth);
    assert_int_equal(201, booth_post(booth, "/api/orders", 3, BOOTH_TWO_BURGERS));
    (void)snprintf(id, sizeof id, "%.30s", raw_text_of(got.body, "id"));
    (void)snprintf(path, sizeof path, "/api/orders/%s/hand-over", id);
    assert_int_equal(200, booth_post(booth, path, 4, "{}"));
    (void)snprintf(path, sizeof path, "/api/orders/%s/review", id);
    assert_int_equal(400, booth_post(booth, path, 5, "{\"rating\":4,\"words\":\"00\"}"));
    assert_int_equal(200, booth_post(booth, path, 6, "{\"rating\":4,\"text\":\"Ask for Ada\"}"));
    assert_int_equal(200, booth_get(booth, "/api/reviews"));
    assert_string_equal("Ask for Ada", raw_text_of(got.body, "text"));
    (void)snprintf(path, sizeof path, "/api/orders/%s/erase", id);
    assert_int_equal(200, booth_post(booth, path, 7, "{\"reason\":\"asked\"}"));
    assert_int_equal(200, booth_get(booth, "/api/reviews"));
    assert_json(&schema_review_list, got.body);
    assert_string_equal("", raw_text_of(got.body, "text"));
    assert_non_null(strstr(got.body, "\"rating\":4"));
    booth_free(booth);
}

TEST(web_writes, a_cash_session_is_opened_moved_and_counted_and_says_what_is_missing)
{
    char id[40];
    char path[100];
    struct booth *booth = booth_serve(booth_new(ROLE_OWNER));
    booth_set_up(booth);
    assert_int_equal(201, booth_post(booth, "/api/drawers", 3, "{\"number\":1,\"float\":10000}"));
    assert_json(&schema_drawer, got.body);
    (void)snprintf(id, sizeof id, "%.30s", raw_text_of(got.body, "id"));
    assert_int_equal(409, booth_post(booth, "/api/drawers", 4, "{\"number\":1,\"float\":10000}"));
    assert_int_equal(
        201, booth_post(booth, "/api/orders", 5,
                        "{\"channel\":\"counter\",\"mode\":\"eat-in\",\"lines\":[{\"item\":7,"
                        "\"quantity\":2}],\"payment\":{\"method\":\"cash\",\"tendered\":"
                        "2000}}"));
    (void)snprintf(path, sizeof path, "/api/drawers/%s/move", id);
    assert_int_equal(200, booth_post(booth, path, 6, "{\"amount\":-5000,\"reason\":\"bank\"}"));
    (void)snprintf(path, sizeof path, "/api/drawers/%s/count", id);
    assert_int_equal(200, booth_post(booth, path, 7, "{\"counted\":6600}"));
    assert_int_equal(200, booth_get(booth, "/api/drawers"));
    assert_json(&schema_drawer_list, got.body);
    assert_non_null(strstr(got.body, "\"expected\":6700"));
    assert_non_null(strstr(got.body, "\"difference\":-100"));
    (void)snprintf(path, sizeof path, "/api/drawers/%s", id);
    assert_int_equal(200, booth_get(booth, path));
    assert_json(&schema_drawer, got.body);
    assert_non_null(strstr(got.body, "\"counted\":true"));
    assert_int_equal(404, booth_get(booth, "/api/drawers/0102030405060708090a0b0c"));
    booth_free(booth);
}
