/* What a node tells that is not in its store: devices and printers as its core sees them, orders
 * that do not count, and what a program beside it says to customers. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/api/annex.h"
#include "tests/lib/test.h"
#include "tests/process/lib/booth.h"
#include "tests/process/lib/raw.h"

enum { KITCHEN = 0xbeef, STRANGER = 0xdead };

/* Two peers, of which one was never heard; two printers, of which one has no paper. */
static struct booth *booth_open(void)
{
    struct booth *booth = booth_new(ROLE_OWNER);
    struct gate_live *live = &booth->live;
    live->peers_count = 2;
    live->peers[0] = (struct gate_peer){.device = KITCHEN,
                                        .role = ROLE_KITCHEN,
                                        .link = GATE_LINKED,
                                        .clock_offset_ms = -1500,
                                        .name = "the \"hot\" \\side",
                                        .lane = "K"};
    live->peers[1] = (struct gate_peer){.device = 2,
                                        .role = ROLE_PICKUP,
                                        .link = GATE_LOST,
                                        .heard_ms_ago = UINT64_MAX,
                                        .name = "door"};
    live->printers_count = 2;
    live->printers[0] = (struct gate_printer){.number = 1, .is_ready = true, .state = "ready"};
    live->printers[1] = (struct gate_printer){.number = 2, .waiting = 3, .state = "no paper"};
    return booth;
}

TEST(api_facts, metrics_name_peers_and_printers_and_no_name_breaks_their_lines)
{
    struct booth *booth = booth_serve(booth_open());
    assert_int_equal(200, booth_get(booth, "/metrics"));
    assert_non_null(strstr(got.body, "name=\"the \\\"hot\\\" \\\\side\""));
    assert_non_null(strstr(got.body, "trestle_printer_ready{number=\"1\"} 1\n"));
    assert_non_null(strstr(got.body, "trestle_printer_ready{number=\"2\"} 0\n"));
    assert_non_null(strstr(got.body, "trestle_printer_waiting_slips{number=\"2\"} 3\n"));
    assert_non_null(strstr(got.body, "} -1.500\n"));
    assert_null(strstr(got.body, "peer_silence_seconds{peer=\"0000000000000002\""));
    booth_free(booth);
}

/* What the kitchen told: it does not hear this device, which hears it. */
static bool kitchen_tells(void *context, uint32_t at, struct gate_health *ret_health)
{
    const struct booth *booth = context;
    *ret_health = (struct gate_health){.device = KITCHEN,
                                       .store_bytes = 5000,
                                       .store_bytes_max = 7000,
                                       .printers_count = 1,
                                       .printers = {{.number = 9, .troubles = 4, .waiting = 2}},
                                       .peers_count = 2,
                                       .peers = {{.device = booth->device.id,
                                                  .link = GATE_LOST,
                                                  .is_heard = true,
                                                  .heard_s_ago = 40,
                                                  .behind = 3},
                                                 {.device = STRANGER, .link = GATE_REFUSED}},
                                       .others = 4};
    return at == 0;
}

TEST(api_facts, each_device_is_shown_as_it_tells_of_itself)
{
    struct booth *booth = booth_open();
    booth->gate.health = kitchen_tells;
    (void)booth_serve(booth);
    assert_int_equal(200, booth_get(booth, "/api/mesh"));
    assert_json(&schema_mesh, got.body);
    const char *kitchen = strstr(got.body, "\"store_bytes\":5000");
    const char *own = strstr(got.body, "\"state\":\"linked\",\"heard_ms_ago\":0");
    assert_true(own != NULL && kitchen != NULL && own < kitchen);
    assert_non_null(strstr(got.body, "\"state\":\"lost\",\"heard_ms_ago\":-1"));
    assert_non_null(strstr(kitchen, "\"state\":\"lost\",\"heard_ms_ago\":40000,\"behind\":3"));
    assert_non_null(strstr(kitchen, "\"state\":\"refused\",\"heard_ms_ago\":-1"));
    assert_non_null(strstr(kitchen, "\"number\":9,\"ready\":false,\"waiting\":2"));
    assert_non_null(strstr(kitchen, "\"others\":4"));
    booth_free(booth);
}

TEST(api_facts, screens_hear_of_the_printers_that_need_somebody_and_of_no_other)
{
    struct booth *booth = booth_serve(booth_open());
    const int fd = booth_screen(booth, "/ws?view=kitchen");
    raw_hear_type(fd, "marks");
    assert_json(&schema_frame_marks, heard.data);
    assert_non_null(strstr(heard.data, "no paper"));
    assert_null(strstr(heard.data, "\"number\":1"));
    (void)close(fd);
    booth_free(booth);
}

/* An order of @device's log after a theft. */
static struct voided_order voided_of(uint64_t device, const struct booth *booth)
{
    return (struct voided_order){.id = {.bytes = {1}},
                                 .device = device == 0 ? booth->device.id : device,
                                 .lane = "K",
                                 .number = 12,
                                 .events = 3,
                                 .name = "Ann",
                                 .total_minor = 1700,
                                 .opened_t = 1000,
                                 .lines = 1,
                                 .shown_count = 1,
                                 .shown = {{.quantity = 2, .name = "Burger"}}};
}

TEST(api_facts, orders_that_do_not_count_are_told_with_what_people_know_them_by)
{
    struct booth *booth = booth_open();
    booth->live.voided_count = 3;
    booth->live.voided[0] = voided_of(0, booth);
    booth->live.voided[1] = voided_of(KITCHEN, booth);
    booth->live.voided[2] = voided_of(STRANGER, booth);
    (void)booth_serve(booth);
    assert_int_equal(200, booth_get(booth, "/api/voided"));
    assert_json(&schema_voided_list, got.body);
    assert_non_null(strstr(got.body, "\"number\":\"K12\""));
    assert_non_null(strstr(got.body, "\"quantity\":2,\"name\":\"Burger\""));
    assert_non_null(strstr(got.body, "\"device_name\":\"till\""));
    assert_non_null(strstr(got.body, "\"device_name\":\"the \\\"hot\\\""));
    assert_non_null(strstr(got.body, "\"device_name\":\"\""));
    const int fd = booth_screen(booth, "/ws?view=counter");
    raw_hear_type(fd, "marks");
    assert_json(&schema_frame_marks, heard.data);
    assert_non_null(strstr(heard.data, "\"voided\":3"));
    (void)close(fd);
    booth_free(booth);
}

/* --- an order that waits too long --- */

static void tell_later(struct booth *booth)
{
    struct gate_live live = booth->live;
    live.uptime_s += 3600;
    booth_tell(booth, &live);
}

/* Until the kitchen's screen is told that an order waits for @tick; an hour passes each second. */
static void until_stuck(struct booth *booth, const char *tick)
{
    char wanted[64];
    const int fd = booth_screen(booth, "/ws?view=kitchen");
    (void)snprintf(wanted, sizeof wanted, "\"tick\":\"%s\"", tick);
    raw_hear_type(fd, "marks");
    while (strstr(heard.data, wanted) == NULL) {
        tell_later(booth);
        raw_hear_type(fd, "marks");
        assert_json(&schema_frame_marks, heard.data);
    }
    (void)close(fd);
}

TEST(api_facts, an_order_that_nobody_copies_or_sees_is_told_as_late)
{
    struct booth *booth = booth_serve(booth_open());
    booth_set_up(booth);
    assert_int_equal(200,
                     booth_write(booth, "PATCH", "/api/popup", 3, "{\"escalate_after_s\":60}"));
    assert_int_equal(201, booth_post(booth, "/api/orders", 4, BOOTH_TWO_BURGERS));
    until_stuck(booth, "copies");
    struct gate_live live = booth->live;
    live.marks[0].seq = 1000; /* the others have it now */
    booth_tell(booth, &live);
    until_stuck(booth, "seen");
    booth_free(booth);
}

/* --- what a program beside it says --- */

static const char *pauses(void *context, const struct gate_live *live)
{
    (void)live;
    return atomic_load((atomic_bool *)context) ? "Cards cannot be charged just now." : NULL;
}

static atomic_uint hold_ms;

static bool holds(void *context, const struct gate_live *live, const struct order *order,
                  struct told_hold *ret_hold)
{
    (void)context;
    (void)live;
    (void)snprintf(ret_hold->said, sizeof ret_hold->said, "Twelve are reserved.");
    ret_hold->ends_in_ms = atomic_load(&hold_ms);
    return order->phase == PHASE_PLACED;
}

static bool nothing_answered(void *context, struct annex_answer *ret_answer)
{
    (void)context;
    (void)ret_answer;
    return false;
}

static atomic_bool is_paused;
static const struct annex_card card = {.script = "https://pay.example/v3/",
                                       .script_hosts = "https://pay.example",
                                       .frame_hosts = "https://pay.example",
                                       .connect_hosts = "https://api.pay.example"};
static const struct annex annex = {
    .teller = {.context = &is_paused, .pauses = pauses, .holds = holds},
    .card = &card,
    .answered = nothing_answered};

#define ONE_BURGER                                                                                 \
    "{\"channel\":\"phone\",\"mode\":\"eat-in\",\"lines\":[{\"item\":7,\"quantity\":1}]}"

TEST(api_facts, customers_read_why_they_cannot_order_now_and_staff_order_as_ever)
{
    char path[80];
    struct booth *booth = booth_new(ROLE_OWNER);
    atomic_store(&is_paused, false);
    atomic_store(&hold_ms, 119999);
    booth->config.annex = &annex;
    booth_add_access(booth);
    booth_add_file(booth, "order.html",
                   "<html><script type=\"application/json\" id=\"facts\">null</script></html>");
    (void)booth_serve(booth);
    booth_set_up(booth);
    const struct customer customer = booth_customer(booth);
    assert_int_equal(200, booth_get(booth, "/api/order-page"));
    assert_non_null(strstr(got.body, "https://pay.example/v3/"));
    assert_null(strstr(got.body, "\"paused\""));
    assert_int_equal(201, booth_ask_as(booth, &customer, "POST", "/api/orders", ONE_BURGER));
    (void)snprintf(path, sizeof path, "/api/orders/%.24s/status", raw_text_of(got.body, "id"));
    assert_int_equal(200, booth_ask_as(booth, &customer, "GET", path, NULL));
    assert_json(&schema_purchase, got.body);
    assert_string_equal("Twelve are reserved.", raw_text_of(got.body, "said"));
    assert_non_null(strstr(got.body, "\"reserved_for_ms\":60000"));
    atomic_store(&is_paused, true);
    assert_int_equal(200, booth_get(booth, "/order"));
    assert_non_null(strstr(got.head, "frame-src https://pay.example;"));
    assert_non_null(strstr(got.body, "\"paused\":\"Cards cannot be charged just now.\""));
    assert_int_equal(409, booth_ask_as(booth, &customer, "POST", "/api/orders", ONE_BURGER));
    assert_non_null(strstr(got.body, "Cards cannot be charged just now."));
    assert_int_equal(201, booth_post(booth, "/api/orders", 4, BOOTH_TWO_BURGERS));
    booth_free(booth);
}

/* What a screen that begins now is told of the one order. */
static void assert_told(struct booth *booth, const char *end)
{
    const int fd = booth_screen(booth, "/ws?view=counter");
    raw_hear_type(fd, "snapshot");
    assert_json(&schema_frame_snapshot, heard.data);
    assert_non_null(strstr(heard.data, end));
    (void)close(fd);
}

TEST(api_facts, a_screen_that_begins_later_is_told_of_less_time)
{
    struct booth *booth = booth_new(ROLE_OWNER);
    booth->config.annex = &annex;
    (void)booth_serve(booth);
    booth_set_up(booth);
    assert_int_equal(201, booth_post(booth, "/api/orders", 3, BOOTH_TWO_BURGERS));
    atomic_store(&hold_ms, 20 * 60000);
    assert_told(booth, "\"reserved_for_ms\":1200000");
    atomic_store(&hold_ms, 3 * 60000 - 1);
    assert_told(booth, "\"reserved_for_ms\":120000");
    atomic_store(&hold_ms, 59999);
    assert_told(booth, "\"reserved_for_ms\":0");
    booth_free(booth);
}
